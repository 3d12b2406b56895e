"""A Word file as chapters: what is kept, what is named as lost, and which files are refused."""

from collections.abc import Callable
from io import BytesIO
from time import monotonic
from uuid import UUID, uuid4
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.utils import translation
from docx import Document

from concepts.word.package import WordRefused
from concepts.word.reading import Part, Reading, read
from kiportal.common.richtext import DOCUMENT, sanitise
from tests.concepts.word.samples import add_comment, changed, full_file, paragraph, run, saved

KEY = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture(scope="module")
def full() -> Reading:
    with translation.override("de"):  # as the worker has it, whatever page a test before has read
        return read(full_file(), KEY)


def body(reading: Reading, title: str) -> str:
    return next(part.body for part in reading.parts if part.title == title)


def sentences(reading: Reading, kind: str) -> list[tuple[str, str]]:
    return [(note.place, note.sentence) for note in reading.notes if note.kind == kind]


def test_headings_become_the_tree(full: Reading) -> None:
    assert [(part.title, part.depth, part.is_numbered) for part in full.parts] == [
        ("Vorspann", 1, False),
        ("Ausgangslage für Ämter", 1, True),
        ("Listen", 2, True),
        ("Tabellen", 3, True),
        ("Bilder", 1, True),
        ("Zwei", 2, True),
        ("Drei", 3, True),
        ("Vier", 4, True),
    ]
    assert body(full, "Vorspann") == "<p>Vor dem ersten Kapitel</p>"
    assert body(full, "Vier") == "<p>Text zu Vier.</p><h3>Zu tief</h3><p>Text zu Zu tief.</p>"


def test_text_keeps_its_marks_links_and_footnotes(full: Reading) -> None:
    there = next(part for part in full.parts if part.title == "Bilder").uuid
    assert body(full, "Ausgangslage für Ämter") == (
        "<p>Text mit <strong>fett</strong> und <em>kursiv</em>, H<sub>2</sub>O und m<sup>2</sup>"
        '<span class="fn">Quelle: <em>Kreis</em></span> unterstrichen</p>'
        '<p><a href="https://example.org/a?b=1&amp;c=2" rel="noopener nofollow">Seite</a> und Laufwerk und '
        f'<a href="#section:{there}" rel="noopener nofollow">Kapitel</a></p>'
    )


def test_lists_are_nested_as_in_the_file(full: Reading) -> None:
    assert body(full, "Listen") == (
        "<ul><li><p>eins</p><ul><li><p>zwei</p><ul><li><p>drei</p></li></ul></li></ul></li>"
        "<li><p>wieder eins</p></li></ul>"
        "<ol><li><p>Zahl</p><ol><li><p>Zahl darunter</p><ol><li><p>ganz unten</p></li></ol></li></ol></li></ol>"
    )


def test_table_keeps_caption_head_and_merged_cells(full: Reading) -> None:
    assert body(full, "Tabellen") == (
        "<table><caption>Tabelle 1: Schüler</caption><tbody>"
        '<tr><th><p>Ort</p></th><th colspan="2"><p>Zahl</p></th></tr>'
        '<tr><td rowspan="2"><p>Kerpen</p></td><td><p>a</p></td><td><p>b</p></td></tr>'
        "<tr><td><p>c</p></td><td><p>d</p></td></tr>"
        "<tr><td><p>Köln</p></td><td><p>e</p></td><td><p>f</p></td></tr></tbody></table>"
    )


def test_pictures_keep_alternative_text_and_caption(full: Reading) -> None:
    first, second = full.pictures
    text = body(full, "Bilder")
    assert text.startswith(
        f'<figure><img src="/konzepte/bilder/{first.uuid}/" alt="Ein blaues Feld" width="60" height="40">'
        "<figcaption>Abbildung 1: Blau</figcaption></figure>"
        f'<figure><img src="/konzepte/bilder/{second.uuid}/" alt="" width="60" height="40"></figure>'
    )
    assert first.alternative == "Ein blaues Feld"
    assert ("2 Bilder", "Ein Bild hat keinen Alternativtext. Bitte ergänzen Sie ihn im Editor.") in sentences(
        full, "todo"
    )


def test_changes_that_were_tracked_count_as_accepted(full: Reading) -> None:
    text = body(full, "Bilder")
    assert "<p>Änderung: neu da</p>" in text
    assert "alt</p>" not in text
    changes = sentences(full, "changed")
    assert ("2 Bilder", "Eine nachverfolgte Einfügung ist übernommen.") in changes
    assert ("2 Bilder", "Eine nachverfolgte Streichung ist weggelassen.") in changes


def test_other_languages_are_marked(full: Reading) -> None:
    text = body(full, "Bilder")
    assert '<p>Auf Türkisch: <span lang="tr">hoş geldiniz</span>.</p>' in text
    assert '<p>Arabisch: <span lang="ar" dir="rtl">مرحبا</span></p>' in text


def test_comments_stand_in_the_list_only(full: Reading) -> None:
    assert sentences(full, "comment") == [
        ("2 Bilder", "Rita, 12.03.2026, 10:15 Uhr zu „Kommentierte Stelle“: Bitte kürzen")
    ]
    assert not any("kürzen" in part.body for part in full.parts)


def test_comment_on_a_heading_belongs_to_its_section() -> None:
    document = Document()
    document.add_heading("Eins", 1)
    line = document.add_paragraph("Text")
    add_comment(document, document.add_heading("Zwei", 1), "Besser: Ziele")
    add_comment(document, line, "Woher?", author="")
    found = read(saved(document), KEY)
    assert [(note.part, note.sentence) for note in found.notes if note.kind == "comment"] == [
        (0, "Kommentar, 12.03.2026, 10:15 Uhr zu „Text“: Woher?"),
        (1, "Rita, 12.03.2026, 10:15 Uhr zu „Zwei“: Besser: Ziele"),
    ]


