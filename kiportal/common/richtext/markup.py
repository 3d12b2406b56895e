"""Which HTML may be stored: a small set for entries of the registry, a larger one for chapters of a document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import nh3
from django.utils.html import strip_tags

SCHEMES = {"http", "https", "mailto", "tel"}
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# Pictures of a document are the portal's own (`concepts:image_file`), references lead to its own sections, citations
# to its sources.
IMAGE = re.compile(f"/konzepte/bilder/({_UUID})/")
REFERENCE = re.compile(f"#section:({_UUID})")
CITATION = re.compile(f"#quelle:({_UUID})")
_VALUES = {
    ("a", "href"): re.compile(f"(?!#section:|#quelle:).*|{REFERENCE.pattern}|{CITATION.pattern}", re.DOTALL),
    ("img", "src"): IMAGE,
    ("img", "width"): re.compile(r"\d{1,4}"),
    ("img", "height"): re.compile(r"\d{1,4}"),
    ("span", "class"): re.compile("fn"),
    ("span", "lang"): re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"),
    ("span", "dir"): re.compile(r"ltr|rtl"),
    ("th", "scope"): re.compile(r"col|row"),
    ("th", "colspan"): re.compile(r"[1-9]\d?"),
    ("th", "rowspan"): re.compile(r"[1-9]\d?"),
    ("td", "colspan"): re.compile(r"[1-9]\d?"),
    ("td", "rowspan"): re.compile(r"[1-9]\d?"),
    ("ol", "start"): re.compile(r"\d{1,3}"),
}


@dataclass(frozen=True)
class Markup:
    """Tags and attributes that stay, and the extensions of the editor that make them."""

    tags: frozenset[str]
    attributes: Mapping[str, frozenset[str]]
    extensions: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cleaner = nh3.Cleaner(
            tags=set(self.tags),
            # The library keeps title and lang on every tag unless "*" says otherwise.
            attributes={"*": set(), **{tag: set(names) for tag, names in self.attributes.items()}},
            attribute_filter=_only_known_values,
            url_schemes=SCHEMES,
            link_rel="noopener nofollow",
        )
        object.__setattr__(self, "_cleaner", cleaner)

    def clean(self, html: str) -> str:
        cleaner: nh3.Cleaner = getattr(self, "_cleaner")  # noqa: B009  (a frozen dataclass)
        return cleaner.clean(html)


def _only_known_values(tag: str, name: str, value: str) -> str | None:
    pattern = _VALUES.get((tag, name))
    return value if pattern is None or pattern.fullmatch(value) else None


def sanitise(html: str, markup: "Markup | None" = None) -> str:
    """Return the HTML with nothing but the allowed tags; scripts, styles, handlers and foreign schemes are gone."""
    markup = markup or BASIC
    cleaned = markup.clean(html)
    for _reading in range(5):  # misnested markup settles slowly, and what is stored must not change when saved again
        if (again := markup.clean(cleaned)) == cleaned:
            break
        cleaned = again
    return cleaned.strip() if unescape(strip_tags(cleaned)).strip() or "<img" in cleaned else ""


_LINK = {"enableTarget": False, "protocols": sorted(SCHEMES)}

BASIC = Markup(
    tags=frozenset({"p", "br", "h2", "h3", "strong", "em", "ul", "ol", "li", "a"}),
    attributes={"a": frozenset({"href"})},
    extensions={
        "Bold": True,
        "Italic": True,
        "Heading": {"levels": [2, 3]},
        "BulletList": True,
        "OrderedList": True,
        "ListItem": True,
        "HardBreak": True,
        "Link": _LINK,
    },
)

# A section's title is a field of its own; its place in the tree decides the level. So one sub-heading is enough here.
# Footnote: <span class="fn">. Cross reference: <a href="#section:<uuid>">. Citation: <a href="#quelle:<uuid>">, which
# holds the place in the source. Word in another language: <span lang="ar">.
DOCUMENT = Markup(
    tags=BASIC.tags - {"h2"}
    | {"blockquote", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    | {"figure", "figcaption", "img", "span", "sub", "sup"},
    attributes={
        "a": frozenset({"href"}),
        "img": frozenset({"src", "alt", "width", "height"}),
        "ol": frozenset({"start"}),
        "span": frozenset({"class", "lang", "dir"}),
        "td": frozenset({"colspan", "rowspan"}),
        "th": frozenset({"colspan", "rowspan", "scope"}),
    },
    extensions={
        **BASIC.extensions,
        # The page has a toolbar of its own with German names; browsers check the spelling.
        "Menu": False,
        "NoSpellCheck": False,
        "Heading": {"levels": [3]},
        "Blockquote": True,
        "Subscript": True,
        "Superscript": True,
        "TableRow": True,
        "TableCell": True,
        # static/js/concept-editor.js
        "Link": False,
        "DocumentLink": _LINK,
        "DocumentTable": True,
        "DocumentTableHeader": True,
        "DocumentImage": True,
        "DocumentFigure": True,
        "DocumentCaption": True,
        "DocumentKeys": True,
        "Footnote": True,
        "Citation": True,
        "LanguageMark": True,
    },
)
