"""How many offers each value of a filter would give."""

from collections import Counter
from typing import Protocol

from offers.counting import Index
from offers.vocabulary import FACETS


class Selection(Protocol):
    """The chosen filters, as `offers.filters.OfferFilters` holds them."""

    index: Index

    def bits(self, *left_out: str) -> int: ...


def facet_counts(filters: Selection, names: tuple[str, ...] = tuple(FACETS)) -> dict[str, Counter[str]]:
    """Return {facet: {value: number}} without a query. A facet's own selection does not change its counts."""
    return {name: Counter(filters.index.counts(name, filters.bits(name))) for name in names}


def counts_without(filters: Selection, names: list[str]) -> dict[str, int]:
    """Return how many offers there would be if one filter were given up, for each of them."""
    return {name: filters.bits(name).bit_count() for name in names}
