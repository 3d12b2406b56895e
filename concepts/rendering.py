"""From stored text to what is read: levels of headings, table heads, footnotes, references, citations, pictures.

One text, two media: the page collects footnotes at the end of a chapter and links between pages; the PDF leaves them
where they are (its style floats them to the foot of the page) and links inside the document.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from uuid import UUID

from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from lxml import etree, html

from concepts.bibliography import WHOLE
from concepts.models import ConceptImage, Source
from concepts.outline import Node, Outline
from kiportal.common.richtext.markup import CITATION, IMAGE, REFERENCE

MISSING = "Quelle fehlt"
_FIXED = "\u00a0"
_REFERENCE = "Kapitel"
_REFERENCE_LINK = re.compile(rf"(<a\b[^>]*{REFERENCE.pattern}[^>]*>\s*)(.*?)(\s*</a>)", re.DOTALL)
# The text of a reference that is nothing but a number, which may have changed since it was written.
_ONLY_A_NUMBER = re.compile(r"\s*(?:(?:Kapitel|Abschnitt)(?:\s+[\d.]+)?)?\s*")


@dataclass
class Footnotes:
    """The footnotes of one chapter in order, as HTML; pages show them as a list, numbered from 1."""

    texts: list[SafeString] = field(default_factory=list)


@dataclass(frozen=True)
class Medium:
    """`address` of a section seen from the text, "" if it lies elsewhere; `footnotes` collects them (None: they stay).

    `chapter_level` is the heading that a chapter has in this medium, `entry` the address of a source in its list.
    """

    address: Callable[[Node], str]
    image: Callable[[UUID], str]
    footnotes: Footnotes | None = None
    scrolling_tables: bool = False
    chapter_level: int = 2
    entry: Callable[[Source], str] = lambda source: f"#{source.anchor}"


def page(
    address: Callable[[Node], str],
    footnotes: Footnotes,
    chapter_level: int = 2,
    entry: Callable[[Source], str] = Medium.entry,
) -> Medium:
    """For the browser; pictures come from their own address."""
    return Medium(
        address,
        lambda uuid: f"/konzepte/bilder/{uuid}/",
        footnotes,
        scrolling_tables=True,
        chapter_level=chapter_level,
        entry=entry,
    )


def print_document(images: Mapping[UUID, ConceptImage], chapter: Node | None = None) -> Medium:
    """For the PDF: links inside the document, pictures read from the media storage (`common.pdf`).

    In the print of one chapter the others are named, but there is nothing to link to.
    """

    def address(node: Node) -> str:
        return f"#{node.anchor}" if chapter in (None, node.chapter) else ""

    return Medium(address, lambda uuid: f"media:{images[uuid].file.name}")


def parse(body: str) -> html.HtmlElement:
    """Return the stored text as children of one <div>."""
    return html.fragment_fromstring(body, create_parent="div")


def render(node: Node, outline: Outline, medium: Medium) -> SafeString:
    """Return the text of a section without its heading."""
    if not node.section.body:
        return mark_safe("")
    root = parse(node.section.body)
    complete(root, node.depth + medium.chapter_level, lambda _link: outline, medium)
    notes = _footnotes(root)
    if medium.footnotes is not None:
        for note in notes:
            _move_to_end(note, medium.footnotes)
    wrap_tables(root, medium)
    return mark_safe(inner_html(root))  # noqa: S308  (stored text is sanitised, see common.richtext)


def complete(
    root: html.HtmlElement, level: int, outline_of: Callable[[html.HtmlElement], Outline], medium: Medium
) -> None:
    """Make of a parsed text what its medium shows, but for the footnotes; each link is numbered after an outline."""
    _shift_headings(root, level)
    for table in root.iter("table"):
        _complete_table(table)
    for link in list(root.iter("a")):
        _resolve(link, outline_of(link), medium)
    _cite(root, outline_of, medium)
    for image in root.iter("img"):
        _place(image, medium)


def without_numbers(body: str, outline: Outline) -> str:
    """The text in which references that say no more than what the portal writes by itself say "Kapitel"."""

    def kept(link: re.Match[str]) -> str:
        begin, uuid, words, end = link.groups()
        node = outline.by_uuid.get(UUID(uuid))
        is_title = node is not None and " ".join(unescape(words).split()) == node.reference
        is_number = _ONLY_A_NUMBER.fullmatch(strip_tags(words))
        return f"{begin}{_REFERENCE}{end}" if is_number or is_title else link[0]

    return _REFERENCE_LINK.sub(kept, body) if "#section:" in body else body


def wrap_tables(root: html.HtmlElement, medium: Medium) -> None:
    if medium.scrolling_tables:
        for table in list(root.iter("table")):
            _wrap(table)


def referenced(body: str) -> set[UUID]:
    """The sections a text refers to."""
    return {UUID(found) for found in REFERENCE.findall(body)}


def pictured(bodies: Iterable[str]) -> set[UUID]:
    """The pictures that texts show."""
    return {UUID(found) for body in bodies for found in IMAGE.findall(body)}


def inner_html(element: html.HtmlElement) -> str:
    parts = [etree.tostring(child, method="html", encoding="unicode") for child in element]
    return _escaped(element.text) + "".join(parts)


def _escaped(text: str | None) -> str:
    return (text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _shift_headings(root: html.HtmlElement, level: int) -> None:
    """A sub-heading inside a text stands one level below the heading of its section."""
    for heading in root.iter("h3"):
        heading.tag = f"h{min(level, 6)}"


def _complete_table(table: html.HtmlElement) -> None:
    """Rows of nothing but header cells at the top become the head, which every page repeats; cells get a scope."""
    body = table.find("tbody")
    if body is not None and table.find("thead") is None:
        head_rows = []
        for row in body.findall("tr"):
            if any(cell.tag != "th" for cell in row):
                break
            head_rows.append(row)
        if head_rows and len(head_rows) < len(body):
            head = etree.Element("thead")
            head.extend(head_rows)
            body.addprevious(head)
    for cell in table.iter("th", "td"):
        paragraphs = list(cell)
        if len(paragraphs) == 1 and paragraphs[0].tag == "p" and not (cell.text or "").strip():
            paragraphs[0].drop_tag()
    for cell in table.iter("th"):
        row = cell.getparent()
        in_head = row is not None and row.getparent() is not None and row.getparent().tag == "thead"
        if "scope" not in cell.attrib:
            cell.set("scope", "col" if in_head else "row")


def _resolve(link: html.HtmlElement, outline: Outline, medium: Medium) -> None:
    found = REFERENCE.fullmatch(link.get("href", ""))
    if not found:
        return
    node = outline.by_uuid.get(UUID(found[1]))
    link.attrib.pop("rel", None)
    if node is None:  # only in a draft: what is frozen has no dead references (`review`)
        link.drop_tag()
        return
    address = medium.address(node)
    link.set("href", address)
    link.set("class", "xref")
    if _ONLY_A_NUMBER.fullmatch(link.text_content()):
        for child in list(link):
            child.drop_tree()
        link.text = node.reference.replace(" ", "\u00a0", 1)
    elif node.number:
        last = link[-1] if len(link) else None
        number = f" (Kapitel\u00a0{node.number})"
        if last is None:
            link.text = (link.text or "") + number
        else:
            last.tail = (last.tail or "") + number
    if not address:
        link.drop_tag()


def _cite(root: html.HtmlElement, outline_of: Callable[[html.HtmlElement], Outline], medium: Medium) -> None:
    """ "(IT.NRW 2024, S. 12)"; citations beside each other share their brackets."""
    runs: list[list[html.HtmlElement]] = []
    for link in root.iter("a"):
        if CITATION.fullmatch(link.get("href", "")):
            if runs and link.getprevious() is runs[-1][-1] and not (runs[-1][-1].tail or "").strip():
                runs[-1][-1].tail = "; "
                runs[-1].append(link)
            else:
                runs.append([link])
    for run in runs:
        if not _is_in_brackets(run[0]):
            _write_before(run[0], "(")
            run[-1].tail = f"){run[-1].tail or ''}"
        for link in run:
            _call(link, outline_of(link), medium)


def _call(link: html.HtmlElement, outline: Outline, medium: Medium) -> None:
    """Name the source and the place in it."""
    entry = outline.bibliography.by_uuid.get(UUID(link.get("href").partition(":")[2]))
    place = " ".join(link.text_content().split())
    for child in list(link):
        child.drop_tree()
    label = _FIXED.join(entry.label.rsplit(" ", 1)) if entry else MISSING  # missing only in a draft (`review`)
    link.text = label if place in {"", WHOLE} else f"{label}, {place.replace(' ', _FIXED, 1)}"
    link.attrib.pop("rel", None)
    link.set("class", "citation")
    link.set("href", medium.entry(entry.source) if entry else "")
    if not link.get("href"):
        link.drop_tag()


def _is_in_brackets(link: html.HtmlElement) -> bool:
    """In a footnote, or where the author has opened a bracket: "(vgl. IT.NRW 2024)"."""
    if any(above.get("class") == "fn" for above in link.iterancestors("span")):
        return True
    before = [link.getparent().text or ""]
    before += [f"{each.text_content()}{each.tail or ''}" for each in reversed(list(link.itersiblings(preceding=True)))]
    text = "".join(before)
    return text.count("(") > text.count(")")


def _write_before(element: html.HtmlElement, text: str) -> None:
    before = element.getprevious()
    if before is None:
        parent = element.getparent()
        parent.text = f"{parent.text or ''}{text}"
    else:
        before.tail = f"{before.tail or ''}{text}"


def _place(image: html.HtmlElement, medium: Medium) -> None:
    found = IMAGE.fullmatch(image.get("src", ""))
    if found:
        image.set("src", medium.image(UUID(found[1])))
        if medium.scrolling_tables:
            image.set("loading", "lazy")


def _footnotes(root: html.HtmlElement) -> list[html.HtmlElement]:
    """In reading order; a note inside a note is part of it."""
    notes = [span for span in root.iter("span") if span.get("class") == "fn"]
    inner = [note for note in notes if any(above in notes for above in note.iterancestors("span"))]
    for note in inner:
        note.drop_tag()
    return [note for note in notes if note not in inner]


def _move_to_end(note: html.HtmlElement, footnotes: Footnotes) -> None:
    footnotes.texts.append(mark_safe(inner_html(note)))  # noqa: S308  (stored text is sanitised)
    number = len(footnotes.texts)
    mark = html.fragment_fromstring(
        f'<sup class="footnote-mark"><a id="fussnote-{number}-stelle" href="#fussnote-{number}" '
        f'aria-label="Fußnote {number}">{number}</a></sup>'
    )
    mark.tail = note.tail
    parent = note.getparent()
    parent.replace(note, mark)


def _wrap(table: html.HtmlElement) -> None:
    """A wide table scrolls in a region of its own, which the keyboard reaches (components/table_region.html)."""
    caption = table.find("caption")
    region = etree.Element("div", {"class": "table-region", "role": "region", "tabindex": "0"})
    region.set("aria-label", caption.text_content() if caption is not None else "Tabelle")
    region.tail, table.tail = table.tail, None
    parent = table.getparent()
    parent.replace(table, region)
    region.append(table)
    table.set("class", "kern-table")
