"""From the editor's text to the Kreistag's PDF: written, frozen, refused to strangers, forwarded, published."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from concepts.models import ConceptVersion, Section
from kiportal.common import roles
from kiportal.common.models import Centre, User
from tests import factories
from tests.browser.conftest import Check, Open
from tests.browser.test_project_journey import signed_in
from tests.concepts.factories import make_concept, make_section

pytestmark = pytest.mark.usefixtures("concept")

type RunJobs = Callable[[], object]


@pytest.fixture
def people(transactional_db: None, centre: Centre) -> dict[str, User]:
    return {role: factories.make_user(role, role) for role in (roles.EDITOR, roles.LEAD, roles.COUNCIL)}


@pytest.fixture
def concept(people: dict[str, User]) -> ConceptVersion:
    version = make_concept("Integrationskonzept Musterkreis")
    make_section(version, "Einleitung", body="<p>Der Kreistag hat das Konzept beauftragt.</p>")
    make_section(version, "Ziele", body="<p>Alle können mitreden.</p>")
    return version


def command(page: Page, name: str) -> None:
    page.get_by_role("toolbar").get_by_role("button", name=name, exact=True).click()


def write(page: Page, check: Check, version: ConceptVersion) -> None:
    """A paragraph with a footnote, and a table with a head, as an editor types them."""
    page.goto(f"/arbeitsplatz/konzepte/fassungen/{version.pk}/")
    check(page)
    page.goto(f"/arbeitsplatz/konzepte/abschnitte/{version.sections.get(title='Einleitung').pk}/")
    text = page.get_by_role("textbox", name="Text")
    expect(text).to_be_visible()
    check(page)
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Grundlage ist ein Erlass")
    command(page, "Fußnote")
    page.get_by_role("textbox", name="Text der Fußnote").fill("Runderlass vom 25.06.2012.")
    page.get_by_role("button", name="Übernehmen").click()
    expect(text).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    command(page, "Tabelle")
    dialog = page.get_by_role("dialog", name="Tabelle einfügen")
    dialog.get_by_label("Überschrift der Tabelle").fill("Plätze je Kommune")
    dialog.get_by_label("Zeilen").fill("2")
    dialog.get_by_label("Spalten").fill("2")
    dialog.get_by_role("button", name="Einfügen").click()
    expect(text).to_be_focused()
    for number, word in enumerate(["Kommune", "Plätze", "Musterstadt", "12"]):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(word)
    expect(text.get_by_role("cell", name="12")).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Gespeichert um")).to_be_visible()


def freeze(page: Page, check: Check, version: ConceptVersion, run_jobs: RunJobs) -> None:
    page.goto(f"/arbeitsplatz/konzepte/fassungen/{version.pk}/abschliessen/")
    check(page)
    page.get_by_label("Stand").fill("2013-08-28")
    if (confirmed := page.get_by_role("checkbox")).count():
        confirmed.check()
    page.get_by_role("button", name="abschließen").click()
    expect(page).to_have_url(f"/arbeitsplatz/konzepte/fassungen/{version.pk}/")
    expect(page.get_by_text("Das PDF wird")).to_be_visible()
    check(page)
    run_jobs()
    page.reload()
    expect(page.get_by_role("link", name="PDF").first).to_be_visible()


def download(page: Page, address: str) -> int:
    answer = page.request.get(address, max_redirects=0)
    if answer.status == 200:
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.body().startswith(b"%PDF-1.7")
    return answer.status


def test_concept_goes_from_the_editor_to_the_public(
    open_browser: Open, check: Check, concept: ConceptVersion, run_jobs: RunJobs
) -> None:
    address = "/konzepte/integrationskonzept-musterkreis/fassungen/1/"
    with signed_in(open_browser, roles.EDITOR) as editor:
        write(editor, check, concept)
        freeze(editor, check, concept, run_jobs)
    stored = Section.objects.get(title="Einleitung").body
    assert '<span class="fn">Runderlass vom 25.06.2012.</span>' in stored
    assert "<caption>Plätze je Kommune</caption>" in stored
    assert "<th" in stored

    stranger = open_browser()
    assert [download(stranger, f"{address}{page}") for page in ("", "konzept.pdf")] == [404, 404]
    with signed_in(open_browser, roles.COUNCIL) as council:
        assert download(council, f"{address}konzept.pdf") == 404

    with signed_in(open_browser, roles.LEAD) as lead:
        lead.goto(f"/arbeitsplatz/konzepte/fassungen/{concept.pk}/")
        check(lead)
        lead.get_by_text("Einem Gremium vorlegen").first.click()
        lead.get_by_label("Gremium").fill("Kreistag")
        lead.get_by_role("button", name="Einem Gremium vorlegen").click()
        expect(lead.get_by_text("in der Beratung").first).to_be_visible()

    council.goto("/arbeitsplatz/")
    expect(council.get_by_role("heading", name="Zur Beratung")).to_be_visible()
    check(council)
    assert download(council, f"{address}konzept.pdf") == 200
    assert download(stranger, f"{address}konzept.pdf") == 404

    lead.get_by_text("Veröffentlichen").first.click()
    lead.get_by_role("button", name="Veröffentlichen").click()
    expect(lead.get_by_text("veröffentlicht").first).to_be_visible()
    assert download(stranger, f"{address}konzept.pdf") == 200
    stranger.goto("/konzepte/")
    stranger.get_by_role("link", name="Integrationskonzept Musterkreis").first.click()
    check(stranger)
    stranger.get_by_role("link", name="Einleitung").first.click()
    expect(stranger.get_by_text("Runderlass vom 25.06.2012.")).to_be_visible()
    expect(stranger.get_by_role("cell", name="12")).to_be_visible()
    check(stranger)
