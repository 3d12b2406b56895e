"""A stored text as blocks (paragraphs, items, rows, cells) and words, as comparing needs it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import Literal

from django.utils.html import escape
from lxml import html

from concepts.rendering import parse
from kiportal.common.richtext.markup import CITATION, REFERENCE

type Mark = Literal["ins", "del"]
# An inline element around a word: ("strong", ()) or ("span", (("lang", "ar"),)).
type Wrap = tuple[str, tuple[tuple[str, str], ...]]

_INLINE = frozenset({"a", "br", "em", "img", "span", "strong", "sub", "sup"})
_EMPTY = frozenset({"br", "img"})
_CELLS = frozenset({"td", "th"})
_PARTS = frozenset({"thead", "tbody", "tr"})
# What nobody sees: it depends on who has written the text, the editor or an import. A picture has one size.
_UNSEEN = frozenset({"height", "rel", "scope", "width"})
# A number with its stops and a word with its hyphens are one word; marks of vowels stay with their letter.
_PUNCTUATION = r"\s.,;:!?()\[\]„“”\"»«…"
_WORDS = re.compile(rf"[ \t\r\n\f]+|[^{_PUNCTUATION}]+(?:[.,:][^{_PUNCTUATION}]+)*|.", re.DOTALL)


@dataclass(slots=True)
class Token:
    """A word, a sign, a picture, a line break, a citation, a reference, or a footnote with its words.

    A citation is one piece: its `element` names the source, its `text` the place. So is a reference to a section, as
    the portal adds the number to all of its words. `spaced`: white space follows.
    """

    text: str
    wraps: tuple[Wrap, ...]
    element: Wrap | None = None
    note: "list[Token] | None" = None
    spaced: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        """Tokens with the same key are the same, whatever stands around them."""
        note = tuple(token.key for token in self.note) if self.note is not None else None
        return (self.text, self.wraps, self.element, note, self.spaced)

    @property
    def weight(self) -> int:
        """How much it matters that this token stays."""
        return len(self.text) if self.note is None and self.element is None else 5


@dataclass
class Block:
    """`tokens` of a block that holds text, `children` of one that holds blocks; the tag of bare text is ""."""

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    tokens: list[Token] | None = None
    children: "list[Block]" = field(default_factory=list)

    @cached_property
    def fingerprint(self) -> tuple[object, ...]:
        """Blocks that are read alike have the same."""
        inside = self.tokens if self.tokens is not None else self.children
        keys = (each.key if isinstance(each, Token) else each.fingerprint for each in inside)
        return (self.tag or "p", self.attributes, tuple(keys))

    @cached_property
    def words(self) -> frozenset[object]:
        """What is likeness measured by."""
        if self.tokens is not None:
            return frozenset(_named(self.tokens))
        return frozenset().union(*(child.words for child in self.children))

    def likeness(self, other: "Block") -> float:
        """From 0 (no word in common) to 1."""
        total = len(self.words) + len(other.words)
        return 2 * len(self.words & other.words) / total if total else 1.0

    def html(self, mark: Mark | None = None, *, outermost: bool = True) -> str:
        """The block as it is, or as one that was put in or taken out as a whole."""
        if self.tokens is not None:
            inner = write(self.tokens).rstrip()
            if mark and inner:
                inner = f"<{mark}>{inner}</{mark}>"
        else:
            inner = "".join(child.html(mark, outermost=False) for child in self.children)
        return self.around(inner, mark if outermost else None)

    def around(self, inner: str, mark: Mark | None = None) -> str:
        if not self.tag:
            return inner
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes)
        changed = f' data-change="{mark}"' if mark else ""
        return f"<{self.tag}{attributes}{changed}>{inner}</{self.tag}>"


def blocks_of(body: str) -> list[Block]:
    """The blocks of a stored text; bare text between them is a paragraph."""
    if not body:
        return []
    found = _children(parse(body))
    for block in found:
        block.tag = block.tag or "p"
    return found


def _children(element: html.HtmlElement) -> list[Block]:
    """Blocks below an element; runs of words between them are blocks without a tag."""
    found: list[Block] = []
    run: list[Token] = []

    def close() -> None:
        if tokens := _ended(run):
            found.append(Block("", tokens=tokens))
        run.clear()

    _add_words(run, element.text, ())
    for child in element:
        if _is_inline(child):
            _add(run, child, ())
        else:
            close()
            found.append(_block(child))
        _add_words(run, child.tail, ())
    close()
    return found


def _block(element: html.HtmlElement) -> Block:
    attributes = _attributes(element)
    if element.tag in {"p", "h3", "caption", "figcaption"} and all(_is_inline(child) for child in element):
        run: list[Token] = []
        _add_words(run, element.text, ())
        for child in element:
            _add(run, child, ())
            _add_words(run, child.tail, ())
        return Block(element.tag, attributes, tokens=_ended(run))
    children = _children(element)
    if element.tag == "table":
        children = _with_one_body(children)
    elif element.tag in _CELLS and [child.tag for child in children] == ["p"]:
        [paragraph] = children
        paragraph.tag = ""
        children = children if paragraph.tokens != [] else []
    return Block(element.tag, attributes, children=children)


def _attributes(element: html.HtmlElement) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in element.attrib.items() if name not in _UNSEEN))


def _with_one_body(parts: list[Block]) -> list[Block]:
    """The parts of a table with all rows in one body: which of them are the head is told by their cells."""
    rows = [row for part in parts if part.tag in _PARTS for row in ([part] if part.tag == "tr" else part.children)]
    others = [part for part in parts if part.tag not in _PARTS]
    return [*others, Block("tbody", children=rows)] if rows else others


def _is_inline(element: html.HtmlElement) -> bool:
    return element.tag in _INLINE and all(_is_inline(child) for child in element)


def _add(run: list[Token], element: html.HtmlElement, wraps: tuple[Wrap, ...], *, in_note: bool = False) -> None:
    wrap: Wrap = (str(element.tag), _attributes(element))
    if element.tag in _EMPTY:
        run.append(Token("", wraps, element=wrap))
        return
    if _is_one_piece(element):
        text = element.text_content()
        if run and text[:1].isspace():
            run[-1].spaced = True
        run.append(Token(" ".join(text.split()), wraps, element=wrap, spaced=text[-1:].isspace()))
        return
    is_note = element.get("class") == "fn"
    target, inner = run, (*wraps, wrap)
    if is_note:  # a note inside a note is part of it, as on the page
        target, inner = (run, wraps) if in_note else ([], ())
    _add_words(target, element.text, inner)
    for child in element:
        _add(target, child, inner, in_note=in_note or is_note)
        _add_words(target, child.tail, inner)
    if is_note and not in_note:
        run.append(Token("", wraps, note=_ended(target)))


def _is_one_piece(element: html.HtmlElement) -> bool:
    href = element.get("href", "")
    return bool(CITATION.fullmatch(href) or (REFERENCE.fullmatch(href) and not len(element)))


def _add_words(run: list[Token], text: str | None, wraps: tuple[Wrap, ...]) -> None:
    for word in _WORDS.findall(text or ""):
        if not word.strip(" \t\r\n\f"):
            if run:
                run[-1].spaced = True
        else:
            run.append(Token(word, wraps))


def _ended(run: Iterable[Token]) -> list[Token]:
    """The last word is followed by white space like any other, so that one is the same where a sentence was added."""
    tokens = list(run)
    if tokens:
        tokens[-1].spaced = True
    return tokens


def _named(tokens: list[Token]) -> Iterator[object]:
    for token in tokens:
        if token.note is not None:
            yield from _named(token.note)
        elif token.element is not None:
            yield token.element
        elif token.weight > 2:
            yield token.text


def write(tokens: list[Token]) -> str:
    """Tokens as HTML, each in the elements around it; white space between two words stands in what both are in."""
    parts: list[str] = []
    around: tuple[Wrap, ...] = ()

    def move_to(wraps: tuple[Wrap, ...]) -> None:
        nonlocal around
        common = len(_common(around, wraps))
        parts.extend(f"</{tag}>" for tag, _attributes in reversed(around[common:]))
        parts.extend(opened(wrap) for wrap in wraps[common:])
        around = wraps

    for place, token in enumerate(tokens):
        move_to(token.wraps)
        if token.note is not None:
            parts.append(f'<span class="fn">{write(token.note).rstrip()}</span>')
        elif token.element is not None:
            tag, _attributes = token.element
            parts.append(opened(token.element) + ("" if tag in _EMPTY else f"{escape(token.text)}</{tag}>"))
        else:
            parts.append(escape(token.text))
        if token.spaced:
            following = tokens[place + 1].wraps if place + 1 < len(tokens) else ()
            move_to(_common(token.wraps, following))
            parts.append(" ")
    move_to(())
    return "".join(parts)


def opened(wrap: Wrap) -> str:
    tag, attributes = wrap
    return f"<{tag}{''.join(f' {name}="{escape(value)}"' for name, value in attributes)}>"


def _common(one: tuple[Wrap, ...], other: tuple[Wrap, ...]) -> tuple[Wrap, ...]:
    return tuple(a for a, _b in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
