"""Concepts as Word files: the stored file of a finished version, and a file that becomes chapters of a draft."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from concepts.models.concept import ConceptVersion
from concepts.models.stored import StoredFile


class VersionWord(StoredFile):
    """The Word file of a frozen version, made with its PDF."""

    version = models.OneToOneField(ConceptVersion, on_delete=models.CASCADE, related_name="word")

    class Meta:
        verbose_name = _("Word-Datei einer Fassung")
        verbose_name_plural = _("Word-Dateien der Fassungen")

    def __str__(self) -> str:
        return f"Word: {self.version}"


def _file_name(word_import: "WordImport", _filename: str) -> str:
    return f"{word_import.folder}/datei.docx"


class WordImport(models.Model):
    """A Word file that somebody brought in: what it would become, until it is taken over; then what was before."""

    class Way(models.TextChoices):
        APPEND = "anhaengen", "als neue Kapitel anhängen"
        REPLACE = "ersetzen", "den ganzen Entwurf ersetzen"

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(ConceptVersion, on_delete=models.CASCADE, related_name="word_imports")
    file = models.FileField("Datei", upload_to=_file_name, max_length=200)
    file_name = models.CharField("Name der Datei", max_length=200)
    created_at = models.DateTimeField("hochgeladen am", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="von", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    read_at = models.DateTimeField("gelesen am", null=True)
    # [{"uuid", "title", "depth", "is_numbered", "body"}, ...] in reading order (`word.reading.Part`)
    parts: Any = models.JSONField(default=list)
    # [{"kind", "place", "sentence"}, ...] (`word.notes.Note`)
    notes: Any = models.JSONField(default=list)
    # [{"uuid", "name", "alternative"}, ...]: new pictures in the storage, in the concept only when taken over
    pictures: Any = models.JSONField(default=list)
    way = models.CharField("übernommen als", max_length=10, choices=Way, blank=True)
    taken_at = models.DateTimeField("übernommen am", null=True)
    # The draft as it was (`changes.snapshot`), and the digest of what was written
    before: Any = models.JSONField(default=list)
    written = models.CharField(max_length=64, blank=True)
    undone_at = models.DateTimeField("rückgängig gemacht am", null=True)

    class Meta:
        verbose_name = "Word-Import"
        verbose_name_plural = "Word-Importe"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("concepts:word_import", args=[self.key])

    @property
    def folder(self) -> str:
        """Where the file and its pictures lie."""
        return f"concepts/word/{self.key}"
