"""District, point on the map, social page, funding, cost range, office hours: from every form to every page."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actors.models import ContactPerson
from kiportal.common.models import User
from offers import changes, lifecycle
from offers.calendar import location
from offers.forms.care import CareForm
from offers.forms.staff import StaffOfferForm
from offers.forms.submission import STEPS
from offers.models import Offer
from offers.resources import OfferResource, PublicOfferResource
from offers.resources.mapping import guesses
from offers.review.findings import examine
from offers.upkeep import link_checks
from tests import factories
from tests.offers.journey import complete
from tests.offers.pages import html
from tests.offers.tables import carry_out, csv_bytes, messages_of, upload
from tests.offers.test_brochure import html_of
from tests.offers.test_staff_views import filled
from tests.offers.test_structured import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

SIMPLE = {
    "district": "Weidenau",
    "social_url": "https://netz.example.org/@naehkurs",
    "funding_note": "gefördert vom Land Nordrhein-Westfalen",
    "project_cost_range": "etwa 3.000 Euro im Jahr",
}
POINT = {"latitude": Decimal("50.894620"), "longitude": Decimal("8.021930")}
HOURS = "dienstags 14 bis 16 Uhr"
MAP = "https://www.openstreetmap.org/?mlat=50.89462&amp;mlon=8.02193#map=17/50.89462/8.02193"


def make_project(**values: Any) -> Offer:
    provider = factories.make_organisation()
    contact = ContactPerson.objects.create(
        organisation=provider, function="Kursbüro", phone="0271 1", office_hours=HOURS
    )
    rich = dict.fromkeys(("project_goal", "project_needs"), "<p>Ein Satz.</p>")
    fields: dict[str, Any] = {"city": "Siegen", "postcode": "57072", **rich, **SIMPLE, **POINT}
    return factories.make_offer(kind=Offer.Kind.PROJECT, provider=provider, contact=contact, **(fields | values))


# Forms


def test_steps_keep_the_further_fields(client: Client) -> None:
    draft = complete(client)
    Offer.objects.update(kind=Offer.Kind.PROJECT)
    draft.send("projekt", project_cost_range=SIMPLE["project_cost_range"])
    draft.send("ort-und-zeit", district="Weidenau")
    draft.send("gut-zu-wissen", funding_note=SIMPLE["funding_note"])
    draft.send("kontakt", social_url="netz.example.org/@naehkurs", contact_office_hours=HOURS)
    offer = draft.offer
    assert {name: getattr(offer, name) for name in SIMPLE} == SIMPLE
    assert offer.contact is not None
    assert offer.contact.office_hours == HOURS


def test_coordinates_are_asked_of_staff_only() -> None:
    asked = [*(step.form.base_fields for step in STEPS), CareForm.base_fields]
    assert not any(POINT.keys() & names.keys() for names in asked)
    assert not POINT.keys() & set(changes.FIELDS)
    assert POINT.keys() <= StaffOfferForm.base_fields.keys()


def test_cost_range_is_asked_of_projects_only() -> None:
    for kind in Offer.Kind.values:
        form = CareForm(instance=factories.make_offer(kind=kind), proposal=None)
        assert ("project_cost_range" in form.fields) == (kind == Offer.Kind.PROJECT)


@pytest.mark.parametrize("address", ["ftp://netz.example.org/", "javascript:alert(1)", "kein netz"])
def test_social_page_that_is_no_web_address_is_refused(client: Client, address: str) -> None:
    answer = complete(client).send("kontakt", social_url=address)
    assert set(answer.context["form"].errors) == {"social_url"}


def test_office_hours_alone_are_no_contact(client: Client) -> None:
    draft = complete(client)
    answer = draft.send("kontakt", contact_function="", contact_phone="", contact_email="", contact_office_hours=HOURS)
    assert {"contact_function", "contact_phone"} <= set(answer.context["form"].errors)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ({"latitude": "50,89462", "longitude": "8,02193"}, POINT),
        ({"latitude": "50.89462", "longitude": "8.02193"}, POINT),
        ({"latitude": "50.89462, 8.02193", "longitude": ""}, POINT),
        ({"latitude": "50,89462; 8,02193"}, POINT),
        ({"latitude": "50.8946200012", "longitude": "8.0219300049"}, POINT),
        ({"latitude": "", "longitude": ""}, {"latitude": None, "longitude": None}),
    ],
)
def test_staff_enter_a_point_as_maps_show_it(
    client: Client, editor: User, typed: dict[str, str], stored: dict[str, Any]
) -> None:
    offer = make_project(latitude=None, longitude=None)
    client.force_login(editor)
    page = reverse("offers:staff_offer_edit", args=[offer.pk])
    answer = client.post(page, filled(client.get(page).context["form"]) | typed)
    assert answer.status_code == 302, answer.context["form"].errors
    offer.refresh_from_db()
    assert {name: getattr(offer, name) for name in POINT} == stored


def test_point_that_nobody_touches_stays(client: Client, editor: User) -> None:
    offer = make_project()
    client.force_login(editor)
    form = client.get(reverse("offers:staff_offer_edit", args=[offer.pk])).context["form"]
    again = StaffOfferForm(filled(form), instance=Offer.objects.get(pk=offer.pk))
    assert (form["latitude"].value(), again.is_valid()) == ("50,89462", True)
    assert not POINT.keys() & set(again.changed_data)


@pytest.mark.parametrize(
    ("typed", "failed"),
    [
        ({"latitude": "50,89", "longitude": ""}, "longitude"),
        ({"latitude": "", "longitude": "8,02"}, "latitude"),
        ({"latitude": "8,02", "longitude": "50,89"}, "latitude"),
        ({"latitude": "50,89", "longitude": "zwölf"}, "longitude"),
        ({"latitude": "NaN", "longitude": "8,02"}, "latitude"),
        ({"latitude": "Infinity", "longitude": "8,02"}, "latitude"),
        ({"latitude": "1e30", "longitude": "8,02"}, "latitude"),
    ],
)
def test_point_that_cannot_be_is_refused_with_a_sentence(typed: dict[str, str], failed: str) -> None:
    offer = make_project()
    form = StaffOfferForm(filled(StaffOfferForm(instance=offer)) | typed, instance=offer)
    assert failed in form.errors
    assert form.non_field_errors() == []


@pytest.mark.parametrize("values", [{"longitude": None}, {"latitude": None}, {"latitude": Decimal(8)}])
def test_database_refuses_half_a_point_and_one_far_away(values: dict[str, Any]) -> None:
    offer = make_project()
    with pytest.raises(IntegrityError, match="offers_offer_coordinates"), transaction.atomic():
        Offer.objects.filter(pk=offer.pk).update(**values)
    for name, value in values.items():
        setattr(offer, name, value)
    with pytest.raises(ValidationError):
        offer.full_clean()


# Changes that are proposed


def test_change_of_the_further_fields_is_proposed_and_accepted(editor: User) -> None:
    offer = make_project(**dict.fromkeys(SIMPLE, ""), submitter_email="a@example.org")
    new = SIMPLE | {"contact_office_hours": "montags"}
    proposed = changes.between(offer, new)
    assert set(proposed) == set(new)
    assert proposed["contact_office_hours"] == {"old": HOURS, "new": "montags"}
    assert changes.label("contact_office_hours") == "Kontakt: Sprechzeiten"
    member = factories.make_user("provider", organisation=offer.provider)
    proposal = lifecycle.propose(offer, proposed, by=member, message="", email="a@example.org")
    assert proposal is not None
    lifecycle.accept_proposal(proposal, {"district", "contact_office_hours"}, by=editor)
    stored = Offer.objects.get(pk=offer.pk)
    assert (stored.district, stored.social_url) == ("Weidenau", "")
    assert stored.contact is not None
    assert stored.contact.office_hours == "montags"


# Pages


def test_page_shows_the_further_fields(client: Client) -> None:
    page = html(client, make_project().get_absolute_url())
    for words in ("57072 Siegen (Weidenau)", HOURS, *(SIMPLE[name] for name in ("funding_note", "project_cost_range"))):
        assert words in page, words
    assert f'href="{SIMPLE["social_url"]}" rel="external noreferrer"' in page
    assert f'<a href="{MAP}" rel="external noreferrer">Auf der Karte zeigen' in page
    assert page.count("openstreetmap.org") == 1  # the link, and nothing that is loaded


def test_page_without_them_says_nothing_of_them(client: Client) -> None:
    page = html(client, factories.make_offer().get_absolute_url())
    assert not any(words in page for words in ("openstreetmap", "Förderung", "Kostenrahmen", "Sprechzeiten"))


def test_brochure_prints_them() -> None:
    make_project()
    text = html_of()
    for words in ("57072 Siegen (Weidenau)", SIMPLE["funding_note"], HOURS):
        assert words in text, words
    assert "openstreetmap" not in text


@pytest.mark.parametrize(
    ("values", "town"),
    [
        ({}, "57072 Siegen (Weidenau)"),
        ({"district": ""}, "57072 Siegen"),
        ({"postcode": "", "city": ""}, "Weidenau"),
        ({"postcode": ""}, "Siegen (Weidenau)"),
    ],
)
def test_town_says_what_is_known(values: dict[str, str], town: str) -> None:
    offer = make_project(**values)
    assert (offer.town, location(offer)) == (town, town)


def test_search_finds_the_district(client: Client) -> None:
    make_project(title="Nähkurs")
    assert "Nähkurs" in html(client, "/angebote/?q=Weidenau")
    assert "Nähkurs" not in html(client, "/angebote/?q=Geisweid")


def test_search_engines_read_the_point_the_page_and_the_hours(client: Client) -> None:
    channel = (service := read(client, make_project().get_absolute_url())["Service"])["availableChannel"]
    assert channel["serviceLocation"]["geo"] == {"@type": "GeoCoordinates", "latitude": 50.89462, "longitude": 8.02193}
    assert channel["servicePhone"]["hoursAvailable"]["description"] == HOURS
    assert service["sameAs"] == [SIMPLE["social_url"]]


def test_point_of_a_place_that_is_not_visited_is_not_told(client: Client) -> None:
    offer = make_project(is_on_site=False, is_online=True)
    assert "GeoCoordinates" not in client.get(offer.get_absolute_url()).text
    assert "openstreetmap" not in client.get(offer.get_absolute_url()).text


def test_review_and_link_checks_look_at_the_social_page(editor: User) -> None:
    offer = make_project(website="https://verein.example.org/")
    links = next(finding for finding in examine(offer, by=editor) if finding.title == "Links").links
    assert [link.url for link in links] == ["https://verein.example.org/", SIMPLE["social_url"]]
    today = timezone.localdate()
    assert {source.url for source in link_checks.sources(today)} == {link.url for link in links}
    assert [source.url for source in link_checks.sources(today, {SIMPLE["social_url"]})] == [SIMPLE["social_url"]]


def test_review_helps_to_find_the_point_that_is_missing(editor: User) -> None:
    offer = make_project(street="Markt 1", latitude=None, longitude=None)
    [finding] = [finding for finding in examine(offer, by=editor) if finding.title == "Karte"]
    assert finding.links[0].url == "https://www.openstreetmap.org/search?query=Markt+1%2C+57072+Siegen"
    for values in ({"is_on_site": False}, {"street": ""}, {**POINT}):
        other = make_project(**({"street": "Markt 1", "latitude": None, "longitude": None} | values))
        assert all(finding.title != "Karte" for finding in examine(other, by=editor))


# Tables


def test_tables_hold_the_further_fields() -> None:
    offer = make_project()
    for resource in (OfferResource(), PublicOfferResource()):
        row = dict(zip(resource.headers, resource.texts(resource.rows().get(pk=offer.pk)), strict=True))
        assert (row["Breitengrad"], row["Längengrad"], row["Ortsteil"]) == ("50,89462", "8,02193", "Weidenau")
        assert (row["Förderung"], row["Kostenrahmen"]) == (SIMPLE["funding_note"], SIMPLE["project_cost_range"])
        assert (row["Kontakt: Sprechzeiten"], row["Seite in einem sozialen Netzwerk"]) == (HOURS, SIMPLE["social_url"])


def test_import_reads_the_further_fields(editor: User) -> None:
    factories.make_organisation("Verein Brücke")
    values = {
        "Titel": "Nähkurs",
        "Träger": "Verein Brücke",
        "Ortsteil": "Weidenau",
        "Breitengrad": "50.89462",
        "Längengrad": "8,02193",
        "Seite in einem sozialen Netzwerk": "netz.example.org/@naehkurs",
        "Förderung": SIMPLE["funding_note"],
        "Kostenrahmen": SIMPLE["project_cost_range"],
        "Kontakt: Funktion": "Büro",
        "Kontakt: Telefon": "0271 1",
        "Kontakt: Sprechzeiten": HOURS,
    }
    carry_out(upload(csv_bytes([list(values), list(values.values())]), "angebote", editor), editor)
    offer = Offer.objects.get()
    assert {name: getattr(offer, name) for name in SIMPLE | POINT} == SIMPLE | POINT
    assert offer.contact is not None
    assert offer.contact.office_hours == HOURS


def test_headings_of_others_are_understood() -> None:
    headers = ["Stadtteil", "Lat", "Lng", "Instagram", "Gefördert durch", "Sprechstunde", "Budget"]
    assert guesses(OfferResource(), headers) == [
        *("district", "latitude", "longitude", "social_url", "funding_note", "contact_office_hours"),
        "project_cost_range",
    ]


@pytest.mark.parametrize(
    ("latitude", "longitude", "message"),
    [
        ("50,89", "", "Breitengrad und Längengrad gehören zusammen"),
        ("fünfzig", "8,02", "Breitengrad: „fünfzig“ ist keine Koordinate."),
        ("8,02", "50,89", "Breitengrad: Dieser Punkt liegt nicht in Deutschland."),
        ("NaN", "8,02", "Breitengrad: "),
        ("1e40", "8,02", "Breitengrad: "),
    ],
)
def test_point_that_cannot_be_stops_an_import(editor: User, latitude: str, longitude: str, message: str) -> None:
    factories.make_organisation("Verein Brücke")
    rows = [["Titel", "Träger", "Breitengrad", "Längengrad"], ["Kurs", "Verein Brücke", latitude, longitude]]
    found = messages_of(upload(csv_bytes(rows), "angebote", editor))
    assert message in found[2][0]


def test_contacts_with_other_office_hours_are_not_the_same(editor: User) -> None:
    factories.make_organisation("Verein Brücke")
    heads = ["Titel", "Träger", "Kontakt: Funktion", "Kontakt: Telefon", "Kontakt: Sprechzeiten"]
    rows = [heads, *([title, "Verein Brücke", "Büro", "1", hours] for title, hours in (("A", ""), ("B", HOURS)))]
    carry_out(upload(csv_bytes(rows), "angebote", editor), editor)
    assert {offer.title: offer.contact.office_hours for offer in Offer.objects.all()} == {  # type: ignore[union-attr]
        "A": "",
        "B": HOURS,
    }
