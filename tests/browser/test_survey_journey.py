"""A Bestandsaufnahme from the first click to the result sheet: staff prepare it, a Verein answers on its own device."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from kiportal.common import roles
from kiportal.common.models import ChangeProposal
from offers.models import Offer
from tests import factories
from tests.browser.conftest import Check, Open
from tests.browser.test_project_journey import signed_in
from tests.smtp import Mailbox

type RunJobs = Callable[[], object]


@pytest.fixture
def offers(transactional_db: None) -> list[Offer]:
    call_command("setup_centre", verbosity=0)
    provider = factories.make_organisation("Sprachtreff Lindenhof e. V.", email="verein@example.org")
    factories.make_organisation("Chor ohne Grenzen")
    old = timezone.localdate() - timedelta(days=200)
    titles = ("Deutsch im Frauencafé", "Hausaufgabenhilfe", "Lesekreis")
    return [factories.make_offer(title, provider=provider, last_confirmed_on=old) for title in titles]


def test_survey_from_the_choice_to_the_result(
    open_browser: Open, check: Check, mailbox: Mailbox, run_jobs: RunJobs, offers: list[Offer]
) -> None:
    with signed_in(open_browser, factories.make_user(roles.EDITOR).username) as staff:
        prepare(staff, check)
        run_jobs()
        page = open_browser()
        page.goto(urlsplit(mailbox.link("Bestandsaufnahme Herbst", "/angebote/bestandsaufnahme/")).path)
        answer(page, check)
        staff.reload()
        finish(staff, check)
    assert Offer.objects.get(title="Hausaufgabenhilfe").status == Offer.Status.ARCHIVED
    assert Offer.objects.get(title="Deutsch im Frauencafé").last_confirmed_on == timezone.localdate()
    assert ChangeProposal.objects.get().changes["title"]["new"] == "Lesekreis am Mittwoch"


def prepare(staff: Page, check: Check) -> None:
    """The round, whom it asks, and its start."""
    staff.goto("/arbeitsplatz/bestandsaufnahmen/")
    check(staff)
    staff.get_by_role("link", name="Neue Bestandsaufnahme").click()
    check(staff)
    staff.get_by_label("Titel").fill("Bestandsaufnahme Herbst")
    staff.get_by_label("Antwort bis").fill((timezone.localdate() + timedelta(days=21)).isoformat())
    staff.get_by_label("Einleitung").fill("Wir möchten wissen, was es im Kreis gibt.")
    staff.get_by_role("button", name="Weiter zur Auswahl").click()
    check(staff)
    staff.get_by_label("Einträge").select_option("mit")
    staff.get_by_role("button", name="Filtern").click()
    expect(staff.get_by_text("1 Organisation gefunden")).to_be_visible()
    staff.get_by_role("link", name="Alle zeigen").click()
    staff.get_by_role("button", name="Alle 2 hinzufügen").click()
    check(staff)
    staff.locator("summary", has_text="Starten").click()
    staff.get_by_role("button", name="Starten").click()
    expect(staff.get_by_text("„Bestandsaufnahme Herbst“ läuft.")).to_be_visible()
    check(staff)


def answer(page: Page, check: Check) -> None:
    """All entries on one page, then the one that has changed, then a new one."""
    check(page)
    for title, choice in (
        ("Deutsch im Frauencafé", "Stimmt noch"),
        ("Hausaufgabenhilfe", "Gibt es nicht mehr"),
        ("Lesekreis", "Hat sich geändert"),
    ):
        page.get_by_role("group", name=title).get_by_label(choice).check()
    page.get_by_label("Was sollen wir noch wissen?").fill("Ab Januar gibt es einen zweiten Kurs.")
    page.get_by_role("button", name="Antwort senden").click()
    expect(page.get_by_text("Ihre Antwort ist gespeichert.")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Jetzt ändern").click()
    page.get_by_role("link", name="Titel und Text").click()
    page.get_by_label("Titel").fill("Lesekreis am Mittwoch")
    page.get_by_role("button", name="Änderung senden").click()
    expect(page.get_by_text("Ihre Antwort ist vollständig.")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Weiteres Angebot melden").click()
    expect(page.get_by_label("Titel")).to_be_visible()


def finish(staff: Page, check: Check) -> None:
    """One answer on the phone, and the numbers."""
    staff.get_by_role("link", name="Am Telefon erfassen: Chor ohne Grenzen").click()
    check(staff)
    staff.get_by_label("Was sollen wir noch wissen?").fill("Bietet zurzeit nichts an.")
    staff.get_by_role("button", name="Antwort speichern").click()
    expect(staff.get_by_text("Die Antwort von „Chor ohne Grenzen“ ist gespeichert.")).to_be_visible()
    staff.get_by_role("link", name="Zurück zur Liste").click()
    expect(staff.get_by_text("100 % haben alles beantwortet")).to_be_visible()
    staff.get_by_role("link", name="Ergebnis ansehen").click()
    expect(staff.get_by_text("Ab Januar gibt es einen zweiten Kurs.")).to_be_visible()
    check(staff)
