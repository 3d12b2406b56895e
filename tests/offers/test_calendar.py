"""termine.ics: read back with icalendar and unfolded, it holds the dates that the page shows."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from dateutil.rrule import rrulestr
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event
from pytest_django import DjangoAssertNumQueries

from kiportal.common.models import User
from offers import calendar, lifecycle, recurrence
from offers.models import Offer, OfferDate, Recurrence, SchoolHoliday
from offers.recurrence import Rule
from offers.views import calendars
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _centre(centre: object) -> None:
    """Calendars of lists have its name."""


def read(client: Client, path: str) -> Calendar:
    response = client.get(path)
    assert response.status_code == 200, response.status_code
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    parsed = Calendar.from_ical(response.content)
    assert isinstance(parsed, Calendar)
    return parsed


def moments(event: Event) -> list[datetime]:
    """The beginnings of an event as a calendar program works them out (RFC 5545, 3.8.5)."""
    start = event["dtstart"].dt
    if "rrule" not in event:
        return [start.astimezone(UTC)]
    left_out = event.get("exdate", [])
    exceptions = {entry.dt for part in ([left_out] if hasattr(left_out, "dts") else left_out) for entry in part.dts}
    found = rrulestr(event["rrule"].to_ical().decode(), dtstart=start)
    return [moment.astimezone(UTC) for moment in found if moment not in exceptions]


def coming(parsed: Calendar, now: datetime = NOW) -> list[datetime]:
    return sorted(moment for event in parsed.walk("VEVENT") for moment in moments(event) if moment >= now)


def repeat(offer: Offer, rule: str = "FREQ=WEEKLY;INTERVAL=1;BYDAY=TU", **fields: Any) -> Recurrence:
    values = {"rule": rule, "first_on": date(2026, 12, 1), "begins_at": time(17), "ends_at": time(19)}
    return Recurrence.objects.create(offer=offer, **(values | fields))


@time_machine.travel(NOW)
def test_rule_is_one_event_with_exceptions(client: Client) -> None:
    SchoolHoliday.objects.create(name="Weihnachten", first_day=date(2026, 12, 23), last_day=date(2027, 1, 6))
    offer = factories.make_offer("Nähkurs", place_name="Bürgerhaus", street="Markt 1", postcode="57072", city="Siegen")
    repeat(offer, last_on=date(2027, 1, 26), skips_school_holidays=True, cancelled_on=[date(2026, 12, 15)])
    recurrence.materialise(offer, TODAY)
    parsed = read(client, f"/angebote/{offer.slug}/termine.ics")
    [event] = parsed.walk("VEVENT")
    assert event["dtstart"].dt == datetime(2026, 12, 1, 17, tzinfo=ZoneInfo("Europe/Berlin"))
    assert event["dtstart"].params["TZID"] == "Europe/Berlin"
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(hours=2)
    assert event["rrule"].to_ical().decode() == "FREQ=WEEKLY;UNTIL=20270126T160000Z;INTERVAL=1;BYDAY=TU"
    assert [f"{entry.dt:%d.%m.}" for entry in event["exdate"].dts] == ["15.12.", "29.12.", "05.01."]
    assert str(event["uid"]) == str(offer.uuid)
    assert str(event["location"]) == "Bürgerhaus, Markt 1, 57072 Siegen"
    assert str(event["url"]) == f"http://testserver/angebote/{offer.slug}/"
    assert event["last-modified"].dt == offer.updated_at.replace(microsecond=0)
    assert [zone["tzid"] for zone in parsed.walk("VTIMEZONE")] == ["Europe/Berlin"]
    assert coming(parsed) == list(offer.dates.values_list("starts_at", flat=True))


@time_machine.travel(NOW)
def test_each_rule_is_an_event_of_its_own(client: Client) -> None:
    offer = factories.make_offer("Kleiderkammer")
    repeat(offer, begins_at=time(9), ends_at=time(11), last_on=date(2026, 12, 22))
    repeat(
        offer,
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=TU,TH",
        begins_at=time(14),
        ends_at=time(16),
        last_on=date(2026, 12, 22),
        sort_order=1,
    )
    recurrence.materialise(offer, TODAY)
    parsed = read(client, f"/angebote/{offer.slug}/termine.ics")
    first, second = parsed.walk("VEVENT")
    assert (str(first["uid"]), first["dtstart"].dt.hour) == (str(offer.uuid), 9)
    assert second["dtstart"].dt == datetime(2026, 12, 1, 14, tzinfo=ZoneInfo("Europe/Berlin"))
    assert str(second["uid"]) != str(offer.uuid)
    assert coming(parsed) == list(offer.dates.values_list("starts_at", flat=True))
    assert len(coming(parsed)) == 4 + 7


@time_machine.travel(NOW)
def test_rules_that_meet_leave_every_date_once(client: Client) -> None:
    offer = factories.make_offer()
    repeat(offer, "FREQ=MONTHLY;BYDAY=1TU", ends_at=time(20))
    repeat(offer, first_on=date(2026, 11, 24), sort_order=1)
    recurrence.materialise(offer, TODAY)
    parsed = read(client, f"/angebote/{offer.slug}/termine.ics")
    assert coming(parsed) == list(offer.dates.values_list("starts_at", flat=True))
    longest = offer.dates.get(starts_at__date=date(2026, 12, 1))
    assert timezone.localtime(longest.ends_at).hour == 20


def test_time_zone_changes_its_clock_on_the_right_sundays() -> None:
    zone = calendar._zone().to_tz(lookup_tzid=False)
    berlin = ZoneInfo("Europe/Berlin")
    for hour in range(0, 24 * 365 * 3, 7):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        assert moment.astimezone(zone).utcoffset() == moment.astimezone(berlin).utcoffset(), moment


RULES = st.one_of(
    st.builds(
        lambda weeks, chosen: str(Rule(weeks, tuple(sorted(chosen)))),
        st.integers(1, 4),
        st.sets(st.integers(0, 6), min_size=1),
    ),
    st.builds(lambda nth, day: str(Rule(0, (day,), nth)), st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6)),
)
NEAR = st.dates(date(2026, 9, 1), date(2027, 6, 30))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rule=RULES,
    former=st.none() | RULES,
    first_on=NEAR,
    weeks=st.none() | st.integers(0, 60),
    begins_at=st.times(time(5), time(22)).map(lambda moment: moment.replace(second=0, microsecond=0)),
    holidays=st.booleans(),
    pauses=st.booleans(),
    cancelled=st.lists(NEAR, max_size=4),
    single=st.lists(NEAR, max_size=3, unique=True),
)
def test_calendar_holds_exactly_the_dates_of_the_offer(
    rule: str,
    former: str | None,
    first_on: date,
    weeks: int | None,
    begins_at: time,
    holidays: bool,
    pauses: bool,
    cancelled: list[date],
    single: list[date],
) -> None:
    """Whatever the rule and whatever was the rule before; single dates may fall on those of the rule."""
    with transaction.atomic(), time_machine.travel(NOW):
        SchoolHoliday.objects.create(name="Weihnachten", first_day=date(2026, 12, 23), last_day=date(2027, 1, 6))
        offer = factories.make_offer()
        for day in single:
            starts = timezone.make_aware(datetime.combine(day, begins_at))
            OfferDate.objects.create(offer=offer, starts_at=starts, note="Ausflug")
        entered = repeat(
            offer,
            former or rule,
            first_on=first_on,
            last_on=None if weeks is None else first_on + timedelta(weeks=weeks),
            begins_at=begins_at,
            ends_at=None,
            skips_public_holidays=holidays,
            skips_school_holidays=pauses,
            cancelled_on=cancelled,
        )
        recurrence.materialise(offer, TODAY - timedelta(days=60))
        entered.rule = rule
        entered.save()
        recurrence.materialise(offer, TODAY)
        [loaded] = Offer.objects.for_calendar().filter(pk=offer.pk)
        parsed = Calendar.from_ical(calendar.calendar("Termine", [loaded], NOW))
        assert isinstance(parsed, Calendar)
        shown = list(offer.dates.filter(starts_at__gte=NOW).values_list("starts_at", flat=True))
        assert coming(parsed) == shown
        keys = [str(event["uid"]) for event in parsed.walk("VEVENT")]
        assert len(keys) == len(set(keys))
        transaction.set_rollback(True)


def test_single_dates_keep_their_keys_and_count_their_versions(client: Client) -> None:
    offer = factories.make_offer("Fest")
    start = (timezone.now() + timedelta(days=5)).replace(microsecond=0)
    OfferDate.objects.create(offer=offer, starts_at=start, ends_at=start + timedelta(hours=3), note="Saal 2")
    OfferDate.objects.create(offer=offer, starts_at=start + timedelta(days=1))
    OfferDate.objects.create(offer=offer, starts_at=start - timedelta(days=9))
    url = f"/angebote/{offer.slug}/termine.ics"
    first = read(client, url).walk("VEVENT")
    assert [event["dtstart"].dt for event in first] == [start, start + timedelta(days=1)]
    assert "Saal 2" in str(first[0]["description"])
    assert "dtend" not in first[1]
    assert [event["sequence"] for event in first] == [0, 0]
    Offer.objects.filter(pk=offer.pk).update(lock_version=3, title="Großes Fest")
    again = read(client, url).walk("VEVENT")
    assert [str(event["uid"]) for event in again] == [str(event["uid"]) for event in first]
    assert [event["sequence"] for event in again] == [2, 2]
    assert str(again[0]["summary"]) == "Großes Fest"


def test_unchanged_calendar_is_not_sent_again(client: Client) -> None:
    offer = factories.make_offer()
    OfferDate.objects.create(offer=offer, starts_at=timezone.now() + timedelta(days=5))
    url = f"/angebote/{offer.slug}/termine.ics"
    etag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    Offer.objects.filter(pk=offer.pk).update(title="Anders")
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 200


def test_calendar_stays_valid_when_no_date_is_ahead(client: Client) -> None:
    """Who subscribed keeps an empty calendar, and gets the next dates when there are some."""
    factories.make_topic("kultur")
    offer = factories.make_offer("Fest")
    OfferDate.objects.create(offer=offer, starts_at=timezone.now() - timedelta(days=5))
    urls = (f"/angebote/{offer.slug}/termine.ics", "/termine/termine.ics?thema=kultur", "/termine/termine.ics")
    for url in urls:
        parsed = read(client, url)
        assert parsed.walk("VEVENT") == []
        # A component there must be (RFC 5545, 3.6)
        assert len(parsed.walk("VTIMEZONE")) == 1
    assert "In den Kalender" not in client.get(f"/angebote/{offer.slug}/").text
    assert "In den Kalender" not in client.get("/termine/").text
    OfferDate.objects.create(offer=offer, starts_at=timezone.now() + timedelta(days=5))
    assert [len(read(client, url).walk("VEVENT")) for url in urls] == [1, 0, 1]


def test_offer_without_dates_shows_no_link_to_a_calendar(client: Client) -> None:
    offer = factories.make_offer()
    assert "In den Kalender" not in client.get(f"/angebote/{offer.slug}/").text
    assert read(client, f"/angebote/{offer.slug}/termine.ics").walk("VEVENT") == []


def test_hidden_offer_has_no_calendar(client: Client, editor: User) -> None:
    offer = factories.make_offer()
    OfferDate.objects.create(offer=offer, starts_at=timezone.now() + timedelta(days=5))
    assert f'href="/angebote/{offer.slug}/termine.ics"' in client.get(f"/angebote/{offer.slug}/").text
    lifecycle.hide(offer, by=editor, reason="Bitte")
    assert client.get(f"/angebote/{offer.slug}/termine.ics").status_code == 404
    assert read(client, "/termine/termine.ics").walk("VEVENT") == []


def test_calendar_of_the_list_takes_its_filters(client: Client) -> None:
    kultur = factories.make_topic("kultur", name="Kultur")
    for title, topics in (("Chor", [kultur]), ("Beratung", None)):
        offer = factories.make_offer(title, topics=topics)
        OfferDate.objects.create(offer=offer, starts_at=timezone.now() + timedelta(days=5))
    assert 'href="/termine/termine.ics?thema=kultur"' in client.get("/termine/?thema=kultur&seite=1").text
    everything, some = (read(client, f"/termine/termine.ics{query}") for query in ("", "?thema=kultur&kommune=x"))
    assert {str(event["summary"]) for event in everything.walk("VEVENT")} == {"Chor", "Beratung"}
    assert [str(event["summary"]) for event in some.walk("VEVENT")] == ["Chor"]
    assert str(some["x-wr-calname"]).startswith("Termine: Kultur – ")


def test_calendar_of_a_long_list_says_that_it_is_cut(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "MOST", 1)
    for days in (9, 2):
        offer = factories.make_offer(f"In {days} Tagen")
        OfferDate.objects.create(offer=offer, starts_at=timezone.now() + timedelta(days=days))
    parsed = read(client, "/termine/termine.ics")
    assert [str(event["summary"]) for event in parsed.walk("VEVENT")] == ["In 2 Tagen"]
    assert "nur die ersten 1" in str(parsed["description"])


@pytest.mark.parametrize("number", [1, 30])
def test_calendar_queries_do_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for days in range(number):
        offer = factories.make_offer()
        OfferDate.objects.create(offer=offer, starts_at=timezone.now() + timedelta(days=days + 1))
    with django_assert_max_num_queries(7):
        client.get("/termine/termine.ics")


def test_no_text_breaks_out_of_its_line(client: Client) -> None:
    offer = factories.make_offer("Fest\r\nX-BOESE:1; \x0bKomma, Strich\\", summary="Eins\nZwei")
    OfferDate.objects.create(offer=offer, starts_at=timezone.now() + timedelta(days=5))
    response = client.get(f"/angebote/{offer.slug}/termine.ics")
    assert b"\nX-BOESE" not in response.content
    [event] = read(client, f"/angebote/{offer.slug}/termine.ics").walk("VEVENT")
    assert str(event["summary"]).endswith("Komma, Strich\\")
    assert "Eins\nZwei" in str(event["description"])
