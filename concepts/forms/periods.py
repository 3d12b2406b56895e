"""Forms of focus periods: when, why, what for, and their end."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

from django import forms
from django.utils import timezone

from concepts.forms.concepts import not_in_future
from concepts.forms.measures import area_field
from concepts.lifecycle import POOL, RUN_ON
from concepts.models import ConceptVersion, FocusPeriod, Measure, PeriodRule, Selection, WorkFocus
from kiportal.common.forms import LockedModelForm, ReasonForm
from kiportal.common.widgets import DateInput


class FocusPeriodForm(LockedModelForm):
    """Without an end the usual one is taken (`PeriodRule`). Another length is allowed, `unusual` says what is usual."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)

    fieldsets = [("Die Periode", ["title", ("starts_on", "ends_on"), "reason", "version"])]

    class Meta:
        model = FocusPeriod
        fields = ["title", "starts_on", "ends_on", "reason", "version"]
        widgets = {"starts_on": DateInput(), "ends_on": DateInput(), "reason": forms.Textarea(attrs={"rows": 5})}
        help_texts = {"title": "Zum Beispiel: Arbeitsschwerpunkte 2027 bis 2028"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].required = False
        self.fields["ends_on"].help_text = "Bleibt das Feld leer, gilt die übliche Dauer."
        version = cast("forms.ModelChoiceField[ConceptVersion]", self.fields["version"])
        version.queryset = ConceptVersion.objects.select_related("concept").order_by("concept__title", "-number")
        version.empty_label = "– keine –"
        version.label_from_instance = lambda obj: f"{obj.concept}, Fassung {obj.number}"  # type: ignore[method-assign]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and not ends_on and "ends_on" not in self.errors:
            rule = PeriodRule.objects.on(starts_on)
            if rule is None:
                self.add_error("ends_on", "Bitte geben Sie das Ende an: Es ist keine übliche Dauer hinterlegt.")
            else:
                cleaned["ends_on"] = rule.end_of(starts_on)
        return cleaned

    def save(self, commit: bool = True) -> FocusPeriod:
        if self.instance.pk is None and (key := self.cleaned_data["key"]):
            self.instance.key = key
        return cast("FocusPeriod", super().save(commit))


def unusual(period: FocusPeriod) -> str:
    """A sentence where the period is not as long as usual, else ""."""
    rule = PeriodRule.objects.on(period.starts_on)
    if rule is None or rule.end_of(period.starts_on) == (period.planned_end or period.ends_on):
        return ""
    length = "zwei Jahre" if rule.months == 24 else f"{rule.months} Monate"
    return (
        f"Üblich sind {length}, das wäre bis zum {rule.end_of(period.starts_on):%d.%m.%Y} ({rule.source}). "
        "Eine andere Dauer ist möglich."
    )


