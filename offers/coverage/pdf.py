"""The table on paper. What is to be printed is handed to the job as it was shown, so nothing is counted anew."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone

from kiportal.common.models import Centre
from kiportal.common.pdf import documents
from kiportal.common.pdf.documents import Document, OnProgress
from kiportal.common.pdf.files import Files
from offers.coverage.sheet import Cell, Row, Sheet
from offers.vain import MISSED_DAYS

FOLDER = "offers/coverage"
# More columns than this stand in a further table; up to PORTRAIT of them the page stands upright.
COLUMNS = 7
PORTRAIT = 4


def printable(sheet: Sheet) -> dict[str, Any]:
    """The sheet as JSON, cut into tables that fit a page."""
    columns = [*(label for _value, label in sheet.columns), "Gesamt"]
    parts = -(-len(columns) // COLUMNS)
    width = -(-len(columns) // parts)
    return {
        "title": sheet.title,
        "stand": f"Stand: {sheet.as_of:%d.%m.%Y}",
        "day": sheet.as_of.isoformat(),
        "as_of": f"{sheet.as_of:%d.%m.%Y}",
        "compared": f"{sheet.compared_on:%d.%m.%Y}" if sheet.compared_on else "",
        "filters": [list(pair) for pair in sheet.filters],
        "gaps": f"{sheet.gap_count} von {sheet.pair_count}",
        "explanations": sheet.explanations,
        "row_label": sheet.row_label,
        "changes": [
            [change, cell.row_label, cell.column_label, *sheet.numbers_of(cell)] for change, cell in sheet.changes
        ],
        "column_label": sheet.column_label,
        "missed_days": MISSED_DAYS,
        "missed": [[row.words, row.number, places] for row, places in sheet.missed],
        "is_wide": width > PORTRAIT,
        "tables": [
            {
                "columns": columns[first : first + width],
                "rows": [
                    {
                        "label": row.label,
                        "is_sum": row is sheet.totals,
                        "cells": [list(_lines(sheet, cell)) for cell in _cells(row)[first : first + width]],
                        "gaps": [cell.is_gap for cell in _cells(row)[first : first + width]],
                    }
                    for row in (*sheet.rows, sheet.totals)
                ],
            }
            for first in range(0, len(columns), width)
        ],
    }


def render_html(printed: dict[str, Any]) -> str:
    centre = Centre.objects.current()
    day = timezone.make_aware(datetime.fromisoformat(printed["day"]))
    tables = [
        table | {"rows": [row | {"cells": list(zip(row["cells"], row["gaps"], strict=True))} for row in table["rows"]]}
        for table in printed["tables"]
    ]
    return render_to_string(
        "offers/coverage_pdf.html",
        printed | {"tables": tables, "centre": centre, "accent": centre.accent, "created": day.isoformat()},
    )


def render_pdf(printed: dict[str, Any], identifier: UUID, *, on_progress: OnProgress | None = None) -> Document:
    """Return the PDF; raises JobRefused with a sentence when it cannot be made."""
    return documents.render(render_html(printed), identifier=identifier.bytes, on_progress=on_progress)


# The files that jobs make lie here, a day at most.
_files = Files(FOLDER)
name, store, purge = _files.name, _files.store, _files.purge


def _cells(row: Row) -> tuple[Cell, ...]:
    return (*row.cells, row.total)


def _lines(sheet: Sheet, cell: Cell) -> Iterator[str]:
    """What stands in a cell, line by line, the number first."""
    yield str(cell.now.offers) if cell.now.offers or not cell.is_gap else "keins"
    if sheet.options.is_split and cell.now.offers:
        yield f"{cell.now.local} vor Ort"
    if cell.was is not None and cell.has_history:
        yield f"vorher {cell.was.offers}, {cell.signed_change}"
    if cell.needs:
        yield "1 Bedarf" if cell.needs == 1 else f"{cell.needs} Bedarfe"
