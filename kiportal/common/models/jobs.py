"""Work that must happen after the response: outbox, queue and progress page in one row."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])

    def claimable(self) -> "JobQuerySet":
        """Jobs whose time has come and that no living worker holds."""
        now = timezone.now()
        return self.unfinished().filter(Q(claimed_until=None) | Q(claimed_until__lt=now), run_after__lte=now)

    def lost(self) -> "JobQuerySet":
        """Claimable jobs that were not handed to the broker within the last minute."""
        return self.claimable().filter(Q(sent_at=None) | Q(sent_at__lt=timezone.now() - timedelta(minutes=1)))


class Job(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("wartet")
        RUNNING = "running", _("läuft")
        DONE = "done", _("erledigt")
        FAILED = "failed", _("fehlgeschlagen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("Art"), max_length=80)
    arguments = models.JSONField(_("Kennungen"), default=list)
    title = models.CharField(_("Auftrag"), max_length=200, blank=True)
    state = models.CharField(_("Stand"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("Versuche"), default=0)
    done_steps = models.PositiveIntegerField(default=0)
    total_steps = models.PositiveIntegerField(default=0)
    step = models.CharField(_("gerade"), max_length=200, blank=True)
    result = models.JSONField(_("Ergebnis"), default=dict, blank=True)
    error = models.TextField(_("Fehler"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("von"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("angelegt am"), auto_now_add=True)
    run_after = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("beendet am"), null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("Auftrag")
        verbose_name_plural = _("Aufträge")
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["run_after"], name="common_job_unfinished", condition=Q(state__in=["queued", "running"])
            ),
            models.Index(fields=["-created_at"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(done_steps__lte=F("total_steps")), name="common_job_steps"),
        ]

    def __str__(self) -> str:
        return self.title or self.kind

    def get_absolute_url(self) -> str:
        return reverse("common:job_detail", args=[self.pk])

    @property
    def percent(self) -> int:
        """Progress from 0 to 100."""
        if self.state == self.State.DONE:
            return 100
        return 100 * self.done_steps // self.total_steps if self.total_steps else 0
