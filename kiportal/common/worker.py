"""What Celery knows: one task for every job, one for every periodic command."""

import logging
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from kiportal.common import jobs

logger = logging.getLogger(__name__)


@shared_task(name="kiportal.run_job")
def run_job(job_id: str) -> None:
    jobs.run(UUID(job_id))


@shared_task(name="kiportal.run_command")
def run_command(name: str) -> None:
    call_command(name)


@shared_task(name="kiportal.run_daily")
def run_daily() -> None:
    """Run the daily commands once a Europe/Berlin day, whenever the first tick of that day comes."""
    today = timezone.localdate().isoformat()
    for name in settings.KIPORTAL_DAILY_COMMANDS:
        if cache.add(f"daily:{name}:{today}", 1, timeout=3 * 24 * 3600):
            try:
                call_command(name)
            except Exception:
                cache.delete(f"daily:{name}:{today}")
                logger.exception("daily command failed", extra={"command": name})
