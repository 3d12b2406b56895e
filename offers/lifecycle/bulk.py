"""One decision for several entries of the queue. Each is decided on its own: one that fails stops no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied

import actors.lifecycle
from kiportal.common.models import ChangeProposal, User
from kiportal.common.transitions import TransitionError
from offers.lifecycle.decisions import accept_change, reject_change
from offers.lifecycle.review import publish, reject
from offers.review import assignment, records


@dataclass(frozen=True)
class Result:
    title: str
    url: str
    error: str  # a sentence, or ""


OWN = "Das ist Ihr eigener Eintrag. Jemand anderes muss ihn freigeben."
GONE = "Diesen Eintrag gibt es nicht mehr."


def decide(keys: Sequence[str], verb: str, *, by: User, reason: str, assignee: User | None) -> list[Result]:
    """`verb` is "publish", "reject" or "assign"; the keys are those of queue entries ("angebot-12")."""
    return [_one(key, verb, by=by, reason=reason, assignee=assignee) for key in keys]


def _one(key: str, verb: str, *, by: User, reason: str, assignee: User | None) -> Result:
    kind, _dash, number = key.partition("-")
    record = records.known(kind).filter(pk=number).first()
    if record is None:
        return Result(key, "", GONE)
    error = ""
    try:
        if verb == "assign":
            assignment.hand_over(record, assignee)
        else:
            _VERBS[kind, verb](record, by=by, reason=reason)
    except TransitionError as refused:
        error = str(refused)
    except PermissionDenied:
        error = OWN
    return Result(records.title_of(record), records.url_of(record), error)


def _accept_all(proposal: ChangeProposal, *, by: User, reason: str) -> None:
    accept_change(proposal, set(proposal.changes), by=by, reason=reason)


_VERBS: dict[tuple[str, str], Callable[..., Any]] = {
    (records.OFFER, "publish"): publish,
    (records.OFFER, "reject"): reject,
    (records.CHANGE, "publish"): _accept_all,
    (records.CHANGE, "reject"): reject_change,
    (records.ORGANISATION, "publish"): actors.lifecycle.publish,
    (records.ORGANISATION, "reject"): actors.lifecycle.reject,
}
