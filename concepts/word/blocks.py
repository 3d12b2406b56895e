"""Paragraphs, lists, tables and pictures of a Word file as the HTML that chapters hold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from docx.oxml.ns import qn

from concepts.word.inline import Inline, Line
from concepts.word.notes import Notes
from concepts.word.objects import Objects
from concepts.word.styles import Numbering, Styles

_PLAIN_TABLES = {"", "table normal", "normale tabelle", "table grid", "tabellenraster", "tabellengitternetz"}
_CONTAINERS = frozenset(
    qn(name) for name in ("w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo", "w:smartTag")
)


@dataclass(frozen=True)
class Block:
    """`kind`: text, item, continued, quote, caption, subheading, figure, table. Items: level, list tag, number."""

    kind: str
    html: str
    level: int = 0
    tag: str = ""
    number: int = 1


def flattened(element: Any, notes: Notes) -> Iterator[Any]:
    """Paragraphs and tables in order, out of the containers that Word puts around some."""
    for child in element:
        if child.tag in {qn("w:p"), qn("w:tbl")}:
            yield child
        elif child.tag in _CONTAINERS:
            if child.tag == qn("w:sdt") and _is_contents(child):
                notes.say("changed", "Das Inhaltsverzeichnis der Datei ist weggefallen. Das Portal macht es selbst.")
                continue
            yield from flattened(child, notes)
        elif child.tag == qn("w:altChunk"):
            notes.say("lost", "Ein eingebettetes Dokument ist nicht übernommen. Bitte laden Sie es für sich hoch.")


def _is_contents(element: Any) -> bool:
    gallery = element.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}/{qn('w:docPartGallery')}")
    return gallery is not None and "table of contents" in gallery.get(qn("w:val"), "").lower()


class Blocks:
    def __init__(self, inline: Inline, objects: Objects, styles: Styles, numbering: Numbering, notes: Notes) -> None:
        self.inline = inline
        self.objects = objects
        self.styles = styles
        self.numbering = numbering
        self.notes = notes
        self._last_lettered: int | None = None

    def paragraph(self, paragraph: Any, line: Line | None = None) -> Iterator[Block]:
        """What one paragraph becomes; `line` if it was read already."""
        if line is None:
            line = self.inline.read(paragraph)
        role = self.styles.role(paragraph)
        if html := line.html:
            yield self._text(paragraph, role, html)
        for each in line.objects:
            for found in self.objects.read(each):
                if isinstance(found, str):
                    yield Block("figure", found)
                else:
                    yield from self.content(found)

    def _text(self, paragraph: Any, role: str, html: str) -> Block:
        if role in {"caption", "quote", "subheading"}:
            return Block(role, html)
        if role == "continued":
            indent = self.styles.style_of(paragraph)
            level = int(indent[-1]) - 1 if indent[-1:].isdecimal() else 0
            return Block("continued", html, level)
        numbered = self.styles.numbering(paragraph)
        if numbered and numbered[0] and not self.styles.heading_level(paragraph):
            return self._item(html, *numbered)
        return Block("text", html)

    def _item(self, html: str, number: int, level: int) -> Block:
        form = self.numbering.form(number, level)
        if not form and (number, level):
            form = "bullet"
        if form in {"bullet", "none"}:
            self.numbering.next(number, level)
            return Block("item", html, level, "ul")
        count = self.numbering.next(number, level)
        if form not in {"decimal", "decimalZero"} and number != self._last_lettered:
            self._last_lettered = number
            self.notes.count("letters")
        return Block("item", html, level, "ol", count)

    def content(self, element: Any) -> Iterator[Block]:
        """What stands in a cell or a text box: headings are strong text there, tables are taken apart."""
        for child in flattened(element, self.notes):
            if child.tag == qn("w:tbl"):
                self.notes.count("nested_table")
                for row in child.iter(qn("w:tc")):
                    yield from self.content(row)
                continue
            for block in self.paragraph(child):
                if self.styles.heading_level(child) and block.kind == "text":
                    yield Block("text", f"<strong>{block.html}</strong>")
                elif block.kind in {"caption", "subheading"}:
                    yield Block("text", block.html)
                else:
                    yield block

    # Tables

    def table(self, table: Any) -> Iterator[Block]:
        rows = [row for row in _rows(table) if not self._is_gone(row)]
        cells = [cell for row in rows for cell in _cells(row)]
        if len(cells) == 1:
            self.notes.count("frame")
            yield from self.content(cells[0])
            return
        if cells:
            yield Block("table", self._table(table, rows))

    def _is_gone(self, row: Any) -> bool:
        properties = row.find(qn("w:trPr"))
        if properties is not None and properties.find(qn("w:del")) is not None:
            self.notes.count("deletion")
            return True
        return False

    def _table(self, table: Any, rows: list[Any]) -> str:
        grid: list[list[_Cell]] = []
        above: dict[int, _Cell] = {}
        for row in rows:
            line: list[_Cell] = []
            column = _integer(row.find(f"{qn('w:trPr')}/{qn('w:gridBefore')}"), 0)
            for element in _cells(row):
                properties = element.find(qn("w:tcPr"))
                width = max(1, _integer(properties.find(qn("w:gridSpan")) if properties is not None else None, 1))
                merge = properties.find(qn("w:vMerge")) if properties is not None else None
                going_on = merge is not None and merge.get(qn("w:val"), "continue") == "continue"
                if going_on and column in above:
                    above[column].height += 1
                else:
                    cell = _Cell(element, column, width)
                    line.append(cell)
                    above[column] = cell
                column += width
            grid.append(line)
        head, first_column = self._head(table, rows, grid)
        lines = [
            "".join(self._cell(cell, is_head=number < head or (first_column and cell.column == 0)) for cell in line)
            for number, line in enumerate(grid)
        ]
        return "".join(f"<tr>{line}</tr>" for line in lines if line)

    def _head(self, table: Any, rows: list[Any], grid: list[list["_Cell"]]) -> tuple[int, bool]:
        """How many rows are the head, and whether the first column is one."""
        marked = 0
        for row in rows:
            mark = row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}")
            if mark is None or mark.get(qn("w:val"), "1") in {"0", "false", "off"}:
                break
            marked += 1
        look = table.find(f"{qn('w:tblPr')}/{qn('w:tblLook')}")
        style = table.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}")
        chain = self.styles.chain(style.get(qn("w:val"), "")) if style is not None else ()
        is_styled = bool(chain) and chain[0].name not in _PLAIN_TABLES
        first_column = is_styled and _looks(look, "firstColumn", 0x80)
        if not marked and len(grid) > 1 and ((is_styled and _looks(look, "firstRow", 0x20)) or self._is_bold(grid[0])):
            self.notes.count("first_row")
            marked = 1
        if not marked and not first_column:
            self.notes.count("no_head")
        return marked, first_column

    def _is_bold(self, row: list["_Cell"]) -> bool:
        runs = [run for cell in row for run in cell.element.iter(qn("w:r")) if run.find(qn("w:t")) is not None]
        return bool(runs) and all(self.styles.is_on(run, "w:b") for run in runs)

    def _cell(self, cell: "_Cell", *, is_head: bool) -> str:
        content = assembled(self.content(cell.element)) or "<p></p>"
        tag = "th" if is_head else "td"
        spans = f' colspan="{min(cell.width, 99)}"' if cell.width > 1 else ""
        spans += f' rowspan="{min(cell.height, 99)}"' if cell.height > 1 else ""
        return f"<{tag}{spans}>{content}</{tag}>"


@dataclass
class _Cell:
    element: Any
    column: int
    width: int
    height: int = 1


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == qn("w:tr"):
            yield child
        elif child.tag in _CONTAINERS:
            yield from _rows(child)


def _cells(row: Any) -> Iterator[Any]:
    for child in row:
        if child.tag == qn("w:tc"):
            yield child
        elif child.tag in _CONTAINERS:
            yield from _cells(child)


def _integer(element: Any, default: int) -> int:
    text = element.get(qn("w:val"), "") if element is not None else ""
    return int(text) if text.isdecimal() else default


def _looks(look: Any, name: str, bit: int) -> bool:
    if look is None:
        return False
    if (own := look.get(qn(f"w:{name}"))) is not None:
        return own not in {"0", "false", "off"}
    try:
        return bool(int(look.get(qn("w:val"), "0"), 16) & bit)
    except ValueError:
        return False


# Putting blocks together


def assembled(blocks: Iterable[Block]) -> str:
    """The HTML of blocks: items in nested lists, captions with their table or picture, quotes in one quotation."""
    waiting = list(blocks)
    out: list[str] = []
    place = 0
    while place < len(waiting):
        html, number = _first_of(waiting, place)
        out.append(html)
        place += number
    return "".join(out)


def _first_of(blocks: list[Block], place: int) -> tuple[str, int]:
    """The HTML of the block at a place with all that belongs to it, and how many blocks those are."""
    block = blocks[place]
    following = blocks[place + 1].kind if place + 1 < len(blocks) else ""
    captioned = following == "caption" and not _captions_next(blocks, place + 1)
    match block.kind:
        case "item":
            run = _run_of(blocks, place, {"item", "continued"})
            return _lists(run), len(run)
        case "quote":
            run = _run_of(blocks, place, {"quote"})
            return f"<blockquote>{''.join(f'<p>{each.html}</p>' for each in run)}</blockquote>", len(run)
        case "caption" if following == "table":
            return _table(blocks[place + 1].html, block.html), 2
        case "table":
            return (_table(block.html, blocks[place + 1].html), 2) if captioned else (_table(block.html), 1)
        case "figure":
            caption = f"<figcaption>{blocks[place + 1].html}</figcaption>" if captioned else ""
            return f"<figure>{block.html}{caption}</figure>", 1 + captioned
        case "subheading":
            return f"<h3>{block.html}</h3>", 1
    return f"<p>{block.html}</p>", 1


def _run_of(blocks: list[Block], place: int, kinds: set[str]) -> list[Block]:
    return list(takewhile(lambda block: block.kind in kinds, blocks[place:]))


def _captions_next(blocks: list[Block], place: int) -> bool:
    """Whether the caption at this place belongs to the table after it."""
    return place + 1 < len(blocks) and blocks[place + 1].kind == "table"


def _table(rows: str, caption: str = "") -> str:
    caption = f"<caption>{caption}</caption>" if caption else ""
    return f"<table>{caption}<tbody>{rows}</tbody></table>"


def _lists(run: list[Block]) -> str:
    """Nested lists of items with levels. A level that is skipped is not made up."""
    out: list[str] = []
    open_lists: list[tuple[int, str]] = []
    last: dict[int, int] = {}

    def close() -> None:
        out.append(f"</li></{open_lists.pop()[1]}>")

    for item in run:
        if item.kind == "continued":
            while len(open_lists) > 1 and open_lists[-1][0] > item.level:
                close()
            out.append(f"<p>{item.html}</p>")
            continue
        while open_lists and open_lists[-1][0] > item.level:
            close()
        same_level = bool(open_lists) and open_lists[-1][0] == item.level
        if same_level and open_lists[-1][1] != item.tag:
            close()
            same_level = False
        begins_anew = same_level and item.tag == "ol" and item.number != last.get(item.level, 0) + 1
        if begins_anew:
            close()
            same_level = False
        if same_level:
            out.append("</li>")
        else:
            start = f' start="{item.number}"' if item.tag == "ol" and 1 != item.number < 1000 else ""
            out.append(f"<{item.tag}{start}>")
            open_lists.append((item.level, item.tag))
        out.append(f"<li><p>{item.html}</p>")
        last[item.level] = item.number
    while open_lists:
        close()
    return "".join(out)
