"""What it takes to come: for whom an offer is, what it costs, how one registers. Columns of `Offer`."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CostKind(models.TextChoices):
    """Values are those of the URL parameter `kosten`."""

    FREE = "kostenfrei", _("kostenfrei")
    AMOUNT = "betrag", _("kostet etwas")
    ON_REQUEST = "auf-anfrage", _("auf Anfrage")


class Conditions(models.Model):
    class OnlyFor(models.TextChoices):
        WOMEN = "frauen", _("nur für Frauen")
        MEN = "maenner", _("nur für Männer")

    class GermanLevel(models.TextChoices):
        """Levels of the Common European Framework of Reference for Languages."""

        NONE = "keine", _("keine nötig")
        A1 = "a1", _("A1: erste Wörter und Sätze")
        A2 = "a2", _("A2: einfache Gespräche")
        B1 = "b1", _("B1: Gespräche im Alltag")
        B2 = "b2", _("B2: auch schwierige Themen")
        C1 = "c1", _("C1: fast wie die Muttersprache")

    class Childcare(models.TextChoices):
        YES = "ja", _("ja")
        NO = "nein", _("nein")
        ON_REQUEST = "auf-anfrage", _("auf Anfrage")

    class Registration(models.TextChoices):
        NONE = "keine", _("nicht nötig, einfach kommen")
        PHONE = "telefon", _("telefonisch")
        MAIL = "e-mail", _("per E-Mail")
        WEB = "internet", _("über eine Internetseite")
        IN_PERSON = "vor-ort", _("persönlich vor Ort")

    CostKind = CostKind

    age_from = models.PositiveSmallIntegerField(
        _("Alter von"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    age_to = models.PositiveSmallIntegerField(
        _("Alter bis"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    only_for = models.CharField(_("Nur für Frauen oder Männer"), max_length=10, choices=OnlyFor, blank=True)
    german_level = models.CharField(_("Deutschkenntnisse"), max_length=5, choices=GermanLevel, blank=True)
    residence_condition = models.CharField(
        _("Voraussetzung beim Aufenthalt"),
        max_length=200,
        blank=True,
        help_text=_("Zum Beispiel: auch mit Duldung, oder nur mit Aufenthaltserlaubnis"),
    )
    has_interpreting = models.BooleanField(_("Dolmetschen ist möglich"), default=False)

    cost_kind = models.CharField(_("Kosten"), max_length=12, choices=CostKind, blank=True)
    cost_amount = models.DecimalField(
        _("Betrag in Euro"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    cost_note = models.CharField(_("Hinweis zu den Kosten"), max_length=200, blank=True)
    refunds_travel_costs = models.BooleanField(_("Fahrtkosten werden erstattet"), default=False)
    childcare = models.CharField(_("Kinderbetreuung"), max_length=12, choices=Childcare, blank=True)

    registration = models.CharField(_("Anmeldung"), max_length=12, choices=Registration, blank=True)
    registration_note = models.CharField(_("Hinweis zur Anmeldung"), max_length=200, blank=True)
    places = models.PositiveSmallIntegerField(
        _("Zahl der Plätze"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    has_waiting_list = models.BooleanField(_("Es gibt eine Warteliste"), default=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(cost_amount=None) | Q(cost_kind="betrag"),
                name="offers_offer_amount",
                violation_error_message=_("Ein Betrag gehört nur zu „kostet etwas“."),
            ),
            models.CheckConstraint(
                condition=Q(age_from=None) | Q(age_to=None) | Q(age_to__gte=F("age_from")),
                name="offers_offer_age",
                violation_error_message=_("Das Alter „bis“ liegt unter dem Alter „von“."),
            ),
        ]

    @property
    def has_age(self) -> bool:
        return self.age_from is not None or self.age_to is not None
