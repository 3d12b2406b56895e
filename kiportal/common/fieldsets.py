"""How a form is divided: legends, rows, and parts that wait folded until somebody needs them."""

from collections.abc import Sequence
from typing import NamedTuple

from django.forms import BaseForm, BoundField
from django.utils.functional import Promise


class Folded(NamedTuple):
    """A fieldset that few people need. It stands open when something is filled in or wrong, and when the form names one
    of its fields in `unfolded`. Its rows may be alike (`is_compact`), see below. One that `follows` the one before it
    is out of sight until that one stands open.
    """

    legend: str | Promise
    names: Sequence[str | Sequence[str]]
    description: str | Promise = ""
    is_compact: bool = False
    follows: bool = False


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
    follows: bool = False
    is_needed: bool = False

    @property
    def is_open(self) -> bool:
        """A later one that stands open keeps those before it open, too."""
        return self.is_needed or any(_shows_something(field) for row in self.rows for field in row)


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
        legend, names, *description = fieldset[:3]
        rows = []
        for name in names:
            row = [name] if isinstance(name, str) else name
            if fields := [visible.pop(part) for part in row if part in visible]:
                rows.append(fields)
        if rows:
            folded = isinstance(fieldset, Folded)
            compact = isinstance(fieldset, Compact) or (isinstance(fieldset, Folded) and fieldset.is_compact)
            follows = isinstance(fieldset, Folded) and fieldset.follows
            groups.append(FieldGroup(legend, description[0] if description else "", rows, folded, compact, follows))
    for number in range(len(groups) - 1, 0, -1):
        if groups[number].follows and groups[number].is_open:
            groups[number - 1] = groups[number - 1]._replace(is_needed=True)
    if visible:
        groups.append(FieldGroup("", "", [[field] for field in visible.values()]))
    return groups
