"""Words searched in vain: what is counted and what is not, and what the centre does with them."""

import re
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kiportal.common.models import User
from offers import vain
from offers.models import HiddenWords, VainSearch
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

PERSON = {"Accept-Language": "de-DE,de;q=0.9", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"}
PAGE = "/arbeitsplatz/suchworte/"


def search(client: Client, query: str, path: str = "/angebote/", **headers: str) -> Any:
    return client.get(
        f"{path}?{query}", headers=PERSON | {name.replace("_", "-"): text for name, text in headers.items()}
    )


def counted() -> list[tuple[str, str, str, int]]:
    return list(VainSearch.objects.order_by("pk").values_list("words", "language", "municipality", "number"))


def rest() -> None:
    """As if the pause between two searches for the same words were over."""
    VainSearch.objects.update(counted_at=timezone.now() - vain.PAUSE)


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


# Counting


def test_search_without_a_hit_is_counted_folded(client: Client) -> None:
    factories.make_offer("Chor")
    factories.make_municipality(slug="netphen")
    search(client, "q=Chor")
    search(client, "q=Suche+einen+Schl%C3%BCsseldienst&kommune=netphen")
    search(client, "q=unicycle", path="/en/angebote/")
    assert counted() == [("schluesseldienst", "de", "netphen", 1), ("unicycle", "en", "", 1)]


def test_single_letter_is_not_counted(client: Client) -> None:
    search(client, "q=a")
    search(client, "q=b1")
    assert [row[0] for row in counted()] == ["b1"]


def test_corrected_search_with_hits_was_not_in_vain(client: Client) -> None:
    factories.make_offer("Nähwerkstatt")
    factories.make_municipality(slug="netphen")
    assert "Meinten Sie" in search(client, "q=Nehwerkstatt").content.decode()
    assert counted() == []
    search(client, "q=Nehwerkstatt&kommune=netphen")
    assert counted() == [("nehwerkstatt", "de", "netphen", 1)]


def test_spelling_typed_last_is_shown(client: Client, staff: Client) -> None:
    search(client, "q=Einbuergerungstest+ueben")
    rest()
    search(client, "q=Einb%C3%BCrgerungstest+%C3%BCben")
    assert counted() == [("einbuergerungstest ueben", "de", "", 2)]
    [row] = staff.get(PAGE).context["rows"]
    assert row["typed"] == "einbürgerungstest üben"
    assert "einbuergerungstest" not in re.sub(r'value="[^"]*"', "", staff.get(PAGE).text)
    assert [missed.words for missed in vain.most_missed()] == ["einbürgerungstest üben"]
    answer = staff.post(f"{PAGE}ausblenden/", {"words": "einbuergerungstest ueben"}, follow=True)
    assert "„einbürgerungstest üben“ ist ausgeblendet" in answer.text
    assert "einbürgerungstest üben" in staff.get(PAGE, {"tage": "ausgeblendet"}).text


def test_two_municipalities_are_none(client: Client) -> None:
    for slug in ("netphen", "siegen"):
        factories.make_municipality(slug=slug)
    search(client, "q=einrad&kommune=netphen&kommune=siegen")
    assert counted() == [("einrad", "de", "", 1)]


@pytest.mark.parametrize(
    "words",
    [
        *("max@example.org", "0271 333-0", "+49 (271) 3330", "Frau Müller 0151/23456789", "DE02120300000000202051"),
        *("https://example.org", "www.example.org", "123456", "!?", "1 2 3 4 5 6"),
        *("Kaiserstraße 61", "Kaiserstr. 61a", "am weg 3", "Marktplatz 1 Siegen", "Lindenallee 7", "Herr Özdemir"),
        *("Frau Müller", "meine Tochter hat keinen Platz bekommen"),
    ],
)
def test_what_looks_like_personal_data_is_not_stored(client: Client, words: str) -> None:
    search(client, f"q={words}".replace("+", "%2B"))
    assert counted() == []


@pytest.mark.parametrize("words", ["57250 Netphen", "Kurs 2027", "B1 B2", "Cup 06", "Kaiserstraße", "Frauen"])
def test_places_years_and_levels_are_words(client: Client, words: str) -> None:
    search(client, f"q={words}")
    assert len(counted()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "python-requests/2.32"},
        {"User-Agent": ""},
        {"Accept-Language": ""},
        {"Cache-Control": "max-age=0"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Referer": "http://testserver/angebote/?q=EINRAD"},
        {"HX-Current-URL": "http://testserver/angebote/?q=einrad&thema=sport", "HX-Request": "true"},
    ],
)
def test_machines_and_repetitions_are_not_counted(client: Client, headers: dict[str, str]) -> None:
    assert search(client, "q=Einrad", **headers).status_code == 200
    assert counted() == []


def test_other_words_on_the_same_page_are_counted_with_htmx_too(client: Client) -> None:
    search(client, "q=Einrad", HX_Request="true", HX_Current_URL="http://testserver/angebote/?q=hochrad")
    assert counted() == [("einrad", "de", "", 1)]


def test_further_page_and_head_are_not_counted(client: Client) -> None:
    search(client, "q=Einrad&seite=2")
    client.head("/angebote/?q=Einrad", headers=PERSON)
    assert counted() == []


