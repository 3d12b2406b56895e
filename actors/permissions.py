"""Who may do what with organisations."""

from django.contrib.contenttypes.models import ContentType

from actors.models import ContactPerson, Membership, Organisation
from kiportal.common.four_eyes import has_taken, is_own_proposal, may_release
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange, User
from kiportal.common.models.proposals import ChangeProposalQuerySet
from kiportal.common.transitions import By

# What accounts of an organisation care for and may propose changes of.
type Profile = Organisation | ContactPerson

_REVIEW, _ALONE = "actors.review_organisation", "actors.release_own_organisation"


def can_review_organisation(by: By, organisation: Organisation) -> bool:
    return isinstance(by, User) and by.has_perm(_REVIEW)


def is_own_organisation(by: By, organisation: Organisation) -> bool:
    """Whether somebody entered it, by account or by a link to their address, or last wrote its text."""
    if not isinstance(by, User):
        return False
    steps = StatusChange.objects.for_target(organisation)
    return organisation.edited_by_id == by.pk or has_taken(by, steps, "enter", "edit")


def can_release_organisation(by: By, organisation: Organisation) -> bool:
    """Four eyes: nobody publishes an own organisation, but the head of a centre where nobody else could."""
    return may_release(by, lambda user: is_own_organisation(user, organisation), review=_REVIEW, alone=_ALONE)


def can_enter_organisation(by: By, organisation: Organisation) -> bool:
    """Staff, or who reports an entry of an organisation that is new."""
    if isinstance(by, AccessLink):
        return by.purpose == AccessLink.Purpose.DRAFT and by.revoked_at is None
    return isinstance(by, User) and by.has_perm("actors.add_organisation")


def can_change_organisation(by: By, organisation: Organisation) -> bool:
    return isinstance(by, User) and by.has_perm("actors.change_organisation")


def is_member(by: By, organisation_pk: int) -> bool:
    """Whether an account acts for the organisation: by its role, and as one of its people."""
    return (
        isinstance(by, User)
        and by.has_perm("actors.act_for_organisation")
        and Membership.objects.filter(user=by, organisation=organisation_pk).exists()
    )


def can_manage_access(by: By, organisation: Organisation) -> bool:
    """Say who acts for the organisation: each of its people, and staff."""
    return can_change_organisation(by, organisation) or is_member(by, organisation.pk)


def can_leave(by: By, organisation: Organisation) -> bool:
    return is_member(by, organisation.pk)


def can_care_for_organisation(by: By, organisation: Organisation) -> bool:
    """Change what stands about the organisation and how to reach it, or propose it."""
    return is_member(by, organisation.pk)


def holds_care_link(by: By, organisation: Organisation) -> bool:
    """Whether a link was sent for all entries of the organisation. It proves a mail address, and no more than that."""
    return (
        isinstance(by, AccessLink)
        and by.purpose == AccessLink.Purpose.CARE_ALL
        and by.revoked_at is None
        and by.target_id == organisation.pk
        and by.target_type == ContentType.objects.get_for_model(Organisation)
    )


def can_propose_profile(by: By, record: Profile) -> bool:
    """Accounts for all that stands about the organisation; a link for its own data alone, never for its contacts."""
    if isinstance(record, Organisation) and holds_care_link(by, record):
        return True
    return can_care_for_organisation(by, organisation_of(record))


def can_confirm_profile(by: By, organisation: Organisation) -> bool:
    """Say that all is as it should be: whoever may propose a change, and staff who were told so."""
    return can_propose_profile(by, organisation) or can_change_organisation(by, organisation)


def organisation_of(record: Profile) -> Organisation:
    return record if isinstance(record, Organisation) else record.organisation


def own_proposals(by: By, record: Profile) -> ChangeProposalQuerySet:
    """The undecided proposal that somebody reads, adds to and takes back: at most one.

    The accounts of an organisation share theirs; what came by a link belongs to its address.
    """
    undecided = ChangeProposal.objects.for_target(record).undecided()
    if isinstance(by, AccessLink):
        may_propose = can_propose_profile(by, record)
        return undecided.filter(by_account=False, author_email=by.email) if may_propose else undecided.none()
    may_care = can_care_for_organisation(by, organisation_of(record))
    return undecided.filter(by_account=True) if may_care else undecided.none()


def can_decide_proposal(by: By, proposal: ChangeProposal) -> bool:
    """Ask back or reject."""
    return isinstance(by, User) and by.has_perm(_REVIEW)


def can_accept_proposal(by: By, proposal: ChangeProposal) -> bool:
    return may_release(by, lambda user: is_own_proposal(user, proposal), review=_REVIEW, alone=_ALONE)


def can_answer_proposal(by: By, proposal: ChangeProposal) -> bool:
    record = _target(proposal)
    return record is not None and own_proposals(by, record).filter(pk=proposal.pk).exists()


def can_apply_proposal(by: By, proposal: ChangeProposal) -> bool:
    """A trusted organisation changes what is public about it without a review, through its accounts."""
    record = _target(proposal)
    if record is None or not proposal.by_account:
        return False
    return organisation_of(record).is_trusted and can_care_for_organisation(by, organisation_of(record))


def _target(proposal: ChangeProposal) -> Profile | None:
    """The record as it is stored now; nothing for a record of another room."""
    record = proposal.target
    return record if isinstance(record, Organisation | ContactPerson) else None
