"""From a white spot to a need that stands in it, in a browser, by the table and by the list."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from actors.models import Municipality
from kiportal.common import roles
from offers.coverage import snapshots
from offers.models import Need, Topic
from tests import factories
from tests.browser.conftest import Check, Open
from tests.browser.test_project_journey import signed_in


@pytest.fixture
def registry(transactional_db: None) -> None:
    call_command("setup_centre", verbosity=0)
    places, topics = list(Municipality.objects.all()), list(Topic.objects.all())
    for number, place in enumerate(places[:-1]):
        factories.make_offer(f"Angebot {number}", municipalities=[place], topics=topics[number:])
    factories.make_offer("Überall", is_countywide=True, municipalities=[], topics=topics[:2])
    snapshots.take_earlier(timezone.localdate() - timedelta(days=30))


def test_white_spot_gets_a_need(open_browser: Open, check: Check, registry: None) -> None:
    with signed_in(open_browser, factories.make_user(roles.EDITOR).username) as page:
        page.get_by_role("link", name="Weiße Flecken").last.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Weiße Flecken")
        check(page)
        heads_stay(page)
        page.get_by_label("Vergleichen mit").select_option(index=1)
        page.get_by_role("button", name="Anzeigen").click()
        expect(page.get_by_role("status")).to_contain_text("verglichen mit")
        check(page)
        page.get_by_role("link", name="Ohne Filter und Vergleich").click()
        page.get_by_role("link", name="Liste der weißen Flecken").click()
        check(page)
        page.locator(".gap-list__gap").first.click()
        expect(page.get_by_text("Hier gibt es kein Angebot")).to_be_visible()
        check(page)
        page.get_by_role("link", name="Bedarf erfassen").click()
        check(page)
        page.get_by_label("Was fehlt?").fill("Ein Lauftreff")
        page.get_by_role("button", name="Bedarf vormerken").click()
        expect(page.get_by_text("ist vorgemerkt und zählt")).to_be_visible()
        page.get_by_role("link", name="Zuordnen").click()
        check(page)
        page.goto("/arbeitsplatz/abdeckung/")
        expect(page.locator("td", has_text="1 Bedarf").first).to_be_visible()
        page.get_by_role("button", name="Als PDF").click()
        expect(page.get_by_text("Das PDF wird erstellt")).to_be_visible()
        check(page)
    need = Need.objects.get()
    assert need.municipality
    assert need.topic


def heads_stay(page: Page) -> None:
    """The first column and the first row stand where they stood when the table has been scrolled."""
    region = page.locator(".table-region").first
    head, first = page.locator(".coverage thead th").first, page.locator(".coverage tbody th").first
    before = head.bounding_box(), first.bounding_box()
    region.evaluate("region => region.scrollTo(300, 200)")
    after = head.bounding_box(), first.bounding_box()
    assert before[0] == after[0]
    assert before[1]
    assert after[1]
    assert before[1]["x"] == after[1]["x"]
    region.evaluate("region => region.scrollTo(0, 0)")
