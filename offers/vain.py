"""Words that people search for in vain, counted per day: what is looked for and does not exist yet.

Nothing about a person is stored: no address, no browser, no account, and no words that look like a person, an e-mail
address, a telephone number or where somebody lives. So nobody can be told apart, and what would inflate the numbers is
kept out in other ways: the view leaves out machines and repetitions (`views.vain_searches`), the same words count at
most once in PAUSE, and a day holds at most ROWS_A_DAY different ones.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from kiportal.common.text import fold
from offers import search
from offers.models import VainSearch

logger = logging.getLogger(__name__)

PAUSE = timedelta(minutes=2)
ROWS_A_DAY = 3000
# A single letter was a slip.
SHORTEST, LONGEST = 2, 100
# What stands beside the white spots: this many words, searched for in this many days.
MISSED = 10
MISSED_DAYS = 90
# An at sign, an address of the web, six digits and more with or without what people write between them.
_PERSONAL = re.compile(r"@|://|www\.|\d(?:[\s/().+-]*\d){5,}", re.IGNORECASE)
# Folded: somebody by name, or a street with the number of a house.
_SOMEBODY = re.compile(r"\b(?:frau|herrn?|dr)\b\.?\s+\w|(?:str|strasse|weg|platz|allee|gasse)\b\.?\s*\d")
# Who writes more than that tells a story.
MOST_WORDS = 5
_COUNT = """
    INSERT INTO offers_vainsearch AS known (day, words, typed, language, municipality, number, counted_at)
    SELECT %(day)s, %(words)s, %(typed)s, %(language)s, %(municipality)s, 1, %(now)s
    WHERE (SELECT count(*) FROM offers_vainsearch WHERE day = %(day)s) < %(most)s
    ON CONFLICT (day, words, language, municipality)
    DO UPDATE SET number = known.number + 1, counted_at = excluded.counted_at, typed = excluded.typed
    WHERE known.counted_at <= %(before)s
"""


@dataclass(frozen=True)
class Words:
    """What was searched for: folded to be counted together, and as it was typed, in lower case."""

    folded: str
    typed: str

    def __bool__(self) -> bool:
        return bool(self.folded)


NO_WORDS = Words("", "")


def words_of(typed: str) -> Words:
    """The words as they are counted, without those that say nothing; NO_WORDS if they must not be stored."""
    if _PERSONAL.search(typed) or _SOMEBODY.search(fold(typed)) or len(re.findall(r"[^\W_]+", typed)) > MOST_WORDS:
        return NO_WORDS
    terms = search.parse(typed).terms
    folded = " ".join(word for term in terms for word in term.words)
    if len(folded) < SHORTEST:
        return NO_WORDS
    return Words(folded[:LONGEST].strip(), " ".join(term.typed for term in terms).lower()[:LONGEST].strip())


def count(words: Words, *, language: str, municipality: str = "") -> None:
    """One statement. Whatever happens to it, the page goes on."""
    now = timezone.now()
    values: dict[str, Any] = {
        "day": timezone.localdate(now),
        "words": words.folded,
        "typed": words.typed,
        "language": language,
        "municipality": municipality,
        "now": now,
        "before": now - PAUSE,
        "most": ROWS_A_DAY,
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_COUNT, values)
    except DatabaseError as error:
        logger.warning("words searched in vain were not counted: %s", type(error).__name__)


@dataclass(frozen=True)
class Missed:
    """Words as typed last and how often they were searched in vain; `places` are slugs of the Kommunen chosen then."""

    words: str
    number: int
    places: tuple[str, ...]


def most_missed(places: Sequence[str] = ()) -> tuple[Missed, ...]:
    """The words searched in vain most often in the last MISSED_DAYS; with `places` only what was sought there."""
    rows = VainSearch.objects.since(timezone.localdate() - timedelta(days=MISSED_DAYS - 1))
    if places:
        rows = rows.filter(municipality__in=places)
    return tuple(Missed(row["typed"], row["total"], tuple(sorted(row["places"]))) for row in rows.by_words()[:MISSED])
