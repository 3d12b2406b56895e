"""What the frame of every page needs: centre, navigation, funder notes. Nothing is fetched before it is shown."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from actors.models import FunderNote
from kiportal.common.logs import masked_path
from kiportal.common.models import Centre
from kiportal.common.templatetags.ui import site_url
from kiportal.pages.navigation import workspace_navigation

NAVIGATION = [
    ("/angebote/", _("Angebote")),
    ("/termine/", _("Termine")),
    ("/akteure/", _("Akteure")),
    ("/programme/", _("Programme")),
    ("/konzepte/", _("Konzept")),
    ("/ueber-uns/", _("Über das KI")),
]


def site(request: HttpRequest) -> dict[str, Any]:
    """Once a request: partial templates that are rendered with the request ask again."""
    if not hasattr(request, "_site"):
        request._site = _collect(request)  # type: ignore[attr-defined]
    return request._site  # type: ignore[attr-defined]


def _collect(request: HttpRequest) -> dict[str, Any]:
    return {
        "centre": SimpleLazyObject(Centre.objects.current),
        "funder_notes": FunderNote.objects.valid(timezone.localdate()),
        "navigation": SimpleLazyObject(lambda: _navigation(request.path)),
        "workspace_navigation": SimpleLazyObject(lambda: workspace_navigation(request)),
        "user_navigation": SimpleLazyObject(
            lambda: [{"url": reverse("account_email"), "label": _("Mein Konto"), "icon": "settings"}]
        ),
        "page_path": masked_path(request),
    }


def _navigation(current: str) -> list[dict[str, Any]]:
    addresses = [(site_url(path), label) for path, label in NAVIGATION]
    return [{"url": url, "label": label, "current": current.startswith(url)} for url, label in addresses]
