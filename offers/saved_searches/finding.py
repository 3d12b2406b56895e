"""A saved search is the query string of /angebote/: what it finds is what that page finds."""

from datetime import date

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from offers.filters import OfferFilters
from offers.models import Offer, SavedSearch
from offers.querysets import OfferQuerySet
from offers.vocabulary import FACETS


def filters_for(query: QueryDict | str, on: date | None = None) -> OfferFilters:
    """The filters of an address; what does not exist any more is left out and stands in `notices`."""
    data = QueryDict(query) if isinstance(query, str) else query
    return OfferFilters(data, Offer.objects.visible_to_public(on or timezone.localdate()))


def stored(filters: OfferFilters) -> str:
    """What is kept of an address: words and known filters, each once."""
    return filters.query(sortierung=[]).removeprefix("?")


def in_words(filters: OfferFilters) -> list[tuple[str, str]]:
    """(what, its values) of everything that is asked for; without any, the search is for all offers."""
    rows = [(str(_("Suchworte")), filters.chosen["q"])] if filters.searched else []
    for name in filters.active:
        labels = [filters.vocabulary[name][value].label for value in filters.chosen[name]]
        rows.append((str(FACETS[name].label), ", ".join(labels)))
    return rows or [(str(_("Suche")), str(_("alle Angebote")))]


def new_offers(search: SavedSearch, on: date) -> OfferQuerySet:
    """Published since the search looks, and not told of yet, the newest first."""
    found: OfferQuerySet = filters_for(search.query, on).qs
    told = search.told.order_by().values("offer")
    return found.filter(published_at__gt=search.since).exclude(pk__in=told).order_by("-published_at", "pk")
