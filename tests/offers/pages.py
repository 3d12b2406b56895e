"""Reading public pages in tests: titles of cards, counts of check boxes, as a visitor sees them."""

import re
from html import unescape

from django.test import Client
from django.utils.html import strip_tags


def html(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, f"{path}: {response.status_code}"
    return response.content.decode()


def titles(client: Client, path: str) -> list[str]:
    """The titles of the cards, in their order."""
    cards = re.findall(r'class="card__title"[^>]*><a [^>]*>(.*?)</a>', html(client, path))
    return [unescape(strip_tags(title)) for title in cards]


def counts(page: str) -> dict[tuple[str, str], int]:
    """{(parameter, value): number} of all check boxes."""
    boxes = re.findall(
        r'name="([a-z]+)" value="([^"]+)" id="facet_[^>]*>\s*<label[^>]*>.*?<span class="count">(\d+)', page
    )
    return {(name, value): int(number) for name, value, number in boxes}
