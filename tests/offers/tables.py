"""Help for tests of import and export: files in memory, an import from the file to its end."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.http import HttpResponse
from openpyxl import Workbook

from kiportal.common.models import User
from offers import lifecycle
from offers.models import DataImport
from offers.resources import running


def csv_bytes(rows: Iterable[Sequence[str]], *, separator: str = ";", encoding: str = "utf-8-sig") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator).writerows(rows)
    return stream.getvalue().encode(encoding)


def excel_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    book, stream = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(stream)
    return stream.getvalue()


def no_progress(done: int, total: int, step: str = "") -> None:
    """Nobody looks."""


def upload(content: bytes, kind: str, by: User, name: str = "tabelle.csv") -> DataImport:
    """The file as its form would store it, read by the job."""
    data_import = DataImport(kind=kind, file=ContentFile(content, name=name), file_name=name)
    lifecycle.start_import(data_import, by=by)
    running.read(data_import, no_progress)
    data_import.refresh_from_db()
    return data_import


def carry_out(data_import: DataImport, by: User) -> DataImport:
    """Import it, as the button and the job do."""
    lifecycle.order_import(data_import, by=by)
    running.write(data_import, no_progress)
    data_import.refresh_from_db()
    return data_import


def take_back(data_import: DataImport, by: User) -> DataImport:
    lifecycle.order_undo(data_import, by=by)
    running.undo(data_import, no_progress)
    data_import.refresh_from_db()
    return data_import


def content_of(response: Any) -> bytes:
    """The body of an answer, streamed or not."""
    return response.content if isinstance(response, HttpResponse) else b"".join(response.streaming_content)


def messages_of(data_import: DataImport) -> dict[int, list[str]]:
    return dict(data_import.rows.exclude(messages=[]).values_list("number", "messages"))
