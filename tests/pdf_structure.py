"""What a screen reader meets in a PDF, read with pikepdf. veraPDF does not see a table without headers, for example."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary

PAINTING = {"Tj", "TJ", "'", '"', "f", "f*", "F", "B", "B*", "b", "b*", "S", "s", "sh", "Do"}


@dataclass
class Structure:
    """`kinds` counts the structure elements; `marks` are the marked contents of the tree as (page, number)."""

    kinds: Counter[str] = field(default_factory=Counter)
    headings: list[int] = field(default_factory=list)
    marks: set[tuple[int, int]] = field(default_factory=set)
    tables: list[Counter[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    figures_without_text: int = 0
    cells_without_header: int = 0
    nested_links: int = 0


def open_pdf(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(content))


def read_structure(pdf: pikepdf.Pdf) -> Structure:
    structure = Structure()
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    waiting: list[tuple[Any, tuple[str, ...], Counter[str] | None]] = [(pdf.Root.StructTreeRoot, (), None)]
    while waiting:
        element, above, table = waiting.pop()
        kind = str(element.get("/S", ""))[1:]
        structure.kinds[kind] += 1
        if kind == "Table":
            table = Counter()
            structure.tables.append(table)
        elif table is not None:
            table[kind] += 1
        if kind[:1] == "H" and kind[1:].isdigit():
            structure.headings.append(int(kind[1:]))
        structure.figures_without_text += kind == "Figure" and not str(element.get("/Alt", ""))
        structure.nested_links += kind == "Link" and "Link" in above
        structure.cells_without_header += kind == "TD" and not len(element.get("/A", {}).get("/Headers", []))
        if kind == "Note":
            structure.notes.append(str(element.get("/ID", "")))
        for kid in reversed(list(_kids(element))):
            if not isinstance(kid, Dictionary):
                structure.marks.add((pages[element.Pg.objgen], int(kid)))
            elif "/S" in kid:
                waiting.append((kid, (*above, kind), table))
    return structure


def content_outside_tree(pdf: pikepdf.Pdf, structure: Structure) -> list[str]:
    """Everything drawn that is neither in the structure tree nor an artifact."""
    loose = []
    for number, page in enumerate(pdf.pages):
        open_marks: list[bool] = []
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            if operator in {"BMC", "BDC"}:
                tag, *properties = instruction.operands
                mark = properties[0].get("/MCID") if properties and isinstance(properties[0], Dictionary) else None
                known = mark is not None and (number, int(mark)) in structure.marks
                open_marks.append(str(tag) == "/Artifact" or known)
            elif operator == "EMC":
                open_marks.pop()
            elif operator in PAINTING and not any(open_marks):
                loose.append(f"page {number + 1}: {operator}")
    return loose


def artifacts(pdf: pikepdf.Pdf) -> Counter[int]:
    """How many pagination artifacts stand on each page, from 1."""
    return Counter(
        number
        for number, page in enumerate(pdf.pages, 1)
        for instruction in pikepdf.parse_content_stream(page, "BDC")
        if str(instruction.operands[0]) == "/Artifact"
    )


def links(pdf: pikepdf.Pdf) -> list[str]:
    """How each link is announced."""
    return [str(annotation.get("/Contents", "")) for page in pdf.pages for annotation in page.obj.get("/Annots", [])]


def bookmarks(pdf: pikepdf.Pdf) -> list[str]:
    with pdf.open_outline() as outline:
        return [title for item in outline.root for title in _titles(item)]


def fonts(pdf: pikepdf.Pdf) -> set[str]:
    """Names of the embedded fonts without the prefix of the subset."""
    return {
        str(thing.FontName)[1:].partition("+")[2]
        for thing in pdf.objects
        if isinstance(thing, Dictionary) and thing.get("/Type") == "/FontDescriptor" and "/FontFile2" in thing
    }


def _kids(element: Any) -> Iterator[Any]:
    kids = element.get("/K")
    if kids is not None:
        yield from kids if isinstance(kids, Array) else [kids]


def _titles(item: Any) -> Iterator[str]:
    yield item.title
    for child in item.children:
        yield from _titles(child)
