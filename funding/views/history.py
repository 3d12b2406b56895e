"""Every change of the room's records, newest first, as the triggers wrote it: what, by whom, from what to what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.apps import apps
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from pghistory.models import Events

from funding.calculation import words
from funding.models import Assignment, Drawdown, FundingRate, UseOfFundsReport
from funding.permissions import MANAGE
from funding.views.access import tabs
from kiportal.common.models import User

PAGE_LENGTH = 40
VERBS = {"insert": "angelegt", "update": "geändert", "delete": "gelöscht"}
# Columns that say nothing to people.
SILENT = {"id", "key", "uuid", "lock_version", "created_at", "updated_at", "figures", "reminded_days"}

MONEY = {"amount", "value"}
# What a record is part of, where its own name does not say it.
PARENTS: dict[type[models.Model], str] = {
    Assignment: "position",
    Drawdown: "grant",
    FundingRate: "programme",
    UseOfFundsReport: "grant",
}
type Related = dict[tuple[type[models.Model], int], str]


@dataclass(frozen=True)
class Change:
    when: datetime
    by: str
    what: str
    belongs_to: str
    verb: str
    fields: list[tuple[str, str, str]]


@require_safe
@permission_required(MANAGE, raise_exception=True)
def change_list(request: HttpRequest) -> HttpResponse:
    tracked = [model for model in apps.get_app_config("funding").get_models() if hasattr(model, "pgh_event_model")]
    # The events are models themselves and name what they track.
    events = Events.objects.across(*(model.pgh_event_model for model in tracked)).order_by(
        "-pgh_created_at", "-pgh_slug"
    )
    page = Paginator(events, PAGE_LENGTH).get_page(request.GET.get("seite"))
    shown = list(page.object_list)
    people = {user.pk: user.get_full_name() for user in User.objects.filter(pk__in={_user(event) for event in shown})}
    related = _related(shown)
    context = {
        "changes": [_change(event, people, related) for event in shown],
        "page_obj": page,
        "tabs": tabs(request, "change_list"),
    }
    return render(request, "funding/change_list.html", context)


def _user(event: Any) -> int:
    return int((event.pgh_context or {}).get("user") or 0)


def _related(events: list[Any]) -> Related:
    """The records that those of the events belong to, or belonged to: a query a kind, however many events."""
    keys: dict[Any, set[int]] = {}
    for event in events:
        for field in _relations(apps.get_model(event.pgh_obj_model)):
            column = field.attname
            given = (event.pgh_data.get(column), *(event.pgh_diff or {}).get(column, ()))
            keys.setdefault(field.related_model, set()).update(int(value) for value in given if value)
    return {
        (model, record.pk): str(record)
        for model, wanted in keys.items()
        for record in model._default_manager.filter(pk__in=wanted)
    }


def _relations(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.is_relation]


def _change(event: Any, people: dict[int, str], related: Related) -> Change:
    model = apps.get_model(event.pgh_obj_model)
    data = event.pgh_data
    name, kind = _name(model, data), str(model._meta.verbose_name)
    parent = PARENTS.get(model)
    return Change(
        when=event.pgh_created_at,
        by=people.get(_user(event), "automatisch"),
        what=f"{kind} „{name}“" if name else kind,
        belongs_to=_named(model._meta.get_field(parent), data.get(f"{parent}_id"), related) if parent else "",
        verb=VERBS.get(event.pgh_label, event.pgh_label),
        fields=list(_fields(model, event, related)),
    )


def _name(model: type[models.Model], data: dict[str, Any]) -> str:
    """What people call the record, as far as its own columns say it."""
    for column in ("title", "name", "notice_number", "role", "kind", "ends_on", "requested_on", "year"):
        if data.get(column):
            field: Any = model._meta.get_field(column)
            return _shown(field, data[column])
    return ""


def _fields(model: type[models.Model], event: Any, related: Related) -> Iterator[tuple[str, str, str]]:
    """(label, before, after) of each column that was changed."""
    for column, (old, new) in (event.pgh_diff or {}).items():
        name = column.removesuffix("_id")
        if name not in SILENT:
            field: Any = model._meta.get_field(name)
            if field.is_relation:
                yield str(field.verbose_name), _named(field, old, related), _named(field, new, related)
            else:
                yield str(field.verbose_name), _shown(field, old), _shown(field, new)


def _named(field: Any, key: Any, related: Related) -> str:
    """What the record is called today; one that is gone has no name any more."""
    return "–" if key is None else related.get((field.related_model, int(key)), "gelöschter Eintrag")


def _shown(field: models.Field, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateTimeField):
        return f"{timezone.localtime(datetime.fromisoformat(str(value))):%d.%m.%Y, %H:%M} Uhr"
    if isinstance(field, models.DateField):
        return f"{date.fromisoformat(str(value)):%d.%m.%Y}"
    if isinstance(field, models.DecimalField):
        try:
            return (words.money if field.name in MONEY else words.fte)(Decimal(str(value)))
        except InvalidOperation:
            return str(value)
    return str(value)
