"""The printed version and its jobs: right content, checked by veraPDF, made once, the same whenever it is made."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from actors.models import FunderNote
from concepts import lifecycle, pdf
from concepts.models import ConceptVersion, VersionPDF
from concepts.outline import Outline
from kiportal.common import jobs
from kiportal.common.models import Centre, Job, User
from kiportal.common.pdf.fonts import unprintable
from tests import pdf_structure, verapdf
from tests.common.pdf.samples import FILLER, LONG_WORD
from tests.concepts.factories import make_concept, make_image, make_section, make_version

pytestmark = pytest.mark.django_db

type RunJobs = Callable[[], list[Job]]


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def _full_draft() -> ConceptVersion:
    """A draft with what chapters can hold: references, footnotes, tables, pictures, four levels, an empty section."""
    version = make_concept("Integrationskonzept", summary="")
    image = make_image(version.concept)
    make_section(version, "Vorwort", is_numbered=False, body=f"<p>{FILLER}</p><ul><li><p>Eins</p></li></ul>")
    chapter = make_section(version, "Ausgangslage", body=f"<p>{FILLER}<span class='fn'>Quelle: {FILLER}</span></p>")
    second = make_section(version, "Menschen", parent=chapter, body=f"<h3>Im Überblick</h3><p>{LONG_WORD}</p>")
    third = make_section(
        version,
        "Bildung & Beruf",
        parent=second,
        body="<table><tbody><tr><th><p>Feld</p></th><th><p>Stelle</p></th></tr>"
        "<tr><td><p>Schule</p></td><td><p>KI<span class='fn'>In der Tabelle.</span></p></td></tr></tbody></table>",
    )
    make_section(
        version,
        "Vierte Ebene",
        parent=third,
        body=f"<p>Siehe <a href='#section:{second.uuid}'>Kapitel</a>.</p>"
        f"<figure><img src='{image.get_absolute_url()}' alt='Ein Diagramm'><figcaption>Bild 1</figcaption></figure>",
    )
    make_section(version, "Leer", body="")
    return version


def _frozen(lead: User, run_jobs: RunJobs) -> tuple[ConceptVersion, Job]:
    version = _full_draft()
    lifecycle.freeze(version, by=lead, as_of=date(2013, 8, 28))
    return ConceptVersion.objects.get(pk=version.pk), run_jobs()[0]


def test_frozen_version_gets_a_pdf_that_passes_verapdf(
    centre: Centre, lead: User, run_jobs: RunJobs, tmp_path: Path
) -> None:
    version, job = _frozen(lead, run_jobs)
    assert (job.state, job.error) == (Job.State.DONE, "")
    stored = VersionPDF.objects.get(version=version)
    content = stored.file.read()
    assert (stored.sha256, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert job.result == {"pages": stored.pages, "size": stored.size, "sha256": stored.sha256}
    path = tmp_path / "konzept.pdf"
    path.write_bytes(content)
    assert verapdf.failures(path) == {path: []}
    printed = pdf_structure.open_pdf(content)
    assert len(printed.pages) == stored.pages
    structure = pdf_structure.read_structure(printed)
    assert pdf_structure.content_outside_tree(printed, structure) == []
    assert structure.notes == ["note-1", "note-2"]
    assert pdf_structure.bookmarks(printed) == [
        "Inhalt",
        "Vorwort",
        "1 Ausgangslage",
        "1.1 Menschen",
        "Im Überblick",
        "1.1.1 Bildung & Beruf",
        "1.1.1.1 Vierte Ebene",
        "2 Leer",
        "Impressum",
    ]
    assert "Kapitel 1.1" in pdf_structure.links(printed)


def test_chapters_have_a_pdf_each_that_passes_verapdf(
    centre: Centre, lead: User, run_jobs: RunJobs, tmp_path: Path
) -> None:
    version, _job = _frozen(lead, run_jobs)
    chapters = list(version.sections.chapters())
    stored = {each.chapter: each for each in version.chapter_pdfs.all()}
    assert stored.keys() == {chapter.uuid for chapter in chapters}
    path = tmp_path / "kapitel.pdf"
    path.write_bytes(stored[chapters[1].uuid].file.read())
    assert verapdf.failures(path) == {path: []}
    printed = pdf_structure.open_pdf(path.read_bytes())
    structure = pdf_structure.read_structure(printed)
    assert pdf_structure.content_outside_tree(printed, structure) == []
    assert pdf_structure.bookmarks(printed)[:2] == ["1 Ausgangslage", "1.1 Menschen"]
    assert pdf_structure.links(printed)[-1] == "Kapitel 1.1"
    outline = Outline.of(version, with_texts=True)
    assert pdf.render_chapter_pdf(version, outline, outline.chapters[1]).sha256 == stored[chapters[1].uuid].sha256
    assert pdf.missing_chapters(version, outline) == []


def test_chapter_names_another_one_without_a_link(centre: Centre) -> None:
    version = make_concept()
    other = uuid4()
    make_section(version, "Eines", body=f"<p>Siehe <a href='#section:{other}'>Kapitel</a>.</p>")
    make_section(version, "Anderes", uuid=other)
    outline = Outline.of(version, with_texts=True)
    html = pdf.render_chapter_html(version, outline, outline.chapters[0])
    assert "Siehe Kapitel\u00a02." in html


def test_job_shows_chapters_and_pages(centre: Centre, lead: User, run_jobs: RunJobs) -> None:
    _version, job = _frozen(lead, run_jobs)
    assert job.total_steps == 3
    assert job.step


def test_second_run_finds_the_stored_pdf(centre: Centre, lead: User, run_jobs: RunJobs) -> None:
    version, job = _frozen(lead, run_jobs)
    made_at = VersionPDF.objects.get(version=version).made_at
    lifecycle.render(version)
    assert [again.result for again in run_jobs()] == [job.result]
    assert VersionPDF.objects.get(version=version).made_at == made_at


def test_lost_file_is_made_again_with_the_same_bytes(centre: Centre, lead: User, run_jobs: RunJobs) -> None:
    version, job = _frozen(lead, run_jobs)
    name = VersionPDF.objects.get(version=version).file.name
    default_storage.delete(name)
    # What has happened since changes nothing: decision, names and funders of today.
    lifecycle.forward(version, by=lead, committee="Kreistag")
    Centre.objects.update(name="Anderer Name", accent="rot")
    FunderNote.objects.create(text="Neue Förderung")
    lifecycle.render(version)
    assert [again.result for again in run_jobs()] == [job.result]
    assert default_storage.exists(name)


def test_html_of_frozen_version_has_its_own_cover(centre: Centre, lead: User, run_jobs: RunJobs) -> None:
    FunderNote.objects.create(text="Gefördert vom Land")
    version, _job = _frozen(lead, run_jobs)
    html = pdf.render_version_html(version)
    assert 'data-stand="Stand: 28.08.2013"' in html
    assert 'data-draft=""' in html
    assert "Bildung &amp; Beruf" in html
    assert "Gefördert vom Land" in html
    assert centre.county_name in html


def test_draft_has_no_stored_pdf(centre: Centre, run_jobs: RunJobs) -> None:
    jobs.enqueue("concepts.render_version", make_version(ConceptVersion.Status.DRAFT).pk)
    [job] = run_jobs()
    assert (job.state, "Entwurf" in job.error) == (Job.State.FAILED, True)
    assert not VersionPDF.objects.exists()


def test_preview_of_draft_is_marked_replaced_and_removed_after_a_day(centre: Centre, run_jobs: RunJobs) -> None:
    version = make_version(ConceptVersion.Status.DRAFT)
    assert 'data-draft="Entwurf"' in pdf.render_version_html(version)
    for _attempt in range(2):
        jobs.enqueue("concepts.render_preview", version.pk)
        [job] = run_jobs()
        assert (job.state, job.result["file"]) == (Job.State.DONE, pdf.preview_name(version))
    assert default_storage.listdir(pdf.PREVIEWS)[1] == [f"{version.pk}.pdf"]
    call_command("purge")
    assert default_storage.exists(pdf.preview_name(version))
    assert pdf.purge_previews(timezone.now() + timedelta(seconds=1), delete=False) == 1
    assert pdf.purge_previews(timezone.now() + timedelta(seconds=1), delete=True) == 1
    assert not default_storage.exists(pdf.preview_name(version))


def test_job_of_discarded_draft_says_so(run_jobs: RunJobs) -> None:
    jobs.enqueue("concepts.render_preview", 4711)
    [job] = run_jobs()
    assert (job.state, job.error) == (Job.State.FAILED, "Diese Fassung gibt es nicht mehr.")


def test_words_of_the_template_are_printable(centre: Centre) -> None:
    assert unprintable(pdf.render_version_html(_full_draft())) == ""
