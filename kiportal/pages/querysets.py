"""Named reads of this room."""

from datetime import datetime

from django.db import models


class BarrierReportQuerySet(models.QuerySet["BarrierReport"]):  # type: ignore[name-defined]
    def unanswered(self) -> "BarrierReportQuerySet":
        """Reports that still wait for an answer, oldest first."""
        return self.exclude(status="answered").order_by("received_at", "pk")

    def answered(self) -> "BarrierReportQuerySet":
        return self.filter(status="answered").order_by("-answered_at", "-pk")

    def answered_before(self, moment: datetime) -> "BarrierReportQuerySet":
        return self.filter(status="answered", answered_at__lt=moment)
