"""What somebody typed beside what is stored now, for a save that came too late (DESIGN: rule 4)."""

from typing import Any

from django import forms
from django.db import models

from kiportal.common.richtext import PlainTextFormField, to_text
from kiportal.common.views.conflicts import Difference, shown


def differences(form: forms.BaseForm) -> list[Difference]:
    """Compare what a form was sent with, field by field, with what it would show if it were opened now."""
    result = []
    for name in form.changed_data:
        field = form.fields[name]
        if not field.widget.is_hidden:
            stored, typed = form.get_initial_for_field(field, name), form.cleaned_data.get(name)
            result.append(Difference(str(form[name].label), _in_words(field, stored), _in_words(field, typed)))
    return result


def _in_words(field: forms.Field, value: Any) -> str:
    if isinstance(field, PlainTextFormField):
        return to_text(value or "")
    if isinstance(field, forms.ModelMultipleChoiceField):
        keys = [row.pk if isinstance(row, models.Model) else row for row in value or ()]
        value = field.queryset.filter(pk__in=keys) if field.queryset is not None else ()
    return shown(field, value)
