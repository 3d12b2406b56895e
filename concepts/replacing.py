"""Search and replace in a draft: what people read of a section, and nothing of its markup.

A word is looked for in the title and in every block of text on its own: a paragraph up to a line break, a cell, a
caption, a footnote, the alternative text of a picture. Citations are left as they are. A word may run across bold or
linked letters; what replaces it stands where its first letter stood. The field history is the memory from which a
replacement is taken back.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from typing import Any
from uuid import UUID, uuid4

import pghistory
from django.core.exceptions import PermissionDenied
from django.db import transaction

from concepts import changes
from concepts.models import ConceptVersion, Section
from concepts.outline import Node, Outline
from concepts.permissions import can_edit_concepts
from kiportal.common.models import User
from kiportal.common.richtext import DOCUMENT, sanitise
from kiportal.common.transitions import SomebodyWasFaster, TransitionError

_TAG = re.compile(r'(<(?:[^">]|"[^"]*")*>)')
_NAME = re.compile(r"</?([a-z0-9]+)")
_ALTERNATIVE = re.compile(r'(?<=\salt=")[^"]*')
_INLINE = frozenset({"strong", "em", "a", "sub", "sup", "span"})
_EMPTY_MARK = re.compile(r"<(strong|em|a|sub|sup|span)\b(?:[^\">]|\"[^\"]*\")*></\1>")
_FOOTNOTE = '<span class="fn"'
_CITATION = '<a href="#quelle:'
_TITLE = "Überschrift"
_KINDS = {
    "caption": "Überschrift einer Tabelle",
    "td": "Tabelle",
    "th": "Tabelle",
    "figcaption": "Bildunterschrift",
    "span": "Fußnote",
}
# Letters shown before and after a hit
_CONTEXT = 60
_LONGEST_TITLE = Section._meta.get_field("title").max_length or 0


class SectionsChanged(TransitionError):
    """Somebody has worked on sections since they were searched; `pks` names them. Nothing is written."""

    status = 409

    def __init__(self, sections: Iterable[Section]) -> None:
        sections = list(sections)
        self.pks = {section.pk for section in sections}
        titles = ", ".join(f"„{section}“" for section in sections)
        super().__init__(
            f"Seit der Suche hat sich geändert: {titles}. Die Liste zeigt den Text, wie er jetzt ist. Bitte prüfen Sie "
            "diese Stellen und ersetzen Sie dann noch einmal."
            if sections
            else "Seit der Suche ist ein Abschnitt gelöscht worden. Bitte prüfen Sie die Liste und ersetzen Sie dann."
        )


@dataclass(frozen=True)
class Hit:
    """A place of a section: its number there from 0, what kind of text it is in ("" for running text), the words."""

    number: int
    kind: str
    before: str
    found: str
    after: str


@dataclass(frozen=True)
class Found:
    """The hits of one section, in reading order."""

    node: Node
    hits: list[Hit]

    def first(self, number: int) -> "Found":
        return Found(self.node, self.hits[: max(number, 0)])


@dataclass
class Block:
    """Text that is read in one go: of `pieces`, those with these numbers; they hold plain text."""

    kind: str
    numbers: list[int]


class Text:
    """HTML in pieces, tags and plain text; a picture's tag is cut around its alternative text."""

    def __init__(self, html: str) -> None:
        self.pieces: list[str] = []
        self.blocks: list[Block] = []
        self._open: list[tuple[str, str]] = []
        self._texts: set[int] = set()
        self._block: Block | None = None
        for place, piece in enumerate(_TAG.split(html)):
            if place % 2:
                self._tag(piece)
            elif piece and self.pieces and self.pieces[-1].startswith(_CITATION):
                self.pieces.append(piece)
            elif piece:
                self._text(unescape(piece))

    @property
    def html(self) -> str:
        """The HTML again; marks in which no letter is left are gone."""
        html = "".join(escape(piece) if number in self._texts else piece for number, piece in enumerate(self.pieces))
        while (less := _EMPTY_MARK.sub("", html)) != html:
            html = less
        return sanitise(html, DOCUMENT)

    def read(self, block: Block) -> str:
        return "".join(self.pieces[number] for number in block.numbers)

    def put(self, block: Block, start: int, end: int, new: str) -> None:
        """Write `new` for the letters from `start` to `end` of a block, into the piece of the first of them."""
        place = 0
        for number in block.numbers:
            piece = self.pieces[number]
            first, last = max(start - place, 0), min(end - place, len(piece))
            if first < last:
                self.pieces[number] = piece[:first] + (new if place + first == start else "") + piece[last:]
            place += len(piece)

    def _text(self, text: str) -> None:
        if self._block is None:
            self._block = Block(next((kind for _name, kind in reversed(self._open) if kind), ""), [])
            self.blocks.append(self._block)
        self._block.numbers.append(len(self.pieces))
        self._texts.add(len(self.pieces))
        self.pieces.append(text)

    def _tag(self, tag: str) -> None:
        found = _NAME.match(tag)
        name = found[1] if found else ""
        if name == "img" and (alternative := _ALTERNATIVE.search(tag)):
            self._block = None
            number = len(self.pieces) + 1
            self.pieces += [tag[: alternative.start()], unescape(alternative[0]), tag[alternative.end() :]]
            self._texts.add(number)
            self.blocks.append(Block("Alternativtext", [number]))
            return
        kind = ""
        if not tag.startswith("</"):
            kind = _KINDS.get(name, "") if name != "span" or tag.startswith(_FOOTNOTE) else ""
            if name not in {"br", "img"}:
                self._open.append((name, kind))
        elif self._open:
            kind = self._open.pop()[1]
        if name not in _INLINE or kind:
            self._block = None
        self.pieces.append(tag)


