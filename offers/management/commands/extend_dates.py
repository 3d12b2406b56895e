"""Keep the dates of recurring offers a year ahead (daily by beat)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from offers import recurrence


class Command(BaseCommand):
    help = "Make the dates of recurring offers for the coming twelve months."

    def handle(self, *args: Any, **options: Any) -> None:
        count = recurrence.materialise_all(timezone.localdate())
        self.stdout.write(f"{count} Angebote mit Wiederholung")
