"""Who may do what with offers. `by` is somebody signed in or the holder of a link from a mail."""

import actors.permissions
from actors.models import Organisation
from actors.permissions import can_release_organisation, is_member, is_own_organisation
from kiportal.common.four_eyes import has_taken, is_own_proposal, may_release
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange, User
from kiportal.common.models.proposals import ChangeProposalQuerySet
from kiportal.common.transitions import By, Clock
from offers.models import Hint, Need, Offer

_P = AccessLink.Purpose
# Steps by which an entry comes to the centre: who takes one wrote its text or stands for it.
_SENDING = ("send", "submit", "confirm_submission", "resubmit")
_REVIEW, _ALONE = "offers.review_offer", "offers.release_own_offer"


def can_review_offer(by: By, offer: Offer) -> bool:
    return isinstance(by, User) and by.has_perm("offers.review_offer")


def is_own_offer(by: By, offer: Offer) -> bool:
    """Whether somebody last wrote the text in the workspace, or sent it, by account or by a link to their address."""
    if not isinstance(by, User):
        return False
    return offer.edited_by_id == by.pk or has_taken(by, StatusChange.objects.for_target(offer), *_SENDING)


def can_release_offer(by: By, offer: Offer) -> bool:
    """Four eyes: nobody releases an own entry, but the head of a centre where nobody else could.

    An organisation that is published with it is released, too.
    """
    return may_release_text(by, offer) and (
        not brings_organisation(offer) or can_release_organisation(by, offer.provider)
    )


def may_release_text(by: By, offer: Offer) -> bool:
    """The rule for the entry alone."""
    return may_release(by, lambda user: is_own_offer(user, offer), review=_REVIEW, alone=_ALONE)


def is_own_release(by: By, offer: Offer) -> bool:
    """Whether somebody would release something of their own, if they may: then they say why."""
    return is_own_offer(by, offer) or (brings_organisation(offer) and is_own_organisation(by, offer.provider))


def brings_organisation(offer: Offer) -> bool:
    """Whether the organisation is new and becomes public with the entry."""
    return offer.provider.status == Organisation.Status.PROPOSED


def can_change_offer(by: By, offer: Offer) -> bool:
    return isinstance(by, User) and by.has_perm("offers.change_offer")


def can_add_offer(by: By, offer: Offer) -> bool:
    return isinstance(by, User) and by.has_perm("offers.add_offer")


def can_write_draft(by: By, offer: Offer) -> bool:
    """A draft belongs to whoever writes it: the link it was started with, or else the accounts of its organisation.

    Anybody may name any organisation in the public form, so what is written by a link is not yet its members' business.
    """
    if offer.status != Offer.Status.DRAFT or not _is_member(by, offer):
        return _holds(by, offer, _P.DRAFT)
    return not AccessLink.objects.for_target(offer).filter(purpose=_P.DRAFT).exists()


def can_send_offer(by: By, offer: Offer) -> bool:
    """Send a draft: its author, or staff on the author's behalf."""
    return can_change_offer(by, offer) or can_write_draft(by, offer)


def can_answer_offer(by: By, offer: Offer) -> bool:
    """Answer the centre's question: whoever may send the entry, and the accounts of its organisation.

    It does not ask for the status: of two members who answer at once the second one is too late, not forbidden.
    """
    return can_send_offer(by, offer) or _is_member(by, offer)


def can_submit_offer(by: By, offer: Offer) -> bool:
    """Hand over an entry whose author is known: staff for somebody, or who wrote it by account or by a mailed link."""
    return can_add_offer(by, offer) or (
        (isinstance(by, User) or offer.is_address_proven) and can_write_draft(by, offer)
    )


def can_confirm_offer(by: By, offer: Offer) -> bool:
    """Confirm the mail address of a submission."""
    return _holds(by, offer, _P.CONFIRM)


def can_care_for_offer(by: By, offer: Offer) -> bool:
    """Confirm or end a published entry: the care link, a member of the organisation, or staff."""
    return _holds(by, offer, _P.CARE) or can_review_offer(by, offer) or _is_member(by, offer)


