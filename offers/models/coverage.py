"""What the numbers were on a day, to compare with: sums only, no entries, no persons."""

from django.db import models

from offers.querysets import CoverageSnapshotQuerySet


class CoverageSnapshot(models.Model):
    """One a day at most. `figures` is what `offers.coverage.figures` gives: small, and kept for good once a month."""

    taken_on = models.DateField("Stand vom", unique=True)
    figures = models.JSONField("Zahlen")

    objects = CoverageSnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = "Stand der Abdeckung"
        verbose_name_plural = "Stände der Abdeckung"
        ordering = ["-taken_on"]

    def __str__(self) -> str:
        return f"{self.taken_on:%d.%m.%Y}"
