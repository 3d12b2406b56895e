"""Who takes care of what waits: at most one person a record. It helps to share the work and forbids nothing."""

from django.db import models, transaction

from kiportal.common.models import Assignment, User
from kiportal.common.transitions import TransitionError


def assignee_of(record: models.Model) -> User | None:
    row = Assignment.objects.for_target(record).select_related("assignee").first()
    return row.assignee if row else None


@transaction.atomic
def take(record: models.Model, by: User) -> None:
    """Raises TransitionError when somebody else has it."""
    row = Assignment.objects.for_target(record).select_for_update().select_related("assignee").first()
    if row is not None and row.assignee != by:
        raise TransitionError(f"Darum kümmert sich schon {row.assignee}.")
    hand_over(record, by)


def hand_over(record: models.Model, to: User | None) -> None:
    """Nobody has it when `to` is None."""
    rows = Assignment.objects.for_target(record)
    if to is None:
        rows.delete()
    elif not rows.update(assignee=to):
        Assignment.objects.bulk_create([Assignment(target=record, assignee=to)], ignore_conflicts=True)
        rows.update(assignee=to)
