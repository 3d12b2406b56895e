"""Cells that hold several rows: opening hours, dates, accessibility, partners. Items are separated by "; "."""

import re
from datetime import UTC, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from actors.models import Organisation
from kiportal.common.text import fold
from offers.models import AccessFeature, OfferDate, Partner, Weekday
from offers.resources.cells import Cell, join, parse_date, split
from offers.resources.guard import plain
from offers.resources.lookups import Lookups
from offers.rows import DateRow

_CLOCK = r"(\d{1,2})[:.](\d{2})"
_HOURS = re.compile(rf"([^\W\d]+)\.?,? +{_CLOCK}\s*(?:-|–|bis)\s*{_CLOCK}(?: *Uhr)?")
_DAY = r"(\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2}))"
_MOMENT = re.compile(
    rf"{_DAY},? +{_CLOCK}(?:\s*(?:-|–|bis)\s*(?:{_DAY},? +)?{_CLOCK})?"
    r"(?: *Uhr)?(?: *\((.*)\))?",
    re.DOTALL,
)


class RowsCell(Cell):
    """`items` are the rows of an entry, as `offers.rows` has them, or what a cell gave."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        found, problems = [], []
        for text in split(value):
            try:
                found.append(self.parse(text))
            except ValidationError as error:
                problems += error.messages
        if problems:
            raise ValidationError(problems)
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        if value is None:
            return ""
        rows = [self.read(row) for row in value.all()] if isinstance(value, models.Manager) else value
        return plain(join(self.write(row) for row in rows if row))

    def parse(self, text: str) -> list[Any]:
        raise NotImplementedError

    def read(self, row: Any) -> list[Any]:
        raise NotImplementedError

    def write(self, row: list[Any]) -> str:
        raise NotImplementedError


class HoursCell(RowsCell):
    """Montag 09:00–12:00; Montag 14:00–16:00"""

    def __init__(self) -> None:
        super().__init__()
        self._days = {fold(str(day.label)): day.value for day in Weekday}

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        rows = sorted(super().clean(value))
        if len({(day, opens) for day, opens, _closes in rows}) < len(rows):
            raise ValidationError("Zwei Öffnungszeiten beginnen zur selben Zeit.")
        return rows

    def parse(self, text: str) -> list[Any]:
        found = _HOURS.fullmatch(text)
        days = [key for name, key in self._days.items() if found and name.startswith(fold(found[1]))]
        if not found or len(days) != 1 or len(found[1]) < 2:
            raise ValidationError(f"„{text}“ ist keine Öffnungszeit. Zum Beispiel: Montag 09:00–12:00")
        opens, closes = clock(found[2], found[3]), clock(found[4], found[5])
        if closes <= opens:
            raise ValidationError(f"„{text}“: Das Ende liegt vor dem Beginn.")
        return [days[0], f"{opens:%H:%M}", f"{closes:%H:%M}"]

    def read(self, row: Any) -> list[Any]:
        return [row.weekday, f"{row.opens_at:%H:%M}", f"{row.closes_at:%H:%M}"]

    def write(self, row: list[Any]) -> str:
        day, opens, closes = row
        return f"{Weekday(day).label} {opens}–{closes}"


class DatesCell(RowsCell):
    """22.11.2026 18:00–20:00 (mit Anmeldung). Those that follow from a rule are left out."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        rows = sorted(super().clean(value), key=lambda entry: entry[0])
        if len({starts for starts, _ends, _note in rows}) < len(rows):
            raise ValidationError("Zwei Termine beginnen zur selben Zeit.")
        return rows

    def parse(self, text: str) -> list[Any]:
        found = _MOMENT.fullmatch(text)
        if not found:
            raise ValidationError(f"„{text}“ ist kein Termin. Zum Beispiel: 22.11.2026 18:00–20:00")
        day, hour, minute, last_day, end_hour, end_minute, note = found.groups()
        starts = _moment(day, clock(hour, minute))
        ends = _moment(last_day or day, clock(end_hour, end_minute)) if end_hour else None
        if ends is not None and ends <= starts:
            raise ValidationError(f"„{text}“: Das Ende liegt vor dem Beginn.")
        note = OfferDate._meta.get_field("note").clean((note or "").strip(), None)
        return DateRow(starts, ends, note).as_json()

    def read(self, row: Any) -> list[Any]:
        return [] if row.is_generated else DateRow(row.starts_at, row.ends_at, row.note).as_json()

    def write(self, row: list[Any]) -> str:
        starts, ends, note = DateRow.from_json(row)
        first = timezone.localtime(starts)
        text = f"{first:%d.%m.%Y %H:%M}"
        if ends is not None:
            last = timezone.localtime(ends)
            text += f"–{last:%H:%M}" if last.date() == first.date() else f"–{last:%d.%m.%Y %H:%M}"
        return f"{text} ({note})" if note else text


