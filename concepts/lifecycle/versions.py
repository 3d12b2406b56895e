"""Every change of a version's status, and what follows from it (DESIGN: section 4).

draft -> frozen -> committee -> adopted -> superseded. Publishing is a date beside the status, from frozen on.
"""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from concepts import appendix, changes, numbers, synopsis
from concepts.models import Concept, ConceptVersion
from concepts.pdf import cover_of_today
from concepts.permissions import can_decide_version, can_freeze_version
from concepts.review import obstacles
from kiportal.common import jobs
from kiportal.common.models import Job, StatusChange, User
from kiportal.common.transitions import Transition, TransitionError, apply, table

_S = ConceptVersion.Status


def _may_be_frozen(version: ConceptVersion) -> str:
    return " ".join(finding.sentence for finding in obstacles(version))


def _may_be_published(version: ConceptVersion) -> str:
    return "Diese Fassung ist schon veröffentlicht." if version.published_on else ""


def _may_be_withdrawn(version: ConceptVersion) -> str:
    return "" if version.published_on else "Diese Fassung ist nicht veröffentlicht."


VERSION = table(
    Transition("freeze", frozenset({_S.DRAFT}), _S.FROZEN, can_freeze_version, _may_be_frozen),
    Transition("forward", frozenset({_S.FROZEN}), _S.COMMITTEE, can_decide_version),
    Transition("adopt", frozenset({_S.COMMITTEE}), _S.ADOPTED, can_decide_version),
    Transition("supersede", frozenset({_S.ADOPTED}), _S.SUPERSEDED, can_decide_version),
    Transition(
        "publish",
        frozenset({_S.FROZEN, _S.COMMITTEE, _S.ADOPTED, _S.SUPERSEDED}),
        "",
        can_decide_version,
        _may_be_published,
    ),
    Transition(
        "withdraw",
        frozenset({_S.FROZEN, _S.COMMITTEE, _S.ADOPTED, _S.SUPERSEDED}),
        "",
        can_decide_version,
        _may_be_withdrawn,
    ),
)


@transaction.atomic
def freeze(version: ConceptVersion, *, by: User, as_of: date, reason: str = "") -> Job:
    """Close a draft for ever and have its PDF made. `as_of` is the Stand, which may lie in the past.

    Sections are locked out by the version's row: who saves one at this moment waits, and is refused afterwards.
    """
    if as_of > timezone.localdate():
        raise TransitionError("Das Datum des Stands liegt in der Zukunft.")
    locked = changes.locked_draft(version.pk)
    apply(
        VERSION,
        locked,
        "freeze",
        by=by,
        reason=reason,
        as_of=as_of,
        frozen_at=timezone.now(),
        cover=cover_of_today(),
        measures=appendix.of_today(locked),
        numbers=numbers.of_today(locked),
    )
    version.refresh_from_db()
    if former := ConceptVersion.objects.followed_by(version).first():
        order_synopsis(former, version, by=by)
    return render(version, by=by)


def render(version: ConceptVersion, *, by: User | None = None) -> Job:
    """Have the PDF of a finished version made; does nothing when it is stored already."""
    return jobs.enqueue("concepts.render_version", version.pk, title=f"PDF: {version}", by=by)


def preview(version: ConceptVersion, *, by: User) -> Job:
    """Have the PDF of a draft made as it is now; it lies there for a day."""
    return jobs.enqueue("concepts.render_preview", version.pk, title=f"PDF-Vorschau: {version}", by=by)


@transaction.atomic
def order_synopsis(old: ConceptVersion, new: ConceptVersion, *, by: User | None = None) -> Job | None:
    """Have two versions printed side by side; None where the file is there already and cannot become another one."""
    if synopsis.stored(old, new):
        return None
    waiting = synopsis_jobs(old, new).filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).first()
    title = f"Synopse: {new.title}, Fassung {old.number} und {new.number}"
    return waiting or jobs.enqueue("concepts.render_synopsis", old.pk, new.pk, title=title, by=by)


def synopsis_jobs(old: ConceptVersion, new: ConceptVersion) -> QuerySet[Job]:
    return Job.objects.filter(kind="concepts.render_synopsis", arguments=[old.pk, new.pk]).order_by("-created_at")


@transaction.atomic
def forward(
    version: ConceptVersion,
    *,
    by: User,
    committee: str,
    meets_on: date | None = None,
    paper_number: str = "",
    reason: str = "",
) -> None:
    """Lay a version before a committee; members of the Kreistag read it from now on."""
    apply(
        VERSION,
        version,
        "forward",
        by=by,
        reason=reason,
        committee=committee,
        meets_on=meets_on,
        paper_number=paper_number,
        forwarded_on=timezone.localdate(),
    )


@transaction.atomic
def adopt(
    version: ConceptVersion,
    *,
    by: User,
    adopted_by: str,
    adopted_on: date,
    paper_number: str = "",
    decision_url: str = "",
    reason: str = "",
) -> None:
    """Record the decision. The version that was in force is superseded in the same transaction."""
    if adopted_on > timezone.localdate():
        raise TransitionError("Das Datum des Beschlusses liegt in der Zukunft.")
    Concept.objects.select_for_update().get(pk=version.concept_id)
    for former in ConceptVersion.objects.filter(concept=version.concept_id, status=_S.ADOPTED):
        day = date_format(adopted_on, "d.m.Y")
        apply(VERSION, former, "supersede", by=by, reason=f"Fassung {version.number} ist am {day} beschlossen.")
    apply(
        VERSION,
        version,
        "adopt",
        by=by,
        reason=reason,
        adopted_by=adopted_by,
        adopted_on=adopted_on,
        paper_number=paper_number or version.paper_number,
        decision_url=decision_url,
    )


def publish(version: ConceptVersion, *, by: User, reason: str = "") -> None:
    """Let everybody read a version, from today."""
    apply(VERSION, version, "publish", by=by, reason=reason, published_on=timezone.localdate())


def withdraw(version: ConceptVersion, *, by: User, reason: str = "") -> None:
    """Take a version from the public pages; its content and its PDF stay."""
    if not reason.strip():
        raise TransitionError("Bitte geben Sie einen Grund an. Er steht im Verlauf.")
    apply(VERSION, version, "withdraw", by=by, reason=reason, published_on=None)


@transaction.atomic
def start_next_version(version: ConceptVersion, *, by: User) -> ConceptVersion:
    """Open the next draft with the content of a finished version ("Fortschreiben")."""
    if not can_freeze_version(by, version):
        raise PermissionDenied("start_next_version is not allowed")
    if version.is_draft:
        raise TransitionError("Diese Fassung ist selbst noch ein Entwurf.")
    draft = changes.copy_version(version)
    StatusChange.objects.create(
        target=draft,
        verb="start_next",
        to_status=draft.status,
        by_user=by,
        reason=f"Mit dem Inhalt von Fassung {version.number}.",
    )
    return draft
