"""Widgets that Django lacks: native date and time fields, check lists for many options."""

from collections.abc import Iterable
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


class SuggestInput(forms.TextInput):
    """A text field that suggests values, free for others. Several may share one list: one of them holds it."""

    template_name = "django/forms/widgets/suggest.html"

    def __init__(self, list_id: str, suggestions: Iterable[str] = (), attrs: dict[str, Any] | None = None) -> None:
        super().__init__((attrs or {}) | {"list": list_id, "autocomplete": "off"})
        self.suggestions = list(suggestions)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"suggestions": self.suggestions}
