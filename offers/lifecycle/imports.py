"""A table on its way in: read, mapped, looked at, imported as a whole, and taken back as a whole.

Everything that takes long is a job. Each may run twice: what is done already is seen by the status and left alone.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import batched
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from actors.models import Organisation
from kiportal.common.jobs import enqueue
from kiportal.common.models import Job, User
from kiportal.common.retention import erase
from kiportal.common.transitions import SomebodyWasFaster, Transition, TransitionError, apply, table
from offers.lifecycle import bulk_rows
from offers.lifecycle.bulk_rows import Change, Values
from offers.lifecycle.erasing import erase_entries
from offers.lifecycle.import_providers import made_with, write_providers
from offers.models import ColumnMapping, DataImport, DataImportRow, Offer
from offers.models.imports import Table
from offers.permissions import can_run_import

_S = DataImport.Status
_O = DataImportRow.Outcome
_M = DataImportRow.Match
BATCH = 500
# So many rows are named in one sentence.
_NAMED = 5

type Progress = Callable[[int, int, str], None]
type ValuesOf = Callable[[Sequence[DataImportRow], Mapping[int, Any]], Mapping[int, Values]]


def _is_decided(data_import: DataImport) -> str:
    rows = data_import.rows
    if rows.filter(outcome=_O.ERROR).exists():
        return "Es gibt noch Zeilen mit Fehlern. Berichtigen Sie die Datei oder lassen Sie diese Zeilen aus."
    if number := rows.undecided().count():
        return f"Bitte entscheiden Sie noch bei {number} Zeilen, ob derselbe Eintrag gemeint ist."
    if not rows.filter(outcome__in=[_O.NEW, _O.CHANGED]).exists():
        return "In dieser Datei ist nichts neu."
    return ""


def _is_last(data_import: DataImport) -> str:
    if DataImport.objects.last_done() != data_import:
        return "Nur der letzte Import lässt sich zurücknehmen."
    return "" if data_import.rows.exists() else "Dieser Import liegt zu lange zurück."


IMPORT = table(
    Transition("ask_for_columns", frozenset({_S.READING}), _S.MAPPING, can_run_import),
    Transition("read", frozenset({_S.MAPPING, _S.READY, _S.FAILED}), _S.READING, can_run_import),
    Transition("show", frozenset({_S.READING}), _S.READY, can_run_import),
    Transition("fail", frozenset({_S.READING}), _S.FAILED, can_run_import),
    Transition("import", frozenset({_S.READY}), _S.IMPORTING, can_run_import, _is_decided),
    Transition("stop_import", frozenset({_S.IMPORTING}), _S.READY, can_run_import),
    Transition("finish_import", frozenset({_S.IMPORTING}), _S.IMPORTED, can_run_import),
    Transition("undo", frozenset({_S.IMPORTED}), _S.UNDOING, can_run_import, _is_last),
    Transition("stop_undo", frozenset({_S.UNDOING}), _S.IMPORTED, can_run_import),
    Transition("finish_undo", frozenset({_S.UNDOING}), _S.UNDONE, can_run_import),
)


# Until the preview


@transaction.atomic
def start_import(data_import: DataImport, *, by: User) -> DataImport:
    """Store the file and have it read; the same form sent twice leads to the same import."""
    if not can_run_import(by, data_import):
        raise PermissionDenied("start_import is not allowed")
    _one_at_a_time()
    if made := DataImport.objects.filter(key=data_import.key, created_by=by).first():
        return made
    data_import.created_by = by
    data_import.save()
    _hand_over(
        data_import,
        enqueue("offers.read_import", data_import.pk, title=f"Datei lesen – {data_import.file_name}", by=by),
    )
    return data_import


def map_columns(data_import: DataImport, columns: list[str], defaults: dict[str, str], *, by: User) -> None:
    """Somebody has said what the columns mean: read the file with that."""
    _read_again(data_import, by, columns=columns, defaults=defaults)


def name_organisations(data_import: DataImport, names: dict[str, Any], *, by: User) -> None:
    """Somebody has said whom the names mean (`offers.resources.naming`)."""
    _read_again(data_import, by, answers=data_import.answers | {"names": names})


@transaction.atomic
def explain_terms(data_import: DataImport, terms: dict[str, dict[str, int]], *, by: User) -> None:
    """Somebody has said what the words mean (`offers.resources.terms`): this file's, and those of the next like it."""
    _read_again(data_import, by, answers=data_import.answers | {"terms": terms})
    known = {"columns": data_import.columns, "defaults": data_import.defaults, "terms": terms}
    ColumnMapping.objects.keep(data_import.kind, data_import.headers, **known)


