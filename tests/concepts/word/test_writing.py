"""A version as a Word file: what Word and LibreOffice find in it, and that it comes back as it went out."""

import shutil
import subprocess
from datetime import date
from io import BytesIO
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pytest_django.fixtures import Settings

from concepts.models import ConceptVersion, Source
from concepts.outline import Outline
from concepts.word.reading import read
from concepts.word.writing import render_version_word
from kiportal.common.models import Centre
from kiportal.common.richtext import DOCUMENT, sanitise
from tests.concepts.factories import freeze, make_concept, make_image, make_section, make_source

pytestmark = pytest.mark.django_db
KEY = UUID("00000000-0000-4000-8000-000000000002")


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def version(centre: Centre) -> ConceptVersion:
    """A frozen version with what chapters can hold."""
    version = make_concept("Integrationskonzept")
    image = make_image(version.concept)
    make_section(version, "Vorwort", is_numbered=False, body="<p>Grüße</p>")
    chapter = make_section(
        version,
        "Ausgangslage",
        body='<p>Text<span class="fn">Quelle: <em>Land</em></span> und <strong>fett</strong>, <em>kursiv</em>, '
        'H<sub>2</sub>O, m<sup>2</sup>, <a href="https://example.org/?a=1&amp;b=2" rel="noopener nofollow">Link</a>, '
        '<span lang="tr">hoş geldiniz</span>, <span lang="ar" dir="rtl">مرحبا</span><br>neue Zeile</p>'
        "<h3>Zwischendurch</h3><blockquote><p>Zitat</p><p>weiter</p></blockquote>",
    )
    part = make_section(
        version,
        "Listen & mehr",
        parent=chapter,
        body="<ul><li><p>eins</p><p>noch eins</p><ol><li><p>a</p></li><li><p>b</p></li></ol></li>"
        "<li><p>zwei</p></li></ul>"
        '<p>Pause</p><ol start="3"><li><p>drei</p></li></ol><ol><li><p>eins</p></li></ol>',
    )
    make_section(
        version,
        "Tabelle",
        parent=part,
        body="<table><caption>Tabelle 1: Zahlen</caption><tbody>"
        '<tr><th><p>Ort</p></th><th colspan="2"><p>Zahl</p></th></tr>'
        '<tr><th rowspan="2"><p>Kerpen</p></th><td><p>1</p></td><td><p>2<span class="fn">geschätzt</span></p></td></tr>'
        "<tr><td><p>3</p></td><td><ul><li><p>x</p></li></ul></td></tr></tbody></table>"
        f'<figure><img src="{image.get_absolute_url()}" alt="Ein Diagramm" width="8" height="6">'
        "<figcaption>Abbildung 1</figcaption></figure>"
        f'<figure><img src="{image.get_absolute_url()}" alt="Noch eines" width="8" height="6"></figure>'
        f'<p>Siehe <a href="#section:{chapter.uuid}" rel="noopener nofollow">Kapitel</a> und '
        f'<a href="#section:{part.uuid}" rel="noopener nofollow">die Listen</a>.</p>',
    )
    law = make_source(version, "Gesetz", author="", short_name="TIntG", year="14.02.2012", url="https://recht.nrw.de/")
    report = make_source(version, "Bericht", author="Amt für Bildung", year="")
    make_section(
        version,
        "Belege",
        body=f"<p>Erstens {kept(law, '§ 8')}, zweitens {kept(law)} {kept(report, 'S. 4, Tabelle 1')}, "
        f"(vgl. {kept(report)}).</p>"
        f'<p>Text<span class="fn">Siehe {kept(law, "§ 8 Abs. 1")}.</span></p>',
    )
    make_section(version, "Leer", body="")
    measures = [
        {
            "area": "Bildung",
            "measures": [
                {"number": 7, "title": "Mappe", "goal": "Alle finden sich zurecht", "lead": "KI", "status": "läuft"}
                | {"steps": "", "indicators": []}
            ],
        }
    ]
    freeze(version, as_of=date(2026, 8, 28), shows_measures=True, measures=measures)
    return version


def kept(source: Source, place: str = "Quelle") -> str:
    """A citation as it is stored."""
    return f'<a href="#quelle:{source.uuid}" rel="noopener nofollow">{place}</a>'


