"""Filters of a Kommune's list. The queryset that comes in is the Kommune's and never widened."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db import models
from django.db.models import F, QuerySet

from actors.models import Language, Organisation
from kiportal.common.fieldsets import Folded
from offers import local, search
from offers.models import Offer, TargetGroup, Topic
from offers.querysets import OfferQuerySet


class Area(models.TextChoices):
    HERE = "hier", "nur hier"
    COUNTY = "kreisweit", "im ganzen Kreis"


class Order(models.TextChoices):
    NAME = "name", "Name"
    OLDEST = "bestaetigt", "am längsten nicht bestätigt"
    NEWEST = "neu", "zuletzt gemeldet"


_ORDERS: dict[str, tuple[Any, ...]] = {
    Order.NAME: ("sort_key", "pk"),
    Order.OLDEST: (F("last_confirmed_on").asc(nulls_last=True), "sort_key", "pk"),
    Order.NEWEST: (F("submitted_at").desc(nulls_last=True), "-pk"),
}


class LocalFilterForm(forms.Form):
    """What is asked for most stands open; the rest opens when something of it is chosen."""

    mark_optional = False
    fieldsets = [
        ("", ["q", "thema", "sortierung"]),
        Folded("Weitere Filter", ["zielgruppe", "sprache", "art", "traeger", "gebiet", "veraltet"]),
    ]


def _choice(label: str, **options: Any) -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(label=label, to_field_name="slug", empty_label="alle", **options)


class LocalOfferFilters(django_filters.FilterSet):
    """`stand` is chosen by the tabs above the list and kept by the form."""

    q = django_filters.CharFilter(label="Titel, Text oder Träger", method="search")
    stand = django_filters.ChoiceFilter(field_name="state", choices=local.State.choices, widget=forms.HiddenInput)
    thema = _choice("Thema", field_name="topics", queryset=Topic.objects.all())
    zielgruppe = _choice("Zielgruppe", field_name="target_groups", queryset=TargetGroup.objects.all())
    sprache = _choice("Sprache", field_name="languages", queryset=Language.objects.all())
    art = django_filters.ChoiceFilter(
        label="Angebot oder Projekt", field_name="kind", choices=Offer.Kind.choices, empty_label="alle"
    )
    traeger = _choice("Träger", field_name="provider", queryset=Organisation.objects.none())
    gebiet = django_filters.ChoiceFilter(label="Gebiet", choices=Area.choices, empty_label="alle", method="in_area")
    veraltet = django_filters.BooleanFilter(
        label="nur lange nicht bestätigte", widget=forms.CheckboxInput, method="only_stale"
    )
    sortierung = django_filters.ChoiceFilter(
        label="Sortierung", choices=Order.choices, empty_label=None, method="leave_order"
    )

    class Meta:
        model = Offer
        fields: list[str] = []
        form = LocalFilterForm

    def __init__(self, data: Any, offers: OfferQuerySet, *, today: date, months: int) -> None:
        super().__init__(data, offers)
        self.today, self.months = today, months
        # Who offers something here; others are no business of this list.
        self.filters["traeger"].queryset = Organisation.objects.filter(
            pk__in=offers.order_by().values("provider")
        ).order_by("sort_key")

    @property
    def is_active(self) -> bool:
        """Whether the form leaves something out; the order leaves nothing out, and the state has its tabs."""
        return any(self._chosen(name) for name in self.filters if name not in {"sortierung", "stand"})

    def _chosen(self, name: str) -> Any:
        """What is chosen; an unknown value is none."""
        return (self.is_bound and not self.errors.get(name) and self.form.cleaned_data.get(name)) or ""

    @property
    def ordered(self) -> QuerySet[Offer]:
        return self.qs.order_by(*_ORDERS[self._chosen("sortierung") or Order.NAME])

    @property
    def state(self) -> str:
        return self._chosen("stand")

    def in_every_state(self) -> QuerySet[Offer]:
        """The same choice without the state, for the numbers on the tabs."""
        data = self.data.copy() if self.is_bound else None
        if data is not None:
            data.pop("stand", None)
        return LocalOfferFilters(data, self.queryset, today=self.today, months=self.months).qs

    def search(self, offers: Any, name: str, value: str) -> QuerySet[Offer]:
        """Every word stands somewhere in title, short text, address or the name of the organisation."""
        for word in value.split():
            offers = offers.filter(search.contains(word))
        return offers

    def in_area(self, offers: Any, name: str, value: str) -> QuerySet[Offer]:
        return offers.filter(is_countywide=value == Area.COUNTY)

    def only_stale(self, offers: Any, name: str, value: bool) -> QuerySet[Offer]:
        return local.stale(offers, self.today, self.months) if value else offers

    def leave_order(self, offers: Any, name: str, value: str) -> QuerySet[Offer]:
        """`ordered` comes last."""
        return offers