def pattern(word: str, *, whole: bool = False, exact: bool = False) -> re.Pattern[str]:
    """What finds `word`: as a word of its own if `whole`, with the same upper and lower case if `exact`."""
    escaped = re.escape(word)
    return re.compile(rf"(?<!\w){escaped}(?!\w)" if whole else escaped, re.NOFLAG if exact else re.IGNORECASE)


def hits(title: str, body: str, wanted: re.Pattern[str]) -> list[Hit]:
    text = Text(body)
    blocks = [(_TITLE, title), *((block.kind, text.read(block)) for block in text.blocks)]
    places = ((kind, block, match) for kind, block in blocks for match in wanted.finditer(block))
    return [
        Hit(number, kind, _tail(block[: match.start()]), match[0], _head(block[match.end() :]))
        for number, (kind, block, match) in enumerate(places)
    ]


def replaced(title: str, body: str, wanted: re.Pattern[str], new: str, chosen: set[int]) -> tuple[str, str]:
    """Title and body with `new` at the hits whose numbers are chosen."""
    count = iter(range(10**9))
    title = wanted.sub(lambda match: new if next(count) in chosen else match[0], title)
    text = Text(body)
    for block in text.blocks:
        matches = [match for match in wanted.finditer(text.read(block)) if next(count) in chosen]
        for match in reversed(matches):
            text.put(block, match.start(), match.end(), new)
    return title, text.html


def search(version: ConceptVersion, wanted: re.Pattern[str]) -> list[Found]:
    """The sections with hits, in reading order."""
    found = (
        Found(node, hits(node.section.title, node.section.body, wanted))
        for node in Outline.of(version, with_texts=True)
    )
    return [each for each in found if each.hits]


