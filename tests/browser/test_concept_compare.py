"""A version is continued, rewritten, compared word by word and fetched as a synopsis."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from concepts.models import ConceptVersion
from kiportal.common import roles
from kiportal.common.models import Centre
from tests import factories
from tests.browser.conftest import Check, Open
from tests.browser.test_project_journey import signed_in
from tests.concepts.factories import freeze, make_concept, make_section

type RunJobs = Callable[[], object]


@pytest.fixture
def version(transactional_db: None, centre: Centre, settings: Settings, tmp_path: Path) -> ConceptVersion:
    settings.MEDIA_ROOT = tmp_path / "media"
    factories.make_user(roles.EDITOR, roles.EDITOR)
    version = make_concept("Integrationskonzept Musterkreis")
    make_section(version, "Einleitung", body="<p>Der Kreistag hat das Konzept beauftragt.</p>")
    table = "<table><tbody><tr><th>Ort</th><th>Plätze</th></tr><tr><td>Musterstadt</td><td>12</td></tr></tbody></table>"
    make_section(version, "Ziele", body=f"<p>Alle können mitreden.</p>{table}")
    make_section(version, "Ausblick")
    make_section(version, "Anhang")
    freeze(version, status=ConceptVersion.Status.FROZEN)
    return version


def test_version_is_continued_and_compared(
    open_browser: Open, check: Check, version: ConceptVersion, run_jobs: RunJobs
) -> None:
    with signed_in(open_browser, roles.EDITOR) as page:
        page.goto(f"/arbeitsplatz/konzepte/fassungen/{version.pk}/")
        check(page)
        page.get_by_role("button", name="Fortschreiben").click()
        expect(page.get_by_text("Mit dem Inhalt von Fassung 1.")).to_be_visible()
        check(page)
        draft = version.concept.versions.drafts().get()
        assert draft.changes_note == ""
        section = draft.sections.get(title="Einleitung")
        assert section.uuid == version.sections.get(title="Einleitung").uuid

        page.goto(f"/arbeitsplatz/konzepte/abschnitte/{section.pk}/")
        text = page.get_by_role("textbox", name="Text")
        text.click()
        page.keyboard.press("Control+End")
        page.keyboard.type(" Es gilt für alle Kommunen.")
        page.keyboard.press("Control+s")
        expect(page.get_by_text("Gespeichert um")).to_be_visible()

        aims = draft.sections.get(title="Ziele")
        aims.body = aims.body.replace("Alle können mitreden", "Alle können überall mitreden")
        aims.save()

        page.goto(f"/arbeitsplatz/konzepte/fassungen/{draft.pk}/")
        page.get_by_role("link", name="Mit voriger Fassung vergleichen").click()
        expect(page.get_by_text("2 Abschnitte geändert, 2 unverändert")).to_be_visible()
        expect(page.locator(".compared ins", has_text="Es gilt für alle Kommunen.")).to_be_visible()
        check(page)
        page.keyboard.press("Alt+ArrowDown")
        expect(page.locator("ins:focus, del:focus, [data-change]:focus")).to_have_count(1)
        page.keyboard.press("Alt+ArrowDown")
        expect(page.locator("[data-compared-place]")).to_contain_text("2 / 2")
        page.get_by_text("2 Abschnitte unverändert").click()
        expect(page.get_by_text("3 Ausblick")).to_be_visible()

        page.get_by_role("button", name="Synopse erstellen").click()
        expect(page.get_by_text("Die Synopse wird erstellt.")).to_be_visible()
        run_jobs()
        page.reload()
        address = page.get_by_role("link", name="Synopse öffnen").get_attribute("href")
        answer = page.request.get(str(address))
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.body().startswith(b"%PDF-1.7")
        check(page)
