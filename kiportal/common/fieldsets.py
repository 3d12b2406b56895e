"""How a form is divided: legends, rows, and parts that wait folded until somebody needs them."""

from collections.abc import Sequence
from typing import NamedTuple

from django.forms import BaseForm, BoundField
from django.utils.functional import Promise


class Folded(NamedTuple):
    """A fieldset that few people need. It stands open when something is filled in or wrong, and when the form names one
    of its fields in `unfolded`. Its rows may be alike (`is_compact`), see below.
    """

    legend: str | Promise
    names: Sequence[str | Sequence[str]]
    description: str | Promise = ""
    is_compact: bool = False


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
        return any(_shows_something(field) for row in self.rows for field in row)


def _shows_something(field: BoundField) -> bool:
    return bool(
        field.errors
        or field.value() not in (None, "", [], False)
        or field.name in getattr(field.form, "unfolded", frozenset())
    )


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
            folded = isinstance(fieldset, Folded)
            compact = isinstance(fieldset, Compact) or (isinstance(fieldset, Folded) and fieldset.is_compact)
            groups.append(FieldGroup(legend, description[0] if description else "", rows, folded, compact))
    if visible:
        groups.append(FieldGroup("", "", [[field] for field in visible.values()]))
    return groups
