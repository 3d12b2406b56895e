"""Write to organisations that have not answered yet what staff wrote down for them (daily by beat)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from offers import lifecycle


class Command(BaseCommand):
    help = "Remind organisations, once and after ten days, of drafts that wait for their confirmation."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{lifecycle.remind_of_recorded(timezone.localdate())} mails started")
