"""What pages say to search engines: JSON-LD with what is public, and nothing that could end its element."""

import json
import re
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from actors import consents
from actors.models import ContactPerson
from kiportal.common.models import Consent
from offers.models import Offer, OfferDate, OpeningHours, Programme
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _centre(centre: object) -> None:
    """Every page shows the centre's name."""


def read(client: Client, path: str) -> dict[str, dict[str, Any]]:
    """The nodes of the page by their type; of several the first."""
    return {node["@type"]: node for node in reversed(nodes(client, path))}


def nodes(client: Client, path: str) -> list[dict[str, Any]]:
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(path).text, re.DOTALL)
    data = json.loads(text)
    assert data["@context"] == "https://schema.org"
    found: list[dict[str, Any]] = data["@graph"]
    return found


def test_offer_is_a_service_with_its_dates_as_events(client: Client) -> None:
    contact = ContactPerson.objects.create(
        organisation=factories.make_organisation("Nadel und Faden"), function="Büro", name="Zoë", phone="0271 1"
    )
    offer = factories.make_offer(
        "Nähkurs",
        summary="Wir nähen.",
        provider=contact.organisation,
        contact=contact,
        languages=[factories.make_language("ar")],
        municipalities=[factories.make_municipality("Siegen")],
        street="Markt 1",
        postcode="57072",
        city="Siegen",
    )
    OpeningHours.objects.create(offer=offer, weekday=2, opens_at=time(9), closes_at=time(11))
    start = timezone.make_aware(timezone.datetime(2031, 7, 1, 18, 30))
    for day in range(7):
        OfferDate.objects.create(
            offer=offer, starts_at=start + timedelta(days=day), ends_at=start + timedelta(days=day, hours=2)
        )
    found = nodes(client, offer.get_absolute_url())
    assert [node["@type"] for node in found] == ["Service", *["Event"] * 5, "BreadcrumbList"]
    service, event = found[0], found[1]
    url = f"http://testserver{offer.get_absolute_url()}"
    assert (service["name"], service["description"], service["url"]) == ("Nähkurs", "Wir nähen.", url)
    assert service["provider"]["name"] == "Nadel und Faden"
    assert service["areaServed"] == [{"@type": "City", "name": "Siegen"}]
    assert service["availableChannel"]["availableLanguage"] == ["ar"]
    assert service["availableChannel"]["servicePhone"] == {
        "@type": "ContactPoint",
        "contactType": "Büro",
        "telephone": "0271 1",
    }
    assert service["hoursAvailable"][0]["dayOfWeek"] == "https://schema.org/Wednesday"
    assert service["offers"]["price"] == "0"
    assert (event["startDate"], event["endDate"]) == ("2031-07-01T18:30:00+02:00", "2031-07-01T20:30:00+02:00")
    assert event["location"][0]["address"]["addressLocality"] == "Siegen"
    assert event["about"] == {"@id": service["@id"]}
    places = [(item["position"], item["name"], item["item"]) for item in found[-1]["itemListElement"]]
    assert places == [
        (1, "Startseite", "http://testserver/"),
        (2, "Angebote", "http://testserver/angebote/"),
        (3, "Nähkurs", url),
    ]


def test_name_appears_with_consent_only(client: Client) -> None:
    contact = ContactPerson.objects.create(
        organisation=factories.make_organisation(), function="Leitung", name="Zoë Zwerg", phone="0271 1"
    )
    offer = factories.make_offer(provider=contact.organisation, contact=contact)
    pages = [offer.get_absolute_url(), contact.organisation.get_absolute_url()]
    assert all("Zoë" not in json.dumps(nodes(client, page), ensure_ascii=False) for page in pages)
    consents.record(contact, wording="Ja", channel=Consent.Channel.MAIL, given_on=timezone.localdate())
    assert all("Zoë Zwerg" in json.dumps(nodes(client, page), ensure_ascii=False) for page in pages)


def test_nothing_internal_is_said(client: Client) -> None:
    offer = factories.make_offer(
        internal_note="zwergdommel", submitter_note="zwergdommel", submitter_email="zwergdommel@example.org"
    )
    offer.provider.internal_note = "zwergdommel"
    offer.provider.save()
    for page in (offer.get_absolute_url(), offer.provider.get_absolute_url()):
        assert "zwergdommel" not in json.dumps(nodes(client, page))


def test_no_text_ends_the_element(client: Client) -> None:
    offer = factories.make_offer("</script><script>alert(1)</script>", summary="<!-- <script> & ]]>")
    page = client.get(offer.get_absolute_url()).text
    assert "</script><script>alert" not in page
    assert read(client, offer.get_absolute_url())["Service"]["name"] == offer.title


def test_closed_offer_announces_no_events(client: Client) -> None:
    offer = factories.make_offer(is_closed=True)
    OfferDate.objects.create(offer=offer, starts_at=timezone.now() + timedelta(days=1))
    assert "Event" not in read(client, offer.get_absolute_url())


def test_online_offer_has_a_place_on_the_web(client: Client) -> None:
    offer = factories.make_offer(is_on_site=False, is_online=True, website="https://kurs.example.org/")
    OfferDate.objects.create(offer=offer, starts_at=timezone.now() + timedelta(days=1))
    event = read(client, offer.get_absolute_url())["Event"]
    assert event["location"] == [{"@type": "VirtualLocation", "url": "https://kurs.example.org/"}]
    assert event["eventAttendanceMode"] == "https://schema.org/OnlineEventAttendanceMode"


def test_organisation_and_programme_say_who_they_are(client: Client) -> None:
    organisation = factories.make_organisation(
        "Schule am Markt", kind="schule", city="Siegen", phone="0271 2", description="<p>Wir <b>lernen</b>.</p>"
    )
    school = read(client, organisation.get_absolute_url())["School"]
    assert (school["name"], school["telephone"], school["description"]) == ("Schule am Markt", "0271 2", "Wir lernen.")
    programme = Programme.objects.create(
        name="Rucksack", slug="rucksack", summary="Eltern", strand="bildung", translations={"en": {"name": "Backpack"}}
    )
    assert read(client, f"/en{programme.get_absolute_url()}")["Service"]["name"] == "Backpack"


def test_countywide_offer_serves_the_county(client: Client) -> None:
    offer: Offer = factories.make_offer(is_countywide=True, municipalities=[])
    area = read(client, offer.get_absolute_url())["Service"]["areaServed"]
    assert area == [{"@type": "AdministrativeArea", "name": "Musterkreis"}]
