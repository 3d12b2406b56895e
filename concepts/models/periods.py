"""Two-year focus periods of the centre: what it works on first, why, and which measures that means."""

import uuid
from datetime import date
from typing import Any

import pghistory
from dateutil.relativedelta import relativedelta
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from concepts.models.concept import ConceptVersion
from concepts.models.measures import Measure
from concepts.models.triggers import period_of_its_focus
from concepts.querysets import FocusPeriodQuerySet, PeriodRuleQuerySet
from kiportal.common.models import Locked, Stateful, Timestamped
from offers.models import TargetGroup, Topic


class PeriodRule(models.Model):
    """How long a focus period usually is, from a day on. Another length is allowed; the page says so."""

    valid_from = models.DateField("gilt ab", unique=True)
    months = models.PositiveSmallIntegerField("übliche Dauer in Monaten")
    source = models.CharField("Quelle", max_length=300, help_text="Wo steht das? Zum Beispiel: Beschluss, Erlass.")

    objects = PeriodRuleQuerySet.as_manager()

    class Meta:
        verbose_name = "Regel zur Dauer einer Schwerpunktperiode"
        verbose_name_plural = "Regeln zur Dauer der Schwerpunktperioden"
        ordering = ["-valid_from"]
        constraints = [models.CheckConstraint(condition=Q(months__gt=0), name="concepts_periodrule_months")]

    def __str__(self) -> str:
        return f"{self.months} Monate, ab {self.valid_from:%d.%m.%Y}"

    def end_of(self, starts_on: date) -> date:
        """The last day of a period of usual length."""
        return starts_on + relativedelta(months=self.months, days=-1)


@pghistory.track()
class FocusPeriod(Timestamped, Locked, Stateful):
    """A Schwerpunktperiode. Both days belong to it; two periods never share one."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("in Vorbereitung")
        DECIDED = "decided", _("beschlossen")
        ENDED = "ended", _("beendet")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField("Titel", max_length=160)
    status = models.CharField("Stand", max_length=20, choices=Status, default=Status.DRAFT, editable=False)
    starts_on = models.DateField("Beginn")
    ends_on = models.DateField("Ende")
    reason = models.TextField(
        "Begründung",
        max_length=3000,
        blank=True,
        help_text="Warum diese Schwerpunkte? Wer hat mitberaten? Steht auf der öffentlichen Seite.",
    )
    version = models.ForeignKey(
        ConceptVersion,
        verbose_name="Grundlage (Fassung eines Konzepts)",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="focus_periods",
    )
    # The decision
    decided_by = models.CharField("beschlossen von", max_length=160, blank=True)
    decided_on = models.DateField("beschlossen am", null=True, blank=True)
    paper_number = models.CharField("Nummer der Sitzungsvorlage", max_length=60, blank=True)
    decision_url = models.URLField("Beschluss im Ratsinformationssystem", blank=True)
    # The end
    ended_on = models.DateField("abgeschlossen am", null=True, editable=False)
    # Where the end came early and freed the days that were left: the last day that was planned.
    planned_end = models.DateField("geplantes Ende", null=True, editable=False)
    summary = models.TextField("Was wurde erreicht?", max_length=3000, blank=True, editable=False)

    objects = FocusPeriodQuerySet.as_manager()

    class Meta:
        verbose_name = "Schwerpunktperiode"
        verbose_name_plural = "Schwerpunktperioden"
        ordering = ["-starts_on"]
        permissions = [("decide_focusperiod", "Darf Schwerpunktperioden beschließen und beenden")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="concepts_focusperiod_ends_after_start",
                violation_error_message="Die Periode endet, bevor sie beginnt.",
            ),
            ExclusionConstraint(
                name="concepts_focusperiod_no_overlap",
                expressions=[
                    (
                        # Days the wrong way round are refused above, with a sentence; a range of them is an error.
                        Func("starts_on", Greatest("starts_on", "ends_on"), Value("[]"), function="DATERANGE"),
                        RangeOperators.OVERLAPS,
                    )
                ],
                violation_error_message="In dieser Zeit gibt es schon eine Schwerpunktperiode. Zwei Perioden "
                "überschneiden sich nie. Bitte wählen Sie andere Tage.",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(decided_on__isnull=False), name="concepts_focusperiod_has_decision"
            ),
            models.CheckConstraint(
                condition=~Q(status="ended") | Q(ended_on__isnull=False), name="concepts_focusperiod_has_end"
            ),
            models.CheckConstraint(
                condition=Q(planned_end=None) | Q(status="ended", planned_end__gt=F("ends_on")),
                name="concepts_focusperiod_ended_early",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("concepts:period_detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether measures can still be chosen for it."""
        return self.status != self.Status.ENDED

    def is_current(self, on: date) -> bool:
        return self.is_open and self.starts_on <= on <= self.ends_on

    def is_past(self, on: date) -> bool:
        """Over, or ended before its last day."""
        return not self.is_open or self.ends_on < on

    def has_days_left(self, on: date) -> bool:
        """Whether it runs, and for longer than this day."""
        return self.is_current(on) and on < self.ends_on


