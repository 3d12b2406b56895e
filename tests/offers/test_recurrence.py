"""Rules of recurring dates: their days, what they leave out, the clock changes, their words."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from kiportal.common.fieldsets import field_groups
from offers import recurrence, rows
from offers.models import Offer, OfferDate, Recurrence, SchoolHoliday
from offers.recurrence import Rule
from tests import factories
from tests.offers.journey import Draft, complete

TUESDAY = "FREQ=WEEKLY;INTERVAL=1;BYDAY=TU"


def make(rule: str = TUESDAY, **fields: Any) -> Recurrence:
    values = {"rule": rule, "first_on": date(2026, 12, 1), "begins_at": time(17), "ends_at": time(19)}
    return Recurrence(**(values | {"skips_public_holidays": False} | fields))


def days(rule: Recurrence, until: date = date(2026, 12, 31), pauses: Any = ()) -> list[str]:
    return [f"{day:%d.%m.}" for day in recurrence.days(rule, date(2026, 11, 22), until, list(pauses))]


# Days


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (TUESDAY, ["01.12.", "08.12.", "15.12.", "22.12.", "29.12."]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", ["01.12.", "15.12.", "29.12."]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", ["03.12.", "14.12.", "17.12.", "28.12.", "31.12."]),
        ("FREQ=MONTHLY;BYDAY=2WE", ["09.12."]),
        ("FREQ=MONTHLY;BYDAY=-1TH", ["31.12."]),
    ],
)
def test_days_follow_the_rule_from_its_first_day(rule: str, expected: list[str]) -> None:
    assert days(make(rule)) == expected


def test_days_leave_out_holidays_and_what_is_cancelled() -> None:
    friday = "FREQ=WEEKLY;INTERVAL=1;BYDAY=FR"
    assert days(make(friday))[-1] == "25.12."
    assert days(make(friday, skips_public_holidays=True)) == ["04.12.", "11.12.", "18.12."]
    pause = [(date(2026, 12, 11), date(2026, 12, 18))]
    assert days(make(friday), pauses=pause) == ["04.12.", "11.12.", "18.12.", "25.12."]
    assert days(make(friday, skips_school_holidays=True), pauses=pause) == ["04.12.", "25.12."]
    assert days(make(friday, cancelled_on=[date(2026, 12, 4)])) == ["11.12.", "18.12.", "25.12."]


def test_days_end_with_the_last_day_included() -> None:
    assert days(make(last_on=date(2026, 12, 15))) == ["01.12.", "08.12.", "15.12."]
    assert days(make(first_on=date(2027, 1, 5))) == []


@pytest.mark.parametrize("text", ["FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=5;BYDAY=TU", "FREQ=MONTHLY;BYDAY=5TU", "", "x"])
def test_rule_that_the_form_cannot_ask_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no rule of ours"):
        Rule.parse(text)


@given(
    st.one_of(
        st.builds(
            lambda weeks, chosen: Rule(weeks, tuple(sorted(chosen))),
            st.integers(1, 4),
            st.sets(st.integers(0, 6), min_size=1),
        ),
        st.builds(lambda nth, day: Rule(0, (day,), nth), st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6)),
    )
)
def test_rule_survives_the_way_to_text_and_back(rule: Rule) -> None:
    assert Rule.parse(str(rule)) == rule


# Words


@pytest.mark.parametrize(
    ("rule", "fields", "words"),
    [
        (TUESDAY, {"skips_school_holidays": True}, "Jeden Dienstag, 17:00 bis 19:00 Uhr, nicht in den Schulferien"),
        (
            "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE",
            {"ends_at": None, "skips_school_holidays": True, "skips_public_holidays": True},
            "Montag bis Mittwoch, 17:00 Uhr, nicht in den Schulferien und an Feiertagen",
        ),
        ("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,WE,FR", {}, "Jeden Montag, Mittwoch und Freitag, 17:00 bis 19:00 Uhr"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", {}, "Alle zwei Wochen am Dienstag und Donnerstag, 17:00 bis 19:00 Uhr"),
        (
            "FREQ=MONTHLY;BYDAY=1SA",
            {"skips_public_holidays": True, "last_on": date(2027, 6, 30)},
            "Jeden ersten Samstag im Monat, 17:00 bis 19:00 Uhr, nicht an Feiertagen, bis 30.06.2027",
        ),
        ("FREQ=MONTHLY;BYDAY=-1TU", {}, "Jeden letzten Dienstag im Monat, 17:00 bis 19:00 Uhr"),
    ],
)
def test_sentence_says_the_rule(rule: str, fields: dict[str, Any], words: str) -> None:
    with translation.override("de"):
        assert recurrence.sentence(make(rule, first_on=date(2026, 1, 1), **fields)) == words


def test_sentences_join_what_differs_only_in_the_week_of_the_month() -> None:
    rules = [
        make("FREQ=MONTHLY;BYDAY=3MO", first_on=date(2026, 1, 1)),
        make(TUESDAY, begins_at=time(9), ends_at=time(11), first_on=date(2026, 1, 1)),
        make("FREQ=MONTHLY;BYDAY=1MO", first_on=date(2026, 1, 1)),
        make("FREQ=MONTHLY;BYDAY=2MO", begins_at=time(8), ends_at=None, first_on=date(2026, 1, 1)),
    ]
    with translation.override("de"):
        assert recurrence.sentences(rules) == [
            "Jeden ersten und dritten Montag im Monat, 17:00 bis 19:00 Uhr",
            "Jeden Dienstag, 09:00 bis 11:00 Uhr",
            "Jeden zweiten Montag im Monat, 08:00 Uhr",
        ]


# Dates


def value(**fields: Any) -> list[list[Any]]:
    return [rows.recurrence_as_json(make(**fields))]


@pytest.mark.django_db
def test_dates_keep_the_clock_on_the_wall_when_it_changes() -> None:
    offer = factories.make_offer()
    rows.write(offer, {"recurrence": value(first_on=date(2027, 3, 16))})
    found = [timezone.localtime(entry.starts_at) for entry in offer.dates.all()][:4]
    assert [f"{at:%d.%m. %H:%M %z}" for at in found] == [
        *("16.03. 17:00 +0100", "23.03. 17:00 +0100", "30.03. 17:00 +0200", "06.04. 17:00 +0200"),
    ]


@pytest.mark.django_db
def test_hour_that_does_not_exist_makes_a_date_all_the_same() -> None:
    offer = factories.make_offer()
    sunday = "FREQ=WEEKLY;INTERVAL=1;BYDAY=SU"
    rows.write(
        offer, {"recurrence": value(rule=sunday, begins_at=time(2, 30), ends_at=time(3), last_on=date(2027, 4, 4))}
    )
    assert offer.dates.filter(starts_at__date=date(2027, 3, 28)).exists()


@pytest.mark.django_db
def test_dates_reach_a_year_ahead_and_to_the_end_of_the_offer() -> None:
    today = timezone.localdate()
    offer = factories.make_offer()
    rows.write(offer, {"recurrence": value(first_on=today)})
    assert 51 <= offer.dates.count() <= 53
    offer.valid_until = today + timedelta(days=28)
    offer.save()
    rows.write(offer, {"valid_until": None})
    assert 3 <= offer.dates.count() <= 5


@pytest.mark.django_db
def test_changed_rule_leaves_entered_dates_and_the_past_alone() -> None:
    today = timezone.localdate()
    offer = factories.make_offer()
    entered = OfferDate.objects.create(offer=offer, starts_at=timezone.now() + timedelta(days=3), note="Sommerfest")
    past = OfferDate.objects.create(offer=offer, starts_at=timezone.now() - timedelta(days=3), is_generated=True)
    rows.write(offer, {"recurrence": value(first_on=today)})
    rows.write(offer, {"recurrence": value(rule="FREQ=WEEKLY;INTERVAL=1;BYDAY=WE", first_on=today)})
    generated = offer.dates.filter(is_generated=True, starts_at__gte=timezone.now())
    assert {timezone.localtime(entry.starts_at).weekday() for entry in generated} == {2}
    rows.write(offer, {"recurrence": []})
    assert {entry.pk for entry in offer.dates.all()} == {entered.pk, past.pk}


@pytest.mark.django_db
def test_date_that_stays_keeps_its_row() -> None:
    offer = factories.make_offer()
    rows.write(offer, {"recurrence": value()})
    before = set(offer.dates.values_list("pk", flat=True))
    rows.write(offer, {"recurrence": value(ends_at=time(20))})
    assert set(offer.dates.values_list("pk", flat=True)) == before
    assert timezone.localtime(offer.dates.earliest("starts_at").ends_at).hour == 20


@pytest.mark.django_db
def test_dates_of_several_rules_are_stored_and_each_rule_keeps_its_row() -> None:
    offer = factories.make_offer()
    twice = value(begins_at=time(9), ends_at=time(11)) + value(rule="FREQ=WEEKLY;INTERVAL=1;BYDAY=TH")
    rows.write(offer, {"recurrence": twice})
    kept = offer.recurrences.get(begins_at=time(17)).pk
    weekdays = {(timezone.localtime(entry.starts_at).weekday(), entry.starts_at.minute) for entry in offer.dates.all()}
    assert weekdays == {(1, 0), (3, 0)}
    rows.write(offer, {"recurrence": twice[::-1]})
    assert next(row.pk for row in offer.recurrences.all()) == kept
    rows.write(offer, {"recurrence": twice[1:]})
    assert [row.pk for row in offer.recurrences.all()] == [kept]
    assert {timezone.localtime(entry.starts_at).weekday() for entry in offer.dates.all()} == {3}


@pytest.mark.django_db
def test_page_and_events_name_every_rule(client: Client, centre: Any) -> None:
    offer = factories.make_offer()
    today = timezone.localdate()
    thursday = value(rule="FREQ=WEEKLY;INTERVAL=1;BYDAY=TH", first_on=today, begins_at=time(14), ends_at=time(16))
    rows.write(offer, {"recurrence": value(first_on=today, begins_at=time(9), ends_at=time(11)) + thursday})
    page = client.get(offer.get_absolute_url()).text
    assert "Jeden Dienstag, 09:00 bis 11:00 Uhr" in page
    assert "Jeden Donnerstag, 14:00 bis 16:00 Uhr" in page
    assert "T09:00:00" in page
    assert "T14:00:00" in page


@pytest.mark.django_db
def test_daily_command_follows_new_school_holidays_and_goes_on() -> None:
    offer = factories.make_offer()
    rows.write(offer, {"recurrence": value(skips_school_holidays=True)})
    first = offer.dates.earliest("starts_at")
    day = timezone.localdate(first.starts_at)
    SchoolHoliday.objects.create(name="Ferien", first_day=day, last_day=day)
    offer.dates.filter(starts_at__gt=first.starts_at).delete()
    call_command("extend_dates")
    assert not offer.dates.filter(pk=first.pk).exists()
    assert offer.dates.count() > 40
    call_command("extend_dates")


# The form


@pytest.fixture
def draft(client: Client, centre: Any) -> Draft:
    made = complete(client)
    Offer.objects.update(offer_type=factories.make_offer_type(has_schedule=True))
    return made


WEEKLY = {"repeat": "1", "repeat_days": ["1"], "repeat_start": "17:00", "repeat_end": "19:00"}


@pytest.mark.django_db
def test_form_makes_a_rule_and_shows_it_again(draft: Draft) -> None:
    typed = WEEKLY | {
        "repeat_from": "2027-01-12",
        "repeat_skips_school": "on",
        "repeat_cancelled": "19.1.2027; 26.01.2027",
    }
    assert draft.send("ort-und-zeit", **typed).status_code == 302
    stored = Recurrence.objects.get()
    assert (stored.rule, stored.skips_school_holidays, stored.skips_public_holidays) == (TUESDAY, True, True)
    assert stored.cancelled_on == [date(2027, 1, 19), date(2027, 1, 26)]
    assert draft.offer.schedule == Offer.Schedule.REGULAR
    assert timezone.localtime(draft.offer.dates.earliest("starts_at").starts_at) == datetime(
        2027, 1, 12, 17, tzinfo=timezone.get_current_timezone()
    )
    form = draft.get("ort-und-zeit").context["form"]
    assert (form["repeat"].value(), form["repeat_days"].value()) == ("1", [1])
    assert draft.send("ort-und-zeit").status_code == 302
    assert Recurrence.objects.get().cancelled_on == [date(2027, 1, 19), date(2027, 1, 26)]
    assert draft.send("ort-und-zeit", repeat="", repeat_days=[], repeat_start="").status_code == 302
    assert not Recurrence.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (WEEKLY | {"repeat": ""}, "repeat"),
        (WEEKLY | {"repeat_days": []}, "repeat_days"),
        (WEEKLY | {"repeat_start": ""}, "repeat_start"),
        (WEEKLY | {"repeat_end": "16:00"}, "repeat_end"),
        (WEEKLY | {"repeat": "monat"}, "repeat_nth"),
        (WEEKLY | {"repeat": "monat", "repeat_nth": "1", "repeat_days": ["1", "2"]}, "repeat_days"),
        (WEEKLY | {"repeat_from": "2027-02-01", "repeat_until": "2027-01-01"}, "repeat_until"),
        (WEEKLY | {"repeat_cancelled": "im Mai"}, "repeat_cancelled"),
    ],
)
def test_form_with_half_a_rule_says_what_is_missing(draft: Draft, typed: dict[str, Any], field: str) -> None:
    answer = draft.send("ort-und-zeit", **typed)
    assert list(answer.context["form"].errors) == [field]
    assert not Recurrence.objects.exists()


SECOND = {"repeat_2": "1", "repeat_days_2": ["3"], "repeat_start_2": "14:00", "repeat_end_2": "16:00"}


@pytest.mark.django_db
def test_form_takes_another_time_and_offers_the_next_one(draft: Draft) -> None:
    assert draft.send("ort-und-zeit", **WEEKLY, **SECOND).status_code == 302
    assert [(row.rule[-2:], row.begins_at.hour) for row in Recurrence.objects.all()] == [("TU", 17), ("TH", 14)]
    form = draft.get("ort-und-zeit").context["form"]
    assert form["repeat_days_2"].value() == [3]
    assert "repeat_4" in form.fields
    assert draft.send("ort-und-zeit", repeat="", repeat_days=[], repeat_start="").status_code == 302
    assert [row.begins_at.hour for row in Recurrence.objects.all()] == [14]


@pytest.mark.django_db
def test_form_shows_one_time_and_folds_the_next(draft: Draft) -> None:
    groups = {group.rows[0][0].name: group for group in field_groups(draft.get("ort-und-zeit").context["form"])}
    assert (groups["repeat"].is_open, groups["repeat"].follows) == (False, False)
    assert (groups["repeat_2"].is_open, groups["repeat_2"].follows) == (False, True)
    answer = draft.send("ort-und-zeit", **(SECOND | {"repeat_end_2": "13:00"}))
    assert list(answer.context["form"].errors) == ["repeat_end_2"]
    groups = {group.rows[0][0].name: group for group in field_groups(answer.context["form"])}
    assert groups["repeat"].is_open
    assert groups["repeat_2"].is_open


@pytest.mark.django_db
def test_form_refuses_the_same_time_twice(draft: Draft) -> None:
    same = {name.replace("repeat", "repeat", 1) + "_2": value for name, value in WEEKLY.items()}
    answer = draft.send("ort-und-zeit", **WEEKLY, **same)
    assert list(answer.context["form"].errors) == ["repeat_2"]
