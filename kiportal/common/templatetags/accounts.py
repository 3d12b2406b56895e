"""The tabs of "Mein Konto"."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.urls import reverse
from django.utils.translation import gettext as _

register = template.Library()


@register.inclusion_tag("components/tabs.html", takes_context=True)
def account_tabs(context: Context) -> dict[str, Any]:
    request: HttpRequest = context["request"]
    match = request.resolver_match
    pages = [
        ("account_email", _("E-Mail-Adresse")),
        ("account_change_password", _("Passwort")),
        ("mfa_index", _("Anmeldung in zwei Schritten")),
    ]
    shown = "mfa_index" if match and (match.url_name or "").startswith("mfa_") else getattr(match, "url_name", "")
    return {
        "label": _("Mein Konto"),
        "items": [
            {"label": label, "url": reverse(name), "current": name == shown, "count": None} for name, label in pages
        ],
    }
