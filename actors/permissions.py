"""Who may do what with organisations."""

from actors.models import Membership, Organisation
from kiportal.common.models import User
from kiportal.common.transitions import By


def can_review_organisation(by: By, organisation: Organisation) -> bool:
    return isinstance(by, User) and by.has_perm("actors.review_organisation")


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
