"""Having papers on measures made; asked for again with nothing changed it is the same paper."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from concepts import papers
from concepts.models import FocusPeriod, MeasurePaper
from concepts.permissions import can_edit_measures
from kiportal.common import jobs
from kiportal.common.models import Job, User
from kiportal.common.transitions import TransitionError


@transaction.atomic
def order_paper(
    kind: str, title: str, content: dict[str, Any], *, as_of: date, by: User, period: FocusPeriod | None = None
) -> MeasurePaper:
    """Keep what the paper says, and have its PDF made unless it lies there; TransitionError if it names a person."""
    if not can_edit_measures(by):
        raise PermissionDenied("order_paper is not allowed")
    if person := papers.persons_in(content):
        raise TransitionError(
            f"In den Maßnahmen steht der Name einer Person: „{person}“. Bitte nennen Sie die Stelle oder die Funktion."
        )
    paper, _made = MeasurePaper.objects.get_or_create(
        digest=papers.digest_of(kind, as_of, {"title": title} | content),
        defaults={"kind": kind, "title": title, "as_of": as_of, "content": content, "created_by": by}
        | {"period": period},
    )
    if not papers.is_stored(paper) and not job_of(paper, unfinished=True):
        jobs.enqueue("concepts.render_paper", str(paper.pk), title=f"PDF: {paper}", by=by)
    return paper


def job_of(paper: MeasurePaper, *, unfinished: bool = False) -> Job | None:
    """The last job that makes the paper's PDF."""
    found = Job.objects.filter(kind="concepts.render_paper", arguments=[str(paper.pk)])
    if unfinished:
        found = found.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return found.order_by("-created_at").first()
