"""Tables that staff bring in: the file, what each row of it would do, and which of its columns means what."""

import uuid
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from actors.models import Organisation
from kiportal.common.models import Job, Stateful, Timestamped
from kiportal.common.text import fold
from offers.models.offer import Offer
from offers.querysets import DataImportQuerySet, DataImportRowQuerySet

FOLDER = "offers/imports"
# Excel files that a job has written (`offers.resources.exporting`)
EXPORTS = "offers/exports"


def _file_name(data_import: "DataImport", name: str) -> str:
    """Nothing of the name that the file had."""
    return f"{FOLDER}/{uuid.uuid4()}"


class Table(models.TextChoices):
    """What a table is about; values are those of addresses."""

    ORGANISATIONS = "organisationen", "Organisationen"
    OFFERS = "angebote", "Angebote"


class DataImport(Timestamped, Stateful):
    """One file on its way into the registry. The file is kept until it is imported or given up, the rows some time
    longer, so that the last import can be taken back (`offers.retention`).
    """

    class Status(models.TextChoices):
        READING = "reading", "wird gelesen"
        MAPPING = "mapping", "Spalten zuordnen"
        READY = "ready", "bereit zum Prüfen"
        FAILED = "failed", "nicht lesbar"
        IMPORTING = "importing", "wird importiert"
        IMPORTED = "imported", "importiert"
        UNDOING = "undoing", "wird zurückgenommen"
        UNDONE = "undone", "zurückgenommen"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("Was steht in der Datei?", max_length=20, choices=Table)
    status = models.CharField("Stand", max_length=20, choices=Status, default=Status.READING, editable=False)
    file = models.FileField(upload_to=_file_name, blank=True)
    file_name = models.CharField("Datei", max_length=200)
    # The columns of the file as they are called there, with what stands in the first rows.
    headers = models.JSONField(default=list)
    samples = models.JSONField(default=list)
    # For each column of the file the name of ours, or ""; empty until somebody or an earlier file has said so.
    columns = models.JSONField(default=list)
    # What new rows get where the file says nothing: {name of our column: text}.
    defaults = models.JSONField(default=dict)
    # What people have said about this file: {"heading": number of its row, "names": {name: key or kind}, "made": keys,
    # "terms": {column: {word: key}}}.
    answers = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    # The sentence that says why it did not work.
    problem = models.TextField(blank=True)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    imported_at = models.DateTimeField("importiert am", null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="von", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = DataImportQuerySet.as_manager()

    class Meta:
        verbose_name = "Import"
        verbose_name_plural = "Importe"
        ordering = ["-created_at"]
        permissions = [("run_dataimport", "Darf Organisationen und Angebote importieren")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} aus {self.file_name}"

    def get_absolute_url(self) -> str:
        return reverse("offers:data_detail", args=[self.pk])

    @property
    def is_at_work(self) -> bool:
        """Whether a job has it in hand."""
        return self.status in {self.Status.READING, self.Status.IMPORTING, self.Status.UNDOING}


class DataImportRow(models.Model):
    """One row of the file: its cells as text, the record that it means, and what would change."""

    class Outcome(models.TextChoices):
        NEW = "neu", "neu"
        CHANGED = "geaendert", "geändert"
        UNCHANGED = "gleich", "unverändert"
        ERROR = "fehler", "Fehler"
        LEFT_OUT = "ohne", "ausgelassen"
        DOUBLE = "doppelt", "doppelt in der Datei"

    class Match(models.TextChoices):
        """Whether the record was found by name and place, and what people say to that."""

        NONE = "", "nicht gesucht"
        OPEN = "offen", "noch offen"
        CONFIRMED = "ja", "ist dieselbe, die Werte der Datei gelten"
        FILLED = "luecken", "ist dieselbe, nur Lücken füllen"
        REFUSED = "nein", "ist eine andere"

    data_import = models.ForeignKey(DataImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("Zeile")
    outcome = models.CharField("Ergebnis", max_length=10, choices=Outcome)
    match = models.CharField("Treffer", max_length=10, choices=Match, blank=True)
    # Name and place are the same, letter by letter.
    is_exact = models.BooleanField(default=False)
    title = models.CharField("Bezeichnung", max_length=200, blank=True)
    cells = models.JSONField(default=dict)
    # {column: [old text, new text]} of the record that the row means
    changes = models.JSONField(default=dict)
    messages = models.JSONField(default=list)
    # The record that the row means or, once it is imported, has made.
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    offer = models.ForeignKey(Offer, null=True, on_delete=models.CASCADE, related_name="+")
    # The record's lock_version when the preview was made; after the import, what it and updated_at were then.
    lock_version = models.PositiveIntegerField(null=True)
    stamp = models.DateTimeField(null=True)
    # What changed fields held before, as `offers.changes` has values.
    before = models.JSONField(default=dict)

    objects = DataImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = "Zeile eines Imports"
        verbose_name_plural = "Zeilen eines Imports"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["data_import", "number"], name="offers_dataimportrow_unique"),
            models.CheckConstraint(
                condition=Q(organisation=None) | Q(offer=None), name="offers_dataimportrow_one_record"
            ),
        ]

    def __str__(self) -> str:
        return f"Zeile {self.number}: {self.title}"

    @property
    def record(self) -> Any:
        return self.offer if self.offer_id else self.organisation


class ColumnMappingManager(models.Manager["ColumnMapping"]):
    def for_headers(self, kind: str, headers: Sequence[str]) -> "ColumnMapping | None":
        """What is kept for files with these headings."""
        return self.filter(kind=kind, fingerprint=_fingerprint(headers)).first()

    def keep(self, kind: str, headers: Sequence[str], **values: Any) -> None:
        """Keep it for the next file with these headings; what is not named stays as it is."""
        self.update_or_create(kind=kind, fingerprint=_fingerprint(headers), defaults=values)


def _fingerprint(headers: Sequence[str]) -> str:
    return sha256("\n".join(map(fold, headers)).encode()).hexdigest()


class ColumnMapping(models.Model):
    """What the columns of a file mean, kept for the next file with the same headers."""

    kind = models.CharField(max_length=20, choices=Table)
    # The headers in lower case, joined and hashed.
    fingerprint = models.CharField(max_length=64)
    columns = models.JSONField(default=list)
    defaults = models.JSONField(default=dict)
    # What words of such a file mean: {name of our column: {word in lower case: key, or that it is left out}}.
    terms = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ColumnMappingManager()

    class Meta:
        verbose_name = "Zuordnung von Spalten"
        verbose_name_plural = "Zuordnungen von Spalten"
        constraints = [
            models.UniqueConstraint(fields=["kind", "fingerprint"], name="offers_columnmapping_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {len(self.columns)} Spalten"
