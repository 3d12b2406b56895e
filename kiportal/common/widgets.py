"""Widgets that Django lacks: native date and time fields, check lists for many options."""

from typing import Any

from django import forms


class DateInput(forms.DateInput):
    """The browser's own date field; browsers want ISO dates whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class CheckboxColumns(forms.CheckboxSelectMultiple):
    """Check boxes in columns, for six and more short options."""

    template_name = "django/forms/widgets/checkbox_columns.html"


class CheckboxFilter(forms.CheckboxSelectMultiple):
    """A long list of check boxes; scripts add a field that narrows it while typing."""

    template_name = "django/forms/widgets/checkbox_filter.html"
