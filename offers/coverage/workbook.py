"""The table as a spreadsheet: the numbers, what they are, and the words searched in vain."""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from offers.coverage.sheet import Cell, Row, Sheet
from offers.spreadsheets import MEDIA_TYPE, Value, append, style
from offers.vain import MISSED_DAYS

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["MEDIA_TYPE", "write"]


def write(sheet: Sheet) -> bytes:
    """Return the file. Texts are written as texts, whatever they begin with: there are no formulas in it."""
    from openpyxl import Workbook

    book = Workbook()
    numbers: Worksheet = book.active
    numbers.title = "Abdeckung"
    for line in table(sheet):
        append(numbers, line)
    numbers.freeze_panes = "B2"
    numbers.print_title_rows, numbers.print_title_cols = "1:1", "A:A"
    numbers.page_setup.orientation = "landscape"
    numbers.oddHeader.center.text = f"{sheet.title}, Stand {sheet.as_of:%d.%m.%Y}".replace("&", "&&")
    style(numbers, first=32, others=14)
    if sheet.changes:
        changes = book.create_sheet("Veränderungen")
        for line in _changes(sheet):
            append(changes, line)
        style(changes, first=40, others=24)
    about = book.create_sheet("Angaben")
    for fact in _about(sheet):
        append(about, fact)
    style(about, first=24, others=100)
    missed = book.create_sheet("Suchworte")
    for line in _missed(sheet):
        append(missed, line)
    style(missed, first=40, others=24)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def table(sheet: Sheet) -> Iterator[list[Value]]:
    """The header, the rows, the sums. A column of the page becomes one for each number that stands in its cells."""
    columns = [*(label for _value, label in sheet.columns), "Gesamt"]
    kinds = [[name for name, _number in _numbers(sheet, cell)] for cell in _cells(sheet.totals)]
    heads = [
        label if len(names) == 1 else f"{label}: {name}"
        for label, names in zip(columns, kinds, strict=True)
        for name in names
    ]
    yield [sheet.row_label, *heads, "weiße Flecken"]
    for row in (*sheet.rows, sheet.totals):
        numbers = [number for cell in _cells(row) for _name, number in _numbers(sheet, cell)]
        yield [row.label, *numbers, sum(len(one.gaps) for one in sheet.rows) if row is sheet.totals else len(row.gaps)]


def _cells(row: Row) -> tuple[Cell, ...]:
    return (*row.cells, row.total)


def _numbers(sheet: Sheet, cell: Cell) -> Iterator[tuple[str, Value]]:
    """(name, number) of all that stands in a cell."""
    yield "Angebote", cell.now.offers
    if sheet.options.is_split:
        yield "vor Ort", cell.now.local
    if sheet.compared_on and cell.was is not None:
        yield f"am {sheet.compared_on:%d.%m.%Y}", cell.was.offers
        yield "Änderung", cell.change
    has_needs = sheet.have_row_needs if not cell.column else sheet.have_column_needs
    if has_needs:
        yield "Bedarfe", cell.needs


def _changes(sheet: Sheet) -> Iterator[list[Value]]:
    """White spots that have come or gone; the numbers are those by which a white spot is told."""
    yield [
        sheet.row_label,
        sheet.column_label,
        "weißer Fleck",
        f"am {sheet.compared_on:%d.%m.%Y}",
        f"am {sheet.as_of:%d.%m.%Y}",
    ]
    for change, cell in sheet.changes:
        yield [cell.row_label, cell.column_label, change, *sheet.numbers_of(cell)]


def _about(sheet: Sheet) -> Iterator[list[Value]]:
    yield ["Angabe", "Inhalt"]
    yield ["Tabelle", sheet.title]
    yield ["Stand", f"{sheet.as_of:%d.%m.%Y}"]
    if sheet.compared_on:
        yield ["Verglichen mit", f"{sheet.compared_on:%d.%m.%Y}"]
    for label, values in sheet.filters:
        yield [f"Filter: {label}", values]
    if not sheet.filters:
        yield ["Filter", "keine"]
    yield ["Weiße Flecken", f"{sheet.gap_count} von {sheet.pair_count}"]
    for sentence in sheet.explanations:
        yield ["Erläuterung", sentence]


def _missed(sheet: Sheet) -> Iterator[list[Value]]:
    yield [f"vergeblich gesucht in {MISSED_DAYS} Tagen", "Anzahl", "gesucht in"]
    for row, places in sheet.missed:
        yield [row.words, row.number, places]
