from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Fails every time."""

    def handle(self, *args: Any, **options: Any) -> None:
        raise OSError("the printer is on fire")
