"""Which record a row without a key probably means: one of a similar name in the same place. People decide.

Names are compared as `offers.review.duplicates` does, but for a whole file in one statement.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from kiportal.common.text import fold
from offers.models.imports import Table
from offers.review.duplicates import ALIKE


class Wanted(NamedTuple):
    """A row without a key: name, and where it is; of an offer also whose it is."""

    number: int
    name: str
    municipalities: Sequence[int]
    city: str
    provider: int | None = None


class Match(NamedTuple):
    key: int
    is_exact: bool


# An organisation: a similar name in the same municipality or town, or the same name where one of both says no place.
_ORGANISATIONS = """
    SELECT wanted.number, known.id, kiportal_fold(known.name) = wanted.name AND near.near AS is_exact,
           similarity(kiportal_fold(known.name), wanted.name) AS likeness
      FROM unnest(%(numbers)s::int[], %(names)s::text[], %(municipalities)s::int[], %(cities)s::text[])
           AS wanted(number, name, municipality, city)
      JOIN actors_organisation known ON known.status <> 'rejected' AND known.merged_into_id IS NULL
           AND known.id = ANY(%(known)s)
      CROSS JOIN LATERAL (SELECT coalesce(known.municipality_id = wanted.municipality, false)
           OR (wanted.city <> '' AND kiportal_fold(known.city) = wanted.city) AS near,
           (wanted.municipality IS NULL OR known.municipality_id IS NULL)
           AND (wanted.city = '' OR known.city = '') AS unplaced) near
     WHERE (near.near OR near.unplaced) AND similarity(kiportal_fold(known.name), wanted.name) >= %(alike)s
"""
# An offer: a similar title of the same organisation, in the same place or where one of both says none.
_OFFERS = """
    SELECT wanted.number, known.id, kiportal_fold(known.title) = wanted.name AND places.near AS is_exact,
           similarity(kiportal_fold(known.title), wanted.name) + CASE WHEN places.near THEN 0.3 ELSE 0 END AS likeness
      FROM unnest(%(numbers)s::int[], %(names)s::text[], %(providers)s::int[], %(places)s::text[], %(cities)s::text[])
           AS wanted(number, name, provider, places, city)
      JOIN offers_offer known ON known.provider_id = wanted.provider
           AND known.status NOT IN ('draft', 'unconfirmed', 'rejected') AND known.merged_into_id IS NULL
           AND similarity(kiportal_fold(known.title), wanted.name) >= %(alike)s
      CROSS JOIN LATERAL (SELECT array(SELECT municipality_id::int FROM offers_offer_municipalities
           WHERE offer_id = known.id) AS keys) there
      CROSS JOIN LATERAL (SELECT there.keys && wanted.places::int[]
           OR (wanted.places = '{}' AND there.keys = '{}')
           OR (wanted.city <> '' AND kiportal_fold(known.city) = wanted.city) AS near,
           wanted.places = '{}' OR there.keys = '{}' AS unplaced) places
     WHERE places.near OR places.unplaced
"""


def find(kind: str, wanted: Sequence[Wanted], known: Sequence[int] = ()) -> dict[int, Match]:
    """{number of the row: the record most like it}; two rows never mean the same record."""
    matches: dict[int, Match] = {}
    taken: set[int] = set()
    for number, match in _hits(kind, wanted, known):
        if number not in matches and match.key not in taken:
            matches[number] = match
            taken.add(match.key)
    return matches


def candidates(kind: str, wanted: Sequence[Wanted], known: Sequence[int] = ()) -> dict[int, list[int]]:
    """{number of the row: all records that it may mean, the likeliest first}"""
    found: dict[int, list[int]] = {}
    for number, match in _hits(kind, wanted, known):
        found.setdefault(number, []).append(match.key)
    return found


def _hits(kind: str, wanted: Sequence[Wanted], known: Sequence[int]) -> list[tuple[int, Match]]:
    if not wanted:
        return []
    values: dict[str, Any] = {
        "numbers": [row.number for row in wanted],
        "names": [fold(row.name) for row in wanted],
        "municipalities": [next(iter(row.municipalities), None) for row in wanted],
        "places": ["{" + ",".join(map(str, row.municipalities)) + "}" for row in wanted],
        "cities": [fold(row.city) for row in wanted],
        "providers": [row.provider for row in wanted],
        "known": list(known),
        "alike": ALIKE,
    }
    statement = _ORGANISATIONS if kind == Table.ORGANISATIONS else _OFFERS
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} ORDER BY is_exact DESC, likeness DESC, known.id", values)
        return [(number, Match(key, is_exact)) for number, key, is_exact, _likeness in cursor.fetchall()]
