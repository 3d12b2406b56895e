"""School holidays: which are missing, who enters them, and what follows for the dates of offers."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from kiportal.common.models import Centre, Job, User
from kiportal.pages import data, overview
from kiportal.pages.setup import set_up
from offers import recurrence, school_holidays
from offers.models import Offer, Recurrence, SchoolHoliday
from tests import factories
from tests.offers.journey import complete

pytestmark = pytest.mark.django_db
LIST = "/arbeitsplatz/ferien/"
TODAY = date(2026, 11, 28)


def enter(name: str, first: date, last: date) -> SchoolHoliday:
    return SchoolHoliday.objects.create(name=name, first_day=first, last_day=last)


def test_missing_names_the_four_holidays_of_the_coming_year() -> None:
    assert school_holidays.missing(TODAY) == [
        *("Weihnachtsferien 2026", "Osterferien 2027", "Sommerferien 2027", "Herbstferien 2027")
    ]
    enter("Weihnachten", date(2026, 12, 23), date(2027, 1, 6))
    enter("Sommer", date(2027, 7, 19), date(2027, 8, 31))
    assert school_holidays.missing(TODAY) == ["Osterferien 2027", "Herbstferien 2027"]


def test_missing_counts_from_the_day_on_which_dates_reached_the_holidays() -> None:
    assert school_holidays.gaps(TODAY)[0].since == date(2025, 12, 27)
    enter("Weihnachten", date(2026, 12, 23), date(2027, 1, 6))
    assert school_holidays.gaps(TODAY)[0].since == date(2026, 3, 28)  # a year before Easter 2027
    enter("Lange", date(2027, 2, 1), date(2028, 2, 1))
    assert school_holidays.gaps(TODAY) == []


def test_missing_is_silent_about_autumn_that_is_just_over() -> None:
    enter("Herbstferien", date(2026, 10, 17), date(2026, 10, 31))
    assert "Herbstferien 2026" not in school_holidays.missing(date(2026, 11, 10))
    SchoolHoliday.objects.all().delete()
    assert "Herbstferien 2026" in school_holidays.missing(date(2026, 10, 10))


@pytest.mark.parametrize("month", range(1, 13))
def test_data_file_covers_every_month_of_two_years(month: int) -> None:
    set_up("kreis-wesel")
    for year in (2026, 2027):
        assert school_holidays.missing(date(year, month, 1)) == []


def test_setup_adds_later_holidays_and_leaves_those_of_the_centre_alone() -> None:
    rows = data.read("reference/school_holidays")["holidays"]
    assert set_up("kreis-wesel")["school_holidays"] == len(rows) == SchoolHoliday.objects.count()
    SchoolHoliday.objects.filter(first_day="2027-07-19").delete()
    assert set_up("kreis-wesel")["school_holidays"] == 0
    SchoolHoliday.objects.filter(first_day__gte="2028-01-01").delete()
    assert set_up("kreis-wesel")["school_holidays"] == sum(row["first_day"] > "2028-01-08" for row in rows)


def test_database_refuses_holidays_that_overlap() -> None:
    enter("Sommer", date(2027, 7, 19), date(2027, 8, 31))
    with pytest.raises(IntegrityError), transaction.atomic():
        enter("Sommer", date(2027, 8, 31), date(2027, 9, 3))


def test_editor_enters_changes_and_deletes(
    client: Client, editor: User, centre: Any, run_jobs: Callable[[], list[Job]]
) -> None:
    client.force_login(editor)
    first = timezone.localdate() + timedelta(days=40)
    offer, other = factories.make_offer(), factories.make_offer()
    for entry, skips in ((offer, True), (other, False)):
        Recurrence.objects.create(
            offer=entry,
            rule="FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR,SA,SU",
            first_on=timezone.localdate(),
            begins_at=time(10),
            skips_school_holidays=skips,
            skips_public_holidays=False,
        )
        recurrence.materialise(entry, timezone.localdate())
    typed = {"name": "Ferien", "first_day": first.isoformat(), "last_day": first.isoformat(), "lock_version": "1"}
    for _time in range(2):
        assert client.post(f"{LIST}neu/", typed).status_code == 302
    holiday = SchoolHoliday.objects.get()
    [job] = run_jobs()
    assert job.result == {"offers": 1}
    assert not offer.dates.filter(starts_at__date=first).exists()
    assert other.dates.filter(starts_at__date=first).exists()
    page = client.get(LIST)
    assert "ein Angebot" in page.text
    later = (first + timedelta(days=1)).isoformat()
    assert client.post(f"{LIST}{holiday.pk}/", typed | {"last_day": later}).status_code == 302
    run_jobs()
    assert not offer.dates.filter(starts_at__date=later).exists()
    stale = client.post(f"{LIST}{holiday.pk}/", typed | {"name": "Andere"})
    assert stale.status_code == 409
    assert client.post(f"{LIST}{holiday.pk}/loeschen/").status_code == 302
    run_jobs()
    assert offer.dates.filter(starts_at__date=first).exists()


@pytest.mark.parametrize(
    ("typed", "wrong", "sentence"),
    [
        ({"name": ""}, "name", ""),
        ({"last_day": "2027-07-01"}, "last_day", "liegt vor dem ersten"),
        ({"first_day": "2027-08-31", "last_day": "2027-09-04"}, "first_day", "stehen schon „Sommerferien“"),
    ],
)
def test_form_says_what_is_wrong(
    client: Client, editor: User, centre: Any, typed: dict[str, str], wrong: str, sentence: str
) -> None:
    enter("Sommerferien", date(2027, 7, 19), date(2027, 8, 31))
    client.force_login(editor)
    full = {"name": "Neu", "first_day": "2027-07-10", "last_day": "2027-07-12", "lock_version": "1"}
    answer = client.post(f"{LIST}neu/", full | typed)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [wrong]
    assert sentence in str(answer.context["form"].errors)
    assert SchoolHoliday.objects.count() == 1


def test_what_is_missing_stands_on_page_home_and_form(client: Client, editor: User, centre: Centre) -> None:
    draft = complete(client)
    Offer.objects.update(offer_type=factories.make_offer_type(has_schedule=True))
    warned = str(draft.get("ort-und-zeit").context["form"]["repeat_skips_school"].help_text)
    assert warned.startswith("Noch nicht eingetragen: ")
    client.force_login(editor)
    assert "Für die nächsten zwölf Monate fehlen Ferien" in client.get(LIST).text
    assert [task.url for task in overview.due_today(editor, centre)].count(LIST) == 1
    first = timezone.localdate()
    enter("Sehr lange Ferien", first - timedelta(days=60), first + timedelta(days=500))
    assert "fehlen Ferien" not in client.get(LIST).text
    assert LIST not in [task.url for task in overview.due_today(editor, centre)]
    client.logout()
    assert draft.get("ort-und-zeit").context["form"]["repeat_skips_school"].help_text == ""
