"""Write to the head of the centre when a Verwendungsnachweis is due soon (daily by beat)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from funding import lifecycle


class Command(BaseCommand):
    help = "Remind of Verwendungsnachweise 30 and 7 days before they are due, and on the day."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{lifecycle.remind_of_reports(timezone.localdate())} mails started")
