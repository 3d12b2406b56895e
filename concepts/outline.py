"""The tree of a version's sections with their numbers, made of one query."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from concepts.bibliography import Bibliography
from concepts.models import ConceptVersion, Section


@dataclass
class Node:
    """A section with its place: depth 1 is a chapter; `number` is "2.1", or "" for Vorwort and the like."""

    section: Section
    depth: int
    number: str
    parent: "Node | None" = None
    children: list["Node"] = field(default_factory=list)

    def __iter__(self) -> Iterator["Node"]:
        """The section and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child

    @property
    def chapter(self) -> "Node":
        """The section of the first level in which this one lies."""
        return self.parent.chapter if self.parent else self

    @property
    def height(self) -> int:
        """Levels from here down; 1 without children."""
        return 1 + max((child.height for child in self.children), default=0)

    @property
    def heading(self) -> str:
        return f"{self.number} {self.section.title}".strip()

    @property
    def reference(self) -> str:
        """How another place of the text calls it."""
        return f"Kapitel {self.number}" if self.number else f"„{self.section.title}“"

    @property
    def anchor(self) -> str:
        return f"abschnitt-{self.section.uuid}"

    @property
    def address(self) -> str:
        """Where readers find it: the page of its chapter, and its place there."""
        page = self.chapter.section.get_absolute_url()
        return f"{page}#{self.anchor}" if self.parent else page


class Outline:
    """`chapters` in order; iterating gives every node in reading order. Without a version there are no sources."""

    def __init__(self, sections: Iterable[Section], version: ConceptVersion | None = None) -> None:
        self._version = version
        self.below: dict[int | None, list[Section]] = defaultdict(list)
        for section in sections:
            self.below[section.parent_id].append(section)
        self.chapters: list[Node] = []
        self._grow(None)
        self.by_uuid: dict[UUID, Node] = {node.section.uuid: node for node in self}
        self.by_pk: dict[int, Node] = {node.section.pk: node for node in self}

    @classmethod
    def of(cls, version: ConceptVersion, *, with_texts: bool = False) -> "Outline":
        sections = version.sections.in_order() if with_texts else version.sections.for_tree()
        return cls(sections, version)

    @cached_property
    def bibliography(self) -> Bibliography:
        """What the texts cite; asked for when a text cites something."""
        return Bibliography.of(self._version) if self._version else Bibliography([], {})

    def __iter__(self) -> Iterator[Node]:
        for chapter in self.chapters:
            yield from chapter

    def __len__(self) -> int:
        return len(self.by_pk)

    def neighbours(self, chapter: Node) -> tuple[Node | None, Node | None]:
        """The chapters before and after."""
        place = self.chapters.index(chapter)
        after = self.chapters[place + 1] if place + 1 < len(self.chapters) else None
        return (self.chapters[place - 1] if place else None), after

    def _grow(self, parent: Node | None) -> None:
        count = 0
        for section in self.below[parent.section.pk if parent else None]:
            is_numbered = section.is_numbered and (parent is None or parent.number != "")
            count += is_numbered
            number = ".".join(filter(None, [parent.number if parent else "", str(count)])) if is_numbered else ""
            node = Node(section, parent.depth + 1 if parent else 1, number, parent)
            (parent.children if parent else self.chapters).append(node)
            self._grow(node)
