"""From an empty room to the public summary: what the head enters, checks and publishes, and what others see of it."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from funding.models import Assignment, FundingSummary, Position
from kiportal.common import roles
from tests import factories
from tests.browser.conftest import Check, Open

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = "/arbeitsplatz/foerderung"
NAME, TITLE = "Mira Sandvoß", "Koordinierung"


@pytest.fixture
def world(transactional_db: None) -> None:
    factories.make_centre()
    factories.make_user(roles.LEAD, "leitung")
    factories.make_user(roles.EDITOR, "redaktion")


def sign_in(page: Page, login: str) -> None:
    page.goto("/konto/anmelden/")
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(factories.PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page).to_have_url(re.compile("/arbeitsplatz/$"))


def save(page: Page, said: str, **values: str) -> None:
    for name, value in values.items():
        element = page.locator(f"[name={name}]:not([type=hidden])")
        if element.evaluate("one => one.tagName") == "SELECT":
            element.select_option(label=value)
        else:
            element.fill(value)
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text(f"{said} ist gespeichert.")).to_be_visible()


def enter_records(page: Page, look: Check, year: int) -> None:
    page.goto(f"{ROOT}/")
    expect(page.get_by_text("Für diese Zeit ist keine Stelle eingetragen")).to_be_visible()
    look(page)
    page.goto(f"{ROOT}/saetze/")
    page.get_by_role("link", name="Programm anlegen").first.click()
    save(page, "Das Programm", name="KI-Förderung", authority="Bezirksregierung Arnsberg")
    page.get_by_role("link", name="Fördersatz eintragen").click()
    look(page)
    rate = {"role": "Fachkraft", "amount": "57.000", "max_fte": "6", "source": "Bescheid", "starts_on": f"{year}-01-01"}
    save(page, "Der Fördersatz", basis="Richtlinie vom 3. April 2025", **rate)
    look(page)
    # The same kind of post at the same time: refused with a sentence, nothing lost
    page.get_by_role("link", name="Fördersatz eintragen").click()
    page.locator("[name=basis]").fill("Zweite Richtlinie")
    page.locator("[name=role]").select_option(label="Fachkraft")
    page.locator("[name=source]").fill("Bescheid")
    page.locator("[name=starts_on]").fill(f"{year}-06-01")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("schon einen Fördersatz des Programms").first).to_be_visible()
    expect(page.locator("[name=basis]")).to_have_value("Zweite Richtlinie")
    page.goto(f"{ROOT}/stellen/neu/")
    look(page)
    post = {"role": "Fachkraft", "share": "2", "funded_by": "Zuschuss des Landes", "starts_on": f"{year}-01-01"}
    save(page, "Die Stelle", title=TITLE, **post)
    page.get_by_role("link", name="Besetzung eintragen").click()
    look(page)
    save(page, "Die Besetzung", name=NAME, share="1,5", starts_on=f"{year}-01-01")
    expect(page.get_by_text(re.compile("0,5 unbesetzt"))).to_be_visible()
    look(page)
    page.goto(f"{ROOT}/zuwendungen/neu/")
    save(page, "Die Zuwendung", notice_number="36.01", amount="110.000,00", starts_on=f"{year}-01-01")
    look(page)


def take_along(page: Page, link: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    return Path(download.value.path()).read_bytes()


def test_lead_enters_checks_and_publishes_what_others_may_know(world: None, open_browser: Open, check: Check) -> None:
    year = timezone.localdate().year
    lead = open_browser()
    sign_in(lead, "leitung")
    enter_records(lead, check, year)

    # The check: 2 × 57.000 €, beside what the notice says
    lead.goto(f"{ROOT}/")
    expect(lead.locator(".grant__sum")).to_contain_text("114.000,00 €")
    expect(lead.get_by_text("Berechnet sind 114.000,00 €, bewilligt sind 110.000,00 €.")).to_be_visible()
    check(lead)
    book = load_workbook(BytesIO(take_along(lead, "Übersicht als Excel-Tabelle")))
    cells = [str(cell.value) for page in book for row in page for cell in row]
    assert TITLE in cells
    csv = take_along(lead, "Jahreszahlen als CSV").decode()
    assert "Stellen;Fachkraft;Stellen im Jahresdurchschnitt;Stellen;2,0;1,5" in csv
    assert NAME not in f"{cells}{csv}"

    # What if there were one more: nothing is stored
    lead.get_by_role("link", name="Was wäre, wenn").click()
    lead.locator("[name=neu-specialist]").fill("1")
    lead.get_by_role("button", name="Rechnen").click()
    expect(lead.locator(".what-if .stat__value", has_text="171.000,00 €")).to_be_visible()
    check(lead)
    assert (Position.objects.count(), Assignment.objects.count()) == (1, 1)

    # Others before it is published
    stranger = open_browser()
    answer = stranger.goto("/ueber-uns/stellen-und-foerderung/")
    assert answer is not None
    assert answer.status == 404
    editor = open_browser()
    sign_in(editor, "redaktion")
    editor.goto(f"{ROOT}/")
    expect(editor.get_by_role("link", name=TITLE)).to_be_visible()
    check(editor)
    editor.get_by_role("link", name=TITLE).click()
    for page in (f"{ROOT}/", f"{ROOT}/stellen/", editor.url):
        editor.goto(page)
        shown = editor.locator("main").inner_text()
        assert NAME not in shown
        assert "€" not in shown

    # Published: posts and sums for everybody
    lead.goto(f"{ROOT}/oeffentlich/neu/")
    save(lead, "Die Übersicht", introduction="Das Land bezahlt die meisten Stellen.")
    lead.locator("summary", has_text="veröffentlichen").click()
    check(lead)
    lead.get_by_role("button", name="veröffentlichen").click()
    expect(lead.get_by_text("ist veröffentlicht.")).to_be_visible()
    assert FundingSummary.objects.get().status == FundingSummary.Status.PUBLISHED
    stranger.goto("/ueber-uns/")
    stranger.get_by_role("link", name="Stellen und Förderung").first.click()
    expect(stranger.get_by_text("114.000,00 €")).to_be_visible()
    check(stranger)
    assert NAME not in stranger.content()
    assert TITLE not in stranger.content()
    stranger.goto(f"{ROOT}/")
    expect(stranger).to_have_url(re.compile("/konto/anmelden/"))
