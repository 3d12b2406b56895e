"""Dates for people's own calendars (iCalendar, RFC 5545): one event for each rule, one for each other date.

What stands in a calendar is what stands on the page: an event of a rule begins with its first stored date and ends with
its last one; days of the rule without a stored date (holidays, school holidays, cancelled ones) are exceptions.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from uuid import uuid5
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vRecur, vText

from offers import recurrence
from offers.models import Offer, OfferDate, Recurrence

ZONE = ZoneInfo(settings.TIME_ZONE)
PRODUCT = "-//kiportal//Termine//DE"
# How often a calendar that subscribes should look again.
REFRESH = timedelta(hours=12)


def calendar(name: str, offers: Iterable[Offer], now: datetime, *, about: str = "") -> bytes:
    """The file of offers from `for_calendar()`; the same state gives the same bytes."""
    events = [event for offer in offers for event in _events(offer, now)]
    result = Calendar()
    result.add("prodid", PRODUCT)
    result.add("version", "2.0")
    result.add("method", "PUBLISH")
    result.add("name", _line(name))
    result.add("x-wr-calname", vText(_line(name)))
    if about:
        result.add("description", about)
        result.add("x-wr-caldesc", vText(about))
    result.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    # RFC 5545, 3.6: a calendar holds one component at least, and this one has no event when no date is ahead.
    result.add_component(_zone())
    for event in events:
        result.add_component(event)
    return bytes(result.to_ical())


def _events(offer: Offer, now: datetime) -> Iterator[Event]:
    """An event for each rule that a date is still to come of, then the other dates to come."""
    stored = {entry.starts_at: entry for entry in offer.dates.all()}
    coming = {start for start, entry in stored.items() if (entry.ends_at or start) >= now}
    taken: set[datetime] = set()
    for number, rule in enumerate(offer.recurrences.all() if coming else ()):
        by_rule = _moments(rule, max(stored))
        # What is over may follow a former rule, and what begins at the same moment another one: that is left out.
        kept = [
            stored[start]
            for start, end in by_rule.items()
            if start in stored and start not in taken and _follows(stored[start], end)
        ]
        if kept and kept[-1].starts_at in coming:
            yield _repeated(offer, number, rule, list(by_rule), kept)
            taken.update(entry.starts_at for entry in kept)
    yield from (_single(offer, stored[start]) for start in sorted(coming - taken))


def _follows(entry: OfferDate, end: datetime | None) -> bool:
    return entry.is_generated and entry.ends_at == end


def _repeated(offer: Offer, number: int, rule: Recurrence, by_rule: list[datetime], kept: list[OfferDate]) -> Event:
    """The first rule has the key of the entry, so that calendars keep the event that they have."""
    first, last = kept[0].starts_at, kept[-1].starts_at
    event = _event(offer, kept[0], str(uuid5(offer.uuid, f"regel-{number}") if number else offer.uuid))
    parts = dict(part.split("=") for part in rule.rule.split(";"))
    event.add("rrule", vRecur({**{key: value.split(",") for key, value in parts.items()}, "UNTIL": last}))
    left_out = set(by_rule) - {entry.starts_at for entry in kept}
    if days := sorted(start.astimezone(ZONE) for start in left_out if first < start < last):
        event.add("exdate", days)
    return event


def _moments(rule: Recurrence, last: datetime) -> dict[datetime, datetime | None]:
    """Every beginning that the rule has up to that moment, whatever it leaves out, with its end."""
    day = timezone.localtime(last).date()
    found = rrulestr(rule.rule, dtstart=datetime.combine(rule.first_on, time.min))
    days = found.between(datetime.combine(rule.first_on, time.min), datetime.combine(day, time.min), inc=True)
    return dict(recurrence.moments(rule, moment.date()) for moment in days)


def _single(offer: Offer, entry: OfferDate) -> Event:
    """A date that is moved is another event: whoever had the old one in the calendar loses it, as on the page."""
    return _event(offer, entry, str(uuid5(offer.uuid, entry.starts_at.astimezone(UTC).isoformat())))


def _event(offer: Offer, entry: OfferDate, uid: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", offer.updated_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", offer.updated_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", offer.lock_version - 1)
    event.add("summary", _line(offer.title))
    event.add("dtstart", entry.starts_at.astimezone(ZONE))
    if entry.ends_at:
        event.add("dtend", entry.ends_at.astimezone(ZONE))
    if where := location(offer):
        event.add("location", _line(where))
    about = "\n".join(filter(None, [entry.note, offer.summary, offer.provider.name]))
    event.add("description", _plain(about))
    event.add("url", settings.KIPORTAL_BASE_URL + offer.get_absolute_url())
    return event


def location(offer: Offer) -> str:
    """ "Bürgerhaus, Markt 1, 57072 Siegen (Weidenau)", or where there is no address the municipalities."""
    parts = [part for part in (offer.place_name, offer.street, offer.town) if part]
    return ", ".join(parts or [municipality.name for municipality in offer.municipalities.all()])


def _line(text: str) -> str:
    return " ".join(_plain(text).split())


def _plain(text: str) -> str:
    """Without characters that no calendar may hold (RFC 5545, 3.1)."""
    return "".join(character for character in text if character == "\n" or character >= " ")


def _zone() -> Timezone:
    """Europe/Berlin as it is since 1996 (directive 2000/84/EC)."""
    zone = Timezone()
    zone.add("tzid", settings.TIME_ZONE)
    winter, summer = timedelta(hours=1), timedelta(hours=2)
    for part, name, begins, before, after in (
        (TimezoneDaylight(), "CEST", datetime(1996, 3, 31, 2), winter, summer),  # noqa: DTZ001  (RFC 5545, 3.6.5)
        (TimezoneStandard(), "CET", datetime(1996, 10, 27, 3), summer, winter),  # noqa: DTZ001
    ):
        part.add("dtstart", begins)
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("tzname", name)
        part.add("rrule", vRecur({"FREQ": "YEARLY", "BYMONTH": begins.month, "BYDAY": "-1SU"}))
        zone.add_component(part)
    return zone
