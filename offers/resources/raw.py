"""What every table is read into, whatever its format, and how large it may be."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from offers.resources.guard import TOO_LONG, plain, unguarded

MAXIMUM_BYTES = 10 * 1024 * 1024
MAXIMUM_UNPACKED = 64 * 1024 * 1024
MAXIMUM_ENTRIES = 2000
MAXIMUM_ROWS = 20_000
MAXIMUM_COLUMNS = 200
MAXIMUM_CELL = 200_000
_EXCEL_ERRORS = {"#REF!", "#VALUE!", "#N/A", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}


class FileRefused(Exception):
    """A sentence in German that says what to do."""


class Row(NamedTuple):
    """A row of the file: its number there, counted from 1, and its cells as text. `beyond` is what stands to the right
    of the last heading; `formulas` are those without a result, by the place of their cell.
    """

    number: int
    cells: list[str]
    beyond: str = ""
    formulas: Mapping[int, str] = MappingProxyType({})


def cell_of(text: str) -> str:
    return plain(unguarded(text) if text != TOO_LONG else text)


def is_excel_error(text: str) -> bool:
    """What Excel shows where a formula went wrong."""
    return text in _EXCEL_ERRORS
