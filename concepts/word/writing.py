"""A version as a Word file, for the council information system: what its PDF says, with Word's own means.

Headings are styles with numbers that Word counts, contents and page numbers are fields, footnotes are footnotes. Each
heading bears its section's uuid as a hidden bookmark, so that the file can come back (`reading`).
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION_START
from docx.image.exceptions import UnrecognizedImageError
from docx.opc.constants import CONTENT_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm
from lxml import etree

from concepts import appendix, numbers
from concepts.bibliography import HEADING
from concepts.models import ConceptVersion
from concepts.outline import Node, Outline
from concepts.pdf import cover_of_today
from concepts.rendering import Medium, parse, pictured, render
from concepts.word import citations, design
from concepts.word.elements import Look, Writer, field, make, paragraph, text_run
from concepts.word.reading import ADDED
from kiportal.common.jobs import JobRefused

# The heading of a sub-section of the third level stands in the contents, no deeper one.
CONTENTS_LEVELS = 3
# Zip knows no time before this one; it stands on every part, so that the same version gives the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def bookmark(node: Node) -> str:
    return f"_s_{node.section.uuid.hex}"


def render_version_word(version: ConceptVersion) -> bytes:
    """Return the .docx; the same version gives the same bytes. Raises JobRefused with a sentence."""
    return _File(version).content()


class _File:
    def __init__(self, version: ConceptVersion) -> None:
        self.version = version
        self.outline = Outline.of(version, with_texts=True)
        self.cover = cover_of_today() if version.is_draft else version.cover
        self.as_of = version.as_of or timezone.localdate()
        self.stand = f"Stand: {date_format(self.as_of, 'd.m.Y')}"
        self.document: WordDocument = Document()
        self.body = self.document.element.body
        self._bookmarks = 0
        self.writer = Writer(self.document, _stored)
        self.medium = self._medium()

    def content(self) -> bytes:
        self._set_up()
        self._cover()
        self._contents()
        for node in self.outline:
            self._section(node)
        self._measures()
        self._sources()
        self._imprint()
        self._finish()
        stream = BytesIO()
        self.document.save(stream)
        return _same_bytes(stream.getvalue())

    def _medium(self) -> Medium:
        shown = pictured(node.section.body for node in self.outline)
        images = {image.uuid: image for image in self.version.concept.images.filter(uuid__in=shown)}
        if shown - images.keys():
            raise JobRefused("Ein Bild gehört nicht zu diesem Konzept. Bitte laden Sie es dort hoch.")
        return Medium(
            lambda node: f"#{bookmark(node)}",
            lambda uuid: str(images[uuid].file.name),
            entry=lambda source: f"#{citations.bookmark(source)}",
        )

    # The frame

    def _set_up(self) -> None:
        version, document = self.version, self.document
        accent = self.cover.get("accent", "")
        _replace(document.styles.element, design.styles(accent))
        _replace(document.part.numbering_part.element, design.numbering())
        part = XmlPart(
            PackURI("/word/footnotes.xml"),
            CONTENT_TYPE.WML_FOOTNOTES,
            parse_xml(design.FOOTNOTES),
            document.part.package,
        )
        document.part.relate_to(part, RT.FOOTNOTES)
        self.writer.footnotes_part = part
        properties = document.core_properties
        created = version.frozen_at or datetime.combine(self.as_of, datetime.min.time(), UTC)
        properties.title = str(version)
        properties.author = self.cover.get("centre_name", "")
        properties.last_modified_by = properties.author
        properties.language = "de-DE"
        properties.subject = version.subtitle
        properties.comments = "Entwurf" if version.is_draft else self.stand
        properties.keywords = ""
        properties.revision = 1
        properties.created = properties.modified = created.astimezone(UTC).replace(microsecond=0, tzinfo=None)
        section = document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(25)
        section.top_margin, section.bottom_margin = Mm(27), Mm(26)
        section.header_distance, section.footer_distance = Mm(13), Mm(12)
        section.start_type = WD_SECTION_START.NEW_PAGE
        section.different_first_page_header_footer = True
        head, foot = section.header._element, section.footer._element
        for each in (*section.header.paragraphs, *section.footer.paragraphs):
            each._element.getparent().remove(each._element)
        head.append(paragraph("Header", text_run(version.title[:90]), _tab(), text_run(self.stand)))
        draft = text_run("Entwurf", Look(bold=True)) if version.is_draft else text_run(f"Fassung {version.number}")
        pages = [
            text_run("Seite "),
            *field("PAGE", text_run("1")),
            text_run(" von "),
            *field("NUMPAGES", text_run("1")),
        ]
        foot.append(paragraph("Footer", draft, _tab(), *pages))

    def _add(self, style: str, text: str) -> Any:
        found = paragraph(style, text_run(text))
        self._append(found)
        return found

    def _append(self, element: Any) -> None:
        self.body.find(qn("w:sectPr")).addprevious(element)

    def _cover(self) -> None:
        cover, version = self.cover, self.version
        if cover.get("logo"):
            self._picture(cover["logo"], cover.get("logo_alternative") or cover.get("centre_name", ""))
        self._add("DeckblattHerausgeber", cover.get("county_name", ""))
        self._add("Deckblatt", cover.get("centre_name", ""))
        self._add("Title", version.title)
        if version.subtitle:
            self._add("Subtitle", version.subtitle)
        if version.is_draft:
            self._add("DeckblattEntwurf", "Entwurf – noch nicht abgeschlossen")
        self._add("DeckblattStand", self.stand)
        self._add("Deckblatt", f"Fassung {version.number}")
        if cover.get("funders"):
            self._add("Deckblatt", "Gefördert durch")
        for funder in cover.get("funders", []):
            if funder.get("logo"):
                self._picture(funder["logo"], funder.get("logo_alternative") or funder["text"])
            self._add("Deckblatt", funder["text"])

    def _picture(self, name: str, alternative: str) -> None:
        """A logo, as high as on the cover of the PDF; one that Word cannot show is left out."""
        try:
            holder = parse(f'<img src="{name}">')
            holder[0].set("alt", alternative)
            container = make("w:body")
            self.writer.blocks(container, holder)
        except (UnrecognizedImageError, JobRefused):
            return
        for element in list(container):
            extent = element.find(f".//{qn('wp:extent')}")
            size = element.find(f".//{qn('a:xfrm')}/{qn('a:ext')}")
            factor = min(1.0, Mm(20) / int(extent.get("cy")), Mm(70) / int(extent.get("cx")))
            for each in (extent, size):
                for axis in ("cx", "cy"):
                    each.set(axis, str(int(int(each.get(axis)) * factor)))
            element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}").set(qn("w:val"), "Deckblatt")
            self._append(element)

    def _contents(self) -> None:
        """The field, with what Word would put there but for the page numbers: only Word knows them."""
        self._add("TOCHeading", "Inhalt")
        entries = [(node.depth, node.heading, bookmark(node)) for node in self.outline if node.depth <= CONTENTS_LEVELS]
        entries += [(1, title, name) for title, name in self._added()]
        lines = []
        for depth, text, name in entries:
            link = make("w:hyperlink", anchor=name, history="1")
            link.extend([text_run(text), _tab(), *field(f"PAGEREF {name} \\h")])
            lines.append(paragraph(f"TOC{depth}", link))
        opening = field(f'TOC \\o "1-{CONTENTS_LEVELS}" \\h \\z')
        for run in reversed(opening[:-1]):
            lines[0].find(qn("w:pPr")).addnext(run)
        lines[-1].append(opening[-1])
        for line in lines:
            self._append(line)

    def _added(self) -> Iterator[tuple[str, str]]:
        if self._kept_measures():
            yield "Anhang: Maßnahmen", f"{ADDED}_measures"
        if self.outline.bibliography.cited:
            yield HEADING, f"{ADDED}_sources"
        yield "Impressum", f"{ADDED}_imprint"

    def _kept_measures(self) -> list[dict[str, Any]]:
        return appendix.of(self.version)

    # Chapters

    def _heading(self, level: int, title: str, name: str, *, is_numbered: bool) -> None:
        found = paragraph(f"Heading{level}")
        if not is_numbered:
            properties = make("w:numPr")
            properties.extend([make("w:ilvl", val=0), make("w:numId", val=0)])
            found.find(qn("w:pPr")).append(properties)
        self._bookmarks += 1
        found.extend(
            [
                make("w:bookmarkStart", id=self._bookmarks, name=name),
                text_run(title),
                make("w:bookmarkEnd", id=self._bookmarks),
            ]
        )
        self._append(found)

    def _section(self, node: Node) -> None:
        self._heading(node.depth, node.section.title, bookmark(node), is_numbered=bool(node.number))
        self._text(render(node, self.outline, self.medium))
        for element in self._text(numbers.as_text(node.section)):
            self._mark_added(element)

    def _text(self, html: str) -> list[Any]:
        container = make("w:body")
        self.writer.blocks(container, parse(html))
        elements = list(container)
        for element in elements:
            self._append(element)
        return elements

    def _mark_added(self, element: Any) -> None:
        """A hidden bookmark tells that the portal makes this paragraph or table itself, when the file comes back."""
        self._bookmarks += 1
        place = next(element.iter(qn("w:p")))
        place.append(make("w:bookmarkStart", id=self._bookmarks, name=f"{ADDED}_numbers_{self._bookmarks}"))
        place.append(make("w:bookmarkEnd", id=self._bookmarks))

    def _measures(self) -> None:
        kept = self._kept_measures()
        if not kept:
            return
        self._heading(1, "Anhang: Maßnahmen", f"{ADDED}_measures", is_numbered=False)
        self._add("Normal", "So standen die Maßnahmen am Tag, an dem diese Fassung abgeschlossen wurde.")
        whole = parse(render_to_string("concepts/_pdf_measures.html", {"measures": kept}))
        for number, part in enumerate(whole.iterfind(".//section/section"), start=1):
            self._heading(2, part.findtext("h3", ""), f"{ADDED}_area_{number}", is_numbered=False)
            part.remove(part.find("h3"))
            self._text("".join(etree.tostring(child, encoding="unicode", method="html") for child in part))

    def _sources(self) -> None:
        """The entries of what is cited, each with the bookmark that citations lead to."""
        if not (entries := self.outline.bibliography.cited):
            return
        self._heading(1, HEADING, f"{ADDED}_sources", is_numbered=False)
        for entry in entries:
            container = make("w:body")
            self.writer.blocks(container, parse(f"<p>{entry.html}</p>"), style="Bibliography")
            for line in list(container):
                self._bookmarks += 1
                name = citations.bookmark(entry.source)
                line.find(qn("w:pPr")).addnext(make("w:bookmarkStart", id=self._bookmarks, name=name))
                line.append(make("w:bookmarkEnd", id=self._bookmarks))
                self._append(line)

    def _imprint(self) -> None:
        cover = self.cover
        self._heading(1, "Impressum", f"{ADDED}_imprint", is_numbered=False)
        address = [cover.get("county_name"), cover.get("centre_name"), cover.get("street")]
        if cover.get("city"):
            address.append(f"{cover.get('postcode', '')} {cover['city']}".strip())
        self._lines("Herausgegeben von", *address)
        phone, mail = cover.get("phone"), cover.get("email")
        self._lines(f"Telefon: {phone}" if phone else "", f"E-Mail: {mail}" if mail else "", cover.get("website", ""))
        self._lines(f"{self.stand}, Fassung {self.version.number}")
        for funder in cover.get("funders", []):
            self._lines(funder["text"])

    def _lines(self, *lines: str | None) -> None:
        found = paragraph("Normal")
        for line in filter(None, lines):
            if len(found) > 1:
                run = make("w:r")
                run.append(make("w:br"))
                found.append(run)
            found.append(text_run(line))
        if len(found) > 1:
            self._append(found)

    def _finish(self) -> None:
        self.writer.footnotes_part.element.extend(self.writer.footnotes)
        self.document.part.numbering_part.element.extend(self.writer.counts)
        settings = self.document.settings.element
        for language in settings.iter(qn("w:themeFontLang")):
            language.set(qn("w:val"), "de-DE")


def _tab() -> Any:
    run = make("w:r")
    run.append(make("w:tab"))
    return run


def _replace(old: Any, new: Any) -> None:
    """Put the content of one root in the place of another's: the part keeps its root."""
    for child in list(old):
        old.remove(child)
    old.extend(list(new))


def _stored(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            return bytes(file.read())
    except FileNotFoundError as error:
        raise JobRefused("Ein Bild dieser Fassung fehlt im Speicher.") from error


def _same_bytes(content: bytes) -> bytes:
    """The archive with one time on all of its parts."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(out, "w") as target:
        for name in source.namelist():
            entry = ZipInfo(name, _EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return out.getvalue()
