"""What a Wegweiser is about, and how it is arranged."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from actors.models import Language, Municipality
from offers.models import Brochure, Topic


class GroupingForm(forms.Form):
    """The filters travel beside it, as the list names them."""

    mark_optional = False

    gliederung = forms.ChoiceField(
        label=_("Wie soll der Wegweiser gegliedert sein?"),
        choices=Brochure.Grouping.choices,
        initial=Brochure.Grouping.MUNICIPALITY,
        required=False,
        widget=forms.RadioSelect,
    )

    def clean_gliederung(self) -> str:
        return self.cleaned_data["gliederung"] or Brochure.Grouping.MUNICIPALITY


def _one_of(rows: Any, label: str) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(label=label, queryset=rows, to_field_name="slug", required=False, empty_label="alle")


class StaffBrochureForm(GroupingForm):
    kommune = _one_of(Municipality.objects.all(), "Kommune")
    thema = _one_of(Topic.objects.all(), "Thema")
    sprache = _one_of(Language.objects.all(), "Sprache")

    fieldsets = [("Auswahl", [("kommune", "thema", "sprache"), "gliederung"])]

    def query(self) -> QueryDict:
        """The choice as filters of the list."""
        query = QueryDict(mutable=True)
        for name in ("kommune", "thema", "sprache"):
            if row := self.cleaned_data[name]:
                query[name] = row.slug
        return query
