"""The sheet and the numbers of a year on A4. The job gets the year or the day and reads the rows itself.

Nothing of the money stands in the job: jobs are seen by everybody at the centre, the sheet's money by its head alone.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone

from actors.models import FunderNote
from funding.calculation.periods import Period
from funding.overview import figures, sheet
from funding.overview.comparing import by_richtlinie
from funding.overview.reading import book
from funding.overview.sheet import Time
from kiportal.common.models import Centre
from kiportal.common.pdf import documents
from kiportal.common.pdf.documents import Document, OnProgress
from kiportal.common.pdf.files import Files

FOLDER = "funding/pdf"


class Kind(StrEnum):
    SHEET = "uebersicht"
    FIGURES = "jahreszahlen"


TITLES = {Kind.SHEET: "Stellenplan und Förderung", Kind.FIGURES: "Zahlen für den Verwendungsnachweis"}


def title(kind: Kind, time: Time) -> str:
    return f"{TITLES[kind]} {time.label}"


def time_of(first: str, last: str) -> Time:
    return Time(Period(date.fromisoformat(first), date.fromisoformat(last)))


def render_html(kind: Kind, time: Time, today: date) -> str:
    centre = Centre.objects.current()
    context: dict[str, Any] = {
        "centre": centre,
        "accent": centre.accent,
        "title": title(kind, time),
        "time": time,
        "stand": f"Stand: {today:%d.%m.%Y}",
        "created": timezone.make_aware(datetime.combine(today, datetime.min.time())).isoformat(),
        "funders": FunderNote.objects.valid(today),
    }
    if kind == Kind.FIGURES:
        return render_to_string("funding/figures_pdf.html", context | {"figures": figures.figures(time.year, today)})
    shown = sheet.build(time, today, with_money=True)
    compared = by_richtlinie(book(), time.day_for_checks(today), today)
    return render_to_string("funding/sheet_pdf.html", context | {"sheet": shown, "compared": compared})


def render_pdf(
    kind: Kind, time: Time, today: date, identifier: UUID, *, on_progress: OnProgress | None = None
) -> Document:
    """Return the PDF; raises JobRefused with a sentence when it cannot be made."""
    return documents.render(render_html(kind, time, today), identifier=identifier.bytes, on_progress=on_progress)


# The files that jobs make lie here, a day at most.
_files = Files(FOLDER)
name, store, purge = _files.name, _files.store, _files.purge
