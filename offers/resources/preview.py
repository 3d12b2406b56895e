"""What a file would do, row by row, stored so that people can look at it and decide: `DataImportRow`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count

from kiportal.common.text import fold
from offers.models import DataImport, DataImportRow
from offers.models.imports import Table
from offers.resources import matching
from offers.resources.base import TableResource
from offers.resources.files import Row
from offers.resources.matching import Match, Wanted
from offers.resources.parsing import KEY, missing, parse, with_defaults

BATCH = 500
_OUTCOME = DataImportRow.Outcome
_MATCH = DataImportRow.Match

type Progress = Callable[[int, int, str], None]


def make(data_import: DataImport, resource: TableResource, rows: Sequence[Row], progress: Progress) -> dict[str, int]:
    """Store the rows of the preview anew and return how many there are of each outcome."""
    data_import.rows.all().delete()
    found = _Finder(data_import, resource, rows)
    is_offer = data_import.kind == Table.OFFERS
    for number, batch in enumerate(batched(rows, BATCH)):
        progress(number * BATCH, len(rows), "Zeilen prüfen")
        records = _records(resource, [key for row in batch if (key := found.keys.get(row.number))])
        DataImportRow.objects.bulk_create(
            [_row(data_import, resource, found, records, row, is_offer=is_offer) for row in batch]
        )
    progress(len(rows), len(rows), "Zeilen prüfen")
    return counts(data_import)


def counts(data_import: DataImport) -> dict[str, int]:
    return dict(data_import.rows.order_by().values_list("outcome").annotate(Count("pk")))


def cells_of(columns: Sequence[str], row: Row) -> dict[str, str]:
    return {name: text for name, text in zip(columns, row.cells, strict=False) if name}


class _Finder:
    """Which record each row means: by its key, or by name and place."""

    def __init__(self, data_import: DataImport, resource: TableResource, rows: Sequence[Row]) -> None:
        self._resource = resource
        self.cells = {row.number: cells_of(data_import.columns, row) for row in rows}
        self.problems: dict[int, list[str]] = {}
        self.keys = self._by_key()
        self.matches = self._by_name(data_import.kind)
        self.keys |= {number: match.key for number, match in self.matches.items()}
        self.twins = self._twins(data_import.kind)

    def _by_key(self) -> dict[int, int]:
        """A key that nobody has is no key of a new record: it would be a typing error."""
        given = {number: cells[KEY] for number, cells in self.cells.items() if cells.get(KEY)}
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

    def _by_name(self, kind: str) -> dict[int, Match]:
        taken = set(self.keys.values())
        wanted = [self._wanted(number, cells, kind) for number, cells in self.cells.items() if not cells.get(KEY)]
        named = [row for row in wanted if row.name and (kind == Table.ORGANISATIONS or row.provider)]
        known = list(self._resource.known().values_list("pk", flat=True)) if kind == Table.ORGANISATIONS else []
        found = matching.find(kind, named, known)
        return {number: match for number, match in found.items() if match.key not in taken}

    def _wanted(self, number: int, cells: Mapping[str, str], kind: str) -> Wanted:
        city = cells.get("city", "")
        if kind == Table.ORGANISATIONS:
            place = self._value("municipality", cells)
            return Wanted(number, cells.get("name", ""), [place] if place else [], city)
        places = self._value("municipalities", cells) or []
        return Wanted(number, cells.get("title", ""), places, city, self._value("provider", cells))

    def _value(self, name: str, cells: Mapping[str, str]) -> Any:
        try:
            return self._resource.fields[name].widget.clean(cells[name]) if cells.get(name) else None
        except ValidationError:  # said where the row is checked
            return None

    def _twins(self, kind: str) -> dict[int, int]:
        """Rows without a key that say the same name and place as an earlier one: {number: the earlier row}."""
        names = ("name", "municipality", "city") if kind == Table.ORGANISATIONS else ("title", "provider", "city")
        first: dict[tuple[str, ...], int] = {}
        twins = {}
        for number, cells in self.cells.items():
            place = tuple(fold(cells.get(name, "")) for name in names)
            if not cells.get(KEY) and place[0] and first.setdefault(place, number) != number:
                twins[number] = first[place]
        return twins


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _records(resource: TableResource, keys: list[int]) -> dict[int, Any]:
    return {record.pk: record for record in resource.rows().filter(pk__in=keys)} if keys else {}


def _row(
    data_import: DataImport,
    resource: TableResource,
    found: _Finder,
    records: Mapping[int, Any],
    row: Row,
    *,
    is_offer: bool,
) -> DataImportRow:
    cells, problems = found.cells[row.number], list(found.problems.get(row.number, ()))
    record = records.get(found.keys.get(row.number, 0))
    match = found.matches.get(row.number)
    is_new = record is None
    if is_new and not problems:
        problems += missing(resource, cells, data_import.defaults)
    whole = with_defaults(cells, data_import.defaults) if is_new else cells
    lock_version = None if record is None else record.lock_version
    parsed = parse(resource, whole, resource._meta.model() if is_new else record, is_new=is_new)
    problems += parsed.problems
    messages = list(dict.fromkeys(problems))
    if problems:
        outcome = _OUTCOME.ERROR
    elif is_new:
        outcome = _OUTCOME.NEW
    else:
        outcome = _OUTCOME.CHANGED if parsed.changes else _OUTCOME.UNCHANGED
    if row.number in found.twins and not problems:
        messages.append(f"Hinweis: Zeile {found.twins[row.number]} hat denselben Namen und Ort.")
    key = None if record is None else record.pk
    return DataImportRow(
        data_import=data_import,
        number=row.number,
        outcome=outcome,
        match=_MATCH.NONE if match is None else _MATCH.OPEN,
        is_exact=bool(match and match.is_exact),
        title=(cells.get("title") or cells.get("name") or str(record or ""))[:200],
        cells=cells,
        changes=parsed.changes,
        messages=messages,
        offer_id=key if is_offer else None,
        organisation_id=None if is_offer else key,
        lock_version=lock_version,
    )


def refused(resource: TableResource, row: DataImportRow, defaults: Mapping[str, str]) -> list[str]:
    """Why a row that does not mean the record found for it cannot be a new one, or nothing."""
    cells = with_defaults(row.cells, defaults)
    return [
        *missing(resource, row.cells, defaults),
        *parse(resource, cells, resource._meta.model(), is_new=True).problems,
    ]


def shown(resource: TableResource, rows: Sequence[DataImportRow]) -> Iterator[dict[str, Any]]:
    """The rows with their changes as the page lists them."""
    headers = {name: column.column_name for name, column in resource.fields.items()}
    for row in rows:
        changes = [(headers.get(name, name), old, new) for name, (old, new) in row.changes.items()]
        cells = [(headers.get(name, name), text) for name, text in row.cells.items() if text and name != KEY]
        is_new = row.outcome == _OUTCOME.NEW
        yield {"row": row, "changes": [] if is_new else changes, "cells": cells, "is_new": is_new}
