"""What the jobs of an import do: read the file, write it, take it back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from offers import lifecycle
from offers.models import DataImport, DataImportRow
from offers.resources import RESOURCES, answers, files, mapping, preview
from offers.resources.base import TableResource
from offers.resources.parsing import parse, with_defaults
from offers.resources.raw import FileRefused, Row

# So much of a row is shown where people choose the one of the headings.
_SHOWN = 100

type Progress = Callable[[int, int, str], None]


def read(data_import: DataImport, progress: Progress) -> dict[str, Any]:
    """Read the file and make the preview; or ask what its columns mean, or say why it cannot be read."""
    if data_import.status != DataImport.Status.READING:
        return {"skipped": "Die Datei ist schon gelesen."}
    resource = RESOURCES[data_import.kind]()
    try:
        with data_import.file.open("rb") as file:
            heading = data_import.answers.get("heading")
            table = files.read(file, data_import.file.size, mapping.words(resource), heading)
            rows = list(table.rows)
    except FileRefused as refusal:
        lifecycle.fail(data_import, str(refusal))
        return {"problem": str(refusal)}
    except FileNotFoundError:
        lifecycle.fail(data_import, "Die Datei ist nicht mehr da. Bitte laden Sie sie noch einmal hoch.")
        return {}
    if not rows:
        lifecycle.fail(data_import, "Unter den Überschriften steht nichts. Bitte wählen Sie eine Datei mit Zeilen.")
        return {}
    if not _knows_columns(data_import, resource, table.headers):
        lifecycle.ask_for_columns(data_import, **_seen(data_import, table, rows))
        return {}
    answers.use(resource, data_import)
    counts = preview.make(data_import, resource, rows, progress)
    lifecycle.show_preview(data_import, counts, **_seen(data_import, table, rows))
    return counts


def _seen(data_import: DataImport, table: files.TableFile, rows: Sequence[Row]) -> dict[str, Any]:
    """What the page of the columns shows of the file."""
    top = [[row.number, " | ".join(filter(None, row.cells))[:_SHOWN]] for row in table.top]
    return {
        "headers": table.headers,
        "samples": [row.cells for row in rows[: files.SAMPLES]],
        "answers": data_import.answers | {"heading": table.heading, "top": top},
    }


def _knows_columns(data_import: DataImport, resource: TableResource, headers: list[str]) -> bool:
    """By what people said on the page, what they said for an earlier file, or because the headings are ours."""
    if any(data_import.columns) and len(data_import.columns) == len(headers):
        return True
    known = mapping.known(data_import.kind, resource, headers)
    if known is None or not any(known[0]):
        return False
    data_import.columns, data_import.defaults = known
    data_import.answers.setdefault("terms", mapping.terms(data_import.kind, headers))
    DataImport.objects.filter(pk=data_import.pk).update(columns=known[0], defaults=known[1])
    return True


def write(data_import: DataImport, progress: Progress) -> dict[str, Any]:
    resource = RESOURCES[data_import.kind]()

    def values_of(rows: Sequence[DataImportRow], locked: Mapping[int, Any]) -> dict[int, dict[str, Any]]:
        """The rows parsed again from their cells: what the preview found right is right still."""
        answers.use(resource, data_import)
        records = {record.pk: record for record in resource.rows().filter(pk__in=locked)} if locked else {}
        return {row.number: _values(resource, data_import, row, records) for row in rows}

    done = lifecycle.write_import(data_import, values_of, progress)
    return {"imported": done}


def _values(
    resource: TableResource, data_import: DataImport, row: DataImportRow, records: Mapping[int, Any]
) -> dict[str, Any]:
    outcomes, matches = DataImportRow.Outcome, DataImportRow.Match
    record = records.get(row.offer_id or row.organisation_id or 0) if row.outcome == outcomes.CHANGED else None
    if record is None:
        cells = with_defaults(row.cells, data_import.defaults)
        return parse(resource, cells, resource._meta.model(), is_new=True).values
    return parse(resource, row.cells, record, is_new=False, only_gaps=row.match == matches.FILLED).values


def undo(data_import: DataImport, progress: Progress) -> dict[str, Any]:
    return {"undone": lifecycle.undo_import(data_import, progress)}
