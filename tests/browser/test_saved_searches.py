"""From a search without a hit to the mail and its page, and what the centre sees, in a browser."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.utils import timezone
from playwright.sync_api import expect

from kiportal.common import roles
from kiportal.common.models import Job
from offers.models import SavedSearch, VainSearch
from tests import factories
from tests.browser.conftest import Check, Open
from tests.browser.test_project_journey import signed_in
from tests.smtp import Mailbox


def test_search_is_saved_confirmed_and_ended(
    transactional_db: None,
    open_browser: Open,
    check: Check,
    mailbox: Mailbox,
    run_jobs: Callable[[], list[Job]],
) -> None:
    factories.make_centre()
    factories.make_offer("Sprachcafé")
    page = open_browser()
    page.goto("/angebote/?q=Einradkurs")
    check(page)
    page.get_by_role("link", name="Suche merken").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Suche merken")
    page.get_by_role("button", name="Suche merken").click()
    expect(page.locator("#id_email_error, .kern-alert").first).to_be_visible()
    check(page)
    page.get_by_label("Ihre E-Mail-Adresse").fill("wer@example.org")
    page.get_by_label("höchstens einmal am Tag").check()
    page.wait_for_timeout(3200)  # the minimum time of anonymous forms
    page.get_by_role("button", name="Suche merken").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bitte bestätigen Sie Ihre E-Mail-Adresse")
    check(page)
    run_jobs()
    page.goto(urlsplit(mailbox.link("Bitte bestätigen", "/suche-merken/")).path)
    check(page)
    page.get_by_role("button", name="Ja, Suche bestätigen").click()
    expect(page.get_by_text("Sie bekommen jetzt eine E-Mail")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Anhalten").click()
    expect(page.get_by_text("Die Suche ist angehalten")).to_be_visible()
    page.get_by_role("button", name="Suche beenden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Die Suche ist beendet")
    check(page)
    assert not SavedSearch.objects.exists()


def test_centre_reads_words_hides_them_and_notes_a_gap(
    transactional_db: None, open_browser: Open, check: Check
) -> None:
    factories.make_centre()
    factories.make_municipality("Netphen", slug="netphen")
    for number, words in enumerate(("einradkurs", "schwimmkurs fuer frauen", "asdf"), start=1):
        VainSearch.objects.create(
            day=timezone.localdate(),
            words=words,
            typed=words,
            language="de",
            municipality="netphen" if number == 1 else "",
            number=number,
            counted_at=timezone.now(),
        )
    with signed_in(open_browser, factories.make_user(roles.EDITOR).username) as page:
        page.goto("/arbeitsplatz/suchworte/")
        check(page)
        row = page.locator(".own-offer", has_text="asdf")
        row.get_by_role("button", name="Ausblenden").click()
        expect(page.get_by_text("„asdf“ ist ausgeblendet.")).to_be_visible()
        page.get_by_role("link", name="Ausgeblendet").click()
        check(page)
        page.get_by_role("link", name="30 Tage").click()
        gap = page.locator(".own-offer", has_text="einradkurs")
        gap.get_by_role("link", name="Bedarf erfassen").click()
        expect(page.get_by_label("Was fehlt?")).to_have_value("einradkurs")
        expect(page.get_by_label("Kommune")).to_have_value("netphen")
