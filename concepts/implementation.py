"""What everybody may know of the focus periods and their measures, gathered in a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from concepts import progress
from concepts.areas import Areas
from concepts.models import FocusPeriod, Measure, ProgressNote, Selection, WorkFocus
from concepts.progress import Progress, Standing


@dataclass(frozen=True)
class Shown:
    """A measure as the public page shows it: what it is for and how far it is, without steps in words and persons."""

    measure: Measure
    standing: Standing
    area: str
    note: ProgressNote | None


@dataclass(frozen=True)
class ShownFocus:
    focus: WorkFocus
    measures: list[Shown]
    progress: Progress


@dataclass(frozen=True)
class ShownPeriod:
    period: FocusPeriod
    focuses: list[ShownFocus]
    progress: Progress


@dataclass(frozen=True)
class Implementation:
    """`current` runs today, `coming` begin later, `past` are over or ended; `others` run without being in `current`."""

    current: ShownPeriod | None
    coming: list[ShownPeriod]
    past: list[ShownPeriod]
    others: list[Shown]
    by_area: list[tuple[str, Progress]]


def gather(on: date) -> Implementation:
    areas = Areas.public(on)
    periods = [_period(period, areas) for period in _periods()]
    current = next((each for each in periods if each.period.is_current(on)), None)
    in_current = {shown.measure.pk for focus in current.focuses for shown in focus.measures} if current else set()
    running = list(_measures().filter(status=Measure.Status.RUNNING))
    return Implementation(
        current=current,
        coming=[each for each in reversed(periods) if each.period.is_open and each.period.starts_on > on],
        past=[each for each in periods if each.period.is_past(on)],
        others=[_shown(each, progress.standing(each), areas) for each in running if each.pk not in in_current],
        by_area=by_area(on, areas),
    )


def by_area(on: date, areas: Areas) -> list[tuple[str, Progress]]:
    """How far each Handlungsfeld is, of measures that may be known; those without any are left out."""
    standings: dict[UUID, list[Standing]] = {}
    for measure in Measure.objects.visible_to_public().prefetch_related("steps"):
        if measure.action_area:
            standings.setdefault(measure.action_area, []).append(progress.standing(measure))
    found = [(area.title, progress.of(standings[area.uuid])) for area in areas if area.uuid in standings]
    return [(title, each) for title, each in found if each.total]


def current_period(on: date) -> FocusPeriod | None:
    """With its focuses: "Woran wir bis 2028 arbeiten"."""
    return FocusPeriod.objects.current(on).prefetch_related("focuses").first()


def _measures() -> QuerySet[Measure]:
    return (
        Measure.objects.visible_to_public()
        .select_related("lead_organisation")
        .prefetch_related(
            "steps",
            "indicators__values",
            Prefetch("notes", ProgressNote.objects.filter(is_public=True), to_attr="public_notes"),
        )
        .order_by("number")
    )


def _periods() -> QuerySet[FocusPeriod]:
    """Newest first."""
    selections = Selection.objects.filter(measure__is_public=True).select_related("period")
    selections = selections.prefetch_related(Prefetch("measure", _measures())).order_by("measure__number")
    focuses = WorkFocus.objects.select_related("topic", "target_group")
    focuses = focuses.prefetch_related(Prefetch("selections", selections))
    return FocusPeriod.objects.visible_to_public().prefetch_related(Prefetch("focuses", focuses)).order_by("-starts_on")


def _period(period: FocusPeriod, areas: Areas) -> ShownPeriod:
    focuses = []
    for focus in period.focuses.all():
        shown = [_shown(each.measure, progress.standing_in(each), areas) for each in focus.selections.all()]
        focuses.append(ShownFocus(focus, shown, _progress(shown)))
    return ShownPeriod(period, focuses, _progress(shown for focus in focuses for shown in focus.measures))


def _progress(shown: Iterable[Shown]) -> Progress:
    return progress.of(each.standing for each in shown)


def _shown(measure: Measure, standing: Standing, areas: Areas) -> Shown:
    notes: list[ProgressNote] = measure.public_notes  # type: ignore[attr-defined]
    area = areas.get(measure.action_area)
    return Shown(measure, standing, area.title if area else "", notes[0] if notes else None)
