"""Changes laid over a published entry (DESIGN: rule 6)."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, ChangeProposal, User
from kiportal.common.transitions import By, SomebodyWasFaster, TransitionError, apply
from offers import changes
from offers.completeness import missing
from offers.lifecycle.mails import mail_proposal_decision
from offers.lifecycle.pictures import drop_waiting
from offers.lifecycle.tables import PROPOSAL, require_reason, require_reason_alone
from offers.models import Offer
from offers.permissions import can_apply_proposal, can_propose_change, is_own_proposal, own_proposals

_S = Offer.Status
_P = ChangeProposal.Status


@transaction.atomic
def propose(
    offer: Offer, proposed: dict[str, dict[str, Any]], *, by: By, message: str, email: str
) -> ChangeProposal | None:
    """Lay a change over a published entry; what an account of a trusted organisation changes is written at once.

    The author's own proposal (`permissions.own_proposals`) takes the new fields in while it is undecided; somebody
    else's is left alone. A field whose old and new value are the same leaves it, and with the last field the proposal
    itself goes: then None is returned.
    """
    if not can_propose_change(by, offer):
        raise PermissionDenied("propose is not allowed")
    offer = Offer.objects.select_for_update().get(pk=offer.pk)
    if offer.status != _S.PUBLISHED:
        raise SomebodyWasFaster(_("Dieser Eintrag ist nicht mehr veröffentlicht."))
    by_account = isinstance(by, User)
    proposal = own_proposals(by, offer).first() or ChangeProposal(target=offer, changes={}, by_account=by_account)
    is_new = proposal._state.adding
    # The author has seen the entry as it is now, with the open proposal over it.
    merged = {name: change | {"old": changes.current(offer, name)} for name, change in proposal.changes.items()}
    merged |= proposed
    before = proposal.changes
    proposal.changes = {name: change for name, change in merged.items() if change["old"] != change["new"]}
    drop_waiting(offer, before, but=proposal.changes)
    if not proposal.changes:
        if not is_new:
            proposal.delete()
        return None
    proposal.lock_version = offer.lock_version
    proposal.message = "\n\n".join(part for part in (proposal.message, message) if part)
    proposal.by_user = by if isinstance(by, User) else None
    proposal.by_link = by if isinstance(by, AccessLink) else None
    proposal.author_email = email
    proposal.save()
    is_answer = proposal.status == _P.CHANGES_REQUESTED
    if is_answer:
        apply(PROPOSAL, proposal, "answer_proposal", by=by, reason=message)
    if can_apply_proposal(by, proposal):
        apply(PROPOSAL, proposal, "apply_proposal", by=by)
        _take_over(offer, proposal.changes)
    if is_new or is_answer or proposal.status == _P.ACCEPTED:
        enqueue("offers.send_proposal_notice", proposal.pk, title=f"E-Mail an das KI: Änderung – {offer}")
    return proposal


@transaction.atomic
def withdraw_proposal(offer: Offer, *, by: By) -> None:
    """The author no longer wants the change; a second time changes nothing."""
    if not can_propose_change(by, offer):
        raise PermissionDenied("withdraw_proposal is not allowed")
    offer = Offer.objects.select_for_update().get(pk=offer.pk)
    for proposal in own_proposals(by, offer):
        drop_waiting(offer, proposal.changes)
        proposal.delete()


@transaction.atomic
def accept_proposal(proposal: ChangeProposal, fields: set[str], *, by: User, reason: str = "") -> None:
    """Write the chosen fields of a proposal into its offer and close it; the author gets a mail."""
    offer, proposal = _locked(proposal)
    if unknown := fields - proposal.changes.keys():
        raise ValueError(f"not proposed: {unknown}")
    if not fields:
        raise TransitionError("Bitte wählen Sie mindestens eine Änderung aus – oder lehnen Sie den Vorschlag ab.")
    if proposal.status == _P.OPEN and offer.status != _S.PUBLISHED:
        raise SomebodyWasFaster(
            "Der Eintrag ist nicht mehr veröffentlicht. Veröffentlichen Sie ihn zuerst wieder – oder lehnen Sie ab."
        )
    if is_own_proposal(by, proposal):
        require_reason_alone(reason)
    verb = "accept_proposal" if fields == set(proposal.changes) else "accept_proposal_partly"
    change = apply(PROPOSAL, proposal, verb, by=by, reason=reason)
    _take_over(offer, {name: values for name, values in proposal.changes.items() if name in fields})
    drop_waiting(offer, proposal.changes)
    mail_proposal_decision(offer, proposal, change)


def _take_over(offer: Offer, chosen: dict[str, dict[str, Any]]) -> None:
    """Write proposed values, unless somebody changed them meanwhile or the entry would lose what it needs."""
    if moved := [
        changes.label(name) for name, change in chosen.items() if changes.current(offer, name) != change["old"]
    ]:
        raise SomebodyWasFaster(
            _("Diese Angaben wurden inzwischen anders geändert: %(labels)s.") % {"labels": ", ".join(moved)}
        )
    missing_before = missing(offer)
    try:
        changes.write(offer, {name: change["new"] for name, change in chosen.items()})
    except ValidationError as error:
        raise TransitionError(" ".join(error.messages)) from error
    if lost := [label for label in missing(offer) if label not in missing_before]:
        raise TransitionError(_("Danach würde dem Eintrag fehlen: %(labels)s.") % {"labels": ", ".join(lost)})
    offer.last_confirmed_on = timezone.localdate()
    offer.lock_version += 1
    offer.save()


@transaction.atomic
def question_proposal(proposal: ChangeProposal, *, by: User, reason: str) -> None:
    """Ask back. The author answers where the change was proposed, by link or account."""
    require_reason(reason)
    offer, proposal = _locked(proposal)
    if offer.status != _S.PUBLISHED:
        raise SomebodyWasFaster(
            "Der Eintrag ist nicht mehr veröffentlicht. Veröffentlichen Sie ihn zuerst wieder – oder lehnen Sie ab."
        )
    change = apply(PROPOSAL, proposal, "question_proposal", by=by, reason=reason)
    mail_proposal_decision(offer, proposal, change)


@transaction.atomic
def reject_proposal(proposal: ChangeProposal, *, by: User, reason: str) -> None:
    require_reason(reason)
    offer, proposal = _locked(proposal)
    change = apply(PROPOSAL, proposal, "reject_proposal", by=by, reason=reason)
    drop_waiting(offer, proposal.changes)
    mail_proposal_decision(offer, proposal, change)


def _locked(proposal: ChangeProposal) -> tuple[Offer, ChangeProposal]:
    """Both rows as they are now, kept from others until the decision is stored; first the offer, as in `propose`."""
    offer = Offer.objects.select_for_update().get(pk=proposal.target_id)
    ours = ChangeProposal.objects.for_target(offer).select_for_update()
    return offer, ours.get(pk=proposal.pk)
