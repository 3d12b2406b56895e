"""Hide entries that nobody has confirmed although the second period is over (daily by beat)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from offers.lifecycle import freshness


class Command(BaseCommand):
    help = "Hide entries that nobody has confirmed for too long."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{freshness.hide_overdue(timezone.localdate())} entries hidden")
