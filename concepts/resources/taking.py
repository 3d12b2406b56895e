"""Taking a table over: all of its rows in one transaction, or nothing."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from concepts import lifecycle
from concepts.models import Indicator, IndicatorValue, Measure, MeasureStep, MeasureTable
from concepts.permissions import can_edit_measures
from concepts.resources.measures import ROWS
from concepts.resources.preview import Preview, PreviewRow, preview, put
from kiportal.common import jobs
from kiportal.common.models import Job, User
from kiportal.common.transitions import SomebodyWasFaster, TransitionError

type Progress = Callable[[int, int, str], None]

# So many rows are written while people wait; more by a job.
AT_ONCE = 500
_TOLD_EVERY = 50


def keep(table: MeasureTable, *, by: User) -> MeasureTable:
    """Keep what was read; the same form sent twice is one table."""
    found, _made = MeasureTable.objects.get_or_create(
        pk=table.pk,
        defaults={"file_name": table.file_name, "headers": table.headers, "rows": table.rows, "created_by": by},
    )
    return found


@transaction.atomic
def order(table: MeasureTable, *, by: User, seen: str) -> Job:
    """Have a long table taken over by a job; ordered twice it is one job."""
    if not can_edit_measures(by):
        raise PermissionDenied("order is not allowed")
    MeasureTable.objects.select_for_update().get(pk=table.pk)
    job = job_of(table)
    if job is None or job.state in {Job.State.FAILED, Job.State.DONE}:
        title = f"Maßnahmen einlesen: {table}"
        job = jobs.enqueue("concepts.take_table", str(table.pk), by.pk, seen, title=title, by=by)
    return job


def job_of(table: MeasureTable) -> Job | None:
    """The last job that takes the table over."""
    return Job.objects.filter(kind="concepts.take_table", arguments__0=str(table.pk)).order_by("-created_at").first()


@transaction.atomic
def take(table: MeasureTable, *, by: User, seen: str, progress: Progress | None = None) -> dict[str, int]:
    """Write what the preview showed and return how many rows did what; `seen` is the digest of that preview."""
    if not can_edit_measures(by):
        raise PermissionDenied("take is not allowed")
    table = MeasureTable.objects.select_for_update().get(pk=table.pk)
    if table.taken_at is not None:
        raise SomebodyWasFaster("Diese Tabelle ist schon übernommen.")
    # Nobody changes a measure between the comparison and the writing.
    list(Measure.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    shown = preview(table.headers, table.rows)
    if shown.digest != seen:
        raise SomebodyWasFaster("Inzwischen hat sich etwas geändert. Bitte sehen Sie die Vorschau noch einmal an.")
    if shown.count("fehler"):
        raise TransitionError("Solange Zeilen Fehler haben, wird nichts übernommen.")
    _write_all(shown, progress)
    table.taken_at, table.counts, table.rows = timezone.now(), shown.counts, []
    table.save()
    return shown.counts


def _write_all(shown: Preview, progress: Progress | None) -> None:
    for place, row in enumerate(shown.rows):
        if progress and place % _TOLD_EVERY == 0:
            progress(place, len(shown.rows), "Zeilen werden übernommen")
        if row.values:
            try:
                _write(row)
            except ValidationError as error:
                raise TransitionError(f"Zeile {row.number}: {' '.join(error.messages)}") from error


def _write(row: PreviewRow) -> None:
    if row.record is None:
        measure = Measure(number=1)
        put(measure, row.values)
        measure.full_clean(exclude={"number", "uuid"}, validate_unique=False)
        lifecycle.add_measure(measure)
    else:
        measure = row.record
        put(measure, row.values)
        measure.lock_version += 1
        measure.full_clean()
        measure.save()
    for name, value in row.values.items():
        if name in ROWS:
            _write_rows(measure, name, value)
        elif Measure._meta.get_field(name).many_to_many:
            getattr(measure, name).set(value)


def _write_rows(measure: Measure, name: str, rows: list[Any]) -> None:
    if name == "steps":
        measure.steps.all().delete()
        MeasureStep.objects.bulk_create(
            MeasureStep(measure=measure, sort_order=position, text=text, due_on=due, done_on=done)
            for position, (text, due, done) in enumerate(rows, start=1)
        )
        return
    measure.indicators.all().delete()
    for position, (title, unit, direction, target, target_on, counts) in enumerate(rows, start=1):
        indicator = Indicator.objects.create(
            measure=measure,
            sort_order=position,
            name=title,
            unit=unit,
            direction=direction,
            target=target,
            target_on=target_on,
        )
        IndicatorValue.objects.bulk_create(
            IndicatorValue(indicator=indicator, counted_on=day, value=value) for day, value in counts
        )