@pghistory.track()
class WorkFocus(Timestamped, Locked):
    """An Arbeitsschwerpunkt of a period: a topic or a target group."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    period = models.ForeignKey(FocusPeriod, on_delete=models.CASCADE, related_name="focuses")
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)
    title = models.CharField("Titel", max_length=160, help_text="Zum Beispiel: Elementarbereich")
    topic = models.ForeignKey(
        Topic, verbose_name="Thema", null=True, blank=True, on_delete=models.PROTECT, related_name="work_focuses"
    )
    target_group = models.ForeignKey(
        TargetGroup,
        verbose_name="Zielgruppe",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_focuses",
    )
    action_area = models.UUIDField("Handlungsfeld", null=True, blank=True)
    reason = models.TextField("Begründung", max_length=2000, help_text="Warum ist das jetzt ein Schwerpunkt?")
    decision_note = models.CharField(
        "Beschluss dazu",
        max_length=300,
        blank=True,
        help_text="Wenn dieser Schwerpunkt eigens beraten wurde: wo, wann, mit welchem Ergebnis.",
    )
    measures = models.ManyToManyField(Measure, through="Selection", related_name="focuses")

    class Meta:
        verbose_name = "Arbeitsschwerpunkt"
        verbose_name_plural = "Arbeitsschwerpunkte"
        ordering = ["sort_order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(topic__isnull=False, target_group=None) | Q(topic=None, target_group__isnull=False),
                name="concepts_workfocus_topic_or_group",
                violation_error_message="Ein Schwerpunkt ist entweder ein Thema oder eine Zielgruppe. "
                "Bitte wählen Sie eines von beiden.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> Topic | TargetGroup | None:
        return self.topic or self.target_group


@pghistory.track()
class Selection(models.Model):
    """A measure chosen for a focus, at most once in a period. When the period ends, `outcome` keeps how far it was."""

    focus = models.ForeignKey(WorkFocus, on_delete=models.CASCADE, related_name="selections")
    # Written by a trigger: the period of the focus.
    period = models.ForeignKey(FocusPeriod, on_delete=models.CASCADE, related_name="selections")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="selections")
    selected_on = models.DateField("ausgewählt am")
    # As the period ended: {"status": "running", "done": 2, "steps": 5, "share": 40}
    outcome: Any = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = "Auswahl einer Maßnahme"
        verbose_name_plural = "Auswahl von Maßnahmen"
        ordering = ["measure__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "measure"],
                name="concepts_selection_once",
                violation_error_message="Diese Maßnahme ist für diese Periode schon ausgewählt.",
            )
        ]
        triggers = [period_of_its_focus()]

    def __str__(self) -> str:
        return f"{self.measure} in „{self.focus}“"
