"""Which paper on measures is wanted."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils import timezone

from concepts.models import FocusPeriod, MeasurePaper, WorkFocus
from kiportal.common.widgets import DateInput


class FocusChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, focus: Any) -> str:
        return f"{focus} ({focus.period})"


class PaperForm(forms.Form):
    """A Sachstand or a report needs a period, a Schwerpunktpapier a focus. Other pages have buttons that send it."""

    kind = forms.ChoiceField(label="Papier", choices=MeasurePaper.Kind.choices, widget=forms.RadioSelect)
    period = forms.ModelChoiceField(
        label="Schwerpunktperiode",
        queryset=FocusPeriod.objects.all(),
        required=False,
        empty_label="– keine –",
        help_text="Für Sachstand und Fortschrittsbericht.",
    )
    focus = FocusChoiceField(
        label="Schwerpunkt",
        queryset=WorkFocus.objects.select_related("period").order_by("-period__starts_on", "sort_order", "pk"),
        required=False,
        empty_label="– keiner –",
        help_text="Für das Schwerpunktpapier.",
    )
    committee = forms.CharField(
        label="Gremium", max_length=160, required=False, help_text="Nur für den Sachstand, zum Beispiel: Kreistag"
    )
    meets_on = forms.DateField(label="Sitzung am", widget=DateInput(), required=False)

    fieldsets = [("", ["kind", ("period", "focus"), ("committee", "meets_on")])]
    mark_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        current = FocusPeriod.objects.current(today).first()
        self.fields["period"].initial = current
        self.fields["kind"].initial = MeasurePaper.Kind.STATUS if current else MeasurePaper.Kind.POOL

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        needs_period = cleaned.get("kind") in {MeasurePaper.Kind.STATUS, MeasurePaper.Kind.REPORT}
        if needs_period and not cleaned.get("period") and "period" not in self.errors:
            self.add_error("period", "Bitte wählen Sie, zu welcher Periode.")
        if cleaned.get("kind") == MeasurePaper.Kind.FOCUS and not cleaned.get("focus") and "focus" not in self.errors:
            self.add_error("focus", "Bitte wählen Sie, zu welchem Schwerpunkt.")
        return cleaned

    @property
    def of_period(self) -> FocusPeriod | None:
        """The period on which the paper is."""
        kind, cleaned = self.cleaned_data["kind"], self.cleaned_data
        if kind == MeasurePaper.Kind.FOCUS:
            return cast("WorkFocus", cleaned["focus"]).period
        is_of_period = kind in {MeasurePaper.Kind.STATUS, MeasurePaper.Kind.REPORT}
        return cast("FocusPeriod", cleaned["period"]) if is_of_period else None

    @property
    def meeting(self) -> tuple[str, date | None]:
        return self.cleaned_data["committee"], cast("date | None", self.cleaned_data["meets_on"])
