"""Which paper on measures is wanted."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils import timezone

from concepts.models import FocusPeriod, MeasurePaper
from kiportal.common.widgets import DateInput


class PaperForm(forms.Form):
    """A Sachstand or a report needs a period; the Arbeitspapier is ordered from the list of measures, too."""

    kind = forms.ChoiceField(label="Papier", choices=MeasurePaper.Kind.choices, widget=forms.RadioSelect)
    period = forms.ModelChoiceField(
        label="Schwerpunktperiode",
        queryset=FocusPeriod.objects.all(),
        required=False,
        empty_label="– keine –",
        help_text="Für Sachstand und Zweijahresbericht.",
    )
    committee = forms.CharField(
        label="Gremium", max_length=160, required=False, help_text="Nur für den Sachstand, zum Beispiel: Kreistag"
    )
    meets_on = forms.DateField(label="Sitzung am", widget=DateInput(), required=False)

    fieldsets = [("", ["kind", "period", ("committee", "meets_on")])]
    mark_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        current = FocusPeriod.objects.visible_to_public().on(today).first()
        self.fields["period"].initial = current
        self.fields["kind"].initial = MeasurePaper.Kind.STATUS if current else MeasurePaper.Kind.POOL

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        needs_period = cleaned.get("kind") in {MeasurePaper.Kind.STATUS, MeasurePaper.Kind.REPORT}
        if needs_period and not cleaned.get("period") and "period" not in self.errors:
            self.add_error("period", "Bitte wählen Sie, zu welcher Periode.")
        return cleaned

    @property
    def meeting(self) -> tuple[str, date | None]:
        return self.cleaned_data["committee"], cast("date | None", self.cleaned_data["meets_on"])
