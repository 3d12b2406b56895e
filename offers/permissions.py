"""Who may do what with offers. `by` is somebody signed in or the holder of a link from a mail."""

from actors.models import Membership
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange, User
from kiportal.common.models.proposals import ChangeProposalQuerySet
from kiportal.common.models.user import UserQuerySet
from kiportal.common.transitions import By, Clock
from offers.models import Offer

_P = AccessLink.Purpose


def can_review_offer(by: By, offer: Offer) -> bool:
    return isinstance(by, User) and by.has_perm("offers.review_offer")


def can_change_offer(by: By, offer: Offer) -> bool:
    return isinstance(by, User) and by.has_perm("offers.change_offer")


def can_add_offer(by: By, offer: Offer) -> bool:
    return isinstance(by, User) and by.has_perm("offers.add_offer")


def can_answer_offer(by: By, offer: Offer) -> bool:
    """Write the draft, send it, answer a question: the author's link, or staff on the author's behalf."""
    return _holds(by, offer, _P.DRAFT) or can_change_offer(by, offer)


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


def can_hide_overdue(by: By, offer: Offer) -> bool:
    """Nobody's decision: the time for a confirmation is over."""
    return isinstance(by, Clock)


def can_show_confirmed(by: By, offer: Offer) -> bool:
    """Who cares for an entry brings it back by confirming it, if it was hidden for want of that and nothing else."""
    return can_care_for_offer(by, offer) and Offer.objects.hidden_as_overdue().filter(pk=offer.pk).exists()


def can_decide_proposal(by: By, proposal: ChangeProposal) -> bool:
    return isinstance(by, User) and by.has_perm("offers.review_offer")


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
    return isinstance(by, User) and Membership.objects.filter(user=by, organisation=offer.provider_id).exists()


def _holds(by: By, offer: Offer, purpose: AccessLink.Purpose) -> bool:
    """Whether the link is for that. A link to an organisation cares for those of its entries that go to its address:
    anybody may name any organisation, so an address shows nothing about the entries of another.
    """
    if not isinstance(by, AccessLink) or by.revoked_at is not None:
        return False
    if by.purpose == _P.CARE_ALL and purpose == _P.CARE:
        return Offer.objects.in_care_of(by.target_id, by.email).filter(pk=offer.pk).exists()
    return by.purpose == purpose and bool(by.target == offer)
