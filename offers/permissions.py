"""Who may do what with offers. `by` is somebody signed in or the holder of a link from a mail."""

from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q, QuerySet

import actors.permissions
from actors.models import Municipality, Organisation
from actors.permissions import can_release_organisation, is_member, is_own_organisation
from actors.querysets import OrganisationQuerySet
from kiportal.common.four_eyes import has_taken, is_own_proposal, may_release
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange, User
from kiportal.common.models.proposals import ChangeProposalQuerySet
from kiportal.common.transitions import By, Clock
from offers.models import DataImport, Hint, Need, Offer, OfferImage, OfferSurvey, SavedSearch, SurveyInvitation
from offers.querysets import OfferImageQuerySet

_P = AccessLink.Purpose
# Steps by which an entry comes to the centre: who takes one wrote its text or stands for it.
_SENDING = ("send", "submit", "import", "confirm_submission", "resubmit")
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


def has_rewritten(by: By, offer: Offer) -> bool:
    """Whether somebody changed the text since the entry was last public; a link stands for the owner of its address."""
    steps = StatusChange.objects.for_target(offer)
    left = steps.filter(from_status=Offer.Status.PUBLISHED).exclude(to_status=Offer.Status.PUBLISHED).last()
    edits = steps.filter(verb="rewrite", pk__gt=left.pk if left else 0)
    if isinstance(by, User):
        return has_taken(by, edits, "rewrite")
    return isinstance(by, AccessLink) and edits.filter(by_user__email__iexact=by.email).exists()


def can_show_again(by: By, offer: Offer) -> bool:
    """Four eyes, as for a release: nobody makes public again what they rewrote while it was not. Without a change of
    their own that is free.
    """
    return may_release(by, lambda user: has_rewritten(user, offer), review=_REVIEW, alone=_ALONE)


def brings_organisation(offer: Offer) -> bool:
    """Whether the organisation is new and becomes public with the entry."""
    return offer.provider.status == Organisation.Status.PROPOSED


def can_change_offer(by: By, offer: Offer) -> bool:
    return isinstance(by, User) and by.has_perm("offers.change_offer")


def can_add_offer(by: By, offer: Offer) -> bool:
    return isinstance(by, User) and by.has_perm("offers.add_offer")


def can_record_offer(by: By, offer: Offer) -> bool:
    """Write down for an organisation what it has not confirmed yet: all staff share these drafts."""
    return offer.recorded_by_id is not None and can_add_offer(by, offer)


def can_discard_recorded(by: By, offer: Offer) -> bool:
    """Erase what was written down: staff, and whom it was written down for."""
    return can_record_offer(by, offer) or (offer.recorded_by_id is not None and _holds(by, offer, _P.DRAFT))


