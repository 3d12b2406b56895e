"""Who may do what with concepts, and which versions somebody may read."""

from datetime import date

from django.contrib.auth.models import AnonymousUser

from concepts.models import ConceptVersion
from concepts.querysets import ConceptVersionQuerySet
from kiportal.common.models import User
from kiportal.common.transitions import By


def can_edit_concepts(by: By | AnonymousUser) -> bool:
    return isinstance(by, User) and by.has_perm("concepts.change_concept")


def can_freeze_version(by: By, version: ConceptVersion) -> bool:
    return can_edit_concepts(by)


def can_decide_version(by: By, version: ConceptVersion) -> bool:
    """Publish, forward to a committee, record the decision: the head of the centre."""
    return isinstance(by, User) and by.has_perm("concepts.decide_conceptversion")


def readable_versions(by: User | AnonymousUser, on: date) -> ConceptVersionQuerySet:
    """What somebody may read on the portal's pages; drafts are read in the workspace only."""
    versions = ConceptVersion.objects.all()
    if can_edit_concepts(by):
        return versions.finished()
    if by.has_perm("concepts.read_conceptversion_in_committee"):
        return versions.visible_to_council(on)
    return versions.visible_to_public(on)
