"""Offers like another one, from the index: the database would compare all that share a topic, which are thousands."""

from django.utils import timezone

from offers import cards
from offers.counting import Index
from offers.models import Offer
from offers.vocabulary import EVERYWHERE, MUNICIPALITY, TOPIC


def similar(offer: Offer, number: int, index: Index) -> list[Offer]:
    """Other public offers with the same topics: those at the same place first, then those that share more of them, then
    those that came in last. At most `number`, with all that a card shows; in two queries.
    """
    # Place n holds the offers that share n topics or more.
    sharing = [index.visible(timezone.localdate()) & ~(1 << offer.pk)]
    for topic in offer.topics.all():
        held = index.bits[TOPIC.name].get(topic.slug, 0)
        sharing = [sharing[0], *(before & held | more for before, more in zip(sharing, [*sharing[1:], 0], strict=True))]
    places = [place.slug for place in offer.municipalities.all()]
    near = index.with_values(MUNICIPALITY.name, places) | index.bits[MUNICIPALITY.name].get(EVERYWHERE, 0)
    keys: list[int] = []
    for where in (near, ~near):
        seen = 0
        for shared in reversed(sharing[1:]):
            keys += _last(shared & where & ~seen, number - len(keys))
            seen |= shared
    found = cards.offers().in_bulk(keys)
    return cards.completed([found[key] for key in keys if key in found], index)


def _last(bits: int, number: int) -> list[int]:
    keys: list[int] = []
    while bits and len(keys) < number:
        keys.append(bits.bit_length() - 1)
        bits ^= 1 << keys[-1]
    return keys
