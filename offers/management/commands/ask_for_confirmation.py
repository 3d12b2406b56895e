"""Write to organisations whose entries must be confirmed (daily by beat, after `hide_overdue`)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from offers.lifecycle import freshness


class Command(BaseCommand):
    help = "Ask organisations to confirm their entries: 30, 14 and 0 days before the time is over, and when hidden."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{freshness.ask_for_confirmation(timezone.localdate())} mails started")
