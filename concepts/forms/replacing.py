"""Search and replace: the search is a GET form, so that it has an address; the hits come back as check boxes."""

import re
from collections import defaultdict
from typing import Any

from django import forms
from django.http import QueryDict

from concepts import replacing

_CHOSEN = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,6})")


class SearchForm(forms.Form):
    """`wort` as it is typed, spaces too."""

    wort = forms.CharField(
        label="Suchen nach", max_length=200, strip=False, error_messages={"required": "Bitte geben Sie ein Wort ein."}
    )
    ganz = forms.BooleanField(label="Nur ganze Wörter", required=False)
    genau = forms.BooleanField(label="Groß- und Kleinschreibung beachten", required=False)
    mark_optional = False

    def clean_wort(self) -> str:
        word: str = self.cleaned_data["wort"]
        if not word.strip():
            raise forms.ValidationError("Bitte geben Sie ein Wort ein.")
        return word

    @property
    def pattern(self) -> re.Pattern[str]:
        values = self.cleaned_data
        return replacing.pattern(values["wort"], whole=values["ganz"], exact=values["genau"])


class ReplaceForm(forms.Form):
    """`stelle` names hits: pk and lock_version of the section, number of the hit there."""

    neu = forms.CharField(
        label="Ersetzen durch",
        max_length=200,
        required=False,
        strip=False,
        help_text="Bleibt das Feld leer, werden die Fundstellen gelöscht.",
    )
    mark_optional = False

    def clean_neu(self) -> str:
        return re.sub(r"[\x00-\x1f\x7f]+", " ", self.cleaned_data["neu"])

    @property
    def places(self) -> list[str]:
        return self.data.getlist("stelle") if isinstance(self.data, QueryDict) else []

    @property
    def chosen(self) -> dict[tuple[int, int], set[int]]:
        chosen: dict[tuple[int, int], set[int]] = defaultdict(set)
        for place in self.places:
            if match := _CHOSEN.fullmatch(place):
                pk, lock, number = map(int, match.groups())
                chosen[pk, lock].add(number)
        return chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.chosen:
            raise forms.ValidationError("Bitte wählen Sie mindestens eine Fundstelle.")
        return cleaned
