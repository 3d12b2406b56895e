"""sitemap.xml: an index of parts, each with every public page in every language and what changed when."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree
from pytest_django import DjangoAssertNumQueries

from actors.models import Organisation
from kiportal.pages import sitemaps
from offers.models import Offer, OfferDate, Programme
from tests import factories
from tests.concepts.factories import make_version

pytestmark = pytest.mark.django_db
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture(autouse=True)
def _centre(centre: object) -> None:
    """Every page has its name."""


def parts(client: Client) -> list[str]:
    response = client.get("/sitemap.xml")
    assert response.headers["Content-Type"] == "application/xml"
    return [address.removeprefix("http://testserver") for address in re.findall("<loc>([^<]*)</loc>", response.text)]


def whole(client: Client) -> str:
    return "".join(client.get(part).text for part in parts(client))


def test_index_leads_to_all_parts(client: Client) -> None:
    assert parts(client) == [f"/sitemap-{name}.xml" for name in sitemaps.SITEMAPS]
    assert client.get("/sitemap-gibt-es-nicht.xml").status_code == 404
    assert client.get("/sitemap-angebote.xml?p=2").status_code == 404


def test_public_pages_are_named_in_every_language(client: Client) -> None:
    offer = factories.make_offer()
    hidden = factories.make_organisation(status=Organisation.Status.PROPOSED)
    draft = factories.make_offer(status=Offer.Status.SUBMITTED, slug="noch-nicht")
    programme = Programme.objects.create(name="Griffbereit", slug="griffbereit", summary="x", strand="bildung")
    text = whole(client)
    for path in (
        *("/", "/impressum/", "/angebote/", "/akteure/", "/programme/", "/konzepte/", "/termine/"),
        *(offer.get_absolute_url(), offer.provider.get_absolute_url(), programme.get_absolute_url()),
    ):
        assert f"<loc>http://testserver{path}</loc>" in text
        assert f"<loc>http://testserver/en{path}</loc>" in text
    assert hidden.slug not in text
    assert str(draft.slug) not in text


def test_pages_name_their_other_languages(client: Client) -> None:
    offer = factories.make_offer()
    root = etree.fromstring(client.get("/sitemap-angebote.xml").content)
    for url in root.findall("s:url", NAMES):
        links = {link.get("hreflang"): link.get("href") for link in url.findall("x:link", NAMES)}
        assert links == {
            "de": f"http://testserver{offer.get_absolute_url()}",
            "en": f"http://testserver/en{offer.get_absolute_url()}",
            "x-default": f"http://testserver{offer.get_absolute_url()}",
        }
    assert len(root) == 2


def test_parts_say_when_pages_changed(client: Client) -> None:
    programme = Programme.objects.create(name="Griffbereit", slug="griffbereit", summary="x", strand="bildung")
    offer = factories.make_offer(programme=programme)
    hidden = factories.make_offer(
        programme=programme, provider=offer.provider, status="hidden", slug="weg", published_at=timezone.now()
    )
    OfferDate.objects.create(offer=offer, starts_at=timezone.now() + timedelta(days=1))
    Organisation.objects.update(updated_at=timezone.now() - timedelta(days=50))
    Offer.objects.filter(pk=offer.pk).update(updated_at=timezone.now() - timedelta(days=20))
    Offer.objects.filter(pk=hidden.pk).update(updated_at=timezone.now() - timedelta(days=2))
    changed = f"<lastmod>{timezone.now() - timedelta(days=20):%Y-%m-%d}</lastmod>"
    for part in ("angebote", "akteure", "programme", "termine"):
        found = re.findall("<lastmod>.*?</lastmod>", client.get(f"/sitemap-{part}.xml").text)
        assert found == [changed] * 2, part
    assert client.get("/sitemap.xml").text.count(changed[9:19]) == 4


def test_long_part_is_cut(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(sitemaps._Translated, "limit", 3)
    offers = [factories.make_offer() for _number in range(4)]
    assert [part for part in parts(client) if "angebote" in part] == [
        "/sitemap-angebote.xml",
        "/sitemap-angebote.xml?p=2",
        "/sitemap-angebote.xml?p=3",
    ]
    pages = []
    for number in (1, 2, 3):
        with django_assert_max_num_queries(2):
            text = client.get(f"/sitemap-angebote.xml?p={number}").text
        pages.append(re.findall("<loc>http://testserver(.*?)</loc>", text))
    assert [len(page) for page in pages] == [3, 3, 2]
    expected = [f"{prefix}{offer.get_absolute_url()}" for offer in offers for prefix in ("", "/en")]
    assert [path for page in pages for path in page] == expected


def test_public_concepts_and_what_is_in_force_are_named(client: Client) -> None:
    first = make_version("superseded", published=True)
    second = make_version("adopted", published=True, concept=first.concept)
    hidden = [make_version("committee"), make_version("adopted"), make_version("draft")]
    text = whole(client)
    chapter, part = second.sections.get(parent=None), second.sections.exclude(parent=None).get()
    for found in (first.concept, second, chapter):
        assert f"<loc>http://testserver{found.get_absolute_url()}</loc>" in text
        assert f"<loc>http://testserver/en{found.get_absolute_url()}</loc>" in text
    for left_out in (first, part, *hidden, *(version.concept for version in hidden)):
        assert f"{left_out.get_absolute_url()}</loc>" not in text
