"""Posts and who holds them. Names are for the centre's head alone: they stand in one column, `Assignment.name`."""

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse

from funding.models import choices
from funding.models.base import Record, above_zero, ends_after_it_starts
from funding.models.grants import Grant
from funding.models.programmes import FundingProgramme
from funding.querysets import PositionQuerySet


@pghistory.track()
class Position(Record):
    """A post, or several alike, in shares of hundredths. How the posts of a centre are split is free."""

    Role = choices.Role
    FundedBy = choices.FundedBy

    title = models.CharField(
        "Bezeichnung", max_length=120, help_text="Die Aufgabe, nicht die Person: Namen gehören zur Besetzung."
    )
    role = models.CharField("Stellenart", max_length=20, choices=choices.Role)
    funded_by = models.CharField("bezahlt durch", max_length=20, choices=choices.FundedBy)
    share = models.DecimalField(
        "Stellen", max_digits=5, decimal_places=2, help_text="Zum Beispiel 1 oder 0,5; mehrere gleiche zusammen."
    )
    programme = models.ForeignKey(
        FundingProgramme,
        verbose_name="Förderprogramm",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="positions",
        help_text="Nach dessen Fördersätzen wird gerechnet.",
    )
    grant = models.ForeignKey(
        Grant,
        verbose_name="Zuwendungsbescheid",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="positions",
    )
    starts_on = models.DateField("von")
    ends_on = models.DateField("bis", null=True, blank=True, help_text="Leer: ohne Ende.")
    is_inferred = models.BooleanField(
        "Anteil erschlossen", default=False, help_text="Die Quelle nennt die Zahl der Stellen nicht."
    )
    source = models.CharField("Quelle", max_length=300, blank=True)
    source_url = models.URLField("Adresse der Quelle", blank=True)
    note = models.TextField("Vermerk", max_length=1000, blank=True)

    objects = PositionQuerySet.as_manager()

    class Meta:
        verbose_name = "Stelle"
        verbose_name_plural = "Stellen"
        ordering = ["funded_by", "role", "starts_on", "pk"]
        constraints = [
            ends_after_it_starts("funding_position_period"),
            above_zero("share", "funding_position_share", "Der Stellenanteil muss größer als null sein."),
            models.CheckConstraint(
                condition=Q(funded_by="county") | Q(programme__isnull=False),
                name="funding_position_programme",
                violation_error_message="Bitte wählen Sie das Förderprogramm, aus dem die Stelle bezahlt wird.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("funding:position_detail", args=[self.pk])


@pghistory.track()
class Assignment(Record):
    """Who holds how much of a post from when to when. More than the post has is found, not refused."""

    position = models.ForeignKey(Position, verbose_name="Stelle", on_delete=models.CASCADE, related_name="assignments")
    # Emptied some years after the end (`retention`): the share stays for the figures of that year.
    name = models.CharField("Name", max_length=120, blank=True, help_text="Sieht nur die Leitung.")
    share = models.DecimalField("Stellenanteil", max_digits=5, decimal_places=2)
    starts_on = models.DateField("von")
    ends_on = models.DateField("bis", null=True, blank=True, help_text="Leer: ohne Ende.")
    is_head = models.BooleanField("leitet das Zentrum", default=False)

    class Meta:
        verbose_name = "Besetzung"
        verbose_name_plural = "Besetzungen"
        ordering = ["position", "starts_on", "pk"]
        constraints = [
            ends_after_it_starts("funding_assignment_period"),
            above_zero("share", "funding_assignment_share", "Der Stellenanteil muss größer als null sein."),
        ]

    def __str__(self) -> str:
        return self.name or "Name gelöscht"

    def get_absolute_url(self) -> str:
        return self.position.get_absolute_url()
