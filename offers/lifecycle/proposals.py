"""Changes laid over a published entry (DESIGN: rule 6)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kiportal.common import links, proposals
from kiportal.common.four_eyes import is_own_proposal, require_reason, require_reason_alone
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, ChangeProposal, User
from kiportal.common.transitions import By, SomebodyWasFaster, TransitionError, apply
from offers import changes
from offers.completeness import missing
from offers.lifecycle.care import show_confirmed
from offers.lifecycle.mails import mail_proposal_decision
from offers.lifecycle.pictures import drop_waiting
from offers.lifecycle.tables import PROPOSAL
from offers.models import Offer
from offers.permissions import can_apply_proposal, can_propose_change, can_review_offer, own_proposals

_S = Offer.Status
_P = ChangeProposal.Status


@transaction.atomic
def propose(
    offer: Offer, proposed: dict[str, dict[str, Any]], *, by: By, message: str, email: str
) -> ChangeProposal | None:
    """Lay a change over a published entry; what an account of a trusted organisation changes is written at once.

    The author's own proposal (`permissions.own_proposals`) takes the new fields in while it is undecided; somebody
    else's is left alone. Nothing is left to propose: then None is returned.
    """
    if not can_propose_change(by, offer):
        raise PermissionDenied("propose is not allowed")
    offer = Offer.objects.select_for_update().get(pk=offer.pk)
    if not _is_changeable(offer):
        raise SomebodyWasFaster(_("Dieser Eintrag ist nicht mehr veröffentlicht."))
    own = own_proposals(by, offer).first()
    before = dict(own.changes) if own else {}
    proposal = proposals.lay_over(changes.OFFER, offer, proposed, own=own, by=by, message=message, email=email)
    drop_waiting(offer, before, but=proposal.changes if proposal else {})
    if proposal is None:
        return None
    is_answer = proposal.status == _P.CHANGES_REQUESTED
    if is_answer:
        apply(PROPOSAL, proposal, "answer_proposal", by=by, reason=message)
    if can_apply_proposal(by, proposal):
        apply(PROPOSAL, proposal, "apply_proposal", by=by)
        _take_over(offer, proposal, set(proposal.changes), by=by)
    if own is None or is_answer or proposal.status == _P.ACCEPTED:
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
    if proposal.status == _P.OPEN:
        _require_published(offer)
    if is_own_proposal(by, proposal):
        require_reason_alone(reason)
    change = proposals.accept(PROPOSAL, proposal, fields, by=by, reason=reason)
    _take_over(offer, proposal, fields, by=by, reason=reason if offer.status == _S.HIDDEN else "")
    drop_waiting(offer, proposal.changes)
    mail_proposal_decision(offer, proposal, change)


@contextmanager
def as_if_accepted(proposal: ChangeProposal) -> Iterator[Offer]:
    """The entry with the whole proposal in it, for looking only: nothing of what happens inside stays.

    Written and taken back, so that every rule and every page reads it as it would be. Raises TransitionError where the
    proposal no longer fits.
    """
    with transaction.atomic():
        offer = Offer.objects.get(pk=proposal.target_id)
        try:
            changes.write(offer, {name: change["new"] for name, change in proposal.changes.items()})
        except ValidationError as error:
            raise TransitionError(_("Diese Änderung passt nicht mehr zum Eintrag.")) from error
        offer.save()
        yield Offer.objects.for_detail().get(pk=offer.pk)
        transaction.set_rollback(True)


@transaction.atomic
def send_change_preview_link(proposal: ChangeProposal, *, by: User) -> AccessLink:
    """Mail the author of a change a link to the entry as the public will see it."""
    offer, proposal = _locked(proposal)
    if not can_review_offer(by, offer):
        raise PermissionDenied("send_change_preview_link is not allowed")
    if proposal.status not in {_P.OPEN, _P.CHANGES_REQUESTED}:
        raise TransitionError("Über diese Änderung ist schon entschieden.")
    if not proposal.author_email:
        raise TransitionError("Zu dieser Änderung ist keine E-Mail-Adresse gespeichert.")
    link = links.issue(AccessLink.Purpose.PREVIEW, proposal, proposal.author_email)
    enqueue("offers.send_preview_link", str(link.pk), title=f"E-Mail: Vorschau – {offer}", by=by)
    return link


def _is_changeable(offer: Offer) -> bool:
    return Offer.objects.changeable().filter(pk=offer.pk).exists()


def _take_over(offer: Offer, proposal: ChangeProposal, fields: set[str], *, by: By, reason: str = "") -> None:
    """Write proposed values, unless the entry would lose what it needs. What was hidden for want of a word is back."""
    missing_before = missing(offer)
    proposals.write(changes.OFFER, offer, proposal, fields)
    if lost := [label for label in missing(offer) if label not in missing_before]:
        raise TransitionError(_("Danach würde dem Eintrag fehlen: %(labels)s.") % {"labels": ", ".join(lost)})
    offer.last_confirmed_on = timezone.localdate()
    offer.lock_version += 1
    offer.save()
    # Only now: the change may bring what the entry lacked.
    if offer.status == _S.HIDDEN:
        show_confirmed(offer, by=by, reason=reason)


@transaction.atomic
def question_proposal(proposal: ChangeProposal, *, by: User, reason: str) -> None:
    """Ask back. The author answers where the change was proposed, by link or account."""
    require_reason(reason)
    offer, proposal = _locked(proposal)
    _require_published(offer)
    change = apply(PROPOSAL, proposal, "question_proposal", by=by, reason=reason)
    mail_proposal_decision(offer, proposal, change)


@transaction.atomic
def reject_proposal(proposal: ChangeProposal, *, by: User, reason: str) -> None:
    require_reason(reason)
    offer, proposal = _locked(proposal)
    change = apply(PROPOSAL, proposal, "reject_proposal", by=by, reason=reason)
    drop_waiting(offer, proposal.changes)
    mail_proposal_decision(offer, proposal, change)


def _require_published(offer: Offer) -> None:
    if not _is_changeable(offer):
        raise SomebodyWasFaster(
            "Der Eintrag ist nicht mehr veröffentlicht. Veröffentlichen Sie ihn zuerst wieder – oder lehnen Sie ab."
        )


def _locked(proposal: ChangeProposal) -> tuple[Offer, ChangeProposal]:
    """Both rows as they are now; first the offer, as in `propose`."""
    offer = Offer.objects.select_for_update().get(pk=proposal.target_id)
    return offer, proposals.locked(offer, proposal)
