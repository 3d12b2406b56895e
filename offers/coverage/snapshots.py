"""Keeping what is counted on a day, so that later ones can be compared with it, with any filter.

Of each offer its values are kept, neither key nor name: what is deleted stays deleted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from actors.models import Organisation
from offers import counting
from offers.counting import Index
from offers.models import CoverageSnapshot, Offer
from offers.vocabulary import EVERYWHERE, PROVIDER, Vocabulary

# Every day for so long, after that the first one of each month.
DAILY = timedelta(days=60)
FACETS = ("kommune", "thema", "zielgruppe", "sprache", "art", "kosten", "ort", "nur")
# The kind of the provider is no facet of the public list.
PROVIDER_KIND = "traegerart"


@dataclass(frozen=True)
class Kept:
    """The offers of an earlier day (`coverage.Day`); the values are those of today."""

    vocabulary: Vocabulary
    number: int
    bits: Mapping[str, Mapping[str, int]]

    def visible(self, on: date) -> int:
        """All of them: what was not public on its day is not kept."""
        return (1 << self.number) - 1

    def with_values(self, facet: str, values: Iterable[str]) -> int:
        return counting.held(self.bits, facet, values)

    def vanished(self, *facets: str) -> tuple[str, ...]:
        """Values that offers had then and that the reference data has no more."""
        return tuple(
            value
            for facet in facets
            for value, bits in self.bits[facet].items()
            if bits and value != EVERYWHERE and value not in self.vocabulary[facet]
        )


def take(on: date) -> CoverageSnapshot:
    """Keep the day as it is; once more on the same day, the later one takes the place of the earlier."""
    index = counting.current()
    return _keep(on, index, index.visible(on))


def take_earlier(on: date) -> CoverageSnapshot:
    """A day in the past, as far as one can tell now: what was published by then and is still there.

    For a portal that begins with entries older than itself. What has ended since or was changed is not known any more.
    """
    index = counting.current()
    later = Offer.objects.filter(published_at__date__gt=on)
    known = index.visible(on) & ~counting.bitmap(counting.packed_keys(sorted(later.values_list("pk", flat=True))))
    return _keep(on, index, known)


def kept(snapshot: CoverageSnapshot, vocabulary: Vocabulary) -> Kept:
    facts = snapshot.facts
    bits = {facet: {value: int(held, 16) for value, held in values.items()} for facet, values in facts["bits"].items()}
    return Kept(vocabulary, facts["offers"], bits)


def thin_out(today: date) -> int:
    """Delete what nobody needs day by day any more; returns how many."""
    return CoverageSnapshot.objects.outdated(today - DAILY).delete()[0]


def _keep(on: date, index: Index, offers: int) -> CoverageSnapshot:
    return CoverageSnapshot.objects.update_or_create(taken_on=on, defaults={"facts": _facts(index, offers)})[0]


def _facts(index: Index, offers: int) -> dict[str, Any]:
    """The number of offers, and by facet and value a bitmap in hexadecimal digits, a bit for each of them."""
    places = {key: place for place, key in enumerate(counting.keys_of(offers))}

    def renumbered(bits: int) -> str:
        keys = counting.keys_of(bits & offers)
        return f"{counting.bitmap(counting.packed_keys(places[key] for key in keys)):x}"

    bits = {facet: index.bits[facet] for facet in FACETS} | {PROVIDER_KIND: _by_provider_kind(index)}
    return {
        "offers": len(places),
        "bits": {
            facet: {value: renumbered(held) for value, held in values.items() if held & offers}
            for facet, values in bits.items()
        },
    }


def _by_provider_kind(index: Index) -> dict[str, int]:
    slugs: dict[str, list[str]] = {}
    for kind, slug in Organisation.objects.values_list("kind", "slug"):
        slugs.setdefault(kind, []).append(slug)
    return {kind: index.with_values(PROVIDER.name, of_kind) for kind, of_kind in slugs.items()}
