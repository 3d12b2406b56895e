"""/angebote/: search, facets, tile map."""

import zlib
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from offers import counting
from offers.counting import Index
from offers.facets import counts_without, facet_counts
from offers.filters import MOST_PROVIDERS, RELEVANCE, SORTINGS, OfferFilters
from offers.models import Offer
from offers.search import Advice
from offers.views import vain_searches
from offers.views.lists import PublicList
from offers.vocabulary import FACETS, MUNICIPALITY, PROVIDER

# Facets that are unfolded from the start.
OPEN_FACETS = {"thema", "zielgruppe"}
KEPT_SECONDS = 60


def _most_providers() -> str:
    return _("Die %(number)s mit den meisten Treffern.") % {"number": MOST_PROVIDERS}


class HtmxRequest(HttpRequest):
    """A request after the middleware of django-htmx."""

    htmx: HtmxDetails


@dataclass(frozen=True)
class Results:
    """What the address and the offers alone decide on the page: the same for everybody who asks for it."""

    title: SafeString
    # Of the feed: what is searched for in words, and its query.
    subject: str
    query: str
    # Compressed, a tenth of the memory
    packed: bytes

    @property
    def html(self) -> SafeString:
        return SafeString(zlib.decompress(self.packed).decode())


@method_decorator(vary_on_headers("HX-Request"), name="dispatch")
class OfferList(PublicList):
    """The whole page, or only what changes with the filters when htmx asks for it.

    Results are kept in the process until an offer changes, at most for a minute: as long may a card name a date that
    has passed. What has no result is looked for each time, as it is counted.
    """

    request: HtmxRequest
    context_object_name = "offers"
    advice: Advice | None = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        results = self._results()
        if self.request.htmx:
            return HttpResponse(results.html)
        return render(request, "offers/offer_list.html", {"results": results})

    @cached_property
    def index(self) -> Index:
        return counting.current()

    def _results(self) -> Results:
        key = self.index.key("results", self.today, bool(self.request.htmx), self.request.get_full_path())
        kept: Results | None = caches["process"].get(key)
        if kept is not None:
            return kept
        self.object_list = self.get_queryset()
        context = self.get_context_data()
        results = Results(
            title=render_to_string("offers/_offer_list_title.txt", context),
            subject=self.filters.subject,
            query=self.filters.own_query,
            packed=zlib.compress(
                render_to_string("offers/_offer_results.html", context, self.request).encode(), level=1
            ),
        )
        if self.filters.hits.number:
            caches["process"].set(key, results, KEPT_SECONDS)
        return results

    @cached_property
    def filters(self) -> OfferFilters:
        """As asked for; with a typing error, as it was probably meant."""
        offers = Offer.objects.visible_to_public(self.today)
        filters = OfferFilters(self.request.GET, offers, index=self.index)
        if filters.searched and not filters.bits():
            self.advice = filters.advice()
            if self.advice.corrected:
                return filters.searching(self.advice.corrected)
        return filters

    def get_queryset(self) -> Any:
        return self.filters.hits

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        filters = self.filters
        # Organisations are too many to choose from while the list is long.
        has_providers = filters.hits.is_ranked or filters.chosen[PROVIDER.name]
        shown = tuple(name for name in FACETS if name != PROVIDER.name or has_providers)
        counts = facet_counts(filters, shown)
        # What was corrected and found was not searched in vain.
        if self.advice is not None and not filters.hits.number:
            vain_searches.count(self.request, filters)
        return context | {
            "save_query": filters.query(sortierung=[]),
            "advice": self.advice,
            "is_by_date": bool(filters.searched) and filters.sorting == RELEVANCE and not filters.hits.is_ranked,
            "loosened": [] if context["offers"] else self._loosened(),
            "other_words": [] if context["offers"] else self._other_words(),
            "clear_url": filters.query(**{name: [] for name in FACETS}),
            "facets": [
                {
                    "name": name,
                    "label": facet.label,
                    "options": options,
                    "open": name in OPEN_FACETS,
                    "note": _most_providers() if name == PROVIDER.name and len(counts[name]) > len(options) else "",
                }
                for name, facet in FACETS.items()
                if name in counts and (options := filters.options(name, counts[name]))
            ],
            "sortings": [
                {"label": label, "url": filters.query(sortierung=name), "current": name == filters.sorting}
                for name, label in SORTINGS.items()
                if filters.searched or name != RELEVANCE
            ],
            "tiles": [
                {
                    "label": municipality.name,
                    "count": counts["kommune"].get(municipality.slug, 0),
                    "url": filters.toggled("kommune", municipality.slug),
                    "selected": municipality.slug in filters.chosen["kommune"],
                    "column": municipality.tile_column,
                    "row": municipality.tile_row,
                }
                for municipality in filters.index.rows[MUNICIPALITY.name].values()
            ],
        }

    def _loosened(self) -> list[dict[str, Any]]:
        """Which single filter to give up, and what one finds then; the most helpful first."""
        numbers = counts_without(self.filters, self.filters.active)
        return [
            {"label": FACETS[name].label, "number": number, "url": self.filters.query(**{name: []})}
            for name, number in sorted(numbers.items(), key=lambda item: -item[1])
            if number
        ]

    def _other_words(self) -> list[dict[str, Any]]:
        """Each word alone, where several together find nothing, and the parts of a compound; then words that look like
        the ones typed.

        The words have no hit at all, whatever the filters, so these searches start without filters.
        """
        if self.advice is None:
            return []
        words = self.advice.alone if len(self.filters.searched.terms) > 1 else ()
        found = [{"words": word, "number": number} for word, number in (*words, *self.advice.in_parts)]
        found += [{"words": word, "number": 0} for word in self.advice.similar]
        no_filters: dict[str, list[str]] = {name: [] for name in FACETS}
        return [item | {"url": self.filters.query(q=item["words"], **no_filters)} for item in found]
