"""The numbers of a year as CSV for Excel in German: one line a number, semicolons, the mark that says UTF-8."""

import csv
from collections.abc import Iterator
from io import StringIO

from funding.calculation import words
from funding.overview.figures import Figures
from offers.resources.guard import guarded

MEDIA_TYPE = "text/csv; charset=utf-8"
HEAD = ["Bereich", "Gegenstand", "Kennzahl", "Einheit", "Soll", "Ist"]


def write(figures: Figures) -> str:
    file = StringIO()
    file.write("\ufeff")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEAD)
    for row in lines(figures):
        writer.writerow([guarded(cell) for cell in row])
    return file.getvalue()


def lines(figures: Figures) -> Iterator[list[str]]:
    """Posts, measures, offers; what the portal does not know is said, and not left out."""
    for row in figures.staffing.rows:
        yield [
            "Stellen",
            row.label,
            "Stellen im Jahresdurchschnitt",
            "Stellen",
            words.fte(row.planned),
            words.fte(row.filled),
        ]
    now = figures.staffing
    yield [
        "Stellen",
        "Gesamt",
        "Stellen im Jahresdurchschnitt",
        "Stellen",
        words.fte(now.planned),
        words.fte(now.filled),
    ]
    if now.county:
        yield [
            "Stellen",
            now.county.label,
            "Stellen im Jahresdurchschnitt",
            "Stellen",
            words.fte(now.county.planned),
            words.fte(now.county.filled),
        ]
    for measure in figures.measures:
        name = measure.indicator or "ohne Kennzahl"
        yield ["Maßnahmen", f"{measure.title} ({measure.state})", name, measure.unit, measure.target, measure.actual]
    if figures.offers is None or figures.offers_as_of is None:
        yield ["Angebote", "", "für dieses Jahr nicht festgehalten", "", "", ""]
        return
    for topic, number in figures.offers:
        yield [
            "Angebote",
            topic,
            f"öffentliche Angebote am {figures.offers_as_of:%d.%m.%Y}",
            "Angebote",
            "",
            str(number),
        ]
