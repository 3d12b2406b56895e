"""What people miss, by the same dimensions as the offers. A need names at most one value of each; none of a type."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from offers.coverage import WITHOUT
from offers.models import Need

FIELDS = {"kommune": "municipality", "thema": "topic", "zielgruppe": "target_group", "sprache": "language"}
_COUNTED = (Need.Status.OPEN, Need.Status.NOTED)


def reported(chosen: Mapping[str, Sequence[str]]) -> QuerySet[Need]:
    """Open and noted needs that name one of the values of each filter. What a need cannot say is not asked for."""
    needs = Need.objects.filter(status__in=_COUNTED)
    for dimension, field in FIELDS.items():
        if values := chosen.get(dimension):
            without = Q(**{f"{field}__isnull": WITHOUT in values})
            needs = needs.filter(Q(**{f"{field}__slug__in": values}) | (without if WITHOUT in values else Q(pk=None)))
    return needs


@dataclass(frozen=True)
class Needs:
    """How many needs there are by two dimensions; a dimension that needs do not name has no numbers (None)."""

    row: str
    column: str
    _counts: Counter[tuple[str, str]]

    @property
    def total(self) -> int:
        return sum(self._counts.values())

    @property
    def have_rows(self) -> bool:
        return self.row in FIELDS

    @property
    def have_columns(self) -> bool:
        return self.column in FIELDS

    @property
    def have_cells(self) -> bool:
        return self.row in FIELDS and self.column in FIELDS

    @property
    def homeless(self) -> int:
        """Needs that stand in no cell, because they do not say where or about what."""
        return sum(number for pair, number in self._counts.items() if WITHOUT in pair) if self.have_cells else 0

    def of(self, row: str, column: str) -> int | None:
        return self._counts[row, column] if self.have_cells else None

    def of_row(self, row: str) -> int | None:
        return sum(number for pair, number in self._counts.items() if pair[0] == row) if self.have_rows else None

    def of_column(self, column: str) -> int | None:
        return sum(number for pair, number in self._counts.items() if pair[1] == column) if self.have_columns else None


def count(row: str, column: str, chosen: Mapping[str, Sequence[str]]) -> Needs:
    """In one query."""
    paths = [f"{FIELDS[name]}__slug" if name in FIELDS else "status" for name in (row, column)]
    counts: Counter[tuple[str, str]] = Counter()
    for first, second, number in reported(chosen).order_by().values_list(*paths).annotate(Count("pk")):
        counts[first or WITHOUT, second or WITHOUT] += number
    return Needs(row, column, counts)
