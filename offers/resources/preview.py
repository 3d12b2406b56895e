"""What a file would do, row by row, stored so that people can look at it and decide: `DataImportRow`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from itertools import batched
from typing import Any

from django.db.models import Count

from offers.models import DataImport, DataImportRow
from offers.models.imports import Table
from offers.resources import answers, finding
from offers.resources.base import TableResource
from offers.resources.finding import Finder
from offers.resources.parsing import KEY, Parsed, missing, parse, with_defaults
from offers.resources.raw import Row

BATCH = 500
_OUTCOME = DataImportRow.Outcome
_MATCH = DataImportRow.Match

type Progress = Callable[[int, int, str], None]


def make(data_import: DataImport, resource: TableResource, rows: Sequence[Row], progress: Progress) -> dict[str, int]:
    """Store the rows of the preview anew and return how many there are of each outcome."""
    found = Finder(data_import, resource, rows)
    data_import.rows.all().delete()
    for number, batch in enumerate(batched(rows, BATCH)):
        progress(number * BATCH, len(rows), "Zeilen prüfen")
        records = _records(resource, [key for row in batch if (key := found.keys.get(row.number))])
        DataImportRow.objects.bulk_create([_row(data_import, resource, found, records, row) for row in batch])
    progress(len(rows), len(rows), "Zeilen prüfen")
    return counts(data_import)


def counts(data_import: DataImport) -> dict[str, int]:
    return dict(data_import.rows.order_by().values_list("outcome").annotate(Count("pk")))


def _records(resource: TableResource, keys: list[int]) -> dict[int, Any]:
    return {record.pk: record for record in resource.rows().filter(pk__in=keys)} if keys else {}


def _row(
    data_import: DataImport, resource: TableResource, found: Finder, records: Mapping[int, Any], row: Row
) -> DataImportRow:
    cells = found.cells[row.number]
    record = records.get(found.keys.get(row.number, 0))
    match = found.matches.get(row.number)
    answer, _known = found.answers.get(row.number, (_MATCH.OPEN, None))
    made = DataImportRow(
        data_import=data_import,
        number=row.number,
        match=_MATCH.NONE if match is None or record is None else answer,
        is_exact=bool(match and match.is_exact),
        title=(cells.get("title") or cells.get("name") or str(record or ""))[:200],
        cells=cells,
    )
    if (earlier := found.doubles.get(row.number)) is not None:
        made.outcome, made.messages = (
            _OUTCOME.DOUBLE,
            [f"Zeile {earlier} ist genau dieselbe. Importiert wird sie einmal."],
        )
        return made
    judge(resource, made, record, data_import, found.problems.get(row.number, ()))
    notes = list(found.notes.get(row.number, ()))
    if made.outcome == _OUTCOME.ERROR:
        if row.number in found.left_out:
            made.outcome = _OUTCOME.LEFT_OUT
    elif (earlier := found.twins.get(row.number)) is not None:
        notes.append(f"Hinweis: Zeile {earlier} hat denselben Namen und Ort.")
    made.messages += notes
    # The same name in the same place, and nothing that differs: there is nothing to ask.
    if made.match == _MATCH.OPEN and made.is_exact and made.outcome == _OUTCOME.UNCHANGED:
        made.match = _MATCH.CONFIRMED
    return made


def judge(
    resource: TableResource, row: DataImportRow, record: Any, data_import: DataImport, problems: Sequence[str] = ()
) -> None:
    """Set what the row would do and what is wrong with it, by what people have said so far. `record` is the one that
    was found for it, by key or name, if any.
    """
    is_new = record is None or row.match == _MATCH.REFUSED
    lacking = missing(resource, row.cells, data_import.defaults) if is_new and not problems else []
    parsed = _parsed(resource, row, record, data_import, is_new=is_new)
    sentences = [*problems, *lacking, *parsed.problems]
    notes: list[str] = []
    if row.match == _MATCH.OPEN and sentences and not problems:
        gaps = parse(resource, row.cells, copy(record), is_new=False, only_gaps=True)
        if not gaps.problems:
            notes, sentences = [f"Nur mit „nur Lücken füllen“ möglich: {sentence}" for sentence in sentences], []
    if sentences:
        row.outcome = _OUTCOME.ERROR
    elif is_new:
        row.outcome = _OUTCOME.NEW
    else:
        row.outcome = _OUTCOME.CHANGED if parsed.changes else _OUTCOME.UNCHANGED
    row.changes, row.messages = parsed.changes, list(dict.fromkeys([*sentences, *notes]))
    if record is not None:
        row.lock_version = record.lock_version
        column = "offer_id" if data_import.kind == Table.OFFERS else "organisation_id"
        setattr(row, column, record.pk)


def _parsed(
    resource: TableResource, row: DataImportRow, record: Any, data_import: DataImport, *, is_new: bool
) -> Parsed:
    if is_new:
        cells = with_defaults(row.cells, data_import.defaults)
        return parse(resource, cells, resource._meta.model(), is_new=True)
    return parse(resource, row.cells, copy(record), is_new=False, only_gaps=row.match == _MATCH.FILLED)


def judge_again(resource: TableResource, data_import: DataImport, rows: Sequence[DataImportRow]) -> None:
    """The same for rows that people have answered; what the file says beside its values is said no more."""
    answers.use(resource, data_import)
    records = _records(resource, [row.offer_id or row.organisation_id or 0 for row in rows])
    for row in rows:
        judge(resource, row, records.get(row.offer_id or row.organisation_id or 0), data_import)


def shown(data_import: DataImport, resource: TableResource, rows: Sequence[DataImportRow]) -> Iterator[dict[str, Any]]:
    """The rows with their changes as the page lists them, and the records that each may mean."""
    headers = {name: column.column_name for name, column in resource.fields.items()}
    others = candidate_records(data_import, resource, [row for row in rows if row.match])
    for row in rows:
        # "Only gaps" leaves alone what we have said already.
        changes = [(headers.get(name, name), old, new, bool(old)) for name, (old, new) in row.changes.items()]
        cells = [(headers.get(name, name), text) for name, text in row.cells.items() if text and name != KEY]
        yield {
            "row": row,
            "changes": changes,
            "cells": cells,
            "is_new": row.outcome == _OUTCOME.NEW,
            "candidates": others.get(row.number, []),
            "asks": bool(row.match) and (row.outcome != _OUTCOME.ERROR or row.match != _MATCH.OPEN),
        }


def candidate_records(
    data_import: DataImport, resource: TableResource, rows: Sequence[DataImportRow]
) -> dict[int, list[Any]]:
    """{number of the row: the records that it may mean}, for rows that may mean several."""
    wanted = [
        finding.wanted_of(resource, data_import.kind, row.number, with_defaults(row.cells, data_import.defaults))
        for row in rows
    ]
    found = finding.candidates(resource, data_import.kind, wanted)
    relation = "provider" if data_import.kind == Table.OFFERS else "municipality"
    model: Any = resource._meta.model
    keys = {key for several in found.values() for key in several}
    records = {one.pk: one for one in model._default_manager.select_related(relation).filter(pk__in=keys)}
    return {number: [records[key] for key in several if key in records] for number, several in found.items()}
