"""Forms of a measure: what it is, how far it is, what it comes to."""

from datetime import date
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.db import IntegrityError, transaction
from django.utils import timezone

from actors.models import Organisation
from concepts import lifecycle
from concepts.areas import Areas
from concepts.forms.concepts import not_in_future
from concepts.models import IndicatorValue, Measure, ProgressNote, WorkFocus
from kiportal.common.fieldsets import Folded
from kiportal.common.forms import LockedModelForm, ReasonForm
from kiportal.common.widgets import CheckboxFilter, DateInput


def area_field(*, empty: str = "– ohne Handlungsfeld –") -> forms.TypedChoiceField:
    """A Handlungsfeld by its uuid, called as the version in force calls it."""
    return forms.TypedChoiceField(
        label="Handlungsfeld",
        required=False,
        coerce=UUID,
        empty_value=None,
        choices=lambda: [("", empty), *Areas.known().choices()],
    )


class MeasureForm(LockedModelForm):
    """`key` makes one measure of a form that is sent twice: it becomes the measure's uuid."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)
    action_area = area_field()

    fieldsets = [
        ("Die Maßnahme", ["title", "action_area", ("origin", "origin_note")]),
        ("Warum und wozu", ["situation", "goal", "description"]),
        ("Für wen und wo", ["target_groups", "municipalities"]),
        ("Wer", ["lead_office", "lead_organisation", "partners", "other_partners"]),
        Folded(
            "An eine andere Stelle abgegeben",
            ["delegated_to", "delegated_contact"],
            "Die Maßnahme bleibt im Arbeitspapier. Sie kann laufen, ohne dass sie hier ausgewählt wird.",
        ),
        ("Wann und womit", [("starts_on", "ends_on"), ("cost_amount", "funding_note")]),
        ("Wer sie sieht", ["is_public", "internal_note"]),
    ]

    class Meta:
        model = Measure
        fields = [
            *("title", "action_area", "origin", "origin_note", "situation", "goal", "description"),
            *("target_groups", "municipalities", "lead_office", "lead_organisation", "partners", "other_partners"),
            *("delegated_to", "delegated_contact", "starts_on", "ends_on", "cost_amount", "funding_note"),
            *("is_public", "internal_note"),
        ]
        localized_fields = ("cost_amount",)
        widgets = {
            "situation": forms.Textarea(attrs={"rows": 4}),
            "goal": forms.Textarea(attrs={"rows": 3}),
            "description": forms.Textarea(attrs={"rows": 6}),
            "internal_note": forms.Textarea(attrs={"rows": 3}),
            "target_groups": CheckboxFilter,
            "municipalities": CheckboxFilter,
            "partners": CheckboxFilter,
            "starts_on": DateInput(),
            "ends_on": DateInput(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = Organisation.objects.visible_to_public().order_by("sort_key")
        lead = cast("forms.ModelChoiceField[Organisation]", self.fields["lead_organisation"])
        lead.queryset, lead.empty_label = published, "– keine –"
        cast("forms.ModelChoiceField[Organisation]", self.fields["partners"]).queryset = published

    def save(self, commit: bool = True) -> Measure:
        if self.instance.pk is not None:
            return cast("Measure", super().save(commit))
        if key := self.cleaned_data["key"]:
            self.instance.uuid = key
        try:
            with transaction.atomic():
                lifecycle.add_measure(self.instance)
                self.save_m2m()
        except IntegrityError:
            return Measure.objects.get(uuid=key)
        return self.instance

    def save_m2m(self) -> None:
        self._save_m2m()  # type: ignore[attr-defined]


class SelectForm(ReasonForm):
    """For which focus of an open period a measure is chosen."""

    focus = forms.ModelChoiceField(
        label="Arbeitsschwerpunkt",
        queryset=WorkFocus.objects.exclude(period__status="ended")
        .select_related("period")
        .order_by("period__starts_on", "sort_order", "pk"),
        empty_label="– bitte wählen –",
        error_messages={"required": "Bitte wählen Sie einen Schwerpunkt."},
    )

    field_order = ["focus", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[WorkFocus]", self.fields["focus"]).label_from_instance = (  # type: ignore[method-assign]
            lambda obj: f"{obj} ({obj.period})"
        )
        self.fields["reason"].label = "Notiz für den Verlauf"


class NoteForm(ReasonForm):
    """A step that asks for nothing; what is noted stands in the Verlauf."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.fields["reason"].required:
            self.fields["reason"].label = "Notiz für den Verlauf"


class ProgressNoteForm(LockedModelForm):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)

    class Meta:
        model = ProgressNote
        fields = ["reported_on", "text", "is_public"]
        widgets = {"reported_on": DateInput(), "text": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.fields["reported_on"].initial = timezone.localdate

    def clean_reported_on(self) -> date | None:
        return not_in_future(self.cleaned_data["reported_on"])


class CountForm(forms.ModelForm):
    """What was counted on a day."""

    class Meta:
        model = IndicatorValue
        fields = ["counted_on", "value"]
        localized_fields = ("value",)
        widgets = {"counted_on": DateInput()}

    mark_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["counted_on"].initial = timezone.localdate

    def clean_counted_on(self) -> date | None:
        return not_in_future(self.cleaned_data["counted_on"])
