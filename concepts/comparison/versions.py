"""Two versions of a concept side by side: which sections are new, gone, moved, renamed or changed.

Sections are the same by `uuid`; of those left over, by their title, as a text that was imported anew has other uuids.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from concepts import appendix, numbers, rendering
from concepts.bibliography import Entry
from concepts.comparison import texts
from concepts.comparison.texts import Piece
from concepts.models import ConceptVersion, Section
from concepts.outline import Node, Outline

COVER, MEASURES, SOURCES = "deckblatt", "massnahmen", "quellen"


@dataclass(frozen=True)
class Change:
    """A section in both versions or in one; without a node the cover, the measures or the sources."""

    anchor: str
    depth: int
    old: Node | None = None
    new: Node | None = None
    label: Any = ""
    pieces: tuple[Piece, ...] = ()
    # The heading, or what stands in its place, with its marks.
    heading: str = ""
    is_renamed: bool = False
    is_moved: bool = False

    @property
    def number(self) -> str:
        node = self.new or self.old
        return node.number if node else ""

    @property
    def title(self) -> str:
        node = self.new or self.old
        return node.section.title if node else str(self.label)

    @property
    def is_section(self) -> bool:
        return bool(self.old or self.new)

    @property
    def is_new(self) -> bool:
        return self.is_section and self.old is None

    @property
    def is_removed(self) -> bool:
        return self.is_section and self.new is None

    @property
    def is_rewritten(self) -> bool:
        """The text in it has changed."""
        return not (self.is_new or self.is_removed) and any(piece.kind != "same" for piece in self.pieces)

    @property
    def is_untouched(self) -> bool:
        return not (self.is_new or self.is_removed or self.is_rewritten or self.is_renamed or self.is_moved)

    @property
    def former_number(self) -> str:
        """The number it had, where it has another one."""
        if self.old and self.new and self.old.number != self.new.number:
            return self.old.number
        return ""

    @property
    def kinds(self) -> list[str]:
        """What happened to it, for badges: new, removed, moved, renamed, changed."""
        happened = {
            "new": self.is_new,
            "removed": self.is_removed,
            "moved": self.is_moved,
            "renamed": self.is_renamed,
            "changed": self.is_rewritten,
        }
        return [kind for kind, did in happened.items() if did]


@dataclass(frozen=True)
class Fold:
    """Sections one after the other in which nothing has changed: one line."""

    sections: tuple[Change, ...]


@dataclass
class Comparison:
    """Everything in reading order; `old_outline` and `new_outline` number the references in the texts."""

    old: ConceptVersion
    new: ConceptVersion
    old_outline: Outline
    new_outline: Outline
    entries: list[Change] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        return [entry for entry in self.entries if not entry.is_untouched]

    @property
    def is_same(self) -> bool:
        return not self.changes

    @property
    def counts(self) -> dict[str, int]:
        """Sections by what happened to them: changed (also by name), new, removed, moved, untouched."""
        sections = [entry for entry in self.entries if entry.is_section]
        return {
            "changed": sum(entry.is_rewritten or entry.is_renamed for entry in sections),
            "new": sum(entry.is_new for entry in sections),
            "removed": sum(entry.is_removed for entry in sections),
            "moved": sum(entry.is_moved for entry in sections),
            "untouched": sum(entry.is_untouched for entry in sections),
        }

    def groups(self) -> Iterator[Change | Fold]:
        """The entries, those without a change folded together."""
        run: list[Change] = []
        for entry in self.entries:
            if entry.is_untouched:
                run.append(entry)
                continue
            if run:
                yield Fold(tuple(run))
                run = []
            yield entry
        if run:
            yield Fold(tuple(run))


def compare(old: ConceptVersion, new: ConceptVersion) -> Comparison:
    """A handful of queries, however long the versions are."""
    outlines = Outline.of(old, with_texts=True), Outline.of(new, with_texts=True)
    found = Comparison(old, new, *outlines)
    found.entries = [_cover(old, new), *_sections(*outlines)]
    found.entries += [each for each in (_measures(old, new), _sources(*outlines)) if not each.is_untouched]
    return found


# Sections


def _sections(old: Outline, new: Outline) -> Iterator[Change]:
    """In the order of the new version; what is gone stands where it stood."""
    former = _pairs(old, new)
    moved = _moved(new, former)
    kept = {node.section.pk for node in former.values()}
    gone = _places_of_gone(old, kept, {former[key].section.pk for key in moved})
    section = partial(_section, (old, new))
    yield from (section(node, None) for node in gone[None])
    for node in new:
        before = former.get(node.section.pk)
        yield section(before, node, is_moved=node.section.pk in moved)
        if before:
            yield from (section(removed, None) for removed in gone[before.section.pk])


def _pairs(old: Outline, new: Outline) -> dict[int, Node]:
    """What each section of the new version was in the old one, by its key."""
    found = {node.section.pk: old.by_uuid[uuid] for uuid, node in new.by_uuid.items() if uuid in old.by_uuid}
    left_old, left_new = (
        _by_title(node for node in outline if node.section.uuid not in other.by_uuid)
        for outline, other in ((old, new), (new, old))
    )
    return found | {node.section.pk: left_old[title] for title, node in left_new.items() if title in left_old}


def _by_title(nodes: Iterable[Node]) -> dict[str, Node]:
    """Only titles that one section has."""
    nodes = list(nodes)
    often = Counter(node.section.title.casefold() for node in nodes)
    return {title: node for node in nodes if often[title := node.section.title.casefold()] == 1}


def _moved(new: Outline, former: dict[int, Node]) -> set[int]:
    """Keys of sections that lie below another one than before, or were passed by others on the same level.

    A number that only follows from that is no move, nor is what lies below a section that moved.
    """
    now = {before.section.pk: key for key, before in former.items()}
    moved: set[int] = set()
    stayed: dict[int | None, list[Node]] = defaultdict(list)
    for node in new:
        before = former.get(node.section.pk)
        if before is None:
            continue
        above = node.parent.section.pk if node.parent else None
        above_before = now.get(before.parent.section.pk) if before.parent else None
        if above == above_before and (before.parent is None) == (node.parent is None):
            stayed[above].append(node)
        else:
            moved.add(node.section.pk)
    for siblings in stayed.values():
        order = [former[node.section.pk].section.sort_order for node in siblings]
        in_order = _longest_ascent(order)
        moved |= {node.section.pk for place, node in enumerate(siblings) if place not in in_order}
    return moved


def _longest_ascent(numbers: list[int]) -> set[int]:
    """Places of the longest run of numbers, not all next to each other, in which each is larger than the one before."""
    tails: list[int] = []
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for place, number in enumerate(numbers):
        at = bisect_left(tails, number)
        before[place] = ends[at - 1] if at else None
        tails[at : at + 1], ends[at : at + 1] = [number], [place]
    found: set[int] = set()
    place_or_none = ends[-1] if ends else None
    while place_or_none is not None:
        found.add(place_or_none)
        place_or_none = before[place_or_none]
    return found


def _places_of_gone(old: Outline, kept: set[int], moved: set[int]) -> dict[int | None, list[Node]]:
    """Sections that are gone, by the one after which they stood; one that has moved is no place to look for them."""
    found: dict[int | None, list[Node]] = defaultdict(list)
    last: int | None = None
    for node in old:
        if node.section.pk not in kept:
            found[last].append(node)
        elif node.section.pk not in moved:
            last = node.section.pk
    return found


def _section(
    outlines: tuple[Outline, Outline], old: Node | None, new: Node | None, *, is_moved: bool = False
) -> Change:
    node = new or old
    assert node is not None  # noqa: S101  (one of both)
    before, after = ((each.section.title, _text(each.section)) if each else ("", "") for each in (old, new))
    said = map(rendering.without_numbers, (before[1], after[1]), outlines)
    is_renamed = bool(old and new) and before[0] != after[0]
    return Change(
        anchor=node.anchor,
        depth=node.depth,
        old=old,
        new=new,
        heading=texts.compare_words(before[0], after[0]) if is_renamed else escape(node.section.title),
        pieces=() if before[1] == after[1] else tuple(texts.compare(*said)),
        is_renamed=is_renamed,
        is_moved=is_moved,
    )


def _text(section: Section) -> str:
    return section.body + numbers.as_text(section)


# Beside the sections


def _cover(old: ConceptVersion, new: ConceptVersion) -> Change:
    """Title, subtitle, Stand and the Handlungsfelder."""
    pieces = texts.compare(_cover_text(old), _cover_text(new))
    return Change(COVER, 1, label=_("Deckblatt und Handlungsfelder"), pieces=tuple(pieces))


def _cover_text(version: ConceptVersion) -> str:
    as_of = version.as_of or (timezone.localdate() if version.is_draft else None)
    areas = "".join(
        f"<li><p>{escape(area.title)} (Säule {escape(area.get_strand_display())})</p></li>"
        for area in version.action_areas.all()
    )
    return "".join(
        (
            f"<p>{escape(version.title)}</p>",
            f"<p>{escape(version.subtitle)}</p>" if version.subtitle else "",
            f"<p>Stand: {date_format(as_of, 'd.m.Y') if as_of else ''}</p>",
            f"<ul>{areas}</ul>" if areas else "",
        )
    )


def _measures(old: ConceptVersion, new: ConceptVersion) -> Change:
    before, after = (_measures_text(appendix.of(version)) for version in (old, new))
    pieces = texts.compare(before, after) if before != after else []
    return Change(MEASURES, 1, label=_("Anhang: Maßnahmen"), pieces=tuple(pieces))


def _sources(old: Outline, new: Outline) -> Change:
    before, after = (_sources_text(outline.bibliography.cited) for outline in (old, new))
    pieces = texts.compare(before, after) if before != after else []
    return Change(SOURCES, 1, label=_("Quellen"), pieces=tuple(pieces))


def _sources_text(entries: Iterable[Entry]) -> str:
    return "".join(f"<p>{escape(entry.plain)}</p>" for entry in entries)


def _measures_text(kept: list[dict[str, Any]]) -> str:
    return "".join(f"<h3>{escape(group['area'])}</h3>{_table(group['measures'])}" for group in kept)


def _table(measures: list[dict[str, Any]]) -> str:
    head = "".join(f"<th>{title}</th>" for title in appendix.COLUMNS)
    rows = "".join(
        "<tr>{}</tr>".format("".join(f"<td>{escape(cell)}</td>" for cell in appendix.cells(measure)))
        for measure in measures
    )
    return f"<table><tbody><tr>{head}</tr>{rows}</tbody></table>"
