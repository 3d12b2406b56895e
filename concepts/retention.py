"""How long this room keeps what is only for a moment. Versions, measures and their PDFs stay."""

from datetime import datetime

from concepts import pdf
from concepts.models import MeasureTable, Presence
from kiportal.common.retention import rule


@rule("PDF-Vorschauen von Entwürfen", days=1)
def previews(before: datetime, *, delete: bool) -> int:
    return pdf.purge_previews(before, delete=delete)


@rule("Eingelesene Tabellen mit Maßnahmen", days=30)
def tables(before: datetime, *, delete: bool) -> int:
    old = MeasureTable.objects.filter(created_at__lt=before)
    return old.delete()[0] if delete else old.count()


@rule("Wer welchen Abschnitt bearbeitet", days=1)
def presences(before: datetime, *, delete: bool) -> int:
    """Gone after minutes while others write; what the last one left goes here."""
    old = Presence.objects.filter(seen_at__lt=before)
    return old.delete()[0] if delete else old.count()
