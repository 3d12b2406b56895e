"""Two years of a concept: a Word file comes in, is edited, a measure is carried out, the next version follows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from docx import Document
from playwright.sync_api import Page, expect
from pytest_django import Settings

from concepts.models import Concept, ConceptVersion, FocusPeriod, PeriodRule
from kiportal.common import roles
from kiportal.common.models import Job
from tests import factories
from tests.browser.conftest import Check, Open
from tests.browser.test_measure_journey import choose_on_board, decide, enter_measure, prepare_period, sign_in
from tests.browser.test_word_journey import choose
from tests.concepts.factories import make_version
from tests.concepts.word.samples import saved

type RunJobs = Callable[[], list[Job]]


@pytest.fixture
def first(transactional_db: None, settings: Settings, tmp_path: Path) -> ConceptVersion:
    settings.MEDIA_ROOT = tmp_path / "media"
    factories.make_centre()
    factories.make_topic(slug="fruehe-bildung-kita", name="Frühe Bildung")
    factories.make_user(roles.LEAD, "leitung")
    PeriodRule.objects.create(valid_from="2013-01-01", months=24, source="Papier von 2013")
    return make_version("adopted", published=True)


def word_file() -> bytes:
    document = Document()
    for heading in ("Ausgangslage", "Ziele"):
        document.add_heading(heading, 1)
        document.add_paragraph(f"Was zu „{heading}“ gehört, steht hier.")
    return saved(document)


def continue_version(page: Page, version: ConceptVersion) -> ConceptVersion:
    page.goto(f"/arbeitsplatz/konzepte/fassungen/{version.pk}/")
    page.get_by_role("button", name="Fortschreiben").click()
    expect(page.get_by_text(f"Mit dem Inhalt von Fassung {version.number}.")).to_be_visible()
    return version.concept.versions.drafts().get()


def take_word_file(page: Page, draft: ConceptVersion, run_jobs: RunJobs) -> None:
    page.get_by_role("link", name="Word-Datei übernehmen").click()
    choose(page, "konzept.docx", word_file())
    assert [job.error for job in run_jobs()] == [""]
    page.reload()
    page.get_by_label("Den ganzen Entwurf ersetzen").check()
    page.get_by_role("button", name="Jetzt übernehmen").click()
    expect(page.get_by_role("heading", name="Übernommen", exact=True)).to_be_visible()
    assert [section.title for section in draft.sections.filter(parent=None)] == ["Ausgangslage", "Ziele"]


def write(page: Page, draft: ConceptVersion, words: str) -> None:
    page.goto(f"/arbeitsplatz/konzepte/abschnitte/{draft.sections.get(title='Ziele').pk}/")
    text = page.get_by_role("textbox", name="Text")
    expect(text).to_be_visible(timeout=30_000)  # until the editor has taken the place of the plain field
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Gespeichert um")).to_be_visible()


def carry_out_a_measure(page: Page) -> None:
    """From the pool into the focus of a period, which is decided and ended."""
    enter_measure(page, lambda _page: None)
    prepare_period(page, timezone.localdate())
    choose_on_board(page, lambda _page: None)
    period = FocusPeriod.objects.get()
    decide(page, period)
    page.goto(f"{period.get_absolute_url()}beenden/")
    page.locator("[name=summary]").fill("Die Mappe ist begonnen.")
    page.get_by_role("button", name="Periode beenden").click()
    expect(page.get_by_text("ist beendet. Das Ergebnis steht")).to_be_visible()


def freeze(page: Page, draft: ConceptVersion, run_jobs: RunJobs) -> None:
    page.goto(f"/arbeitsplatz/konzepte/fassungen/{draft.pk}/abschliessen/")
    if (confirmed := page.get_by_role("checkbox")).count():
        confirmed.check()
    page.get_by_role("button", name="abschließen").click()
    expect(page.get_by_text("Das PDF wird")).to_be_visible()
    assert {job.error for job in run_jobs()} == {""}


def is_pdf(page: Page, address: str | None) -> bool:
    answer = page.request.get(str(address))
    return answer.headers["content-type"] == "application/pdf" and answer.body().startswith(b"%PDF-1.7")


def test_word_file_becomes_a_version_whose_measure_is_carried_out_and_that_is_continued(
    open_browser: Open, check: Check, first: ConceptVersion, run_jobs: RunJobs
) -> None:
    page = open_browser()
    sign_in(page)
    second = continue_version(page, first)
    take_word_file(page, second, run_jobs)
    write(page, second, " Alle reden mit.")
    carry_out_a_measure(page)
    assert FocusPeriod.objects.get().ended_on == timezone.localdate()
    freeze(page, second, run_jobs)

    third = continue_version(page, second)
    write(page, third, " Auch die Jugend.")
    page.goto(f"/arbeitsplatz/konzepte/fassungen/{third.pk}/")
    page.get_by_role("link", name="Mit voriger Fassung vergleichen").click()
    expect(page.locator(".compared ins", has_text="Auch die Jugend.")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Synopse erstellen").click()
    expect(page.get_by_text("Die Synopse wird erstellt.")).to_be_visible()
    assert [job.error for job in run_jobs()] == [""]
    page.reload()
    assert is_pdf(page, page.get_by_role("link", name="Synopse öffnen").get_attribute("href"))

    address = f"/konzepte/{Concept.objects.get().slug}/fassungen/2/"
    assert is_pdf(page, f"{address}konzept.pdf")
    page.goto(address)
    page.get_by_role("link", name="Ziele").first.click()
    expect(page.get_by_text("Alle reden mit.")).to_be_visible()
    assert is_pdf(page, page.get_by_role("link", name="Nur dieses Kapitel").get_attribute("href"))
    page.goto(FocusPeriod.objects.get().get_absolute_url())
    page.get_by_role("button", name="Fortschrittsbericht", exact=True).click()
    assert [job.error for job in run_jobs()] == [""]
    assert is_pdf(page, f"{page.url}papier.pdf")
