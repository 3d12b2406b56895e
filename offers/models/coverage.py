"""What the numbers were on a day, to compare with: sums only, no entries, no persons."""

from django.db import models

from offers.querysets import CoverageSnapshotQuerySet


class CoverageSnapshot(models.Model):
    """One a day at most. `facts` is what `offers.coverage.snapshots` reads: no entries; kept for good once a month."""

    taken_on = models.DateField("Stand vom", unique=True)
    facts = models.JSONField("Angaben der Angebote")

    objects = CoverageSnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = "Stand der Abdeckung"
        verbose_name_plural = "Stände der Abdeckung"
        ordering = ["-taken_on"]

    def __str__(self) -> str:
        return f"{self.taken_on:%d.%m.%Y}"
