"""Named reads of posts, reports and of what the public sees of them."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from funding.models import FundingSummary, Position, UseOfFundsReport  # noqa: F401  (named in strings)

# What the centre still has to hand in.
WAITING = ("open", "changes_requested")


class PositionQuerySet(models.QuerySet["Position"]):
    def within(self, first: date, last: date) -> "PositionQuerySet":
        """Posts that exist on at least one of these days."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=first), starts_on__lte=last)


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
