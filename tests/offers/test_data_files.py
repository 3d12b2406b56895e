"""Files that come in: encodings, separators, what is no table, what is too much."""

import codecs
import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from offers.resources import files
from offers.resources.raw import MAXIMUM_BYTES, MAXIMUM_COLUMNS, MAXIMUM_ROWS, MAXIMUM_UNPACKED, FileRefused
from tests.offers.tables import csv_bytes, excel_bytes

ROWS = [["Titel", "Träger"], ["Nähkurs – für alle", "Verein „Brücke“"], ['Mit "Zeichen"; und, Zeile\n2', "€ 5"]]
# Latin-1 knows neither dashes nor the euro.
PLAIN = [["Titel", "Träger"], ["Nähkurs", "Verein Brücke"]]


# Excel knows no time zones.
MOMENT = datetime(2026, 1, 2, 18, 30)  # noqa: DTZ001


def table(content: bytes) -> list[list[str]]:
    found = files.read(io.BytesIO(content), len(content))
    return [found.headers, *(row.cells for row in found.rows)]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_csv_is_read_in_every_usual_encoding(encoding: str, separator: str) -> None:
    assert table(csv_bytes(ROWS, separator=separator, encoding=encoding)) == ROWS


def test_csv_in_latin_1_and_in_utf_16_with_either_mark_is_read() -> None:
    assert table(csv_bytes(PLAIN, encoding="latin-1")) == PLAIN
    assert table(codecs.BOM_UTF16_BE + csv_bytes(PLAIN, encoding="utf-16-be")) == PLAIN


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (
            "Angebote in Siegen, Kreuztal und Netphen\nTitel;Träger\nChor;Verein\nTanz, für alle;Verein\n",
            ["Titel", "Träger"],
        ),
        ('"Name des\nAngebots",Träger,Ort\nChor,Verein,Siegen\n', ["Name des Angebots", "Träger", "Ort"]),
        ("Titel\nChor, Tanz\n", ["Titel"]),
    ],
)
def test_separator_is_the_one_of_the_table_whatever_stands_above_it(content: str, headers: list[str]) -> None:
    encoded = content.encode()
    found = files.read(io.BytesIO(encoded), len(encoded), known={"titel", "träger"})
    assert [" ".join(header.split()) for header in found.headers] == headers


def test_table_is_found_behind_a_cover_sheet_and_hidden_ones_are_none() -> None:
    book = Workbook()
    book.active.append(["Angebotsübersicht Integrationsrat"])
    table_sheet = book.create_sheet("Liste")
    for row in PLAIN:
        table_sheet.append(row)
    hidden = book.create_sheet("Werte")
    hidden.append(["A", "B", "C", "D"])
    hidden.sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    assert table(file.getvalue()) == PLAIN


def test_line_that_names_the_separator_is_no_heading() -> None:
    assert table(b"sep=,\r\nA,B\r\n1;2,3\r\n") == [["A", "B"], ["1;2", "3"]]


def test_excel_values_read_as_people_write_them() -> None:
    rows: list[list[Any]] = [
        ["A", "B", "C", "D", "E", "F"],
        [date(2026, 11, 22), MOMENT, 12.5, 57072.0, True, None],
    ]
    assert table(excel_bytes(rows))[1] == ["22.11.2026", "02.01.2026 18:30", "12,5", "57072", "ja", ""]


def test_empty_rows_are_left_out_and_numbers_are_those_of_the_file() -> None:
    content = b"A;B\n;\n1;2\n\n3;4\n"
    found = files.read(io.BytesIO(content), len(content))
    assert [(row.number, row.cells) for row in found.rows] == [(3, ["1", "2"]), (5, ["3", "4"])]


def test_apostrophe_that_guards_a_cell_is_taken_off_and_others_stay() -> None:
    assert table(b"A;B;C\n'+49 271;'n Abend;''=1\n")[1] == ["+49 271", "'n Abend", "'=1"]


def test_zeros_that_the_format_of_a_number_shows_stay() -> None:
    book, stream = Workbook(), io.BytesIO()
    sheet: Any = book.active
    for place, (value, number_format) in enumerate(
        [("PLZ", "General"), (1234, "00000"), (271, "[$-407]0000"), (1234, "General"), (5.5, "00.0")], start=1
    ):
        sheet.cell(place, 1, value).number_format = number_format
    book.save(stream)
    assert table(stream.getvalue()) == [["PLZ"], ["01234"], ["0271"], ["1234"], ["5,5"]]


