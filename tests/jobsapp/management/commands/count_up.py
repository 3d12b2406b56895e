from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from kiportal.common.models import RateCount


class Command(BaseCommand):
    """Leaves one row a run."""

    def handle(self, *args: Any, **options: Any) -> None:
        RateCount.objects.create(key="count_up", window_start=timezone.now())
