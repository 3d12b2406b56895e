"""Our own line icons, written into the page: one colour, no request, nothing for the CSP to allow."""

import re
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(settings.BASE_DIR) / "static" / "icons"
FALLBACK_PICTOGRAM = "sonstiges"
# They point somewhere, so they turn round in scripts written from right to left.
MIRRORED = {"arrow-left", "arrow-right", "chevron-left", "chevron-right", "external", "login", "logout", "send", "undo"}


@lru_cache(maxsize=1024)
def icon(name: str, label: str = "") -> SafeString:
    """static/icons/ui/<name>.svg; decorative unless it has a label. An unknown name is a mistake of the template."""
    mirrored = " icon--mirrored" if name in MIRRORED else ""
    meaning = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" width="24" height="24" {}>{}</svg>',
        mirrored,
        meaning,
        _drawing("ui", name),
    )


@cache
def pictogram(slug: str) -> SafeString:
    """static/icons/topics/<slug>.svg. Topics are rows, so a new one may have no pictogram yet."""
    known = re.fullmatch(r"[a-z0-9-]+", slug) and (FOLDER / "topics" / f"{slug}.svg").is_file()
    return format_html(
        '<svg class="icon pictogram" viewBox="0 0 24 24" width="48" height="48" aria-hidden="true">{}</svg>',
        _drawing("topics", slug if known else FALLBACK_PICTOGRAM),
    )


@cache
def _drawing(folder: str, name: str) -> SafeString:
    """What lies inside the <svg> of one of our own files."""
    source = (FOLDER / folder / f"{name}.svg").read_text(encoding="utf-8")
    inner = re.search(r"<svg[^>]*>(.*)</svg>", source, re.DOTALL)
    if inner is None:
        raise ValueError(f"static/icons/{folder}/{name}.svg holds no drawing")
    return mark_safe(inner[1])  # noqa: S308
