"""Word files for tests: what python-docx can write, and raw XML for the rest."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph
from PIL import Image

MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
SHAPE = (
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
)


def saved(document: WordDocument) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def picture(kind: str = "PNG", colour: str = "navy") -> BytesIO:
    stream = BytesIO()
    Image.new("RGB", (60, 40), colour).save(stream, kind)
    stream.seek(0)
    return stream


def xml(text: str) -> Any:
    """An element of the namespaces w, r, wp, a."""
    head, rest = text.split(">", 1) if not text.split(">", 1)[0].endswith("/") else (text[:-2], "")
    names = nsdecls("w", "r", "wp", "a")
    return parse_xml(f"{head} {names}>{rest}" if rest else f"{head} {names}/>")


def paragraph(document: WordDocument, inner: str, style: str = "") -> Any:
    """A paragraph of raw XML at the end."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    element = xml(f"<w:p>{properties}{inner}</w:p>")
    document.element.body.find(qn("w:sectPr")).addprevious(element)
    return element


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def add_style(document: WordDocument, key: str, name: str, based_on: str = "Normal") -> None:
    document.styles.element.append(
        xml(
            f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{key}"><w:name w:val="{name}"/>'
            f'<w:basedOn w:val="{based_on}"/></w:style>'
        )
    )


def add_footnotes(document: WordDocument, *texts: str, relation: str = RT.FOOTNOTES, name: str = "footnote") -> None:
    """Footnotes with the ids 1, 2 ...; each text is the XML of runs."""
    notes = "".join(
        f'<w:{name} w:id="{place}"><w:p><w:r><w:{name}Ref/></w:r>{text}</w:p></w:{name}>'
        for place, text in enumerate(texts, start=1)
    )
    blob = f'<w:{name}s {nsdecls("w", "r")}><w:{name} w:type="separator" w:id="-1"><w:p/></w:{name}>{notes}</w:{name}s>'
    part = Part(
        PackURI(f"/word/{name}s.xml"),
        getattr(CONTENT_TYPE, f"WML_{name.upper()}S"),
        blob.encode(),
        document.part.package,
    )
    document.part.relate_to(part, relation)


def add_comment(document: WordDocument, line: Paragraph, text: str, author: str = "Rita") -> None:
    comment = document.add_comment(line.runs, text, author=author, initials="R")
    comment._comment_elm.set(qn("w:date"), "2026-03-12T10:15:00Z")


def reference(number: int) -> str:
    return f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'


def changed(content: bytes, **parts: bytes | None) -> bytes:
    """The archive with these entries put in or, for None, taken out; names with "__" for "/"."""
    new = {
        name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"): text for name, text in parts.items()
    }
    out = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(out, "w") as target:
        for name in source.namelist():
            if name not in new:
                target.writestr(name, source.read(name))
        for name, text in new.items():
            if text is not None:
                target.writestr(name, text)
    return out.getvalue()


