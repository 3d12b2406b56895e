"""Path parts of public records: readable, unique, never a fixed path."""

from collections.abc import Set
from itertools import chain, count

from django.db import connection, models

from kiportal.common.text import slugify


def free_slug(records: models.QuerySet, text: str, *, fallback: str, reserved: Set[str] = frozenset()) -> str:
    """Return a slug that none of the records has.

    Call it in the transaction that stores the slug: until that ends, everybody else who wants one of this table waits.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"slug:{records.model._meta.db_table}"])
    base = slugify(text) or fallback
    taken = reserved | set(records.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in count(2))
    return next(slug for slug in chain([base], numbered) if slug not in taken)