@transaction.atomic
def replace(
    version: ConceptVersion,
    wanted: re.Pattern[str],
    new: str,
    chosen: Mapping[tuple[int, int], set[int]],
    *,
    by: User,
) -> UUID:
    """Replace the chosen hits, given by pk and `lock_version` of their section; return the key to take it back with.

    Raises SectionsChanged when a section is not as it was searched, SomebodyWasFaster when the version is no draft.
    """
    _check(by)
    changes.locked_draft(version.pk)
    there = {section.pk: section for section in version.sections.select_for_update(of=["self"])}
    stale = {pk for pk, lock in chosen if pk not in there or there[pk].lock_version != lock}
    if stale:
        raise SectionsChanged(there[pk] for pk in sorted(stale) if pk in there)
    written: dict[str, dict[str, str]] = {}
    for (pk, _lock), numbers in chosen.items():
        section = there[pk]
        title, body = replaced(section.title, section.body, wanted, new, numbers)
        if not title.strip() or len(title) > _LONGEST_TITLE:
            problem = "leer" if not title.strip() else f"länger als {_LONGEST_TITLE} Zeichen"
            raise TransitionError(f"Die Überschrift „{section}“ wäre danach {problem}. Bitte lassen Sie sie weg.")
        title = title.strip()
        if (title, body) != (section.title, section.body):
            written[str(section.uuid)] = {"title": title, "body": body}
    key = uuid4()
    if not written:
        raise TransitionError("So bleibt der Text, wie er ist. Bitte geben Sie etwas anderes ein.")
    with pghistory.context(replacement=str(key), hits=sum(map(len, chosen.values()))):
        _write(version, written)
    return key


@dataclass(frozen=True)
class Replacement:
    """What a replacement has written: the rows of the field history, and how many hits it replaced."""

    key: UUID
    hits: int
    events: list[Any]

    @classmethod
    def of(cls, version: ConceptVersion, key: UUID) -> "Replacement | None":
        events = list(
            _events()
            .filter(version_id=version.pk, pgh_context__metadata__replacement=str(key))
            .select_related("pgh_context")
            .order_by("pgh_id")
        )
        return cls(key, events[0].pgh_context.metadata["hits"], events) if events else None

    def can_be_undone(self) -> bool:
        """Whether every section still reads as it was written: nobody's work since then gets lost."""
        locks = dict(self._sections().values_list("pk", "lock_version"))
        return all(locks.get(event.pgh_obj_id) == event.lock_version for event in self.events)

    def undo(self, version: ConceptVersion, *, by: User) -> None:
        _check(by)
        with transaction.atomic():
            changes.locked_draft(version.pk)
            list(self._sections().select_for_update(of=["self"]))
            if not self.can_be_undone():
                raise SomebodyWasFaster(
                    "Das ist schon rückgängig gemacht, oder seit dem Ersetzen hat jemand an diesen Abschnitten "
                    "gearbeitet. Rückgängig würde diese Arbeit löschen."
                )
            _write(version, {str(event.uuid): self._before(event) for event in self.events})

    def _sections(self) -> Any:
        return Section.objects.filter(pk__in=[event.pgh_obj_id for event in self.events])

    def _before(self, event: Any) -> dict[str, str]:
        before = _events().filter(pgh_obj_id=event.pgh_obj_id, pgh_id__lt=event.pgh_id).latest("pgh_id")
        return {"title": before.title, "body": before.body}


def _events() -> Any:
    return Section.pgh_event_model.objects  # type: ignore[attr-defined]


def _write(version: ConceptVersion, written: Mapping[str, dict[str, str]]) -> None:
    changes.set_sections(version, [each | written.get(each["uuid"], {}) for each in changes.snapshot(version)])


def _check(by: User) -> None:
    if not can_edit_concepts(by):
        raise PermissionDenied("replace is not allowed")


def _tail(text: str) -> str:
    """The end of a text, from the beginning of a word on."""
    return text if len(text) <= _CONTEXT else "… " + text[-_CONTEXT:].partition(" ")[2]


def _head(text: str) -> str:
    return text if len(text) <= _CONTEXT else text[:_CONTEXT].rpartition(" ")[0] + " …"
