"""Path parts of public records: readable, unique, never a fixed path."""

from collections.abc import Sequence, Set
from itertools import chain, count

from django.db import connection, models

from kiportal.common.text import slugify


def free_slug(records: models.QuerySet, text: str, *, fallback: str, reserved: Set[str] = frozenset()) -> str:
    """Return a slug that none of the records has.

    Call it in the transaction that stores the slug: until that ends, everybody else who wants one of this table waits.
    """
    return free_slugs(records, [text], fallback=fallback, reserved=reserved)[0]


def free_slugs(
    records: models.QuerySet, texts: Sequence[str], *, fallback: str, reserved: Set[str] = frozenset()
) -> list[str]:
    """The same for several new records at once; each gets one of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"slug:{records.model._meta.db_table}"])
    bases = [slugify(text) or fallback for text in texts]
    near = records.filter(slug__startswith=bases[0]) if len(bases) == 1 else records
    taken = {*reserved} | set(near.values_list("slug", flat=True))
    found = []
    for base in bases:
        numbered = (f"{base}-{number}" for number in count(2))
        found.append(next(slug for slug in chain([base], numbered) if slug not in taken))
        taken.add(found[-1])
    return found
