"""Words that people search for in vain, counted per day: what is looked for and does not exist yet.

Nothing about a person is stored: no address, no browser, no account, and no words that look like an e-mail address or
a telephone number. So nobody can be told apart, and what would inflate the numbers is kept out in other ways: the view
leaves out machines and repetitions (`views.vain_searches`), the same words count at most once in PAUSE, and a day holds
at most ROWS_A_DAY different ones.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from offers import search
from offers.models import VainSearch

logger = logging.getLogger(__name__)

PAUSE = timedelta(minutes=2)
ROWS_A_DAY = 3000
LONGEST = 100
# What stands beside the white spots: this many words, searched for in this many days.
MISSED = 10
MISSED_DAYS = 90
# An at sign, an address of the web, six digits and more with or without what people write between them.
_PERSONAL = re.compile(r"@|://|www\.|\d(?:[\s/().+-]*\d){5,}", re.IGNORECASE)
_COUNT = """
    INSERT INTO offers_vainsearch AS known (day, words, language, municipality, number, counted_at)
    SELECT %(day)s, %(words)s, %(language)s, %(municipality)s, 1, %(now)s
    WHERE (SELECT count(*) FROM offers_vainsearch WHERE day = %(day)s) < %(most)s
    ON CONFLICT (day, words, language, municipality)
    DO UPDATE SET number = known.number + 1, counted_at = excluded.counted_at WHERE known.counted_at <= %(before)s
"""


def words_of(typed: str) -> str:
    """The words as they are counted: folded, without those that say nothing; empty if they must not be stored."""
    if _PERSONAL.search(typed):
        return ""
    return " ".join(word for term in search.parse(typed).terms for word in term.words)[:LONGEST].strip()


def count(words: str, *, language: str, municipality: str = "") -> None:
    """One statement. Whatever happens to it, the page goes on."""
    now = timezone.now()
    values: dict[str, Any] = {
        "day": timezone.localdate(now),
        "words": words,
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
    """Words and how often they were searched in vain; `places` are slugs of the Kommunen chosen in those searches."""

    words: str
    number: int
    places: tuple[str, ...]


def most_missed(places: Sequence[str] = ()) -> tuple[Missed, ...]:
    """The words searched in vain most often in the last MISSED_DAYS; with `places` only what was sought there."""
    rows = VainSearch.objects.since(timezone.localdate() - timedelta(days=MISSED_DAYS - 1))
    if places:
        rows = rows.filter(municipality__in=places)
    return tuple(Missed(row["words"], row["total"], tuple(sorted(row["places"]))) for row in rows.by_words()[:MISSED])