@transaction.atomic
def _read_again(data_import: DataImport, by: User, **said: Any) -> None:
    apply(IMPORT, data_import, "read", by=by, problem="", **said)
    _hand_over(
        data_import,
        enqueue("offers.read_import", data_import.pk, title=f"Datei lesen – {data_import.file_name}", by=by),
    )


def choose_heading(data_import: DataImport, number: int, *, by: User) -> None:
    """Somebody has said in which row the headings are: what was said about other headings is void."""
    _read_again(data_import, by, columns=[], answers=data_import.answers | {"heading": number})


def ask_for_columns(data_import: DataImport, **seen: Any) -> None:
    """`seen` are headers, samples and answers, as the file has them."""
    apply(IMPORT, data_import, "ask_for_columns", by=_author(data_import), **seen)


def show_preview(data_import: DataImport, counts: dict[str, int], **seen: Any) -> None:
    apply(IMPORT, data_import, "show", by=_author(data_import), counts=counts, **seen)


def fail(data_import: DataImport, problem: str) -> None:
    apply(IMPORT, data_import, "fail", by=_author(data_import), problem=problem)


@transaction.atomic
def discard_import(data_import: DataImport, *, by: User) -> None:
    """Give it up: rows and file go."""
    if not can_run_import(by, data_import):
        raise PermissionDenied("discard_import is not allowed")
    held = DataImport.objects.unfinished().select_for_update().filter(pk=data_import.pk)
    if not erase_imports(held, delete=True):
        raise SomebodyWasFaster("Dieser Import läuft gerade oder ist schon erledigt.")


def erase_imports(imports: Any, *, delete: bool) -> int:
    """Count the imports; with `delete` remove them with rows, files and what their steps say."""
    if delete:
        for held in imports:
            drop_file(held)
    return erase(imports, delete=delete)


def drop_file(data_import: DataImport) -> None:
    """After the commit: a file that is gone cannot come back."""
    if data_import.file:
        name, storage = str(data_import.file.name), data_import.file.storage
        transaction.on_commit(lambda: storage.delete(name))
        DataImport.objects.filter(pk=data_import.pk).update(file="")


# Importing


@transaction.atomic
def order_import(data_import: DataImport, *, by: User) -> None:
    apply(IMPORT, data_import, "import", by=by, problem="")
    _hand_over(
        data_import, enqueue("offers.run_import", data_import.pk, title=f"Importieren – {data_import.file_name}", by=by)
    )


@transaction.atomic
def order_undo(data_import: DataImport, *, by: User) -> None:
    apply(IMPORT, data_import, "undo", by=by, problem="")
    _hand_over(
        data_import,
        enqueue("offers.undo_import", data_import.pk, title=f"Import zurücknehmen – {data_import.file_name}", by=by),
    )


# Writing


@transaction.atomic
def write_import(data_import: DataImport, values_of: ValuesOf, progress: Progress) -> bool:
    """Write all rows or none. `values_of(rows, records)` gives the values that each row changes, by its number.

    Returns False where the preview no longer fits: then nothing is written, and people see why.
    """
    held = DataImport.objects.select_for_update().get(pk=data_import.pk)
    by = _author(held)
    if held.status != _S.IMPORTING:
        return True  # done by an earlier run
    try:
        with transaction.atomic():
            write_providers(held)
            data_import.answers = held.answers
            _write_new(held, values_of, by, progress)
            _write_changed(held, values_of, by)
    except _Refused as refusal:
        apply(IMPORT, held, "stop_import", by=by, problem=str(refusal))
        return False
    drop_file(held)
    apply(IMPORT, held, "finish_import", by=by, imported_at=timezone.now(), counts=_counts(held))
    return True


