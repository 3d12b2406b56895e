"""What the records of this room share."""

import uuid
from collections.abc import Iterable

from django.contrib.postgres.fields import DateRangeField, RangeBoundary
from django.db import models
from django.db.models import F, Q

from kiportal.common.models import Locked, Timestamped


class Record(Timestamped, Locked):
    """`key` comes with the form that makes the record: the same form sent twice makes one."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class DateRange(models.Func):
    """The days of two columns as one range, both ends included; an empty end is open."""

    function = "DATERANGE"
    output_field = DateRangeField()

    def __init__(self, first: str, last: str) -> None:
        super().__init__(F(first), F(last), RangeBoundary(inclusive_lower=True, inclusive_upper=True))


def ends_after_it_starts(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
        name=name,
        violation_error_message="Das Ende liegt vor dem Beginn. Bitte prüfen Sie die beiden Tage.",
    )


def above_zero(field: str, name: str, message: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__gt": 0}), name=name, violation_error_message=message)


def not_negative(fields: Iterable[str], name: str) -> models.CheckConstraint:
    condition = Q()
    for field in fields:
        condition &= Q(**{field: None}) | Q(**{f"{field}__gte": 0})
    return models.CheckConstraint(
        condition=condition, name=name, violation_error_message="Ein Betrag darf nicht kleiner als null sein."
    )
