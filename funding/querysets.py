"""Named reads of posts, reports and of what the public sees of them."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from funding.models import FundingRate, FundingSummary, Position, UseOfFundsReport  # noqa: F401  (named in strings)

# In the order of their lists (`models.choices`).
PAID_BY = ("grant", "secondment", "county")
ROLES = ("specialist", "administration", "teacher", "unsplit")
# What the centre still has to hand in.
WAITING = ("open", "changes_requested")


class PositionQuerySet(models.QuerySet["Position"]):
    def in_order(self) -> "PositionQuerySet":
        """What the Land pays, whom it seconds, what the Kreis pays; specialists first."""
        return self.order_by(_placed("funded_by", PAID_BY), _placed("role", ROLES), "starts_on", "pk")


class FundingRateQuerySet(models.QuerySet["FundingRate"]):
    def in_order(self) -> "FundingRateQuerySet":
        """The newest Richtlinie first, specialists first."""
        return self.order_by("-starts_on", _placed("role", ROLES), "pk")


class UseOfFundsReportQuerySet(models.QuerySet["UseOfFundsReport"]):
    def waiting(self) -> "UseOfFundsReportQuerySet":
        return self.filter(status__in=WAITING)

    def due_by(self, day: date) -> "UseOfFundsReportQuerySet":
        """What has to be handed in by that day, the earliest first."""
        return self.waiting().filter(due_on__lte=day).select_related("grant__programme").order_by("due_on", "pk")


class FundingSummaryQuerySet(models.QuerySet["FundingSummary"]):
    def visible_to_public(self) -> "FundingSummaryQuerySet":
        """Published by the centre's head, the newest year first."""
        return self.filter(status="published").order_by("-year")


def _placed(column: str, values: Sequence[str]) -> models.Case:
    """Order by the place of a value in its list, not by its letters."""
    return models.Case(*(models.When(**{column: value}, then=place) for place, value in enumerate(values)))
