"""From the cells of a row to values: what each says, what is wrong with it, and how it differs from the record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from offers.resources.base import Column, TableResource
from offers.resources.guard import TOO_LONG
from offers.resources.offers import CONTACT, ROWS
from offers.resources.raw import is_excel_error

# What Excel's users leave in a cell that has nothing to say.
KEY = "uuid"


@dataclass
class Parsed:
    """`values` are those that the row changes, as `offers.changes` has them; `changes` are the same as people read."""

    values: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def parse(
    resource: TableResource, cells: Mapping[str, str], record: Any, *, is_new: bool, only_gaps: bool = False
) -> Parsed:
    """Compare the cells with the record; a new one is an empty instance of the model.

    An empty cell takes a value away only where the row names the record by its key: somebody's own table knows less
    than we do, and what it does not say it does not deny.

    With `only_gaps` what the record says already stays, and nobody asks whether the row's value is right.

    What stands there as we would write it is not even parsed: so a table that went out and comes back changes nothing.
    """
    parsed = Parsed()
    says_all = bool(cells.get(KEY))
    for name, text in cells.items():
        if name == KEY or text == TOO_LONG or (not text and not says_all):
            continue
        column = resource.fields[name]
        before = "" if is_new else column.text(record)
        if text == before or (only_gaps and (before or _says_other(resource, name, record))):
            continue
        if is_excel_error(text):
            parsed.problems.append(f"{column.column_name}: In Excel steht dort ein Fehler ({text}).")
            continue
        try:
            value = column.widget.clean(text)
        except ValidationError as error:
            parsed.problems += [f"{column.column_name}: {message}" for message in error.messages]
            continue
        after = column.widget.render(value)
        if is_new or after != before:
            parsed.values[name] = value
            if not is_new:
                parsed.changes[name] = [before, after]
    following = {name: value for name, value in resource.follow(record, parsed.values).items() if not cells.get(name)}
    parsed.values |= following
    if not is_new:
        parsed.changes |= {name: _change(resource.fields[name], record, value) for name, value in following.items()}
    put(record, parsed.values)
    parsed.problems += resource.problems(record, parsed.values)
    return parsed


def _change(column: Column, record: Any, value: Any) -> list[str]:
    return [column.text(record), column.widget.render(value)]


def _says_other(resource: TableResource, name: str, record: Any) -> bool:
    other = resource.TOGETHER.get(name)
    return other is not None and bool(resource.fields[other].text(record))


def put(record: models.Model, values: Mapping[str, Any]) -> None:
    """Set the values that are columns of the record's own row."""
    for name, value in values.items():
        if name not in CONTACT and name not in ROWS:
            definition: Any = record._meta.get_field(name)
            if not isinstance(definition, models.ManyToManyField):
                setattr(record, definition.attname, value)


def missing(resource: TableResource, cells: Mapping[str, str], defaults: Mapping[str, str]) -> list[str]:
    """Sentences about what a new record needs and neither the row nor the file's defaults give."""
    return [
        f"{resource.fields[name].column_name}: Diese Angabe fehlt. Ein neuer Eintrag braucht sie."
        for name in resource.REQUIRED
        if not cells.get(name) and not defaults.get(name)
    ]


def with_defaults(cells: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, str]:
    return {**cells, **{name: text for name, text in defaults.items() if text and not cells.get(name)}}
