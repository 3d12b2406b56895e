"""How many offers there are for each two values of two dimensions, counted in the bitmaps of `offers.counting`.

Every number comes twice: with the offers for the whole Kreis, which count in every municipality, and without them. An
offer with several topics counts in each of them and once in a sum. Offers that have no value of a dimension stand
under WITHOUT, so that nothing is lost between the cells and the sums.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, NamedTuple

from offers.counting import Index
from offers.vocabulary import EVERYWHERE, MUNICIPALITY

# Names of facets, in the order in which the page offers them.
DIMENSIONS = ("kommune", "thema", "zielgruppe", "sprache", "art")
LABELS = {
    "kommune": "Kommune",
    "thema": "Thema",
    "zielgruppe": "Zielgruppe",
    "sprache": "Sprache",
    "art": "Angebotsart",
}
PLURALS = {
    "kommune": "Kommunen",
    "thema": "Themen",
    "zielgruppe": "Zielgruppen",
    "sprache": "Sprachen",
    "art": "Angebotsarten",
}
# Stands for having no value of the dimension.
WITHOUT = "ohne"


class Count(NamedTuple):
    """Offers: all, and those of them that are not for the whole Kreis."""

    offers: int
    local: int

    @property
    def countywide(self) -> int:
        return self.offers - self.local


@dataclass(frozen=True)
class Matrix:
    """`rows` and `columns` hold values in the order of the vocabulary, WITHOUT last and only where it has offers."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Count]
    row_totals: Mapping[str, Count]
    column_totals: Mapping[str, Count]
    total: Count

    def narrowed(self, rows: Iterable[str], columns: Iterable[str]) -> "Matrix":
        """With these rows and columns only; the sums stay."""
        rows, columns = tuple(rows), tuple(columns)
        cells = {(row, column): self.cells[row, column] for row in rows for column in columns}
        return replace(self, rows=rows, columns=columns, cells=cells)

    def gaps(self, *, locally: bool = False) -> Iterator[tuple[str, str]]:
        """The white spots: cells of two real values without an offer, or with `locally` without one on the spot."""
        for (row, column), count in self.cells.items():
            if WITHOUT not in {row, column} and not (count.local if locally else count.offers):
                yield row, column


def completed(index: Index, earlier: Matrix, row: str, column: str) -> Matrix:
    """The numbers of a kept day with every value of today: what had no offer then, counts as none."""
    none = Count(0, 0)
    rows, columns = (
        (*index.vocabulary[dimension], *({WITHOUT} & set(values)))
        for dimension, values in ((row, earlier.rows), (column, earlier.columns))
    )
    return Matrix(
        rows=rows,
        columns=columns,
        cells={(one, other): earlier.cells.get((one, other), none) for one in rows for other in columns},
        row_totals={value: earlier.row_totals.get(value, none) for value in rows},
        column_totals={value: earlier.column_totals.get(value, none) for value in columns},
        total=earlier.total,
    )


def local(index: Index) -> int:
    """A mask that leaves out the offers for the whole Kreis."""
    return ~index.bits[MUNICIPALITY.name].get(EVERYWHERE, 0)


def within(index: Index, dimension: str, values: Iterable[str]) -> int:
    """The offers with one of these values, whatever their state; WITHOUT stands for having none."""
    values = list(values)
    found = index.with_values(dimension, [value for value in values if value != WITHOUT])
    return found | ~index.with_values(dimension, index.vocabulary[dimension]) if WITHOUT in values else found


def matrix(
    index: Index,
    base: int,
    row: str,
    column: str,
    *,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
) -> Matrix:
    """Count the offers of `base` by two dimensions; `rows` and `columns` narrow what is looked at."""
    nearby = local(index)
    if rows:
        base &= within(index, row, rows)
    if columns:
        base &= within(index, column, columns)
    across, down = _values(index, base, row, rows), _values(index, base, column, columns)

    def count(bits: int) -> Count:
        return Count(bits.bit_count(), (bits & nearby).bit_count())

    return Matrix(
        rows=tuple(across),
        columns=tuple(down),
        cells={(one, other): count(bits & down[other]) for one, bits in across.items() for other in down},
        row_totals={value: count(bits) for value, bits in across.items()},
        column_totals={value: count(bits) for value, bits in down.items()},
        total=count(base),
    )


def _values(index: Index, base: int, dimension: str, chosen: Sequence[str]) -> dict[str, int]:
    """The offers of `base` by value."""
    known = [value for value in index.vocabulary[dimension] if not chosen or value in chosen]
    found = {value: base & index.with_values(dimension, [value]) for value in known}
    without = base & within(index, dimension, [WITHOUT]) if not chosen or WITHOUT in chosen else 0
    return found | {WITHOUT: without} if without else found


# Figures that can be kept


def figures(index: Index, base: int) -> dict[str, Any]:
    """Return every number of every two dimensions as JSON; what is zero is left out."""
    known = {dimension: _values(index, base, dimension, ()) for dimension in DIMENSIONS}
    nearby = local(index)

    def count(bits: int) -> list[int]:
        return [bits.bit_count(), (bits & nearby).bit_count()]

    return {
        "total": count(base),
        "values": {
            dimension: {value: count(bits) for value, bits in values.items() if bits}
            for dimension, values in known.items()
        },
        "pairs": {
            f"{one} {other}": {
                first: {second: count(both) for second, held in known[other].items() if (both := bits & held)}
                for first, bits in known[one].items()
                if bits
            }
            for one, other in combinations(DIMENSIONS, 2)
        },
    }


def from_figures(kept: Mapping[str, Any], row: str, column: str) -> Matrix:
    """The matrix of an earlier day, with the values that had offers then; other cells count as none."""
    turned = DIMENSIONS.index(row) > DIMENSIONS.index(column)
    pairs = kept["pairs"][f"{column} {row}" if turned else f"{row} {column}"]
    found = {
        ((second, first) if turned else (first, second)): Count(*count)
        for first, others in pairs.items()
        for second, count in others.items()
    }
    across = {value: Count(*count) for value, count in kept["values"][row].items()}
    down = {value: Count(*count) for value, count in kept["values"][column].items()}
    return Matrix(tuple(across), tuple(down), found, across, down, Count(*kept["total"]))
