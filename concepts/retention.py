"""How long this room keeps what is only for a moment. Versions, measures and their PDFs stay."""

from datetime import datetime

from concepts import pdf
from concepts.models import MeasureTable, Presence, WordImport
from concepts.word import taking
from kiportal.common.retention import rule


@rule("PDF-Vorschauen von Entwürfen", days=1)
def previews(before: datetime, *, delete: bool) -> int:
    return pdf.purge_previews(before, delete=delete)


@rule("Eingelesene Tabellen mit Maßnahmen", days=30)
def tables(before: datetime, *, delete: bool) -> int:
    old = MeasureTable.objects.filter(created_at__lt=before)
    return old.delete()[0] if delete else old.count()


@rule("Eingelesene Word-Dateien von Konzepten", days=30)
def word_files(before: datetime, *, delete: bool) -> int:
    """The file, what was read of it, and the way back; chapters that were taken over stay."""
    old = list(WordImport.objects.filter(created_at__lt=before))
    if delete:
        for found in old:
            taking.discard(found)
    return len(old)


@rule("Wer welchen Abschnitt bearbeitet", days=1)
def presences(before: datetime, *, delete: bool) -> int:
    """Gone after minutes while others write; what the last one left goes here."""
    old = Presence.objects.filter(seen_at__lt=before)
    return old.delete()[0] if delete else old.count()
