"""Two people saved the same record: both texts side by side, nothing lost, saving again is one click (409)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.db import models
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.choices import flatten_choices
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kiportal.common.forms import LockedModelForm, StaleSave
from kiportal.common.models import Locked
from kiportal.common.richtext import RichTextFormField, to_text


@dataclass(frozen=True)
class Difference:
    label: str
    theirs: str
    mine: str


def conflict(
    request: HttpRequest,
    form: LockedModelForm,
    stale: StaleSave,
    *,
    back_url: str,
    rebuild: Callable[[QueryDict, Locked], LockedModelForm] | None = None,
    differences: Sequence[Difference] = (),
    template: str = "common/conflict.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Answer a StaleSave with the page from which one saves over the version that is stored now.

    `rebuild` makes the form again where its class needs more than data and instance; `differences` are what the form
    edits beside the columns of its model (dates, for example). A `template` of its own extends common/conflict.html.
    """
    theirs = stale.theirs
    assert isinstance(theirs, Locked)  # noqa: S101  (LockedModelForm is for Locked models only)
    data = request.POST.copy()
    data[form.add_prefix("lock_version")] = str(theirs.lock_version)
    again = rebuild(data, theirs) if rebuild else type(form)(data, instance=theirs, prefix=form.prefix)
    values = {
        **(context or {}),
        "form": again,
        "record": theirs,
        "differences": [*between(form, theirs), *differences],
        "back_url": back_url,
    }
    return render(request, template, values, status=409)


def between(form: LockedModelForm, theirs: models.Model) -> list[Difference]:
    """Return the fields in which what was typed differs from what is stored now, in the order of the form."""
    stored = model_to_dict(theirs, fields=list(form.fields))
    result = []
    for name, field in form.fields.items():
        if name in stored and name in form.cleaned_data:
            old, new = shown(field, stored[name]), shown(field, form.cleaned_data[name])
            if old != new:
                result.append(Difference(str(form[name].label), old, new))
    return result


def shown(field: forms.Field, value: Any) -> str:
    """Return the value as people read it, without markup."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        return ", ".join(sorted(str(row) for row in value))
    if isinstance(field, forms.ModelChoiceField):
        rows = cast("models.QuerySet[Any]", field.queryset).model._base_manager
        return str((value if isinstance(value, models.Model) else rows.filter(pk=value).first()) or "")
    if isinstance(field, forms.BooleanField):
        return _("ja") if value else _("nein")
    if value in (None, ""):
        return ""
    if isinstance(field, forms.ChoiceField):
        return str(dict(flatten_choices(cast("Any", field.choices))).get(value, value))
    if isinstance(field, RichTextFormField):
        return to_text(value)
    if isinstance(value, datetime):
        return date_format(value, "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    return str(value)
