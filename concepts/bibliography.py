"""The sources of a version as German bibliographies write them: the short form in the text, the entry in the list.

An entry begins with the name that the text calls it by, so that who reads "(IT.NRW 2024)" on paper finds it: lists are
sorted by that name (`Source.sort_name`). Sources that are cited and called alike bear a letter: "Krämer 2022a".
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase
from uuid import UUID

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from concepts.models import ConceptVersion, Source
from kiportal.common.richtext.markup import CITATION

HEADING = "Quellen"
# What a citation of the whole source holds instead of a place: a link without words would be none.
WHOLE = "Quelle"
# A title is called by so much of it where nothing else is known.
_LONGEST_NAME = 40
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_ROLE = re.compile(r"\s*\((?:Hrsg|Hg)\.?\)\s*$")
# Words of a name that are not capitalised: "von der Heide, Anna"; "Amt für Bildung, Sport" is an office.
_PARTICLES = frozenset({"von", "van", "vom", "zu", "zur", "zum", "der", "den", "de", "del", "di", "da", "al", "el"})
_ENDS = (".", "!", "?", "…")


def name_in_text(source: Source) -> str:
    """ "IT.NRW", "Krämer", "Krämer/Yılmaz", "Krämer u. a.", or the beginning of the title."""
    if source.short_name:
        return source.short_name
    names = [_surname(name) for name in _ROLE.sub("", source.author).split(";") if name.strip()]
    if len(names) > 2:
        return f"{names[0]} u. a."
    return "/".join(names) or Truncator(source.title).chars(_LONGEST_NAME)


def _surname(name: str) -> str:
    """Of "Krämer, Julia" the first part; an office with commas in its name stays whole."""
    surname, comma, given = (part.strip() for part in name.partition(","))
    words = f"{surname} {given}".replace(",", " , ").split()
    is_person = comma and 0 < len(given.split()) <= 3 and all(word in _PARTICLES or word[0].isupper() for word in words)
    return surname if is_person else name.strip()


def year_in_text(source: Source) -> str:
    """Of a date its year; other words ("o. J.") as they are."""
    found = _YEAR.search(source.year)
    return found[0] if found else source.year


@dataclass(frozen=True)
class Entry:
    """A source in the list of its version; `letter` parts those that the text would call alike."""

    source: Source
    letter: str = ""

    @property
    def label(self) -> str:
        """How the text calls it: "IT.NRW 2024"."""
        return " ".join(filter(None, [name_in_text(self.source), self._year]))

    @property
    def _year(self) -> str:
        year = year_in_text(self.source) or ("o. J." if self.letter else "")
        return f"{year}{self.letter}" if year[-1:].isdigit() else f"{year} {self.letter}".strip()

    @property
    def _dated(self) -> str:
        """The date as it was given; one that bears a letter behind the year of the text."""
        given = self.source.year
        if self.letter and given not in {"", year_in_text(self.source)}:
            return f"{self._year}, {given}"
        return self._year if self.letter else given

    @property
    def text(self) -> str:
        """The entry without its address: "IT.NRW – Information und Technik (2024): Bevölkerung. Düsseldorf."."""
        source = self.source
        name = " – ".join(dict.fromkeys(filter(None, [source.short_name, source.author])))
        date = f" ({self._dated})" if self._dated else ""
        opening = f"{name}{date}: {_sentence(source.title)}" if name else _sentence(f"{source.title}{date}")
        return " ".join(filter(None, [opening, _sentence(source.published_in)]))

    @property
    def accessed(self) -> str:
        day = self.source.accessed_on
        return f"(abgerufen am {date_format(day, 'd.m.Y')})" if day else ""

    @property
    def html(self) -> SafeString:
        """The entry with its address as a link."""
        url = self.source.url
        if not url:
            return format_html("{}", self.text)
        return format_html(
            '{} <a href="{}">{}</a>{}', self.text, url, url, f" {self.accessed}" if self.accessed else ""
        )

    @property
    def plain(self) -> str:
        return " ".join(filter(None, [self.text, self.source.url, self.accessed]))


def _sentence(text: str) -> str:
    return f"{text}." if text and not text.endswith(_ENDS) else text


@dataclass(frozen=True)
class Bibliography:
    """`sources` in the order of the list; `citing` holds the keys of the sections that cite one, by its uuid."""

    sources: Sequence[Source]
    citing: Mapping[UUID, Collection[int]]

    @classmethod
    def of(cls, version: ConceptVersion) -> "Bibliography":
        """Two queries, however long the version is; one where it has no source."""
        sources = list(version.sources.all())
        citing: dict[UUID, set[int]] = defaultdict(set)
        for section, uuid in version.sections.citations() if sources else ():
            citing[UUID(uuid)].add(section)
        return cls(sources, dict(citing))

    @cached_property
    def entries(self) -> list[Entry]:
        """All of them; letters are given to those that are cited."""
        alike: dict[str, list[Source]] = defaultdict(list)
        for source in self.sources:
            if source.uuid in self.citing:
                alike[Entry(source).label.casefold()].append(source)
        letters = {
            source.pk: ascii_lowercase[place % 26] * (1 + place // 26)
            for group in alike.values()
            if len(group) > 1
            for place, source in enumerate(group)
        }
        return [Entry(source, letters.get(source.pk, "")) for source in self.sources]

    @cached_property
    def by_uuid(self) -> dict[UUID, Entry]:
        return {entry.source.uuid: entry for entry in self.entries}

    @property
    def cited(self) -> list[Entry]:
        """What the list of the version holds."""
        return [entry for entry in self.entries if entry.source.uuid in self.citing]

    def cited_in(self, sections: Iterable[int]) -> list[Entry]:
        """What the list of a chapter holds: cited in one of the sections with these keys."""
        keys = set(sections)
        return [entry for entry in self.entries if keys & set(self.citing.get(entry.source.uuid, ()))]


def cited(body: str) -> set[UUID]:
    """The sources that a text cites."""
    return {UUID(found) for found in CITATION.findall(body)}
