"""How numbers of a page become a sheet of a spreadsheet file."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
type Value = str | int | None


def append(worksheet: "Worksheet", line: list[Value]) -> None:
    """Add a line. Texts are written as texts, whatever they begin with: there are no formulas."""
    worksheet.append(line)
    for cell in worksheet[worksheet.max_row]:
        if isinstance(cell.value, str):
            cell.data_type = "s"


def style(worksheet: "Worksheet", *, first: int, others: int) -> None:
    """Bold heads; `first` and `others` are widths of columns in characters."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for cell in worksheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for number in range(1, worksheet.max_column + 1):
        worksheet.column_dimensions[get_column_letter(number)].width = first if number == 1 else others
