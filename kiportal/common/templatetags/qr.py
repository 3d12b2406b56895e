"""QR codes on pages and in PDFs: `{% load qr %}`."""

from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.utils.safestring import SafeString

from kiportal.common import qr

register = template.Library()

# Beyond that a code on paper is too dense for many phones; a longer query is left out.
LONGEST = 300


@register.inclusion_tag("components/page_code.html", takes_context=True)
def page_code(context: Context) -> dict[str, Any]:
    """On paper only: the address of this page, to read and to scan."""
    request = context["request"]
    whole = settings.KIPORTAL_BASE_URL + request.get_full_path()
    return {"address": whole if len(whole) <= LONGEST else settings.KIPORTAL_BASE_URL + request.path}


@register.simple_tag
def qr_code(address: str, title: str) -> SafeString:
    return qr.inline(address, title)
