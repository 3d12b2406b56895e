"""School holidays of North Rhine-Westphalia: which ones nobody has entered yet, and what follows when they change.

Offers that pause in them are only as right as these rows: a year without them has dates in the middle of the summer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dateutil.easter import easter
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kiportal.common.jobs import enqueue
from kiportal.common.models import User
from offers.models import Offer, SchoolHoliday
from offers.recurrence import AHEAD, materialise_all


@dataclass(frozen=True)
class Gap:
    """Holidays that are not entered; since that day offers have had dates in them."""

    name: str
    since: date


def gaps(on: date) -> list[Gap]:
    """Those of the coming twelve months, the next first."""
    entered = list(SchoolHoliday.objects.all())
    return [
        Gap(f"{name} {first.year}", first - AHEAD)
        for name, first, last in _expected(on, on + AHEAD)
        if not any(holiday.first_day <= last and holiday.last_day >= first for holiday in entered)
    ]


def missing(on: date) -> list[str]:
    """Their names alone: "Sommerferien 2027"."""
    return [gap.name for gap in gaps(on)]


def _expected(on: date, until: date) -> Iterator[tuple[str | Promise, date, date]]:
    """The four holidays that every year has, each with days of which at least one has always belonged to it."""
    found = []
    for year in range(on.year, until.year + 1):
        found += [
            (gettext_lazy("Osterferien"), easter(year), easter(year)),
            (gettext_lazy("Sommerferien"), date(year, 7, 25), date(year, 7, 25)),
            (gettext_lazy("Herbstferien"), date(year, 10, 1), date(year, 11, 15)),
            (gettext_lazy("Weihnachtsferien"), date(year, 12, 27), date(year, 12, 27)),
        ]
    yield from (entry for entry in found if on <= entry[2] and entry[1] <= until)


def warning(on: date) -> str:
    """What authors read beside "nicht in den Schulferien" while something is missing, or ""."""
    if names := missing(on):
        return _("Noch nicht eingetragen: %(names)s. Bis dahin stehen auch in diesen Ferien Termine.") % {
            "names": ", ".join(names)
        }
    return ""


def changed(*, by: User) -> None:
    """Let a job make the dates of the offers that pause in school holidays anew; in the transaction of the change."""
    enqueue("offers.follow_school_holidays", title="Termine an die Schulferien anpassen", by=by)


def follow(on: date) -> int:
    """Make their dates anew; returns the number of offers."""
    return materialise_all(on, Offer.objects.filter(recurrences__skips_school_holidays=True).distinct())
