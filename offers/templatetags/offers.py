"""Small questions that templates ask about an offer: `{% load offers %}`."""

from django import template
from django.utils import timezone

from kiportal.common.models import Centre, TranslatedName
from offers import recurrence
from offers.models import Offer, Recurrence

register = template.Library()


@register.filter
def is_stale(offer: Offer, centre: Centre) -> bool:
    """Whether the centre would ask today for a new confirmation."""
    return offer.is_stale(timezone.localdate(), centre.freshness_months)


@register.filter
def rule_in_words(rule: Recurrence) -> str:
    return recurrence.sentence(rule)


@register.filter
def cancelled_in_words(rule: Recurrence) -> str:
    return recurrence.cancelled_in_words(rule)


@register.filter
def website_name(url: str) -> str:
    """What people call an address: "https://www.example.org/kurse/" -> "example.org/kurse"."""
    return url.partition("://")[2].removeprefix("www.").rstrip("/")


@register.simple_tag
def translated(row: TranslatedName, field: str) -> str:
    """A field of reference data in the language of the page."""
    return row.translated(field)