def can_restore_offer(by: By, offer: Offer) -> bool:
    """Bring an ended entry back: staff, and its author what the author ended while it was published.

    What the centre hid or ended is the centre's to bring back.
    """
    if can_review_offer(by, offer):
        return True
    ended = StatusChange.objects.for_target(offer).select_related("by_user").last()
    return (
        can_care_for_offer(by, offer)
        and ended is not None
        and (ended.verb, ended.from_status) == ("archive", Offer.Status.PUBLISHED)
        and (ended.by_link_id is not None or (ended.by_user is not None and not can_review_offer(ended.by_user, offer)))
    )


def can_propose_change(by: By, offer: Offer) -> bool:
    """Propose a change of a published entry: the care link or a member of the organisation; staff edit it."""
    return _holds(by, offer, _P.CARE) or _is_member(by, offer)


def own_proposals(by: By, offer: Offer) -> ChangeProposalQuerySet:
    """The undecided proposals that somebody may read, add to and take back: at most one.

    The accounts of an organisation act for it, so they share theirs. What came by a care link belongs to its address:
    members do not get it as their own, and whoever holds an old link does not read what the organisation plans.
    """
    undecided = ChangeProposal.objects.for_target(offer).undecided()
    if isinstance(by, AccessLink):
        return (
            undecided.filter(by_account=False, author_email=by.email)
            if _holds(by, offer, _P.CARE)
            else undecided.none()
        )
    return undecided.filter(by_account=True) if _is_member(by, offer) else undecided.none()


def can_answer_need(by: By, need: Need) -> bool:
    return isinstance(by, User) and by.has_perm("offers.answer_need")


def can_answer_hint(by: By, hint: Hint) -> bool:
    return isinstance(by, User) and by.has_perm("offers.answer_hint")


def can_hide_overdue(by: By, offer: Offer) -> bool:
    """Nobody's decision: the time for a confirmation is over."""
    return isinstance(by, Clock)


def can_show_confirmed(by: By, offer: Offer) -> bool:
    """Who cares for an entry brings it back by confirming it, if it was hidden for want of that and nothing else."""
    return can_care_for_offer(by, offer) and Offer.objects.hidden_as_overdue().filter(pk=offer.pk).exists()


def can_decide_proposal(by: By, proposal: ChangeProposal) -> bool:
    """Ask back or reject."""
    return isinstance(by, User) and by.has_perm(_REVIEW)


def can_accept_proposal(by: By, proposal: ChangeProposal) -> bool:
    """Four eyes, as for whole entries."""
    return may_release(by, lambda user: is_own_proposal(user, proposal), review=_REVIEW, alone=_ALONE)


def can_accept_any_proposal(by: By, proposal: ChangeProposal) -> bool:
    """The same for a change of an organisation or of a contact, which has its own reviewers."""
    if isinstance(proposal.target, Offer):
        return can_accept_proposal(by, proposal)
    return actors.permissions.can_accept_proposal(by, proposal)


def can_answer_proposal(by: By, proposal: ChangeProposal) -> bool:
    """Answer the centre's question: the author, who may also take the proposal back."""
    return own_proposals(by, Offer.objects.get(pk=proposal.target_id)).filter(pk=proposal.pk).exists()


def can_apply_proposal(by: By, proposal: ChangeProposal) -> bool:
    """A trusted organisation changes its published entries without a review, through its accounts.

    A care link proves a mail address only, and anybody may name any organisation: what comes by it is always reviewed,
    and no account takes it over with a change of its own.
    """
    if not proposal.by_account:
        return False
    offer = Offer.objects.select_related("provider").get(pk=proposal.target_id)
    return offer.provider.is_trusted and _is_member(by, offer)


def _is_member(by: By, offer: Offer) -> bool:
    return is_member(by, offer.provider_id)


def _holds(by: By, offer: Offer, purpose: AccessLink.Purpose) -> bool:
    """Whether the link is for that. A link to an organisation cares for those of its entries that go to its address:
    anybody may name any organisation, so an address shows nothing about the entries of another.
    """
    if not isinstance(by, AccessLink) or by.revoked_at is not None:
        return False
    if by.purpose == _P.CARE_ALL and purpose == _P.CARE:
        return Offer.objects.in_care_of(by.target_id, by.email).filter(pk=offer.pk).exists()
    return by.purpose == purpose and bool(by.target == offer)
