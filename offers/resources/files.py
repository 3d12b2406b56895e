"""Reading a table that somebody uploaded: CSV in any of the usual encodings, or XLSX. Nothing is believed.

The type is told by the content. Size, number of entries and unpacked size of an XLSX are checked before it is opened;
rows and columns are counted while reading.
"""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from offers.resources.cells import cell_text
from offers.resources.guard import TOO_LONG, plain, unguarded

MAXIMUM_BYTES = 10 * 1024 * 1024
MAXIMUM_UNPACKED = 64 * 1024 * 1024
MAXIMUM_ENTRIES = 2000
MAXIMUM_ROWS = 20_000
MAXIMUM_COLUMNS = 200
# An Excel file may claim a million empty rows between two full ones.
_EMPTY_ROWS = 1000
_MAXIMUM_CELL = 200_000
SAMPLES = 3

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_EXCEL_ERRORS = {"#REF!", "#VALUE!", "#N/A", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}


class FileRefused(Exception):
    """A sentence in German that says what to do."""


class Row(NamedTuple):
    """A row of the file: its number there, counted from 1, and its cells as text."""

    number: int
    cells: list[str]


class TableFile(NamedTuple):
    headers: list[str]
    # Each is read once.
    rows: Iterator[Row]


def check(file: IO[bytes], size: int) -> None:
    """Refuse what is too large or no table, without unpacking anything."""
    if size > MAXIMUM_BYTES:
        raise FileRefused("Die Datei ist größer als 10 MB. Bitte teilen Sie sie auf.")
    file.seek(0)
    start = file.read(8)
    if not start:
        raise FileRefused("Die Datei ist leer.")
    if start.startswith(_OLD_EXCEL):
        raise FileRefused(
            "Das ist eine alte oder mit Kennwort geschützte Excel-Datei. Bitte speichern Sie sie ohne Kennwort als "
            "„Excel-Arbeitsmappe (.xlsx)“."
        )
    if start.startswith(b"PK\x03\x04"):
        _check_unpacked(file)
    elif start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK", b"{\\rtf", b"<!DO", b"<htm")):
        raise FileRefused("Das ist keine Tabelle. Bitte wählen Sie eine Datei in CSV oder Excel (.xlsx).")


def read(file: IO[bytes], size: int) -> TableFile:
    """The table with its headings; raises FileRefused, also while the rows are read."""
    check(file, size)
    file.seek(0)
    is_excel = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    lines = _excel_rows(file) if is_excel else _csv_rows(file.read())
    for number, cells in lines:
        if any(cells):
            headers = _without_empty_end(cells)
            return TableFile(headers, _rows(lines, len(headers), number))
    raise FileRefused("In der Datei steht nichts.")


def _rows(lines: Iterator[tuple[int, list[str]]], width: int, last: int) -> Iterator[Row]:
    count = 0
    for number, cells in lines:
        if any(cells):
            count += 1
            if count > MAXIMUM_ROWS:
                raise FileRefused(
                    f"Die Datei hat mehr als {_thousands(MAXIMUM_ROWS)} Zeilen. Bitte teilen Sie sie auf."
                )
            yield Row(number, [*cells[:width], *[""] * (width - len(cells))])


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


# CSV


def _csv_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content)
    if "\x00" in text:
        raise FileRefused("Das ist keine Tabelle. Bitte wählen Sie eine Datei in CSV oder Excel (.xlsx).")
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        separator, text, skipped = first.strip()[4], rest, 1
    else:
        separator, skipped = _separator(text), 0
    csv.field_size_limit(_MAXIMUM_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            if len(cells) > MAXIMUM_COLUMNS:
                raise FileRefused(f"Die Datei hat mehr als {MAXIMUM_COLUMNS} Spalten.")
            yield reader.line_num + skipped, [_cell(cell) for cell in cells]
    except csv.Error as error:
        raise FileRefused(f"Zeile {reader.line_num + skipped} ist nicht lesbar: Anführungszeichen fehlen.") from error


def _decoded(content: bytes) -> str:
    for mark, encoding in _ENCODINGS:
        if content.startswith(mark):
            return _decode(content, encoding)
    # Without a mark UTF-16 shows by its zeros.
    head = content[:2000]
    if len(head) >= 4 and head[1::2].count(0) > len(head) // 4:
        return _decode(content, "utf-16-le")
    if len(head) >= 4 and head[0::2].count(0) > len(head) // 4:
        return _decode(content, "utf-16-be")
    for encoding in ("utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused(
            "Die Zeichen der Datei sind nicht lesbar. Bitte speichern Sie sie als „CSV UTF-8“."
        ) from error


def _separator(text: str) -> str:
    """The one that stands most often in the first line that is not empty, outside of quotation marks."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(line.split('"')[::2])
    return max(";,\t", key=outside.count)


# XLSX


def _check_unpacked(file: IO[bytes]) -> None:
    """What the archive claims is what zipfile reads at most, so the claims can be added up."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if "xl/workbook.xml" not in names:
                raise FileRefused("Das ist keine Excel-Datei (.xlsx). Bitte wählen Sie eine Datei in CSV oder Excel.")
            if len(entries) > MAXIMUM_ENTRIES or sum(entry.file_size for entry in entries) > MAXIMUM_UNPACKED:
                raise FileRefused("Die Excel-Datei ist ausgepackt zu groß. Bitte speichern Sie sie als CSV.")
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    _refuse_entities(archive, entry)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise FileRefused(_BROKEN) from error


_BROKEN = "Die Excel-Datei ist beschädigt. Öffnen Sie sie in Excel und speichern Sie sie neu."


def _refuse_entities(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """No part of an Excel file declares a document type; one that does could multiply its own text."""
    with archive.open(entry) as part:
        head = part.read(2048)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head or head[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        raise FileRefused("Diese Excel-Datei enthält etwas, das in keine Tabelle gehört.")


def _excel_rows(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet: Any = next(iter(book.worksheets), None)
        if sheet is None:
            raise FileRefused("In der Datei ist kein Tabellenblatt.")
        # Sizes that a file claims are not believed.
        sheet.reset_dimensions()
        empty = 0
        for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=MAXIMUM_COLUMNS), start=1):
            cells = [_cell(cell_text(value)) for value in values]
            empty = 0 if any(cells) else empty + 1
            if empty > _EMPTY_ROWS:
                break
            yield number, cells
        book.close()
    except FileRefused:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError) as error:
        raise FileRefused(_BROKEN) from error


def _cell(text: str) -> str:
    return plain(unguarded(text) if text != TOO_LONG else text)


def is_excel_error(text: str) -> bool:
    """What Excel shows where a formula went wrong."""
    return text in _EXCEL_ERRORS
