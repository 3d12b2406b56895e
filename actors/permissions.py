"""Who may do what with organisations."""

from actors.models import Organisation
from kiportal.common.models import User
from kiportal.common.transitions import By


def can_review_organisation(by: By, organisation: Organisation) -> bool:
    return isinstance(by, User) and by.has_perm("actors.review_organisation")


def can_change_organisation(by: By, organisation: Organisation) -> bool:
    return isinstance(by, User) and by.has_perm("actors.change_organisation")
