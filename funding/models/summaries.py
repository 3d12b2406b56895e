"""What the public reads about posts and money: figures of one year, and only while the head has published them."""

import pghistory
from django.db import models
from django.urls import reverse

from funding.models.base import Record
from funding.models.grants import YEARS
from funding.querysets import FundingSummaryQuerySet
from kiportal.common.models import Stateful


@pghistory.track()
class FundingSummary(Record, Stateful):
    """`figures` are taken when it is published: kinds of posts and sums, no titles, no names."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Entwurf"
        PUBLISHED = "published", "veröffentlicht"

    year = models.PositiveSmallIntegerField("Jahr", unique=True, validators=YEARS)
    introduction = models.TextField(
        "Einleitung",
        max_length=1500,
        blank=True,
        help_text="Zwei bis drei einfache Sätze. Steht öffentlich auf der Seite: bitte keine Namen.",
    )
    status = models.CharField("Stand", max_length=20, choices=Status, default=Status.DRAFT, editable=False)
    # {"posts": [["Fachkraft", "2.00", "1.50"], ...], "planned": "5.50", "grant": "170000.00" or null, ...}
    figures = models.JSONField(default=dict, editable=False)
    published_at = models.DateTimeField("veröffentlicht am", null=True, editable=False)

    objects = FundingSummaryQuerySet.as_manager()

    class Meta:
        verbose_name = "Öffentliche Übersicht"
        verbose_name_plural = "öffentliche Übersichten"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="draft") | models.Q(published_at__isnull=False),
                name="funding_summary_published",
            )
        ]

    def __str__(self) -> str:
        return f"Stellen und Förderung {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("funding:summary_detail", args=[self.pk])
