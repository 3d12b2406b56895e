"""The numbers of a year for the Verwendungsnachweis: posts, measures with indicators, offers by topic. No persons."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from concepts.models import Measure
from funding.calculation import words
from funding.calculation.periods import Period, year
from funding.calculation.staffing import Staffing, staffing
from funding.overview.reading import book
from offers import counting, coverage
from offers.coverage import snapshots
from offers.models import CoverageSnapshot, Topic

AXES = ("thema", "kommune")
# What of the pool of measures was worked on; proposals and what was dropped belong to no year.
WORKED_ON = (Measure.Status.SELECTED, Measure.Status.RUNNING, Measure.Status.DONE)


@dataclass(frozen=True)
class MeasureFigure:
    """A measure with one of its indicators; without any the last four are empty."""

    title: str
    state: str
    indicator: str = ""
    unit: str = ""
    target: str = ""
    actual: str = ""


@dataclass(frozen=True)
class Figures:
    year: int
    staffing: Staffing
    measures: list[MeasureFigure]
    offers: list[tuple[str, int]] | None
    offers_as_of: date | None


def figures(number: int, today: date) -> Figures:
    found, period = book(), year(number)
    counted = _offers(period, today)
    return Figures(
        number,
        staffing(found.posts, found.fillings, found.rates, period),
        measures(period),
        counted[1] if counted else None,
        counted[0] if counted else None,
    )


def measures(period: Period) -> list[MeasureFigure]:
    """Measures worked on in that time, by indicator."""
    in_time = Q(starts_on=None) | Q(starts_on__lte=period.last)
    not_over = Q(ends_on=None) | Q(ends_on__gte=period.first)
    rows = Measure.objects.filter(in_time & not_over, status__in=WORKED_ON).prefetch_related("indicators__values")
    return [figure for row in rows for figure in _of_measure(row, period)]


def _of_measure(measure: Measure, period: Period) -> Iterator[MeasureFigure]:
    state = str(measure.get_status_display())
    indicators = list(measure.indicators.all())
    if not indicators:
        yield MeasureFigure(str(measure), state)
    for indicator in indicators:
        values = [value for value in indicator.values.all() if period.first <= value.counted_on <= period.last]
        last = max(values, key=lambda value: value.counted_on, default=None)
        target = "" if indicator.target is None else words.number(indicator.target)
        if target and indicator.less_is_better:
            target = f"höchstens {target}"
        actual = "" if last is None else words.number(last.value)
        yield MeasureFigure(str(measure), state, indicator.name, indicator.unit, target, actual)


def _offers(period: Period, today: date) -> tuple[date, list[tuple[str, int]]] | None:
    """(day, offers by topic): of today, or as kept on the last day of that year on which numbers were kept."""
    if period.first <= today <= period.last:
        return today, _by_topic(counting.current(), today)
    last = CoverageSnapshot.objects.filter(taken_on__range=(period.first, period.last)).order_by("-taken_on").first()
    return (
        (last.taken_on, _by_topic(snapshots.kept(last, counting.current().vocabulary), last.taken_on)) if last else None
    )


def _by_topic(day: coverage.Day, on: date) -> list[tuple[str, int]]:
    totals = coverage.matrix(day, day.visible(on), *AXES).row_totals
    return [(topic.name, totals[topic.slug].offers if topic.slug in totals else 0) for topic in Topic.objects.all()]
