"""Write to people whose saved searches have something new, and ask about old ones (daily by beat)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from offers.saved_searches import daily


class Command(BaseCommand):
    help = "Mail what is new in saved searches, and ask once a year whether they are still wanted."

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        self.stdout.write(f"{daily.tell_all(today)} mails and {daily.ask_all(today)} questions started")
