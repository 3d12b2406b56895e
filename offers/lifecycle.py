"""Every change of an offer's status, and what follows from it (DESIGN: section 4).

Each verb is one function; mails and other effects are jobs enqueued in the same transaction.
"""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

import actors.lifecycle
from actors.models import Organisation
from kiportal.common import links
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange, User
from kiportal.common.slugs import free_slug
from kiportal.common.transitions import By, SomebodyWasFaster, Transition, TransitionError, apply, table
from offers import changes
from offers.completeness import missing
from offers.models import Offer
from offers.permissions import (
    can_add_offer,
    can_answer_offer,
    can_care_for_offer,
    can_confirm_offer,
    can_decide_proposal,
    can_replace_proposal,
    can_restore_offer,
    can_review_offer,
)

_S = Offer.Status
_P = ChangeProposal.Status
# Path parts below /angebote/ that are no offer.
RESERVED_SLUGS = frozenset({"melden", "bestaetigen", "pflege", "feed"})


def _is_complete(offer: Offer) -> str:
    gaps = missing(offer)
    return f"Es fehlt noch: {', '.join(gaps)}." if gaps else ""


def _may_be_sent(offer: Offer) -> str:
    if not offer.submitter_email:
        return "Es fehlt noch: E-Mail-Adresse für Rückfragen."
    return _is_complete(offer)


def _may_be_published(offer: Offer) -> str:
    if offer.provider.status not in {Organisation.Status.PUBLISHED, Organisation.Status.PROPOSED}:
        return "Die Organisation dieses Eintrags ist nicht veröffentlicht."
    return _is_complete(offer)


OFFER = table(
    Transition("send", frozenset({_S.DRAFT}), _S.UNCONFIRMED, can_answer_offer, _may_be_sent),
    Transition("submit", frozenset({_S.DRAFT}), _S.SUBMITTED, can_add_offer, _is_complete),
    Transition("confirm_submission", frozenset({_S.UNCONFIRMED}), _S.SUBMITTED, can_confirm_offer),
    Transition("request_changes", frozenset({_S.SUBMITTED}), _S.CHANGES_REQUESTED, can_review_offer),
    Transition("resubmit", frozenset({_S.CHANGES_REQUESTED}), _S.SUBMITTED, can_answer_offer, _is_complete),
    Transition("publish", frozenset({_S.SUBMITTED}), _S.PUBLISHED, can_review_offer, _may_be_published),
    Transition("reject", frozenset({_S.SUBMITTED}), _S.REJECTED, can_review_offer),
    Transition("hide", frozenset({_S.PUBLISHED}), _S.HIDDEN, can_review_offer),
    Transition("unhide", frozenset({_S.HIDDEN}), _S.PUBLISHED, can_review_offer, _may_be_published),
    Transition("archive", frozenset({_S.PUBLISHED, _S.HIDDEN}), _S.ARCHIVED, can_care_for_offer),
    Transition("restore", frozenset({_S.ARCHIVED}), _S.PUBLISHED, can_restore_offer, _may_be_published),
)

PROPOSAL = table(
    Transition("accept_proposal", frozenset({_P.OPEN}), _P.ACCEPTED, can_decide_proposal),
    Transition("accept_proposal_partly", frozenset({_P.OPEN}), _P.PARTLY_ACCEPTED, can_decide_proposal),
    Transition("reject_proposal", frozenset({_P.OPEN}), _P.REJECTED, can_decide_proposal),
    Transition("replace_proposal", frozenset({_P.OPEN}), _P.REJECTED, can_replace_proposal),
)


# Being written


@transaction.atomic
def start_draft(offer: Offer, *, new_provider: Organisation | None = None) -> AccessLink:
    """Store a draft with its link. A new organisation comes with it as `proposed`."""
    if new_provider is not None:
        offer.provider = actors.lifecycle.add(new_provider)
    offer.save()
    return links.issue(AccessLink.Purpose.DRAFT, offer, offer.submitter_email)


