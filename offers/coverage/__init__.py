"""How many offers there are for each two values of two dimensions, counted in the bitmaps of `offers.counting`.

Every number comes twice: with the offers for the whole Kreis, which count in every municipality, and without them. An
offer with several topics counts in each of them and once in a sum. Offers that have no value of a dimension stand
under WITHOUT, so that nothing is lost between the cells and the sums.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, Protocol

from offers.vocabulary import EVERYWHERE, MUNICIPALITY, Vocabulary

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


class Day(Protocol):
    """The offers of a day by their values: `counting.Index` of now, or `snapshots.Kept` of an earlier one."""

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def bits(self) -> Mapping[str, Mapping[str, int]]: ...

    def visible(self, on: date) -> int: ...

    def with_values(self, facet: str, values: Iterable[str]) -> int: ...


def local(day: Day) -> int:
    """A mask that leaves out the offers for the whole Kreis."""
    return ~day.bits[MUNICIPALITY.name].get(EVERYWHERE, 0)


def within(day: Day, dimension: str, values: Iterable[str]) -> int:
    """The offers with one of these values, whatever their state; WITHOUT stands for having none."""
    values = list(values)
    found = day.with_values(dimension, [value for value in values if value != WITHOUT])
    return found | ~day.with_values(dimension, day.vocabulary[dimension]) if WITHOUT in values else found


def matrix(
    day: Day,
    base: int,
    row: str,
    column: str,
    *,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
) -> Matrix:
    """Count the offers of `base` by two dimensions; `rows` and `columns` narrow what is looked at."""
    nearby = local(day)
    if rows:
        base &= within(day, row, rows)
    if columns:
        base &= within(day, column, columns)
    across, down = _values(day, base, row, rows), _values(day, base, column, columns)

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


def _values(day: Day, base: int, dimension: str, chosen: Sequence[str]) -> dict[str, int]:
    """The offers of `base` by value."""
    known = [value for value in day.vocabulary[dimension] if not chosen or value in chosen]
    found = {value: base & day.with_values(dimension, [value]) for value in known}
    without = base & within(day, dimension, [WITHOUT]) if not chosen or WITHOUT in chosen else 0
    return found | {WITHOUT: without} if without else found
