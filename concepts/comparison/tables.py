"""Two tables as one: rows and columns that were added or removed, and what has changed in a cell."""

from collections.abc import Callable, Sequence

from concepts.comparison.blocks import Block, Mark
from concepts.comparison.words import steps

type Columns = list[tuple[int | None, int | None]]
type Merge = Callable[[Block, Block], str]
type Pair = Callable[[Sequence[Block], Sequence[Block]], list[tuple[Block | None, Block | None]]]

_SPANS = frozenset({"colspan", "rowspan"})


def merged(old: Block, new: Block, *, merge: Merge, pair: Pair) -> str | None:
    """None where the cells of the two tables cannot be laid over each other."""
    before, after = _rows(old), _rows(new)
    if _is_regular(before) and _is_regular(after):
        columns = _columns(before[0], after[0])
        rows = _all_rows(before, after, columns, pair)
    elif _shape(before) == _shape(after):
        columns = [(place, place) for place in range(max(len(row.children) for row in after))]
        rows = list(zip(before, after, strict=True))
    else:
        return None
    captions = [Block("table", children=_captions(table)) for table in (old, new)]
    body = "".join(_row(one, other, columns, merge) for one, other in rows)
    return new.around(f"{merge(*captions)}<tbody>{body}</tbody>")


def _rows(table: Block) -> list[Block]:
    return [row for part in table.children if part.tag == "tbody" for row in part.children if row.tag == "tr"]


def _captions(table: Block) -> list[Block]:
    return [child for child in table.children if child.tag != "tbody"]


def _is_regular(rows: list[Block]) -> bool:
    """As many cells in every row, none of which takes the place of two."""
    cells = [cell for row in rows for cell in row.children]
    return (
        bool(cells)
        and len({len(row.children) for row in rows}) == 1
        and all(cell.tag in {"td", "th"} for cell in cells)
        and not any(name in _SPANS for cell in cells for name, _value in cell.attributes)
    )


def _shape(rows: list[Block]) -> list[list[tuple[object, ...]]]:
    """A table with an empty row is like no other, itself included."""
    if not rows or not all(row.children for row in rows):
        return [[(object(),)]]
    return [[(cell.tag, cell.attributes) for cell in row.children] for row in rows]


def _columns(old: Block, new: Block) -> Columns:
    """Which column was which, told by the head."""
    found: Columns = []
    before, after = ([tuple(part.fingerprint for part in cell.children) for cell in row.children] for row in (old, new))
    for _same, a, b, c, d in steps(before, after):
        both = min(b - a, d - c)
        found += [(a + place, c + place) for place in range(both)]
        found += [(place, None) for place in range(a + both, b)]
        found += [(None, place) for place in range(c + both, d)]
    return found


def _all_rows(
    old: list[Block], new: list[Block], columns: Columns, pair: Pair
) -> list[tuple[Block | None, Block | None]]:
    """The first rows, the heads, always belong together."""
    if any(None in pair for pair in columns):
        return [(old[0], new[0]), *pair(old[1:], new[1:])]
    found: list[tuple[Block | None, Block | None]] = [(old[0], new[0])]
    before, after = ([row.fingerprint for row in rows[1:]] for rows in (old, new))
    for same, a, b, c, d in steps(before, after):
        rows = old[1 + a : 1 + b], new[1 + c : 1 + d]
        found += zip(*rows, strict=True) if same else pair(*rows)
    return found


def _row(old: Block | None, new: Block | None, columns: Columns, merge: Merge) -> str:
    row = new or old
    if row is None:
        return ""
    mark: Mark | None = None if old and new else "ins" if new else "del"
    filler = "th" if all(cell.tag == "th" for cell in row.children) else "td"
    cells = []
    for first, second in columns:
        before, after = _cell(old, first), _cell(new, second)
        if before and after:
            cells.append(after.around(merge(before, after)))
        elif before:
            cells.append(before.html("del", outermost=second is None))
        elif after:
            cells.append(after.html("ins", outermost=first is None))
        elif first != second:  # in a row of the one table the place of a column of the other
            cells.append(Block(filler).around("", "ins" if first is None else "del"))
    return row.around("".join(cells), mark)


def _cell(row: Block | None, place: int | None) -> Block | None:
    return row.children[place] if row and place is not None and place < len(row.children) else None
