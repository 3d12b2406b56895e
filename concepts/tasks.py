"""Jobs of this room: the PDFs of versions, chapters and papers on measures; long tables of measures."""

from typing import Any

from django.core.exceptions import PermissionDenied

from concepts import papers, pdf, synopsis
from concepts.models import ConceptVersion, MeasurePaper, MeasureTable, WordImport
from concepts.outline import Outline
from concepts.resources import taking as tables
from concepts.word import storing
from concepts.word import taking as words
from concepts.word.package import WordRefused
from kiportal.common.jobs import JobRefused, Run, enqueue, job
from kiportal.common.models import User
from kiportal.common.pdf.documents import OnProgress
from kiportal.common.transitions import TransitionError


@job
def render_version(run: Run, version_pk: int) -> dict[str, Any]:
    """Make and store the PDF of a finished version and its Word file, once."""
    version = _version(version_pk)
    if version.is_draft:
        raise JobRefused("Diese Fassung ist noch ein Entwurf. Ihr PDF entsteht, wenn sie abgeschlossen wird.")
    found = pdf.stored(version) or pdf.store(
        version, pdf.render_version_pdf(version, on_progress=_chapters(run, version))
    )
    if pdf.missing_chapters(version, Outline.of(version)):
        enqueue("concepts.render_chapters", version.pk, title=f"PDFs der Kapitel: {version}")
    if storing.stored(version) is None:
        storing.store(version)
    return {"pages": found.pages, "size": found.size, "sha256": found.sha256}


@job
def render_chapters(run: Run, version_pk: int) -> dict[str, Any]:
    """Make and store the PDF of each chapter that has none."""
    version = _version(version_pk)
    outline = Outline.of(version, with_texts=True)
    missing = pdf.missing_chapters(version, outline)
    for number, chapter in enumerate(missing):
        run.progress(number, len(missing), chapter.heading)
        pdf.store_chapter(version, chapter.section.uuid, pdf.render_chapter_pdf(version, outline, chapter))
    return {"chapters": len(missing)}


@job
def read_word(run: Run, key: str) -> dict[str, Any]:
    """Read a Word file that somebody brought in; what it would become waits for them to say yes."""
    found = WordImport.objects.select_related("version__concept").filter(pk=key).first()
    if found is None:
        raise JobRefused("Diese Datei ist inzwischen verworfen.")
    if found.read_at is None:
        try:
            words.fill(found, lambda done, total: run.progress(done, total, "Datei wird gelesen"))
        except WordRefused as refusal:
            raise JobRefused(str(refusal)) from refusal
    return {"sections": len(found.parts), "notes": len(found.notes)}


@job
def render_preview(run: Run, version_pk: int) -> dict[str, Any]:
    """Make the PDF of a draft as it is now; `concepts.pdf.preview_name` says where it lies."""
    version = _version(version_pk)
    document = pdf.render_version_pdf(version, on_progress=_chapters(run, version))
    return {"pages": document.pages, "file": pdf.store_preview(version, document)}


def _version(pk: int) -> ConceptVersion:
    version = ConceptVersion.objects.select_related("concept").filter(pk=pk).first()
    if version is None:
        raise JobRefused("Diese Fassung gibt es nicht mehr.")
    return version


def _chapters(run: Run, version: ConceptVersion) -> OnProgress:
    """Show chapters done of all chapters, and the page."""
    outline = Outline.of(version)
    total = len(outline.chapters)
    places = {node.anchor: outline.chapters.index(node.chapter) for node in outline}
    furthest = 0

    def show(page: int, section: str) -> None:
        nonlocal furthest
        furthest = max(furthest, places.get(section, 0))
        step = f"Kapitel {furthest + 1} von {total}, Seite {page}" if page else "Text wird vorbereitet"
        run.progress(furthest, total, step)

    return show


@job
def render_synopsis(run: Run, old_pk: int, new_pk: int) -> dict[str, Any]:
    """Make and store two versions side by side: for good where both are finished, with a draft for a day."""
    old, new = _version(old_pk), _version(new_pk)
    found = synopsis.stored(old, new)
    if found is None:
        document = synopsis.render_pdf(
            old, new, on_progress=lambda page, _part: run.progress(0, 1, f"Seite {page}" if page else "Wird verglichen")
        )
        found = synopsis.store(old, new, document)
        if found is None:
            return {"pages": document.pages, "file": synopsis.preview_name(old, new)}
    return {"pages": found.pages, "size": found.size, "sha256": found.sha256}


@job
def take_table(run: Run, key: str, user_pk: int, seen: str) -> dict[str, Any]:
    """Take a long table of measures over: all of it or nothing."""
    table, by = MeasureTable.objects.filter(pk=key).first(), User.objects.filter(pk=user_pk).first()
    if table is None or by is None:
        raise JobRefused("Diese Tabelle gibt es nicht mehr.")
    if table.taken_at is not None:
        return dict(table.counts)
    try:
        return tables.take(table, by=by, seen=seen, progress=run.progress)
    except TransitionError as error:
        raise JobRefused(str(error)) from None
    except PermissionDenied:
        raise JobRefused("Dieses Konto darf keine Maßnahmen mehr einlesen.") from None


@job
def render_paper(run: Run, key: str) -> dict[str, Any]:
    """Make and store the PDF of a paper on measures, once."""
    paper = MeasurePaper.objects.filter(pk=key).first()
    if paper is None:
        raise JobRefused("Dieses Papier gibt es nicht mehr.")
    if not papers.is_stored(paper):
        document = papers.render_pdf(paper, on_progress=lambda page, _part: run.progress(0, 1, f"Seite {page}"))
        papers.store(paper, document)
    return {"pages": paper.pages, "size": paper.size, "sha256": paper.sha256}
