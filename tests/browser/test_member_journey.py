"""From an invitation to a published change: staff let a Verein in, it changes an entry, the centre accepts."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from actors.models import Language, Municipality, Organisation
from kiportal.common import roles
from kiportal.common.models import Centre, ChangeProposal
from offers.models import Offer, OfferType, TargetGroup, Topic
from tests import factories
from tests.browser.conftest import Check, Open
from tests.browser.test_project_journey import RunJobs, path, signed_in
from tests.smtp import Mailbox

PASSWORD = "ein anderes langes Passwort"


@pytest.fixture
def offer(transactional_db: None) -> Offer:
    call_command("setup_centre", verbosity=0)
    assert Centre.objects.exists()
    return factories.make_offer(
        "Nähkurs am Abend",
        summary="Montags um zehn.",
        provider=factories.make_organisation("Verein Brücke"),
        offer_type=OfferType.objects.first(),
        topics=[Topic.objects.first()],
        target_groups=[TargetGroup.objects.first()],
        languages=[Language.objects.get(slug="de")],
        municipalities=[Municipality.objects.first()],
    )


def invite(staff: Page, check: Check, organisation: Organisation) -> None:
    staff.goto(f"/arbeitsplatz/organisationen/{organisation.pk}/")
    check(staff)
    staff.get_by_role("link", name="Zugänge verwalten").click()
    check(staff)
    staff.get_by_label("Vorname").fill("Nina")
    staff.get_by_label("Nachname").fill("Neu")
    staff.get_by_label("E-Mail-Adresse").fill("nina@bruecke.example.org")
    staff.get_by_role("button", name="Einladen").click()
    expect(staff.get_by_text("eingeladen, noch kein Passwort")).to_be_visible()
    check(staff)


def choose_password(verein: Page, check: Check, mailbox: Mailbox) -> None:
    verein.goto(path(mailbox.link("Ihr Zugang zum Portal")))
    check(verein)
    verein.locator("[name=password1]").fill(PASSWORD)
    verein.locator("[name=password2]").fill(PASSWORD)
    verein.locator("[name=password2]").press("Enter")
    verein.wait_for_load_state()
    verein.goto("/konto/anmelden/")
    if verein.locator("[name=login]").count():
        verein.locator("[name=login]").fill("nina@bruecke.example.org")
        verein.locator("[name=password]").fill(PASSWORD)
        verein.locator("[name=password]").press("Enter")
    expect(verein).to_have_url("/arbeitsplatz/")


def change_entry(verein: Page, check: Check, offer: Offer) -> None:
    expect(verein.get_by_role("heading", name="Ihre Angebote")).to_be_visible()
    check(verein)
    verein.get_by_role("link", name=f"Ändern: {offer}").click()
    check(verein)
    verein.get_by_role("link", name="Titel und Text").click()
    verein.get_by_label("Kurz gesagt").fill("Dienstags um zehn.")
    verein.get_by_role("button", name="Änderung senden").click()
    expect(verein.get_by_role("heading", name="Ihre Änderung wird geprüft")).to_be_visible()
    check(verein)


def test_invited_verein_changes_an_entry_and_the_centre_accepts(
    offer: Offer, open_browser: Open, check: Check, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    editor = factories.make_user(roles.EDITOR)
    verein, reader = open_browser(), open_browser()
    with signed_in(open_browser, editor.username) as staff:
        invite(staff, check, offer.provider)
        run_jobs()
        choose_password(verein, check, mailbox)
        change_entry(verein, check, offer)
        run_jobs()

        reader.goto(offer.get_absolute_url())
        expect(reader.get_by_text("Montags um zehn.").first).to_be_visible()
        staff.goto(f"/arbeitsplatz/pruefung/aenderung/{ChangeProposal.objects.get().pk}/")
        staff.get_by_role("button", name="Alle annehmen").click()
        expect(staff).to_have_url("/arbeitsplatz/pruefung/")
        reader.reload()
        expect(reader.get_by_text("Dienstags um zehn.").first).to_be_visible()
        run_jobs()
        assert mailbox.link("Ihre Änderung ist übernommen")


def change_organisation(verein: Page, check: Check, organisation: Organisation) -> None:
    verein.get_by_role("link", name=f"Angaben und Kontakte: {organisation}").click()
    check(verein)
    verein.get_by_role("link", name="Ändern", exact=True).click()
    check(verein)
    verein.get_by_label("Telefon").fill("0271 4711")
    verein.get_by_role("button", name="Änderung senden").click()
    expect(verein.get_by_role("heading", name="Ihre Änderung wird geprüft")).to_be_visible()
    check(verein)


def test_invited_verein_changes_its_organisation_and_the_centre_accepts(
    offer: Offer, open_browser: Open, check: Check, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    editor, organisation = factories.make_user(roles.EDITOR), offer.provider
    verein, reader = open_browser(), open_browser()
    with signed_in(open_browser, editor.username) as staff:
        invite(staff, check, organisation)
        run_jobs()
        choose_password(verein, check, mailbox)
        change_organisation(verein, check, organisation)
        run_jobs()

        reader.goto(organisation.get_absolute_url())
        expect(reader.get_by_text("0271 4711")).to_have_count(0)
        staff.goto("/arbeitsplatz/pruefung/")
        staff.get_by_role("link", name=organisation.name).click()
        expect(staff.get_by_role("heading", level=1)).to_have_text(f"Änderung an „{organisation}“")
        check(staff)
        staff.get_by_role("button", name="Alle annehmen").click()
        expect(staff).to_have_url("/arbeitsplatz/pruefung/")
        reader.reload()
        expect(reader.get_by_text("0271 4711").first).to_be_visible()
        run_jobs()
        verein.goto(path(mailbox.link("Ihre Änderung ist übernommen")))
        expect(verein.get_by_text("0271 4711").first).to_be_visible()
        check(verein)


def test_contact_is_kept_without_javascript(offer: Offer, open_browser: Open) -> None:
    member = factories.make_user(roles.PROVIDER, organisation=offer.provider)
    verein = open_browser(java_script_enabled=False)
    verein.goto("/konto/anmelden/")
    verein.locator("[name=login]").fill(member.username)
    verein.locator("[name=password]").fill(factories.PASSWORD)
    verein.locator("[name=password]").press("Enter")
    verein.get_by_role("link", name=f"Angaben und Kontakte: {offer.provider}").click()
    verein.get_by_role("link", name="Kontakt hinzufügen").click()
    verein.get_by_label("Funktion").fill("Vorstand")
    verein.get_by_label("Telefon").fill("0271 5")
    verein.get_by_label("Name der Ansprechperson").fill("Zoë Beispiel")
    verein.get_by_role("button", name="Speichern").click()
    expect(verein.get_by_text("Ohne Einwilligung dürfen wir den Namen nicht zeigen.").first).to_be_visible()
    verein.get_by_label("Die genannte Person ist einverstanden").check()
    verein.get_by_role("button", name="Speichern").click()
    entry = verein.get_by_role("listitem").filter(has_text="Vorstand")
    expect(entry.get_by_text("Zoë Beispiel").first).to_be_visible()
    entry.get_by_text("Entfernen", exact=True).click()
    entry.get_by_role("button", name="Kontakt entfernen").click()
    expect(verein.get_by_text("Der Kontakt „Vorstand“ ist entfernt.")).to_be_visible()


def test_draft_is_written_without_javascript(offer: Offer, open_browser: Open) -> None:
    member = factories.make_user(roles.PROVIDER, organisation=offer.provider)
    verein = open_browser(java_script_enabled=False)
    verein.goto("/konto/anmelden/")
    verein.locator("[name=login]").fill(member.username)
    verein.locator("[name=password]").fill(factories.PASSWORD)
    verein.locator("[name=password]").press("Enter")
    verein.get_by_role("link", name="Neues Angebot").click()
    verein.get_by_role("button", name="Weiter", exact=True).click()
    verein.get_by_label("Titel").fill("Lesekreis")
    verein.get_by_role("button", name="Später weiterschreiben").click()
    expect(verein.get_by_text("Der Entwurf ist gespeichert.")).to_be_visible()
    verein.get_by_role("link", name="Weiterschreiben: Lesekreis").click()
    expect(verein.get_by_label("Titel")).to_have_value("Lesekreis")
