"""Who may do what with organisations."""

from actors.models import Organisation
from kiportal.common.transitions import By


def can_review_organisation(by: By, organisation: Organisation) -> bool:
    return by.has_perm("actors.review_organisation") if hasattr(by, "has_perm") else False


def can_change_organisation(by: By, organisation: Organisation) -> bool:
    return by.has_perm("actors.change_organisation") if hasattr(by, "has_perm") else False
