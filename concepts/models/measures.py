"""The Arbeitspapier: a pool of measures that outlives every period. What is not chosen stays.

A measure names a Handlungsfeld by the `uuid` that is the same in every version, so that it survives their
Fortschreibung, and the offers and needs it rests on; those know nothing of it. Persons appear nowhere: who leads and
who takes part are organisations, offices and functions.
"""

import uuid
from typing import Any

import pghistory
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actors.models import Municipality, Organisation
from concepts.querysets import MeasureQuerySet, MeasureStepQuerySet
from kiportal.common.models import Locked, Stateful, Timestamped
from offers.models import Need, Offer, TargetGroup

NO_PERSONS = "Bitte nennen Sie Stellen und Funktionen, keine Namen von Personen."


@pghistory.track()
class Measure(Timestamped, Locked, Stateful):
    class Status(models.TextChoices):
        PROPOSED = "proposed", _("vorgeschlagen")
        POSTPONED = "postponed", _("zurückgestellt")
        SELECTED = "selected", _("ausgewählt")
        RUNNING = "running", _("in Umsetzung")
        DONE = "done", _("abgeschlossen")
        DROPPED = "dropped", _("verworfen")

    class Origin(models.TextChoices):
        PAPER = "arbeitspapier", "Arbeitspapier"
        CONFERENCE = "konferenz", "Integrationskonferenz"
        NEED = "bedarf", "gemeldeter Bedarf"
        MOTION = "antrag", "Antrag oder Beschluss"
        CENTRE = "ki", "Vorschlag des KI"

    uuid = models.UUIDField("Schlüssel", default=uuid.uuid4, unique=True, editable=False)
    # The number by which people call it in a sitting; given once, never given again (`lifecycle.add_measure`).
    number = models.PositiveIntegerField("Nummer", unique=True, editable=False)
    title = models.CharField("Titel", max_length=200)
    action_area = models.UUIDField("Handlungsfeld", null=True, blank=True, db_index=True)
    status = models.CharField("Stand", max_length=20, choices=Status, default=Status.PROPOSED, editable=False)

    situation = models.TextField(
        "Ausgangslage", max_length=3000, blank=True, help_text="Was gibt es schon, was fehlt? Woran sieht man das?"
    )
    goal = models.TextField(
        "Ziel", max_length=2000, blank=True, help_text="Was soll bis wann erreicht sein, und woran merkt man es?"
    )
    description = models.TextField("Beschreibung", max_length=5000, blank=True, help_text="Was wird getan?")
    target_groups = models.ManyToManyField(TargetGroup, verbose_name="Zielgruppen", blank=True, related_name="measures")
    municipalities = models.ManyToManyField(
        Municipality,
        verbose_name="Kommunen",
        blank=True,
        related_name="measures",
        help_text="Ohne Auswahl gilt die Maßnahme im ganzen Kreis.",
    )
    starts_on = models.DateField("Beginn", null=True, blank=True)
    ends_on = models.DateField("Ende", null=True, blank=True)

    lead_organisation = models.ForeignKey(
        Organisation,
        verbose_name="Federführung (Organisation)",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="led_measures",
        help_text="Wer verantwortlich ist, wenn es eine Organisation aus dem Verzeichnis ist.",
    )
    lead_office = models.CharField(
        "Federführung (Stelle)",
        max_length=160,
        blank=True,
        help_text=f"Zum Beispiel: KI, Bereich Bildung. {NO_PERSONS}",
    )
    partners = models.ManyToManyField(
        Organisation, verbose_name="Beteiligte", blank=True, through="MeasurePartner", related_name="+"
    )
    other_partners = models.CharField(
        "Weitere Beteiligte", max_length=300, blank=True, help_text="Wer nicht im Verzeichnis steht. Keine Namen."
    )
    delegated_to = models.CharField(
        "Abgegeben an",
        max_length=160,
        blank=True,
        help_text="Wenn eine andere Stelle die Maßnahme ausführt, zum Beispiel die Kommunale Koordinierungsstelle.",
    )
    delegated_contact = models.CharField(
        "Kontakt dort",
        max_length=200,
        blank=True,
        help_text="Funktion, Telefon oder E-Mail-Adresse. Nur für das KI. Keine Namen.",
    )

    cost_amount = models.DecimalField(
        "Kosten in Euro",
        max_digits=11,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    funding_note = models.CharField(
        "Finanzierung",
        max_length=300,
        blank=True,
        help_text="Woher kommt das Geld, was ist noch offen? Nicht öffentlich.",
    )
    origin = models.CharField("Herkunft", max_length=20, choices=Origin, default=Origin.PAPER)
    origin_note = models.CharField(
        "Fundstelle", max_length=200, blank=True, help_text="Zum Beispiel: Kapitel 2.1 des Arbeitspapiers"
    )
    offers = models.ManyToManyField(
        Offer, verbose_name="Angebote dazu", blank=True, through="MeasureOffer", related_name="+"
    )
    needs = models.ManyToManyField(Need, verbose_name="Gemeldete Bedarfe", blank=True, related_name="+")
    is_public = models.BooleanField(
        "darf öffentlich sein",
        default=True,
        help_text="Dann steht sie unter „Umsetzung“, sobald sie zu einer beschlossenen Periode gehört oder läuft.",
    )
    internal_note = models.TextField("Interne Notiz", max_length=2000, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = "Maßnahme"
        verbose_name_plural = "Maßnahmen"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="concepts_measure_ends_after_start",
                violation_error_message="Die Maßnahme endet, bevor sie beginnt.",
            ),
            models.CheckConstraint(
                condition=Q(delegated_contact="") | ~Q(delegated_to=""),
                name="concepts_measure_contact_of_body",
                violation_error_message="Zum Kontakt fehlt die Stelle, an die die Maßnahme abgegeben ist.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("concepts:measure_detail", args=[self.pk])

    @property
    def lead(self) -> str:
        """Who is responsible, as staff know it."""
        return ", ".join(filter(None, [self.lead_office, str(self.lead_organisation or "")]))

    @property
    def public_lead(self) -> str:
        """The same for everybody: an organisation that is not public is not named."""
        organisation = self.lead_organisation
        is_public = organisation is not None and organisation.status == Organisation.Status.PUBLISHED
        return ", ".join(filter(None, [self.lead_office, str(organisation) if is_public else ""]))

    @property
    def is_delegated(self) -> bool:
        return bool(self.delegated_to)


class MeasurePartner(models.Model):
    """Who takes part. A table of its own, so that it goes along when two organisations are merged."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="measure_partners")

    class Meta:
        verbose_name = "Beteiligung an einer Maßnahme"
        verbose_name_plural = "Beteiligungen an Maßnahmen"
        constraints = [
            models.UniqueConstraint(fields=["measure", "organisation"], name="concepts_measurepartner_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.measure}"


class MeasureOffer(models.Model):
    """An offer on which a measure rests; goes along when two entries are merged."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="+")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="measure_offers")

    class Meta:
        verbose_name = "Angebot zu einer Maßnahme"
        verbose_name_plural = "Angebote zu Maßnahmen"
        constraints = [models.UniqueConstraint(fields=["measure", "offer"], name="concepts_measureoffer_once")]

    def __str__(self) -> str:
        return f"{self.offer}: {self.measure}"


@pghistory.track()
class MeasureStep(models.Model):
    """An Umsetzungsschritt: what is to be done by when."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="steps")
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)
    text = models.CharField("Schritt", max_length=200)
    due_on = models.DateField("bis", null=True, blank=True)
    done_on = models.DateField("erledigt am", null=True, blank=True)

    objects = MeasureStepQuerySet.as_manager()

    class Meta:
        verbose_name = "Umsetzungsschritt"
        verbose_name_plural = "Umsetzungsschritte"
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.text


@pghistory.track()
class Indicator(models.Model):
    """A Kennzahl: what is counted, and what it shall come to."""

    class Direction(models.TextChoices):
        AT_LEAST = "mindestens", "mindestens"
        AT_MOST = "hoechstens", "höchstens"

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="indicators")
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)
    name = models.CharField("Kennzahl", max_length=120)
    unit = models.CharField("Einheit", max_length=40, help_text="Zum Beispiel: Personen, Schulen, Prozent")
    # Of a waiting time less is better: percents of the target would praise what misses it.
    direction = models.CharField("Ziel ist", max_length=10, choices=Direction, default=Direction.AT_LEAST)
    target = models.DecimalField("Soll", max_digits=12, decimal_places=2, null=True, blank=True)
    target_on = models.DateField("Soll erreicht am", null=True, blank=True)

    class Meta:
        verbose_name = "Kennzahl"
        verbose_name_plural = "Kennzahlen"
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def less_is_better(self) -> bool:
        return self.direction == self.Direction.AT_MOST


@pghistory.track()
class IndicatorValue(models.Model):
    """What was counted on a day. A second count of the same day replaces the first."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="values")
    counted_on = models.DateField("Stand vom")
    value = models.DecimalField("Ist", max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = "Wert einer Kennzahl"
        verbose_name_plural = "Werte von Kennzahlen"
        ordering = ["counted_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "counted_on"], name="concepts_indicatorvalue_day"),
        ]

    def __str__(self) -> str:
        return f"{self.value} am {self.counted_on:%d.%m.%Y}"


@pghistory.track()
class ProgressNote(Timestamped, Locked):
    """How far a measure is, said on a day. Public only where staff say so."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="notes")
    reported_on = models.DateField("Stand vom")
    text = models.TextField("Wie weit ist die Maßnahme?", max_length=2000, help_text=NO_PERSONS)
    is_public = models.BooleanField(
        "darf nach außen", default=False, help_text="Auf die Seite „Umsetzung“, in Sachstand und Bericht."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="von", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "Umsetzungsstand"
        verbose_name_plural = "Umsetzungsstände"
        ordering = ["-reported_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.measure}, Stand {self.reported_on:%d.%m.%Y}"


def _paper_name(paper: "MeasurePaper", filename: str) -> str:
    return f"concepts/papers/{paper.sha256[:2]}/{paper.sha256}.pdf"


class MeasurePaper(models.Model):
    """A printed paper on measures: what it says is kept as values, its PDF is made once."""

    class Kind(models.TextChoices):
        POOL = "arbeitspapier", "Arbeitspapier"
        STATUS = "sachstand", "Sachstand"
        REPORT = "bericht", "Fortschrittsbericht"
        FOCUS = "schwerpunkt", "Schwerpunktpapier"
        LIST = "liste", "Maßnahmenliste"

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("Art", max_length=20, choices=Kind)
    title = models.CharField("Titel", max_length=200)
    as_of = models.DateField("Stand")
    # Where its page lists it; what stands in it does not depend on the row.
    period = models.ForeignKey(
        "FocusPeriod", verbose_name="Periode", null=True, on_delete=models.SET_NULL, related_name="papers"
    )
    # What stands in it (`concepts.papers`), and the hash of that: asked for again it is the same paper.
    content: Any = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    file = models.FileField("Datei", upload_to=_paper_name, max_length=200, blank=True)
    sha256 = models.CharField("Prüfsumme (SHA-256)", max_length=64, blank=True)
    pages = models.PositiveIntegerField("Seiten", null=True)
    size = models.PositiveIntegerField("Größe (Bytes)", null=True)
    created_at = models.DateTimeField("angelegt am", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="von", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "Papier zu Maßnahmen"
        verbose_name_plural = "Papiere zu Maßnahmen"
        ordering = ["-created_at", "key"]

    def __str__(self) -> str:
        return f"{self.title}, Stand {self.as_of:%d.%m.%Y}"

    def get_absolute_url(self) -> str:
        return reverse("concepts:paper_detail", args=[self.key])


class MeasureTable(models.Model):
    """A table that somebody brought in: its rows as text, until it is taken over or given up."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField("Datei", max_length=200)
    headers: Any = models.JSONField(default=list)
    # [[number of the row in the file, [cells]], ...]
    rows: Any = models.JSONField(default=list)
    created_at = models.DateTimeField("gelesen am", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="von", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    taken_at = models.DateTimeField("übernommen am", null=True)
    counts: Any = models.JSONField(default=dict)

    class Meta:
        verbose_name = "Tabelle mit Maßnahmen"
        verbose_name_plural = "Tabellen mit Maßnahmen"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("concepts:measure_table", args=[self.key])
