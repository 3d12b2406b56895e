"""From the list to the Wegweiser, with and without scripts; QR code and print view on the way."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from kiportal.common.models import Job
from tests import factories
from tests.browser.conftest import Check, Open

type RunJobs = Callable[[], list[Job]]


@pytest.fixture(autouse=True)
def _offers(transactional_db: None, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    factories.make_centre()
    factories.make_offer("Nähkurs", topics=[factories.make_topic("kultur", name="Kultur")])
    factories.make_offer("Beratung")


@pytest.mark.parametrize("scripts", [True, False])
def test_wegweiser_is_ordered_waited_for_and_downloaded(
    open_browser: Open, check: Check, run_jobs: RunJobs, scripts: bool
) -> None:
    page = open_browser(java_script_enabled=scripts)
    page.goto("/angebote/?thema=kultur")
    page.get_by_role("link", name="Als Wegweiser (PDF)").click()
    expect(page.get_by_text("1 Angebot ·")).to_be_visible()
    if scripts:
        check(page)
    page.get_by_label("nach Themen").check()
    page.get_by_role("button", name="Wegweiser erstellen").click()
    expect(page.get_by_text("Der Wegweiser wird erstellt.")).to_be_visible()
    if scripts:
        check(page)
    run_jobs()
    if not scripts:
        page.get_by_role("link", name="Stand neu laden").click()
    ready = page.get_by_role("link", name="Wegweiser herunterladen")
    expect(ready).to_be_visible(timeout=15_000)
    if scripts:
        check(page)
    answer = page.request.get(ready.get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-1.7")


def test_code_of_an_offer_is_shown_and_printed(open_browser: Open, check: Check) -> None:
    page = open_browser()
    page.goto("/angebote/?thema=kultur")
    expect(page.locator(".page-code")).to_be_hidden()
    page.get_by_role("link", name="Nähkurs").click()
    page.evaluate("window.print = () => { window.printed = true }")
    page.get_by_role("button", name="Drucken").click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    expect(page.locator(".page-code svg")).to_be_visible()
    expect(page.locator(".site-header__navigation")).to_be_hidden()
    expect(page.locator(".offer__foot .ways")).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("link", name="QR-Code").click()
    expect(page.get_by_role("img", name="QR-Code: führt zu diesem Angebot")).to_be_visible()
    check(page)
