"""Lists as files: what is asked for, and files that take too long for a page and are made by a job."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone

from offers.models.imports import EXPORTS, Table
from offers.resources import RESOURCES
from offers.resources.writing import excel_file

# More rows than that are no matter of a moment: Excel files are then made by a job, or not at all for strangers.
AT_ONCE = 2000


def file_name(kind: str, extension: str) -> str:
    return f"{kind}-{timezone.localdate():%Y-%m-%d}.{extension}"


def stored_name(key: UUID) -> str:
    return f"{EXPORTS}/{key}.xlsx"


def store(key: UUID, kind: str, records: QuerySet[Any], progress: Callable[[int, int, str], None]) -> dict[str, Any]:
    """Write the Excel file of a job; a second run writes it anew under the same name."""
    resource = RESOURCES[kind]()
    total = records.count()
    progress(0, total, "Zeilen schreiben")
    title = str(Table(kind).label)
    with excel_file(
        resource, records, title, lambda done: progress(min(done, total), total, "Zeilen schreiben")
    ) as file:
        default_storage.delete(stored_name(key))
        default_storage.save(stored_name(key), File(file))
    return {"rows": total}
