"""Which cell of an HTML table covers which place, and how wide columns are."""

from dataclasses import dataclass
from typing import Any

# Between the margins of a page, in twentieths of a point.
TEXT_WIDTH = 9070


@dataclass
class Cell:
    element: Any
    row: int
    width: int
    height: int


def grid_of(rows: list[Any]) -> list[list[Cell | None]]:
    """Each place of a table with the cell that covers it."""
    grid: list[list[Cell | None]] = [[] for _row in rows]

    def put(row: int, column: int, cell: Cell) -> None:
        line = grid[row]
        line.extend([None] * (column + 1 - len(line)))
        line[column] = cell

    for number, row in enumerate(rows):
        column = 0
        for element in row.iterchildren("th", "td"):
            while column < len(grid[number]) and grid[number][column] is not None:
                column += 1
            width = int(element.get("colspan", "1"))
            height = min(int(element.get("rowspan", "1")), len(rows) - number)
            cell = Cell(element, number, width, height)
            for down in range(height):
                for right in range(width):
                    put(number + down, column + right, cell)
            column += width
    return grid


def widths_of(grid: list[list[Cell | None]], columns: int) -> list[int]:
    """The width of each column by what stands in it, none below a third of an even share."""
    weights = [1.0] * columns
    for number, line in enumerate(grid):
        for column, cell in enumerate(line):
            if cell and cell.row == number and cell.width == 1:
                weights[column] = max(weights[column], len(cell.element.text_content()) ** 0.5)
    least = sum(weights) / columns / 3
    weights = [max(weight, least) for weight in weights]
    widths = [int(TEXT_WIDTH * weight / sum(weights)) for weight in weights]
    widths[-1] += TEXT_WIDTH - sum(widths)
    return widths
