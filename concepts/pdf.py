"""The printed version: cover, contents, chapters, sources; and each chapter by itself. Made of the version's rows.

What is decided about a version later (committee, decision) does not stand in its PDF: the same version gives the same
bytes, whenever it is made.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator

from actors.models import FunderNote
from concepts import appendix, numbers
from concepts.models import ChapterPDF, ConceptVersion, VersionPDF
from concepts.outline import Node, Outline
from concepts.rendering import pictured, print_document, render
from kiportal.common.jobs import JobRefused
from kiportal.common.models import Centre
from kiportal.common.pdf import documents
from kiportal.common.pdf.documents import Document, OnProgress

PREVIEWS = "concepts/previews"


def cover_of_today() -> dict[str, Any]:
    """The names, the address, the logo and the funders as they are now: a version keeps them when it is frozen."""
    centre = Centre.objects.current()
    return {
        "centre_name": centre.name,
        "county_name": centre.county_name,
        "street": centre.street,
        "postcode": centre.postcode,
        "city": centre.city,
        "email": centre.email,
        "phone": centre.phone,
        "website": centre.website,
        "accent": centre.accent,
        "logo": centre.logo.name or "",
        "logo_alternative": centre.logo_alternative,
        "funders": [
            {"text": note.text, "logo": note.logo.name or "", "logo_alternative": note.logo_alternative}
            for note in FunderNote.objects.valid(timezone.localdate())
        ],
    }


def render_version_html(version: ConceptVersion) -> str:
    """Return the document that WeasyPrint prints; a draft bears the mark "Entwurf" on every page."""
    outline = Outline.of(version, with_texts=True)
    chapters = _printed(version, outline, outline.chapters)
    measures = appendix.of(version)
    sources = outline.bibliography.cited
    context = _frame(version) | {"chapters": chapters, "measures": measures, "sources": sources}
    return render_to_string("concepts/version_pdf.html", context)


def render_chapter_html(version: ConceptVersion, outline: Outline, chapter: Node) -> str:
    """One chapter of a finished version, under its number there. `outline` holds the texts."""
    sources = outline.bibliography.cited_in(node.section.pk for node in chapter)
    chapters = _printed(version, outline, [chapter], alone=chapter)
    context = _frame(version, chapter) | {"chapters": chapters, "sources": sources}
    return render_to_string("concepts/chapter_pdf.html", context)


def _printed(
    version: ConceptVersion, outline: Outline, chapters: Sequence[Node], *, alone: Node | None = None
) -> list[dict[str, Any]]:
    shown = pictured(node.section.body for chapter in chapters for node in chapter)
    images = {image.uuid: image for image in version.concept.images.filter(uuid__in=shown)}
    if shown - images.keys():  # of a draft only: such a version cannot be frozen (`review`)
        raise JobRefused("Ein Bild gehört nicht zu diesem Konzept. Bitte laden Sie es dort hoch und fügen es neu ein.")
    medium = print_document(images, alone)

    def part(node: Node) -> dict[str, Any]:
        return {
            "node": node,
            "level": node.depth + 1,
            "text": render(node, outline, medium),
            "numbers": numbers.shown(node.section),
            "parts": [part(child) for child in node.children],
        }

    return [part(chapter) for chapter in chapters]


def _frame(version: ConceptVersion, chapter: Node | None = None) -> dict[str, Any]:
    """The cover, and what stands on every page."""
    cover = cover_of_today() if version.is_draft else version.cover
    as_of = version.as_of or timezone.localdate()
    created = version.frozen_at or datetime.combine(as_of, datetime.min.time(), UTC)
    of_chapter = f"{chapter.heading}, aus: " if chapter else ""
    return {
        "version": version,
        "cover": cover,
        "document": {
            "title": f"{of_chapter}{version.title}, Fassung {version.number}",
            "author": cover.get("centre_name", ""),
            "accent": cover.get("accent", ""),
            "created": created.astimezone(UTC).replace(microsecond=0),
            "running": Truncator(version.title).chars(90),
            "stand": f"Stand: {date_format(as_of, 'd.m.Y')}",
            "draft": "Entwurf" if version.is_draft else "",
        },
    }


def render_version_pdf(version: ConceptVersion, *, on_progress: OnProgress | None = None) -> Document:
    """Return the PDF; raises JobRefused with a sentence when it cannot be made."""
    identifier = uuid5(NAMESPACE_URL, f"{version.concept.slug}/{version.number}/{version.frozen_at}").bytes
    return documents.render(render_version_html(version), identifier=identifier, on_progress=on_progress)


def render_chapter_pdf(version: ConceptVersion, outline: Outline, chapter: Node) -> Document:
    name = f"{version.concept.slug}/{version.number}/{version.frozen_at}/{chapter.section.uuid}"
    html = render_chapter_html(version, outline, chapter)
    return documents.render(html, identifier=uuid5(NAMESPACE_URL, name).bytes)


def store(version: ConceptVersion, document: Document) -> VersionPDF:
    """Keep the PDF. Made twice, it is stored once."""
    return VersionPDF.objects.update_or_create(version=version, defaults=_kept(document))[0]


def store_chapter(version: ConceptVersion, chapter: UUID, document: Document) -> ChapterPDF:
    return ChapterPDF.objects.update_or_create(version=version, chapter=chapter, defaults=_kept(document))[0]


def _kept(document: Document) -> dict[str, Any]:
    """Store the file under the name of its content, and return what is known of it."""
    name = f"concepts/pdf/{document.sha256[:2]}/{document.sha256}.pdf"
    if not default_storage.exists(name):
        name = default_storage.save(name, ContentFile(document.content))
    return {"file": name, "sha256": document.sha256, "pages": document.pages, "size": len(document.content)}


def stored(version: ConceptVersion) -> VersionPDF | None:
    """The PDF of a version, if its file is there, too: a restored database may be ahead of its files."""
    found = VersionPDF.objects.filter(version=version).first()
    return found if found and found.file.storage.exists(str(found.file.name)) else None


def missing_chapters(version: ConceptVersion, outline: Outline) -> list[Node]:
    """The chapters whose PDF does not lie there."""
    found = {each.chapter for each in version.chapter_pdfs.all() if each.file.storage.exists(str(each.file.name))}
    return [chapter for chapter in outline.chapters if chapter.section.uuid not in found]


def preview_name(version: ConceptVersion) -> str:
    """Where the preview of a draft lies until the next one, a day at most."""
    return f"{PREVIEWS}/{version.pk}.pdf"


def store_preview(version: ConceptVersion, document: Document) -> str:
    name = preview_name(version)
    default_storage.delete(name)
    return default_storage.save(name, ContentFile(document.content))


def purge_previews(before: datetime, *, delete: bool) -> int:
    """Count previews made before that time; with `delete` remove them."""
    if not default_storage.exists(PREVIEWS):
        return 0
    _folders, files = default_storage.listdir(PREVIEWS)
    old = [name for name in files if default_storage.get_modified_time(f"{PREVIEWS}/{name}") < before]
    if delete:
        for name in old:
            default_storage.delete(f"{PREVIEWS}/{name}")
    return len(old)