class _Refused(Exception):
    """The sentence stands on the page of the import."""


def _write_new(held: DataImport, values_of: ValuesOf, by: User, progress: Progress) -> None:
    rows = list(held.rows.filter(outcome=_O.NEW))
    done = 0
    for batch in batched(rows, 2 * BATCH):
        found = values_of(batch, {})
        values = [found[row.number] for row in batch]
        is_offer = held.kind == Table.OFFERS
        made: Any = bulk_rows.add_offers(values, by=by) if is_offer else bulk_rows.add_organisations(values)
        for row, record in zip(batch, made, strict=True):
            row.stamp, row.lock_version = record.updated_at, record.lock_version
            setattr(row, _column(held), record.pk)
        _note(held, batch)
        done += len(batch)
        progress(done, len(rows), "Neue Einträge schreiben")


def _write_changed(held: DataImport, values_of: ValuesOf, by: User) -> None:
    rows = list(held.rows.filter(outcome=_O.CHANGED))
    for batch in batched(rows, BATCH):
        records = _locked(held, batch)
        if moved := [row for row in batch if _is_moved(row, records)]:
            raise _Refused(f"Nichts ist importiert: {_named(moved)} Bitte lesen Sie die Datei neu ein.")
        found = values_of(batch, records)
        for row in batch:
            row.before = bulk_rows.before(records[_key(held, row)], found[row.number])
        change = [Change(records[_key(held, row)], found[row.number]) for row in batch]
        if held.kind == Table.ORGANISATIONS:
            bulk_rows.change_organisations(change)
        else:
            bulk_rows.change_offers(change, by=by)
        for row in batch:
            record = records[_key(held, row)]
            row.stamp, row.lock_version = record.updated_at, record.lock_version
        _note(held, batch)


