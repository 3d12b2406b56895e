"""How many offers each value of a filter would give."""

from collections import Counter
from typing import Protocol

from django.db.models import Count, Value

from offers.querysets import OfferQuerySet
from offers.vocabulary import FACETS


class Selection(Protocol):
    """The chosen filters, as `offers.filters.OfferFilters` holds them."""

    def without(self, name: str) -> OfferQuerySet: ...


def facet_counts(filters: Selection) -> dict[str, Counter[str]]:
    """Return {facet: {value: number}} in one query. A facet's own selection does not change its counts."""
    branches = [tally for facet in FACETS.values() for tally in facet.tallies(filters.without(facet.name))]
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for name, value, number in branches[0].union(*branches[1:], all=True).order_by():
        if value and number:
            counts[name][value] += number
    return counts


def counts_without(filters: Selection, names: list[str]) -> dict[str, int]:
    """Return how many offers there would be if one filter were given up, for each of them, in one query."""
    if not names:
        return {}
    branches = [
        filters.without(name).order_by().values(filter=Value(name)).annotate(number=Count("pk")) for name in names
    ]
    rows = branches[0].union(*branches[1:], all=True).order_by()
    return {row["filter"]: row["number"] for row in rows}