def known_of(version: ConceptVersion) -> dict[str, tuple[UUID, int, int]]:
    return {image.sha256: (image.uuid, image.width, image.height) for image in version.concept.images.all()}


def test_version_comes_back_as_it_went_out(version: ConceptVersion) -> None:
    found = read(render_version_word(version), KEY, known_of(version))
    assert [(part.uuid, part.title, part.depth, part.is_numbered) for part in found.parts] == [
        (node.section.uuid, node.section.title, node.depth, node.section.is_numbered) for node in Outline.of(version)
    ]
    stored = {section.title: section.body for section in version.sections.all()}
    assert {part.title: part.body for part in found.parts} == stored
    assert [note.kind for note in found.notes if note.kind != "changed"] == []
    assert found.pictures == []


def test_same_version_gives_the_same_bytes(version: ConceptVersion) -> None:
    assert render_version_word(version) == render_version_word(version)


def test_file_has_what_word_needs(version: ConceptVersion) -> None:
    content = render_version_word(version)
    document = Document(BytesIO(content))
    properties = document.core_properties
    assert (properties.title, properties.author, properties.language) == (
        *("Integrationskonzept, Fassung 1", "KI Musterkreis", "de-DE"),
    )
    assert [(each.style.name, each.text) for each in document.paragraphs if each.style.name.startswith("Head")] == [
        ("Heading 1", "Vorwort"),
        ("Heading 1", "Ausgangslage"),
        ("Heading 2", "Listen & mehr"),
        ("Heading 3", "Tabelle"),
        ("Heading 1", "Belege"),
        ("Heading 1", "Leer"),
        ("Heading 1", "Anhang: Maßnahmen"),
        ("Heading 2", "Bildung"),
        ("Heading 1", "Quellen"),
        ("Heading 1", "Impressum"),
    ]
    table = document.tables[0]
    assert table.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    assert [cell.get("descr") for cell in document.element.iter(qn("wp:docPr"))] == ["Ein Diagramm", "Noch eines"]
    assert "Stand: 28.08.2026" in document.sections[0].header.paragraphs[0].text
    with ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    text = parts["word/document.xml"]
    assert 'TOC \\o "1-3"' in text
    assert parts["word/footnotes.xml"].count("<w:footnote ") == 5
    assert "PAGE" in parts["word/footer1.xml"]
    assert 'w:val="tr"' in text
    assert 'w:bidi="ar"' in text


# The children of an element in the order of the schema (ISO/IEC 29500-1, wml.xsd), of those that are written.
ORDER = {
    "pPr": [
        "pStyle",
        "keepNext",
        "keepLines",
        "pageBreakBefore",
        "pBdr",
        "tabs",
        "spacing",
        "ind",
        "numPr",
        "jc",
        "outlineLvl",
        "rPr",
    ],
    "rPr": ["rStyle", "rFonts", "b", "bCs", "i", "iCs", "color", "sz", "szCs", "u", "vertAlign", "rtl", "lang"],
    "tcPr": ["tcW", "gridSpan", "vMerge"],
    "tblPr": ["tblStyle", "tblW", "tblLayout", "tblLook"],
    "trPr": ["cantSplit", "tblHeader"],
    "tbl": ["tblPr", "tblGrid", "tr"],
    "tc": ["tcPr", "p", "tbl"],
}


def test_parts_are_as_the_schema_orders_them(version: ConceptVersion) -> None:
    content = render_version_word(version)
    with ZipFile(BytesIO(content)) as archive:
        roots = [etree.fromstring(archive.read(f"word/{name}.xml")) for name in ("document", "footnotes")]
    ids: list[str] = []
    for root in roots:
        for element in root.iter():
            name = etree.QName(element).localname
            if name == "bookmarkStart":
                ids.append(element.get(qn("w:id")))
            if name == "docPr":
                ids.append(f"picture {element.get('id')}")
            if name == "tc":
                assert etree.QName(element[-1]).localname == "p"
            elif name in ORDER:
                places = [ORDER[name].index(etree.QName(child).localname) for child in element]
                assert places == sorted(places), etree.tostring(element)
    assert len(ids) == len(set(ids))


def converted(content: bytes, folder: Path, kind: str) -> Path:
    """The file as LibreOffice saves it in another format."""
    path = folder / "konzept.docx"
    path.write_bytes(content)
    home = f"-env:UserInstallation=file://{folder}/office"
    command = ["soffice", home, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return path.with_suffix(f".{kind.partition(':')[0]}")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="Debian package libreoffice-writer")