class AccessCell(RowsCell):
    """Aufzug: ja; WC für Rollstühle: teilweise (eng)"""

    def __init__(self) -> None:
        super().__init__()
        self._features = {fold(str(one.label)): one.value for one in AccessFeature.Feature}
        self._states = {fold(str(one.label)): one.value for one in AccessFeature.State}
        self._shape = re.compile(r"(.+?): *([^()]+?)(?: *\((.*)\))?", re.DOTALL)

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        order = AccessFeature.Feature.values
        rows = sorted(super().clean(value), key=lambda entry: order.index(entry[0]))
        if len({feature for feature, _state, _note in rows}) < len(rows):
            raise ValidationError("Ein Merkmal steht zweimal da.")
        return rows

    def parse(self, text: str) -> list[Any]:
        found = self._shape.fullmatch(text)
        feature = self._features.get(fold(found[1])) if found else None
        state = self._states.get(fold(found[2])) if found else None
        if found is None or feature is None or state is None:
            raise ValidationError(f"„{text}“ ist keine Angabe zur Barrierefreiheit. Zum Beispiel: Aufzug: ja")
        return [feature, state, AccessFeature._meta.get_field("note").clean((found[3] or "").strip(), None)]

    def read(self, row: Any) -> list[Any]:
        return [row.feature, row.state, row.note]

    def write(self, row: list[Any]) -> str:
        feature, state, note = row
        text = f"{AccessFeature.Feature(feature).label}: {AccessFeature.State(state).label}"
        return f"{text} ({note})" if note else text


class PartnersCell(RowsCell):
    """AWO Kreisverband (Kooperation): an organisation of the registry where the name is one, else only a name."""

    def __init__(self, lookups: Lookups) -> None:
        super().__init__()
        self._lookups = lookups
        self._roles = {fold(str(role.label)): role.value for role in Partner.Role}
        self._shape = re.compile(r"(.+) \(([^()]+)\)", re.DOTALL)

    def parse(self, text: str) -> list[Any]:
        found = self._shape.fullmatch(text)
        role = self._roles.get(fold(found[2])) if found else None
        if found is None or role is None:
            name, role = text, Partner.Role.COOPERATION.value
        else:
            name = found[1].strip()
        if key := self._lookups.names(Organisation).find(name):
            return [role, key, ""]
        return [role, None, Partner._meta.get_field("name").clean(name, None)]

    def read(self, row: Any) -> list[Any]:
        return [row.role, row.organisation_id, row.name]

    def write(self, row: list[Any]) -> str:
        role, organisation, name = row
        shown = self._lookups.names(Organisation).texts.get(organisation, "") if organisation else name
        return f"{shown} ({Partner.Role(role).label})"


def clock(hour: str, minute: str) -> time:
    try:
        return time(int(hour), int(minute))
    except ValueError as error:
        raise ValidationError(f"„{hour}:{minute}“ ist keine Uhrzeit.") from error


def _moment(day: str, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(parse_date(day), clock)).astimezone(UTC)
