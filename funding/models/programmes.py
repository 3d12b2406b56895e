"""Programmes of the Land and their rates: dated rows with source, because Richtlinien change."""

from decimal import Decimal

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from actors.models import FunderNote
from funding.models import choices
from funding.models.base import DateRange, Record, above_zero, ends_after_it_starts, not_negative
from funding.querysets import FundingRateQuerySet


@pghistory.track()
class FundingProgramme(Record):
    name = models.CharField("Name", max_length=160)
    slug = models.SlugField("Kürzel", max_length=80, unique=True, editable=False)
    authority = models.CharField("Bewilligungsbehörde", max_length=160, blank=True)
    note = models.TextField("Vermerk", max_length=2000, blank=True)
    funder_note = models.ForeignKey(
        FunderNote,
        verbose_name="Förderhinweis",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="„Gefördert durch“ mit Logo, wie es in der Verwaltung gepflegt ist.",
    )

    class Meta:
        verbose_name = "Förderprogramm"
        verbose_name_plural = "Förderprogramme"
        ordering = ["name", "pk"]
        permissions = [("manage_funding", "Darf Stellen, Besetzungen, Beträge und Zuwendungen führen")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("funding:programme_list")


@pghistory.track()
class FundingRate(Record):
    """What the programme pays for one kind of post while a Richtlinie is in force; two never hold on the same day."""

    class Proration(models.TextChoices):
        DAYS = "days", "nach Tagen"
        MONTHS = "months", "nach Monaten"

    programme = models.ForeignKey(
        FundingProgramme, verbose_name="Förderprogramm", on_delete=models.PROTECT, related_name="rates"
    )
    basis = models.CharField("Richtlinie", max_length=160, help_text="Zum Beispiel: Richtlinie vom 3. April 2025")
    starts_on = models.DateField("gilt ab")
    ends_on = models.DateField("gilt bis", null=True, blank=True, help_text="Leer: bis auf Weiteres.")
    role = models.CharField(
        "Stellenart", max_length=20, choices=[pair for pair in choices.Role.choices if pair[0] != choices.Role.UNSPLIT]
    )
    amount = models.DecimalField(
        "Betrag im Jahr",
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Leer, wenn kein Geld fließt: Das Land ordnet Lehrkräfte ab.",
    )
    per_fte = models.DecimalField(
        "für einen Stellenanteil von",
        max_digits=3,
        decimal_places=2,
        default=Decimal(1),
        help_text="1 für eine ganze, 0,5 für eine halbe Stelle.",
    )
    max_fte = models.DecimalField(
        "höchstens Stellen", max_digits=5, decimal_places=2, null=True, blank=True, help_text="Leer: ohne Grenze."
    )
    proration = models.CharField(
        "anteilig", max_length=10, choices=Proration, default=Proration.DAYS, help_text="Für Teile eines Jahres."
    )
    own_share_percent = models.DecimalField(
        "Eigenanteil in Prozent",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(Decimal("99.99"))],
        help_text="Anteil an den Personalausgaben, den der Kreis selbst tragen muss. Leer: Die Quelle nennt keinen.",
    )
    not_eligible = models.TextField("nicht gefördert", max_length=1000, blank=True)
    source = models.CharField("Quelle", max_length=300)
    source_url = models.URLField("Adresse der Quelle", blank=True)
    is_inferred = models.BooleanField("erschlossen", default=False, help_text="Die Quelle sagt es nicht wörtlich.")
    note = models.TextField("Vermerk", max_length=1000, blank=True)

    objects = FundingRateQuerySet.as_manager()

    class Meta:
        verbose_name = "Fördersatz"
        verbose_name_plural = "Fördersätze"
        ordering = ["programme", "-starts_on", "role", "pk"]
        constraints = [
            ends_after_it_starts("funding_rate_period"),
            ExclusionConstraint(
                name="funding_rate_once_a_day",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=(
                    "Für diese Stellenart gibt es in diesem Zeitraum schon einen Fördersatz des Programms. "
                    "Beenden Sie zuerst den bisherigen."
                ),
            ),
            above_zero("per_fte", "funding_rate_per_fte", "Der Stellenanteil muss größer als null sein."),
            not_negative(["amount", "max_fte", "own_share_percent"], "funding_rate_not_negative"),
            models.CheckConstraint(
                condition=Q(own_share_percent=None) | Q(own_share_percent__lt=100), name="funding_rate_own_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.basis}"

    def get_absolute_url(self) -> str:
        return reverse("funding:programme_list")
