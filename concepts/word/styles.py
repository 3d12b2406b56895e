"""What a paragraph or a run of a Word file is by its styles, whatever language Word had when it was written."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

from docx.document import Document as WordDocument
from docx.oxml.ns import qn

_HEADING = re.compile(r"(?:heading|überschrift|titre) ?(\d)")
_ENDS_IN_NUMBER = re.compile(r".*?(\d)$")
# Role of a paragraph by the name of its style; Word writes English names, other programs those of their language.
_ROLES = (
    (re.compile(r"title|titel|subtitle|untertitel"), "title"),
    (re.compile(r"caption|beschriftung|bildunterschrift|abbildungsbeschriftung|tabellenbeschriftung"), "caption"),
    (re.compile(r"(?:intense )?quote|(?:intensives )?zitat|block text|blocktext"), "quote"),
    (
        re.compile(r"toc ?\d|toc heading|verzeichnis ?\d|inhaltsverzeichnis.*|table of figures|abbildungsverzeichnis"),
        "toc",
    ),
    (re.compile(r"list continue ?\d?|listenfortsetzung ?\d?"), "continued"),
    (re.compile(r"zwischenüberschrift"), "subheading"),
    (re.compile(r"deckblatt.*"), "cover"),
)
_OFF = {"0", "false", "off", "none"}


@dataclass(frozen=True)
class Style:
    name: str
    based_on: str | None
    element: Any


class Styles:
    def __init__(self, document: WordDocument) -> None:
        root = document.styles.element
        self._by_id: dict[str, Style] = {}
        self._defaults: dict[str, str] = {}
        for element in root.iterchildren(qn("w:style")):
            key = element.get(qn("w:styleId"), "")
            name = element.find(qn("w:name"))
            based_on = element.find(qn("w:basedOn"))
            self._by_id[key] = Style(
                (name.get(qn("w:val"), "") if name is not None else "").strip().lower(),
                based_on.get(qn("w:val")) if based_on is not None else None,
                element,
            )
            if not _is_off(element.get(qn("w:default"), "0")):
                self._defaults.setdefault(element.get(qn("w:type"), ""), key)
        defaults = root.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
        self._default_run = defaults
        self.chain = cache(self._chain)
        self.heading_of_style = cache(self._heading_of_style)
        self.role_of_style = cache(self._role_of_style)
        self.run_value_of_style = cache(self._run_value_of_style)

    def _chain(self, style_id: str) -> tuple[Style, ...]:
        """The style and those it is based on."""
        found: list[Style] = []
        while (style := self._by_id.get(style_id)) is not None and style not in found:
            found.append(style)
            style_id = style.based_on or ""
        return tuple(found)

    def style_of(self, paragraph: Any) -> str:
        named = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return named.get(qn("w:val"), "") if named is not None else self._defaults.get("paragraph", "")

    def heading_level(self, paragraph: Any) -> int:
        """1 to 9, or 0 for text: by the style, else by the level in the outline that was given by hand."""
        outline = paragraph.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        style_id = self.style_of(paragraph)
        if self.role_of_style(style_id):
            return 0
        level = self.heading_of_style(style_id)
        if not level and outline is not None:
            value = int(outline.get(qn("w:val"), "9"))
            return value + 1 if value < 9 else 0
        return level

    def _heading_of_style(self, style_id: str) -> int:
        for style in self.chain(style_id):
            if found := _HEADING.match(style.name):
                return int(found[1])
            outline = style.element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
            if outline is not None and outline.get(qn("w:val"), "9").isdecimal():
                value = int(outline.get(qn("w:val"), "9"))
                return value + 1 if value < 9 else 0
        return 0

    def _role_of_style(self, style_id: str) -> str:
        for style in self.chain(style_id)[:2]:
            for pattern, role in _ROLES:
                if pattern.fullmatch(style.name):
                    return role
        return ""

    def role(self, paragraph: Any) -> str:
        return self.role_of_style(self.style_of(paragraph))

    def numbering(self, paragraph: Any) -> tuple[int, int] | None:
        """(numId, level), given by hand or by the style; numId 0 says "no number here"."""
        direct = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        number, level = _number_and_level(direct)
        if number is not None:
            return number, level or 0
        for style in self.chain(self.style_of(paragraph)):
            of_style, level_of_style = _number_and_level(style.element.find(f"{qn('w:pPr')}/{qn('w:numPr')}"))
            if of_style is not None:
                if level is None:
                    level = level_of_style
                if level is None:
                    ending = _ENDS_IN_NUMBER.match(style.name)
                    level = int(ending[1]) - 1 if ending else 0
                return of_style, level
        return None

    # Runs

    def run_value(self, run: Any, name: str, attribute: str = "val") -> str | None:
        """The value of a property of a run ("w:b", "w:lang"), its own or that of its character style."""
        properties = run.find(qn("w:rPr"))
        if properties is None:
            return None
        own = properties.find(qn(name))
        if own is not None:
            return str(own.get(qn(f"w:{attribute}"), "1" if attribute == "val" else ""))
        style = properties.find(qn("w:rStyle"))
        return self.run_value_of_style(style.get(qn("w:val"), ""), name, attribute) if style is not None else None

    def _run_value_of_style(self, style_id: str, name: str, attribute: str) -> str | None:
        for style in self.chain(style_id):
            found = style.element.find(f"{qn('w:rPr')}/{qn(name)}")
            if found is not None:
                return str(found.get(qn(f"w:{attribute}"), "1" if attribute == "val" else ""))
        return None

    def is_on(self, run: Any, name: str) -> bool:
        value = self.run_value(run, name)
        return value is not None and not _is_off(value)

    def language(self, run: Any, paragraph: Any) -> str:
        """The language a run is marked with, "" for none said anywhere."""
        attribute = "bidi" if self.is_on(run, "w:rtl") else "val"
        found = self.run_value(run, "w:lang", attribute)
        if not found and paragraph is not None:
            found = self.run_value_of_style(self.style_of(paragraph), "w:lang", attribute)
        if not found and self._default_run is not None:
            default = self._default_run.find(qn("w:lang"))
            found = default.get(qn(f"w:{attribute}")) if default is not None else None
        return found or ""

    def main_language(self, body: Any) -> str:
        """The language of most letters, as its first subtag: what is marked so is German, whatever Word believes."""
        letters: Counter[str] = Counter()
        for paragraph in body.iter(qn("w:p")):
            for run in paragraph.iterchildren(qn("w:r")):
                length = sum(len(text.text or "") for text in run.iterchildren(qn("w:t")))
                letters[primary(self.language(run, paragraph))] += length
        return letters.most_common(1)[0][0] if letters else ""


def primary(language: str) -> str:
    return language.partition("-")[0].lower()


def _number_and_level(properties: Any) -> tuple[int | None, int | None]:
    if properties is None:
        return None, None
    number, level = properties.find(qn("w:numId")), properties.find(qn("w:ilvl"))
    return _integer(number), _integer(level)


def _integer(element: Any) -> int | None:
    text = element.get(qn("w:val"), "") if element is not None else ""
    return int(text) if text.isdecimal() else None


def _is_off(value: str) -> bool:
    return value.lower() in _OFF


class Numbering:
    """How lists count: bullet or number, from where, and how far each of them is."""

    def __init__(self, root: Any | None) -> None:
        self._levels: dict[tuple[int, int], Any] = {}
        self._starts: dict[tuple[int, int], int] = {}
        self._counts: dict[tuple[int, int], int] = {}
        if root is None:
            return
        abstract = {each.get(qn("w:abstractNumId")): each for each in root.iterchildren(qn("w:abstractNum"))}
        for number in root.iterchildren(qn("w:num")):
            key = number.get(qn("w:numId"), "")
            named = number.find(qn("w:abstractNumId"))
            base = abstract.get(named.get(qn("w:val"))) if named is not None else None
            if not key.isdecimal() or base is None:
                continue
            for level in [*base.iterchildren(qn("w:lvl")), *number.iterfind(f"{qn('w:lvlOverride')}/{qn('w:lvl')}")]:
                self._levels[int(key), int(level.get(qn("w:ilvl"), "0"))] = level
            for override in number.iterchildren(qn("w:lvlOverride")):
                start = _integer(override.find(qn("w:startOverride")))
                if start is not None:
                    self._starts[int(key), int(override.get(qn("w:ilvl"), "0"))] = start

    def form(self, number: int, level: int) -> str:
        """ "bullet", "decimal", "lowerLetter" ...; "" where the file says nothing."""
        found = self._level(number, level)
        kind = found.find(qn("w:numFmt")) if found is not None else None
        return str(kind.get(qn("w:val"), "")) if kind is not None else ""

    def _level(self, number: int, level: int) -> Any | None:
        """What the file says of a level; of lists that have one level only, that one."""
        return self._levels.get((number, level), self._levels.get((number, 0)))

    def next(self, number: int, level: int) -> int:
        """The number of the next item on this level; deeper levels begin anew after it."""
        if (number, level) not in self._counts:
            found = self._level(number, level)
            start = _integer(found.find(qn("w:start"))) if found is not None else None
            self._counts[number, level] = self._starts.get((number, level), 1 if start is None else start) - 1
        self._counts[number, level] += 1
        for other in [key for key in self._counts if key[0] == number and key[1] > level]:
            del self._counts[other]
        return self._counts[number, level]
