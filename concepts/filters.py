"""Filters of the measures. The queryset that comes in is never widened; an unknown value is left out."""

from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from actors.models import Municipality
from concepts.areas import NONE, Areas
from concepts.models import FocusPeriod, Measure, MeasureStep
from kiportal.common.views.conflicts import shown
from offers.models import TargetGroup

WITHOUT = "ohne"


class FilterForm(forms.Form):
    mark_optional = False


class MeasureFilters(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Nummer oder Wort", method="search")
    handlungsfeld = django_filters.ChoiceFilter(
        label="Handlungsfeld",
        choices=lambda: [*Areas.known().choices(), (WITHOUT, NONE)],
        empty_label="alle",
        method="in_area",
    )
    stand = django_filters.ChoiceFilter(
        label="Stand", field_name="status", choices=Measure.Status.choices, empty_label="alle"
    )
    periode = django_filters.ModelChoiceFilter(
        label="Schwerpunktperiode",
        queryset=FocusPeriod.objects.all(),
        field_name="selections__period",
        empty_label="alle",
    )
    zielgruppe = django_filters.ModelChoiceFilter(
        label="Zielgruppe",
        field_name="target_groups",
        queryset=TargetGroup.objects.all(),
        to_field_name="slug",
        empty_label="alle",
    )
    kommune = django_filters.ModelChoiceFilter(
        label="Kommune",
        queryset=Municipality.objects.all(),
        to_field_name="slug",
        empty_label="alle",
        method="in_municipality",
    )
    abgegeben = django_filters.BooleanFilter(
        label="nur an andere Stellen abgegebene", widget=forms.CheckboxInput, method="only_delegated"
    )
    ueberfaellig = django_filters.BooleanFilter(
        label="nur mit überfälligem Schritt", widget=forms.CheckboxInput, method="only_overdue"
    )

    class Meta:
        model = Measure
        fields: list[str] = []
        form = FilterForm

    @property
    def is_active(self) -> bool:
        if not self.is_bound:
            return False
        self.form.is_valid()  # an unknown value is left out
        return any(self.form.cleaned_data.values())

    @property
    def named(self) -> list[tuple[str, str]]:
        """(label, value) of what is asked for, as people read it."""
        if not self.is_active:
            return []
        found = []
        for name, value in self.form.cleaned_data.items():
            field = self.form.fields[name]
            if value:
                words = "ja" if value is True else shown(field, value)
                found.append((str(field.label), words))
        return found

    def search(self, measures: Any, name: str, value: str) -> QuerySet[Measure]:
        """Every word stands in the title, a text or the name of who carries it out; a number is the measure's own."""
        if value.isdecimal() and len(value) < 7:
            return measures.filter(number=int(value))
        for word in value.split():
            places = Q()
            for column in ("title", "goal", "description", "lead_office", "lead_organisation__name", "delegated_to"):
                places |= Q(**{f"{column}__icontains": word})
            measures = measures.filter(places)
        return measures

    def in_area(self, measures: Any, name: str, value: str) -> QuerySet[Measure]:
        return measures.filter(action_area=None if value == WITHOUT else UUID(value))

    def in_municipality(self, measures: Any, name: str, value: Municipality) -> QuerySet[Measure]:
        """Those that name it, and those for the whole Kreis."""
        return measures.filter(Q(municipalities=value) | Q(municipalities=None)).distinct()

    def only_delegated(self, measures: Any, name: str, value: bool) -> QuerySet[Measure]:
        return measures.exclude(delegated_to="") if value else measures

    def only_overdue(self, measures: Any, name: str, value: bool) -> QuerySet[Measure]:
        late = MeasureStep.objects.overdue(timezone.localdate()).filter(measure=OuterRef("pk")).order_by()
        return measures.filter(Exists(late)) if value else measures
