"""Many rows at once, past the ORM: COPY, without the triggers and the indexes that would take them row by row.

Only for what is made up: no history is kept, foreign keys are not checked. The caller's transaction holds it all.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import ProgrammingError, connection, models, transaction

from offers.models import Offer, Touched

# From so many rows on it is faster to make the indexes of the search anew.
WORTH_AN_INDEX = 5000


def keys(model: type[models.Model], number: int) -> list[int]:
    """Primary keys for new rows, from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, number],
        )
        return [row[0] for row in cursor.fetchall()]


def copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of values as the database takes them."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in columns)
    statement = f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row(row)


@contextmanager
def in_bulk(number: int) -> Iterator[None]:
    """Around the writing of so many offers: without triggers where the role may switch them off, else without history.

    What `offers_touched` would have noted is one row for everything.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the commit would forbid new indexes
    indexes = (
        [index for index in Offer._meta.indexes if isinstance(index, GinIndex)] if number >= WORTH_AN_INDEX else []
    )
    _change_indexes("remove_index", indexes)
    with _without_triggers():
        yield
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
    _change_indexes("add_index", indexes)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    Touched.objects.create(offer=None)


def _change_indexes(change: str, indexes: list[GinIndex]) -> None:
    with connection.schema_editor() as editor:
        for index in indexes:
            getattr(editor, change)(Offer, index)


@contextmanager
def _without_triggers() -> Iterator[None]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
    except ProgrammingError:  # only a superuser may
        with pgtrigger.ignore():
            yield
        return
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")
