"""Days, and what part of a year they are."""

from calendar import isleap, monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)
# Open ends of posts and rates, where a last day is needed to compare.
FAR = date.max


@dataclass(frozen=True, order=True)
class Period:
    """Whole days, the first and the last included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.last} lies before {self.first}")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_day(self) -> bool:
        return self.first == self.last

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range(self.days))

    def overlap(self, first: date, last: date | None) -> "Period | None":
        """The days that lie in both; an end that is None is open."""
        begin, end = max(self.first, first), min(self.last, last or FAR)
        return Period(begin, end) if begin <= end else None


def year(number: int) -> Period:
    return Period(date(number, 1, 1), date(number, 12, 31))


def cut(period: Period, spans: Iterable[tuple[date, date | None]]) -> Iterator[Period]:
    """The period in pieces within which none of the spans begins or ends."""
    starts = {period.first}
    for first, last in spans:
        starts.add(first)
        if last is not None and last < FAR:
            starts.add(last + DAY)
    inside = sorted(day for day in starts if period.first <= day <= period.last)
    for first, following in zip(inside, [*inside[1:], None], strict=True):
        yield Period(first, following - DAY if following else period.last)


def by_days(period: Period) -> Fraction:
    """The part of a year by days: 1 for a whole year, be it a leap year or not; more for more than a year."""
    return sum((Fraction(part.days, 366 if isleap(part.first.year) else 365) for part in _years(period)), Fraction())


def by_months(period: Period) -> Fraction:
    """The part of a year by months: each is a twelfth, a part of one counts its days among those of the month."""
    return sum(
        (Fraction(part.days, 12 * monthrange(part.first.year, part.first.month)[1]) for part in _months(period)),
        Fraction(),
    )


def _years(period: Period) -> Iterator[Period]:
    return cut(period, [(date(number, 1, 1), None) for number in range(period.first.year, period.last.year + 1)])


def _months(period: Period) -> Iterator[Period]:
    years = range(period.first.year, period.last.year + 1)
    return cut(period, [(date(number, month, 1), None) for number in years for month in range(1, 13)])
