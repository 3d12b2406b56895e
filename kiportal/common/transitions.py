"""One door for status: a table of verbs and one `apply()` (DESIGN: section 3, rule 2).

    OFFER = table(Transition("publish", {"submitted"}, "published", may_review, guard=is_complete), ...)
    apply(OFFER, offer, "publish", by=user, reason="...")

`apply` checks permission and guard, moves the row by one UPDATE guarded with the old status, and writes the Verlauf,
all in one transaction. Effects (mails) are jobs that the calling lifecycle function enqueues in the same transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone

from kiportal.common.models import AccessLink, StatusChange, User


class Clock:
    """The time itself, for what happens because a day has come: every permission refuses it that does not name it."""


# Who acts: somebody signed in, the holder of a link from a mail, or the time.
By = User | AccessLink | Clock


class TransitionError(Exception):
    """A sentence in German that says why the step cannot be taken. `status` is what the page answers with."""

    status = 400


class SomebodyWasFaster(TransitionError):
    """The record has left the state in which the page was shown; a normal answer with a friendly page."""

    status = 409


@dataclass(frozen=True)
class Transition:
    verb: str
    sources: frozenset[str]
    target: str  # "" leaves the status: what changes is a date, and the Verlauf tells of it
    permission: Callable[[By, Any], bool]
    # Returns the sentence that refuses, or "".
    guard: Callable[[Any], str] = lambda _record: ""


Table = Mapping[str, Transition]


def table(*transitions: Transition) -> Table:
    return {transition.verb: transition for transition in transitions}


def possible(transitions: Table, record: Any, by: By) -> list[str]:
    """Return the verbs that `by` may apply to the record now, in the order of the table."""
    return [
        transition.verb
        for transition in transitions.values()
        if record.status in transition.sources and transition.permission(by, record)
    ]


@transaction.atomic
def apply(
    transitions: Table, record: models.Model, verb: str, *, by: By, reason: str = "", **changes: Any
) -> StatusChange:
    """Take one step and return its entry in the Verlauf; `changes` are fields to set in the same UPDATE.

    Raises PermissionDenied, SomebodyWasFaster, or TransitionError with the guard's sentence.
    """
    transition, old = transitions[verb], getattr(record, "status")  # noqa: B009
    if not transition.permission(by, record):
        raise PermissionDenied(f"{verb} is not allowed")
    if old not in transition.sources:
        raise SomebodyWasFaster(
            "Dieser Schritt ist nicht mehr möglich: Der Eintrag hat inzwischen einen anderen Stand."
        )
    if sentence := transition.guard(record):
        raise TransitionError(sentence)
    fields = {"status": transition.target or old, **changes}
    if hasattr(record, "updated_at"):
        fields["updated_at"] = timezone.now()
    if not type(record)._base_manager.filter(pk=record.pk, status=old).update(**fields):
        raise SomebodyWasFaster("Jemand anderes war schneller. Bitte prüfen Sie den neuen Stand.")
    for name, value in fields.items():
        setattr(record, name, value)
    return StatusChange.objects.create(
        target=record,
        verb=verb,
        from_status=old,
        to_status=fields["status"],
        by_user=by if isinstance(by, User) else None,
        by_link=by if isinstance(by, AccessLink) else None,
        reason=reason.strip(),
    )
