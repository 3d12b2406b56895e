"""Text as German readers sort and search it. The embedded PostgreSQL has no ICU, so there is no German collation."""

import re
import unicodedata

from django.utils.text import slugify as django_slugify

_LETTERS = {"æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"} | dict(zip("øłđðħŧıς", "olddhtiσ", strict=True))
_SEARCHED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"} | _LETTERS)
_SORTED = str.maketrans(_LETTERS)
_ACCENTS = re.compile("[\u0300-\u036f]")


def slugify(text: str, max_length: int = 80) -> str:
    """Return a path part without umlauts: "Öffnung am Fluß" -> "oeffnung-am-fluss"."""
    return django_slugify(fold(text))[:max_length].strip("-")


def fold(text: str) -> str:
    """Return the text in lower case, umlauts spelled out, other accents removed; kiportal_fold() does it in SQL."""
    return _plain(text, _SEARCHED)


def sort_key(text: str) -> str:
    """Return a key after DIN 5007-1 (ä sorts as a, ß as ss); digits sort by value."""
    words = re.sub(r"[^\w]+", " ", _plain(text, _SORTED)).strip()
    return re.sub(r"\d+", lambda match: match.group().zfill(8), words)[:255]


def _plain(text: str, letters: dict[int, str]) -> str:
    lowered = unicodedata.normalize("NFKC", text).lower().translate(letters)
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", lowered))
