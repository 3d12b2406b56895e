"""The lifecycle functions act now; this lets what they write have happened in the past."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models.signals import post_save

from kiportal.common import links
from kiportal.common.models import AccessLink, ChangeProposal, Job, StatusChange
from kiportal.pages.models import BarrierReport

# Finished jobs older than this are not worth a line on the page of jobs.
JOBS_SHOWN = timedelta(days=7)


@contextmanager
def happened(at: datetime, now: datetime) -> Iterator[None]:
    """Date everything that is stored inside to `at`; the jobs it starts count as done, so no demo mail goes out."""
    written: list[models.Model] = []

    def collect(instance: models.Model, created: bool, **kwargs: Any) -> None:
        if created:
            written.append(instance)

    for model in _DATES:
        post_save.connect(collect, sender=model)
    try:
        yield
    finally:
        for model in _DATES:
            post_save.disconnect(collect, sender=model)
    for record in written:
        row = type(record)._default_manager.filter(pk=record.pk)
        if isinstance(record, Job) and at < now - JOBS_SHOWN:
            row.delete()
        else:
            row.update(**_DATES[type(record)](record, at))


def _job_dates(_job: Any, at: datetime) -> dict[str, Any]:
    return {
        "created_at": at,
        "run_after": at,
        "sent_at": at,
        "finished_at": at + timedelta(seconds=2),
        "state": Job.State.DONE,
        "attempts": 1,
    }


_DATES: dict[type[models.Model], Callable[[Any, datetime], dict[str, Any]]] = {
    StatusChange: lambda _change, at: {"at": at},
    ChangeProposal: lambda _proposal, at: {"created_at": at, "updated_at": at},
    BarrierReport: lambda _report, at: {"received_at": at},
    AccessLink: lambda link, at: {
        "created_at": at,
        "expires_at": at + timedelta(days=links.DAYS[link.purpose]),
    },
    Job: _job_dates,
}
