"""The mail that asks for a confirmation, opened on a phone: all at once, change one, end one, no more reminders."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from dateutil.relativedelta import relativedelta
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from kiportal.common.forms import MINIMUM_SECONDS
from kiportal.common.models import ChangeProposal, MailAddress
from offers.models import Hint, Need, Offer
from tests import factories
from tests.browser.conftest import Check, Open
from tests.smtp import Mailbox

type RunJobs = Callable[[], object]


@pytest.fixture
def offers(transactional_db: None) -> list[Offer]:
    """Three entries of one organisation, of which two run out."""
    call_command("setup_centre", verbosity=0)
    provider = factories.make_organisation("Sprachtreff Lindenhof e. V.", email="verein@example.org")
    today = timezone.localdate()
    return [
        factories.make_offer(
            title, provider=provider, last_confirmed_on=today + timedelta(days=days) - relativedelta(months=12)
        )
        for title, days in (("Deutsch im Frauencafé", -20), ("Hausaufgabenhilfe", 0), ("Lesekreis", 200))
    ]


def test_link_in_the_mail_confirms_changes_and_ends(
    open_browser: Open, check: Check, mailbox: Mailbox, run_jobs: RunJobs, offers: list[Offer]
) -> None:
    call_command("ask_for_confirmation", verbosity=0)
    run_jobs()
    assert len(mailbox.messages) == 1
    page = open_browser()
    page.goto(urlsplit(mailbox.link("Stimmt noch alles?", "/angebote/pflege/organisation/")).path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Stimmt noch alles?")
    expect(page.get_by_text("Lange nicht bestätigt")).to_have_count(2)
    check(page)

    page.get_by_role("button", name="Ja, alles stimmt").click()
    expect(page.get_by_text("3 Einträge sind als aktuell bestätigt")).to_be_visible()
    assert set(Offer.objects.values_list("last_confirmed_on", flat=True)) == {timezone.localdate()}

    page.get_by_role("listitem").filter(has_text="Lesekreis").get_by_role("link", name="Ändern").click()
    page.get_by_role("link", name="Titel und Text").click()
    page.get_by_label("Titel").fill("Lesekreis am Mittwoch")
    check(page)
    page.get_by_role("button", name="Änderung senden").click()
    expect(page.get_by_text("Ihre Änderung wird geprüft")).to_be_visible()
    assert ChangeProposal.objects.get().changes["title"]["new"] == "Lesekreis am Mittwoch"

    entry = page.get_by_role("listitem").filter(has_text="Hausaufgabenhilfe")
    entry.get_by_role("button", name="Beenden").click()
    entry = page.get_by_role("listitem").filter(has_text="Hausaufgabenhilfe")
    expect(entry.get_by_role("button", name="Rückgängig machen")).to_be_visible()
    check(page)
    entry.get_by_role("button", name="Rückgängig machen").click()
    expect(page.get_by_text("steht wieder auf den öffentlichen Seiten")).to_be_visible()

    page.get_by_role("button", name="Keine Erinnerungen mehr").click()
    expect(page.get_by_role("button", name="Wieder erinnern")).to_be_visible()
    assert MailAddress.objects.get().email == "verein@example.org"


def test_public_says_what_is_missing_and_what_is_wrong(open_browser: Open, check: Check, offers: list[Offer]) -> None:
    page = open_browser()
    page.goto("/angebote/?q=Einradkurs")
    page.get_by_role("link", name="Sagen Sie uns, was fehlt").click()
    expect(page.get_by_label("Was fehlt?")).to_have_value("Einradkurs")
    check(page)
    page.wait_for_timeout(MINIMUM_SECONDS * 1000)
    page.get_by_role("button", name="Absenden").click()
    expect(page.get_by_text("Ihre Nachricht hat die Nummer")).to_be_visible()
    check(page)
    assert Need.objects.get().text == "Einradkurs"

    page.goto(offers[0].get_absolute_url())
    page.get_by_role("link", name="Sagen Sie es uns").click()
    check(page)
    page.get_by_label("Zeit oder Ort stimmt nicht").check()
    page.get_by_label("Was haben Sie bemerkt?").fill("Beginnt erst um zehn.")
    page.wait_for_timeout(MINIMUM_SECONDS * 1000)
    page.get_by_role("button", name="Hinweis senden").click()
    expect(page.get_by_text("Ihre Nachricht hat die Nummer")).to_be_visible()
    assert Hint.objects.get().offer == offers[0]