def test_libreoffice_reads_headings_footnotes_and_pages(version: ConceptVersion, tmp_path: Path) -> None:
    import pikepdf

    content = render_version_word(version)
    with pikepdf.open(converted(content, tmp_path, "pdf")) as printed, printed.open_outline() as outline:
        pages = len(printed.pages)

        def titles(items: list[pikepdf.OutlineItem]) -> list[str]:
            return [title for item in items for title in (str(item.title), *titles(item.children))]

        found = titles(outline.root)
    assert [title for title in found if title[0].isdigit()] == [
        "1 Ausgangslage",
        "1.1 Listen & mehr",
        "1.1.1 Tabelle",
        "2 Belege",
        "3 Leer",
    ]
    assert pages == 9
    with ZipFile(converted(content, tmp_path, "odt")) as archive:
        text = "".join(etree.fromstring(archive.read("content.xml")).itertext())
    for words in ("Quelle: Land", "geschätzt", "hoş geldiniz", "Stand: 28.08.2026", "Nr. 7 Mappe"):
        assert words in text


# Any text that the editor makes comes back with the same meaning

LETTER = st.sampled_from("abcäöüßéñ")
WORDS = st.builds("{}{}{}".format, LETTER, st.text(st.sampled_from("abäß &<>\"'„“-–.,:019"), max_size=10), LETTER)


def escaped(text: str) -> str:
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def marked(text: str, mark: str) -> str:
    opening, closing = {
        "": ("", ""),
        "strong": ("<strong>", "</strong>"),
        "em": ("<em>", "</em>"),
        "both": ("<strong><em>", "</em></strong>"),
        "sub": ("<sub>", "</sub>"),
        "sup": ("<sup>", "</sup>"),
        "lang": ('<span lang="tr">', "</span>"),
        "link": ('<a href="https://example.org/" rel="noopener nofollow">', "</a>"),
        "note": ('<span class="fn">', "</span>"),
    }[mark]
    return f"{opening}{text}{closing}"


PIECE = st.builds(
    marked, WORDS.map(escaped), st.sampled_from(["", "strong", "em", "both", "sub", "sup", "lang", "link", "note"])
)
# Words between them have no mark: marks that touch become one in any case.
LINE = st.lists(PIECE, min_size=1, max_size=4).map(" und ".join)
PARAGRAPH = LINE.map(lambda line: f"<p>{line}</p>")


def items(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    item = st.builds(lambda text, below: f"<li>{text}{below}</li>", PARAGRAPH, st.one_of(st.just(""), inner))
    return st.builds(
        lambda tag, rows: f"<{tag}>{''.join(rows)}</{tag}>",
        st.sampled_from(["ul", "ol"]),
        st.lists(item, min_size=1, max_size=3),
    )


LISTS = st.recursive(items(st.just("")), items, max_leaves=4)
TABLE = st.builds(
    lambda caption, cells: (
        "<table>"
        + (f"<caption>{caption}</caption>" if caption else "")
        + "<tbody>"
        + f"<tr>{''.join(f'<th>{cell}</th>' for cell in cells[:2])}</tr>"
        + f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells[2:])}</tr></tbody></table>"
    ),
    st.one_of(st.just(""), LINE),
    st.lists(PARAGRAPH, min_size=4, max_size=4),
)
BODY = st.lists(
    st.one_of(
        PARAGRAPH,
        LINE.map(lambda line: f"<h3>{line}</h3>"),
        LISTS.map(lambda text: f"<p>vorher</p>{text}<p>danach</p>"),
        TABLE,
        st.lists(PARAGRAPH, min_size=1, max_size=2).map(
            lambda rows: f"<blockquote>{''.join(rows)}</blockquote><p>q</p>"
        ),
    ),
    min_size=1,
    max_size=5,
).map("".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODY)
def test_any_text_comes_back_with_the_same_meaning(centre: Centre, body: str) -> None:
    version = make_concept("Konzept")
    make_section(version, "Kapitel", body=body)
    try:
        [part] = read(render_version_word(version), KEY).parts
        assert part.body == sanitise(body, DOCUMENT)
    finally:
        version.concept.delete()
