"""Filters that read an address as people and their bookmarks leave it: what is unknown is left out and named.

Common to the lists of offers, organisations and dates and to the table of coverage.
"""

from collections.abc import Container, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django_filters import Filter, FilterSet

from offers import search
from offers.vocabulary import Facet


class KnownValuesField(forms.MultipleChoiceField):
    """Keeps the known values, each once, and remembers the others. `known` stands in for the choices of a select."""

    unknown: tuple[str, ...] = ()

    def __init__(self, *, known: Container[str] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = known

    def valid_value(self, value: str) -> bool:
        return value in self.known if self.known is not None else super().valid_value(value)

    def clean(self, value: Any) -> list[str]:
        given = [text for text in dict.fromkeys(self.to_python(value)) if text]
        self.unknown = tuple(text for text in given if not self.valid_value(text))
        return [text for text in given if self.valid_value(text)]


class WordsField(forms.CharField):
    """Anything may be typed; what the database cannot hold is taken for a space."""

    def clean(self, value: Any) -> str:
        return " ".join(str(value or "").replace("\x00", " ").split())[: search.MAX_LENGTH]


class WordsFilter(Filter):
    field_class = WordsField


class FacetFilter(Filter):
    field_class = KnownValuesField

    def __init__(self, facet: Facet) -> None:
        super().__init__(label=facet.label)
        self.facet = facet

    def filter(self, qs: Any, value: list[str]) -> Any:
        return qs.filter(self.facet.condition(value)) if value else qs


class LenientFilterSet(FilterSet):
    """Common to all lists: notices for what was not understood, addresses of the same list with other filters."""

    def __init__(
        self, data: QueryDict | None, queryset: QuerySet[Any], choices: Mapping[str, Mapping[str, Any]]
    ) -> None:
        super().__init__(QueryDict() if data is None else data, queryset)
        for name, values in choices.items():
            self.filters[name].extra["known"] = values
            if "widget" in self.filters[name].extra:
                self.filters[name].extra["choices"] = list(values.items())

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """The cleaned value of every parameter."""
        self.form.is_valid()
        return self.form.cleaned_data

    @cached_property
    def notices(self) -> list[str]:
        """A sentence for every value that was left out."""
        self.chosen  # noqa: B018  (reading it checks the values)
        return [
            _("Den Filter „%(filter)s: %(value)s“ gibt es hier nicht. Er wurde nicht beachtet.")
            % {"filter": field.label or name, "value": value[:60]}
            for name, field in self.form.fields.items()
            for value in getattr(field, "unknown", ())
        ]

    def without(self, *names: str) -> Any:
        """The queryset as it would be if these filters were not set."""
        queryset = self.queryset.all()
        for name, filter_ in self.filters.items():
            if name not in names:
                queryset = filter_.filter(queryset, self.chosen[name])
        return queryset

    @property
    def qs(self) -> Any:
        return self.without()

    def query(self, **changes: Any) -> str:
        """The query string of this list ("?thema=schule", or "?" alone), with some parameters set anew."""
        query = QueryDict(mutable=True)
        for name, value in (self.chosen | changes).items():
            query.setlist(name, [text for text in ([value] if isinstance(value, str) else value) if text])
        return f"?{query.urlencode()}"

    @property
    def own_query(self) -> str:
        """What stands behind the address of a file of this list: "?thema=schule", or nothing."""
        query = self.query(**{name: [] for name in self.chosen if name == "sortierung"})
        return "" if query == "?" else query

    def toggled(self, name: str, value: str) -> str:
        """The query string with one value put in or, if it is there, taken out."""
        values = self.chosen[name]
        return self.query(**{name: [v for v in values if v != value] if value in values else [*values, value]})


class OneValueSelect(forms.Select):
    """A select for a parameter that an address may repeat; it shows the first value."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return data.getlist(name)


class FilterForm(forms.Form):
    """All its fields are optional, so none is marked."""

    mark_optional = False


class SelectFilter(FacetFilter):
    """A facet of a short form: one select instead of check boxes."""

    def __init__(self, facet: Facet) -> None:
        super().__init__(facet)
        self.extra["widget"] = OneValueSelect


class SelectFilterSet(LenientFilterSet):
    """A list with a short form above it."""

    class Meta:
        form = FilterForm

    @property
    def form(self) -> forms.Form:
        form = super().form
        for field in form.fields.values():
            if isinstance(field.widget, OneValueSelect):
                field.widget.choices = [("", _("alle")), *field.choices]
        return form

    @property
    def is_active(self) -> bool:
        return any(self.chosen.values())

    @property
    def labels(self) -> list[str]:
        """What is chosen, in words."""
        known = {name: filter_.extra.get("known", {}) for name, filter_ in self.filters.items()}
        return [str(known[name][value]) for name, values in self.chosen.items() if known[name] for value in values]
