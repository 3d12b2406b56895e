"""The table as it is shown: labels, white spots, needs and an earlier day beside the numbers.

Page, spreadsheet and PDF read the same sheet, so they cannot differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kiportal.common.text import sort_key
from offers.counting import Index
from offers.coverage import LABELS, PLURALS, WITHOUT, Count, Matrix
from offers.coverage.needs import Needs
from offers.vain import Missed

NONE = Count(0, 0)


@dataclass(frozen=True)
class Options:
    """What counts as a white spot, and how the table is shown."""

    locally: bool = False
    only_gaps: bool = False
    sorting: str = "liste"
    # Both numbers, where offers for the whole Kreis make a difference
    is_split: bool = True


@dataclass(frozen=True)
class Cell:
    """A number with its row and column; empty values stand for a sum."""

    row: str
    column: str
    row_label: str
    column_label: str
    now: Count
    was: Count | None
    needs: int | None
    is_gap: bool = False

    @property
    def is_countywide_only(self) -> bool:
        return bool(self.now.offers) and not self.now.local

    @property
    def has_history(self) -> bool:
        """Whether an earlier number is worth a line: nothing that was nothing is not."""
        return self.was is not None and bool(self.was.offers or self.now.offers)

    @property
    def change(self) -> int:
        return self.now.offers - self.was.offers if self.was else 0

    @property
    def signed_change(self) -> str:
        """With a real minus sign, as it is printed."""
        return f"{self.change:+d}".replace("-", "−") if self.change else "±0"


@dataclass(frozen=True)
class Row:
    value: str
    label: str
    cells: tuple[Cell, ...]
    total: Cell

    @property
    def gaps(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.is_gap]


@dataclass(frozen=True)
class Sheet:
    row_dimension: str
    column_dimension: str
    as_of: date
    compared_on: date | None
    filters: tuple[tuple[str, str], ...]
    options: Options
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    totals: Row
    have_row_needs: bool
    have_cell_needs: bool
    homeless_needs: int
    # Values of the earlier day that the reference data has no more
    vanished: tuple[str, ...]
    gap_count: int
    pair_count: int
    # What people searched for in vain, each with the names of the places they chose
    missed: tuple[tuple[Missed, str], ...]

    @property
    def title(self) -> str:
        return f"Weiße Flecken: {PLURALS[self.row_dimension]} und {PLURALS[self.column_dimension]}"

    @property
    def row_label(self) -> str:
        return LABELS[self.row_dimension]

    @property
    def column_label(self) -> str:
        return LABELS[self.column_dimension]

    @property
    def definition(self) -> str:
        """What a white spot is here, as a sentence."""
        if self.options.locally:
            return "Ein weißer Fleck ist, wo es kein Angebot vor Ort gibt; Angebote für den ganzen Kreis zählen nicht."
        if self.options.is_split:
            return "Ein weißer Fleck ist, wo es gar kein Angebot gibt, auch keines für den ganzen Kreis."
        return "Ein weißer Fleck ist, wo es kein Angebot gibt."

    @property
    def explanations(self) -> list[str]:
        """What one must know to read the numbers."""
        said = ["Gezählt sind die öffentlichen Angebote und Projekte. In einer Summe zählt jedes einmal."]
        if self.options.is_split:
            said.append("Ein Angebot für den ganzen Kreis zählt in jeder Kommune; „vor Ort“ zählt ohne diese.")
        if self.have_row_needs or self.have_cell_needs:
            said.append("Bedarfe sind gemeldete Lücken, die offen oder vorgemerkt sind.")
        if self.options.only_gaps:
            said.append("Zeilen und Spalten ohne weißen Fleck sind nicht gezeigt; die Summen enthalten sie.")
        return [*said, self.definition]


def build(
    index: Index,
    now: Matrix,
    needs: Needs,
    options: Options,
    *,
    axes: tuple[str, str],
    as_of: date,
    was: Matrix | None = None,
    compared_on: date | None = None,
    filters: Iterable[tuple[str, str]] = (),
    missed: Iterable[Missed] = (),
) -> Sheet:
    """Put labels to the numbers and leave out, order and mark as the options say."""
    row_dimension, column_dimension = axes
    row_labels = _labels(index, row_dimension, now.rows)
    column_labels = _labels(index, column_dimension, now.columns)
    gaps = set(now.gaps(locally=options.locally))
    columns = [value for value in now.columns if not options.only_gaps or any(value == gap[1] for gap in gaps)]

    def total_of_column(value: str) -> Cell:
        before = was.column_totals.get(value, NONE) if was else None
        return Cell("", value, "Gesamt", column_labels[value], now.column_totals[value], before, needs.of_column(value))

    def row_of(value: str) -> Row:
        label = row_labels[value]
        cells = tuple(
            Cell(
                value,
                column,
                label,
                column_labels[column],
                now.cells[value, column],
                was.cells.get((value, column), NONE) if was else None,
                needs.of(value, column),
                (value, column) in gaps,
            )
            for column in columns
        )
        before = was.row_totals.get(value, NONE) if was else None
        total = Cell(value, "", label, "Gesamt", now.row_totals[value], before, needs.of_row(value))
        return Row(value, label, cells, total)

    before = was.total if was else None
    grand = Cell("", "", "Gesamt", "Gesamt", now.total, before, needs.total if needs.have_rows else None)
    rows = [row_of(value) for value in now.rows]
    real = [sum(value != WITHOUT for value in values) for values in (now.rows, now.columns)]
    return Sheet(
        row_dimension=row_dimension,
        column_dimension=column_dimension,
        as_of=as_of,
        compared_on=compared_on,
        filters=tuple(filters),
        options=options,
        columns=tuple((value, column_labels[value]) for value in columns),
        rows=tuple(_sorted([row for row in rows if row.gaps or not options.only_gaps], options.sorting)),
        totals=Row("", "Gesamt", tuple(total_of_column(value) for value in columns), grand),
        have_row_needs=needs.have_rows,
        have_cell_needs=needs.have_cells,
        homeless_needs=needs.homeless,
        vanished=_vanished(index, axes, was) if was else (),
        gap_count=len(gaps),
        pair_count=real[0] * real[1],
        missed=tuple((row, _places(index, row.places)) for row in missed),
    )


def _labels(index: Index, dimension: str, values: Sequence[str]) -> dict[str, str]:
    known = index.vocabulary[dimension]
    return {value: known[value].label if value in known else "ohne Angabe" for value in values}


def _places(index: Index, slugs: Sequence[str]) -> str:
    known = index.vocabulary["kommune"]
    return ", ".join(known[slug].label for slug in slugs if slug in known)


def _sorted(rows: list[Row], sorting: str) -> list[Row]:
    """Where numbers are equal, and for „ohne Angabe“, the order of the list stays."""
    match sorting:
        case "name":
            return sorted(rows, key=lambda row: (row.value == WITHOUT, sort_key(row.label)))
        case "flecken":
            return sorted(rows, key=lambda row: (row.value == WITHOUT, -len(row.gaps)))
        case "angebote":
            return sorted(rows, key=lambda row: (row.value == WITHOUT, -row.total.now.offers))
        case "bedarfe":
            return sorted(rows, key=lambda row: (row.value == WITHOUT, -(row.total.needs or 0)))
        case _:
            return rows


def _vanished(index: Index, axes: tuple[str, str], was: Matrix) -> tuple[str, ...]:
    pairs = zip(axes, (was.rows, was.columns), strict=True)
    return tuple(
        value
        for dimension, values in pairs
        for value in values
        if value != WITHOUT and value not in index.vocabulary[dimension]
    )
