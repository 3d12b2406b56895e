"""Which column of somebody's table means which of ours: known from an earlier file, or guessed."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from kiportal.common.text import fold
from offers.models import ColumnMapping
from offers.resources.base import TableResource

# Names that are this much alike are taken for the same: "Ansprech-Telefon", "Ansprechtelefon".
_ALIKE = 0.82


def words(resource: TableResource) -> set[str]:
    """All headings that need no guess, in lower case."""
    return resource.names_of_headers().keys() | {
        fold(alias) for several in resource.ALIASES.values() for alias in several
    }


def known(kind: str, resource: TableResource, headers: Sequence[str]) -> tuple[list[str], dict[str, str]] | None:
    """The columns of a file whose headings are all ours, or that somebody has mapped before; and its defaults."""
    ours = resource.names_of_headers()
    names = [ours.get(fold(header), "") for header in headers]
    if all(names) and len(set(names)) == len(names):
        writable = resource.writable()
        return [name if name in writable else "" for name in names], {}
    stored = ColumnMapping.objects.for_headers(kind, headers)
    if stored is None or len(stored.columns) != len(headers):
        return None
    targets = resource.targets()
    return [name if name in targets else "" for name in stored.columns], stored.defaults


def terms(kind: str, headers: Sequence[str]) -> dict[str, dict[str, int]]:
    """What somebody has said the words of such a file mean (`offers.resources.terms`)."""
    stored = ColumnMapping.objects.for_headers(kind, headers)
    return dict(stored.terms) if stored else {}


def guesses(resource: TableResource, headers: Sequence[str]) -> list[str]:
    """For each heading the name of our column that it probably means, or ""; none is named twice."""
    names = {fold(column.column_name): name for name, column in resource.writable().items()}
    aliases = {
        fold(alias): name for name, words in resource.ALIASES.items() for alias in words if name in resource.writable()
    }
    found: list[str] = []
    # What is called as ours is goes first, so that no guess takes its place.
    sure = [names.get(fold(header), "") for header in headers]
    taken = set(filter(None, sure))
    for header, name in zip(headers, sure, strict=True):
        word = fold(header).strip(" :*")
        guess = name or aliases.get(word, "") or _alike(word, names | aliases)
        if not name and guess in taken:
            guess = ""
        taken.add(guess)
        found.append("" if guess in found else guess)
    for name, other in resource.BOTH.items():
        if name in found and other not in found:
            found[found.index(name)] = f"{name}+{other}"
    return found


def _alike(word: str, names: dict[str, str]) -> str:
    if len(word) < 4:
        return ""
    best, score = "", _ALIKE
    for other, name in names.items():
        ratio = SequenceMatcher(None, word, other).ratio()
        if ratio > score:
            best, score = name, ratio
    return best
