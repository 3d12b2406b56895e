"""What the rows of a file are about: which record each means, which say the same, what was said about them before."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from kiportal.common.text import fold
from offers.models import DataImport, DataImportRow
from offers.models.imports import Table
from offers.resources import matching
from offers.resources.base import TableResource
from offers.resources.matching import Match, Wanted
from offers.resources.notes import formula_problems, notes
from offers.resources.parsing import KEY, with_defaults
from offers.resources.raw import Row

_MATCH = DataImportRow.Match


class Finder:
    """Which record each row means: by its key, or by name and place."""

    def __init__(self, data_import: DataImport, resource: TableResource, rows: Sequence[Row]) -> None:
        self._resource, self._kind, self._defaults = resource, data_import.kind, data_import.defaults
        self.notes: dict[int, list[str]] = {}
        self.problems: dict[int, list[str]] = {}
        self.cells = {row.number: self._cells(data_import.columns, row) for row in rows}
        for row in rows:
            if said := list(notes(resource, row, self.cells[row.number])):
                self.notes.setdefault(row.number, []).extend(said)
            if row.formulas and (said := formula_problems(resource, row, data_import.columns)):
                self.problems[row.number] = said
        self.doubles = self._doubles()
        self.keys = self._by_key()
        self.answers, self.left_out = self._said_before(data_import)
        self.matches = self._by_name()
        self.keys |= {number: match.key for number, match in self.matches.items()}
        self.twins = self._twins()

    def _cells(self, columns: Sequence[str], row: Row) -> dict[str, str]:
        cells: dict[str, str] = {}
        for name, text in zip(columns, row.cells, strict=False):
            one, _, other = name.partition("+")
            if one:
                cells[one] = text
            if other and text:
                cells[other] = self._place(other, text, row.number)
        return self._resource.prepared(cells)

    def _place(self, name: str, text: str, number: int) -> str:
        """A column that says the place of the address, too, need not name a Kommune."""
        if self._value(name, {name: text}):
            return text
        self.notes.setdefault(number, []).append(
            f"Hinweis: „{text}“ steht nur in der Anschrift, denn so heißt hier keine Kommune."
        )
        return ""

    def _doubles(self) -> dict[int, int]:
        """Rows that say exactly what an earlier one says: {number: the earlier row}."""
        first: dict[tuple[tuple[str, str], ...], int] = {}
        doubles = {}
        for number, cells in self.cells.items():
            said = tuple(sorted((name, text) for name, text in cells.items() if text))
            if first.setdefault(said, number) != number:
                doubles[number] = first[said]
        return doubles

    def _said_before(self, data_import: DataImport) -> tuple[dict[int, tuple[str, Match]], set[int]]:
        """What people answered when they saw an earlier preview of the same rows, where the record is still there."""
        answered, left_out = {}, set()
        for row in data_import.rows.all():
            if row.cells != self.cells.get(row.number):
                continue
            if row.outcome == DataImportRow.Outcome.LEFT_OUT:
                left_out.add(row.number)
            key = row.offer_id or row.organisation_id
            if key and row.match not in {_MATCH.NONE, _MATCH.OPEN}:
                answered[row.number] = (row.match, Match(key, row.is_exact))
        return answered, left_out

    def _by_key(self) -> dict[int, int]:
        """A key that nobody has is no key of a new record: it would be a typing error."""
        given = {
            number: cells[KEY] for number, cells in self.cells.items() if cells.get(KEY) and number not in self.doubles
        }
        uuids = {number: key for number, text in given.items() if (key := _uuid(text)) is not None}
        known = self._resource.known()
        by_uuid = dict(known.filter(uuid__in=set(uuids.values())).values_list("uuid", "pk"))
        slugs = {text for number, text in given.items() if number not in uuids}
        by_slug = dict(known.filter(slug__in=slugs).values_list("slug", "pk"))
        found: dict[int, int] = {}
        first: dict[int, int] = {}
        for number, text in given.items():
            key = by_uuid.get(uuids[number]) if number in uuids else by_slug.get(text)
            if key is None:
                self.problems[number] = [
                    f"Den Schlüssel „{text}“ gibt es hier nicht. Ein neuer Eintrag braucht keinen."
                ]
            elif key in first:
                self.problems[number] = [f"Dieser Eintrag steht schon in Zeile {first[key]}."]
            else:
                first[key] = number
                found[number] = key
        return found

    def _by_name(self) -> dict[int, Match]:
        said = {number: match for number, (_answer, match) in self.answers.items()}
        taken = set(self.keys.values()) | {match.key for match in said.values()}
        wanted = [
            wanted_of(self._resource, self._kind, number, with_defaults(cells, self._defaults))
            for number, cells in self.cells.items()
            if not cells.get(KEY) and number not in self.doubles and number not in said
        ]
        self._places = {row.number: row for row in wanted}
        found = find(self._resource, self._kind, wanted)
        return said | {number: match for number, match in found.items() if match.key not in taken}

    def _value(self, name: str, cells: Mapping[str, str]) -> Any:
        return value_of(self._resource, name, cells)

    def _twins(self) -> dict[int, int]:
        """Rows without a key that say the same name and place as an earlier one: {number: the earlier row}."""
        first: dict[tuple[Any, ...], int] = {}
        twins = {}
        for number, row in self._places.items():
            said = (fold(row.name), row.provider, tuple(row.municipalities), fold(row.city))
            if row.name and first.setdefault(said, number) != number:
                twins[number] = first[said]
        return twins


def wanted_of(resource: TableResource, kind: str, number: int, cells: Mapping[str, str]) -> Wanted:
    city = cells.get("city", "")
    if kind == Table.ORGANISATIONS:
        place = value_of(resource, "municipality", cells)
        return Wanted(number, cells.get("name", ""), [place] if place else [], city)
    places = value_of(resource, "municipalities", cells) or []
    return Wanted(number, cells.get("title", ""), places, city, value_of(resource, "provider", cells))


def find(resource: TableResource, kind: str, wanted: Sequence[Wanted]) -> dict[int, Match]:
    return matching.find(kind, *_among(resource, kind, wanted))


def candidates(resource: TableResource, kind: str, wanted: Sequence[Wanted]) -> dict[int, list[int]]:
    return matching.candidates(kind, *_among(resource, kind, wanted))


def _among(resource: TableResource, kind: str, wanted: Sequence[Wanted]) -> tuple[list[Wanted], list[int]]:
    """Rows that have what it takes, and the organisations that staff know; offers are found by whose they are."""
    if kind == Table.ORGANISATIONS:
        return [row for row in wanted if row.name], list(resource.known().values_list("pk", flat=True))
    return [row for row in wanted if row.name and row.provider], []


def value_of(resource: TableResource, name: str, cells: Mapping[str, str]) -> Any:
    try:
        return resource.fields[name].widget.clean(cells[name]) if cells.get(name) else None
    except ValidationError:  # said where the row is checked
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
