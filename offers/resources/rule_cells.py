"""The cell of recurring dates: as the pages say them, with all that a rule has, so that reading gives the same rule."""

import re
from datetime import time
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from kiportal.common.text import fold
from offers import recurrence
from offers.models import Weekday
from offers.recurrence import Rule
from offers.resources.cells import parse_date
from offers.resources.row_cells import RowsCell, clock
from offers.rows import recurrence_as_json, recurrence_from_json

_CLOCK = r"\d{1,2}[:.]\d{2}"
_RULE = re.compile(
    rf"(?P<often>.+?),? +(?P<begin>{_CLOCK})(?:\s*(?:-|–|bis)\s*(?P<end>{_CLOCK}))?(?: *Uhr)?(?P<rest>(?:,.*)?)",
    re.DOTALL,
)
_DAYS = re.compile(r", *| und ")
_MONTHLY = re.compile(r"jeden (\w+) (\w+) im monat")
_EVERY_FEW_WEEKS = re.compile(r"alle (zwei|drei|vier) wochen am (.+)")
_WEEKS = {"zwei": 2, "drei": 3, "vier": 4}
EXAMPLE = "Jeden Dienstag, 17:00–19:00, nicht in den Schulferien"


class RulesCell(RowsCell):
    """Jeden Dienstag, 17:00–19:00, nicht in den Schulferien, ab 12.01.2027, fällt aus am 19.01.2027"""

    def __init__(self) -> None:
        super().__init__()
        self._days = {fold(str(day.label)): day.value for day in Weekday}
        self._numbers = {fold(str(name)): number for number, name in recurrence.NTH.items()}

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        rows = super().clean(value)
        if len({(rule, first, begins) for rule, first, _last, begins, *_more in rows}) < len(rows):
            raise ValidationError("Eine Wiederholung steht zweimal da.")
        return rows

    def parse(self, text: str) -> list[Any]:
        found = _RULE.fullmatch(text)
        rule = self._often(fold(found["often"])) if found else None
        if found is None or rule is None:
            raise ValidationError(f"„{text}“ ist keine Wiederholung. Zum Beispiel: {EXAMPLE}")
        begins, ends = _time(found["begin"]), _time(found["end"]) if found["end"] else None
        if ends is not None and ends <= begins:
            raise ValidationError(f"„{text}“: Das Ende liegt vor dem Beginn.")
        first, last, school, public, cancelled = timezone.localdate(), None, False, False, []
        for part in filter(None, (part.strip() for part in found["rest"].split(","))):
            match part.split(" "):
                case ["ab", day]:
                    first = parse_date(day)
                case ["bis", day]:
                    last = parse_date(day)
                case ["fällt", "aus", "am", *days]:
                    cancelled = [parse_date(day) for day in days if day != "und"]
                case ["nicht", "in", "den", "Schulferien", *also]:
                    school, public = True, public or also == ["und", "an", "Feiertagen"]
                case ["nicht", "an", "Feiertagen"]:
                    public = True
                case _:
                    raise ValidationError(f"„{part}“ verstehen wir nicht. Zum Beispiel: {EXAMPLE}")
        if last is not None and last < first:
            raise ValidationError(f"„{text}“: Der letzte Tag liegt vor dem ersten.")
        times = (f"{begins:%H:%M}", f"{ends:%H:%M}" if ends else None)
        season = (first.isoformat(), last.isoformat() if last else None)
        return [str(rule), *season, *times, school, public, [day.isoformat() for day in sorted(set(cancelled))]]

    def _often(self, words: str) -> Rule | None:
        if found := _MONTHLY.fullmatch(words):
            number, day = self._numbers.get(found[1]), self._days.get(found[2])
            return None if number is None or day is None else Rule(0, (day,), number)
        weeks, names = 1, words.removeprefix("jeden ")
        if found := _EVERY_FEW_WEEKS.fullmatch(words):
            weeks, names = _WEEKS[found[1]], found[2]
        first, between, last = names.partition(" bis ")
        if between and first in self._days and last in self._days and self._days[first] < self._days[last]:
            return Rule(weeks, tuple(range(self._days[first], self._days[last] + 1)))
        days = {self._days.get(name.strip()) for name in _DAYS.split(names)}
        return None if None in days else Rule(weeks, tuple(sorted(day for day in days if day is not None)))

    def read(self, row: Any) -> list[Any]:
        return recurrence_as_json(row)

    def write(self, row: list[Any]) -> str:
        rule = recurrence_from_json(row)
        hours = f"{rule.begins_at:%H:%M}" + (f"–{rule.ends_at:%H:%M}" if rule.ends_at else "")
        parts = [recurrence.often_in_words(rule), hours]
        if rule.skips_school_holidays:
            parts.append("nicht in den Schulferien")
        if rule.skips_public_holidays:
            parts.append("nicht an Feiertagen")
        parts.append(f"ab {rule.first_on:%d.%m.%Y}")
        if rule.last_on:
            parts.append(f"bis {rule.last_on:%d.%m.%Y}")
        if rule.cancelled_on:
            parts.append(f"fällt aus am {' und '.join(f'{day:%d.%m.%Y}' for day in rule.cancelled_on)}")
        return ", ".join(parts)


def _time(text: str) -> time:
    hour, minute = re.split(r"[:.]", text)
    return clock(hour, minute)
