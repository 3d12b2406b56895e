"""What accounts of an organisation, or a link to its entries, change about it: at once or as a proposal (rule 6)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from actors.changes import CONTACT, ORGANISATION, fields_for_members
from actors.lifecycle.locking import locked
from actors.lifecycle.tables import CARE, PROPOSAL
from actors.models import ContactPerson, Organisation
from actors.permissions import (
    Profile,
    can_apply_proposal,
    can_care_for_organisation,
    can_confirm_profile,
    can_propose_profile,
    organisation_of,
    own_proposals,
)
from kiportal.common import links, proposals
from kiportal.common.changes import Proposable
from kiportal.common.four_eyes import is_own_proposal, require_reason, require_reason_alone
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange, User
from kiportal.common.transitions import By, SomebodyWasFaster, apply

_S = Organisation.Status
_P = ChangeProposal.Status


@transaction.atomic
def change_profile(
    organisation: Organisation, proposed: dict[str, dict[str, Any]], *, by: User, message: str = ""
) -> ChangeProposal | None:
    """Change what stands about the organisation: at once while nobody sees it, else by `propose`."""
    organisation = locked(organisation)
    if not proposed.keys() <= set(fields_for_members(organisation)):
        raise PermissionDenied("these fields are for staff")
    if organisation.status != _S.PROPOSED:
        return propose(organisation, proposed, by=by, message=message)
    apply(CARE, organisation, "edit", by=by, edited_by=by)
    ORGANISATION.write(organisation, {name: change["new"] for name, change in proposed.items()})
    _save(organisation)
    return None


@transaction.atomic
def confirm_profile(organisation: Organisation, *, by: By) -> None:
    """ "Stimmt": its data are as they should be. The Verlauf names it once for each day and person."""
    organisation = locked(organisation)
    if organisation.status != _S.PUBLISHED and can_confirm_profile(by, organisation):
        raise SomebodyWasFaster(_("Diese Organisation ist nicht mehr veröffentlicht."))
    last = StatusChange.objects.for_target(organisation).last()
    who = {"by_user": by} if isinstance(by, User) else {"by_link": by}
    is_said = last is not None and last.verb == "confirm" and timezone.localdate(last.at) == timezone.localdate()
    if is_said and all(getattr(last, name) == value for name, value in who.items()):
        return
    apply(CARE, organisation, "confirm", by=by)


@transaction.atomic
def propose(
    record: Profile, proposed: dict[str, dict[str, Any]], *, by: User | AccessLink, message: str
) -> ChangeProposal | None:
    """Lay a change over a published organisation or a contact; what a trusted organisation changes is written at once.

    The accounts of an organisation share their proposal, which takes the new fields in while it is undecided; so does
    that of an address that came by a link, which is always reviewed. Nothing is left to propose: then None is returned.
    """
    if not can_propose_profile(by, record):
        raise PermissionDenied("propose is not allowed")
    record = locked(record)
    organisation = organisation_of(record)
    if organisation.status != _S.PUBLISHED:
        raise SomebodyWasFaster(_("Diese Organisation ist nicht mehr veröffentlicht."))
    own, fields = own_proposals(by, record).first(), _fields(record)
    proposal = proposals.lay_over(fields, record, proposed, own=own, by=by, message=message, email=by.email)
    if proposal is None:
        return None
    is_answer = proposal.status == _P.CHANGES_REQUESTED
    if is_answer:
        apply(PROPOSAL, proposal, "answer_proposal", by=by, reason=message)
    if can_apply_proposal(by, proposal):
        apply(PROPOSAL, proposal, "apply_proposal", by=by)
        _take_over(record, proposal, set(proposal.changes))
    if own is None or is_answer or proposal.status == _P.ACCEPTED:
        enqueue("offers.send_proposal_notice", proposal.pk, title=f"E-Mail an das KI: Änderung – {organisation}")
    return proposal


@transaction.atomic
def withdraw_proposal(record: Profile, *, by: User) -> None:
    """The organisation no longer wants the change; a second time changes nothing."""
    if not can_care_for_organisation(by, organisation_of(record)):
        raise PermissionDenied("withdraw_proposal is not allowed")
    own_proposals(by, locked(record)).delete()


@transaction.atomic
def accept_proposal(proposal: ChangeProposal, fields: set[str], *, by: User, reason: str = "") -> None:
    """Write the chosen fields of a proposal into its record and close it; the author gets a mail."""
    organisation, record, proposal = _locked(proposal)
    if proposal.status == _P.OPEN:
        _require_published(organisation)
    if is_own_proposal(by, proposal):
        require_reason_alone(reason)
    change = proposals.accept(PROPOSAL, proposal, fields, by=by, reason=reason)
    _take_over(record, proposal, fields)
    _mail_decision(organisation, proposal, change)


@transaction.atomic
def question_proposal(proposal: ChangeProposal, *, by: User, reason: str) -> None:
    """Ask back. The organisation answers in the workspace."""
    require_reason(reason)
    organisation, _record, proposal = _locked(proposal)
    _require_published(organisation)
    change = apply(PROPOSAL, proposal, "question_proposal", by=by, reason=reason)
    _mail_decision(organisation, proposal, change)


@transaction.atomic
def reject_proposal(proposal: ChangeProposal, *, by: User, reason: str) -> None:
    require_reason(reason)
    organisation, _record, proposal = _locked(proposal)
    change = apply(PROPOSAL, proposal, "reject_proposal", by=by, reason=reason)
    _mail_decision(organisation, proposal, change)


def _require_published(organisation: Organisation) -> None:
    if organisation.status != _S.PUBLISHED:
        raise SomebodyWasFaster(
            "Die Organisation ist nicht mehr veröffentlicht. Stellen Sie sie zuerst wieder her – oder lehnen Sie ab."
        )


def _mail_decision(organisation: Organisation, proposal: ChangeProposal, change: StatusChange) -> None:
    """Nobody is told where no address is known."""
    if not proposal.author_email:
        return
    keys: list[Any] = [change.pk]
    if not proposal.by_account:  # who has no account reads and answers by a link
        keys.append(str(links.issue(AccessLink.Purpose.CARE_ALL, organisation, proposal.author_email).pk))
    enqueue("offers.send_proposal_decision", *keys, title=f"E-Mail: Änderungsvorschlag – {organisation}")


def _take_over(record: Profile, proposal: ChangeProposal, fields: set[str]) -> None:
    proposals.write(_fields(record), record, proposal, fields)
    _save(record)


def _save(record: Profile) -> None:
    """Who has a form open reads that somebody saved meanwhile."""
    record.lock_version += 1
    record.save()


def _fields(record: Profile) -> Proposable[Any]:
    return ORGANISATION if isinstance(record, Organisation) else CONTACT


def _locked(proposal: ChangeProposal) -> tuple[Organisation, Profile, ChangeProposal]:
    record = proposal.target
    if not isinstance(record, Organisation | ContactPerson):
        raise SomebodyWasFaster("Was geändert werden sollte, gibt es nicht mehr.")
    record = locked(record)
    return organisation_of(record), record, proposals.locked(record, proposal)