def test_what_is_lost_is_named_with_its_place(full: Reading) -> None:
    lost = sentences(full, "lost")
    assert {place for place, _sentence in lost} == {"1 Ausgangslage für Ämter", "2 Bilder"}
    said = " ".join(sentence for _place, sentence in lost)
    for words in (
        "„file:///C:/geheim.xls“",
        "(GIF) ist nicht übernommen",
        "Die SmartArt-Grafik „Ablauf“",
        "Die Form „Pfeil“",
        "Die Formel „E=mc²“",
        "Ausgeblendeter Text",
    ):
        assert words in said
    assert "geheim" not in body(full, "Bilder")


def test_what_is_changed_is_said(full: Reading) -> None:
    said = " ".join(sentence for _place, sentence in sentences(full, "changed"))
    for words in ("Unterstreichung", "Seitenumbruch", "Tabulator", "Textfelds", "farbige", "„Zu tief“", "„Vorspann“"):
        assert words in said
    assert body(full, "Bilder").count("Text im Kasten") == 1


def test_bodies_are_clean(full: Reading) -> None:
    assert [sanitise(part.body, DOCUMENT) for part in full.parts] == [part.body for part in full.parts]


def test_same_file_gives_the_same_result(full: Reading) -> None:
    again = read(full_file(), KEY)
    assert (again.parts, again.notes) == (full.parts, full.notes)


def heads(*titles: tuple[str, int]) -> list[Part]:
    document = Document()
    for title, level in titles:
        document.add_heading(title, level)
    return read(saved(document), KEY).parts


def test_typed_numbers_are_taken_off() -> None:
    found = heads(("1. Einleitung", 1), ("1.1 Auftrag", 2), ("2 Ziele", 1), ("10 Jahre Integration", 1), ("Glossar", 1))
    assert [(part.title, part.is_numbered) for part in found] == [
        ("Einleitung", True),
        ("Auftrag", True),
        ("Ziele", True),
        ("10 Jahre Integration", False),
        ("Glossar", False),
    ]


def test_skipped_levels_move_up() -> None:
    assert [(part.title, part.depth) for part in heads(("A", 2), ("B", 4), ("C", 2))] == [("A", 1), ("B", 2), ("C", 1)]


def test_title_of_the_file_is_no_chapter() -> None:
    document = Document()
    document.add_heading("Integrationskonzept", 0)
    document.add_heading("Vorwort", 1)
    found = read(saved(document), KEY)
    assert [part.title for part in found.parts] == ["Vorwort"]
    assert "Deckblatt" in found.notes[0].sentence


def test_contents_of_the_file_are_left_out() -> None:
    document = Document()
    field = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    paragraph(
        document,
        field.format("begin")
        + "<w:r><w:instrText> TOC \\o </w:instrText></w:r>"
        + field.format("separate")
        + run("A 1"),
    )
    paragraph(document, run("B 2"))
    paragraph(document, field.format("end"))
    document.add_heading("A", 1)
    paragraph(document, run("Text"))
    found = read(saved(document), KEY)
    assert [(part.title, part.body) for part in found.parts] == [("A", "<p>Text</p>")]


# Refused


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")


def bomb() -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"x")
        for number in range(3):
            archive.writestr(f"word/media/{number}.png", bytes(80 * 1024 * 1024))
    return stream.getvalue()


def with_part(**parts: bytes | None) -> Callable[[], bytes]:
    document = Document()
    document.add_heading("A", 1)
    return lambda: changed(saved(document), **parts)


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:styles>&a;</w:styles>'


def macros() -> bytes:
    content = with_part()()
    with ZipFile(BytesIO(content)) as archive:
        types = archive.read("[Content_Types].xml")
    kind = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return changed(
        content,
        **{"[Content_Types]_xml": types.replace(kind, b"application/vnd.ms-word.document.macroEnabled.main+xml")},
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: b"", "leer"),
        (lambda: b"%PDF-1.7\n", "Das ist ein PDF"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Word", "alten Word (.doc)"),
        (encrypted, "Kennwort"),
        (lambda: b"{\\rtf1}", "keine Word-Datei"),
        (bomb, "ausgepackt zu groß"),
        (lambda: b"PK\x03\x04" + bytes(40), "beschädigt"),
        (lambda: b"PK\x03\x04" + bytes(31 * 1024 * 1024), "größer als 30 MB"),
        (macros, "Makros"),
        (with_part(word__vbaProject_bin=b"x"), "Makros"),
        (with_part(word__styles_xml=ENTITIES), "beschädigt"),
        (with_part(word__document_xml=b"<w:document"), "beschädigt"),
        (with_part(word__document_xml=None), "beschädigt"),
        (with_part(mimetype=b"application/vnd.oasis.opendocument.text"), "LibreOffice"),
        (lambda: saved(Document()), "kein Text"),
    ],
)
def test_what_is_no_word_file_is_refused_with_a_sentence(content: Callable[[], bytes], words: str) -> None:
    with pytest.raises(WordRefused) as refusal:
        read(content(), uuid4())
    assert words in str(refusal.value)


def test_file_of_220_pages_is_read_in_seconds() -> None:
    document = Document()
    for chapter in range(60):
        document.add_heading(f"Kapitel {chapter}", 1 + chapter % 3)
        for number in range(30):
            document.add_paragraph(f"{number} " + "Integration gelingt vor Ort. " * 14)
        for number in range(10):
            document.add_paragraph(f"Punkt {number}", style="List Bullet")
    content = saved(document)
    begin = monotonic()
    found = read(content, KEY)
    assert len(found.parts) == 60
    assert monotonic() - begin < 10
