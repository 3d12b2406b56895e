"""Which characters the fonts of PDFs have. Style sheets declare the fonts, and the same files are read here."""

import re
import unicodedata
from functools import cache
from io import BytesIO

from kiportal.common.pdf.resources import read

# Line breaks, joiners, direction marks, variation selectors: they steer and are not drawn.
UNDRAWN = frozenset({"Cc", "Cf", "Zl", "Zp"})
VARIATION_SELECTORS = range(0xFE00, 0xFE10)


TEXT, SYMBOLS = "static:css/pdf/fonts.css", "static:css/pdf/symbols.css"


def stylesheets(html: str) -> list[str]:
    """Return the style sheets with the fonts that a document needs; those of symbols take a second to unpack."""
    known = _coverage(TEXT)
    symbols = any(ord(character) not in known and _drawn(character) for character in set(html))
    return [TEXT, SYMBOLS] if symbols else [TEXT]


def unprintable(text: str) -> str:
    """Return the characters of a text that would be an empty box in the PDF, each once, in order of appearance.

    A version must not be frozen with one: its PDF could never be made.
    """
    known = _coverage(TEXT) | _coverage(SYMBOLS)
    return "".join(dict.fromkeys(character for character in text if ord(character) not in known and _drawn(character)))


def named(characters: str) -> str:
    """Name characters for people who have to find them: „😀“ (U+1F600 GRINNING FACE)."""
    names = (f"„{one}“ (U+{ord(one):04X} {unicodedata.name(one, '')}".rstrip() + ")" for one in characters[:10])
    return ", ".join(names) + (" und weitere" if len(characters) > 10 else "")


def _drawn(character: str) -> bool:
    return unicodedata.category(character) not in UNDRAWN and ord(character) not in VARIATION_SELECTORS


@cache
def _coverage(stylesheet: str) -> frozenset[int]:
    """Code points of the upright fonts; other weights and the italics of a family have the same."""
    from fontTools.ttLib import TTFont

    addresses = re.findall(r'url\("(static:[^"]+-400-normal.woff2)"\)', read(stylesheet).content.decode())
    fonts = [TTFont(BytesIO(read(address).content)) for address in addresses]
    return frozenset(codepoint for font in fonts for codepoint in font.getBestCmap())
