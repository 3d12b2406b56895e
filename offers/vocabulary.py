"""What a list of offers can be filtered by: URL parameters, their values, and what each means for a queryset.

Values that are rows (municipalities, topics, ...) come with their labels in one query. Check boxes need them, so does
telling a known value from an unknown one, and so does the search: it finds an offer by the name of its topic too.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, F, IntegerField, JSONField, Q, QuerySet, Subquery, Value
from django.utils.functional import Promise, cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actors.models import Language, Municipality, Organisation
from kiportal.common.text import fold
from offers.models import Offer, OfferType, Programme, TargetGroup, Topic
from offers.querysets import OfferQuerySet

type Label = str | Promise
type Rows = QuerySet[Any, Any]
type Columns = tuple[str | Value, ...]

# Where a row holds `translations, also, order, sort_key` of its Entry.
_NONE = Value({}, output_field=JSONField())
BY_ORDER: Columns = ("translations", Value(""), "sort_order", Value(""))
BY_NAME: Columns = (_NONE, Value(""), Value(0), "sort_key")
BY_NAMES: Columns = (_NONE, "short_name", Value(0), "sort_key")


class Entry(NamedTuple):
    """A value of a filter. `also` holds further words that find it, `order` its place in the list."""

    facet: str
    value: str
    name: str
    translations: Mapping[str, Mapping[str, str]]
    also: str
    order: int
    sort_key: str

    @property
    def label(self) -> str:
        language = (get_language() or "de").partition("-")[0]
        return self.translations.get(language, {}).get("name") or self.name


@dataclass(frozen=True)
class Facet:
    """One URL parameter. Within it values are alternatives; `path` leads from an offer to the value.

    `fixed` holds the labels of values that are no rows, `also` further words by which the search finds these.
    """

    name: str
    label: Label
    path: str = ""
    rows: Callable[[], Rows] | None = None
    columns: Columns = BY_ORDER
    fixed: Mapping[str, Label] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)

    def condition(self, values: Collection[str]) -> Q:
        return Q(**{f"{self.path}__in": values})

    def tallies(self, offers: OfferQuerySet) -> Iterator[Rows]:
        """Querysets of (facet, value, number) whose sums are the number of these offers with each value."""
        yield _tally(offers, self.name, F(self.path))


class ManyFacet(Facet):
    """Offers may have several values; a subquery keeps each offer once."""

    def condition(self, values: Collection[str]) -> Q:
        return Q(pk__in=Offer.objects.filter(**{f"{self.path}__in": values}).values("pk"))


class MunicipalityFacet(ManyFacet):
    """An offer for the whole Kreis counts in every municipality."""

    def condition(self, values: Collection[str]) -> Q:
        return Q(is_countywide=True) | super().condition(values)

    def tallies(self, offers: OfferQuerySet) -> Iterator[Rows]:
        yield _tally(offers.filter(is_countywide=False), self.name, F(self.path))
        everywhere = _tally(offers.filter(is_countywide=True), self.name, Value("")).values("number")
        yield Municipality.objects.order_by().values_list(
            Value(self.name), F("slug"), Subquery(everywhere, output_field=IntegerField())
        )


@dataclass(frozen=True)
class FlagFacet(Facet):
    """Fixed values, each with a condition of its own."""

    flags: Mapping[str, Q] = field(default_factory=dict)

    def condition(self, values: Collection[str]) -> Q:
        condition = Q()
        for value in values:
            condition |= self.flags[value]
        return condition

    def tallies(self, offers: OfferQuerySet) -> Iterator[Rows]:
        for value, flag in self.flags.items():
            yield _tally(offers.filter(flag), self.name, Value(value))


def _tally(offers: OfferQuerySet, facet: str, value: F | Value) -> Rows:
    rows = offers.order_by().values(facet=Value(facet), value=value)
    return rows.annotate(number=Count("pk")).values_list("facet", "value", "number")


MUNICIPALITY = MunicipalityFacet("kommune", _("Kommune"), "municipalities__slug", Municipality.objects.all, BY_NAME)
TOPIC = ManyFacet("thema", _("Thema"), "topics__slug", Topic.objects.all)
LANGUAGE = ManyFacet("sprache", _("Sprache"), "languages__slug", Language.objects.all)
PROVIDER = Facet("traeger", _("Träger"), "provider__slug", Organisation.objects.visible_to_public, BY_NAMES)
# In the order in which the page shows them.
FACETS: Mapping[str, Facet] = {
    facet.name: facet
    for facet in (
        MUNICIPALITY,
        TOPIC,
        ManyFacet("zielgruppe", _("Für wen"), "target_groups__slug", TargetGroup.objects.all),
        LANGUAGE,
        Facet("art", _("Art des Angebots"), "offer_type__slug", OfferType.objects.all),
        Facet(
            "kosten",
            _("Kosten"),
            "cost_kind",
            fixed=dict(Offer.CostKind.choices),
            # What people say for it; the texts of an offer rarely do, its costs are a field of their own.
            also={Offer.CostKind.FREE: "kostenlos gratis umsonst"},
        ),
        FlagFacet(
            "ort",
            _("Ort"),
            fixed={"vor-ort": _("vor Ort"), "online": _("online"), "aufsuchend": _("bei Ihnen (aufsuchend)")},
            flags={"vor-ort": Q(is_on_site=True), "online": Q(is_online=True), "aufsuchend": Q(is_outreach=True)},
        ),
        FlagFacet(
            "nur",
            _("Projekte"),
            fixed={"projekte": _("nur Projekte zum Nachmachen")},
            flags={"projekte": Q(kind=Offer.Kind.PROJECT)},
        ),
        Facet("programm", _("Programm"), "programme__slug", Programme.objects.all),
        PROVIDER,
    )
}


class Vocabulary:
    """All values of all facets, loaded once a request."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, Entry]] = {name: {} for name in FACETS}
        for name, facet in FACETS.items():
            for order, (value, label) in enumerate(facet.fixed.items()):
                self._entries[name][value] = Entry(name, value, str(label), {}, facet.also.get(value, ""), order, "")
        branches = [
            facet.rows().order_by().values_list(Value(name), "slug", "name", *facet.columns)
            for name, facet in FACETS.items()
            if facet.rows
        ]
        found = [Entry(*row) for row in branches[0].union(*branches[1:], all=True).order_by()]
        for entry in sorted(found, key=lambda entry: (entry.order, entry.sort_key)):
            self._entries[entry.facet][entry.value] = entry

    def __getitem__(self, facet: str) -> dict[str, Entry]:
        """The values of a facet in the order of its list."""
        return self._entries[facet]

    def __iter__(self) -> Iterator[Entry]:
        for entries in self._entries.values():
            yield from entries.values()

    @cached_property
    def words(self) -> list[tuple[Entry, list[str]]]:
        """Each value with the folded words of its label, in German and in the language of the page.

        Not the language German: nearly every offer has it, whoever types "Deutsch" wants to learn it.
        """
        return [
            (entry, re.findall(r"\w+", fold(f"{entry.name} {entry.also} {entry.label}")))
            for entry in self
            if (entry.facet, entry.value) != (LANGUAGE.name, settings.LANGUAGE_CODE)
        ]
