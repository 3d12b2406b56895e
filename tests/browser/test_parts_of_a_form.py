"""Changing one thing of an entry: the form asks what it is about and opens that part, with scripts and without."""

import pytest
from playwright.sync_api import expect

from kiportal.common import links
from kiportal.common.models import AccessLink, ChangeProposal
from offers.models import Offer
from tests import factories
from tests.browser.conftest import Check, Open


@pytest.fixture
def address(transactional_db: None, live_server: object) -> str:
    factories.make_centre()
    offer = factories.make_offer("Lesekreis", schedule=Offer.Schedule.REGULAR, schedule_text="samstags 10 bis 13 Uhr")
    link = links.issue(AccessLink.Purpose.CARE, offer, offer.submitter_email)
    return f"/angebote/pflege/{links.token(link)}/aendern/"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_one_thing_is_changed_without_reading_the_rest(
    address: str, open_browser: Open, check: Check, scripts: bool
) -> None:
    page = open_browser(java_script_enabled=scripts)
    page.goto(address)
    if scripts:
        check(page)
    times = page.get_by_label("Zeiten in Worten")
    expect(times).to_be_hidden()
    expect(page.get_by_text("samstags 10 bis 13 Uhr").first).to_be_visible()
    page.locator("#inhalt").get_by_role("link", name="Kontakt", exact=True).click()
    page.get_by_label("Telefon", exact=True).fill("0271 4711")
    page.get_by_role("link", name="Zeit", exact=True).click()
    expect(times).to_be_visible()
    times.fill("samstags 11 bis 14 Uhr")
    if scripts:
        check(page)
    page.get_by_role("button", name="Änderung senden").click()
    expect(page.get_by_text("Ihre Änderung wird geprüft")).to_be_visible()
    changed = {name: change["new"] for name, change in ChangeProposal.objects.get().changes.items()}
    assert changed == {"schedule_text": "samstags 11 bis 14 Uhr", "contact_phone": "0271 4711"}


def test_part_with_an_error_stands_open(address: str, open_browser: Open, check: Check) -> None:
    page = open_browser()
    page.goto(f"{address}?teil=text#teil-text")
    page.get_by_label("Titel").fill("")
    page.get_by_role("button", name="Änderung senden").click()
    check(page)
    expect(page.get_by_label("Titel")).to_be_visible()
    expect(page.get_by_label("Zeiten in Worten")).to_be_hidden()
    page.get_by_role("link", name="Titel: ").click()
    expect(page.get_by_label("Titel")).to_be_focused()
