"""What goes together in an invented offer: a Männerfrühstück is not for women only, a Krabbelgruppe has no pensioners.

Each pattern, some words of titles and each audience say what they allow (`demo/synthetic.json`); an offer gets what all
of them allow. What says nothing of a kind leaves it open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

ALL_AGES = ((0, 3), (3, 6), (6, 10), (10, 16), (12, 21), (16, 27), (18, 27), (18, None), (25, 50), (60, None))
type Age = tuple[int, int | None]


@dataclass(frozen=True)
class Fit:
    """What an offer may be: its ages, who alone may come, for whom its title may say it is, the slugs of groups and
    topics that it must not have, and those of groups that it must.
    """

    ages: tuple[Age, ...] = ALL_AGES
    only: tuple[str, ...] = ("frauen", "maenner")
    whom: tuple[str, ...] | None = None
    without: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def __and__(self, other: "Fit") -> "Fit":
        return Fit(
            ages=tuple(age for age in self.ages if age in other.ages),
            only=tuple(one for one in self.only if one in other.only),
            whom=other.whom
            if self.whom is None
            else tuple(w for w in self.whom if other.whom is None or w in other.whom),
            without=self.without | other.without,
        )

    def of_groups(self, groups: Iterable[str], ages: Mapping[str, tuple[Age, ...]]) -> "Fit":
        """With the ages of the groups that it is for; of several, any."""
        known = [ages[group] for group in groups if group in ages]
        return (
            replace(self, ages=tuple(age for age in self.ages if any(age in one for one in known))) if known else self
        )


def fit(entry: Mapping[str, Any]) -> Fit:
    """As an entry of the JSON says it."""
    return Fit(
        ages=_ages(entry["ages"]) if "ages" in entry else ALL_AGES,
        only=tuple(entry["only"]) if "only" in entry else Fit.only,
        whom=tuple(entry["whom"]) if "whom" in entry else None,
        without=frozenset(entry.get("without", ())),
        groups=frozenset(entry.get("with", ())),
    )


def _both(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if one is None or other is None:
        return other if one is None else one
    return tuple(value for value in one if value in other)


def _ages(entries: Iterable[Iterable[int | None]]) -> tuple[Age, ...]:
    return tuple(tuple(entry) for entry in entries)  # type: ignore[misc]


class Rules:
    """Those of the words; each combination is worked out once."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._marks = {mark: fit(entry) for mark, entry in words["marks"].items()}
        self._whom = {whom: fit(entry) for whom, entry in words["whom"].items()}
        self._patterns = [fit(pattern) for pattern in words["patterns"]]
        self.group_ages = {group: _ages(ages) for group, ages in words["group_ages"].items()}
        self._known: dict[tuple[int, str], Fit] = {}

    def of_noun(self, number: int, noun: str) -> Fit:
        """What a pattern and the first word of a title allow."""
        if (number, noun) not in self._known:
            marks = [entry for mark, entry in self._marks.items() if mark.lower() in noun.lower()]
            self._known[number, noun] = reduce(lambda one, other: one & other, marks, self._patterns[number])
        return self._known[number, noun]

    def of_whom(self, allowed: Fit, whom: str) -> Fit:
        return allowed & self._whom[whom] if whom else allowed
