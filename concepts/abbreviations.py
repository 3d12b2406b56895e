"""Abbreviations that a text uses and never writes out."""

import re
from collections import Counter
from collections.abc import Iterable

# Used in so many sections, an abbreviation is one that readers need.
_OFTEN = 3
_ABBREVIATION = re.compile(r"(?<![\w.-])[A-ZÄÖÜ]{2,7}(?![\w]|\.\w)")
_ROMAN = re.compile(r"[IVXLC]+")
_GLOSSARY = re.compile(r"Glossar|Abkürzung", re.IGNORECASE)
# Nobody looks these up.
_KNOWN = frozenset({"NRW", "EU", "PDF", "DIN", "EUR", "AG", "USA", "TV"})


def unexplained(sections: Iterable[tuple[str, str]]) -> list[str]:
    """Of sections as (title, text): in order the abbreviations that stand in three of them and are written out nowhere.

    Written out is "Langform (ABK)", "ABK (Langform)", and what stands in a glossary.
    """
    often: Counter[str] = Counter()
    explained: set[str] = set()
    for title, text in sections:
        used = {each for each in _ABBREVIATION.findall(f"{title} {text}") if not _ROMAN.fullmatch(each)}
        often.update(used)
        is_glossary = _GLOSSARY.search(title) is not None
        explained |= {each for each in used if is_glossary or re.search(rf"\(\W*{each}\b|\b{each} \(\w+", text)}
    return sorted(each for each, number in often.items() if number >= _OFTEN and each not in explained | _KNOWN)
