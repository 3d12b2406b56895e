"""The list of offers in a browser: live with scripts, complete without them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import Check, Open


@pytest.fixture
def offers(transactional_db: None) -> None:
    factories.make_centre()
    arabic, turkish = (
        factories.make_language(slug, name=name) for slug, name in (("ar", "Arabisch"), ("tr", "Türkisch"))
    )
    place = factories.make_municipality("Siegen", slug="siegen", tile_column=0, tile_row=0)
    for number in range(25):
        factories.make_offer(
            f"Sprachcafé {number}",
            languages=[arabic if number % 2 else turkish],
            municipalities=[place] if number < 4 else [],
            is_countywide=number >= 20,
        )


def unfold(page: Page, *names: str) -> None:
    """Open the panel of a phone, and facets in it."""
    panel = page.locator(".facet-panel__summary")
    if panel.is_visible():
        panel.click()
    for name in names:
        page.locator("summary.facet__summary", has_text=name).click()


def test_offer_list_changes_live_and_keeps_the_place(offers: None, open_browser: Open, check: Check) -> None:
    page = open_browser()
    page.goto("/angebote/")
    check(page)
    heading = page.locator("#treffer")
    expect(heading).to_have_text("25 Angebote")

    unfold(page, "Sprache")
    before = page.evaluate("scrollY")
    page.get_by_label("Arabisch").check()
    expect(heading).to_have_text("12 Angebote")
    expect(page.get_by_role("status")).to_have_text("12 Angebote")
    expect(page).to_have_url(re.compile(r"/angebote/\?sprache=ar$"))
    expect(page.get_by_label("Arabisch")).to_be_focused()
    expect(page.get_by_label("Türkisch")).to_be_visible()
    assert abs(page.evaluate("scrollY") - before) < 400
    check(page)

    page.get_by_label("Arabisch").uncheck()
    expect(heading).to_have_text("25 Angebote")
    expect(page.get_by_label("Arabisch")).to_be_focused()

    page.get_by_role("link", name="Weiter").click()
    expect(page).to_have_url(re.compile(r"seite=2"))
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
    expect(page).to_have_title(re.compile("Seite 2"))

    page.go_back()
    expect(page).to_have_url(re.compile(r"/angebote/$"))
    expect(page.locator(".offer-card")).to_have_count(20)
    expect(page.locator(".site-header")).to_have_count(1)


def test_offer_list_search_closes_the_panel_and_shows_the_hits(offers: None, open_browser: Open, check: Check) -> None:
    page = open_browser()
    page.goto("/angebote/")
    unfold(page, "Sprache")
    page.get_by_label("Türkisch").check()
    expect(page.locator("#treffer")).to_have_text("13 Angebote")
    page.get_by_role("button", name="Filter anwenden").click()
    expect(page.locator("#treffer")).to_be_focused()
    expect(page.locator("#treffer")).to_be_in_viewport()
    page.get_by_role("searchbox", name="Was suchen Sie?").fill("Sprachkafe")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Meinten Sie „Sprachcafé“?")).to_be_visible()
    expect(page.locator("#treffer")).to_have_text("13 Treffer für „Sprachcafé“")
    page.get_by_role("link", name="Filter entfernen: Sprache: Türkisch").click()
    expect(page.locator("#treffer")).to_have_text("25 Treffer für „Sprachcafé“")
    check(page)


def test_offer_list_works_without_scripts(offers: None, open_browser: Open) -> None:
    page = open_browser(java_script_enabled=False)
    page.goto("/angebote/")
    unfold(page, "Kommune")
    page.get_by_label("Siegen").check()
    page.get_by_role("button", name="Filter anwenden").click()
    expect(page.locator("#treffer")).to_have_text("9 Angebote")
    page.get_by_role("searchbox", name="Was suchen Sie?").fill("Sprachcafé 1")
    page.get_by_role("button", name="Suchen").first.click()
    expect(page.locator("#treffer")).to_have_text("1 Treffer für „Sprachcafé 1“")
    page.locator(".offer-card a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sprachcafé 1")
