"""Writing tables: CSV row by row, XLSX through a file, the template. Memory does not grow with the number of rows."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import models
from django.utils import translation
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from offers.resources.base import TableResource
from offers.resources.cells import RelationsCell
from offers.resources.guard import EXCEL_LENGTH, TOO_LONG, guarded, looks_like_formula

CSV_TYPE = "text/csv; charset=utf-8"
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 500
# Rows of the template that offer lists to choose from.
_TEMPLATE_ROWS = 1000
_HEAD = Font(bold=True)
_HEAD_FILL = PatternFill("solid", start_color="E4EAF2")


class _Line:
    """What csv.writer writes into; it gives the line back."""

    def write(self, text: str) -> str:
        return text


def csv_lines(resource: TableResource, records: models.QuerySet[Any]) -> Iterator[str]:
    """For Excel in German: semicolons, and the mark that says UTF-8."""
    writer: Any = csv.writer(_Line(), delimiter=";", quoting=csv.QUOTE_MINIMAL)
    yield "\ufeff" + writer.writerow([guarded(header) for header in resource.headers])
    for batch in _batches(records):
        with translation.override("de"):
            lines = [writer.writerow([guarded(text) for text in resource.texts(record)]) for record in batch]
        yield "".join(lines)


def _batches(records: models.QuerySet[Any]) -> Iterator[list[Any]]:
    """Through a cursor of the server: neither the rows nor what belongs to them are ever all in memory."""
    batch = []
    for record in records.iterator(chunk_size=CHUNK):
        batch.append(record)
        if len(batch) == CHUNK:
            yield batch
            batch = []
    if batch:
        yield batch


def excel_file(
    resource: TableResource, records: models.QuerySet[Any], title: str, progress: Callable[[int], object] = bool
) -> IO[bytes]:
    """An XLSX in a file that goes when it is closed."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(title[:31])
    _head(sheet, resource)
    columns = list(resource.fields.values())
    done = 0
    for batch in _batches(records):
        with translation.override("de"):
            for record in batch:
                sheet.append([_excel_cell(sheet, column, column.get_value(record)) for column in columns])
        done += len(batch)
        progress(done)
    file = TemporaryFile()  # noqa: SIM115  (the answer closes it)
    book.save(file)
    file.seek(0)
    return file


def _head(sheet: Any, resource: TableResource) -> None:
    for number, column in enumerate(resource.fields.values(), start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = min(max(len(column.column_name) + 3, 14), 40)
    sheet.freeze_panes = "A2"
    sheet.append([_head_cell(sheet, header) for header in resource.headers])


def _head_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font, cell.fill = _HEAD, _HEAD_FILL
    return cell


def _excel_cell(sheet: Any, column: Any, raw: Any) -> Any:
    """A text stays one whatever it begins with: its cell says so, and Excel keeps that when people edit it."""
    value = column.widget.excel(raw)
    if value is None or value == "":
        return None
    if column.widget.excel_format and not isinstance(value, str):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = column.widget.excel_format
        return cell
    text = str(value) if len(str(value)) <= EXCEL_LENGTH else TOO_LONG
    if not (looks_like_formula(text) or text.startswith("#")):
        return text
    cell = WriteOnlyCell(sheet, "")
    # Only an apostrophe that stands there already needs a second one: reading takes one off.
    cell._value, cell.data_type = guarded(text) if text.startswith("'") else text, "s"
    cell.quotePrefix = True
    return cell


def template(resource: TableResource, title: str) -> IO[bytes]:
    """An empty table of ours to fill in, with a sheet of what may stand in which column, and lists to choose from."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title
    lists = book.create_sheet("Mögliche Werte")
    columns = resource.writable()
    place = 0
    for number, column in enumerate(columns.values(), start=1):
        letter = get_column_letter(number)
        head = sheet.cell(1, number, column.column_name)
        head.font, head.fill = _HEAD, _HEAD_FILL
        sheet.column_dimensions[letter].width = min(max(len(column.column_name) + 3, 16), 40)
        if allowed := column.widget.allowed():
            place += 1
            where = _write_list(lists, place, column.column_name, allowed)
            # Of several values in one cell Excel can offer none; the sheet names them.
            if not isinstance(column.widget, RelationsCell):
                _offer(sheet, f"{letter}2:{letter}{_TEMPLATE_ROWS}", where)
    sheet.freeze_panes = "B2"
    lists.freeze_panes = "A2"
    _explain(book.create_sheet("So geht es"), resource)
    file = TemporaryFile()  # noqa: SIM115  (the answer closes it)
    book.save(file)
    file.seek(0)
    return file


def _write_list(sheet: Any, place: int, heading: str, values: Sequence[str]) -> str:
    letter = get_column_letter(place)
    head = sheet.cell(1, place, heading)
    head.font, head.fill = _HEAD, _HEAD_FILL
    sheet.column_dimensions[letter].width = 34
    for number, value in enumerate(values, start=2):
        cell = sheet.cell(number, place)
        cell.value, cell.data_type = value, "s"
    return f"'{sheet.title}'!${letter}$2:${letter}${len(values) + 1}"


def _offer(sheet: Any, cells: str, where: str) -> None:
    choice = DataValidation(type="list", formula1=f"={where}", allow_blank=True, showErrorMessage=True)
    choice.errorTitle, choice.error = "Wert nicht bekannt", "Bitte wählen Sie einen Wert aus der Liste."
    sheet.add_data_validation(choice)
    choice.add(cells)


def _explain(sheet: Any, resource: TableResource) -> None:
    sheet.column_dimensions["A"].width = 100
    for number, sentence in enumerate(_sentences(resource), start=1):
        cell = sheet.cell(number, 1, sentence)
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _sentences(resource: TableResource) -> Iterable[str]:
    required = " und ".join(f"„{resource.fields[name].column_name}“" for name in resource.REQUIRED)
    yield "Jede Zeile des ersten Blatts ist ein Eintrag. Die Überschriften bitte nicht ändern."
    yield f"Ein neuer Eintrag braucht {required}. „Schlüssel“ bleibt bei neuen Einträgen leer."
    yield "Mehrere Werte in einer Zelle trennen Sie mit einem Semikolon: Sport; Sprache."
    yield "Was zur Wahl steht, zeigt das Blatt „Mögliche Werte“."
    yield "Daten: 22.11.2026. Beträge: 12,50. Ja oder nein: ja, nein."
    yield "In Zeilen mit Schlüssel löscht eine leere Zelle die Angabe, in anderen Zeilen lässt sie sie stehen."
    yield "Eine Spalte, die fehlt, lässt alles, wie es ist."
    if "opening_hours" in resource.fields:
        yield "Öffnungszeiten: Montag 09:00–12:00; Mittwoch 14:00–16:00."
        yield "Termine: 22.11.2026 18:00–20:00 (mit Anmeldung)."
        yield "Barrierefreiheit: Aufzug: ja; WC für Rollstühle: teilweise (eng)."
        yield "Partner: AWO Kreisverband (Kooperation)."
        yield "Namen von Ansprechpersonen nimmt der Import nicht an: Dafür braucht es eine Einwilligung."
