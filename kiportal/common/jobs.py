"""Work after the response: `enqueue("offers.send_decision", pk)` in the transaction that makes it necessary.

The row in `common.Job` is the promise; Celery only carries its id. Broker or worker may die at any moment: beat sends
unfinished jobs again (`resend_jobs`), and a claim that ran out is taken by the next worker. So a job may run twice and
its function must be idempotent. One that may take longer than CLAIM calls `run.progress()`, which keeps the claim.
"""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from kiportal.celery import app as celery_app
from kiportal.common.models import Job, User
from kiportal.common.models.jobs import JobQuerySet

logger = logging.getLogger(__name__)

CLAIM = timedelta(seconds=90)
# Waiting time before each further attempt; after the last one the job has failed and a person decides.
BACKOFF = [timedelta(seconds=seconds) for seconds in (15, 60, 300, 1800, 7200, 21600)]
ATTEMPTS = len(BACKOFF) + 1

type JobFunction = Callable[..., dict[str, Any] | None]
_registry: dict[str, JobFunction] = {}


class JobRefused(Exception):
    """The work cannot be done, and trying again would not help; the sentence (German) stands on the job's page."""


class ClaimLost(Exception):
    """This worker was silent for too long, and another one does the job now."""


def job[F: JobFunction](function: F) -> F:
    """Register a function of an app's `tasks.py` as `<app>.<function>`. It gets a `Run` and the job's arguments."""
    config = apps.get_containing_app_config(function.__module__)
    if config is None:
        raise RuntimeError(f"{function.__module__} belongs to no installed app")
    _registry[f"{config.label}.{function.__name__}"] = function
    return function


def enqueue(
    kind: str, *arguments: Any, title: str = "", by: User | None = None, run_after: datetime | None = None
) -> Job:
    """Store a job and hand it to the broker after the commit. Arguments are ids or other JSON values."""
    if kind not in _registry:
        raise LookupError(f"unknown job {kind!r}")
    record = Job.objects.create(
        kind=kind, arguments=list(arguments), title=title[:200], created_by=by, run_after=run_after or timezone.now()
    )
    if run_after is None:  # what is to wait is sent by beat when its time has come
        transaction.on_commit(partial(send, record.pk), robust=True)
    return record


def send(pk: UUID) -> bool:
    """Hand a job to the broker; False when the broker is away (beat tries again)."""
    try:
        celery_app.send_task("kiportal.run_job", args=[str(pk)], retry=False)
    except Exception as error:  # whatever the transport raises, the answer to the user stays what it is
        logger.warning("broker unreachable, job %s waits: %s", pk, error)
        return False
    Job.objects.filter(pk=pk).update(sent_at=timezone.now())
    return True


@dataclass(frozen=True)
class Run:
    """What a job function sees of its job: the id, and which attempt this is."""

    id: UUID
    attempt: int

    def progress(self, done: int, total: int, step: str = "") -> None:
        """Show how far the work is and keep the claim; raises ClaimLost when another worker has it."""
        if not _held(self.id, self.attempt).update(
            done_steps=done, total_steps=total, step=step[:200], claimed_until=timezone.now() + CLAIM
        ):
            raise ClaimLost


def run(pk: UUID) -> None:
    """Do a job if nobody else does: claim it, call its function, store result or error."""
    record = _claim(pk)
    if record is None:
        return
    function = _registry.get(record.kind)
    try:
        if function is None:
            raise JobRefused(f"Diese Art von Auftrag gibt es nicht mehr: {record.kind}")
        result = function(Run(record.pk, record.attempts), *record.arguments)
    except ClaimLost:
        logger.warning("another worker has taken the job", extra={"job": str(pk), "kind": record.kind})
    except JobRefused as refusal:
        _finish(record, Job.State.FAILED, error=str(refusal))
    except Exception as error:
        logger.exception("job failed", extra={"job": str(pk), "kind": record.kind})
        _fail(record, error)
    else:
        _finish(record, Job.State.DONE, result=result or {})


def retry(record: Job) -> None:
    """Let a failed job run again from the start ("Noch einmal")."""
    with transaction.atomic():
        if Job.objects.filter(pk=record.pk, state=Job.State.FAILED).update(
            state=Job.State.QUEUED, attempts=0, error="", run_after=timezone.now(), claimed_until=None, finished_at=None
        ):
            transaction.on_commit(partial(send, record.pk), robust=True)


def resend_lost() -> int:
    """Hand jobs to the broker that got lost on the way, until it cannot be reached; returns how many."""
    waiting = Job.objects.lost().order_by("created_at").values_list("pk", flat=True)[:200]
    return sum(1 for _pk in takewhile(send, waiting))


@transaction.atomic
def _claim(pk: UUID) -> Job | None:
    record = Job.objects.claimable().select_for_update(skip_locked=True).filter(pk=pk).first()
    if record is None:
        return None
    if record.attempts >= ATTEMPTS:  # each of them ended with its worker, for example for want of memory
        record.state, record.claimed_until, record.finished_at = Job.State.FAILED, None, timezone.now()
        record.error = "Der Auftrag wurde mehrmals mittendrin abgebrochen."
        record.save(update_fields=["state", "claimed_until", "finished_at", "error"])
        return None
    record.state = Job.State.RUNNING
    record.attempts += 1
    record.claimed_until = timezone.now() + CLAIM
    record.save(update_fields=["state", "attempts", "claimed_until"])
    return record


def _fail(record: Job, error: Exception) -> None:
    message = "".join(traceback.format_exception_only(error)).strip()
    if record.attempts >= ATTEMPTS:
        _finish(record, Job.State.FAILED, error=message)
        return
    _held(record.pk, record.attempts).update(
        state=Job.State.QUEUED,
        error=message,
        claimed_until=None,
        sent_at=None,
        run_after=timezone.now() + BACKOFF[record.attempts - 1],
    )


def _finish(record: Job, state: Job.State, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    _held(record.pk, record.attempts).update(
        state=state, result=result or {}, error=error, claimed_until=None, finished_at=timezone.now()
    )


def _held(pk: UUID, attempt: int) -> JobQuerySet:
    """The job while this attempt is the current one: who lost the claim must not write over who took it."""
    return Job.objects.filter(pk=pk, state=Job.State.RUNNING, attempts=attempt)
