"""Who may do what with concepts, and which versions somebody may read."""

from datetime import date

from django.contrib.auth.models import AnonymousUser

from concepts.models import ConceptVersion, FocusPeriod, Measure
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


# Measures and focus periods: editors write and prepare, the head of the centre decides (docs/decisions/0011)


def can_edit_measures(by: By | AnonymousUser) -> bool:
    return isinstance(by, User) and by.has_perm("concepts.change_measure")


def can_edit_measure(by: By, measure: Measure) -> bool:
    return can_edit_measures(by)


def can_decide_period(by: By, period: FocusPeriod) -> bool:
    """Record the decision, withdraw it, end the period."""
    return isinstance(by, User) and by.has_perm("concepts.decide_focusperiod")


def can_choose_for(by: By, period: FocusPeriod) -> bool:
    """Choose measures: of a period in preparation who edits measures; of one that is decided on its head."""
    return can_edit_measures(by) and (period.is_draft or can_decide_period(by, period))


def can_take_out(by: By, measure: Measure) -> bool:
    """Put a measure back or give it up. What a decided period names is the head's to take out."""
    periods = [selection.period for selection in measure.selections.all()]
    binding = [period for period in periods if period.status == FocusPeriod.Status.DECIDED]
    return can_edit_measures(by) and all(can_decide_period(by, period) for period in binding)
