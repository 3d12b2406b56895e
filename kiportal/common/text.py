"""Text as German readers sort and search it. The embedded PostgreSQL has no ICU, so there is no German collation."""

import re
import unicodedata

from django.utils.text import slugify as django_slugify

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ẞ": "SS"})
_SORT_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})


def slugify(text: str, max_length: int = 80) -> str:
    """Return a path part without umlauts: "Öffnung am Fluß" -> "oeffnung-am-fluss"."""
    return django_slugify(text.translate(UMLAUTS))[:max_length].strip("-")


def fold(text: str) -> str:
    """Return the text in lower case, umlauts spelled out, other accents removed, as `kiportal_fold()` in the database."""
    spelled = text.translate(UMLAUTS).lower()
    decomposed = unicodedata.normalize("NFKD", spelled)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def sort_key(text: str) -> str:
    """Return a key after DIN 5007-1 (ä sorts as a, ß as ss); digits sort by value."""
    lowered = text.lower().translate(_SORT_UMLAUTS)
    decomposed = unicodedata.normalize("NFKD", lowered)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    words = re.sub(r"[^\w]+", " ", plain).strip()
    return re.sub(r"\d+", lambda match: match.group().zfill(8), words)[:255]
