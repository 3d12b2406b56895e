"""The result sheet of a round as a spreadsheet: the numbers that the page shows."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO

from django.utils import timezone

from offers.models import OfferSurvey
from offers.spreadsheets import MEDIA_TYPE, Value, append, style
from offers.surveys.results import Row, Sheet

__all__ = ["MEDIA_TYPE", "write"]

ENTRIES = ("Einträge", "bestätigt", "geändert", "beendet", "neu", "offen")


def write(survey: OfferSurvey, sheet: Sheet, as_of: date) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    about = book.active
    about.title = "Überblick"
    for fact in _about(survey, sheet, as_of):
        append(about, fact)
    style(about, first=34, others=60)
    tables = (("Art", sheet.kinds, True), ("Kommune", sheet.places, True), ("Thema", sheet.topics, False))
    for first, rows, has_organisations in tables:
        page = book.create_sheet(f"Nach {first}")
        for line in _table(first, rows, sheet.total if has_organisations else None):
            append(page, line)
        page.freeze_panes = "B2"
        style(page, first=44, others=14)
    messages = book.create_sheet("Mitteilungen")
    append(messages, ["Organisation", "Mitteilung"])
    for invitation in survey.invitations.exclude(message="").select_related("organisation"):
        append(messages, [invitation.organisation.name, invitation.message])
    style(messages, first=44, others=100)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _about(survey: OfferSurvey, sheet: Sheet, as_of: date) -> Iterator[list[Value]]:
    total = sheet.total
    yield ["Angabe", "Inhalt"]
    yield ["Bestandsaufnahme", survey.title]
    yield ["Stand", f"{as_of:%d.%m.%Y}"]
    if survey.opened_at:
        yield ["gefragt ab", f"{timezone.localtime(survey.opened_at):%d.%m.%Y}"]
    yield ["Antwort bis", f"{survey.answer_by:%d.%m.%Y}"]
    yield ["Organisationen gefragt", total.organisations]
    yield ["haben geantwortet", total.answered]
    yield ["Anteil in Prozent", total.share]
    yield ["Organisationen ohne E-Mail-Adresse", sheet.without_address]
    yield from ([name, number] for name, number in zip(ENTRIES, _entries(total), strict=True))


def _table(first: str, rows: list[Row], total: Row | None) -> Iterator[list[Value]]:
    """With `total` organisations are counted too, and the sums stand below."""
    yield [first, *(("gefragt", "geantwortet") if total else ()), *ENTRIES]
    for row in (*rows, *([total] if total else ())):
        yield [row.label, *((row.organisations, row.answered) if total else ()), *_entries(row)]


def _entries(row: Row) -> list[Value]:
    return [row.asked, row.confirmed, row.changed, row.ended, row.added, row.open]
