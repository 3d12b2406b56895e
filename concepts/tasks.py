"""Jobs of this room: the PDFs of versions and of papers on measures."""

from typing import Any

from concepts import papers, pdf
from concepts.models import ConceptVersion, MeasurePaper, WordImport
from concepts.outline import Outline
from concepts.word import storing, taking
from concepts.word.package import WordRefused
from kiportal.common.jobs import JobRefused, Run, job
from kiportal.common.pdf.documents import OnProgress


@job
def render_version(run: Run, version_pk: int) -> dict[str, Any]:
    """Make and store the PDF of a finished version and its Word file, once."""
    version = _version(version_pk)
    if version.is_draft:
        raise JobRefused("Diese Fassung ist noch ein Entwurf. Ihr PDF entsteht, wenn sie abgeschlossen wird.")
    found = pdf.stored(version) or pdf.store(
        version, pdf.render_version_pdf(version, on_progress=_chapters(run, version))
    )
    if storing.stored(version) is None:
        storing.store(version)
    return {"pages": found.pages, "size": found.size, "sha256": found.sha256}


@job
def read_word(run: Run, key: str) -> dict[str, Any]:
    """Read a Word file that somebody brought in; what it would become waits for them to say yes."""
    found = WordImport.objects.select_related("version__concept").filter(pk=key).first()
    if found is None:
        raise JobRefused("Diese Datei ist inzwischen verworfen.")
    if found.read_at is None:
        try:
            taking.fill(found, lambda done, total: run.progress(done, total, "Datei wird gelesen"))
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
def render_paper(run: Run, key: str) -> dict[str, Any]:
    """Make and store the PDF of a paper on measures, once."""
    paper = MeasurePaper.objects.filter(pk=key).first()
    if paper is None:
        raise JobRefused("Dieses Papier gibt es nicht mehr.")
    if not papers.is_stored(paper):
        document = papers.render_pdf(paper, on_progress=lambda page, _part: run.progress(0, 1, f"Seite {page}"))
        papers.store(paper, document)
    return {"pages": paper.pages, "size": paper.size, "sha256": paper.sha256}
