"""Cells: how a value stands in a table, and what a text in a table means.

Values are those of `offers.changes`: relations are keys, rows of their own are lists. Every refusal is a sentence.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from import_export.widgets import Widget

from kiportal.common.richtext import from_text, to_text
from kiportal.common.text import fold
from offers.resources.guard import plain
from offers.resources.lookups import LEFT_OUT, Names

YES, NO = "ja", "nein"
_TRUE = {YES, "j", "x", "1", "wahr", "true", "yes"}
_FALSE = {NO, "n", "0", "falsch", "false", "no", "-"}
_DATE = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d{2})(?:[ ,]+00:00(?::00)?)?")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
# People separate several values in one cell by these, too.
_SEPARATOR = re.compile(r"\s*[,/\n]\s*|\s+(?:und|u\.|&|\+)\s+", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class Cell(Widget):
    """A text, checked as its model field wants it."""

    # The number format of Excel, where the cell is more than a text there.
    excel_format = ""

    def __init__(self, field: models.Field | None = None) -> None:
        super().__init__()
        self.field = field

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return self._checked(value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else plain(value)

    def excel(self, value: Any) -> Any:
        return self.render(value)

    def allowed(self) -> list[str]:
        """The texts to choose from, if it is a choice."""
        return []

    def _checked(self, value: Any) -> Any:
        return value if self.field is None else self.field.clean(value, None)


class KeyCell(Cell):
    """The stable key of a record; which record it is, is asked for a whole file at once."""


class LinkCell(Cell):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        """People write addresses without "https://"."""
        return self._checked(value if not value or _SCHEME.match(value) else f"https://{value}")


class PostcodeCell(Cell):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        """Excel takes the zero in front away."""
        text = value.zfill(5) if value.isdecimal() and value else value
        if text and not re.fullmatch(r"\d{5}", text):
            raise ValidationError("Eine Postleitzahl hat fünf Ziffern.")
        return text


class RichCell(Cell):
    """Plain text, as Vereine write it: a blank line makes a paragraph, "- " a list."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return from_text(value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return plain(to_text(value or ""))


class NumberCell(Cell):
    excel_format = "0"

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        if not value:
            return None
        if not re.fullmatch(r"\d{1,5}(,0+)?", value):
            raise ValidationError(f"„{value}“ ist keine ganze Zahl.")
        return self._checked(int(value.partition(",")[0]))

    def excel(self, value: Any) -> Any:
        return value


class MoneyCell(Cell):
    excel_format = "#,##0.00"

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        text = value.replace("€", "").replace("EUR", "").replace("\u00a0", "").strip()
        if not text:
            return None
        if re.fullmatch(r"\d{1,3}(\.\d{3})*(,\d*)?|\d+(,\d*)?", text):
            text = text.replace(".", "").replace(",", ".")
        try:
            return self._checked(Decimal(text))
        except InvalidOperation as error:
            raise ValidationError(f"„{value}“ ist kein Betrag. Zum Beispiel: 12,50") from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        if value is None:
            return ""
        return f"{Decimal(value):,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")

    def excel(self, value: Any) -> Any:
        return value


class DegreesCell(Cell):
    """A coordinate; maps write it with a point, German tables with a comma."""

    excel_format = "0.000000"

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        text = value.removesuffix("°").strip().replace(",", ".")
        if not text:
            return None
        try:
            return self._checked(round(Decimal(text), 6))
        except InvalidOperation as error:
            raise ValidationError(f"„{value}“ ist keine Koordinate. Zum Beispiel: 51,461234") from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else f"{Decimal(value).normalize():f}".replace(".", ",")

    def excel(self, value: Any) -> Any:
        return value


class DateCell(Cell):
    excel_format = "dd.mm.yyyy"

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return self._checked(parse_date(value)) if value else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return f"{value:%d.%m.}{value.year:04d}" if value else ""

    def excel(self, value: Any) -> Any:
        """Excel counts days from 1900 on."""
        return value if value is None or value.year > 1900 else self.render(value)


class YesNoCell(Cell):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        word = value.lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        if not word:
            return self.field.get_default() if self.field is not None else False
        raise ValidationError(f"„{value}“ ist weder „ja“ noch „nein“.")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return YES if value else NO

    def allowed(self) -> list[str]:
        return [YES, NO]


