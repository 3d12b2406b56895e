"""A Kreis brings its own table: from the file over columns, matches and preview to the import, and back again."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from actors.models import Municipality
from kiportal.common import roles
from offers.models import Offer
from tests import factories
from tests.browser.conftest import Check, Open
from tests.browser.test_project_journey import signed_in
from tests.offers.tables import csv_bytes

type RunJobs = Callable[[], object]

HEADERS = ["Angebot", "Anbieter", "Kommune", "Thema", "Telefon", "Ansprechstelle", "PLZ", "Kosten"]
TABLE = [
    ["Übersicht Angebote Kreis 2026"],
    HEADERS,
    [
        "Deutsch im Frauencafé",
        "Sprachtreff Lindenhof e. V.",
        "Netphen",
        "Gesundheit",
        "",
        "",
        "57250",
        "",
    ],
    ["Lesekreis Netphen", "Sprachtreff Lindenhof e. V.", "Netphen", "", "+49 2738 12", "Büro", "57250", "kostenfrei"],
    ["Radwerkstatt", "Sprachtreff Lindenhof", "Netphen", "", "", "", "", "umsonst"],
    ["Chorprobe", "Sprachtreff Lindenhof", "Netphen", "", "", "", "", "günstig"],
]


@pytest.fixture
def offer(transactional_db: None) -> Offer:
    call_command("setup_centre", verbosity=0)
    provider = factories.make_organisation("Sprachtreff Lindenhof e. V.")
    place = Municipality.objects.get(name="Netphen")
    return factories.make_offer("Deutsch im Frauencafé", provider=provider, municipalities=[place], topics=[])


def upload(page: Page, rows: list[list[str]]) -> None:
    page.goto("/arbeitsplatz/daten/")
    page.get_by_label("Angebote", exact=True).check()
    content = csv_bytes(rows, encoding="cp1252")
    page.get_by_label("Datei", exact=True).set_input_files(
        {"name": "angebote-kreis.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Hochladen und prüfen").click()


def test_table_of_a_kreis_from_the_file_to_the_import_and_back(
    open_browser: Open, check: Check, run_jobs: RunJobs, offer: Offer
) -> None:
    with signed_in(open_browser, factories.make_user(roles.EDITOR).username) as page:
        page.goto("/arbeitsplatz/daten/")
        check(page)
        upload(page, TABLE)
        expect(page.get_by_text("Der Auftrag wartet")).to_be_visible()
        check(page)
        run_jobs()
        expect(page.get_by_role("heading", name="Was bedeuten die Spalten?")).to_be_visible()
        check(page)
        page.get_by_text("Andere Zeile wählen").click()
        check(page)
        expect(page.get_by_label("„Anbieter“ bedeutet")).to_have_value("provider")
        page.get_by_role("button", name="Weiter zur Vorschau").click()
        run_jobs()
        expect(page.get_by_role("heading", name="Vorschau: Angebote")).to_be_visible()
        check(page)
        page.get_by_role("link", name="Namen klären").click()
        expect(page.get_by_role("heading", name="Wer ist gemeint?")).to_be_visible()
        expect(page.get_by_label("Sprachtreff Lindenhof e. V.")).to_be_checked()
        check(page)
        page.get_by_role("button", name="Speichern und Zeilen neu prüfen").click()
        run_jobs()
        expect(page.get_by_text("„günstig“ steht nicht zur Wahl")).to_be_visible()
        page.get_by_role("button", name="Datei verwerfen").click()
        expect(page.get_by_text("ist verworfen")).to_be_visible()
        # The next file needs no mapping; its names are asked again.
        upload(page, TABLE)
        run_jobs()
        page.get_by_role("link", name="Namen klären").click()
        page.get_by_role("button", name="Speichern und Zeilen neu prüfen").click()
        run_jobs()
        decide(page, check)
        page.get_by_role("button", name="Jetzt importieren").click()
        run_jobs()
        expect(page.get_by_role("link", name="Radwerkstatt")).to_be_visible()
        check(page)
        assert set(Offer.objects.filter(status="submitted").values_list("title", flat=True)) == {
            "Lesekreis Netphen",
            "Radwerkstatt",
        }
        page.get_by_text("Import zurücknehmen").click()
        check(page)
        page.get_by_role("button", name="Jetzt zurücknehmen").click()
        run_jobs()
        expect(page.get_by_text("Dieser Import ist zurückgenommen")).to_be_visible()
        check(page)
    assert list(Offer.objects.values_list("title", flat=True)) == ["Deutsch im Frauencafé"]
    assert not offer.topics.exists()


def decide(page: Page, check: Check) -> None:
    """One row means a record that we have; its topic is what is new. Another one is wrong and stays away."""
    expect(page.get_by_text("Ist das „Deutsch im Frauencafé“")).to_be_visible()
    expect(page.get_by_role("button", name="Jetzt importieren")).to_have_count(0)
    check(page)
    page.get_by_label("Diese Zeile nicht importieren").check()
    page.get_by_label("Ja, die Werte der Datei gelten").check()
    page.get_by_role("button", name="Antworten auf dieser Seite speichern").click()
    expect(page.get_by_text("Jetzt ist nichts mehr offen.")).to_be_visible()
    expect(page.get_by_text("Gesundheit")).to_be_visible()
