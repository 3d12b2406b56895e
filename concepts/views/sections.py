"""/konzepte/<slug>/fassungen/<n>/abschnitte/<uuid>/: a chapter to read, and the permanent link of every section."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import conditional_page, require_safe

from concepts import numbers, rendering
from concepts.bibliography import Entry, cited
from concepts.models import ConceptVersion, Section
from concepts.outline import Node, Outline
from concepts.views.reading import Family


@dataclass(frozen=True)
class Part:
    """A section of the chapter with its text as HTML and the numbers below it."""

    node: Node
    html: SafeString
    numbers: numbers.Numbers | None


@require_safe
@login_not_required
@conditional_page
def section_detail(request: HttpRequest, slug: str, number: int, uuid: UUID) -> HttpResponse:
    """A section inside a chapter leads to its place there."""
    family = Family.of(request, slug)
    version = family.numbered(number)
    outline = Outline.of(version)
    node = outline.by_uuid.get(uuid)
    if node is None:
        raise Http404
    if node.parent is not None:
        return redirect(node.address)
    footnotes = rendering.Footnotes()
    parts = _read(node, outline, footnotes)
    before, after = outline.neighbours(node)
    replaced_by = family.replaced_by(version)
    context = {
        "concept": version.concept,
        "version": version,
        "chapter": node,
        "parts": parts,
        "footnotes": footnotes.texts,
        "sources": _sources(node, outline),
        "before": before,
        "after": after,
        "outline": outline,
        "replaced_by": replaced_by,
        "file": version.chapter_pdfs.filter(chapter=node.section.uuid).first(),
        "counterpart": _counterpart(node.section, replaced_by),
    }
    return render(request, "concepts/section_detail.html", context)


def _read(chapter: Node, outline: Outline, footnotes: rendering.Footnotes) -> list[Part]:
    """Only now the texts are fetched, and only those of this chapter."""
    nodes = {node.section.pk: node for node in chapter}
    for pk, body in Section.objects.filter(pk__in=nodes).values_list("pk", "body"):
        nodes[pk].section.body = body

    def address(node: Node) -> str:
        return f"#{node.anchor}" if node.section.pk in nodes else node.address

    medium = rendering.page(address, footnotes, chapter_level=1)
    return [Part(node, rendering.render(node, outline, medium), numbers.shown(node.section)) for node in chapter]


def _sources(chapter: Node, outline: Outline) -> list[Entry]:
    """What the chapter cites; nothing is asked for a chapter that cites nothing."""
    if not any(cited(node.section.body) for node in chapter):
        return []
    return outline.bibliography.cited_in(node.section.pk for node in chapter)


def _counterpart(section: Section, version: ConceptVersion | None) -> Section | None:
    """The same chapter in the version in force."""
    if version is None:
        return None
    return version.sections.defer("body").filter(uuid=section.uuid).first()
