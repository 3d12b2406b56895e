"""When to look at a record again, and why."""

from typing import Any

from django import forms
from django.utils import timezone

from kiportal.common.models import FollowUp
from kiportal.common.widgets import DateInput
from offers.forms.decisions import PersonField


class FollowUpForm(forms.ModelForm):
    for_user = PersonField(label="Für", required=False, empty_label="alle im Zentrum")

    mark_optional = False

    class Meta:
        model = FollowUp
        fields = ["due_on", "note", "for_user"]
        widgets = {"due_on": DateInput}

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise forms.ValidationError("Dieser Tag ist vorbei. Bitte wählen Sie heute oder einen späteren Tag.")
        return day
