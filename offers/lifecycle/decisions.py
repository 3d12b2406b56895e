"""Deciding a proposed change of any kind: the room that owns its record does it (DESIGN 2)."""

from types import ModuleType

import actors.lifecycle
from kiportal.common.models import ChangeProposal, User
from offers.lifecycle import proposals
from offers.models import Offer


def accept_change(proposal: ChangeProposal, fields: set[str], *, by: User, reason: str = "") -> None:
    _room(proposal).accept_proposal(proposal, fields, by=by, reason=reason)


def question_change(proposal: ChangeProposal, *, by: User, reason: str) -> None:
    _room(proposal).question_proposal(proposal, by=by, reason=reason)


def reject_change(proposal: ChangeProposal, *, by: User, reason: str) -> None:
    _room(proposal).reject_proposal(proposal, by=by, reason=reason)


def _room(proposal: ChangeProposal) -> ModuleType:
    return proposals if isinstance(proposal.target, Offer) else actors.lifecycle
