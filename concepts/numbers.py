"""What a section shows of the registry in numbers: of today in a draft, as values of its day in a closed version.

Counted by `offers.coverage` alone, so that no concept says another number than the table of white spots does.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from concepts.models import ConceptVersion, Section
from offers import counting, coverage
from offers.coverage import sheet
from offers.coverage.needs import Needs

_KINDS = Section.Numbers
# Rows and columns. Those of one dimension take the sums of the rows.
_AXES = {
    _KINDS.BY_MUNICIPALITY: ("kommune", "thema"),
    _KINDS.BY_TOPIC: ("thema", "kommune"),
    _KINDS.WHITE_SPOTS: ("thema", "kommune"),
}
# More columns than this stand in a further table of a page on paper.
_COLUMNS = 6


@dataclass(frozen=True)
class Cell:
    offers: int
    is_gap: bool = False


@dataclass(frozen=True)
class Row:
    label: str
    offers: int
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Table:
    """A part of the numbers that fits its page; the cells of a row stand beside its label."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True)
class Bar:
    """`width` in even per cents of the longest bar, which are classes in bars.css."""

    label: str
    number: int
    width: int


@dataclass(frozen=True)
class Numbers:
    """`offers` counts each once, `countywide` those of them that are for the whole Kreis and count everywhere."""

    kind: str
    counted_on: date
    offers: int
    countywide: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def title(self) -> str:
        return str(_KINDS(self.kind).label)

    @property
    def row_label(self) -> str:
        return _("Kommune") if self.kind == _KINDS.BY_MUNICIPALITY else _("Thema")

    @property
    def has_white_spots(self) -> bool:
        return self.kind == _KINDS.WHITE_SPOTS

    @property
    def table(self) -> Table:
        return next(self._tables(len(self.columns) + 1))

    @property
    def printed_tables(self) -> list[Table]:
        return list(self._tables(_COLUMNS))

    def _tables(self, most: int) -> Iterator[Table]:
        columns = (*self.columns, _("Gesamt") if self.columns else _("Angebote"))
        rows = [
            (row.label, (*row.cells, Cell(row.offers, is_gap=not self.columns and not row.offers))) for row in self.rows
        ]
        parts = -(-len(columns) // most)
        width = -(-len(columns) // parts)
        for first in range(0, len(columns), width):
            part = slice(first, first + width)
            yield Table(columns[part], tuple((label, cells[part]) for label, cells in rows))

    @property
    def chart_title(self) -> str:
        return _("Weiße Flecken je Kommune") if self.has_white_spots else self.title

    @property
    def unit(self) -> str:
        return _("weiße Flecken") if self.has_white_spots else _("Angebote")

    @property
    def bars(self) -> list[Bar]:
        if self.has_white_spots:
            numbers = [sum(row.cells[place].is_gap for row in self.rows) for place in range(len(self.columns))]
            shown = list(zip(self.columns, numbers, strict=True))
        else:
            shown = [(row.label, row.offers) for row in self.rows]
        top = max((number for _label, number in shown), default=0) or 1
        return [Bar(label, number, 2 * round(50 * number / top)) for label, number in shown]

    @property
    def without(self) -> str:
        """What has no offer at all, by name."""
        return ", ".join(row.label for row in self.rows if not row.offers)

    @property
    def white_spots(self) -> str:
        """How many there are, and what one is, as a sentence."""
        cells = [cell for row in self.rows for cell in row.cells]
        gaps = sum(cell.is_gap for cell in cells)
        if not gaps:
            return _("Es gibt keinen weißen Fleck: Zu jedem Thema gibt es in jeder Kommune ein Angebot.")
        return ngettext(
            "%(gaps)s von %(cells)s Feldern ist ein weißer Fleck (○): Dort gibt es kein Angebot, "
            "auch keines für den ganzen Kreis.",
            "%(gaps)s von %(cells)s Feldern sind weiße Flecken (○): Dort gibt es kein Angebot, "
            "auch keines für den ganzen Kreis.",
            gaps,
        ) % {"gaps": gaps, "cells": len(cells)}

    @property
    def counted(self) -> str:
        """What was counted, when, and what to know about it."""
        sentences = [
            _(
                "Gezählt am %(day)s: veröffentlichte Angebote und Projekte (%(offers)s, "
                "davon %(countywide)s für den ganzen Kreis)."
            )
            % {
                "day": date_format(self.counted_on, "SHORT_DATE_FORMAT"),
                "offers": self.offers,
                "countywide": self.countywide,
            }
        ]
        if self.kind != _KINDS.BY_TOPIC:
            sentences.append(_("Ein Angebot für den ganzen Kreis zählt in jeder Kommune."))
        if self.kind != _KINDS.BY_MUNICIPALITY:
            sentences.append(_("Ein Angebot mit mehreren Themen zählt in jedem davon."))
        return " ".join(sentences)


def of_today(version: ConceptVersion) -> dict[str, Any]:
    """What the sections of a version show, as JSON by kind and without keys to any row; a closed version keeps it."""
    chosen = version.sections.exclude(shows_numbers="").order_by().values_list("shows_numbers", flat=True).distinct()
    return {kind: _kept(count(kind, timezone.localdate())) for kind in sorted(chosen)}


def shown(section: Section) -> Numbers | None:
    """The numbers of a section; None where it shows none."""
    kind = section.shows_numbers
    if not kind:
        return None
    version = section.version
    return count(kind, timezone.localdate()) if version.is_draft else _restored(kind, version.numbers[kind])


def count(kind: str, on: date) -> Numbers:
    """The numbers as they are; labels are German, as the text around them is."""
    index, axes = counting.current(), _AXES[_KINDS(kind)]
    matrix = coverage.matrix(index, index.visible(on), *axes)
    with override("de"):
        found = sheet.build(index, matrix, Needs(*axes, Counter()), sheet.Options(), axes=axes, as_of=on)
    is_table = kind == _KINDS.WHITE_SPOTS
    total = found.totals.total.now
    return Numbers(
        kind=kind,
        counted_on=on,
        offers=total.offers,
        countywide=total.countywide,
        columns=tuple(label for _value, label in found.columns) if is_table else (),
        rows=tuple(_row(row, row.cells if is_table else ()) for row in found.rows),
    )


def _row(row: sheet.Row, cells: Iterable[sheet.Cell]) -> Row:
    return Row(row.label, row.total.now.offers, tuple(Cell(cell.now.offers, cell.is_gap) for cell in cells))


def _kept(numbers: Numbers) -> dict[str, Any]:
    kept = asdict(numbers) | {"counted_on": numbers.counted_on.isoformat()}
    del kept["kind"]
    return kept


def _restored(kind: str, kept: dict[str, Any]) -> Numbers:
    rows = (Row(row["label"], row["offers"], tuple(Cell(**cell) for cell in row["cells"])) for row in kept["rows"])
    return Numbers(
        kind=kind,
        counted_on=date.fromisoformat(kept["counted_on"]),
        offers=kept["offers"],
        countywide=kept["countywide"],
        columns=tuple(kept["columns"]),
        rows=tuple(rows),
    )


def as_text(section: Section) -> SafeString:
    """The numbers as text with tables, without bars, as a chapter could hold them: for Word and for comparing."""
    numbers = shown(section)
    if numbers is None:
        return SafeString("")
    with override("de"):
        return render_to_string("concepts/_numbers_print.html", {"numbers": numbers})
