"""What a reader asked for in the address of a list: parsed and checked by django-filter, lenient as an address must be.

An unknown value is left out and named in `notices`. The queryset that comes in is never widened.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.db.models import F, Func, Min, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import Filter

from actors.models import Organisation
from kiportal.common.text import fold
from offers import cards, counting, search
from offers.counting import Index
from offers.lenient import FacetFilter, KnownValuesField, LenientFilterSet, SelectFilter, SelectFilterSet, WordsFilter
from offers.models import Offer
from offers.querysets import OfferDateQuerySet, OfferQuerySet
from offers.vocabulary import FACETS, MUNICIPALITY, PROVIDER, TOPIC, Facet

RELEVANCE = "relevanz"
MOST_PROVIDERS = 30
# More than so many hits are not sorted by relevance: nobody reads them to the end, and it would take long.
RANKED_AT_MOST = 2000
SORTINGS = {
    RELEVANCE: gettext_lazy("Passt am besten"),
    "neu": gettext_lazy("Neueste"),
    "name": gettext_lazy("Name"),
    "termin": gettext_lazy("Nächster Termin"),
}


class SortingFilter(Filter):
    """Orders nothing by itself: how to sort depends on whether something is searched for."""

    field_class = KnownValuesField

    def filter(self, qs: OfferQuerySet, value: list[str]) -> OfferQuerySet:
        return qs


class OfferFilters(LenientFilterSet):
    """The parameters of /angebote/ (feed and exports take the same)."""

    q = WordsFilter(label=gettext_lazy("Suche"), method="_search")
    kommune = FacetFilter(FACETS["kommune"])
    thema = FacetFilter(FACETS["thema"])
    zielgruppe = FacetFilter(FACETS["zielgruppe"])
    sprache = FacetFilter(FACETS["sprache"])
    art = FacetFilter(FACETS["art"])
    kosten = FacetFilter(FACETS["kosten"])
    ort = FacetFilter(FACETS["ort"])
    nur = FacetFilter(FACETS["nur"])
    programm = FacetFilter(FACETS["programm"])
    traeger = FacetFilter(FACETS["traeger"])
    sortierung = SortingFilter(label=gettext_lazy("Sortierung"))

    def __init__(
        self,
        data: QueryDict | None,
        queryset: OfferQuerySet,
        *,
        index: Index | None = None,
        searched: search.Query | None = None,
    ) -> None:
        """`searched` takes the place of what was typed, when that had a typing error."""
        self.index = index or counting.current()
        self.vocabulary = self.index.vocabulary
        known: dict[str, Mapping[str, Any]] = {name: self.vocabulary[name] for name in FACETS}
        super().__init__(data, queryset, known | {"sortierung": SORTINGS})
        self.searched = search.parse(self.chosen["q"]) if searched is None else searched
        # What stands in addresses and words of what was found; the field keeps what was typed.
        self.words = self.chosen["q"] if searched is None else str(searched)

    def query(self, **changes: Any) -> str:
        return super().query(**({"q": self.words} | changes))

    def searching(self, query: search.Query) -> "OfferFilters":
        """The same filters with other words."""
        return OfferFilters(self.data, self.queryset, index=self.index, searched=query)

    def advice(self) -> search.Advice:
        return search.advise(self.queryset, self.searched, self.index)

    @cached_property
    def notices(self) -> list[str]:
        notices = super().notices
        if self.chosen["q"] and not self.searched:
            notices = [_("Ihre Suche enthält kein Wort, nach dem wir suchen können."), *notices]
        return notices

    def options(self, name: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
        """The check boxes of a facet: what would give a hit, and what is chosen; of many providers those with most."""
        chosen, most = self.chosen[name], MOST_PROVIDERS if name == PROVIDER.name else None
        shown = {*sorted(counts, key=lambda value: -counts[value])[:most], *chosen}
        return [
            {"value": value, "label": entry.label, "count": counts.get(value, 0), "selected": value in chosen}
            for value, entry in self.vocabulary[name].items()
            if value in shown
        ]

    @property
    def active(self) -> list[str]:
        """The names of the filters that are set."""
        return [name for name in FACETS if self.chosen[name]]

    @property
    def chips(self) -> list[dict[str, Any]]:
        """Every chosen value with the address of the list without it."""
        return [
            {"name": FACETS[name].label, "label": self.vocabulary[name][value].label, "url": self.toggled(name, value)}
            for name in self.active
            for value in self.chosen[name]
        ]

    @property
    def subject(self) -> str:
        """What is chosen, in words: "Suche: Chor, Schule, Siegen"; nothing for all offers."""
        words = [_("Suche: %(words)s") % {"words": self.words}] if self.searched else []
        return ", ".join([*words, *(str(chip["label"]) for chip in self.chips)])

    # Counting

    def bits(self, *left_out: str) -> int:
        """The public offers that the filters leave, as a bitmap (`offers.counting`); some filters can be left out."""
        bits = self._public
        for name in self.active:
            if name not in left_out:
                bits &= self._chosen_bits[name]
        return bits

    @cached_property
    def _public(self) -> int:
        """With the words, if any; the queryset of a page of offers is what the public sees."""
        visible = self.index.visible(timezone.localdate())
        return visible & search.found(self.searched, self.index) if self.searched else visible

    @cached_property
    def _chosen_bits(self) -> dict[str, int]:
        return {name: self.index.with_values(name, self.chosen[name]) for name in self.active}

    @cached_property
    def hits(self) -> "Hits":
        return Hits(self)

    # Sorting

    @property
    def sorting(self) -> str:
        return next(iter(self.chosen["sortierung"]), RELEVANCE if self.searched else "neu")

    def sort(self, offers: OfferQuerySet) -> OfferQuerySet:
        match self.sorting:
            case "name":
                return offers.order_by("sort_key", "pk")
            case "termin":
                upcoming = Q(dates__starts_at__gte=timezone.now()) | Q(dates__ends_at__gte=timezone.now())
                soonest = Min("dates__starts_at", filter=upcoming)
                return offers.annotate(soonest=soonest).order_by(F("soonest").asc(nulls_last=True), "sort_key", "pk")
            case "relevanz" if self.searched:
                return search.by_relevance(offers, self.searched)
            case _:
                return offers.order_by("-published_at", "pk")

    @cached_property
    def _condition(self) -> Q:
        return search.condition(self.searched, self.index)

    def _search(self, queryset: OfferQuerySet, name: str, value: str) -> OfferQuerySet:
        return queryset.filter(self._condition)


class Hits:
    """What a list shows, cut into pages. Up to RANKED_AT_MOST the database sorts it; more is sorted by the index, or in
    the order of a column that has one, and words only by date.
    """

    def __init__(self, filters: OfferFilters) -> None:
        self._filters, self._bits = filters, filters.bits()
        self.number = self._bits.bit_count()

    def __len__(self) -> int:
        return self.number

    @property
    def is_ranked(self) -> bool:
        return self.number <= RANKED_AT_MOST

    def __getitem__(self, part: slice) -> list[Offer]:
        if self.is_ranked:
            mine = RawSQL("SELECT unnest(%s::int[])", [counting.keys_of(self._bits)])
            offers = list(self._filters.sort(cards.offers().filter(pk__in=mine))[part])
        elif self._filters.sorting in {"name", "termin"}:
            offers = list(self._filters.sort(cards.offers().filter(pk__in=self._filters.qs.values("pk")))[part])
        else:
            keys = list(islice(self._newest(), part.start or 0, part.stop))
            found = cards.offers().in_bulk(keys)
            offers = [found[key] for key in keys if key in found]
        return cards.completed(offers, self._filters.index)

    def _newest(self) -> Iterator[int]:
        held = self._bits.to_bytes((self._bits.bit_length() + 7) // 8 + 1, "little")
        return (key for key in self._filters.index.newest if key >> 3 < len(held) and held[key >> 3] & 1 << (key & 7))


class OrganisationFilters(SelectFilterSet):
    """The parameters of /akteure/."""

    q = WordsFilter(label=gettext_lazy("Name"), method="_by_name")
    art = SelectFilter(Facet("art", gettext_lazy("Art der Organisation"), "kind"))
    kommune = SelectFilter(Facet("kommune", gettext_lazy("Sitz in"), "municipality__slug"))

    def __init__(self, data: QueryDict | None, queryset: QuerySet[Organisation]) -> None:
        kinds = set(queryset.order_by().values_list("kind", flat=True).distinct())
        super().__init__(
            data,
            queryset,
            {
                "art": {value: label for value, label in Organisation.Kind.choices if value in kinds},
                "kommune": _labels(MUNICIPALITY),
            },
        )

    def _by_name(self, queryset: QuerySet[Organisation], name: str, value: str) -> QuerySet[Organisation]:
        names = Concat("name", Value(" "), "short_name", output_field=TextField())
        queryset = queryset.annotate(folded=Func(names, function="kiportal_fold", output_field=TextField()))
        for word in fold(value).split():
            queryset = queryset.filter(folded__contains=word)
        return queryset


class DateFilter(SelectFilter):
    """A facet of the offer to which a date belongs."""

    def filter(self, qs: Any, value: list[str]) -> Any:
        return qs.filter(offer__in=Offer.objects.filter(self.facet.condition(value))) if value else qs


class DateFilters(SelectFilterSet):
    """The parameters of /termine/."""

    kommune = DateFilter(MUNICIPALITY)
    thema = DateFilter(TOPIC)

    def __init__(self, data: QueryDict | None, queryset: OfferDateQuerySet) -> None:
        super().__init__(data, queryset, {facet.name: _labels(facet) for facet in (MUNICIPALITY, TOPIC)})


def _labels(facet: Facet) -> dict[str, str]:
    return {row.slug: str(row) for row in facet.rows()} if facet.rows else {}