@transaction.atomic
def send(offer: Offer, *, by: By) -> StatusChange:
    """The author is done: ask for a click in a mail before the centre sees it."""
    change = apply(OFFER, offer, "send", by=by)
    link = links.issue(AccessLink.Purpose.CONFIRM, offer, offer.submitter_email)
    enqueue("offers.send_confirmation", str(link.pk), title=f"E-Mail: Meldung bestätigen – {offer}")
    return change


@transaction.atomic
def submit(offer: Offer, *, by: User) -> StatusChange:
    """Staff entered the offer for somebody; it goes to the queue like every other."""
    return apply(OFFER, offer, "submit", by=by, submitted_at=timezone.now())


@transaction.atomic
def confirm_submission(offer: Offer, *, by: AccessLink) -> StatusChange:
    """The link in the mail was used, so the address is right."""
    change = apply(OFFER, offer, "confirm_submission", by=by, submitted_at=timezone.now())
    _mail_author("offers.send_receipt", offer, change, "Meldung eingegangen")
    return change


@transaction.atomic
def resubmit(offer: Offer, *, by: By, answer: str = "") -> StatusChange:
    """The author answered the question of the centre."""
    change = apply(OFFER, offer, "resubmit", by=by, reason=answer, submitted_at=timezone.now())
    _mail_author("offers.send_receipt", offer, change, "Antwort eingegangen")
    return change


# Review


@transaction.atomic
def request_changes(offer: Offer, *, by: User, reason: str) -> StatusChange:
    """Ask back. The mail carries a link to the form."""
    _require_reason(reason)
    change = apply(OFFER, offer, "request_changes", by=by, reason=reason)
    _mail_decision(offer, change)
    return change


@transaction.atomic
def publish(offer: Offer, *, by: User, reason: str = "") -> StatusChange:
    """Publish, together with an organisation that is still proposed."""
    offer.provider = Organisation.objects.select_for_update().get(pk=offer.provider_id)
    change = apply(
        OFFER,
        offer,
        "publish",
        by=by,
        reason=reason,
        slug=offer.slug or free_slug(Offer.objects.all(), offer.title, fallback="angebot", reserved=RESERVED_SLUGS),
        published_at=timezone.now(),
        last_confirmed_on=timezone.localdate(),
    )
    if offer.provider.status == Organisation.Status.PROPOSED:
        actors.lifecycle.publish(offer.provider, by=by, reason=reason)
    _mail_decision(offer, change)
    return change


@transaction.atomic
def reject(offer: Offer, *, by: User, reason: str) -> StatusChange:
    _require_reason(reason)
    change = apply(OFFER, offer, "reject", by=by, reason=reason)
    _mail_decision(offer, change)
    return change


@transaction.atomic
def hide(offer: Offer, *, by: User, reason: str) -> StatusChange:
    """Take a published entry off the public pages for a while."""
    _require_reason(reason)
    change = apply(OFFER, offer, "hide", by=by, reason=reason)
    _mail_decision(offer, change)
    return change


@transaction.atomic
def unhide(offer: Offer, *, by: User, reason: str = "") -> StatusChange:
    change = apply(OFFER, offer, "unhide", by=by, reason=reason)
    _mail_decision(offer, change)
    return change


# Care


@transaction.atomic
def archive(offer: Offer, *, by: By, reason: str = "") -> StatusChange:
    """End an entry. When its author did it, the centre is told and can undo it."""
    change = apply(OFFER, offer, "archive", by=by, reason=reason)
    if can_review_offer(by, offer):
        _mail_decision(offer, change)
    else:
        enqueue("offers.send_ended_notice", change.pk, title=f"E-Mail: Eintrag beendet – {offer}")
    return change


@transaction.atomic
def restore(offer: Offer, *, by: By, reason: str = "") -> StatusChange:
    change = apply(OFFER, offer, "restore", by=by, reason=reason, last_confirmed_on=timezone.localdate())
    if can_review_offer(by, offer):
        _mail_decision(offer, change)
    return change


def confirm(offer: Offer, *, by: By, on: date) -> None:
    """ "Stimmt alles": the entry is as it should be on that day."""
    if not can_care_for_offer(by, offer):
        raise PermissionDenied("confirm is not allowed")
    if not Offer.objects.filter(pk=offer.pk, status=_S.PUBLISHED).update(last_confirmed_on=on):
        raise SomebodyWasFaster("Dieser Eintrag ist nicht mehr veröffentlicht.")
    offer.last_confirmed_on = on


