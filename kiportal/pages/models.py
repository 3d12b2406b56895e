"""What the pages of a public body store themselves: reports of barriers (§ 10b BGG NRW, § 5 BITVNRW)."""

import uuid
from datetime import date, timedelta

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kiportal.common.models import Stateful
from kiportal.pages.querysets import BarrierReportQuerySet

# An answer within two weeks; with an interim message six weeks at the most (§ 5 BITVNRW).
ANSWER_WITHIN = timedelta(weeks=2)
ANSWER_AT_MOST = timedelta(weeks=6)


@pghistory.track()
class BarrierReport(Stateful):
    """Somebody could not use a page. Name and address are given freely and erased half a year after the answer."""

    class Status(models.TextChoices):
        OPEN = "open", _("offen")
        INTERIM = "interim", _("Zwischennachricht gegeben")
        ANSWERED = "answered", _("beantwortet")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    page = models.CharField(_("Seite"), max_length=300, blank=True)
    description = models.TextField(_("Was funktioniert nicht?"), max_length=4000)
    name = models.CharField(_("Name"), max_length=120, blank=True)
    email = models.EmailField(_("E-Mail-Adresse"), blank=True)
    language = models.CharField(max_length=12, default="de", editable=False)
    status = models.CharField(_("Stand"), max_length=10, choices=Status, default=Status.OPEN, editable=False)
    received_at = models.DateTimeField(_("eingegangen am"), auto_now_add=True)
    answered_at = models.DateTimeField(_("beantwortet am"), null=True, editable=False)

    objects = BarrierReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("Meldung einer Barriere")
        verbose_name_plural = _("Meldungen von Barrieren")
        ordering = ["received_at", "pk"]
        permissions = [("answer_barrierreport", "Darf Meldungen von Barrieren beantworten")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="answered", answered_at__isnull=False)
                | (~Q(status="answered") & Q(answered_at__isnull=True)),
                name="pages_barrierreport_answered",
            )
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("pages:barrier_detail", args=[self.pk])

    @property
    def number(self) -> str:
        """The number a person can name on the phone, e.g. B-2026-17."""
        return f"B-{timezone.localdate(self.received_at).year}-{self.pk}"

    @property
    def due_on(self) -> date:
        """The day by which the next word is due; after an interim message the law's last day."""
        return self.last_day if self.status == self.Status.INTERIM else self._day_after(ANSWER_WITHIN)

    @property
    def last_day(self) -> date:
        return self._day_after(ANSWER_AT_MOST)

    @property
    def is_overdue(self) -> bool:
        return self.status != self.Status.ANSWERED and timezone.localdate() > self.due_on

    def _day_after(self, period: timedelta) -> date:
        return timezone.localdate(self.received_at) + period
