"""Write to accounts whose drafts `purge` will erase in a month (daily by beat, before `purge`)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from offers import lifecycle


class Command(BaseCommand):
    help = "Remind the accounts of organisations of drafts that nobody has touched for a long time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{lifecycle.remind_of_unused_drafts(timezone.now())} drafts reminded of")
