"""The proposal's side of a change: its verbs, how it is laid over a record, how its values are taken over.

The room that owns the record locks it, says who may, and saves it; it calls down to here in the same transaction
(DESIGN 2: how rooms work together).
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from kiportal.common.changes import Proposable
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange, User
from kiportal.common.transitions import By, SomebodyWasFaster, Table, Transition, TransitionError, apply, table

_P = ChangeProposal.Status

REWRITTEN = "Der Vorschlag wurde inzwischen geändert. Bitte sehen Sie ihn noch einmal an."

type May = Callable[[By, ChangeProposal], bool]


def verbs(*, decide: May, accept: May, answer: May, take_over: May) -> Table:
    """The steps of a proposal; each room says who may take them."""
    return table(
        Transition("accept_proposal", frozenset({_P.OPEN}), _P.ACCEPTED, accept),
        Transition("accept_proposal_partly", frozenset({_P.OPEN}), _P.PARTLY_ACCEPTED, accept),
        Transition("question_proposal", frozenset({_P.OPEN}), _P.CHANGES_REQUESTED, decide),
        Transition("answer_proposal", frozenset({_P.CHANGES_REQUESTED}), _P.OPEN, answer),
        Transition("reject_proposal", frozenset({_P.OPEN}), _P.REJECTED, decide),
        Transition("apply_proposal", frozenset({_P.OPEN}), _P.ACCEPTED, take_over),
    )


def lay_over[Record: models.Model](
    fields: Proposable[Record],
    record: Record,
    proposed: dict[str, dict[str, Any]],
    *,
    own: ChangeProposal | None,
    by: By,
    message: str,
    email: str,
) -> ChangeProposal | None:
    """Store what somebody wants to change; the record is locked. An own proposal (undecided) takes the new fields in.

    A field whose old and new value are the same leaves it, and with the last field the proposal itself goes: then None
    is returned.
    """
    proposal = own or ChangeProposal(target=record, changes={}, by_account=isinstance(by, User))
    # The author has seen the record as it is now, with the open proposal over it.
    merged = {name: change | {"old": fields.current(record, name)} for name, change in proposal.changes.items()}
    merged |= proposed
    proposal.changes = {name: change for name, change in merged.items() if change["old"] != change["new"]}
    if not proposal.changes:
        if own is not None:
            own.delete()
        return None
    proposal.lock_version = getattr(record, "lock_version")  # noqa: B009  (every target is Locked)
    proposal.message = "\n\n".join(part for part in (proposal.message, message) if part)
    proposal.by_user = by if isinstance(by, User) else None
    proposal.by_link = by if isinstance(by, AccessLink) else None
    proposal.author_email = email
    proposal.save()
    return proposal


def locked(record: models.Model, proposal: ChangeProposal) -> ChangeProposal:
    """The proposal as it is now, kept from others until the decision is stored; its record is locked before.

    Nobody decides about words that they have not read.
    """
    now = ChangeProposal.objects.for_target(record).select_for_update().get(pk=proposal.pk)
    if now.status == _P.OPEN and now.changes != proposal.changes:
        raise SomebodyWasFaster(REWRITTEN)
    return now


def accept(verbs: Table, proposal: ChangeProposal, fields: set[str], *, by: By, reason: str) -> StatusChange:
    """Close a locked proposal of which these fields are taken."""
    if unknown := fields - proposal.changes.keys():
        raise ValueError(f"not proposed: {unknown}")
    if not fields:
        raise TransitionError("Bitte wählen Sie mindestens eine Änderung aus – oder lehnen Sie den Vorschlag ab.")
    verb = "accept_proposal" if fields == set(proposal.changes) else "accept_proposal_partly"
    return apply(verbs, proposal, verb, by=by, reason=reason)


def write[Record: models.Model](
    fields: Proposable[Record], record: Record, proposal: ChangeProposal, names: Iterable[str]
) -> None:
    """Write these proposed values, unless somebody changed them meanwhile; the caller saves the record."""
    chosen = {name: change for name, change in proposal.changes.items() if name in set(names)}
    if moved := [
        fields.label(name) for name, change in chosen.items() if fields.current(record, name) != change["old"]
    ]:
        raise SomebodyWasFaster(
            _("Diese Angaben wurden inzwischen anders geändert: %(labels)s.") % {"labels": ", ".join(moved)}
        )
    try:
        fields.write(record, {name: change["new"] for name, change in chosen.items()})
    except ValidationError as error:
        raise TransitionError(" ".join(error.messages)) from error
