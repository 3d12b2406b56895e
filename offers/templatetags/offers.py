"""Small questions that templates ask about an offer: `{% load offers %}`."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from actors.models import ContactPerson, Organisation
from kiportal.common import pictures
from kiportal.common.models import Centre, TranslatedName
from offers import cards, recurrence, structured
from offers.models import Offer, OfferImage, Programme, Recurrence

register = template.Library()


@register.filter
def is_stale(offer: Offer, centre: Centre) -> bool:
    """Whether the centre would ask today for a new confirmation."""
    return offer.is_stale(timezone.localdate(), centre.freshness_months)


@register.simple_tag(takes_context=True)
def offer_card(context: Context, offer: Offer, level: int = 3) -> SafeString:
    """One offer from `for_cards()` in a list; `level` of its heading."""
    months = context["centre"].freshness_months
    return _written(cards.card(offer, months=months, on=timezone.localdate(), level=level))


@lru_cache(maxsize=500)
def _written(card: cards.Card) -> SafeString:
    return render_to_string("offers/_offer_card.html", {"card": card})


register.filter(cards.place_in_words)
register.filter(cards.time_in_words)
register.filter(cards.is_time_typed)


@register.filter
def rules_in_words(rules: Iterable[Recurrence]) -> list[str]:
    return recurrence.sentences(rules)


@register.filter
def cancelled_in_words(rules: Iterable[Recurrence]) -> str:
    return recurrence.cancelled_in_words(rules)


@register.filter
def website_name(url: str) -> str:
    """What people call an address: "https://www.example.org/kurse/" -> "example.org/kurse"."""
    return url.partition("://")[2].removeprefix("www.").rstrip("/")


@register.simple_tag
def translated(row: TranslatedName, field: str) -> str:
    """A field of reference data in the language of the page."""
    return row.translated(field)


@register.inclusion_tag("offers/_picture.html")
def picture(image: OfferImage, sizes: str = "", lazy: bool = True, signed: bool = False) -> dict[str, Any]:
    """A picture with its two sizes. `signed` is for pages that a link opened: their reader has no account.

    `sizes` is how wide the page shows it; without it the small one is enough.
    """
    end = f"?zugang={pictures.signature(image.uuid)}" if signed else ""
    large, small = (f"{image.url(size)}{end}" for size in ("gross", "klein"))
    return {
        "image": image,
        "source": large if sizes else small,
        "sources": f"{small} {image.small_width}w, {large} {image.width}w" if sizes else "",
        "sizes": sizes,
        "lazy": lazy,
    }


# What search engines read (`offers.structured`)


@register.simple_tag
def offer_data(offer: Offer, centre: Centre) -> SafeString:
    return _data(structured.offer_page(offer, centre.county_name))


@register.simple_tag
def organisation_data(organisation: Organisation, contacts: Iterable[ContactPerson]) -> SafeString:
    return _data(structured.organisation_page(organisation, contacts))


@register.simple_tag
def programme_data(programme: Programme) -> SafeString:
    return _data(structured.programme_page(programme))


def _data(node: structured.Node) -> SafeString:
    """Data and no script: the Content Security Policy has nothing against it. No text can end the element."""
    text = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
    escaped = text.translate({ord(character): f"\\u{ord(character):04x}" for character in "<>&"})
    return format_html('<script type="application/ld+json">{}</script>', SafeString(escaped))
