"""What the database itself refuses."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from funding.models import Cost, FundingRate, Position
from tests.funding.factories import (
    START,
    make_assignment,
    make_grant,
    make_position,
    make_programme,
    make_rate,
    make_report,
    make_summary,
)

pytestmark = pytest.mark.django_db
SECOND = date(2025, 4, 3)


@pytest.mark.parametrize("starts_on", [START, date(2025, 1, 1), date(2030, 1, 1)])
def test_overlapping_rates_refused_by_the_database(starts_on: date) -> None:
    programme = make_programme()
    make_rate(programme)
    with pytest.raises(IntegrityError, match="funding_rate_once_a_day"), transaction.atomic():
        make_rate(programme, starts_on=starts_on)


def test_overlapping_rate_told_in_a_sentence() -> None:
    programme = make_programme()
    make_rate(programme)
    rate = FundingRate(programme=programme, role="specialist", basis="Neu", starts_on=SECOND, source="x")
    with pytest.raises(ValidationError, match="schon einen Fördersatz"):
        rate.full_clean()


def test_rates_that_follow_each_other_or_are_of_other_kinds_accepted() -> None:
    programme, other = make_programme(), make_programme("KOMM-AN")
    make_rate(programme, ends_on=date(2025, 4, 2))
    make_rate(programme, starts_on=SECOND)
    make_rate(programme, "administration")
    make_rate(other)
    assert FundingRate.objects.count() == 4


def test_two_rates_that_meet_on_one_day_refused() -> None:
    programme = make_programme()
    make_rate(programme, ends_on=SECOND)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_rate(programme, starts_on=SECOND)


@pytest.mark.parametrize(
    "values",
    [
        {"share": Decimal(0)},
        {"ends_on": date(2019, 12, 31)},
        {"programme": None, "funded_by": "grant"},
    ],
)
def test_position_that_cannot_be_refused(values: dict[str, Any]) -> None:
    position = make_position()
    with pytest.raises(IntegrityError), transaction.atomic():
        Position.objects.filter(pk=position.pk).update(**values)


def test_assignment_of_no_share_refused() -> None:
    assignment = make_assignment(make_position())
    with pytest.raises(IntegrityError), transaction.atomic():
        type(assignment).objects.filter(pk=assignment.pk).update(share=0)


def test_grant_without_an_end_is_for_a_year() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_grant(is_yearly=False)
    assert make_grant(is_yearly=False, ends_on=date(2027, 12, 31)).pk


def test_cost_of_nothing_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Cost.objects.create(year=2025, kind="staff", paid_by="county", title="x", amount=0)


def test_states_need_their_dates() -> None:
    use_report, summary = make_report(), make_summary(is_published=False)
    for record, status in ((use_report, "submitted"), (summary, "published")):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(record).objects.filter(pk=record.pk).update(status=status)


def test_every_change_is_in_the_history() -> None:
    assignment = make_assignment(make_position(), "Ada Beispiel")
    assignment.name = "Ada Neu"
    assignment.save()
    events = type(assignment).pgh_event_model.objects.order_by("pgh_id")  # type: ignore[attr-defined]
    assert [(event.pgh_label, event.name) for event in events] == [("insert", "Ada Beispiel"), ("update", "Ada Neu")]
