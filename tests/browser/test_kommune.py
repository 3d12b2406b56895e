"""A Kommune at its pages: it finds an entry, writes a hint, reports a need and reads the answers."""

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from actors.models import Municipality, Organisation
from kiportal.common import roles
from kiportal.common.models import User
from offers import lifecycle
from offers.models import Hint, Need, Offer, Topic
from tests import factories
from tests.browser.conftest import Check, Open
from tests.browser.test_project_journey import signed_in


@pytest.fixture
def member(transactional_db: None) -> User:
    call_command("setup_centre", verbosity=0)
    place = Municipality.objects.get(slug="netphen")
    body = factories.make_organisation("Stadt Netphen", kind=Organisation.Kind.MUNICIPALITY, municipality=place)
    topic = Topic.objects.get(slug="schule")
    for status in (Offer.Status.SUBMITTED, Offer.Status.PUBLISHED):
        factories.make_offer(f"Nähkurs {status}", municipalities=[place], topics=[topic], status=status)
    return factories.make_user(roles.MUNICIPALITY, organisation=body)


def test_kommune_finds_an_entry_writes_a_hint_and_reports_a_need(
    member: User, open_browser: Open, check: Check
) -> None:
    with signed_in(open_browser, member.username) as page:
        check(page)
        page.get_by_role("link", name="Alle ansehen").click()
        check(page)
        page.get_by_text("Weitere Filter").click()
        page.get_by_label("Gebiet").select_option("hier")
        check(page)
        page.get_by_role("button", name="Filtern").click()
        expect(page.get_by_label("Gebiet")).to_be_visible()  # what is chosen stands open
        page.get_by_role("link", name="wird geprüft 1").click()
        expect(page.get_by_label("Gebiet")).to_have_value("hier")
        page.get_by_role("link", name="Nähkurs submitted", exact=True).click()
        check(page)
        page.get_by_role("link", name="Hinweis an das KI").click()
        page.get_by_role("button", name="Hinweis senden").click()
        check(page)
        page.get_by_label("Zeit oder Ort stimmt nicht").check()
        page.get_by_label("Was haben Sie bemerkt?").fill("Der Kurs beginnt um zehn.")
        page.get_by_role("button", name="Hinweis senden").click()
        expect(page.get_by_text("Der Kurs beginnt um zehn.")).to_be_visible()
        check(page)
        lifecycle.answer_hint(Hint.objects.get(), by=factories.make_user(roles.EDITOR), text="Danke, ist berichtigt.")
        page.reload()
        expect(page.get_by_text("Danke, ist berichtigt.")).to_be_visible()

        page.get_by_role("link", name="Was hier fehlt").click()
        check(page)
        page.get_by_role("link", name="Bedarf melden: Schule").click()
        check(page)
        expect(page.get_by_label("Thema")).to_have_value("schule")
        page.get_by_label("Was fehlt?").fill("Hilfe in den Ferien.")
        page.get_by_role("button", name="Absenden").click()
        expect(page.get_by_text("Hilfe in den Ferien.")).to_be_visible()
        check(page)
    assert Need.objects.get().municipality == Municipality.objects.get(slug="netphen")


def test_kommune_without_javascript_filters_and_writes(member: User, open_browser: Open) -> None:
    page = open_browser(java_script_enabled=False)
    page.goto("/konto/anmelden/")
    page.locator("[name=login]").fill(member.username)
    page.locator("[name=password]").fill(factories.PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.goto("/arbeitsplatz/kommune/")
    page.get_by_label("Titel, Text oder Träger").fill("published")
    page.get_by_role("button", name="Filtern").click()
    expect(page.get_by_role("link", name="Nähkurs submitted", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Hinweis an das KI: Nähkurs published").click()
    page.get_by_label("Etwas anderes", exact=True).check()
    page.get_by_label("Was haben Sie bemerkt?").fill("Das Bild fehlt.")
    page.get_by_role("button", name="Hinweis senden").click()
    expect(page.get_by_text("Das Bild fehlt.")).to_be_visible()