def test_same_words_count_once_in_a_while(client: Client) -> None:
    for _number in range(3):
        search(client, "q=Einrad")
    assert counted() == [("einrad", "de", "", 1)]
    rest()
    search(client, "q=Einrad")
    assert counted() == [("einrad", "de", "", 2)]


def test_day_holds_a_limited_number_of_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vain, "ROWS_A_DAY", 2)
    for word in ("einrad", "hochrad", "dreirad"):
        search(client, f"q={word}")
    assert [row[0] for row in counted()] == ["einrad", "hochrad"]


def test_nothing_of_the_person_is_stored(client: Client) -> None:
    client.get("/angebote/?q=Einrad", headers=PERSON, REMOTE_ADDR="203.0.113.77")
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM offers_vainsearch AS t")
        [(text,)] = cursor.fetchall()
    assert "203.0.113" not in text
    assert "Mozilla" not in text
    assert {field.name for field in VainSearch._meta.concrete_fields} == {
        *("id", "day", "words", "typed", "language", "municipality", "number", "counted_at")
    }


def test_counting_is_one_statement_and_only_without_a_hit(client: Client) -> None:
    factories.make_offer("Chor")
    client.get("/angebote/?q=Chor")
    numbers = {}
    for query, headers in (("q=Einrad", {}), ("q=Einrad", PERSON), ("q=Chor", {}), ("q=Chor", PERSON)):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/angebote/?{query}", headers=headers)
        numbers[query, bool(headers)] = len([1 for entry in queries if "SAVEPOINT" not in entry["sql"]])
    assert numbers["q=Chor", True] == numbers["q=Chor", False]
    assert [entry["sql"] for entry in queries if "vainsearch" in entry["sql"]] == []
    VainSearch.objects.all().delete()
    with CaptureQueriesContext(connection) as queries:
        client.get("/angebote/?q=Einrad", headers=PERSON)
    assert len([1 for entry in queries if "vainsearch" in entry["sql"]]) == 1


def test_page_goes_on_when_counting_fails(client: Client) -> None:
    with mock.patch("offers.vain._COUNT", "SELECT 1 / 0"):
        assert search(client, "q=Einrad").status_code == 200
    with mock.patch("offers.vain.transaction.atomic", side_effect=OperationalError):
        assert search(client, "q=Einrad").status_code == 200
    assert counted() == []


# What the centre sees


def note(words: str, days_ago: int = 0, number: int = 1, municipality: str = "", language: str = "de") -> None:
    day = timezone.localdate() - timedelta(days=days_ago)
    VainSearch.objects.create(
        day=day,
        words=words,
        typed=words,
        language=language,
        municipality=municipality,
        number=number,
        counted_at=timezone.now(),
    )


def test_page_adds_up_the_days(staff: Client) -> None:
    place = factories.make_municipality("Netphen", slug="netphen")
    note("einrad", number=2, municipality=place.slug)
    note("einrad", days_ago=29, number=3)
    note("einrad", days_ago=30, number=7)
    note("chor", days_ago=89, number=4, language="en")
    page = staff.get(PAGE)
    assert [(row["words"], row["total"], row["places"]) for row in page.context["rows"]] == [("einrad", 5, ["Netphen"])]
    assert page.context["chart"] == [("einrad", 5)]
    rows = staff.get(PAGE, {"tage": "90"}).context["rows"]
    assert [(row["words"], row["total"]) for row in rows] == [("einrad", 12), ("chor", 4)]
    assert staff.get(PAGE, {"tage": "x"}).context["days"] == 30


def test_gap_is_filled_in_with_words_and_municipality(staff: Client) -> None:
    place = factories.make_municipality("Netphen", slug="netphen")
    note("einrad", municipality="netphen")
    [row] = staff.get(PAGE).context["rows"]
    form = staff.get(row["need_url"]).context["form"]
    assert (form["text"].value(), form["municipality"].value()) == ("einrad", place.slug)


def test_hidden_words_stay_away_and_come_back(staff: Client) -> None:
    note("asdf")
    assert staff.post(f"{PAGE}ausblenden/", {"words": "asdf", "tage": "90"})["Location"] == f"{PAGE}?tage=90"
    staff.post(f"{PAGE}ausblenden/", {"words": "asdf"})
    assert staff.get(PAGE).context["rows"] == []
    hidden = HiddenWords.objects.get()
    assert "asdf" in staff.get(PAGE, {"tage": "ausgeblendet"}).content.decode()
    staff.post(f"{PAGE}{hidden.pk}/einblenden/")
    assert [row["words"] for row in staff.get(PAGE).context["rows"]] == ["asdf"]


def test_workspace_tells_how_many_words(staff: Client) -> None:
    for words in ("einrad", "chor"):
        note(words)
        note(words, days_ago=1)
    note("alt", days_ago=40)
    assert staff.get("/arbeitsplatz/").context["figures"].vain_words == 2


def test_page_needs_as_many_queries_for_thirty_words_as_for_one(staff: Client) -> None:
    staff.get(PAGE)
    numbers = []
    for count in (1, 29):
        for number in range(count):
            note(f"wort {count} {number}", municipality="netphen")
        with CaptureQueriesContext(connection) as queries:
            staff.get(PAGE)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 12


def test_words_go_after_thirteen_months() -> None:
    for days in (395, 397):
        note("einrad", days_ago=days)
    call_command("purge", verbosity=0)
    assert VainSearch.objects.count() == 1
