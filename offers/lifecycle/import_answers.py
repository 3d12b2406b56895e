"""What people answer about the rows of a table before it is imported: which records they mean, which stay away."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from kiportal.common.transitions import SomebodyWasFaster
from offers.models import DataImport, DataImportRow
from offers.models.imports import Table

_O = DataImportRow.Outcome
_M = DataImportRow.Match
BATCH = 500


class Answer(NamedTuple):
    """`match` says whether the row means a record, `key` which one if not the one found; `is_left_out` whether a row
    with errors stays away. None: not asked.
    """

    match: str | None = None
    key: int | None = None
    is_left_out: bool | None = None


@transaction.atomic
def decide_rows(
    data_import: DataImport, answers: Mapping[int, Answer], judge: Callable[[Sequence[DataImportRow]], None]
) -> int:
    """Note the answers; returns how many rows are still open. `judge(rows)` sets what they would do now."""
    held = DataImport.objects.select_for_update().get(pk=data_import.pk)
    if held.status != DataImport.Status.READY:
        raise SomebodyWasFaster("Über diese Zeilen ist schon entschieden.")
    rows = list(held.rows.filter(number__in=answers))
    column = "organisation_id" if held.kind == Table.ORGANISATIONS else "offer_id"
    matched = []
    for row in rows:
        answer = answers[row.number]
        if answer.is_left_out is not None and row.outcome in {_O.ERROR, _O.LEFT_OUT}:
            row.outcome = _O.LEFT_OUT if answer.is_left_out else _O.ERROR
        if answer.match and row.match and row.outcome != _O.LEFT_OUT:
            row.match = answer.match
            if answer.key is not None:
                setattr(row, column, answer.key)
            matched.append(row)
    judge(matched)
    changed = ["match", "outcome", "messages", "changes", "lock_version", "organisation", "offer"]
    DataImportRow.objects.bulk_update(rows, changed, BATCH)
    _refuse_doubles(held, matched)
    return held.rows.undecided().count()


def _refuse_doubles(held: DataImport, matched: Sequence[DataImportRow]) -> None:
    """Two rows never mean the same record."""
    means = held.rows.exclude(outcome__in=[_O.ERROR, _O.LEFT_OUT, _O.DOUBLE]).exclude(match=_M.REFUSED)
    keyed = means.annotate(record_key=Coalesce(F("offer_id"), F("organisation_id"))).exclude(record_key=None)
    first: dict[int, int] = {}
    said = {row.number for row in matched}
    for key, number in keyed.order_by("number").values_list("record_key", "number"):
        if (other := first.setdefault(key, number)) != number and {other, number} & said:
            raise SomebodyWasFaster(
                f"Zeile {other} und Zeile {number} meinen denselben Eintrag. Bitte wählen Sie bei einer etwas anderes. "
                "Nichts ist gespeichert."
            )
