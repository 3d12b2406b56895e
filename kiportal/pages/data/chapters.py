"""Texts of concepts as files: nested `<section id="key">` with an `<h2>` each; the nesting decides the level."""

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from lxml import etree, html

from concepts import changes
from concepts.models import ConceptVersion, Section

_NAMED = re.compile(r'"#(section|quelle):([a-z0-9-]+)"')
EDITION = "data-fassung"


@dataclass
class Chapter:
    """A section of the file; `body` is what stands between its heading and its sub-sections."""

    key: str
    title: str
    body: str
    is_numbered: bool = True
    children: list["Chapter"] = field(default_factory=list)

    def __iter__(self) -> Iterator["Chapter"]:
        """The section and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child


def parse(source: str, edition: int = 1) -> list[Chapter]:
    """Return the sections of a text. What is marked `data-fassung` belongs to that edition only."""
    root = html.fragment_fromstring(source, create_parent="div")
    for element in root.xpath(f"//*[@{EDITION}]"):
        if element.get(EDITION) == str(edition):
            del element.attrib[EDITION]
        else:
            element.drop_tree()
    return [_chapter(element) for element in root.iterchildren("section")]


def identity(slug: str, key: str) -> uuid.UUID:
    """A section of a file has the same uuid in every version and in every installation."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"https://example.org/kiportal/concepts/{slug}/{key}")


def source_identity(slug: str, key: str) -> uuid.UUID:
    return identity(slug, f"quelle/{key}")


def with_uuids(slug: str, body: str) -> str:
    """The text with uuids where the file names sections and sources by their keys."""

    def put(found: re.Match[str]) -> str:
        of = source_identity if found[1] == "quelle" else identity
        return f'"#{found[1]}:{of(slug, found[2])}"'

    return _NAMED.sub(put, body)


def cited(chapters: Sequence[Chapter]) -> set[str]:
    """The keys of the sources that chapters cite."""
    bodies = (section.body for chapter in chapters for section in chapter)
    return {key for body in bodies for kind, key in _NAMED.findall(body) if kind == "quelle"}


@transaction.atomic
def write(version: ConceptVersion, chapters: Sequence[Chapter]) -> None:
    """Make the tree of a draft equal to these chapters; sections that are not among them are deleted."""
    changes.locked_draft(version.pk)
    former = {section.uuid: section for section in version.sections.all()}

    def put(chapter: Chapter, parent: Section | None, position: int) -> None:
        key = identity(version.concept.slug, chapter.key)
        section = former.pop(key, None) or Section(version=version, uuid=key)
        section.parent, section.sort_order = parent, position
        section.title, section.is_numbered = chapter.title, chapter.is_numbered
        section.body = with_uuids(version.concept.slug, chapter.body)
        section.state = Section.State.READY
        section.save()
        for number, child in enumerate(chapter.children):
            put(child, section, number)

    for number, chapter in enumerate(chapters):
        put(chapter, None, number)
    Section.objects.filter(pk__in=[section.pk for section in former.values()]).delete()


def _chapter(element: html.HtmlElement) -> Chapter:
    heading, *content = element
    blocks = [child for child in content if child.tag != "section"]
    return Chapter(
        key=element.get("id", ""),
        title=heading.text_content(),
        body="".join(etree.tostring(block, method="html", encoding="unicode") for block in blocks).strip(),
        is_numbered="data-unnumbered" not in element.attrib,
        children=[_chapter(child) for child in content if child.tag == "section"],
    )
