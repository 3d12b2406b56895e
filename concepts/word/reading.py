"""A .docx as chapters of a concept: the tree it would become, and what of it could not be kept. Writes nothing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml.ns import qn

from concepts.models import Section
from concepts.models.content import DEEPEST
from concepts.outline import Outline
from concepts.rendering import without_numbers
from concepts.word import citations
from concepts.word.blocks import Block, Blocks, assembled, flattened
from concepts.word.inline import Inline, Line, plain, shortened
from concepts.word.notes import Note, Notes
from concepts.word.objects import Objects, Pictures, ReadPicture
from concepts.word.package import WordRefused, opened
from concepts.word.styles import Numbering, Styles
from kiportal.common.richtext import DOCUMENT, sanitise

# Files of this portal say by a bookmark which section a heading is, and what they added to the chapters (`writing`).
ADDED = "_portal"
BOOKMARK = re.compile(r"_s_([0-9a-f]{32})")
MOST_SECTIONS = 2000
LONGEST_TITLE = 200
BEFORE = "Vorspann"
# Paragraphs between two words about progress: each may hold a picture that takes a second (`jobs.CLAIM`).
_BETWEEN = 40

_TYPED = re.compile(r"(?:Kapitel\s+)?(\d{1,2}(?:\.\d{1,2})*)(\.?)([\s\t]+|(?<=\.))(?=\D)", re.IGNORECASE)


@dataclass
class Part:
    """A section as it would become: `depth` 1 is a chapter."""

    uuid: UUID
    title: str
    depth: int
    is_numbered: bool
    body: str = ""


@dataclass(frozen=True)
class Reading:
    parts: list[Part]
    notes: list[Note]
    pictures: list[ReadPicture]


def read(
    content: bytes,
    key: UUID,
    known: Mapping[str, tuple[UUID, int, int]] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Reading:
    """Read a file; the same content and key give the same result. Raises WordRefused with a sentence.

    `known` are the pictures that the concept has: (uuid, width, height) by SHA-256. `on_progress` gets the number of
    paragraphs and tables that are done, and of all.
    """
    found = _Reader(content, key, known or {}).read(on_progress)
    if not found.parts:
        raise WordRefused("In der Datei steht kein Text, der sich übernehmen lässt.")
    return found


@dataclass
class _Heading:
    element: Any
    level: int
    uuid: UUID
    has_number: bool | None


class _Reader:
    def __init__(self, content: bytes, key: UUID, known: Mapping[str, tuple[UUID, int, int]]) -> None:
        document = opened(content)
        self.key = key
        self.part = document.part
        self.body = document.element.body
        self.styles = Styles(document)
        self.numbering = Numbering(self._numbering_root())
        self.notes = Notes()
        self.pictures = Pictures(key, known)
        self.elements = list(flattened(self.body, self.notes))
        self.headings = self._find_headings()
        self._by_bookmark = self._bookmarks()
        language = self.styles.main_language(self.body)
        inline = Inline(self.part, self.styles, self.notes, language, self._href)
        objects = Objects(self.part, self.notes, self.pictures)
        self.blocks = Blocks(inline, objects, self.styles, self.numbering, self.notes)
        self.parts: list[Part] = []
        self.waiting: list[Block] = []
        self._open: list[int] = []
        self._pending: Line | None = None
        self._skips = False

    def _numbering_root(self) -> Any | None:
        try:
            numbering: Any = self.part.part_related_by(RT.NUMBERING)
            return numbering.element
        except (KeyError, AttributeError):
            return None

    # Headings first: links lead to them from anywhere

    def _find_headings(self) -> dict[int, _Heading]:
        found: dict[int, _Heading] = {}
        taken: set[UUID] = set()
        for element in self.elements:
            if element.tag != qn("w:p") or not (level := self.styles.heading_level(element)):
                continue
            if not plain(element):
                continue
            uuid = next((own for own in _own_uuids(element) if own not in taken), None)
            uuid = uuid or uuid5(self.key, f"section {len(found)}")
            taken.add(uuid)
            found[id(element)] = _Heading(element, level, uuid, self._has_number(element))
        return found

    def _has_number(self, heading: Any) -> bool | None:
        """Whether Word counts this heading; None where the file says nothing about it."""
        numbering = self.styles.numbering(heading)
        if numbering is None:
            return None
        return numbering[0] != 0 and self.numbering.form(*numbering) not in {"none", "bullet", ""}

    def _bookmarks(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for heading in self.headings.values():
            if heading.level <= DEEPEST:
                for bookmark in heading.element.iter(qn("w:bookmarkStart")):
                    found[bookmark.get(qn("w:name"), "")] = f"#section:{heading.uuid}"
        return found

    def _href(self, name: str) -> str | None:
        return self._by_bookmark.get(name) or citations.target(name)

    # The whole file

    def read(self, on_progress: Callable[[int, int], None] | None) -> Reading:
        self._say_what_surrounds()
        for place, element in enumerate(self.elements):
            if on_progress and place % _BETWEEN == 0:
                on_progress(place, len(self.elements))
            if id(element) in self.headings:
                self._skips = _is_added(element)
            if self._skips:
                self._said_once(
                    "Anhang, Quellen und Impressum des Portals sind weggelassen. Das Portal macht sie selbst."
                )
            elif id(element) not in self.headings and _is_added(element):
                self._said_once("Zahlen aus dem Angebotsverzeichnis sind weggelassen. Das Portal macht sie selbst.")
            elif element.tag == qn("w:tbl"):
                self.waiting += self.blocks.table(element)
            else:
                self._paragraph(element)
        self._close()
        self._set_numbers()
        outline = _outline(self.parts)
        for part in self.parts:
            part.body = without_numbers(part.body, outline)
        headings = [node.heading for node in outline]
        return Reading(self.parts, self.notes.told(headings), list(self.pictures.new.values()))

    def _paragraph(self, element: Any) -> None:
        was_in_contents = self.blocks.inline.in_contents
        self.notes.begin()
        line = self.blocks.inline.read(element)
        role = self.styles.role(element)
        if was_in_contents or self.blocks.inline.in_contents or role == "toc":
            if line.pieces:
                self._said_once("Das Inhaltsverzeichnis der Datei ist weggefallen. Das Portal macht es selbst.")
            return
        if role == "cover":
            if line.text:
                self._said_once("Das Deckblatt der Datei ist weggefallen. Das Portal macht es selbst.")
            return
        heading = self.headings.get(id(element))
        if heading is not None and line.text:
            self._heading(heading, line)
            return
        if role == "title":
            if line.text:
                words = shortened(line.text)
                self.notes.say("changed", f"„{words}“ (Titel) steht nicht im Text. Der Titel gehört auf das Deckblatt.")
            line.pieces.clear()
        if self._joins_next(element):
            self._pending = _merged(self._pending, line)
            return
        if self._pending is not None:
            line, self._pending = _merged(self._pending, line), None
        self.waiting += self.blocks.paragraph(element, line)

    def _said_once(self, sentence: str) -> None:
        """Say something of the whole file."""
        self.notes.here, here = None, self.notes.here
        self.notes.say("changed", sentence)
        self.notes.here = here

    def _joins_next(self, element: Any) -> bool:
        """A paragraph whose end was deleted while changes were tracked goes on in the next one."""
        return element.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:del')}") is not None

    def _heading(self, heading: _Heading, line: Line) -> None:
        level, title = heading.level, line.text
        footnotes = [piece.html for piece in line.pieces if piece.html.startswith('<span class="fn">')]
        if footnotes:
            title = Line([piece for piece in line.pieces if piece.html not in footnotes]).text
        while self._open and self._open[-1] >= level:
            self._open.pop()
        depth = len(self._open) + 1
        if depth > DEEPEST or level > 6:
            self.notes.say(
                "changed", f"Die Überschrift „{shortened(title)}“ liegt zu tief und ist jetzt eine Zwischenüberschrift."
            )
            self.waiting.append(Block("subheading", line.html))
            return
        said_of_it = self.notes.withdraw()
        self._close()
        self._open.append(level)
        if len(self.parts) >= MOST_SECTIONS:
            raise WordRefused(f"Die Datei hat mehr als {MOST_SECTIONS} Überschriften. Bitte teilen Sie sie auf.")
        self.parts.append(Part(heading.uuid, title, depth, is_numbered=True))
        self.notes.here = len(self.parts) - 1
        for kind, sentence in said_of_it:
            self.notes.say(kind, sentence)
        if depth < level and (depth == 1 or level - depth > 1) and self._is_skip(depth, level):
            self.notes.say("changed", f"Die Überschrift stand auf Ebene {level} und steht jetzt auf Ebene {depth}.")
        if footnotes:
            self.notes.say("changed", "Die Fußnote der Überschrift steht jetzt im ersten Absatz.")
            self.waiting.append(Block("text", f"Zur Überschrift{''.join(footnotes)}"))
        self._title(self.parts[-1], heading)
        self.waiting += self.blocks.paragraph(heading.element, Line(objects=line.objects))

    def _is_skip(self, depth: int, level: int) -> bool:
        above = self._open[-2] if len(self._open) > 1 else 0
        return level > above + 1

    def _title(self, part: Part, heading: _Heading) -> None:
        part.is_numbered = heading.has_number is not False
        if heading.has_number is not True and (typed := _TYPED.match(part.title)):
            rest = part.title[typed.end() :].strip(" –-\t")
            expected = sum(each.depth == 1 for each in self.parts)
            if rest and ("." in typed[0] or typed[1] == str(expected)):
                part.title, heading.has_number, part.is_numbered = rest, True, True
                self.notes.count("number")
        if len(part.title) > LONGEST_TITLE:
            self.notes.say("changed", "Die Überschrift war zu lang. Sie ist gekürzt und steht ganz im ersten Absatz.")
            self.waiting.append(Block("text", f"<strong>{_escaped(part.title)}</strong>"))
            part.title = f"{part.title[: LONGEST_TITLE - 1].rstrip()}…"

    def _close(self) -> None:
        """Give what was read to the section it stands in; before the first heading that is a chapter of its own."""
        body = sanitise(citations.taken_back(assembled(self.waiting)), DOCUMENT)
        self.waiting = []
        if not body:
            return
        if not self.parts:
            self.parts.append(Part(uuid5(self.key, "before"), BEFORE, 1, is_numbered=False))
            self.notes.here = 0
            self.notes.say(
                "changed", f"Vor der ersten Überschrift steht Text. Er ist das Kapitel „{BEFORE}“ ohne Nummer."
            )
        self.parts[-1].body = body

    def _set_numbers(self) -> None:
        """Where no heading of the file says anything about numbers, all have one; else those that have one there.

        Below a heading without number the mark says nothing, so it stays what it is for new sections.
        """
        said = {heading.uuid: heading.has_number for heading in self.headings.values()}
        if all(each is None for each in said.values()):
            return
        without: list[int] = []
        for part in self.parts:
            while without and without[-1] >= part.depth:
                without.pop()
            part.is_numbered = bool(said.get(part.uuid, False)) or bool(without)
            if not part.is_numbered:
                without.append(part.depth)

    def _say_what_surrounds(self) -> None:
        texts = {
            plain(paragraph)
            for relation in self.part.rels.values()
            if relation.reltype in {RT.HEADER, RT.FOOTER} and not relation.is_external
            for paragraph in getattr(relation.target_part, "element", self.body).iter(qn("w:p"))
            if paragraph.getroottree().getroot() is not self.body.getroottree().getroot()
        }
        if any(texts):
            self.notes.say("changed", "Kopf- und Fußzeilen sind weggefallen. Das Portal setzt eigene.")


def _own_uuids(heading: Any) -> list[UUID]:
    names = (bookmark.get(qn("w:name"), "") for bookmark in heading.iter(qn("w:bookmarkStart")))
    return [UUID(found[1]) for name in names if (found := BOOKMARK.fullmatch(name))]


def _is_added(element: Any) -> bool:
    return any(each.get(qn("w:name"), "").startswith(ADDED) for each in element.iter(qn("w:bookmarkStart")))


def _merged(first: Line | None, second: Line) -> Line:
    if first is None:
        return second
    return Line([*first.pieces, *second.pieces], [*first.objects, *second.objects])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def sections(parts: list[Part]) -> list[Section]:
    """Unsaved sections with the tree of the parts; their keys are places in the list, from 1."""
    found: list[Section] = []
    above: list[int] = []
    for place, part in enumerate(parts, start=1):
        del above[part.depth - 1 :]
        found.append(
            Section(
                pk=place,
                uuid=part.uuid,
                parent_id=above[-1] if above else None,
                sort_order=place,
                title=part.title,
                is_numbered=part.is_numbered,
                body=part.body,
            )
        )
        above.append(place)
    return found


def _outline(parts: list[Part]) -> Outline:
    return Outline(sections(parts))
