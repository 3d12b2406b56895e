"""What the pages of coverage ask for in their address: two dimensions, filters, how to show them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django_filters import Filter

from actors.models import Organisation
from offers import counting, coverage
from offers.counting import Index
from offers.coverage import DIMENSIONS, WITHOUT, Day, snapshots
from offers.coverage.sheet import Options
from offers.coverage.snapshots import FACETS as FACETS_HERE
from offers.lenient import KnownValuesField, OneValueSelect, SelectFilter, SelectFilterSet
from offers.models import CoverageSnapshot, Offer
from offers.vocabulary import FACETS, MUNICIPALITY, PROVIDER, Facet

PROVIDER_KIND = Facet(
    snapshots.PROVIDER_KIND, "Art des Trägers", "provider__kind", fixed=dict(Organisation.Kind.choices)
)
SHOWS = ("zeile", "spalte", "fleck", "sortierung", "weiss", "leer", "stand", "vergleich", "ansicht", "reichweite")
_FIRST, _FURTHER = ("zeile", "spalte", "stand", "vergleich"), ("fleck", "sortierung", "weiss", "leer")
# Of languages there are many that nobody asks for.
SPARSE = frozenset({"sprache"})
DEFINITIONS = {"keines": "gar kein Angebot gibt", "vor-ort": "kein Angebot vor Ort gibt"}
SORTINGS = {
    "liste": "wie in der Liste",
    "name": "Name",
    "flecken": "meiste weiße Flecken",
    "angebote": "meiste Angebote",
    "bedarfe": "meiste Bedarfe",
}
REACHES = {"": "Alle", "vor-ort": "Vor Ort", "kreisweit": "Im ganzen Kreis"}


class ChoiceFilter(Filter):
    """How something is shown: one of some fixed values, the first of which counts when none is chosen."""

    field_class = KnownValuesField

    def __init__(self, label: str, choices: Mapping[str, str]) -> None:
        super().__init__(label=label, widget=OneValueSelect, known=choices, choices=list(choices.items()))

    def filter(self, qs: Any, value: list[str]) -> Any:
        return qs


_AXES = {name: coverage.PLURALS[name] for name in DIMENSIONS}


class CoverageFilters(SelectFilterSet):
    """No value that stands in an address is an error: what is unknown is left out and named in `notices`."""

    zeile = ChoiceFilter("Zeilen", _AXES)
    spalte = ChoiceFilter("Spalten", _AXES)
    fleck = ChoiceFilter("Weißer Fleck ist, wo es", DEFINITIONS)
    sortierung = ChoiceFilter("Zeilen sortieren", SORTINGS)
    stand = ChoiceFilter("Zahlen von", {})
    vergleich = ChoiceFilter("Vergleichen mit", {})
    leer = ChoiceFilter(
        "Werte ohne Angebote und Bedarfe", {"": "nur bei Sprachen ausblenden", "aus": "ausblenden", "ein": "zeigen"}
    )
    weiss = ChoiceFilter("Zeigen", {"": "alles", "1": "nur weiße Flecken"})
    ansicht = ChoiceFilter("Ansicht", {"tabelle": "Tabelle", "flecken": "Liste"})
    reichweite = ChoiceFilter("Angebote", REACHES)
    kommune = SelectFilter(FACETS["kommune"])
    thema = SelectFilter(FACETS["thema"])
    zielgruppe = SelectFilter(FACETS["zielgruppe"])
    sprache = SelectFilter(FACETS["sprache"])
    art = SelectFilter(FACETS["art"])
    kosten = SelectFilter(FACETS["kosten"])
    ort = SelectFilter(FACETS["ort"])
    nur = SelectFilter(FACETS["nur"])
    traegerart = SelectFilter(PROVIDER_KIND)

    def __init__(self, data: QueryDict | None, *, index: Index | None = None, on: date | None = None) -> None:
        self.index = index or counting.current()
        self.on = on or timezone.localdate()
        self._kept: dict[tuple[str, ...], str] = {}
        data = QueryDict(mutable=True) if data is None else data.copy()
        self._unknown = [name for name in data if name not in {*SHOWS, *FACETS_HERE, PROVIDER_KIND.name, "seite"}]
        self.row, self.column, self._axis_notices = _axes(data)
        data["zeile"], data["spalte"] = self.row, self.column
        self.snapshots = _labelled(CoverageSnapshot.objects.values_list("taken_on", flat=True))
        vocabulary = self.index.vocabulary
        known: dict[str, dict[str, str]] = {
            name: {value: entry.label for value, entry in vocabulary[name].items()} for name in FACETS_HERE
        }
        for name in DIMENSIONS:
            known[name][WITHOUT] = "ohne Angabe"
        kinds = {value: str(label) for value, label in PROVIDER_KIND.fixed.items()}
        kept = {
            "stand": {"": "heute"} | self.snapshots,
            "vergleich": {"": "keinem früheren Stand"} | self.snapshots,
        }
        super().__init__(data, Offer.objects.none(), known | {PROVIDER_KIND.name: kinds} | kept)
        self.known = known | {PROVIDER_KIND.name: kinds}

    @property
    def form(self) -> Any:
        form: Any = super().form
        for name in SHOWS:
            form.fields[name].widget.choices = form.fields[name].choices
        return form

    @cached_property
    def notices(self) -> list[str]:
        unknown = [f"Den Filter „{name[:40]}“ gibt es hier nicht. Er wurde nicht beachtet." for name in self._unknown]
        return [*self._axis_notices, *unknown, *super().notices]

    # What was chosen

    def one(self, name: str) -> str:
        """The chosen value of what has one value."""
        return next(iter(self.chosen[name]), "")

    @property
    def narrowed(self) -> dict[str, list[str]]:
        """The values of every filter that is set."""
        return {name: self.chosen[name] for name in (*FACETS_HERE, PROVIDER_KIND.name) if self.chosen[name]}

    @property
    def others(self) -> dict[str, list[str]]:
        """Those that are not rows or columns."""
        return {name: values for name, values in self.narrowed.items() if name not in {self.row, self.column}}

    @property
    def options(self) -> Options:
        return Options(
            locally=self.one("fleck") == "vor-ort",
            only_gaps=bool(self.one("weiss")),
            sorting=self.one("sortierung") or "liste",
            without_empty=self._without_empty - set(self.narrowed),
            is_split=MUNICIPALITY.name in {self.row, self.column, *self.narrowed} or self.one("fleck") == "vor-ort",
        )

    @property
    def _without_empty(self) -> frozenset[str]:
        return {"aus": frozenset(DIMENSIONS), "ein": frozenset[str]()}.get(self.one("leer"), SPARSE)

    @property
    def kept_days(self) -> tuple[date | None, date | None]:
        """The day of the numbers (None: today) and the earlier one, in this order however they were chosen."""
        shown, other = (
            date.fromisoformat(self.one(name)) if self.one(name) else None for name in ("stand", "vergleich")
        )
        return (other, shown) if shown and other and other > shown else (shown, other)

    @property
    def named(self) -> list[tuple[str, str]]:
        """Every filter in words."""
        return [
            (str(self.filters[name].label), ", ".join(str(self.known[name][value]) for value in values))
            for name, values in self.narrowed.items()
        ]

    @property
    def chips(self) -> list[dict[str, Any]]:
        return [
            {"name": self.filters[name].label, "label": self.known[name][value], "url": self.toggled(name, value)}
            for name, values in self.narrowed.items()
            for value in values
        ]

    def within(self, **changes: str) -> str:
        """The query string of the offers behind a number: the filters, and the values of its row and column."""
        names = tuple(changes)
        if names not in self._kept:
            query = QueryDict(mutable=True)
            query["zeile"], query["spalte"] = self.row, self.column
            if self.one("stand"):
                query["stand"] = self.one("stand")
            for name, values in self.narrowed.items():
                if name not in changes:
                    query.setlist(name, values)
            self._kept[names] = query.urlencode()
        return f"?{self._kept[names]}&{urlencode(changes)}".rstrip("&")

    @cached_property
    def detail_url(self) -> str:
        return reverse("offers:coverage_detail")

    @property
    def plain(self) -> str:
        """The query string of the same table without filters."""
        query = QueryDict(mutable=True)
        query["zeile"], query["spalte"] = self.row, self.column
        return f"?{query.urlencode()}"

    @property
    def table(self) -> str:
        """The query string of the table in which a number stood."""
        query = QueryDict(mutable=True)
        query["zeile"], query["spalte"] = self.row, self.column
        for name, values in self.others.items():
            query.setlist(name, values)
        return f"?{query.urlencode()}"

    @property
    def first_fields(self) -> list[Any]:
        return [self.form[name] for name in _FIRST]

    @property
    def further_fields(self) -> list[Any]:
        return [self.form[name] for name in (*_FURTHER, *FACETS_HERE, PROVIDER_KIND.name)]

    @property
    def further_chosen(self) -> int:
        """How many of the further fields are not as they are at first."""
        usual = {"fleck": "keines", "sortierung": "liste", "weiss": "", "leer": ""}
        return len(self.narrowed) + sum(self.one(name) not in {"", value} for name, value in usual.items())

    # The offers

    def bits(self) -> int:
        """The public offers that the filters leave."""
        return self._base(self.index, self.narrowed)

    def bits_beside(self, day: Day) -> int:
        """Those of a day without the filters of rows and columns, which say which of these are shown."""
        return self._base(day, self.others)

    def _base(self, day: Day, narrowed: Mapping[str, Sequence[str]]) -> int:
        bits = day.visible(self.on)
        for name, values in narrowed.items():
            bits &= self._with(day, name, values)
        return bits

    def _with(self, day: Day, name: str, values: Sequence[str]) -> int:
        if name in DIMENSIONS:
            return coverage.within(day, name, values)
        if name == PROVIDER_KIND.name and day is self.index:
            providers = Organisation.objects.filter(kind__in=values).values_list("slug", flat=True)
            return day.with_values(PROVIDER.name, providers)
        return day.with_values(name, values)


def _axes(data: QueryDict) -> tuple[str, str, list[str]]:
    """Two different dimensions, and a sentence for what was not understood."""
    notices = []
    chosen = []
    for name, usual in (("zeile", "kommune"), ("spalte", "thema")):
        wanted = data.get(name) or usual
        if wanted not in DIMENSIONS:
            label = "Zeilen" if name == "zeile" else "Spalten"
            notices.append(f"Die Auswahl „{label}: {wanted[:60]}“ gibt es hier nicht. Sie wurde nicht beachtet.")
            wanted = usual
        chosen.append(wanted)
    row, column = chosen
    if row == column:
        column = next(name for name in DIMENSIONS if name != row)
        if data.get("spalte"):
            notices.append(
                f"Zeilen und Spalten zeigen Verschiedenes. Als Spalten stehen hier jetzt: {coverage.PLURALS[column]}."
            )
    return row, column, notices


def _labelled(days: Any) -> dict[str, str]:
    return {day.isoformat(): f"Stand vom {day:%d.%m.%Y}" for day in days}
