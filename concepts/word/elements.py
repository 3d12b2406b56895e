"""HTML of chapters as paragraphs, tables and runs of a Word file."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm
from lxml import html as lxml_html

from concepts.word import design
from concepts.word.grid import TEXT_WIDTH, Cell, grid_of, widths_of

TALLEST = Mm(190)
_DOTS_PER_INCH = 96
_EMU_PER_DOT = 914400 // _DOTS_PER_INCH
_RIGHT_TO_LEFT = "rtl"
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset(["p", "ul", "ol", "table", "blockquote", "figure", "figcaption", "img", *_HEADINGS])


@dataclass(frozen=True)
class Look:
    """How words look: what becomes the properties of their runs."""

    bold: bool = False
    italic: bool = False
    position: str = ""
    language: str = ""
    is_rtl: bool = False
    is_link: bool = False
    is_grey: bool = False


def make(tag: str, **attributes: Any) -> Any:
    """An element of the namespace "w": make("w:pStyle", val="Title")."""
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    return element


def paragraph(style: str, *children: Any) -> Any:
    found = make("w:p")
    properties = make("w:pPr")
    if style != "Normal":
        properties.append(make("w:pStyle", val=style))
    found.append(properties)
    found.extend(children)
    return found


def text_run(text: str, look: Look = Look()) -> Any:
    run = make("w:r")
    properties = _properties(look)
    if len(properties):
        run.append(properties)
    words = make("w:t")
    words.text = text
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(words)
    return run


def _properties(look: Look) -> Any:
    """In the order that the schema asks for."""
    properties = make("w:rPr")
    if look.is_link:
        properties.append(make("w:rStyle", val="Hyperlink"))
    if look.bold:
        properties.extend([make("w:b"), make("w:bCs")])
    if look.italic:
        properties.extend([make("w:i"), make("w:iCs")])
    if look.position:
        properties.append(make("w:vertAlign", val=look.position))
    if look.is_rtl:
        properties.append(make("w:rtl"))
    if look.language:
        properties.append(make("w:lang", **{"bidi" if look.is_rtl else "val": look.language}))
    return properties


def field(instruction: str, *result: Any) -> list[Any]:
    """A field with the result that it has until Word computes it anew."""
    runs = []
    for kind in ("begin", "", "separate"):
        run = make("w:r")
        if kind:
            run.append(make("w:fldChar", fldCharType=kind))
        else:
            words = make("w:instrText")
            words.text = f" {instruction} "
            words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            run.append(words)
        runs.append(run)
    end = make("w:r")
    end.append(make("w:fldChar", fldCharType="end"))
    return [*runs, *result, end]


class Writer:
    """Writes blocks into the body of a document or a cell; numbers lists and footnotes of the whole document."""

    def __init__(self, document: WordDocument, picture: Callable[[str], bytes]) -> None:
        self._document = document
        self._picture = picture
        self.footnotes: list[Any] = []
        self.footnotes_part: Any = None
        self.counts: list[Any] = []
        self._images = 0

    # Blocks

    def blocks(self, container: Any, parent: Any, *, style: str = "Normal", level: int = -1) -> None:
        """The children of an HTML element. `level` is that of the list around them, -1 outside of lists."""
        for block in _flow(parent):
            self._block(container, block, style, level)

    def _block(self, container: Any, element: Any, style: str, level: int) -> None:
        tag = element.tag
        if tag in {"ul", "ol"}:
            self._list(container, element, level + 1)
        elif tag == "table":
            self._table(container, element)
        elif tag == "blockquote":
            self.blocks(container, element, style="Quote")
        elif tag == "figure":
            self._figure(container, element)
        elif tag == "img":
            container.append(self._image(element))
        elif tag in _HEADINGS:
            heading = self._paragraph("Zwischenueberschrift", element)
            heading.find(qn("w:pPr")).append(make("w:outlineLvl", val=int(tag[1]) - 2))
            container.append(heading)
        elif tag == "figcaption":
            container.append(self._paragraph("Caption", element))
        else:
            container.append(self._paragraph(style, element))

    def _paragraph(self, style: str, element: Any) -> Any:
        found = paragraph(style)
        self.inline(found, element, Look(), self._document.part)
        return found

    def _list(self, container: Any, element: Any, level: int) -> None:
        level = min(level, design.LEVELS - 1)
        number = design.BULLETS
        if element.tag == "ol":
            number = design.NUMBERS + 1 + len(self.counts)
            self.counts.append(design.new_count(number, level, int(element.get("start", "1"))))
        for item in element.iterchildren("li"):
            blocks = list(_flow(item))
            first = blocks.pop(0) if blocks and blocks[0].tag == "p" else None
            line = paragraph("ListParagraph")
            properties = make("w:numPr")
            properties.extend([make("w:ilvl", val=level), make("w:numId", val=number)])
            line.find(qn("w:pPr")).append(properties)
            if first is not None:
                self.inline(line, first, Look(), self._document.part)
            container.append(line)
            for block in blocks:
                self._block(container, block, design.continued_style(level), level)

    def _figure(self, container: Any, element: Any) -> None:
        for child in element:
            before = len(container)
            self._block(container, child, "Normal", -1)
            if child.tag == "img" and child.getnext() is not None:
                container[before].find(qn("w:pPr")).append(make("w:keepNext"))

    def _image(self, element: Any) -> Any:
        stream = BytesIO(self._picture(element.get("src", "")))
        inline = self._document.part.new_pic_inline(stream)
        width, height = _fitted(inline.extent.cx, inline.extent.cy)
        inline.extent.cx, inline.extent.cy = width, height
        size = inline.graphic.graphicData.pic.spPr
        size.cx, size.cy = width, height
        self._images += 1
        inline.docPr.set("id", str(self._images))
        inline.docPr.set("name", f"Bild {self._images}")
        inline.docPr.set("descr", element.get("alt", ""))
        run, drawing = make("w:r"), make("w:drawing")
        drawing.append(inline)
        run.append(drawing)
        return paragraph("Bild", run)

    # Tables

    def _table(self, container: Any, element: Any) -> None:
        caption = element.find("caption")
        if caption is not None:
            line = self._paragraph("Caption", caption)
            line.find(qn("w:pPr")).append(make("w:keepNext"))
            container.append(line)
        rows = list(element.iter("tr"))
        head = element.find("thead")
        heads = len(head.findall("tr")) if head is not None else 0
        grid = grid_of(rows)
        width = max((len(line) for line in grid), default=0)
        if not width:
            return
        first_column = len(rows) > heads and all(
            line and line[0] is not None and line[0].element.tag == "th" for line in grid[heads:]
        )
        table = make("w:tbl")
        table.append(_table_properties(heads > 0, first_column))
        widths = widths_of(grid, width)
        columns = make("w:tblGrid")
        columns.extend(make("w:gridCol", w=each) for each in widths)
        table.append(columns)
        for number, line in enumerate(grid):
            table.append(self._row(line, number, widths, is_head=number < heads))
        container.append(table)
        # Two tables without anything between them would be one for Word.
        container.append(paragraph("NachTabelle"))

    def _row(self, line: list["Cell | None"], number: int, widths: list[int], *, is_head: bool) -> Any:
        row, properties = make("w:tr"), make("w:trPr")
        properties.append(make("w:cantSplit"))
        if is_head:
            properties.append(make("w:tblHeader"))
        row.append(properties)
        column = 0
        while column < len(widths):
            cell = line[column] if column < len(line) else None
            span = cell.width if cell else 1
            found, settings = make("w:tc"), make("w:tcPr")
            settings.append(make("w:tcW", w=sum(widths[column : column + span]), type="dxa"))
            if span > 1:
                settings.append(make("w:gridSpan", val=span))
            if cell and cell.height > 1:
                settings.append(make("w:vMerge", **({"val": "restart"} if cell.row == number else {})))
            found.append(settings)
            if cell and cell.row == number:
                self.blocks(found, cell.element, style="Tabellentext")
            if not len(found) or found[-1].tag != qn("w:p"):
                found.append(paragraph("Tabellentext"))
            row.append(found)
            column += span
        return row

    # Running text

    def inline(self, target: Any, element: Any, look: Look, part: Any) -> None:
        """The text of an HTML element with all in it; `part` keeps the addresses of its links."""
        self._text(target, element.text, look)
        for child in element:
            tag = child.tag
            if tag == "br":
                run = make("w:r")
                run.append(make("w:br"))
                target.append(run)
            elif tag == "a":
                self._link(target, child, look, part)
            elif tag == "span" and child.get("class") == "fn":
                self._footnote(target, child)
            else:
                self.inline(target, child, _changed(look, child), part)
            self._text(target, child.tail, look)

    def _text(self, target: Any, text: str | None, look: Look) -> None:
        if text:
            target.append(text_run(text.replace("\n", " "), look))

    def _link(self, target: Any, element: Any, look: Look, part: Any) -> None:
        href = element.get("href", "")
        link = make("w:hyperlink", history="1")
        if href.startswith("#"):
            link.set(qn("w:anchor"), href[1:])
        else:
            link.set(qn("r:id"), part.relate_to(href, RT.HYPERLINK, is_external=True))
            look = replace(look, is_link=True)
        self.inline(link, element, look, part)
        if len(link):
            target.append(link)

    def _footnote(self, target: Any, element: Any) -> None:
        number = len(self.footnotes) + 1
        note = make("w:footnote", id=number)
        self.footnotes.append(note)
        mark, own = make("w:r"), make("w:r")
        for run in (mark, own):
            properties = make("w:rPr")
            properties.append(make("w:rStyle", val="FootnoteReference"))
            run.append(properties)
        mark.append(make("w:footnoteReference", id=number))
        own.append(make("w:footnoteRef"))
        target.append(mark)
        line = paragraph("FootnoteText", own, text_run(" "))
        self.inline(line, element, _changed(Look(), element), self.footnotes_part)
        note.append(line)


def _changed(look: Look, element: Any) -> Look:
    match element.tag:
        case "strong" | "b":
            return replace(look, bold=True)
        case "em" | "i":
            return replace(look, italic=True)
        case "sub":
            return replace(look, position="subscript")
        case "sup":
            return replace(look, position="superscript")
        case "span" if element.get("lang"):
            return replace(look, language=element.get("lang"), is_rtl=element.get("dir") == _RIGHT_TO_LEFT)
    return look


def _flow(parent: Any) -> list[Any]:
    """The blocks in an element; running text between them as paragraphs."""
    found: list[Any] = []
    line: Any = None

    def open_line(text: str | None) -> Any:
        found.append(lxml_html.Element("p"))
        found[-1].text = text
        return found[-1]

    if (parent.text or "").strip():
        line = open_line(parent.text)
    for child in list(parent):
        if child.tag in _BLOCKS:
            tail, child.tail = child.tail, None
            found.append(child)
            line = open_line(tail) if (tail or "").strip() else None
        else:
            line = open_line(None) if line is None else line
            line.append(child)
    return found


def _fitted(width: int, height: int) -> tuple[Emu, Emu]:
    """As large as the text is wide at most, never larger than the picture is."""
    widest = Emu(TEXT_WIDTH * 635)
    factor = min(1.0, widest / width, TALLEST / height)
    return Emu(int(width * factor)), Emu(int(height * factor))


def _table_properties(has_head: bool, first_column: bool) -> Any:
    properties = make("w:tblPr")
    properties.extend(
        [
            make("w:tblStyle", val="Konzepttabelle"),
            make("w:tblW", w=TEXT_WIDTH, type="dxa"),
            make("w:tblLayout", type="fixed"),
            make(
                "w:tblLook",
                val=f"{0x0600 | (0x20 if has_head else 0) | (0x80 if first_column else 0):04X}",
                firstRow=int(has_head),
                lastRow=0,
                firstColumn=int(first_column),
                lastColumn=0,
                noHBand=1,
                noVBand=1,
            ),
        ]
    )
    return properties
