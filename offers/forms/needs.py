"""Needs as staff write them down, and where they belong in the tables of coverage."""

from typing import Any
from uuid import uuid4

from django import forms

from kiportal.common.forms import LockedModelForm
from offers.forms.staff import name_empty_choices
from offers.models import Need


class NeedAssignForm(LockedModelForm):
    """Where, about what, for whom, in which language: what coverage counts a need by."""

    fieldsets: list[tuple[Any, ...]] = [
        ("Dazu gehört der Bedarf", [("municipality", "topic"), ("target_group", "language")])
    ]

    class Meta:
        model = Need
        fields = ["municipality", "topic", "target_group", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_empty_choices(self)


class NeedRecordForm(NeedAssignForm):
    """What staff hear in a meeting or on the phone. `key` makes sending twice store one need."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    fieldsets = [
        ("Der Bedarf", ["text"], "Bitte keine Namen und nichts über einzelne Menschen."),
        *NeedAssignForm.fieldsets,
    ]

    class Meta(NeedAssignForm.Meta):
        fields = ["text", *NeedAssignForm.Meta.fields]
        labels = {"text": "Was fehlt?"}
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid4
