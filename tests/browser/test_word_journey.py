"""A concept in Word: brought in by upload, looked at, taken over, taken back; and out again as a file."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from docx import Document
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from concepts.models import ConceptVersion
from kiportal.common import jobs, roles
from kiportal.common.models import Job
from tests import factories
from tests.browser.conftest import Check, Open
from tests.browser.test_concept_editor import signed_in
from tests.concepts.factories import make_concept, make_section
from tests.concepts.word.samples import full_file

pytestmark = pytest.mark.django_db(transaction=True)
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def version(transactional_db: None, settings: Settings, tmp_path: Path) -> ConceptVersion:
    settings.MEDIA_ROOT = tmp_path / "media"
    factories.make_centre()
    version = make_concept()
    make_section(version, "Ausgangslage")
    return version


def choose(page: Page, name: str, content: bytes) -> None:
    upload: dict[str, Any] = {"name": name, "mimeType": TYPE, "buffer": content}
    page.get_by_label("Word-Datei").set_input_files(files=[upload])  # type: ignore[list-item]
    page.get_by_role("button", name="Datei lesen").click()


def test_word_file_becomes_chapters_and_goes_out_again(
    open_browser: Open, version: ConceptVersion, live_server: object, check: Check
) -> None:
    page = signed_in(open_browser, factories.make_user(roles.EDITOR), live_server)
    page.goto(reverse("concepts:staff_version_detail", args=[version.pk]))
    page.get_by_role("link", name="Word-Datei übernehmen").click()
    check(page)
    choose(page, "brief.docx", b"%PDF-1.7")
    expect(page.get_by_text("Das ist ein PDF").first).to_be_visible()
    check(page)
    choose(page, "konzept.docx", full_file())
    expect(page.get_by_text("Die Datei wird gelesen")).to_be_visible()
    jobs.run(Job.objects.get(kind="concepts.read_word").pk)
    expect(page.get_by_role("heading", name="Vorschau")).to_be_visible()
    expect(page.get_by_text("Die SmartArt-Grafik „Ablauf“ ist nicht übernommen")).to_be_visible()
    page.get_by_text("2 Bilder", exact=True).click()
    expect(page.get_by_role("img", name="Ein blaues Feld")).to_be_visible()
    check(page)
    page.get_by_label("Als neue Kapitel").check()
    page.get_by_role("button", name="Jetzt übernehmen").click()
    expect(page.get_by_role("heading", name="Übernommen", exact=True)).to_be_visible()
    check(page)
    page.get_by_role("link", name="Zum Entwurf").click()
    for heading in ("Ausgangslage für Ämter", "Tabellen"):
        expect(page.get_by_role("link", name=heading).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Entwurf als Word-Datei").click()
    path = download.value.path()
    assert "Ausgangslage für Ämter" in [each.text for each in Document(BytesIO(path.read_bytes())).paragraphs]
    page.get_by_role("link", name="Word-Datei übernehmen").click()
    page.get_by_role("link", name="konzept.docx").click()
    page.get_by_role("button", name="Rückgängig machen").click()
    expect(page.get_by_text("Die Übernahme ist rückgängig gemacht")).to_be_visible()
    assert [section.title for section in version.sections.all()] == ["Ausgangslage"]
