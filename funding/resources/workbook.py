"""The sheet as an Excel file: posts, grant, costs, years, and what the numbers are. Numbers are numbers there."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from funding.calculation.grants import Kind, Line
from funding.calculation.staffing import RoleRow, Staffing
from funding.overview.comparing import ByRichtlinie
from funding.overview.sheet import Money, PostRow, Sheet

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EURO, POSTS, DAY = '#,##0.00 "€"', "0.00", "DD.MM.YYYY"
NOT_COMPUTABLE = "nicht berechenbar"
type Rows = Iterable[Sequence[Any]]


class Euro(Decimal):
    """Money among other numbers of a row, so that its cell gets the right look."""


def write(shown: Sheet, compared: list[ByRichtlinie], as_of: date) -> bytes:
    """Return the file. Texts are written as texts, whatever they begin with: there are no formulas in it."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    _add(book, "Stellenplan", _posts(shown.posts), (44, 18, 26, 12, 14, 14, 14))
    _add(book, "Geplant und besetzt", _roles(shown.staffing), (28, 14, 14, 14, 18, 14))
    _add(book, "Jahre", _years(shown.years), (12, 14, 14, 14, 18, 14))
    if shown.money is not None:
        _add(book, "Zuwendung", _grant(shown.money), (40, 16, 14, 14, 12, 16, 62, 70))
        _add(book, "Nach Richtlinien", _compared(compared), (44, 14, 14, 20, 20, 12))
        _add(book, "Ausgaben", _costs(shown.money), (34, 20, 20, 20))
        _add(book, "Sachleistungen", _in_kind(shown.money), (28, 26, 50, 18))
    _add(book, "Angaben", _about(shown, as_of), (34, 100))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _posts(rows: list[PostRow]) -> Rows:
    yield ["Stelle", "Art", "bezahlt durch", "Stellen", "von", "bis", "Anteil"]
    for row in rows:
        post = row.post
        inferred = "erschlossen" if post.is_inferred else "genannt"
        yield [post.title, post.role_label, post.funded_by_label, post.share, post.first, post.last, inferred]


_HEAD = ["geplant", "besetzt", "unbesetzt", "höchstens gefördert", "Differenz"]


def _roles(now: Staffing) -> Rows:
    yield ["Art", *_HEAD]
    for row in now.rows:
        yield [row.label, *_numbers(row)]
    yield ["Gesamt", *_numbers(now)]
    if now.county:
        yield [now.county.label, *_numbers(now.county)]


def _years(years: list[Staffing]) -> Rows:
    yield ["Jahr", *_HEAD]
    for each in years:
        yield [str(each.period.first.year), *_numbers(each)]


def _numbers(row: RoleRow | Staffing) -> list[Decimal | None]:
    return [row.planned, row.filled, row.vacant, row.fundable, row.difference]


def _grant(money: Money) -> Rows:
    yield ["Zeile", "Art", "von", "bis", "Stellen", "Betrag", "Regel oder Grund", "Quelle"]
    for line in money.computation.lines:
        yield [line.title, line.role_label, line.period.first, line.period.last, line.share, *_sum_of(line)]
    total = money.computation.total
    yield ["Summe", "", None, None, None, NOT_COMPUTABLE if total is None else Euro(total), "", ""]
    if total is None:
        yield ["davon berechenbar", "", None, None, None, Euro(money.computation.computable), "", ""]
    yield ["bewilligt im Jahr", "", None, None, None, Euro(money.granted), "", ""]
    yield ["abgerufen im Jahr", "", None, None, None, Euro(money.drawn), "", ""]


def _sum_of(line: Line) -> list[Any]:
    source = f"{line.rate.basis}. {line.rate.source}" if line.rate else ""
    if line.rate and line.rate.is_inferred:
        source = f"{source}. Erschlossen: {line.rate.note}".removesuffix(": ")
    match line.kind:
        case Kind.COMPUTED:
            return [Euro(line.amount or 0), line.rule, source]
        case Kind.SECONDED:
            return ["Abordnung", "Es fließt kein Geld.", source]
        case _:
            return [NOT_COMPUTABLE, f"weil {line.reason}", source]


def _compared(rows: list[ByRichtlinie]) -> Rows:
    yield ["Richtlinie", "gilt ab", "gilt bis", "Zuwendung im Jahr", "davon berechenbar", "in Kraft"]
    for row in rows:
        total = row.computation.total
        shown = NOT_COMPUTABLE if total is None else Euro(total)
        yield [row.basis, row.first, row.last, shown, Euro(row.computation.computable), "ja" if row.is_in_force else ""]


def _costs(money: Money) -> Rows:
    yield ["bezahlt aus Mitteln", "Personalausgaben", "Sachausgaben", "zusammen"]
    for label, staff, material in money.sources:
        yield [label, Euro(staff), Euro(material), Euro(staff + material)]
    own = money.own
    yield ["Gesamt", Euro(own.staff), Euro(own.material), Euro(own.spent)]
    shown = f"{NOT_COMPUTABLE}, weil {own.reason}" if own.total is None else Euro(own.total)
    yield ["Eigenanteil und andere", "", "", shown]


def _in_kind(money: Money) -> Rows:
    yield ["von", "Art", "was", "Wert"]
    for entry in money.in_kind:
        value = "nicht beziffert" if entry.value is None else Euro(entry.value)
        yield [entry.giver, entry.get_kind_display(), entry.title, value]


def _about(shown: Sheet, as_of: date) -> Rows:
    yield ["Angabe", "Inhalt"]
    yield ["Stellen und Förderung", shown.time.label]
    yield ["Stand", f"{as_of:%d.%m.%Y}"]
    yield ["Stellen", "Durchschnitt der Tage des Zeitraums; an einem Stichtag der Stand dieses Tages."]
    yield [
        "höchstens gefördert",
        "Obergrenze nach den Fördersätzen der Programme, aus denen die Stellen bezahlt werden.",
    ]
    if shown.time.is_day:
        yield ["Zuwendung", "Auf ein ganzes Jahr gerechnet."]
    for check in shown.preconditions:
        yield [f"Voraussetzung: {check.title}", f"{'erfüllt' if check.is_met else 'offen'}: {check.sentence}"]
    for warning in shown.warnings:
        yield ["Hinweis", warning]


def _add(book: Any, title: str, rows: Rows, widths: Sequence[int]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    page: Worksheet = book.create_sheet(title)
    for row in rows:
        page.append(list(row))
        for cell, value in zip(page[page.max_row], row, strict=True):
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            match value:
                case str():
                    cell.data_type = "s"
                case Euro():
                    cell.number_format = EURO
                case Decimal():
                    cell.number_format = POSTS
                case date():
                    cell.number_format = DAY
    for cell in page[1]:
        cell.font = Font(bold=True)
    for number, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.freeze_panes = "B2"
    page.print_title_rows = "1:1"
    page.page_setup.orientation = "landscape"
