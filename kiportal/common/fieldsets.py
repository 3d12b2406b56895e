"""How a form is divided: legends, rows, and parts that wait folded until somebody needs them."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

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


class Part(NamedTuple):
    """A part of a long form over something that is there already: folded under its label and a line of what is stored.

    A form names them in `parts` instead of `fieldsets`, says in `told(slug)` what is stored, and may say in
    `opened_part` which one stands open; `slug` is what an address names it by.
    """

    slug: str
    label: str | Promise
    fieldsets: Sequence[Any]


class FieldGroup(NamedTuple):
    legend: str | Promise
    description: str | Promise
    rows: list[list[BoundField]]
    is_folded: bool = False
    is_compact: bool = False
    follows: bool = False
    is_needed: bool = False

    @property
    def fields(self) -> list[BoundField]:
        return [field for row in self.rows for field in row]

    @property
    def is_open(self) -> bool:
        """A later one that stands open keeps those before it open, too."""
        return self.is_needed or any(_shows_something(field) for field in self.fields)


def _shows_something(field: BoundField) -> bool:
    return bool(
        field.errors
        or field.value() not in (None, "", [], False)
        or field.name in getattr(field.form, "unfolded", frozenset())
    )


class FormPart(NamedTuple):
    slug: str
    label: str | Promise
    told: str
    groups: list[FieldGroup]
    is_open: bool


def field_groups(form: BaseForm) -> list[FieldGroup]:
    """The visible fields as the form's `fieldsets` order them; fields it does not name come last."""
    visible = {field.name: field for field in form.visible_fields()}
    groups = _groups(getattr(form, "fieldsets", ()), visible)
    if visible:
        groups.append(FieldGroup("", "", [[field] for field in visible.values()]))
    return groups


def form_parts(form: Any) -> list[FormPart]:
    """The parts of a form that has some. What is wrong, or was changed and not stored yet, stands open."""
    visible = {field.name: field for field in form.visible_fields()}
    found = []
    for slug, label, fieldsets in form.parts:
        if groups := _groups(fieldsets, visible):
            if len(groups) == 1 and not groups[0].is_folded:
                groups = [groups[0]._replace(legend="")]  # the label of the part says it
            is_open = slug == form.opened_part or any(_waits(field) for group in groups for field in group.fields)
            found.append(FormPart(slug, label, form.told(slug), groups, is_open))
    return found


def fields_beside_parts(form: Any) -> list[list[BoundField]]:
    """Rows of the fields that belong to no part, for the end of the form."""
    visible = {field.name: field for field in form.visible_fields()}
    for part in form.parts:
        _groups(part.fieldsets, visible)
    return [[field] for field in visible.values()]


def _groups(fieldsets: Iterable[Any], visible: dict[str, BoundField]) -> list[FieldGroup]:
    """What the fieldsets name, taken out of `visible`."""
    groups = []
    for fieldset in fieldsets:
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
    return groups


def _waits(field: BoundField) -> bool:
    return bool(field.errors or (field.form.is_bound and field._has_changed()))  # type: ignore[attr-defined]
