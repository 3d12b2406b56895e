"""The main job, played from both sides: a Verein submits a project, the centre asks, decides, publishes; later care."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from kiportal.common.forms import MINIMUM_SECONDS
from kiportal.common.models import Centre, ChangeProposal
from offers.models import Offer
from tests import factories
from tests.browser.conftest import Check, Open
from tests.smtp import Mailbox

TITLE = "Fahrradwerkstatt für Nachbarinnen und Nachbarn"
SUMMARY = "Wir reparieren zusammen Fahrräder und lernen dabei Deutsch."

type RunJobs = Callable[[], object]


@pytest.fixture
def siegen(transactional_db: None) -> Centre:
    call_command("setup_centre", verbosity=0)
    return Centre.objects.get()


def path(url: str) -> str:
    """The part of an address in a mail that leads into the portal, whatever host the tests give it."""
    return urlsplit(url).path


def submit_project(page: Page, check: Callable[[Page], None]) -> None:
    """Fill in every step as a Verein does, up to the last page before sending."""
    page.goto("/angebote/melden/")
    check(page)
    page.get_by_label("Name Ihrer Organisation").fill("Speichenbruch e. V.")
    page.get_by_label("Art der Organisation").select_option(label="Verein")
    page.get_by_label("Sitz der Organisation").select_option(label="Netphen")
    page.get_by_label("Ihre E-Mail-Adresse").fill("werkstatt@speichenbruch.example.org")
    page.wait_for_timeout(MINIMUM_SECONDS * 1000)
    page.get_by_role("button", name="Weiter", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Das Angebot")
    page.get_by_role("button", name="Weiter", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    page.get_by_label("Projekt: etwas").check()
    page.get_by_label("Titel").fill(TITLE)
    page.get_by_label("Kurz gesagt").fill(SUMMARY)
    page.get_by_label("Beschreibung").fill("Jeden Samstag steht die Werkstatt offen.\n\n- Werkzeug ist da\n- Tee auch")
    page.get_by_label("Art des Angebots").select_option(label="Projekt")
    page.get_by_role("checkbox", name="Begegnung").check()
    page.get_by_role("button", name="Weiter", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Das Projekt")
    check(page)
    page.get_by_label("Ziel des Projekts").fill("Nachbarn lernen sich kennen und werden mobil.")
    page.get_by_label("Das brauchen andere").fill("- eine Garage\n- zwei Menschen, die schrauben können")
    page.get_by_role("button", name="Weiter", exact=True).click()

    tell_for_whom_and_where(page, check)
    expect(page.get_by_role("heading", level=1)).to_have_text("Kontakt und Einwilligung")
    check(page)
    page.get_by_label("Stelle oder Funktion").fill("Werkstattteam")
    page.get_by_label("E-Mail-Adresse").fill("post@speichenbruch.example.org")
    page.get_by_label("Name der Ansprechperson").fill("Kim Sommer")
    page.get_by_label("Die genannte Person ist einverstanden").check()
    page.get_by_label("nicht nötig, einfach kommen").check()
    page.get_by_role("button", name="Weiter", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Prüfen und absenden")
    expect(page.get_by_text("Kim Sommer")).to_be_visible()
    check(page)


def tell_for_whom_and_where(page: Page, check: Callable[[Page], None]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Für wen")
    check(page)
    page.get_by_label("Neu zugewanderte Menschen").check()
    page.get_by_label("Deutsch", exact=True).check()
    page.get_by_label("Arabisch").check()
    page.get_by_label("kostenfrei").check()
    page.get_by_role("button", name="Weiter", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Wann und wo")
    check(page)
    page.get_by_label("Netphen").check()
    page.get_by_label("Name des Ortes").fill("Alte Post")
    page.get_by_label("Zeiten in Worten").fill("samstags 10 bis 13 Uhr")
    page.get_by_role("button", name="Weiter", exact=True).click()

    for step in ("Gut zu wissen", "Bilder"):
        expect(page.get_by_role("heading", level=1)).to_have_text(step)
        check(page)
        page.get_by_role("button", name="Weiter", exact=True).click()


def send_and_confirm(page: Page, check: Check, mailbox: Mailbox, run_jobs: RunJobs) -> None:
    page.get_by_label("Wir haben die Regeln").check()
    page.get_by_role("button", name="Absenden").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bitte bestätigen Sie")
    check(page)
    run_jobs()
    page.goto(path(mailbox.link("bestätigen")))
    check(page)
    assert Offer.objects.get(title=TITLE).status == Offer.Status.UNCONFIRMED, "a mail scanner's GET must not confirm"
    page.get_by_role("button", name="Meldung bestätigen").click()
    expect(page.get_by_text("wird geprüft").first).to_be_visible()
    check(page)
    run_jobs()


@contextmanager
def signed_in(open_browser: Open, username: str) -> Iterator[Page]:
    page = open_browser()
    page.goto("/konto/anmelden/")
    page.locator("[name=login]").fill(username)
    page.locator("[name=password]").fill(factories.PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page).to_have_url("/arbeitsplatz/")
    yield page


def open_in_queue(staff: Page) -> None:
    staff.goto("/arbeitsplatz/pruefung/")
    staff.get_by_role("link", name=TITLE).click()


def decide(staff: Page, verb: str, reason: str) -> None:
    staff.get_by_label("Begründung").fill(reason)
    staff.get_by_role("button", name=verb).click()
    expect(staff).to_have_url("/arbeitsplatz/pruefung/")


def answer_question(verein: Page, check: Check, mailbox: Mailbox) -> None:
    verein.goto(path(mailbox.link("Rückfrage")))
    expect(verein.get_by_text("Dürfen auch Kinder mitkommen?")).to_be_visible()
    check(verein)
    verein.get_by_label("Ihre Antwort").fill("Ja, mit ihren Eltern.")
    verein.get_by_role("button", name="Antwort senden").click()
    expect(verein.get_by_text("wird geprüft").first).to_be_visible()


def find_and_read(reader: Page, check: Check) -> None:
    """The entry stands in the list, in the filter of its municipality, in the search, and has a page."""
    for address in ("/angebote/?kommune=netphen", "/angebote/?q=Fahrrad", "/angebote/?nur=projekte"):
        reader.goto(address)
        expect(reader.get_by_role("link", name=TITLE)).to_be_visible()
        check(reader)
    reader.goto("/angebote/?kommune=burbach")
    expect(reader.get_by_role("link", name=TITLE)).to_have_count(0)
    reader.goto(Offer.objects.get(title=TITLE).get_absolute_url())
    for words in ("eine Garage", "Kim Sommer", "samstags 10 bis 13 Uhr", "Alte Post"):
        expect(reader.get_by_text(words).first).to_be_visible()
    check(reader)


def propose_change(verein: Page, check: Check, mailbox: Mailbox) -> None:
    verein.goto(path(mailbox.link("Veröffentlicht", "/pflege/")))
    check(verein)
    verein.get_by_role("link", name="Ändern").click()
    check(verein)
    verein.get_by_role("link", name="Zeit", exact=True).click()
    verein.get_by_label("Zeiten in Worten").fill("samstags 11 bis 14 Uhr")
    verein.get_by_role("button", name="Änderung senden").click()
    expect(verein.get_by_text("Ihre Änderung wird geprüft").first).to_be_visible()
    check(verein)


def test_project_is_submitted_reviewed_published_and_cared_for(
    siegen: Centre, open_browser: Open, check: Check, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    editor = factories.make_user("editor")
    verein, reader = open_browser(), open_browser()
    submit_project(verein, check)
    send_and_confirm(verein, check, mailbox, run_jobs)

    with signed_in(open_browser, editor.username) as staff:
        check(staff)
        open_in_queue(staff)
        check(staff)
        decide(staff, "Rückfrage", "Dürfen auch Kinder mitkommen?")
        run_jobs()
        answer_question(verein, check, mailbox)
        run_jobs()
        open_in_queue(staff)
        expect(staff.get_by_text("Ja, mit ihren Eltern.").first).to_be_visible()
        decide(staff, "Veröffentlichen", "Ein schönes Projekt, vielen Dank!")
        run_jobs()
        find_and_read(reader, check)

        # The page stays as it is until the centre has agreed to the change.
        propose_change(verein, check, mailbox)
        reader.reload()
        expect(reader.get_by_text("samstags 10 bis 13 Uhr").first).to_be_visible()
        staff.goto(f"/arbeitsplatz/pruefung/aenderung/{ChangeProposal.objects.get().pk}/")
        check(staff)
        staff.get_by_role("button", name="Alle annehmen").click()
        expect(staff).to_have_url("/arbeitsplatz/pruefung/")
        reader.reload()
        expect(reader.get_by_text("samstags 11 bis 14 Uhr").first).to_be_visible()
        run_jobs()
        assert mailbox.link("Ihre Änderung ist übernommen")


def test_submission_works_without_javascript(
    siegen: Centre, open_browser: Open, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    page = open_browser(java_script_enabled=False)
    submit_project(page, lambda _page: None)
    send_and_confirm(page, lambda _page: None, mailbox, run_jobs)
    assert Offer.objects.get(title=TITLE).status == Offer.Status.SUBMITTED