# Proposals


@transaction.atomic
def propose(offer: Offer, proposed: dict[str, dict[str, Any]], *, by: By, message: str, email: str) -> ChangeProposal:
    """Lay a change over a published entry; a newer proposal replaces the one that is still open."""
    if not can_care_for_offer(by, offer):
        raise PermissionDenied("propose is not allowed")
    locked = Offer.objects.select_for_update().get(pk=offer.pk)
    if locked.status != _S.PUBLISHED:
        raise SomebodyWasFaster("Dieser Eintrag ist nicht mehr veröffentlicht.")
    for older in ChangeProposal.objects.for_target(offer).open():
        apply(PROPOSAL, older, "replace_proposal", by=by)
    return ChangeProposal.objects.create(
        target=offer,
        lock_version=locked.lock_version,
        changes=proposed,
        message=message,
        by_user=by if isinstance(by, User) else None,
        by_link=by if isinstance(by, AccessLink) else None,
        author_email=email,
    )


@transaction.atomic
def accept_proposal(proposal: ChangeProposal, fields: set[str], *, by: User, reason: str = "") -> None:
    """Write the chosen fields of a proposal into its offer and close it; the author gets a mail."""
    offer, proposal = _locked(proposal)
    if unknown := fields - proposal.changes.keys():
        raise ValueError(f"not proposed: {unknown}")
    if not fields:
        raise TransitionError("Bitte wählen Sie mindestens eine Änderung aus – oder lehnen Sie den Vorschlag ab.")
    verb = "accept_proposal" if fields == set(proposal.changes) else "accept_proposal_partly"
    change = apply(PROPOSAL, proposal, verb, by=by, reason=reason)
    chosen = {name: change for name, change in proposal.changes.items() if name in fields}
    if moved := [
        changes.label(name) for name, change in chosen.items() if changes.current(offer, name) != change["old"]
    ]:
        raise SomebodyWasFaster(f"Diese Angaben wurden inzwischen anders geändert: {', '.join(moved)}.")
    missing_before = missing(offer)
    try:
        changes.write(offer, {name: change["new"] for name, change in chosen.items()})
    except ValidationError as error:
        raise TransitionError(" ".join(error.messages)) from error
    if lost := [label for label in missing(offer) if label not in missing_before]:
        raise TransitionError(f"Danach würde dem Eintrag fehlen: {', '.join(lost)}.")
    offer.last_confirmed_on = timezone.localdate()
    offer.lock_version += 1
    offer.save()
    _mail_proposal_decision(proposal, change)


@transaction.atomic
def reject_proposal(proposal: ChangeProposal, *, by: User, reason: str) -> None:
    _require_reason(reason)
    _offer, proposal = _locked(proposal)
    change = apply(PROPOSAL, proposal, "reject_proposal", by=by, reason=reason)
    _mail_proposal_decision(proposal, change)


def _locked(proposal: ChangeProposal) -> tuple[Offer, ChangeProposal]:
    """Both rows as they are now, kept from others until the decision is stored; first the offer, as in `propose`."""
    offer = Offer.objects.select_for_update().get(pk=proposal.target_id)
    ours = ChangeProposal.objects.for_target(offer).select_for_update()
    return offer, ours.get(pk=proposal.pk)


# Mails


def _mail_author(kind: str, offer: Offer, change: StatusChange, matter: str) -> None:
    if offer.submitter_email:
        enqueue(kind, change.pk, title=f"E-Mail: {matter} – {offer}")


def _mail_decision(offer: Offer, change: StatusChange) -> None:
    _mail_author("offers.send_decision", offer, change, "Entscheidung")


def _mail_proposal_decision(proposal: ChangeProposal, change: StatusChange) -> None:
    if proposal.author_email:
        enqueue("offers.send_proposal_decision", change.pk, title=f"E-Mail: Änderungsvorschlag – {proposal.target}")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise TransitionError("Bitte geben Sie eine Begründung an. Sie steht in der E-Mail.")
