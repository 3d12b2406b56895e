"""Reading XLSX. What an archive claims is checked before it is opened."""

import codecs
import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from offers.resources.cells import cell_text
from offers.resources.guard import plain
from offers.resources.raw import MAXIMUM_COLUMNS, MAXIMUM_ENTRIES, MAXIMUM_UNPACKED, FileRefused, Row, cell_of

# An Excel file may claim a million empty rows between two full ones.
_EMPTY_ROWS = 1000
# A table shows its width in the first rows.
_TOP = 20
_CHUNK = 1024 * 1024
# So much of a formula is shown.
_SHOWN = 80
_NO_RESULT = re.compile(rb"(?:</f>|<f[^>]*/>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_IN_BRACKETS = re.compile(r"\[[^\]]*\]")
_ZEROS = re.compile("0{2,}")


def check_unpacked(file: IO[bytes]) -> None:
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


def rows(file: IO[bytes]) -> Iterator[Row]:
    """The rows of the widest sheet that is not hidden, the first of equal ones.

    Where formulas have no result, a second look says what they are.
    """
    try:
        sheet, formulas = _sheet(file, data_only=True), _formulas(file)
        empty = 0
        for number, cells in enumerate(sheet.iter_rows(max_col=MAXIMUM_COLUMNS), start=1):
            # Rows are filled up to the last column that we read.
            texts = ["" if cell.value is None else cell_of(_text(cell)) for cell in cells]
            row = Row(number, texts, formulas=next(formulas, {}))
            empty = 0 if any(texts) or row.formulas else empty + 1
            if empty > _EMPTY_ROWS:
                break
            yield row
    except FileRefused:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError) as error:
        raise FileRefused(_BROKEN) from error


def _sheet(file: IO[bytes], *, data_only: bool) -> Any:
    book = load_workbook(file, read_only=True, data_only=data_only, keep_links=False)
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in shown:
        # Sizes that a file claims are not believed.
        sheet.reset_dimensions()
    if not shown:
        raise FileRefused("In der Datei ist kein Tabellenblatt.")
    return max(shown, key=_width) if len(shown) > 1 else shown[0]


def _width(sheet: Any) -> int:
    """The most cells that are filled in one of the first rows: a cover sheet has few."""
    tops = islice(sheet.iter_rows(max_col=MAXIMUM_COLUMNS, values_only=True), _TOP)
    return max((sum(value is not None for value in row) for row in tops), default=0)


def _text(cell: Any) -> str:
    """A number in a format like 00000 is a text with zeros in front."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        number_format = _IN_BRACKETS.sub("", cell.number_format.partition(";")[0])
        if _ZEROS.fullmatch(number_format) and value >= 0 and float(value).is_integer():
            return f"{int(value):0{len(number_format)}d}"
    return cell_text(value)


def _formulas(file: IO[bytes]) -> Iterator[dict[int, str]]:
    """For each row the formulas without a result, by their place; nothing at all where the file has none."""
    if not _has_formula_without_result(file):
        return
    computed, written = _sheet(file, data_only=True), _sheet(file, data_only=False)
    pairs = zip(computed.iter_rows(max_col=MAXIMUM_COLUMNS), written.iter_rows(max_col=MAXIMUM_COLUMNS), strict=False)
    for results, cells in pairs:
        yield {
            place: plain(cell.value)[:_SHOWN]
            for place, (result, cell) in enumerate(zip(results, cells, strict=False))
            if result.value is None and cell.data_type == "f"
        }


def _has_formula_without_result(file: IO[bytes]) -> bool:
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with archive.open(name) as part:
                    tail = b""
                    while chunk := part.read(_CHUNK):
                        if _NO_RESULT.search(tail + chunk):
                            return True
                        tail = chunk[-64:]
    return False
