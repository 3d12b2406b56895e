"""From compared texts to what is read: references, citations, pictures, footnotes in brackets, marks in words.

Marks are not told by colour alone: struck and underlined, and in words for whoever hears the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from lxml import etree, html

from concepts import rendering
from concepts.comparison.texts import Piece, side
from concepts.comparison.versions import SOURCES, Change, Comparison
from concepts.models import ConceptImage, Source
from concepts.outline import Node, Outline


@dataclass(frozen=True)
class Shown:
    """Texts of a comparison for one medium; `hidden` is the class of words that are heard and not seen."""

    comparison: Comparison
    images: Mapping[UUID, ConceptImage] | None = None
    hidden: str = "kern-sr-only"

    def text(self, html_text: str, *, is_old: bool = False) -> SafeString:
        """HTML with <ins> and <del>, ready to be read; of the old side alone references are numbered as they were."""
        root = rendering.parse(html_text)
        comparison = self.comparison

        def outline_of(link: html.HtmlElement) -> Outline:
            taken = is_old or any(
                above.tag == "del" or above.get("data-change") == "del" for above in link.iterancestors()
            )
            return comparison.old_outline if taken else comparison.new_outline

        rendering.complete(root, self._level, outline_of, self._medium)
        for image in list(root.iter("img")):
            self._name_picture(image)
        _bracket_notes(root)
        for mark in list(root.iter("ins", "del")):
            self._tell(mark)
        rendering.wrap_tables(root, self._medium)
        return mark_safe(rendering.inner_html(root))  # noqa: S308  (stored text is sanitised, see common.richtext)

    def change(self, change: Change) -> SafeString:
        """The text of a section, old and new in one."""
        return mark_safe("".join(self.text(piece.html) for piece in change.pieces))  # noqa: S308

    def heading(self, change: Change) -> SafeString:
        return self.text(change.heading)

    def rows(self, change: Change) -> list[tuple[SafeString, SafeString]]:
        """(old, new) block beside block."""
        return [
            (self.text(side(old, "ins"), is_old=True), self.text(side(new, "del"))) for old, new in _rows(change.pieces)
        ]

    @property
    def _level(self) -> int:
        """Of a heading below that of a section: one lower on the page, where "the text with all changes" has one."""
        return 4 if self.images is None else 3

    @cached_property
    def _anchors(self) -> dict[int, str]:
        entries = self.comparison.entries
        return {node.section.pk: entry.anchor for entry in entries for node in (entry.old, entry.new) if node}

    @cached_property
    def _medium(self) -> rendering.Medium:
        def address(node: Node) -> str:
            return f"#{self._anchors.get(node.section.pk, node.anchor)}"

        def entry(_source: Source) -> str:
            """To the list where it has changed; elsewhere a citation says enough."""
            return f"#{SOURCES}" if any(each.anchor == SOURCES for each in self.comparison.entries) else ""

        if self.images is None:
            return rendering.page(address, rendering.Footnotes(), entry=entry)
        images = self.images
        return rendering.Medium(address, lambda uuid: f"media:{images[uuid].file.name}", entry=entry)

    def _name_picture(self, image: html.HtmlElement) -> None:
        """Below a picture that is new or gone stands which of both it is, and what it shows."""
        mark = next((above.tag for above in image.iterancestors("ins", "del")), None)
        if mark:
            label = etree.Element("span", {"class": "compared__picture"})
            what = _("Altes Bild: {alternative}") if mark == "del" else _("Neues Bild: {alternative}")
            label.text = what.format(alternative=image.get("alt", ""))
            label.tail, image.tail = image.tail, None
            image.addnext(label)

    def _tell(self, mark: html.HtmlElement) -> None:
        words = _("gestrichen:") if mark.tag == "del" else _("eingefügt:")
        before, after = (etree.Element("span", {"class": self.hidden}) for _end in range(2))
        before.text, after.text = f"{words} ", f" ({_('Ende')}) "
        before.tail, mark.text = mark.text, None
        mark.insert(0, before)
        mark.append(after)


def _bracket_notes(root: html.HtmlElement) -> None:
    for note in [span for span in root.iter("span") if span.get("class") == "fn"]:
        note.set("class", "compared__note")
        note.text = f" [{_('Fußnote:')} {note.text or ''}"
        if len(note):
            note[-1].tail = f"{note[-1].tail or ''}]"
        else:
            note.text += "]"


def _rows(pieces: tuple[Piece, ...]) -> list[tuple[str, str]]:
    """What was taken out stands beside what was put in its place."""
    rows: list[tuple[str, str]] = []
    taken: list[str] = []
    put: list[str] = []

    def close() -> None:
        rows.extend(zip_longest(taken, put, fillvalue=""))
        taken.clear()
        put.clear()

    for piece in pieces:
        if piece.kind == "del":
            if put:
                close()
            taken.append(piece.html)
        elif piece.kind == "ins":
            put.append(piece.html)
        else:
            close()
            rows.append((piece.html, piece.html))
    close()
    return rows
