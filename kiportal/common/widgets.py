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
    """A long list of check boxes; scripts add a field that narrows it while typing.

    What is chosen stands first. The rest is folded then, when it is long.
    """

    template_name = "django/forms/widgets/checkbox_filter.html"
    LONG = 8

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        groups = context["widget"]["optgroups"]
        chosen = [option for _label, options, _index in groups for option in options if option["selected"]]
        rest = [
            (label, left, index)
            for label, options, index in groups
            if (left := [option for option in options if not option["selected"]])
        ]
        number = sum(len(options) for _label, options, _index in rest)
        if chosen and number > self.LONG:
            context["widget"] |= {"chosen": [(None, chosen, 0)], "optgroups": rest, "number_left": number}
        return context


class SuggestInput(forms.TextInput):
    """A text field that suggests values, free for others. Several may share one list: one of them holds it."""

    template_name = "django/forms/widgets/suggest.html"

    def __init__(self, list_id: str, suggestions: Iterable[str] = (), attrs: dict[str, Any] | None = None) -> None:
        super().__init__((attrs or {}) | {"list": list_id, "autocomplete": "off"})
        self.suggestions = list(suggestions)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"suggestions": self.suggestions}