class WorkFocusForm(LockedModelForm):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)
    action_area = area_field()

    fieldsets = [
        ("Der Schwerpunkt", ["title", "action_area"]),
        ("Worum es geht", [("topic", "target_group")], "Wählen Sie entweder ein Thema oder eine Zielgruppe."),
        ("Warum", ["reason", "decision_note"]),
    ]

    class Meta:
        model = WorkFocus
        fields = ["title", "action_area", "topic", "target_group", "reason", "decision_note"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("topic", "target_group"):
            cast("forms.ModelChoiceField[Any]", self.fields[name]).empty_label = "– keines –"

    def save(self, commit: bool = True) -> WorkFocus:
        if self.instance.pk is None:
            if key := self.cleaned_data["key"]:
                self.instance.key = key
            last = self.instance.period.focuses.order_by("-sort_order").first()
            self.instance.sort_order = last.sort_order + 1 if last else 0
        return cast("WorkFocus", super().save(commit))


class DecideForm(ReasonForm):
    decided_by = forms.CharField(label="Beschlossen von", max_length=160, help_text="Zum Beispiel: Kreistag")
    decided_on = forms.DateField(label="Beschlossen am", widget=DateInput())
    paper_number = forms.CharField(label="Nummer der Sitzungsvorlage", max_length=60, required=False)
    decision_url = forms.URLField(
        label="Beschluss im Ratsinformationssystem", required=False, help_text="Adresse, beginnt mit https://"
    )

    field_order = ["decided_by", "decided_on", "paper_number", "decision_url", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "Notiz für den Verlauf"

    def clean_decided_on(self) -> date | None:
        return not_in_future(self.cleaned_data["decided_on"])

    def clean_decision_url(self) -> str:
        url: str = self.cleaned_data["decision_url"]
        if url and urlsplit(url).scheme not in {"http", "https"}:
            raise forms.ValidationError("Bitte geben Sie eine Adresse an, die mit https:// beginnt.")
        return url


class EndForm(forms.Form):
    """What was reached, and for each measure that is not done where it goes; early, whether the other days are free."""

    summary = forms.CharField(
        label="Was wurde erreicht?",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=3000,
        help_text="Einige Sätze für die öffentliche Seite und den Bericht. Keine Namen von Personen.",
        error_messages={"required": "Bitte sagen Sie in einigen Sätzen, was erreicht wurde."},
    )

    mark_optional = False

    def __init__(
        self, *args: Any, period: FocusPeriod, rest: Sequence[Selection], focuses: Sequence[WorkFocus], **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"summary": period.summary} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.rest = rest
        if period.has_days_left(timezone.localdate()):
            self.fields["shorten"] = forms.BooleanField(
                label=f"Die Periode endet heute, nicht erst am {period.ends_on:%d.%m.%Y}",
                help_text="Dann kann die nächste morgen beginnen. Ohne Haken bleiben die Tage bis dahin vergeben.",
                required=False,
                initial=True,
            )
        for selection in rest:
            self.fields[self.name_of(selection)] = forms.ChoiceField(
                label=f"{selection.measure} ({selection.measure.get_status_display()})",
                choices=_ways(selection.measure, focuses),
                initial=_usual_way(selection, focuses),
                error_messages={"invalid_choice": "Das ist inzwischen anders. Bitte wählen Sie noch einmal."},
            )
        legend = "Was wird aus den offenen Maßnahmen?"
        self.fieldsets = [
            ("Ergebnis", ["summary"]),
            ("Letzter Tag", ["shorten"]),
            (legend, [self.name_of(selection) for selection in rest], "Keine geht verloren."),
        ]

    @staticmethod
    def name_of(selection: Selection) -> str:
        return f"rest_{selection.measure_id}"

    def ways(self) -> dict[int, str]:
        return {each.measure_id: self.cleaned_data[self.name_of(each)] for each in self.rest}


def _ways(measure: Measure, focuses: Sequence[WorkFocus]) -> list[tuple[str, str]]:
    """What is chosen for another period already goes on there: taking it out is a step of its own."""
    further = [(str(focus.pk), f"weiter in „{focus}“ ({focus.period})") for focus in focuses]
    if _chosen(measure, focuses):
        return further
    ways = [(POOL, "zurück ins Arbeitspapier (zurückgestellt)")]
    if measure.status == Measure.Status.RUNNING:
        ways.append((RUN_ON, "läuft ohne Periode weiter"))
    return [*ways, *further]


def _chosen(measure: Measure, focuses: Sequence[WorkFocus]) -> WorkFocus | None:
    keys = {each.focus_id for each in measure.selections.all()}
    return next((focus for focus in focuses if focus.pk in keys), None)


def _usual_way(selection: Selection, focuses: Sequence[WorkFocus]) -> str:
    """Where the measure is chosen already, or on in the focus of the next period with the same subject."""
    if chosen := _chosen(selection.measure, focuses):
        return str(chosen.pk)
    own = selection.focus
    for focus in focuses:
        if (focus.topic_id, focus.target_group_id) == (own.topic_id, own.target_group_id):
            return str(focus.pk)
    return RUN_ON if selection.measure.status == Measure.Status.RUNNING else POOL
