"""What the frame of every page needs: centre, navigation, funder notes. Nothing is fetched before it is shown."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from actors.models import FunderNote
from kiportal.common.logs import masked_path
from kiportal.common.templatetags.ui import site_url
from kiportal.common.views.once import current_centre, once_a_request
from kiportal.pages.navigation import workspace_navigation

NAVIGATION = [
    ("/angebote/", _("Angebote")),
    ("/termine/", _("Termine")),
    ("/akteure/", _("Akteure")),
    ("/programme/", _("Programme")),
    ("/konzepte/", _("Konzept")),
    ("/ueber-uns/", _("Über das KI")),
]


@once_a_request
def site(request: HttpRequest) -> dict[str, Any]:
    """Once a request: partial templates that are rendered with the request ask again."""
    return {
        "centre": SimpleLazyObject(lambda: current_centre(request)),
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
