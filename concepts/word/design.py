"""The parts of a Word file that are the same for every concept: styles, kinds of lists, footnotes."""

from pathlib import Path
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

# accent, its dark shade, its tint: those of the PDF (static/css/pdf/document.css).
ACCENTS = {
    "": ("2044AA", "04158D", "D8E1F4"),
    "gruen": ("005916", "00400A", "CFE7D2"),
    "rot": ("9E0000", "740000", "FED9D3"),
    "petrol": ("00536E", "003B50", "D3EFF7"),
    "violett": ("7E01A8", "5B007E", "EDDAF7"),
}
HEADINGS, BULLETS, NUMBERS = 1, 2, 3
LEVELS = 9
# Space before an item, and that of its number, in twentieths of a point.
_INDENT, _HANGING = 425, 425

_HERE = Path(__file__).parent


def styles(accent: str) -> Any:
    colours = ACCENTS.get(accent, ACCENTS[""])
    text = (_HERE / "styles.xml").read_text(encoding="utf-8")
    for name, value in zip(("@accent@", "@dark@", "@tint@"), colours, strict=True):
        text = text.replace(name, value)
    return parse_xml(text.replace("@continued@", "".join(map(_continued, range(1, LEVELS + 1)))).encode())


def continued_style(level: int) -> str:
    """The style of a further paragraph of an item; level 0 is that of the outer list."""
    return f"ListContinue{level + 1}"


def _continued(level: int) -> str:
    name = "List Continue" if level == 1 else f"List Continue {level}"
    return (
        f'<w:style w:type="paragraph" w:styleId="ListContinue{level}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="ListParagraph"/><w:pPr><w:ind w:left="{_INDENT * level}"/></w:pPr></w:style>'
    )


def numbering() -> Any:
    """Headings "1", "1.1" ..., bullets, numbers; each numbered list of a text gets an own count (`new_count`)."""
    headings = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        + (f'<w:pStyle w:val="Heading{level + 1}"/>' if level < 4 else "")
        + '<w:suff w:val="space"/>'
        + f'<w:lvlText w:val="{".".join(f"%{place + 1}" for place in range(level + 1))}"/><w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
        for level in range(LEVELS)
    )
    bullets = "".join(_level(level, "bullet", "•" if level == 0 else "–") for level in range(LEVELS))
    numbers = "".join(_level(level, "decimal", f"%{level + 1}.") for level in range(LEVELS))
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{key}"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
        for key, levels in ((HEADINGS, headings), (BULLETS, bullets), (NUMBERS, numbers))
    )
    counts = "".join(
        f'<w:num w:numId="{key}"><w:abstractNumId w:val="{key}"/></w:num>' for key in (HEADINGS, BULLETS, NUMBERS)
    )
    return parse_xml(f"<w:numbering {nsdecls('w')}>{abstract}{counts}</w:numbering>")


def _level(level: int, form: str, text: str) -> str:
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
        '<w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{_INDENT * (level + 1)}" w:hanging="{_HANGING}"/></w:pPr></w:lvl>'
    )


def new_count(number: int, level: int, start: int) -> Any:
    return parse_xml(
        f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{NUMBERS}"/>'
        f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride></w:num>'
    )


FOOTNOTES = (
    f"<w:footnotes {nsdecls('w', 'r')}>"
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
    "</w:footnotes>"
)
