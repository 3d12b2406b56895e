"""Keep today's numbers of coverage, and let go of old ones that nobody compares with (daily by beat)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from offers.coverage import snapshots


class Command(BaseCommand):
    help = "Keep the numbers of coverage of today; older than 60 days only the first of each month stays."

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        snapshots.take(today)
        self.stdout.write(f"Stand vom {today:%d.%m.%Y} festgehalten, {snapshots.thin_out(today)} ältere gelöscht")
