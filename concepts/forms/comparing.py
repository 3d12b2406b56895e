"""Which two versions are compared: a GET form, so that a comparison has an address."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concepts.models import ConceptVersion


class CompareForm(forms.Form):
    """`alt` and `neu` are numbers of versions; without them the newest one is read against the one in force."""

    alt = forms.TypedChoiceField(label=gettext_lazy("Ältere Fassung"), coerce=int)
    neu = forms.TypedChoiceField(label=gettext_lazy("Neuere Fassung"), coerce=int)
    mark_optional = False

    def __init__(self, query: Mapping[str, Any], versions: Sequence[ConceptVersion]) -> None:
        self.versions = {version.number: version for version in versions}
        newest = str(query.get("neu") or max(self.versions))
        super().__init__({"alt": query.get("alt") or self._usual_old(newest), "neu": newest})
        refused = _("Diese Fassung gibt es hier nicht. Bitte wählen Sie eine aus der Liste.")
        for name in ("alt", "neu"):
            field = cast("forms.TypedChoiceField", self.fields[name])
            field.choices = [(number, _name(self.versions[number])) for number in sorted(self.versions, reverse=True)]
            field.error_messages["invalid_choice"] = refused

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("alt") is not None and cleaned.get("alt") == cleaned.get("neu"):
            self.add_error("neu", _("Bitte wählen Sie zwei verschiedene Fassungen."))
        return cleaned

    @property
    def pair(self) -> tuple[ConceptVersion, ConceptVersion]:
        """Of a valid form, the older one first, however they were chosen."""
        old, new = sorted((self.cleaned_data["alt"], self.cleaned_data["neu"]))
        return self.versions[old], self.versions[new]

    def _usual_old(self, newest: str) -> int:
        """Of the versions before it that in force, else the newest."""
        others = [version for version in self.versions.values() if str(version.number) != newest]
        older = [version for version in others if newest.isdecimal() and version.number < int(newest)] or others
        in_force = [version for version in older if version.status == ConceptVersion.Status.ADOPTED]
        return max(version.number for version in in_force or older)


def _name(version: ConceptVersion) -> str:
    if version.is_draft:
        return _("Fassung {number} (Entwurf)").format(number=version.number)
    day = date_format(version.as_of, "SHORT_DATE_FORMAT") if version.as_of else ""
    return _("Fassung {number}, Stand {day}").format(number=version.number, day=day)