def can_write_draft(by: By, offer: Offer) -> bool:
    """A draft belongs to whoever writes it: the link it was started with, or else the accounts of its organisation.

    Anybody may name any organisation in the public form, so what is written by a link is not yet its members' business;
    nor is what staff write down, before somebody has confirmed it.
    """
    if offer.status != Offer.Status.DRAFT or offer.recorded_by_id is not None or not _is_member(by, offer):
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

    What the centre hid or ended is the centre's to bring back, by somebody who did not rewrite it meanwhile.
    """
    if can_review_offer(by, offer):
        return can_show_again(by, offer)
    moves = StatusChange.objects.for_target(offer).exclude(from_status=F("to_status"))
    ended = moves.select_related("by_user").last()
    return (
        can_care_for_offer(by, offer)
        and not has_rewritten(by, offer)
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


def usable_pictures(by: By, offer: Offer) -> OfferImageQuerySet:
    """The pictures that somebody may put into an entry: its own, and of those that wait what came from the author."""
    proposed = {
        key
        for proposal in own_proposals(by, offer)
        for key, *_words in proposal.changes.get("images", {}).get("new", [])
    }
    if isinstance(by, AccessLink):
        own = Q(by_link__email__iexact=by.email)
    elif isinstance(by, User):
        own = Q(by_user=by) | (Q(by_user__memberships__organisation=offer.provider) if _is_member(by, offer) else Q())
    else:
        own = Q(pk=None)
    images = OfferImage.objects.filter(offer=offer)
    return images.filter(pk__in=images.filter(Q(is_shown=True) | Q(uuid__in=proposed) | own).values("pk"))


def can_see_picture(by: By | AnonymousUser, image: OfferImage) -> bool:
    """Of entries that are not public, and pictures that wait: who sees the entry in the workspace.

    Whoever came by a link sees it through the page that the link opened (`common.pictures.signature`).
    """
    if not isinstance(by, User):
        return False
    offers = Offer.objects.filter(pk=image.offer_id)
    if by.has_perm("offers.view_offer"):
        return offers.for_staff().exists()
    offer = offers.for_member(by).select_related("provider").first()
    return offer is not None and usable_pictures(by, offer).filter(pk=image.pk).exists()


def proposals_in_care(link: AccessLink) -> ChangeProposalQuerySet:
    """The same for all entries of a link to an organisation at once."""
    entries = Offer.objects.in_care_of(link.target_id, link.email)
    undecided = ChangeProposal.objects.undecided().filter(target_type=ContentType.objects.get_for_model(Offer))
    return undecided.filter(by_account=False, author_email=link.email, target_id__in=entries.values("pk"))


def bodies_of(by: By) -> OrganisationQuerySet:
    """The administrations of Kommunen for which an account acts, by its role and as one of their people."""
    if not isinstance(by, User) or not by.has_perm("offers.view_local_offer"):
        return Organisation.objects.none()
    bodies = Organisation.objects.of_member(by).visible_to_public()
    return bodies.filter(kind=Organisation.Kind.MUNICIPALITY).order_by("sort_key")


def municipalities_of(by: By) -> QuerySet[Municipality]:
    """The Kommunen whose slice of the register an account may read."""
    return Municipality.objects.filter(organisations__in=bodies_of(by)).distinct()


def can_answer_need(by: By, need: Need) -> bool:
    return isinstance(by, User) and by.has_perm("offers.answer_need")


def can_answer_hint(by: By, hint: Hint) -> bool:
    return isinstance(by, User) and by.has_perm("offers.answer_hint")


def can_run_survey(by: By, survey: OfferSurvey) -> bool:
    return isinstance(by, User) and by.has_perm("offers.run_offersurvey")


def can_run_import(by: By, data_import: DataImport) -> bool:
    return isinstance(by, User) and by.has_perm("offers.run_dataimport")


def can_answer_survey(by: By, invitation: SurveyInvitation) -> bool:
    """Answer for an organisation: its own link, one of an address that cares for some of its entries, its accounts,
    and staff who hear it on the phone.
    """
    if isinstance(by, AccessLink):
        organisation, is_asked = invitation.organisation_id, by.email.lower() == invitation.email.lower()
        is_theirs = by.purpose == _P.CARE_ALL and by.target_id == organisation and by.revoked_at is None
        return is_theirs and (is_asked or Offer.objects.in_care_of(organisation, by.email).exists())
    return can_run_survey(by, invitation.survey) or is_member(by, invitation.organisation_id)


def can_change_search(by: By, search: SavedSearch) -> bool:
    """Confirm, change and end a saved search: its own link, and nobody else."""
    return (
        isinstance(by, AccessLink)
        and by.revoked_at is None
        and (by.purpose, by.target_id, by.email) == (_P.SEARCH, search.pk, search.email)
    )


def can_hide_overdue(by: By, offer: Offer) -> bool:
    """Nobody's decision: the time for a confirmation is over."""
    return isinstance(by, Clock)


def can_show_confirmed(by: By, offer: Offer) -> bool:
    """Who cares for an entry brings it back by confirming it, if it was hidden for want of that and nothing else.

    Not who rewrote it meanwhile: four eyes hold on every way back.
    """
    if not (can_care_for_offer(by, offer) and Offer.objects.hidden_as_overdue().filter(pk=offer.pk).exists()):
        return False
    return can_show_again(by, offer) if can_review_offer(by, offer) else not has_rewritten(by, offer)


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
