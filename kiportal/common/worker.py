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

# A daily command that was killed is taken for lost after this time, and done again by the next tick.
DAILY_SECONDS = 2 * 3600


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
        key = f"daily:{name}:{today}"
        if not cache.add(key, "running", timeout=DAILY_SECONDS):
            continue
        try:
            call_command(name)
        except Exception:
            cache.delete(key)
            logger.exception("daily command failed", extra={"command": name})
        else:
            cache.set(key, "done", timeout=3 * 24 * 3600)