def full_file() -> bytes:
    """The file of acceptance: all that concepts in Word hold, and much of what they hold that must not be kept."""
    document = Document()
    add_style(document, "berschrift1", "Überschrift 1")
    add_style(document, "berschrift2", "Überschrift 2")
    add_footnotes(document, run("Quelle: ") + run("Kreis", "<w:i/>"), run("Zweite"))
    document.add_paragraph("Vor dem ersten Kapitel")
    paragraph(document, run("Ausgangslage für Ämter"), "berschrift1")
    paragraph(
        document,
        run("Text mit ")
        + run("fett", "<w:b/>")
        + run(" und ")
        + run("kursiv", "<w:i/>")
        + run(", H")
        + run("2", '<w:vertAlign w:val="subscript"/>')
        + run("O und m")
        + run("2", '<w:vertAlign w:val="superscript"/>')
        + reference(1)
        + run(" unterstrichen", '<w:u w:val="single"/>'),
    )
    link = document.part.relate_to("https://example.org/a?b=1&c=2", RT.HYPERLINK, is_external=True)
    bad = document.part.relate_to("file:///C:/geheim.xls", RT.HYPERLINK, is_external=True)
    paragraph(
        document,
        f'<w:hyperlink r:id="{link}">{run("Seite")}</w:hyperlink>{run(" und ")}'
        f'<w:hyperlink r:id="{bad}">{run("Laufwerk")}</w:hyperlink>{run(" und ")}'
        f'<w:hyperlink w:anchor="_Toc9">{run("Kapitel 2")}</w:hyperlink>',
    )
    paragraph(document, run("Listen"), "berschrift2")
    for text, style in (
        ("eins", "List Bullet"),
        ("zwei", "List Bullet 2"),
        ("drei", "List Bullet 3"),
        ("wieder eins", "List Bullet"),
        ("Zahl", "List Number"),
        ("Zahl darunter", "List Number 2"),
        ("ganz unten", "List Number 3"),
    ):
        document.add_paragraph(text, style=style)
    document.add_heading("Tabellen", 3)
    document.add_paragraph("Tabelle 1: Schüler", style="Caption")
    table = document.add_table(4, 3)
    table.rows[0]._tr.get_or_add_trPr().append(xml("<w:tblHeader/>"))
    for place, text in enumerate(("Ort", "Zahl", "")):
        table.cell(0, place).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 0).text = "Kerpen"
    table.cell(1, 0).merge(table.cell(2, 0))
    for row, column, text in (
        (1, 1, "a"),
        (1, 2, "b"),
        (2, 1, "c"),
        (2, 2, "d"),
        (3, 0, "Köln"),
        (3, 1, "e"),
        (3, 2, "f"),
    ):
        table.cell(row, column).text = text
    paragraph(
        document, f'<w:bookmarkStart w:id="9" w:name="_Toc9"/>{run("Bilder")}<w:bookmarkEnd w:id="9"/>', "berschrift1"
    )
    document.add_picture(picture())
    document.element.body.findall(f".//{qn('wp:docPr')}")[-1].set("descr", "Ein blaues Feld")
    document.add_paragraph("Abbildung 1: Blau", style="Caption")
    document.add_picture(picture(colour="red"))
    document.add_picture(picture("GIF"))
    paragraph(
        document,
        run("Änderung: ")
        + f'<w:ins w:id="1" w:author="A" w:date="2026-01-01T00:00:00Z">{run("neu")}</w:ins>'
        + '<w:del w:id="2" w:author="A" w:date="2026-01-01T00:00:00Z"><w:r><w:delText>alt</w:delText></w:r></w:del>'
        + run(" da"),
    )
    line = document.add_paragraph("Kommentierte Stelle")
    add_comment(document, line, "Bitte kürzen")
    paragraph(document, run("Auf Türkisch: ") + run("hoş geldiniz", '<w:lang w:val="tr-TR"/>') + run("."))
    paragraph(document, run("Arabisch: ") + run("مرحبا", '<w:rtl/><w:lang w:bidi="ar-SA"/>'))
    paragraph(document, '<w:r><w:br w:type="page"/></w:r>' + run("Nach dem Umbruch") + "<w:r><w:tab/></w:r>" + run("x"))
    paragraph(document, run("geheim", "<w:vanish/>") + run("sichtbar", '<w:color w:val="FF0000"/>'))
    _add_lost(document)
    for level, title in ((2, "Zwei"), (3, "Drei"), (4, "Vier"), (5, "Zu tief")):
        document.add_heading(title, level)
        document.add_paragraph(f"Text zu {title}.")
    return saved(document)


def _add_lost(document: WordDocument) -> None:
    """A text box, a shape, SmartArt and an equation."""
    box = (
        f'<w:r {SHAPE}><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor>'
        '<wp:docPr id="71" name="Textfeld"/><a:graphic><a:graphicData '
        'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:txbx><w:txbxContent>'
        f"<w:p>{run('Text im Kasten')}</w:p></w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic>"
        "</wp:anchor>"
        "</w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>"
        f"<w:p>{run('Text im Kasten')}</w:p></w:txbxContent></v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    paragraph(document, run("Daneben") + box)
    for name, uri in (
        ("Pfeil", "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"),
        ("Ablauf", "http://schemas.openxmlformats.org/drawingml/2006/diagram"),
    ):
        paragraph(
            document,
            f'<w:r><w:drawing><wp:inline><wp:docPr id="72" name="x" descr="{name}"/><a:graphic>'
            f'<a:graphicData uri="{uri}"/></a:graphic></wp:inline></w:drawing></w:r>',
        )
    paragraph(document, f"{run('Formel: ')}<m:oMath {MATH}><m:r><m:t>E=mc²</m:t></m:r></m:oMath>")