def test_formula_without_a_result_is_told_and_one_with_a_result_is_read() -> None:
    content = excel_bytes([["A", "B"], ["x", "=A2&A2"], ["", "=1+1"], ["y", "z"]])
    found = list(files.read(io.BytesIO(content), len(content)).rows)
    assert [(row.number, row.cells, dict(row.formulas)) for row in found] == [
        (2, ["x", ""], {1: "=A2&A2"}),
        (3, ["", ""], {1: "=1+1"}),
        (4, ["y", "z"], {}),
    ]


def test_cells_beyond_the_last_heading_are_kept_apart() -> None:
    content = b"A;B;\n1;2;3;;4\n5;6\n"
    found = list(files.read(io.BytesIO(content), len(content)).rows)
    assert [(row.cells, row.beyond) for row in found] == [(["1", "2"], "3 | 4"), (["5", "6"], "")]


# Which row has the headings

TITLE = ["Übersicht Angebote Kreis 2026", "", "", ""]
HEADS = ["Titel", "Träger", "PLZ", "Bemerkung"]


@pytest.mark.parametrize(
    ("rows", "number"),
    [
        ([HEADS, ["a", "b", "c", "d"]], 1),
        ([TITLE, HEADS, ["a", "b", "c", "d"]], 2),
        ([TITLE, ["Stand:", "1.9.26", "Ausdruck", "intern"], HEADS, ["a", "b", "c", "d"]], 3),
        ([TITLE, ["w", "x", "y", "z"], ["a", "b", "c", "d"]], 2),
        ([["w"], ["a"]], 1),
        ([["w", "x", ""], ["a", "b", "c"], ["a", "b", "c"]], 1),
    ],
)
def test_headings_are_found_under_a_title(rows: list[list[str]], number: int) -> None:
    content = csv_bytes(rows)
    found = files.read(io.BytesIO(content), len(content), {"titel", "traeger", "plz"})
    assert (found.heading, found.headers) == (number, [text for text in rows[number - 1] if text])
    assert len(list(found.rows)) == len(rows) - number


def test_row_of_the_headings_can_be_said() -> None:
    content = csv_bytes([TITLE, HEADS, ["a", "b", "c", "d"]])
    found = files.read(io.BytesIO(content), len(content), {"titel", "traeger"}, 3)
    assert (found.headers, [row.number for row in found.top]) == (["a", "b", "c", "d"], [1, 2, 3])


# What is refused


def archive(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return stream.getvalue()


BOMB = archive({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * (MAXIMUM_UNPACKED + 1)})
ENTITIES = archive({"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "leer"),
        (b" \n ;\n", "steht nichts"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 alt", "alte oder mit Kennwort"),
        (b"%PDF-1.7 ...", "keine Tabelle"),
        (b"\x89PNG\r\n\x1a\n....", "keine Tabelle"),
        (b"<!DOCTYPE html><p>x", "keine Tabelle"),
        (b"A;B\n1;\x00\x01\x02\x03", "keine Tabelle"),
        (b"\xff\xfeA\x00;", "nicht lesbar"),
        (archive({"word/document.xml": b"x"}), "keine Excel-Datei"),
        (archive({"xl/workbook.xml": b"<x/>"}), "beschädigt"),
        (excel_bytes(PLAIN)[:-300], "beschädigt"),
        (BOMB, "ausgepackt zu groß"),
        (ENTITIES, "in keine Tabelle gehört"),
        (b"A\n" + b"1\n" * (MAXIMUM_ROWS + 1), "mehr als 20.000 Zeilen"),
        (b";".join(b"A" for _ in range(MAXIMUM_COLUMNS + 2)), "mehr als 200 Spalten"),
        (b'A;B\n"' + b"x" * 300_000, "Zeile"),
    ],
)
def test_what_is_no_table_or_too_much_is_refused_with_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        table(content)


def test_large_file_is_refused_before_it_is_read() -> None:
    class Untouched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("it was read")

    with pytest.raises(FileRefused, match="größer als 10 MB"):
        files.read(Untouched(), MAXIMUM_BYTES + 1)


def test_bomb_is_refused_by_what_it_claims_without_unpacking() -> None:
    assert len(BOMB) < 100_000


def test_cell_far_away_costs_nothing() -> None:
    """A sheet may claim a million rows and a cell in the last column."""
    book, stream = Workbook(), io.BytesIO()
    book.active["A1"], book.active["A2"] = "Titel", "Kurs"
    book.active["XFD1048576"] = "weit weg"
    book.save(stream)
    assert table(stream.getvalue()) == [["Titel"], ["Kurs"]]
