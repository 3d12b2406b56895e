"""Results of the public list that a process keeps: the same as if they were made anew, and gone with every change."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actors.models import Organisation
from kiportal.common import roles
from offers.models import Offer, VainSearch
from tests import factories

# With a transaction around the test every request would take the offers for just written, and keep nothing.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("centre")]

LIST = "/angebote/"


def page(client: Client, address: str = LIST, **headers: str) -> str:
    answer = client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == 200
    return answer.content.decode()


@contextmanager
def cards_read(number: int) -> Iterator[None]:
    """So often the columns of cards are asked for."""
    with CaptureQueriesContext(connection) as queries:
        yield
    asked = [query["sql"] for query in queries.captured_queries if '"offers_offer"."summary"' in query["sql"]]
    assert len(asked) == number, asked


def test_second_reader_gets_the_same_without_asking_for_offers() -> None:
    factories.make_offer("Nähcafé", topics=[factories.make_topic("schule")])
    with cards_read(1):
        first = page(Client(), f"{LIST}?thema=schule")
    with cards_read(0):
        again = page(Client(), f"{LIST}?thema=schule")
    assert "Nähcafé" in first
    assert again == first


def test_change_of_an_offer_shows_at_once() -> None:
    offer = factories.make_offer("Nähcafé")
    assert "Nähcafé" in page(Client())
    Offer.objects.filter(pk=offer.pk).update(title="Nähwerkstatt")
    assert "Nähwerkstatt" in page(Client())
    factories.make_offer("Lesekreis")
    assert "Lesekreis" in page(Client())
    Offer.objects.filter(pk=offer.pk).update(status=Offer.Status.ARCHIVED)
    assert "Nähwerkstatt" not in page(Client())


def test_change_of_the_provider_or_of_a_value_shows_at_once() -> None:
    topic = factories.make_topic("schule", name="Schule")
    offer = factories.make_offer(topics=[topic], provider=factories.make_organisation("Brücke e. V."))
    assert "Brücke e. V." in page(Client())
    Organisation.objects.filter(pk=offer.provider_id).update(name="Steg e. V.")
    assert "Steg e. V." in page(Client())
    type(topic).objects.filter(pk=topic.pk).update(name="Schule und Hort")
    assert "Schule und Hort" in page(Client())


def test_offer_that_has_ended_is_gone_the_next_day(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.make_offer("Sommerfest", valid_until=timezone.localdate())
    assert "Sommerfest" in page(Client())
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert "Sommerfest" not in page(Client())


def test_language_script_and_address_have_results_of_their_own() -> None:
    factories.make_offer("Nähcafé")
    whole, part = page(Client()), page(Client(), HX_Request="true")
    assert "<header" in whole
    assert "<header" not in part
    assert part.lstrip().startswith("<title>")
    assert "<title>" in page(Client(), HX_Request="true")
    assert "Was suchen Sie?" in page(Client())
    assert "Was suchen Sie?" not in page(Client(), "/en/angebote/")
    assert 'value="Näh"' in page(Client(), f"{LIST}?q=N%C3%A4h")
    assert 'value="Näh"' not in page(Client())


def test_nothing_of_a_reader_is_kept_for_the_next() -> None:
    factories.make_offer("Nähcafé")
    staff = Client()
    staff.force_login(factories.make_user(roles.EDITOR))
    as_staff = page(staff)
    as_stranger = page(Client())
    assert "/arbeitsplatz/" in as_staff
    assert "/arbeitsplatz/" not in as_stranger
    assert "csrfmiddlewaretoken" not in as_stranger


def test_search_in_vain_is_counted_each_time_somebody_looks() -> None:
    factories.make_offer("Chor")
    person = {"Accept-Language": "de-DE", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"}
    for _search in range(2):
        page(Client(), f"{LIST}?q=Schl%C3%BCsseldienst", **person)
        VainSearch.objects.update(counted_at=timezone.now() - timedelta(days=1))
    assert [row.number for row in VainSearch.objects.all()] == [2]


def test_only_so_many_are_kept() -> None:
    factories.make_offer("Nähcafé")
    most = caches["process"]._max_entries
    for number in range(most + 10):
        page(Client(), f"{LIST}?u={number}", HX_Request="true")
    assert len(caches["process"]._cache) <= most
