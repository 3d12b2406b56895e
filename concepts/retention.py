"""How long this room keeps what is only for a moment. Versions and their PDFs stay."""

from datetime import datetime

from concepts import pdf
from kiportal.common.retention import rule


@rule("PDF-Vorschauen von Entwürfen", days=1)
def previews(before: datetime, *, delete: bool) -> int:
    return pdf.purge_previews(before, delete=delete)
