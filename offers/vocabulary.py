"""What a list of offers can be filtered by: URL parameters, their values, and what each means for a queryset.

Values that are rows (municipalities, topics, ...) come with their labels in one query. Check boxes need them, so does
telling a known value from an unknown one, and so does the search: it finds an offer by the name of its topic too.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Aggregate, BinaryField, F, JSONField, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actors.models import Language, Municipality, Organisation
from kiportal.common.text import fold
from offers.models import Offer, OfferType, Programme, TargetGroup, Topic
from offers.querysets import OfferQuerySet

type Label = str | Promise
type Rows = QuerySet[Any, Any]
type Columns = tuple[str | Value, ...]

# Stands for every municipality.
EVERYWHERE = "*"
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
        return self.translations.get(_language(), {}).get("name") or self.name


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

    def keys(self, offers: OfferQuerySet) -> Iterator[Rows]:
        """Querysets of (facet, value, the keys of these offers that have it)."""
        yield keys_by(offers, self.name, F(self.path))


class ManyFacet(Facet):
    """Offers may have several values; a subquery keeps each offer once."""

    def condition(self, values: Collection[str]) -> Q:
        return Q(pk__in=Offer.objects.filter(**{f"{self.path}__in": values}).values("pk"))


class MunicipalityFacet(ManyFacet):
    """An offer for the whole Kreis counts in every municipality."""

    def condition(self, values: Collection[str]) -> Q:
        return Q(is_countywide=True) | super().condition(values)

    def keys(self, offers: OfferQuerySet) -> Iterator[Rows]:
        """Those for the whole Kreis stand under EVERYWHERE alone."""
        yield keys_by(offers.filter(is_countywide=False), self.name, F(self.path))
        yield keys_by(offers.filter(is_countywide=True), self.name, Value(EVERYWHERE))


@dataclass(frozen=True)
class FlagFacet(Facet):
    """Fixed values, each with a condition of its own."""

    flags: Mapping[str, Q] = field(default_factory=dict)

    def condition(self, values: Collection[str]) -> Q:
        condition = Q()
        for value in values:
            condition |= self.flags[value]
        return condition

    def keys(self, offers: OfferQuerySet) -> Iterator[Rows]:
        for value, flag in self.flags.items():
            yield keys_by(offers.filter(flag), self.name, Value(value))


class PackedKeys(Aggregate):
    """The integers of a group in one value of bytes, four to each: a hundred thousand of them in a few milliseconds."""

    function = "string_agg"
    template = "string_agg(int4send(%(expressions)s::int4), ''::bytea %(order_by)s)"
    allow_order_by = True
    output_field = BinaryField()


def keys_by(offers: OfferQuerySet, name: str, value: F | Value | Cast) -> Rows:
    rows = offers.order_by().values(facet=Value(name), value=value)
    return rows.annotate(packed=PackedKeys("pk")).values_list("facet", "value", "packed")


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
    """All values of all facets. It is loaded with the index that counts them and stays as it is."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, Entry]] = {name: {} for name in FACETS}
        self._words: dict[str, Words] = {}
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

    @property
    def words(self) -> "Words":
        """The words of all labels, in German and in the language of the page."""
        language = _language()
        if language not in self._words:
            self._words[language] = Words(self)
        return self._words[language]


class Words:
    """Which labels hold a word; folded. Thousands of organisations are looked through in a moment.

    Not the language German: nearly every offer has it, whoever types "Deutsch" wants to learn it.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries: dict[str, list[Entry]] = {}
        for entry in entries:
            if (entry.facet, entry.value) != (LANGUAGE.name, settings.LANGUAGE_CODE):
                for word in set(re.findall(r"\w+", fold(f"{entry.name} {entry.also} {entry.label}"))):
                    self._entries.setdefault(word, []).append(entry)
        self._lines = "\n".join(self._entries)

    def with_word(self, word: str) -> list[Entry]:
        return self._entries.get(word, [])

    def with_word_like(self, pattern: str) -> Iterator[Entry]:
        """Labels with a word in which the pattern is found."""
        for found in re.finditer(rf"^.*(?:{pattern}).*$", self._lines, re.MULTILINE):
            yield from self._entries[found.group()]


def _language() -> str:
    return (get_language() or "de").partition("-")[0]
