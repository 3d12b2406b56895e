"""Which characters the fonts of PDFs have.

When the fonts change: `make manage ARGS="shell -c 'from kiportal.common.pdf.fonts import write_coverage as w; w()'"`.
"""

import json
import re
import unicodedata
from functools import cache
from io import BytesIO
from pathlib import Path

from kiportal.common.pdf.resources import read

# Line breaks, joiners, direction marks, variation selectors: they steer and are not drawn.
UNDRAWN = frozenset({"Cc", "Cf", "Zl", "Zp"})
VARIATION_SELECTORS = range(0xFE00, 0xFE10)


COVERAGE = Path(__file__).with_name("coverage.json")
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
    """Code points of the fonts that a style sheet declares, from coverage.json: reading the fonts takes 25 MB."""
    ranges: dict[str, str] = json.loads(COVERAGE.read_text())
    return frozenset(
        codepoint
        for first, _dash, last in (part.partition("-") for part in ranges[stylesheet].split())
        for codepoint in range(int(first, 16), int(last or first, 16) + 1)
    )


def measured_coverage() -> dict[str, str]:
    """Return what has to stand in coverage.json: ranges of code points by style sheet.

    Read from the upright fonts; other weights and the italics of a family have the same characters.
    """
    from fontTools.ttLib import TTFont

    found = {}
    for stylesheet in (TEXT, SYMBOLS):
        addresses = re.findall(r'url\("(static:[^"]+-400-normal.woff2)"\)', read(stylesheet).content.decode())
        fonts = [TTFont(BytesIO(read(address).content)) for address in addresses]
        found[stylesheet] = _ranges(sorted({codepoint for font in fonts for codepoint in font.getBestCmap()}))
    return found


def write_coverage() -> None:
    COVERAGE.write_text(json.dumps(measured_coverage(), indent=2) + "\n")


def _ranges(codepoints: list[int]) -> str:
    """Write sorted numbers as "20-7E A0 B7"."""
    starts = [one for before, one in zip([-2, *codepoints], codepoints, strict=False) if one != before + 1]
    ends = [one for one, after in zip(codepoints, [*codepoints[1:], -1], strict=True) if after != one + 1]
    return " ".join(
        f"{first:X}-{last:X}" if last > first else f"{first:X}" for first, last in zip(starts, ends, strict=True)
    )
