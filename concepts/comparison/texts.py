"""Two stored texts as one, with what was taken out and put in.

The law, which the tests hold: without what was put in, it is the old text; without what was taken out, the new one; and
two texts that differ never come without a mark.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.html import escape
from lxml import etree

from concepts.comparison import tables, words
from concepts.comparison.blocks import Block, Mark, blocks_of
from concepts.rendering import inner_html, parse

# So much two blocks have in common of which one was made from the other.
_ALIKE = 0.35
# Larger than this nobody asks which block was made from which.
_MOST_PAIRS = 40_000
_TEXT = frozenset({"", "p"})
_SIGNS = ("<ins>", "<del>", ' data-change="')


@dataclass(frozen=True)
class Piece:
    """A block of the two texts; of `html` the elements <ins>, <del> and the attribute data-change tell what changed."""

    kind: Literal["same", "changed", "ins", "del"]
    html: str


def compare(old: str, new: str) -> list[Piece]:
    """The blocks of both texts in order; what was taken out stands before what was put in."""
    return _pieces(blocks_of(old), blocks_of(new))


def compare_words(old: str, new: str) -> str:
    """Two lines without markup, such as headings, as HTML with <del> and <ins>."""
    before, after = (_line(text) for text in (old, new))
    return words.merged(before.tokens or [], after.tokens or []).rstrip()


def side(html_text: str, without: Mark) -> str:
    """Of a merged text the old (without "ins") or the new (without "del"), still with the marks of its own side."""
    root = parse(html_text)
    for element in list(root.iter(etree.Element)):
        if element is not root and (element.tag == without or element.get("data-change") == without):
            element.drop_tree()
    return inner_html(root)


def _line(text: str) -> Block:
    found = blocks_of(f"<p>{escape(text)}</p>")
    return found[0] if found else Block("p", tokens=[])


def _pieces(old: Sequence[Block], new: Sequence[Block]) -> list[Piece]:
    found: list[Piece] = []
    for same, a, b, c, d in words.steps([each.fingerprint for each in old], [each.fingerprint for each in new]):
        if same:
            found += [Piece("same", block.html()) for block in new[c:d]]
        else:
            for before, after in paired(old[a:b], new[c:d]):
                found += _piece(before, after)
    return found


def _piece(old: Block | None, new: Block | None) -> list[Piece]:
    if old is not None and new is not None and (both := _merged(old, new)) is not None:
        return [Piece("changed", both)]
    taken = [Piece("del", old.html("del"))] if old is not None else []
    return taken + ([Piece("ins", new.html("ins"))] if new is not None else [])


def paired(old: Sequence[Block], new: Sequence[Block]) -> list[tuple[Block | None, Block | None]]:
    """Which block was made from which, in order, so that the sum of likeness is greatest."""
    if not old or not new or len(old) * len(new) > _MOST_PAIRS:
        return [(block, None) for block in old] + [(None, block) for block in new]
    likeness = [[_likeness(before, after) for after in new] for before in old]
    best = [[0.0] * (len(new) + 1) for _row in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            together = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: list[tuple[Block | None, Block | None]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if likeness[i][j] and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((old[i], None))
            i += 1
        else:
            pairs.append((None, new[j]))
            j += 1
    return pairs + [(block, None) for block in old[i:]] + [(None, block) for block in new[j:]]


def _likeness(old: Block, new: Block) -> float:
    """0 where the one cannot have become the other."""
    if old.tag != new.tag and not {old.tag, new.tag} <= _TEXT:
        return 0.0
    found = old.likeness(new)
    return found if found >= _ALIKE else 0.0


def _merged(old: Block, new: Block) -> str | None:
    """Both as one block; None where the difference would not be seen in it."""
    if old.tokens is not None and new.tokens is not None:
        found: str | None = new.around(words.merged(old.tokens, new.tokens).rstrip())
    elif old.tokens is not None or new.tokens is not None or old.attributes != new.attributes:
        found = None
    elif new.tag == "table":
        found = tables.merged(old, new, merge=merged_children, pair=paired)
    else:
        found = new.around(merged_children(old, new))
    return found if found is not None and is_marked(found) else None


def merged_children(old: Block, new: Block) -> str:
    return "".join(piece.html for piece in _pieces(old.children, new.children))


def is_marked(html_text: str) -> bool:
    return any(sign in html_text for sign in _SIGNS)
