"""The Wegweiser: offers of a filter as a small book in PDF, kept until something in it changes or a week is over."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kiportal.common.models import Job

FOLDER = "offers/brochures"


class Brochure(models.Model):
    class Grouping(models.TextChoices):
        """What its chapters are; the values are those of the parameter `gliederung`."""

        MUNICIPALITY = "kommune", _("nach Kommunen")
        TOPIC = "thema", _("nach Themen")
        LANGUAGE = "sprache", _("nach Sprachen")

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("Auswahl"), max_length=300)
    # The filters as they stand in the address of the list.
    query = models.TextField(blank=True)
    grouping = models.CharField(_("Gliederung"), max_length=10, choices=Grouping, default=Grouping.MUNICIPALITY)
    language = models.CharField(max_length=12)
    # SHA-256 of the printed HTML: the same entries in the same state are made once.
    state = models.CharField(max_length=64, unique=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    file = models.FileField(blank=True)
    pages = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("angelegt am"), auto_now_add=True)

    class Meta:
        verbose_name = _("Wegweiser")
        verbose_name_plural = _("Wegweiser")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("offers:brochure_detail", args=[self.key])

    @property
    def is_stored(self) -> bool:
        """Whether the file is there; a restored database may be ahead of its files."""
        return bool(self.file) and self.file.storage.exists(str(self.file.name))

    @property
    def is_waiting(self) -> bool:
        return not self.file and self.job is not None and self.job.state in {Job.State.QUEUED, Job.State.RUNNING}
