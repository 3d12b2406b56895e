"""The start page: right numbers, nothing that is not public, few queries, no cookie."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from concepts.models import Concept
from kiportal.common.models import Centre, CentreText
from kiportal.pages.start import start
from offers.models import Offer, OfferDate
from tests import factories
from tests.concepts.factories import make_focus, make_period, make_version, store_pdf

pytestmark = pytest.mark.django_db


def _queries(client: Client) -> int:
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get("/").status_code == 200
    return len(captured)


def _fill(number: int) -> None:
    for index in range(number):
        offer = factories.make_offer(kind=Offer.Kind.PROJECT if index % 2 else Offer.Kind.OFFER)
        OfferDate.objects.create(offer=offer, starts_at=timezone.now() + timedelta(days=index + 1))


def test_start_without_setup_still_welcomes(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "Willkommen" in response.text
    assert "Sie bieten selbst etwas an?" in response.text


def test_start_counts_only_what_is_public(centre: Centre) -> None:
    topic, place, other = factories.make_topic("sport"), factories.make_municipality(), factories.make_municipality()
    factories.make_offer(topics=[topic], municipalities=[place])
    factories.make_offer(topics=[topic], municipalities=[], is_countywide=True)
    factories.make_offer(topics=[topic], municipalities=[place], status=Offer.Status.DRAFT)
    factories.make_offer(topics=[topic], municipalities=[place], valid_until=timezone.localdate() - timedelta(days=1))
    factories.make_offer(
        topics=[topic], municipalities=[place], provider=factories.make_organisation(status="archived")
    )

    shown = start(timezone.now())

    assert {row.slug: row.number for row in shown.topics}["sport"] == 2
    numbers = {row.pk: row.number for row in shown.municipalities}
    assert (numbers[place.pk], numbers[other.pk]) == (2, 1)


def test_start_counts_a_countywide_offer_with_places_once(centre: Centre) -> None:
    place = factories.make_municipality()
    factories.make_offer(municipalities=[place], is_countywide=True)
    assert [row.number for row in start(timezone.now()).municipalities] == [1]


def test_start_keeps_offers_and_projects_apart(centre: Centre) -> None:
    old = factories.make_offer("Alt", published_at=timezone.now() - timedelta(days=9))
    for index in range(3):
        factories.make_offer(f"Neu {index}")
    project = factories.make_offer("Projekt", kind=Offer.Kind.PROJECT)

    shown = start(timezone.now())

    assert old not in shown.newest
    assert len(shown.newest) == 3
    assert shown.projects == [project]


def test_start_shows_coming_dates_of_public_offers_only(centre: Centre) -> None:
    now = timezone.now()
    offer, draft = factories.make_offer("Frühstück"), factories.make_offer(status=Offer.Status.DRAFT)
    OfferDate.objects.create(offer=offer, starts_at=now - timedelta(days=1))
    coming = OfferDate.objects.create(offer=offer, starts_at=now + timedelta(days=1))
    OfferDate.objects.create(offer=draft, starts_at=now + timedelta(days=1))

    assert start(now).dates == [coming]


def test_start_hides_drafts_and_internal_words(client: Client, centre: Centre) -> None:
    factories.make_offer("Kanarienvogel", status=Offer.Status.SUBMITTED)
    factories.make_offer(internal_note="Kanarienvogel", submitter_note="Kanarienvogel")
    assert "Kanarienvogel" not in client.get("/").text


def test_start_needs_the_same_few_queries_for_one_and_for_thirty_offers(client: Client, centre: Centre) -> None:
    make_version("adopted", published=True)
    period = make_period("decided")
    make_focus(period)
    _fill(2)
    few = _queries(client)
    _fill(30)
    for _ in range(30):
        make_focus(period)
    assert _queries(client) == few
    assert few <= 17


def test_start_says_what_the_centre_works_on_now(client: Client, centre: Centre) -> None:
    make_focus(make_period("draft", starts_in=800), "Noch nicht beschlossen")
    assert "Woran wir bis" not in client.get("/").text
    period = make_period("decided")
    make_focus(period, "Elementarbereich")
    text = client.get("/").text
    for part in (f"Woran wir bis {period.ends_on.year} arbeiten", "Elementarbereich", "/umsetzung/"):
        assert part in text
    assert "Noch nicht beschlossen" not in text


def test_start_text_falls_back_to_german_and_says_so(client: Client, centre: Centre) -> None:
    CentreText.objects.create(page=CentreText.Page.WELCOME, language="de", title="Willkommen hier", body="<p>Hallo</p>")
    assert 'lang="de" dir="ltr"' in client.get("/en/").text
    assert 'class="start__welcome">' in client.get("/").text


def test_start_sets_no_cookie_and_links_the_other_language(client: Client, centre: Centre) -> None:
    response = client.get("/")
    assert response.cookies == {}
    assert 'href="/en/"' in response.text
    assert 'href="/"' in client.get("/en/").text


def test_topic_tile_leads_to_the_filtered_list(client: Client, centre: Centre) -> None:
    factories.make_topic("wohnen", name="Wohnen")
    place = factories.make_municipality()
    text = client.get("/").text
    assert 'href="/angebote/?thema=wohnen"' in text
    assert f'href="/angebote/?kommune={place.slug}"' in text


def test_start_shows_the_integration_concept_in_force(client: Client, centre: Centre) -> None:
    make_version("adopted", published=True, kind=Concept.Kind.WORKING_PAPER)
    version = make_version("adopted", published=True, title="Integrationskonzept Musterkreis")
    store_pdf(version)
    assert start(timezone.now()).concept == version
    text = client.get("/").text
    part = version.sections.exclude(parent=None).get()
    assert f'href="{part.get_absolute_url()}">Bildung und Erziehung</a>' in text
    assert f'href="{version.concept.get_absolute_url()}"' in text
    assert f'href="{version.get_absolute_url()}konzept.pdf"' in text
    assert "Beschlossen vom Kreistag am" in text


@pytest.mark.parametrize(("status", "published"), [("adopted", False), ("committee", True), ("superseded", True)])
def test_start_shows_no_concept_that_is_not_public_or_not_in_force(
    client: Client, centre: Centre, status: str, published: bool
) -> None:
    version = make_version(status, published=published, title="Zusammen im Musterkreis")
    assert version.title not in client.get("/").text
