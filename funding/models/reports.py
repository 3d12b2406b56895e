"""The Verwendungsnachweis of a grant, and the files that go with it."""

import uuid

import pghistory
from django.db import models
from django.urls import reverse

from funding.models.base import Record, ends_after_it_starts
from funding.models.grants import Grant
from funding.querysets import UseOfFundsReportQuerySet
from kiportal.common.models import Stateful


@pghistory.track()
class UseOfFundsReport(Record, Stateful):
    """Sachbericht and zahlenmäßiger Nachweis for a time (VV zu § 44 LHO); only `lifecycle` changes its state."""

    class Status(models.TextChoices):
        OPEN = "open", "offen"
        SUBMITTED = "submitted", "eingereicht"
        CHANGES_REQUESTED = "changes_requested", "Rückfrage der Behörde"
        ACCEPTED = "accepted", "geprüft"

    grant = models.ForeignKey(Grant, verbose_name="Zuwendung", on_delete=models.PROTECT, related_name="reports")
    starts_on = models.DateField("Zeitraum von")
    ends_on = models.DateField("Zeitraum bis")
    due_on = models.DateField("fällig am")
    status = models.CharField("Stand", max_length=20, choices=Status, default=Status.OPEN, editable=False)
    submitted_on = models.DateField("eingereicht am", null=True, editable=False)
    accepted_on = models.DateField("geprüft am", null=True, editable=False)
    # The smallest number of days before the due date for which mails have gone out; negative after it.
    reminded_days = models.SmallIntegerField(null=True, editable=False)
    note = models.TextField("Vermerk", max_length=2000, blank=True)

    objects = UseOfFundsReportQuerySet.as_manager()

    class Meta:
        verbose_name = "Verwendungsnachweis"
        verbose_name_plural = "Verwendungsnachweise"
        ordering = ["due_on", "pk"]
        constraints = [
            ends_after_it_starts("funding_report_period"),
            models.CheckConstraint(
                condition=~models.Q(status__in=["submitted", "accepted"]) | models.Q(submitted_on__isnull=False),
                name="funding_report_submitted",
            ),
        ]

    def __str__(self) -> str:
        return f"Verwendungsnachweis {self.starts_on:%d.%m.%Y} bis {self.ends_on:%d.%m.%Y}"

    def get_absolute_url(self) -> str:
        return reverse("funding:report_detail", args=[self.pk])

    @property
    def is_waiting(self) -> bool:
        """Whether the centre still has to do something about it."""
        return self.status in {self.Status.OPEN, self.Status.CHANGES_REQUESTED}


def _file_name(attachment: "ReportAttachment", filename: str) -> str:
    """A name of our own: nothing of what the file was called on somebody's computer."""
    return f"funding/attachments/{attachment.uuid}.{filename.rpartition('.')[2]}"


class ReportAttachment(models.Model):
    """A file that only the head of the centre reads, told by its content when it came."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    use_report = models.ForeignKey(UseOfFundsReport, on_delete=models.CASCADE, related_name="attachments")
    title = models.CharField("Bezeichnung", max_length=120, help_text="Zum Beispiel: Sachbericht, Bescheid")
    file = models.FileField("Datei", upload_to=_file_name, max_length=200)
    media_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField("Größe (Bytes)", editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField("hochgeladen am", auto_now_add=True)

    class Meta:
        verbose_name = "Anlage"
        verbose_name_plural = "Anlagen"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["use_report", "sha256"], name="funding_attachment_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("funding:attachment_file", args=[self.uuid])
