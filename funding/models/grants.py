"""Money: what was granted and drawn, what was spent, and what Kreis and municipalities give in kind."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from actors.models import Municipality
from funding.models.base import Record, above_zero, ends_after_it_starts, not_negative
from funding.models.programmes import FundingProgramme

YEARS = [MinValueValidator(2012), MaxValueValidator(2099)]


@pghistory.track()
class Grant(Record):
    """A Zuwendungsbescheid. One without an end names its amount for each year."""

    programme = models.ForeignKey(
        FundingProgramme, verbose_name="Förderprogramm", on_delete=models.PROTECT, related_name="grants"
    )
    notice_number = models.CharField("Aktenzeichen des Bescheids", max_length=80)
    notice_date = models.DateField("Datum des Bescheids", null=True, blank=True)
    authority = models.CharField("Bewilligungsbehörde", max_length=160)
    starts_on = models.DateField("bewilligt ab")
    ends_on = models.DateField("bewilligt bis", null=True, blank=True, help_text="Leer: ohne Befristung.")
    amount = models.DecimalField("Betrag", max_digits=12, decimal_places=2)
    is_yearly = models.BooleanField(
        "Der Betrag gilt für ein Jahr",
        default=True,
        help_text="Sonst gilt er für den ganzen Zeitraum und wird nach Tagen auf die Jahre verteilt.",
    )
    note = models.TextField("Vermerk", max_length=2000, blank=True)

    class Meta:
        verbose_name = "Zuwendung"
        verbose_name_plural = "Zuwendungen"
        ordering = ["-starts_on", "pk"]
        constraints = [
            ends_after_it_starts("funding_grant_period"),
            not_negative(["amount"], "funding_grant_amount"),
            models.UniqueConstraint(
                fields=["programme", "notice_number"],
                name="funding_grant_notice",
                violation_error_message="Diesen Bescheid gibt es schon.",
            ),
            models.CheckConstraint(
                condition=Q(is_yearly=True) | Q(ends_on__isnull=False),
                name="funding_grant_end",
                violation_error_message="Ohne Ende gilt der Betrag für ein Jahr. Bitte setzen Sie den Haken.",
            ),
        ]

    def __str__(self) -> str:
        return f"Bescheid {self.notice_number}"

    def get_absolute_url(self) -> str:
        return reverse("funding:grant_detail", args=[self.pk])


@pghistory.track()
class Drawdown(Record):
    """A Mittelabruf."""

    grant = models.ForeignKey(Grant, verbose_name="Zuwendung", on_delete=models.CASCADE, related_name="drawdowns")
    requested_on = models.DateField("abgerufen am")
    received_on = models.DateField("eingegangen am", null=True, blank=True)
    amount = models.DecimalField("Betrag", max_digits=12, decimal_places=2)
    note = models.CharField("Vermerk", max_length=200, blank=True)

    class Meta:
        verbose_name = "Mittelabruf"
        verbose_name_plural = "Mittelabrufe"
        ordering = ["-requested_on", "-pk"]
        constraints = [
            above_zero("amount", "funding_drawdown_amount", "Der Betrag muss größer als null sein."),
            models.CheckConstraint(
                condition=Q(received_on=None) | Q(received_on__gte=models.F("requested_on")),
                name="funding_drawdown_dates",
                violation_error_message="Das Geld kann nicht vor dem Abruf eingegangen sein.",
            ),
        ]

    def __str__(self) -> str:
        return f"Mittelabruf vom {self.requested_on:%d.%m.%Y}"

    def get_absolute_url(self) -> str:
        return self.grant.get_absolute_url()


@pghistory.track()
class Cost(Record):
    """What was spent in a year. Sach- und Bürokosten are not funded: both kinds are kept apart everywhere."""

    class Kind(models.TextChoices):
        STAFF = "staff", "Personalausgaben"
        MATERIAL = "material", "Sachausgaben"

    class PaidBy(models.TextChoices):
        GRANT = "grant", "Zuwendung"
        COUNTY = "county", "Kreis"
        MUNICIPALITIES = "municipalities", "Städte und Gemeinden"
        OTHERS = "others", "andere"

    year = models.PositiveSmallIntegerField("Jahr", validators=YEARS)
    kind = models.CharField("Art", max_length=20, choices=Kind)
    paid_by = models.CharField("bezahlt aus Mitteln", max_length=20, choices=PaidBy)
    grant = models.ForeignKey(
        Grant, verbose_name="Zuwendung", null=True, blank=True, on_delete=models.SET_NULL, related_name="costs"
    )
    title = models.CharField(
        "Wofür", max_length=160, help_text="Zum Beispiel: Gehälter der Fachkräfte, Reisekosten. Keine Namen."
    )
    amount = models.DecimalField("Betrag", max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = "Ausgabe"
        verbose_name_plural = "Ausgaben"
        ordering = ["-year", "kind", "paid_by", "pk"]
        constraints = [above_zero("amount", "funding_cost_amount", "Der Betrag muss größer als null sein.")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('funding:cost_list')}?jahr={self.year}"


@pghistory.track()
class InKindContribution(Record):
    """Rooms and material that Kreis and municipalities give, with or without a value in money."""

    class Kind(models.TextChoices):
        ROOMS = "rooms", "Räume"
        MATERIAL = "material", "Material und Ausstattung"
        SERVICES = "services", "Leistungen"

    year = models.PositiveSmallIntegerField("Jahr", validators=YEARS)
    municipality = models.ForeignKey(
        Municipality,
        verbose_name="Kommune",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Leer: vom Kreis.",
    )
    kind = models.CharField("Art", max_length=20, choices=Kind)
    title = models.CharField("Was", max_length=160, help_text="Zum Beispiel: zwei Büros im Rathaus")
    value = models.DecimalField(
        "Wert", max_digits=12, decimal_places=2, null=True, blank=True, help_text="Leer: nicht beziffert."
    )

    class Meta:
        verbose_name = "Sachleistung"
        verbose_name_plural = "Sachleistungen"
        ordering = ["-year", "municipality__sort_key", "kind", "pk"]
        constraints = [not_negative(["value"], "funding_inkind_value")]

    def __str__(self) -> str:
        return self.title

    @property
    def giver(self) -> str:
        return str(self.municipality or "Kreis")

    def get_absolute_url(self) -> str:
        return f"{reverse('funding:cost_list')}?jahr={self.year}"
