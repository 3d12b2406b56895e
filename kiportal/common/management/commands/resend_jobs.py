"""Hand unfinished jobs to the broker again (every 15 seconds by beat)."""

from typing import Any

from django.core.management.base import BaseCommand

from kiportal.common.jobs import resend_lost


class Command(BaseCommand):
    help = "Hand unfinished jobs to the broker again."

    def handle(self, *args: Any, **options: Any) -> None:
        if count := resend_lost():
            self.stdout.write(f"{count} jobs sent again")
