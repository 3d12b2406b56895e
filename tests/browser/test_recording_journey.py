"""Staff write down an offer on the phone, the Verein confirms it on its phone, somebody else publishes it."""

import pytest
from playwright.sync_api import Page, expect

from kiportal.common import roles
from kiportal.common.models import Centre
from offers.models import Offer
from tests import factories
from tests.browser.conftest import WIDTHS, Check, Open
from tests.browser.test_project_journey import RunJobs, path, signed_in
from tests.smtp import Mailbox

TITLE = "Chor am Abend"


@pytest.fixture(params=["desktop"])
def viewport(request: pytest.FixtureRequest) -> dict[str, int]:
    """The centre sits at a desk; the Verein's window is made small."""
    width, height = WIDTHS[request.param]
    return {"width": width, "height": height}


@pytest.fixture
def siegen(transactional_db: None) -> Centre:
    from django.core.management import call_command

    call_command("setup_centre", verbosity=0)
    factories.make_organisation("Kulturverein Lale")
    return Centre.objects.get()


def phone(page: Page) -> Page:
    width, height = WIDTHS["phone"]
    page.set_viewport_size({"width": width, "height": height})
    return page


def write_down(staff: Page, check: Check) -> None:
    staff.goto("/arbeitsplatz/angebote/")
    staff.get_by_role("link", name="Schnell erfassen").click()
    check(staff)
    assert staff.evaluate("document.documentElement.scrollHeight") < 1850, "the form is much longer than two screens"
    staff.get_by_label("Name der Organisation").press_sequentially("Kultur-Verein Lale")
    staff.get_by_role("radio", name="Kulturverein Lale").check()
    check(staff)
    staff.get_by_label("Titel").fill(TITLE)
    staff.get_by_label("Kurz gesagt").fill("Wir singen, was uns gefällt.")
    staff.get_by_label("Art des Angebots").select_option(index=1)
    staff.get_by_label("Stelle oder Funktion").fill("Chorleitung")
    staff.get_by_label("Telefon", exact=True).fill("0271 555 123")
    staff.get_by_role("checkbox", name="Begegnung").check()
    staff.get_by_role("checkbox", name="Deutsch", exact=True).check()
    staff.get_by_role("checkbox", name="Netphen").check()
    staff.get_by_label("Wann? In Worten").fill("dienstags 19 Uhr")
    staff.get_by_label("Kosten", exact=True).select_option(label="kostenfrei")
    staff.get_by_role("button", name="Speichern und Link schicken").click()
    expect(staff.get_by_text("Wohin soll der Link gehen?").first).to_be_visible()
    expect(staff.get_by_role("radio", name="Kulturverein Lale")).to_be_checked()
    check(staff)
    staff.get_by_label("E-Mail-Adresse des Vereins").fill("vorstand@lale.example.org")
    staff.get_by_role("button", name="Speichern und Link schicken").click()
    expect(staff.get_by_text("Der Link geht an vorstand@lale.example.org")).to_be_visible()
    expect(staff.get_by_role("link", name=TITLE, exact=True)).to_be_visible()
    check(staff)
    staff.get_by_role("link", name=TITLE, exact=True).click()
    check(staff)


def confirm(verein: Page, check: Check, mailbox: Mailbox) -> None:
    verein.goto(path(mailbox.link("Bitte prüfen")))
    expect(verein.get_by_role("heading", level=1)).to_have_text(
        "Bitte prüfen Sie, was wir für Sie aufgeschrieben haben"
    )
    check(verein)
    expect(verein.get_by_role("button", name="Bestätigen und absenden")).to_have_count(0)
    verein.get_by_role("link", name="Beschreibung").click()
    verein.get_by_label("Beschreibung").fill("Noten braucht niemand.")
    verein.get_by_role("button", name="Weiter", exact=True).click()
    verein.get_by_label("Neu zugewanderte Menschen").check()
    for _step in range(4):
        verein.get_by_role("button", name="Weiter", exact=True).click()
    verein.get_by_label("nicht nötig, einfach kommen").check()
    verein.get_by_role("button", name="Weiter", exact=True).click()
    verein.get_by_role("link", name="Das stimmt nicht, bitte löschen").click()
    check(verein)
    verein.get_by_role("link", name="Abbrechen").click()
    verein.get_by_label("Wir haben die Regeln").check()
    check(verein)
    verein.get_by_role("button", name="Bestätigen und absenden").click()
    expect(verein.get_by_role("heading", level=1)).to_have_text("Ihr Eintrag wird geprüft")
    check(verein)


def test_offer_from_the_phone_is_confirmed_and_published(
    siegen: Centre, open_browser: Open, check: Check, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    with signed_in(open_browser, factories.make_user(roles.EDITOR).username) as staff:
        write_down(staff, check)
        run_jobs()
        verein = phone(open_browser())
        confirm(verein, check, mailbox)
        run_jobs()
        offer = Offer.objects.get(title=TITLE)
        staff.goto(f"/arbeitsplatz/pruefung/{offer.pk}/")
        expect(staff.get_by_text("Jemand anderes aus dem Zentrum muss ihn freigeben.")).to_be_visible()
        check(staff)
    with signed_in(open_browser, factories.make_user(roles.EDITOR).username) as other:
        other.goto(f"/arbeitsplatz/pruefung/{offer.pk}/")
        other.get_by_role("button", name="Veröffentlichen").click()
        expect(other).to_have_url("/arbeitsplatz/pruefung/")
    offer.refresh_from_db()
    verein.goto(offer.get_absolute_url())
    expect(verein.get_by_role("heading", level=1)).to_have_text(TITLE)


@pytest.mark.parametrize("viewport", ["phone"], indirect=True)
def test_quick_form_works_on_a_phone_and_without_javascript(siegen: Centre, open_browser: Open, check: Check) -> None:
    editor = factories.make_user(roles.EDITOR)
    with signed_in(open_browser, editor.username) as staff:
        staff.goto("/arbeitsplatz/angebote/erfassen/")
        check(staff)
    page = open_browser(java_script_enabled=False)
    page.goto("/konto/anmelden/")
    page.locator("[name=login]").fill(editor.username)
    page.locator("[name=password]").fill(factories.PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.goto("/arbeitsplatz/angebote/erfassen/")
    page.get_by_label("Name der Organisation").fill("Kultur-Verein Lale")
    page.get_by_label("Titel").fill(TITLE)
    page.get_by_label("Titel").press("Enter")
    page.get_by_role("radio", name="Nein, es ist eine andere").check()
    page.get_by_role("button", name="Nur speichern").click()
    expect(page.get_by_text("ist gespeichert und wartet auf den Verein")).to_be_visible()
    assert Offer.objects.recorded().get().provider.name == "Kultur-Verein Lale"
    page.get_by_text("Löschen", exact=True).click()
    page.get_by_role("button", name="Endgültig löschen").click()
    expect(page.get_by_role("heading", name="Nichts wartet")).to_be_visible()
