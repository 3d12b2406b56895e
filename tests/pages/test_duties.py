"""The pages every public body owes, robots.txt and sitemap.xml."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from actors.models import ContactPerson, FunderNote, Organisation
from kiportal.common.models import Centre, CentreText, Consent
from tests import factories

pytestmark = pytest.mark.django_db

PAGES = {
    "/ueber-uns/": CentreText.Page.ABOUT,
    "/kontakt/": CentreText.Page.CONTACT,
    "/impressum/": CentreText.Page.IMPRINT,
    "/datenschutz/": CentreText.Page.PRIVACY,
    "/barrierefreiheit/": CentreText.Page.ACCESSIBILITY,
    "/leichte-sprache/": CentreText.Page.EASY_LANGUAGE,
    "/gebaerdensprache/": CentreText.Page.SIGN_LANGUAGE,
}


@pytest.mark.parametrize(("path", "page"), PAGES.items())
def test_duty_page_shows_the_text_of_the_centre(client: Client, centre: Centre, path: str, page: str) -> None:
    CentreText.objects.create(page=page, language="de", title="Überschrift der Seite", body="<p>Unser Text</p>")
    response = client.get(path)
    assert response.status_code == 200
    assert "<h1>Überschrift der Seite</h1>" in response.text
    assert "<p>Unser Text</p>" in response.text
    assert response.cookies == {}


@pytest.mark.parametrize("path", PAGES)
def test_duty_page_without_setup_says_that_its_text_is_missing(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert "Dieser Text fehlt noch" in response.text


def test_duty_page_takes_the_language_of_the_page(client: Client, centre: Centre) -> None:
    for language, title in (("de", "Impressum"), ("en", "Imprint")):
        CentreText.objects.create(page="impressum", language=language, title=title, body=f"<p>{title}</p>")
    assert "<h1>Imprint</h1>" in client.get("/en/impressum/").text
    assert "<h1>Impressum</h1>" in client.get("/impressum/").text


def test_duty_page_in_german_only_is_marked_as_german(client: Client, centre: Centre) -> None:
    CentreText.objects.create(page="impressum", language="de", title="Impressum", body="<p>Text</p>")
    text = client.get("/en/impressum/").text
    assert '<div class="prose" lang="de" dir="ltr">' in text
    assert "kern-alert--info" in text
    assert "kern-alert--info" not in client.get("/impressum/").text


def test_contact_page_shows_address_and_team_without_names_that_lack_consent(client: Client) -> None:
    factories.make_centre(street="Musterweg 1", postcode="12345", city="Musterstadt", phone="0123 456")
    county = factories.make_organisation("Kreis", kind=Organisation.Kind.COUNTY)
    consent = Consent.objects.create(
        purpose="publish-name", wording="Ja", given_on="2026-01-01", channel="letter", withdrawn_on=None
    )
    ContactPerson.objects.create(
        organisation=county, function="Leitung", name="Dana Offen", phone="0123 1", consent=consent
    )
    ContactPerson.objects.create(organisation=county, function="Büro", name="Kim Geheim", email="buero@example.org")
    other = factories.make_organisation()
    ContactPerson.objects.create(organisation=other, function="Kursleitung eines Vereins", phone="0123 2")

    text = client.get("/kontakt/").text

    assert "Musterweg 1" in text
    assert "Dana Offen" in text
    assert "Büro" in text
    assert "Kim Geheim" not in text
    assert "Kursleitung eines Vereins" not in text


def test_frame_costs_at_most_two_queries(
    client: Client, centre: Centre, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    FunderNote.objects.create(text="Gefördert vom Land")
    with django_assert_num_queries(3):  # centre, funder notes, and the text of the page
        assert "Gefördert vom Land" in client.get("/impressum/").text


def test_frame_marks_the_current_entry_of_the_navigation(client: Client, centre: Centre) -> None:
    text = client.get("/ueber-uns/").text
    assert 'href="/ueber-uns/" aria-current="page"' in text
    assert text.count('aria-current="page"') == 3  # wide and narrow menu, breadcrumb


def test_robots_txt_keeps_machines_out_of_links_from_mails(client: Client) -> None:
    text = client.get("/robots.txt").text
    assert "Disallow: /angebote/pflege/" in text
    assert "Sitemap: http://testserver/sitemap.xml" in text
