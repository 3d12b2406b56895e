"""The rules of recurring dates: their days, their dates, and how people say them.

An offer has a rule for each time of day (Recurrence). The rules are those that the form can ask (RULE). Dates are
stored a year ahead as OfferDate rows: lists ask one table.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import NamedTuple

import holidays
from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offers.models import Offer, OfferDate, Recurrence, SchoolHoliday, Weekday
from offers.querysets import OfferQuerySet

# How far ahead dates stand in the lists.
AHEAD = relativedelta(months=12)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
RULE = re.compile(
    r"FREQ=WEEKLY;INTERVAL=(?P<weeks>[1-4]);BYDAY=(?P<days>(?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:MO|TU|WE|TH|FR|SA|SU))*)"
    r"|FREQ=MONTHLY;BYDAY=(?P<nth>[1-4]|-1)(?P<day>MO|TU|WE|TH|FR|SA|SU)"
)
NTH = {
    1: gettext_lazy("ersten"),
    2: gettext_lazy("zweiten"),
    3: gettext_lazy("dritten"),
    4: gettext_lazy("vierten"),
    -1: gettext_lazy("letzten"),
}


# The same as a choice
NTH_NAMES = {
    1: gettext_lazy("der erste"),
    2: gettext_lazy("der zweite"),
    3: gettext_lazy("der dritte"),
    4: gettext_lazy("der vierte"),
    -1: gettext_lazy("der letzte"),
}


class Rule(NamedTuple):
    """Every so many `weeks` on these days, or in each month on the `nth` of one day (`weeks` is 0)."""

    weeks: int
    days: tuple[int, ...]
    nth: int = 0

    @classmethod
    def parse(cls, text: str) -> "Rule":
        match = RULE.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no rule of ours")
        if match["nth"]:
            return cls(0, (DAYS.index(match["day"]),), int(match["nth"]))
        return cls(int(match["weeks"]), tuple(sorted({DAYS.index(day) for day in match["days"].split(",")})))

    def __str__(self) -> str:
        if self.nth:
            return f"FREQ=MONTHLY;BYDAY={self.nth}{DAYS[self.days[0]]}"
        return f"FREQ=WEEKLY;INTERVAL={self.weeks};BYDAY={','.join(DAYS[day] for day in self.days)}"


def days(recurrence: Recurrence, first: date, last: date, pauses: list[tuple[date, date]]) -> list[date]:
    """The days of the rule from `first` to `last`, both included, without what it leaves out.

    `pauses` are the school holidays, each with its first and its last day.
    """
    rule = rrulestr(recurrence.rule, dtstart=datetime.combine(recurrence.first_on, time.min))
    first = max(first, recurrence.first_on)
    last = min(last, recurrence.last_on) if recurrence.last_on else last
    if last < first:
        return []
    found = [
        moment.date()
        for moment in rule.between(datetime.combine(first, time.min), datetime.combine(last, time.min), inc=True)
    ]
    left_out = set(recurrence.cancelled_on)
    if recurrence.skips_public_holidays:
        left_out |= set(holidays.country_holidays("DE", subdiv="NW", years=range(first.year, last.year + 1)))
    if recurrence.skips_school_holidays:
        left_out |= {day for day in found if any(begin <= day <= end for begin, end in pauses)}
    return [day for day in found if day not in left_out]


def moments(recurrence: Recurrence, day: date) -> tuple[datetime, datetime | None]:
    """Beginning and end on that day; in the night of a clock change an hour may not exist, and with it the end."""
    starts = _at(day, recurrence.begins_at)
    ends = _at(day, recurrence.ends_at) if recurrence.ends_at else None
    return starts, ends if ends and ends > starts else None


def materialise(offer: Offer, today: date) -> None:
    """Make the coming dates those of the rules; a date that stays keeps its row, what is over stays as it was."""
    rules = list(Recurrence.objects.filter(offer=offer))
    wanted: dict[datetime, datetime | None] = {}
    if rules:
        last = min(today + AHEAD, offer.valid_until or date.max)
        pauses = list(SchoolHoliday.objects.filter(last_day__gte=today).values_list("first_day", "last_day"))
        for rule in rules:
            for day in days(rule, today, last, pauses):
                starts, ends = moments(rule, day)
                # Where two rules begin at the same moment, the first one says how long it takes.
                wanted.setdefault(starts, ends)
    coming = offer.dates.filter(starts_at__gte=_at(today, time.min))
    coming.filter(is_generated=True).exclude(starts_at__in=wanted).delete()
    stored = {entry.starts_at: entry for entry in coming}
    for starts, entry in stored.items():
        if entry.is_generated and entry.ends_at != wanted[starts]:
            entry.ends_at = wanted[starts]
            entry.save(update_fields=["ends_at"])
    OfferDate.objects.bulk_create(
        [
            OfferDate(offer=offer, starts_at=starts, ends_at=ends, is_generated=True)
            for starts, ends in wanted.items()
            if starts not in stored
        ],
        ignore_conflicts=True,
    )


def materialise_all(today: date, offers: OfferQuerySet | None = None) -> int:
    """Keep the dates of all rules a year ahead, or of those of some offers; returns their number. Run every day."""
    goes_on = models.Q(valid_until=None) | models.Q(valid_until__gte=today)
    some = Offer.objects.all() if offers is None else offers
    count = 0
    for offer in some.filter(goes_on, pk__in=Recurrence.objects.values("offer")).iterator():
        materialise(offer, today)
        count += 1
    return count


def _at(day: date, hour: time) -> datetime:
    """The moment of a clock on the wall, in summer as in winter; in UTC, where later is always more."""
    return timezone.make_aware(datetime.combine(day, hour)).astimezone(UTC)


# In words


def sentences(rules: Iterable[Recurrence]) -> list[str]:
    """A sentence for each rule, in their order; the first and the third Monday of a month share one."""
    together: dict[tuple[object, ...], list[Recurrence]] = {}
    for row in rules:
        rule = Rule.parse(row.rule)
        same = (row.begins_at, row.ends_at, row.first_on, row.last_on)
        pauses = (row.skips_school_holidays, row.skips_public_holidays)
        key = (rule.days, *same, *pauses) if rule.nth else (row.rule, *same, *pauses)
        together.setdefault(key, []).append(row)
    return [_sentence(alike) for alike in together.values()]


def sentence(recurrence: Recurrence) -> str:
    """ "Jeden Dienstag, 17:00 bis 19:00 Uhr, nicht in den Schulferien"."""
    return _sentence([recurrence])


def _sentence(alike: list[Recurrence]) -> str:
    recurrence = alike[0]
    parts = [_often([Rule.parse(row.rule) for row in alike]), _hours(recurrence.begins_at, recurrence.ends_at)]
    match recurrence.skips_school_holidays, recurrence.skips_public_holidays:
        case True, True:
            parts.append(_("nicht in den Schulferien und an Feiertagen"))
        case True, False:
            parts.append(_("nicht in den Schulferien"))
        case False, True:
            parts.append(_("nicht an Feiertagen"))
    if recurrence.first_on > timezone.localdate():
        parts.append(_("ab %(day)s") % {"day": date_format(recurrence.first_on, "SHORT_DATE_FORMAT")})
    if recurrence.last_on:
        parts.append(_("bis %(day)s") % {"day": date_format(recurrence.last_on, "SHORT_DATE_FORMAT")})
    return ", ".join(parts)


def often_in_words(recurrence: Recurrence) -> str:
    """ "Alle zwei Wochen am Dienstag", without the time of day."""
    return _often([Rule.parse(recurrence.rule)])


def _often(rules: list[Rule]) -> str:
    rule = rules[0]
    names = [str(Weekday(day).label) for day in rule.days]
    if rule.nth:
        order = list(NTH)
        numbers = sorted({entry.nth for entry in rules}, key=order.index)
        return _("Jeden %(nth)s %(day)s im Monat") % {"nth": _listed([str(NTH[n]) for n in numbers]), "day": names[0]}
    if rule.weeks == 1 and len(names) > 2 and rule.days == tuple(range(rule.days[0], rule.days[-1] + 1)):
        return _("%(first)s bis %(last)s") % {"first": names[0], "last": names[-1]}
    if rule.weeks == 1:
        return _("Jeden %(days)s") % {"days": _listed(names)}
    number = {2: _("zwei"), 3: _("drei"), 4: _("vier")}[rule.weeks]
    return _("Alle %(number)s Wochen am %(days)s") % {"number": number, "days": _listed(names)}


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(some)s und %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


def _hours(begins: time, ends: time | None) -> str:
    if ends is None:
        return _("%(begin)s Uhr") % {"begin": f"{begins:%H:%M}"}
    return _("%(begin)s bis %(end)s Uhr") % {"begin": f"{begins:%H:%M}", "end": f"{ends:%H:%M}"}


def cancelled_in_words(rules: Iterable[Recurrence]) -> str:
    """ "24.12.2026, 31.12.2026": the days that are still to come, or nothing."""
    today = timezone.localdate()
    coming = sorted({day for row in rules for day in row.cancelled_on if day >= today})
    return ", ".join(date_format(day, "SHORT_DATE_FORMAT") for day in coming)
