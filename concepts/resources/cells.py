"""Cells that measures have beside those of offers: Handlungsfeld, steps, Kennzahlen with what was counted."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from concepts.areas import Areas
from concepts.models import Indicator, MeasureStep
from concepts.progress import figure
from kiportal.common.text import fold
from offers.resources.cells import Cell, parse_date
from offers.resources.guard import plain
from offers.resources.row_cells import RowsCell

_STEP = re.compile(r"(.+?)(?:\s*\((?:bis ([\d.]+))?(?:,? ?erledigt ([\d.]+))?\))?", re.DOTALL)
_TARGET = re.compile(r"ziel\b\s*(höchstens\b|mindestens\b)?\s*(.*)", re.IGNORECASE)
_COUNT = re.compile(r"([\d.]+)\s*:\s*(.+)")


class AreaCell(Cell):
    """A Handlungsfeld by its title; where two concepts call theirs the same, with the concept."""

    def __init__(self, areas: Callable[[], Areas]) -> None:
        super().__init__()
        self._areas = areas

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        if not value:
            return None
        found = self._texts()
        for uuid, text in found.items():
            if fold(value) in {fold(text), str(uuid)}:
                return uuid
        raise ValidationError(f"„{value}“ ist kein Handlungsfeld. Möglich ist: {', '.join(found.values())}.")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        if value is None:
            return ""
        return plain(self._texts().get(UUID(str(value)), str(value)))

    def allowed(self) -> list[str]:
        return list(self._texts().values())

    def _texts(self) -> dict[UUID, str]:
        areas = list(self._areas())
        titles = [area.title for area in areas]
        return {
            area.uuid: area.title if titles.count(area.title) == 1 else f"{area.title} ({area.concept})"
            for area in areas
        }


class StepsCell(RowsCell):
    """Text entwerfen (bis 30.06.2027, erledigt 12.05.2027); Druck beauftragen"""

    def parse(self, text: str) -> list[Any]:
        found = _STEP.fullmatch(text)
        if found is None:
            raise ValidationError(f"„{text}“ ist kein Schritt. Zum Beispiel: Text entwerfen (bis 30.06.2027)")
        words = MeasureStep._meta.get_field("text").clean(found[1].strip(), None)
        return [words, *(parse_date(day) if day else None for day in (found[2], found[3]))]

    def read(self, row: Any) -> list[Any]:
        return [row.text, row.due_on, row.done_on]

    def write(self, row: list[Any]) -> str:
        text, due, done = row
        days = ", ".join(filter(None, [f"bis {_day(due)}" if due else "", f"erledigt {_day(done)}" if done else ""]))
        return f"{text} ({days})" if days else text


class IndicatorsCell(RowsCell):
    """Fachkräfte | Personen | Ziel 40 | bis 31.12.2027 | 01.03.2027: 12 | 01.09.2027: 25

    "Ziel höchstens 21" where less is better.
    """

    def parse(self, text: str) -> list[Any]:
        name, *parts = [part.strip() for part in text.split("|")]
        if not name or not parts or not parts[0]:
            raise ValidationError(f"„{text}“ ist keine Kennzahl. Zum Beispiel: Fachkräfte | Personen | Ziel 40")
        direction, target, target_on, counts = Indicator.Direction.AT_LEAST, None, None, {}
        for part in parts[1:]:
            if found := _TARGET.fullmatch(part):
                if (found[1] or "").lower() == "höchstens":
                    direction = Indicator.Direction.AT_MOST
                target = _number(found[2]) if found[2] else None
            elif part.lower().startswith("bis "):
                target_on = parse_date(part[4:].strip())
            elif found := _COUNT.fullmatch(part):
                counts[parse_date(found[1])] = _number(found[2])
            else:
                raise ValidationError(f"„{part}“ ist weder ein Ziel („Ziel 40“) noch ein Wert („01.03.2027: 12“).")
        name = Indicator._meta.get_field("name").clean(name, None)
        unit = Indicator._meta.get_field("unit").clean(parts[0], None)
        return [name, unit, direction, target, target_on, sorted(counts.items())]

    def read(self, row: Any) -> list[Any]:
        counts = [(value.counted_on, value.value) for value in row.values.all()]
        names = [row.name.replace("|", "/"), row.unit.replace("|", "/")]
        return [*names, row.direction, row.target, row.target_on, counts]

    def write(self, row: list[Any]) -> str:
        name, unit, direction, target, target_on, counts = row
        at_most = "höchstens" if direction == Indicator.Direction.AT_MOST else ""
        parts = [name, unit]
        if words := f"{at_most} {figure(target)}".strip():
            parts.append(f"Ziel {words}")
        if target_on:
            parts.append(f"bis {_day(target_on)}")
        return " | ".join([*parts, *(f"{_day(day)}: {figure(value)}" for day, value in counts)])


def _day(day: date) -> str:
    return f"{day:%d.%m.}{day.year:04d}"


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.strip().replace(".", "").replace(",", "."))
    except InvalidOperation as error:
        raise ValidationError(f"„{text.strip()}“ ist keine Zahl. Zum Beispiel: 12,5") from error
    return Indicator._meta.get_field("target").clean(number, None)
