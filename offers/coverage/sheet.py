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
    # Dimensions whose values are left out where they have neither offers nor needs
    without_empty: frozenset[str] = frozenset()
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
    have_column_needs: bool
    homeless_needs: int
    # Values of the earlier day that the reference data has no more
    vanished: tuple[str, ...]
    gap_count: int
    pair_count: int
    # What people searched for in vain, each with the names of the places they chose
    missed: tuple[tuple[Missed, str], ...]
    # White spots of the earlier day that are none any more, and those that were none then
    closed: tuple[Cell, ...] = ()
    opened: tuple[Cell, ...] = ()
    # How many values are left out, by dimension
    left_out: tuple[tuple[str, int], ...] = ()
    is_today: bool = True

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
        if self.have_row_needs or self.have_column_needs:
            said.append("Bedarfe sind gemeldete Lücken, die offen oder vorgemerkt sind.")
        if self.options.only_gaps:
            said.append("Zeilen und Spalten ohne weißen Fleck sind nicht gezeigt; die Summen enthalten sie.")
        said += [
            f"{PLURALS[dimension]} ohne Angebote und Bedarfe sind nicht gezeigt und zählen nicht mit ({number})."
            for dimension, number in self.left_out
        ]
        if not self.is_today:
            said.append(f"Die Zahlen sind die vom {self.as_of:%d.%m.%Y}; Bedarfe und Listen sind die von heute.")
        if self.compared_on:
            said.append(f"Seit dem {self.compared_on:%d.%m.%Y}: {self.difference}.")
        return [*said, self.definition]

    def numbers_of(self, cell: Cell) -> tuple[int, int]:
        """Then and now, as a white spot is told by them."""
        then, now = cell.was or NONE, cell.now
        return (then.local, now.local) if self.options.locally else (then.offers, now.offers)

    @property
    def changes(self) -> list[tuple[str, Cell]]:
        """Every white spot that has come or gone since the earlier day, with what became of it."""
        closed, opened = (
            [(word, cell) for cell in cells] for word, cells in (("geschlossen", self.closed), ("neu", self.opened))
        )
        return [*closed, *opened]

    @property
    def difference(self) -> str:
        """What has become of the white spots since the earlier day."""
        closed = "1 weißer Fleck" if len(self.closed) == 1 else f"{len(self.closed)} weiße Flecken"
        return f"{closed} geschlossen, {len(self.opened)} neu"


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
    is_today: bool = True,
    vanished: Iterable[str] = (),
) -> Sheet:
    """Put labels to the numbers and leave out, order and mark as the options say."""
    row_dimension, column_dimension = axes
    now, left_out = _without_empty(now, was, needs, axes, options.without_empty)
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

    def changed(pairs: set[tuple[str, str]]) -> tuple[Cell, ...]:
        return tuple(
            Cell(
                one,
                other,
                row_labels[one],
                column_labels[other],
                count,
                was.cells.get((one, other), NONE) if was else None,
                needs.of(one, other),
                (one, other) in gaps,
            )
            for (one, other), count in now.cells.items()
            if (one, other) in pairs
        )

    earlier = _earlier_gaps(now, was, locally=options.locally) if was else gaps
    before = was.total if was else None
    grand = Cell(
        "", "", "Gesamt", "Gesamt", now.total, before, needs.total if needs.have_rows or needs.have_columns else None
    )
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
        have_column_needs=needs.have_columns,
        homeless_needs=needs.homeless,
        vanished=tuple(vanished),
        gap_count=len(gaps),
        pair_count=real[0] * real[1],
        missed=tuple((row, _places(index, row.places)) for row in missed),
        closed=changed(earlier - gaps),
        opened=changed(gaps - earlier),
        left_out=left_out,
        is_today=is_today,
    )


def _without_empty(
    now: Matrix, was: Matrix | None, needs: Needs, axes: tuple[str, str], dimensions: frozenset[str]
) -> tuple[Matrix, tuple[tuple[str, int], ...]]:
    """The matrix without values that nobody offers or needs, now or on the earlier day, and how many those are."""
    row, column = axes
    rows, columns = now.rows, now.columns
    if row in dimensions:
        before = was.row_totals if was else {}
        rows = tuple(v for v in rows if now.row_totals[v].offers or before.get(v, NONE).offers or needs.of_row(v))
    if column in dimensions:
        before = was.column_totals if was else {}
        columns = tuple(
            v for v in columns if now.column_totals[v].offers or before.get(v, NONE).offers or needs.of_column(v)
        )
    numbers = ((row, len(now.rows) - len(rows)), (column, len(now.columns) - len(columns)))
    return now.narrowed(rows, columns), tuple((name, number) for name, number in numbers if number)


def _earlier_gaps(now: Matrix, was: Matrix, *, locally: bool) -> set[tuple[str, str]]:
    """Which of today's cells were white spots on the earlier day."""
    counts = {pair: was.cells.get(pair, NONE) for pair in now.cells if WITHOUT not in pair}
    return {pair for pair, count in counts.items() if not (count.local if locally else count.offers)}


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
