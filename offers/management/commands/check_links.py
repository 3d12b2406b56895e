"""Start the day's look at web addresses that entries name (daily by beat); jobs do it, a few at a time."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from offers.upkeep import link_checks


class Command(BaseCommand):
    help = "Look whether the web addresses in entries still answer, each about once a month."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{link_checks.start(timezone.localdate())} addresses to be checked")
