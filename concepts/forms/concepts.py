"""Forms of a concept and its versions."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils import timezone

from concepts import changes
from concepts.models import Concept, ConceptVersion
from kiportal.common.forms import LockedModelForm, ReasonForm
from kiportal.common.widgets import DateInput


class ConceptForm(LockedModelForm):
    class Meta:
        model = Concept
        fields = ["title", "kind", "summary"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 3})}


class VersionForm(LockedModelForm):
    """What stands on the cover of a draft."""

    class Meta:
        model = ConceptVersion
        fields = ["title", "subtitle", "as_of", "changes_note", "shows_measures"]
        widgets = {"as_of": DateInput(), "changes_note": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "as_of": "Steht auf dem Deckblatt und auf jeder Seite. "
            "Lassen Sie das Feld leer, wenn Sie den Tag erst beim Abschließen festlegen."
        }

    def clean_as_of(self) -> date | None:
        return not_in_future(self.cleaned_data["as_of"])

    def _lock(self) -> None:
        changes.locked_draft(self.instance.pk)
        super()._lock()


class FreezeForm(forms.Form):
    """The Stand, and one tick when there are hints that the authors may leave as they are."""

    as_of = forms.DateField(
        label="Stand (Datum)",
        widget=DateInput(),
        help_text="Steht auf dem Deckblatt und auf jeder Seite. Der Tag darf in der Vergangenheit liegen.",
    )
    seen = forms.BooleanField(
        label="Ich habe die Hinweise gelesen. Die Fassung soll so bleiben.",
        error_messages={"required": "Bitte bestätigen Sie, dass Sie die Hinweise gelesen haben."},
    )

    def __init__(self, *args: Any, version: ConceptVersion, has_hints: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {"as_of": version.as_of or timezone.localdate()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        if not has_hints:
            del self.fields["seen"]

    def clean_as_of(self) -> date | None:
        return not_in_future(self.cleaned_data["as_of"])


class ForwardForm(ReasonForm):
    committee = forms.CharField(label="Gremium", max_length=160, help_text="Zum Beispiel: Kreistag, Ausschuss für …")
    meets_on = forms.DateField(label="Sitzung am", widget=DateInput(), required=False)
    paper_number = forms.CharField(label="Nummer der Sitzungsvorlage", max_length=60, required=False)

    field_order = ["committee", "meets_on", "paper_number", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "Notiz für den Verlauf"


class AdoptForm(ReasonForm):
    adopted_by = forms.CharField(label="Beschlossen von", max_length=160)
    adopted_on = forms.DateField(label="Beschlossen am", widget=DateInput())
    paper_number = forms.CharField(label="Nummer der Sitzungsvorlage", max_length=60, required=False)
    decision_url = forms.URLField(
        label="Beschluss im Ratsinformationssystem", required=False, help_text="Adresse, beginnt mit https://"
    )

    field_order = ["adopted_by", "adopted_on", "paper_number", "decision_url", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "Notiz für den Verlauf"

    def clean_adopted_on(self) -> date | None:
        return not_in_future(self.cleaned_data["adopted_on"])

    def clean_decision_url(self) -> str:
        return web_address(self.cleaned_data["decision_url"])


def web_address(url: str) -> str:
    if url and urlsplit(url).scheme not in {"http", "https"}:
        raise forms.ValidationError("Bitte geben Sie eine Adresse an, die mit https:// beginnt.")
    return url


def not_in_future(day: date | None) -> date | None:
    if day and day > timezone.localdate():
        raise forms.ValidationError("Das Datum liegt in der Zukunft. Bitte wählen Sie heute oder einen früheren Tag.")
    return day