def _note(held: DataImport, rows: Sequence[DataImportRow]) -> None:
    """In one statement: thousands of rows, each with values of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE offers_dataimportrow AS stored SET {_column(held)} = new.record, stamp = new.stamp,"  # noqa: S608
            " lock_version = new.version, before = new.before::jsonb"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::int[], %s::text[])"
            " AS new(row, record, stamp, version, before) WHERE stored.id = new.row",
            [
                [row.pk for row in rows],
                [_key(held, row) for row in rows],
                [row.stamp for row in rows],
                [row.lock_version for row in rows],
                [json.dumps(row.before) for row in rows],
            ],
        )


def _is_moved(row: DataImportRow, records: dict[int, Any]) -> bool:
    """Whether the record is not what the preview showed."""
    record = records.get(row.offer_id or row.organisation_id or 0)
    return record is None or record.lock_version != row.lock_version or record.merged_into_id is not None


def _locked(held: DataImport, rows: Iterable[DataImportRow]) -> dict[int, Any]:
    model: Any = Organisation if held.kind == Table.ORGANISATIONS else Offer
    keys = [_key(held, row) for row in rows]
    return {record.pk: record for record in model.objects.select_for_update().filter(pk__in=keys).order_by("pk")}


# Taking back


@transaction.atomic
def undo_import(data_import: DataImport, progress: Progress) -> bool:
    """Erase what the import made, and set back what it changed; all of it or, where somebody has changed a row since,
    nothing.
    """
    held = DataImport.objects.select_for_update().get(pk=data_import.pk)
    if held.status != _S.UNDOING:
        return True
    by = _author(held)
    try:
        with transaction.atomic():
            rows = list(held.rows.filter(outcome__in=[_O.NEW, _O.CHANGED]))
            _refuse_if_changed(held, rows)
            for batch in batched([row for row in rows if row.outcome == _O.CHANGED], BATCH):
                records = _locked(held, batch)
                back = [Change(records[_key(held, row)], row.before) for row in batch]
                if held.kind == Table.ORGANISATIONS:
                    bulk_rows.change_organisations(back)
                else:
                    bulk_rows.change_offers(back, by=by)
            new = [_key(held, row) for row in rows if row.outcome == _O.NEW]
            progress(len(rows) - len(new), len(rows), "Neue Einträge löschen")
            _erase_new(held, new)
    except _Refused as refusal:
        apply(IMPORT, held, "stop_undo", by=by, problem=str(refusal))
        return False
    apply(IMPORT, held, "finish_undo", by=by)
    return True


def _refuse_if_changed(held: DataImport, rows: list[DataImportRow]) -> None:
    records: dict[int, Any] = {}
    for batch in batched(rows, BATCH):
        records |= _locked(held, batch)
    changed = [
        row
        for row in rows
        if (record := records.get(_key(held, row))) is None
        or (record.updated_at, record.lock_version) != (row.stamp, row.lock_version)
    ]
    if changed:
        raise _Refused(f"Nichts ist zurückgenommen: {_named(changed)} Ändern Sie diese Einträge bitte von Hand.")
    if held.kind == Table.ORGANISATIONS:
        _refuse_if_used(held, [row for row in rows if row.outcome == _O.NEW])


def _refuse_if_used(held: DataImport, rows: list[DataImportRow]) -> None:
    """An organisation that has entries, contacts or accounts by now is not what the import made."""
    keys = [_key(held, row) for row in rows]
    used = Organisation.objects.filter(pk__in=keys).filter(
        Q(offers__isnull=False)
        | Q(contacts__isnull=False)
        | Q(memberships__isnull=False)
        | Q(partnerships__isnull=False)
        | Q(survey_invitations__isnull=False)
    )
    found = set(used.values_list("pk", flat=True))
    if taken := [row for row in rows if row.organisation_id in found]:
        titles = ", ".join(f"„{row.title}“" for row in taken[:_NAMED])
        raise _Refused(f"Nichts ist zurückgenommen: Zu {titles} gibt es inzwischen Angebote, Kontakte oder Konten.")


def _erase_new(held: DataImport, keys: list[int]) -> None:
    for batch in batched(keys, BATCH):
        if held.kind == Table.ORGANISATIONS:
            erase(Organisation.objects.filter(pk__in=batch), delete=True)
        else:
            erase_entries(Offer.objects.filter(pk__in=batch), delete=True, made=made_with(held))


def _named(rows: Sequence[DataImportRow]) -> str:
    titles = ", ".join(f"„{row.title}“ (Zeile {row.number})" for row in rows[:_NAMED])
    more = f" und {len(rows) - _NAMED} weitere" if len(rows) > _NAMED else ""
    return f"{titles}{more} hat inzwischen jemand geändert oder gelöscht."


# Small things


def _counts(held: DataImport) -> dict[str, int]:
    return {outcome: held.rows.filter(outcome=outcome).count() for outcome in _O.values}


def _column(held: DataImport) -> str:
    return "organisation_id" if held.kind == Table.ORGANISATIONS else "offer_id"


def _key(held: DataImport, row: DataImportRow) -> int:
    key: int | None = getattr(row, _column(held))
    if key is None:
        raise TransitionError(f"Zeile {row.number} gehört zu keinem Eintrag.")
    return key


def _author(data_import: DataImport) -> User:
    """Jobs act for whoever brought the file; an account that may no longer do so stops the work."""
    author = data_import.created_by
    if author is None or not author.is_active:
        raise PermissionDenied("the account that imports is gone")
    return author


def _hand_over(data_import: DataImport, job: Job) -> None:
    """The page of the import shows the job that has it in hand."""
    data_import.job = job
    DataImport.objects.filter(pk=data_import.pk).update(job=job)


def _one_at_a_time() -> None:
    """Equal forms meet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('offers.start_import', 0))")
