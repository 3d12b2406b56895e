"""Counters for rate limits, in the database so that they hold for every process."""

from django.db import models


class RateCount(models.Model):
    """How often `key` was seen in the window that began at `window_start`. Keys are keyed hashes, never addresses."""

    key = models.CharField(max_length=64)
    window_start = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window_start"], name="common_ratecount_unique")]

    def __str__(self) -> str:
        return f"{self.key[:8]}…: {self.count}"
