"""What a table would do: row by row new, changed, unchanged or wrong. Nothing is stored here."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import translation

from concepts.models import Measure
from concepts.resources.measures import ROWS, MeasureResource
from offers.resources import mapping
from offers.resources.guard import TOO_LONG
from offers.resources.raw import is_excel_error

KEY = "uuid"


@dataclass
class PreviewRow:
    """`values` is what the row changes, `changes` the same as people read it: (heading, old text, new text)."""

    number: int
    title: str
    record: Measure | None = None
    values: dict[str, Any] = field(default_factory=dict)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        if self.problems:
            return "fehler"
        if self.record is None:
            return "neu"
        return "geaendert" if self.values else "gleich"


@dataclass(frozen=True)
class Preview:
    rows: list[PreviewRow]
    unread: list[str]
    # What goes to the page and comes back with "übernehmen": other rows or other measures meanwhile give another one.
    digest: str

    def count(self, outcome: str) -> int:
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def counts(self) -> dict[str, int]:
        return {name: self.count(name) for name in ("neu", "geaendert", "gleich", "fehler")}


@translation.override("de")
def preview(headers: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> Preview:
    """Compare the rows with the measures that their keys name, in a constant number of queries."""
    resource = MeasureResource()
    names = columns(resource, headers)
    keys = [_uuid(dict(zip(names, cells, strict=False)).get(KEY, "")) for _number, cells in rows]
    records = {measure.uuid: measure for measure in resource.rows().filter(uuid__in=[key for key in keys if key])}
    found: list[PreviewRow] = []
    seen: set[UUID] = set()
    for (number, cells), key in zip(rows, keys, strict=True):
        texts = {name: text for name, text in zip(names, cells, strict=False) if name}
        row = _row(resource, number, texts, records.get(key) if key else None)
        if key and key in seen:
            row.problems.append("Dieser Schlüssel steht schon in einer Zeile weiter oben.")
        if key:
            seen.add(key)
        found.append(row)
    unread = [header for header, name in zip(headers, names, strict=True) if header and not name]
    told = [[row.number, row.outcome, row.changes, row.record and row.record.lock_version] for row in found]
    return Preview(found, unread, sha256(json.dumps(told, default=str).encode()).hexdigest())


def columns(resource: MeasureResource, headers: Sequence[str]) -> list[str]:
    """For each heading the name of our column, or "": read-only columns and what nobody knows are not read."""
    ours = mapping.known("massnahmen", resource, headers)
    return ours[0] if ours else mapping.guesses(resource, headers)


def _row(resource: MeasureResource, number: int, texts: Mapping[str, str], record: Measure | None) -> PreviewRow:
    row = PreviewRow(number, texts.get("title") or (record.title if record else ""), record)
    is_keyed = bool(texts.get(KEY))
    if is_keyed and record is None:
        row.problems.append("Schlüssel: Eine Maßnahme mit diesem Schlüssel gibt es nicht.")
        return row
    if record is None and not texts.get("title"):
        row.problems.append("Titel: Diese Angabe fehlt. Eine neue Maßnahme braucht sie.")
    if is_keyed and "title" in texts and not texts["title"]:
        row.problems.append("Titel: Diese Angabe fehlt.")
    for name, text, before in _differing(resource, texts, record):
        column = resource.fields[name]
        if is_excel_error(text):
            row.problems.append(f"{column.column_name}: In Excel steht dort ein Fehler ({text}).")
            continue
        try:
            value = column.widget.clean(text)
        except ValidationError as error:
            row.problems += [f"{column.column_name}: {message}" for message in error.messages]
            continue
        after = column.widget.render(value)
        if after != before:
            row.values[name] = value
            row.changes.append((column.column_name, before, after))
    subject = record or Measure()
    put(subject, row.values)
    row.problems += resource.problems(subject, row.values)
    return row


def _differing(
    resource: MeasureResource, texts: Mapping[str, str], record: Measure | None
) -> Iterator[tuple[str, str, str]]:
    """(name, text, text before) of cells that say something new. An empty cell takes away only beside a key."""
    for name, text in texts.items():
        if name == KEY or text == TOO_LONG or (not text and not texts.get(KEY)) or (name == "title" and not text):
            continue
        before = resource.fields[name].text(record) if record else ""
        if text != before:
            yield name, text, before


def put(measure: Measure, values: Mapping[str, Any]) -> None:
    """Set the values that are columns of the measure's own row."""
    for name, value in values.items():
        definition: Any = Measure._meta.get_field(name)
        if name not in ROWS and not definition.many_to_many:
            setattr(measure, definition.attname, value)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip()) if text.strip() else None
    except ValueError:
        return UUID(int=0)  # names no measure, and the row says so
