"""/angebote/feed/: a valid Atom feed of what the list shows, newest first."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree
from pytest_django import DjangoAssertNumQueries

from kiportal.common.models import User
from offers import lifecycle
from offers.models import Offer
from tests import factories

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}
FEED = "/angebote/feed/"


@pytest.fixture(autouse=True)
def _centre(centre: object) -> None:
    """Every feed has its name."""


def read(client: Client, path: str = FEED) -> etree._Element:
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return etree.fromstring(response.content)


def texts(feed: etree._Element, path: str) -> list[str]:
    found = feed.xpath(path, namespaces=ATOM)
    assert isinstance(found, list)
    return [str(getattr(one, "text", one)) for one in found]


def dated(title: str, days: int, **fields: object) -> Offer:
    """Published and last changed so many days ago."""
    moment = timezone.now() - timedelta(days=days)
    offer = factories.make_offer(title, published_at=moment, **fields)
    Offer.objects.filter(pk=offer.pk).update(updated_at=moment)
    return Offer.objects.get(pk=offer.pk)


def test_feed_has_what_atom_asks_for(client: Client) -> None:
    """RFC 4287, 4.1.1 and 4.1.2: id, title, updated, author, alternate and self."""
    offer = dated("Nähkurs <für> alle & \x0b", 3, summary="Wir nähen.", topics=[factories.make_topic(name="Kultur")])
    feed = read(client)
    for path in ("/a:feed/a:id", "/a:feed/a:title", "/a:feed/a:updated", "//a:entry/a:id", "//a:entry/a:updated"):
        assert len(texts(feed, path)) == 1, path
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "de"
    assert (
        texts(feed, "/a:feed/a:id") == texts(feed, "/a:feed/a:link[@rel='self']/@href") == [f"http://testserver{FEED}"]
    )
    assert texts(feed, "/a:feed/a:link[@rel='alternate']/@href") == ["http://testserver/angebote/"]
    assert texts(feed, "//a:entry/a:title") == ["Nähkurs <für> alle & "]
    assert texts(feed, "//a:entry/a:id") == [f"urn:uuid:{offer.uuid}"]
    assert texts(feed, "//a:entry/a:summary") == ["Wir nähen."]
    assert texts(feed, "//a:entry/a:author/a:name") == [offer.provider.name]
    assert texts(feed, "//a:entry/a:category/@term") == ["Kultur"]
    assert texts(feed, "//a:entry/a:link/@href") == [f"http://testserver{offer.get_absolute_url()}"]
    [updated] = texts(feed, "//a:entry/a:updated")
    assert datetime.fromisoformat(updated) == offer.updated_at


def test_newest_and_last_changed_come_first_and_fifty_at_most(client: Client) -> None:
    for days in range(1, 53):
        dated(f"Tag {days}", days)
    Offer.objects.filter(title="Tag 51").update(updated_at=timezone.now())
    found = texts(read(client), "//a:entry/a:title")
    assert found == ["Tag 51", *(f"Tag {days}" for days in range(1, 50))]


def test_feed_takes_the_filters_of_the_list_and_the_list_names_its_feed(client: Client) -> None:
    dated("Chor", 1, topics=[factories.make_topic("kultur", name="Kultur")])
    dated("Beratung", 2)
    page = client.get("/angebote/?thema=kultur&q=chor&sortierung=name&seite=1").text
    address = f"{FEED}?q=chor&amp;thema=kultur"
    assert (
        f'<link rel="alternate" type="application/atom+xml" title="Angebote: Suche: chor, Kultur" href="{address}">'
        in page
    )
    assert f'<a href="{address}" type="application/atom+xml">Als Feed abonnieren</a>' in page
    feed = read(client, f"{FEED}?q=chor&thema=kultur&thema=unbekannt&sortierung=name")
    assert texts(feed, "//a:entry/a:title") == ["Chor"]
    [own] = texts(feed, "/a:feed/a:id")
    assert parse_qs(urlsplit(own).query) == {"q": ["chor"], "thema": ["kultur"]}
    assert texts(feed, "/a:feed/a:title")[0].startswith("Angebote (Suche: chor, Kultur) – ")


def test_english_feed_marks_german_texts(client: Client) -> None:
    dated("Nähkurs", 1)
    feed = read(client, f"/en{FEED}")
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert texts(feed, "//a:entry/a:title/@xml:lang") == ["de"]
    assert texts(feed, "//a:entry/a:link/@href")[0].startswith("http://testserver/en/angebote/")


def test_unchanged_feed_is_not_sent_again(client: Client) -> None:
    offer = dated("Chor", 2)
    first = client.get(FEED)
    assert client.get(FEED, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get(FEED, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    assert client.get(f"{FEED}?q=chor", headers={"If-None-Match": first["ETag"]}).status_code == 200
    Offer.objects.filter(pk=offer.pk).update(updated_at=timezone.now())
    assert client.get(FEED, headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert client.get(FEED, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 200


def test_hidden_entry_leaves_the_feed(client: Client, editor: User) -> None:
    offer = dated("Chor", 2)
    etag = client.get(FEED)["ETag"]
    lifecycle.hide(offer, by=editor, reason="Bitte")
    response = client.get(FEED, headers={"If-None-Match": etag})
    assert response.status_code == 200
    assert "Chor" not in response.text
    assert len(texts(read(client), "/a:feed/a:updated")) == 1


@pytest.mark.parametrize("number", [1, 30])
def test_feed_queries_do_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for _number in range(number):
        factories.make_offer()
    client.get(FEED)
    with django_assert_max_num_queries(12):  # the index of this transaction among them
        client.get(FEED)
