"""How a form is divided: legends, rows, and parts that wait folded until somebody needs them."""

from collections.abc import Sequence
from typing import NamedTuple

from django.forms import BaseForm, BoundField
from django.utils.functional import Promise


class Folded(NamedTuple):
    """A fieldset that few people need. It stands open when something is filled in or wrong."""

    legend: str | Promise
    names: Sequence[str | Sequence[str]]
    description: str | Promise = ""


class Compact(NamedTuple):
    """A fieldset of rows alike, shown as a table where there is room: the first label of a row names it."""

    legend: str | Promise
    names: Sequence[str | Sequence[str]]
    description: str | Promise = ""


class FieldGroup(NamedTuple):
    legend: str | Promise
    description: str | Promise
    rows: list[list[BoundField]]
    is_folded: bool = False
    is_compact: bool = False

    @property
    def is_open(self) -> bool:
        return any(field.errors or field.value() not in (None, "", [], False) for row in self.rows for field in row)


def field_groups(form: BaseForm) -> list[FieldGroup]:
    """The visible fields as the form's `fieldsets` order them; fields it does not name come last."""
    visible = {field.name: field for field in form.visible_fields()}
    groups = []
    for fieldset in getattr(form, "fieldsets", ()):
        legend, names, *description = fieldset
        rows = []
        for name in names:
            row = [name] if isinstance(name, str) else name
            if fields := [visible.pop(part) for part in row if part in visible]:
                rows.append(fields)
        if rows:
            folded, compact = isinstance(fieldset, Folded), isinstance(fieldset, Compact)
            groups.append(FieldGroup(legend, description[0] if description else "", rows, folded, compact))
    if visible:
        groups.append(FieldGroup("", "", [[field] for field in visible.values()]))
    return groups
