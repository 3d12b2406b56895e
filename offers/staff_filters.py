"""Filters of the staff's lists. The queryset that comes in is never widened; an unknown value is left out."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from actors.models import Municipality, Organisation
from kiportal.common.fieldsets import Folded
from kiportal.common.models import Centre, User
from kiportal.common.text import sort_key
from kiportal.common.widgets import CheckboxColumns
from offers import search
from offers.models import Offer, Topic
from offers.models.imports import Table
from offers.querysets import known_to_staff
from offers.review import queue

STATUSES = [
    choice for choice in Offer.Status.choices if choice[0] not in {Offer.Status.DRAFT, Offer.Status.UNCONFIRMED}
]


class FilterForm(forms.Form):
    mark_optional = False


class QueueFilterForm(FilterForm):
    """Filters of the review queue, which joins three models and is no queryset."""

    art = forms.ChoiceField(label="Art", required=False, choices=[("", "alle"), *queue.Kind.choices])
    kommune = forms.ModelChoiceField(
        label="Kommune",
        required=False,
        queryset=Municipality.objects.all(),
        to_field_name="slug",
        empty_label="alle",
    )
    thema = forms.ModelChoiceField(
        label="Thema", required=False, queryset=Topic.objects.all(), to_field_name="slug", empty_label="alle"
    )
    anlass = forms.ChoiceField(
        label="Anlass",
        required=False,
        choices=[("", "alle"), *((mark.value, mark.label) for mark in queue.Mark if mark != queue.Mark.TWIN)],
    )
    alter = forms.TypedChoiceField(
        label="Wartet",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", "gleich wie lange"),
            ("3", "3 Tage und länger"),
            ("7", "7 Tage und länger"),
            ("14", "14 Tage und länger"),
        ],
    )
    zustaendig = forms.ChoiceField(
        label="Zuständig", required=False, choices=[("", "alle"), ("meine", "ich"), ("frei", "niemand")]
    )

    def filters(self, user: User) -> queue.Filters:
        """What is asked for; an unknown value is left out."""
        self.is_valid()
        chosen = self.cleaned_data
        return queue.Filters(
            kind=chosen.get("art", ""),
            municipality=chosen.get("kommune"),
            topic=chosen.get("thema"),
            mark=chosen.get("anlass", ""),
            older_than=chosen.get("alter") or 0,
            assignee=user if chosen.get("zustaendig") == "meine" else None,
            only_free=chosen.get("zustaendig") == "frei",
        )


class StaffOfferFilters(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Titel, Text oder Organisation", method="search")
    status = django_filters.ChoiceFilter(label="Stand", choices=STATUSES, empty_label="alle")
    kommune = django_filters.ModelChoiceFilter(
        label="Kommune",
        queryset=Municipality.objects.all(),
        to_field_name="slug",
        empty_label="alle",
        method="in_municipality",
    )
    thema = django_filters.ModelChoiceFilter(
        label="Thema", field_name="topics", queryset=Topic.objects.all(), to_field_name="slug", empty_label="alle"
    )
    traeger = django_filters.ModelChoiceFilter(
        label="Träger",
        field_name="provider",
        queryset=known_to_staff(Organisation.objects.all()),
        to_field_name="slug",
        empty_label="alle",
    )
    veraltet = django_filters.BooleanFilter(
        label="nur lange nicht bestätigte", widget=forms.CheckboxInput, method="only_stale"
    )

    class Meta:
        model = Offer
        fields: list[str] = []
        form = FilterForm

    @property
    def is_active(self) -> bool:
        return self.is_bound and any(self.form.cleaned_data.values())

    def search(self, offers: Any, name: str, value: str) -> QuerySet[Offer]:
        """Every word stands somewhere in title, short text, address or the name of the organisation."""
        for word in value.split():
            offers = offers.filter(search.contains(word))
        return offers

    def in_municipality(self, offers: Any, name: str, value: Municipality) -> QuerySet[Offer]:
        return offers.in_municipality(value)

    def only_stale(self, offers: Any, name: str, value: bool) -> QuerySet[Offer]:
        if not value:
            return offers
        return offers.due_for_confirmation(timezone.localdate(), Centre.objects.current().freshness_months)


class StaffOrganisationFilters(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Name", method="search")
    stand = django_filters.ChoiceFilter(
        label="Stand", field_name="status", choices=Organisation.Status.choices, empty_label="alle"
    )

    class Meta:
        model = Organisation
        fields: list[str] = []
        form = FilterForm

    @property
    def is_active(self) -> bool:
        return self.is_bound and any(self.form.cleaned_data.values())

    def search(self, organisations: Any, name: str, value: str) -> QuerySet[Organisation]:
        """Every word stands in the name; ä and a, ß and ss are the same."""
        for word in value.split():
            organisations = organisations.filter(Q(name__icontains=word) | Q(sort_key__contains=sort_key(word)))
        return organisations


class SurveyFilterForm(FilterForm):
    fieldsets = [
        ("", [("q", "eintraege")]),
        Folded("Art der Organisation", ["art"]),
        Folded("Kommune", ["kommune"]),
        Folded("Thema", ["thema"]),
    ]


class SurveyCandidateFilters(StaffOrganisationFilters):
    """Whom a Bestandsaufnahme could ask. Place and topic: the seat or where they offer something, and what.

    Several kinds, places or topics widen what is found, the filters among each other narrow it.
    """

    art = django_filters.MultipleChoiceFilter(
        label="Eine oder mehrere Arten", field_name="kind", choices=Organisation.Kind.choices, widget=CheckboxColumns
    )
    kommune = django_filters.ModelMultipleChoiceFilter(
        label="Sitz oder Angebote in",
        queryset=Municipality.objects.all(),
        to_field_name="slug",
        method="in_municipalities",
        widget=CheckboxColumns,
    )
    thema = django_filters.ModelMultipleChoiceFilter(
        label="Angebote zum Thema",
        queryset=Topic.objects.all(),
        to_field_name="slug",
        method="with_topics",
        widget=CheckboxColumns,
    )
    eintraege = django_filters.ChoiceFilter(
        label="Einträge",
        choices=[("mit", "mit veröffentlichten Angeboten"), ("ohne", "ohne Angebote")],
        empty_label="alle",
        method="with_entries",
    )
    stand = None

    class Meta(StaffOrganisationFilters.Meta):
        form = SurveyFilterForm

    def in_municipalities(self, organisations: Any, name: str, value: QuerySet[Municipality]) -> QuerySet[Organisation]:
        if not value:
            return organisations
        there = Offer.objects.filter(status=Offer.Status.PUBLISHED).filter(
            Q(is_countywide=True) | Q(municipalities__in=value)
        )
        return organisations.filter(Q(municipality__in=value) | Q(pk__in=there.values("provider")))

    def with_topics(self, organisations: Any, name: str, value: QuerySet[Topic]) -> QuerySet[Organisation]:
        if not value:
            return organisations
        about = Offer.objects.filter(status=Offer.Status.PUBLISHED, topics__in=value)
        return organisations.filter(pk__in=about.values("provider"))

    def with_entries(self, organisations: Any, name: str, value: str) -> QuerySet[Organisation]:
        published = Offer.objects.filter(status=Offer.Status.PUBLISHED).values("provider")
        return organisations.filter(pk__in=published) if value == "mit" else organisations.exclude(pk__in=published)


def listed(kind: str, query: str) -> QuerySet[Any]:
    """The keys of what a list of the workspace shows for its query string; exports take them."""
    asked = QueryDict(query)
    filters: django_filters.FilterSet
    if kind == Table.OFFERS:
        filters = StaffOfferFilters(asked or None, Offer.objects.for_staff())
    else:
        filters = StaffOrganisationFilters(asked or None, known_to_staff(Organisation.objects.all()))
    return filters.qs.order_by().values("pk")