class ChoiceCell(Cell):
    """The label of a choice; its value is understood, too."""

    def __init__(self, field: models.Field) -> None:
        super().__init__(field)
        self.labels = {value: str(label) for value, label in field.flatchoices if value not in {"", None}}
        self._values = {fold(label): value for value, label in self.labels.items()}
        self._values |= {fold(str(value)): value for value in self.labels if fold(str(value)) not in self._values}

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        if not value:
            return self._checked(self.field.get_default()) if self.field is not None else ""
        if (found := self._values.get(fold(value))) is None:
            raise ValidationError(f"„{value}“ steht nicht zur Wahl. Möglich ist: {', '.join(self.labels.values())}.")
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.labels.get(value, "") if value else ""

    def allowed(self) -> list[str]:
        return list(self.labels.values())


class RelationCell(Cell):
    def __init__(self, field: models.Field, names: Callable[[], Names]) -> None:
        super().__init__(field)
        self._names = names

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        if not value:
            if self.field is not None and not self.field.null:
                raise ValidationError("Diese Angabe fehlt.")
            return None
        key = self._names().key(value)
        return None if key == LEFT_OUT else key

    def words(self, value: str) -> list[str]:
        """The names that stand in a cell, known or not."""
        return [value] if value else []

    @property
    def names(self) -> Names:
        return self._names()

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return plain(self._names().texts.get(value, "")) if value else ""

    def allowed(self) -> list[str]:
        return self._names().choices()


class RelationsCell(RelationCell):
    """Several names, separated by "; "; or by commas, slashes and "und", where the parts are names."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        keys, unknown = set(), []
        for word in self.words(value):
            try:
                keys.add(self.names.key(word))
            except ValidationError as error:
                unknown += error.messages
        if unknown:
            raise ValidationError(unknown)
        return sorted(keys - {LEFT_OUT})

    def words(self, value: str) -> list[str]:
        return [part for text in split(value) for part in parted(text, self.names)]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        names = self._names()
        keys = keys_of(value)
        keys.sort(key=lambda key: names.positions.get(key, 0))
        return plain(join(names.texts[key] for key in keys if key in names.texts))


def parted(text: str, names: Names) -> list[str]:
    """The names in a text with other separators; a name that has one of them in itself wins. A text without any known
    part stays as it is.
    """
    ends = [(found.start(), found.end()) for found in _SEPARATOR.finditer(text)]
    if not ends or names.find(text) is not None:
        return [text]
    starts, stops = [0, *(end for _start, end in ends)], [*(start for start, _end in ends), len(text)]
    parts, first, is_known = [], 0, False
    while first < len(starts):
        last = next(
            (one for one in range(len(stops) - 1, first, -1) if _means(names, text[starts[first] : stops[one]])), first
        )
        parts.append(text[starts[first] : stops[last]])
        is_known = is_known or _means(names, parts[-1])
        first = last + 1
    return [part for part in parts if part] if is_known else [text]


def _means(names: Names, text: str) -> bool:
    return names.find(text) is not None


def keys_of(value: Any) -> list[int]:
    """The keys of a many-to-many relation, or of what a cell gave."""
    if value is None:
        return []
    return [row.pk for row in value.all()] if isinstance(value, models.Manager) else list(value)


def join(texts: Iterable[str]) -> str:
    """Texts in one cell; a semicolon within one is written with a backslash."""
    return "; ".join(text.replace("\\", "\\\\").replace(";", "\\;") for text in texts)


def split(text: str) -> list[str]:
    parts = [""]
    characters = iter(text)
    for character in characters:
        if character == "\\":
            following = next(characters, "")
            parts[-1] += following if following in {";", "\\"} else f"\\{following}"
        elif character == ";":
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in map(str.strip, parts) if part]


def parse_date(text: str) -> date:
    """A day as people write it, 22.11.2026, or as machines do; ValidationError otherwise."""
    try:
        if found := _DATE.fullmatch(text):
            day, month, year = map(int, found.groups())
            return date(year if year > 99 else 2000 + year, month, day)
        if found := _ISO_DATE.fullmatch(text):
            year, month, day = map(int, found.groups())
            return date(year, month, day)
    except ValueError:
        pass
    raise ValidationError(f"„{text}“ ist kein Datum. Zum Beispiel: 22.11.2026")


def cell_text(value: Any) -> str:
    """What a cell of Excel holds, as a German reader would write it."""
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case datetime():
            return f"{value:%d.%m.%Y}" if (value.hour, value.minute) == (0, 0) else f"{value:%d.%m.%Y %H:%M}"
        case date():
            return f"{value:%d.%m.%Y}"
        case float():
            return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.10g}".replace(".", ",")
        case _:
            return str(value)
