"""Citations in a Word file: links to the entries of the list of sources, which a bookmark names, and back again."""

import re
from uuid import UUID

from concepts.bibliography import WHOLE
from concepts.models import Source

_BOOKMARK = re.compile(r"_q_([0-9a-f]{32})")
_LINK = re.compile(r'<a href="(#quelle:[0-9a-f-]{36})">(.*?)</a>')
# What stands before the place: the name of the source up to its year, or up to the first comma where it has none.
_NAME = re.compile(r"^.*?(?:\d{4}[a-z]*|o\. J\.(?: [a-z]+)?)(?:,\s*|$)|^.*?(?:,\s*|$)")
# The brackets that the portal writes, and those that citations beside each other share.
_BRACKETS = re.compile(rf"\(({_LINK.pattern}(?:;\s*{_LINK.pattern})*)\)")


def bookmark(source: Source) -> str:
    return f"_q_{source.uuid.hex}"


def target(name: str) -> str | None:
    """What a link to such a bookmark is in a text."""
    found = _BOOKMARK.fullmatch(name)
    return f"#quelle:{UUID(found[1])}" if found else None


def taken_back(body: str) -> str:
    """The text with citations as the portal keeps them: "(IT.NRW 2024, S. 12)" was made of a link that says "S. 12"."""
    if "#quelle:" not in body:
        return body
    return _LINK.sub(_place, _BRACKETS.sub(lambda found: re.sub(r"</a>;\s*<a", "</a> <a", found[1]), body))


def _place(link: re.Match[str]) -> str:
    words = re.sub(r"<[^>]+>", "", link[2]).replace("\u00a0", " ")
    return f'<a href="{link[1]}">{_NAME.sub("", words, count=1) or WHOLE}</a>'
