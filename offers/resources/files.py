"""Reading a table that somebody uploaded: CSV in any of the usual encodings, or XLSX. Nothing is believed.

The type is told by the content. Size, number of entries and unpacked size of an XLSX are checked before it is opened;
rows and columns are counted while reading.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import IO, NamedTuple

from kiportal.common.text import fold
from offers.resources import excel
from offers.resources.raw import (
    MAXIMUM_BYTES,
    MAXIMUM_CELL,
    MAXIMUM_COLUMNS,
    MAXIMUM_ROWS,
    FileRefused,
    Row,
    cell_of,
)

SAMPLES = 3
# The headings are in one of the first rows that are not empty.
TOP = 10

# So much of a text shows how its rows are separated.
_SAMPLE = 100_000
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class TableFile(NamedTuple):
    headers: list[str]
    # Each is read once.
    rows: Iterator[Row]
    # The number of the row of the headings, and the first rows, to choose another one from.
    heading: int = 1
    top: Sequence[Row] = ()


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
        excel.check_unpacked(file)
    elif start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK", b"{\\rtf", b"<!DO", b"<htm")):
        raise FileRefused("Das ist keine Tabelle. Bitte wählen Sie eine Datei in CSV oder Excel (.xlsx).")


def read(file: IO[bytes], size: int, known: Container[str] = (), heading: int | None = None) -> TableFile:
    """The table with its headings; raises FileRefused, also while the rows are read.

    `known` are headings in lower case that we would understand: so they are found under a title. `heading` is the
    number of the row that somebody has said they are in.
    """
    check(file, size)
    file.seek(0)
    is_excel = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    lines = excel.rows(file) if is_excel else _csv_rows(file.read())
    filled = (row for row in lines if any(row.cells) or row.formulas)
    top = list(islice(filled, TOP))
    if not top:
        raise FileRefused("In der Datei steht nichts.")
    place = next((place for place, row in enumerate(top) if row.number == heading), None)
    if place is None:
        place = _heading(top, known)
    headers = _without_empty_end(top[place].cells)
    rows = _rows(chain(top[place + 1 :], filled), len(headers))
    return TableFile(headers, rows, top[place].number, top)


def _heading(top: Sequence[Row], known: Container[str]) -> int:
    """The place of the row with most headings that we know; else the first that is no mere title over a table."""
    hits = [sum(fold(cell).strip(" :*") in known for cell in row.cells if cell) for row in top]
    if max(hits) > 1:
        return hits.index(max(hits))
    widths = [sum(map(bool, row.cells)) for row in top]
    return next(
        place for place, width in enumerate(widths) if width == max(widths) or (width > 1 and 3 * width > max(widths))
    )


def _rows(lines: Iterable[Row], width: int) -> Iterator[Row]:
    for count, row in enumerate(lines, start=1):
        if count > MAXIMUM_ROWS:
            raise FileRefused(f"Die Datei hat mehr als {_thousands(MAXIMUM_ROWS)} Zeilen. Bitte teilen Sie sie auf.")
        beyond = " | ".join(filter(None, row.cells[width:]))
        yield row._replace(cells=[*row.cells[:width], *[""] * (width - len(row.cells))], beyond=beyond)


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


# CSV


def _csv_rows(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    if "\x00" in text:
        raise FileRefused("Das ist keine Tabelle. Bitte wählen Sie eine Datei in CSV oder Excel (.xlsx).")
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        separator, text, skipped = first.strip()[4], rest, 1
    else:
        separator, skipped = _separator(text), 0
    csv.field_size_limit(MAXIMUM_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            if len(cells) > MAXIMUM_COLUMNS:
                raise FileRefused(f"Die Datei hat mehr als {MAXIMUM_COLUMNS} Spalten.")
            yield Row(reader.line_num + skipped, [cell_of(cell) for cell in cells])
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
    """The one that cuts most of the first rows into equally many cells, the more the better: a title above them, or a
    line break in a heading, says nothing about the others.
    """
    return max(";,\t", key=lambda separator: _evenness(text, separator))


def _evenness(text: str, separator: str) -> tuple[int, int]:
    """(rows of the most frequent width, this width) of the first rows; nothing where most of them are not cut."""
    widths: Counter[int] = Counter()
    with suppress(csv.Error):  # told with its line when the rows are read
        for cells in islice(csv.reader(io.StringIO(text[:_SAMPLE], newline=""), delimiter=separator), 2 * TOP):
            widths[len(cells)] += 1
    whole = widths.pop(1, 0)
    if widths.total() <= whole:
        return 0, 0
    return max((rows, width) for width, rows in widths.items())
