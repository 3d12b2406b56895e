"""The workspace's navigation: what each role may open, and how much waits for a decision."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from offers.review import queue


@dataclass(frozen=True)
class Item:
    name: str
    label: str
    icon: str
    permissions: tuple[str, ...]


ITEMS = (
    Item("offers:review_list", "Prüfung", "inbox", ("offers.review_offer",)),
    Item("offers:staff_offer_list", "Angebote", "list", ("offers.view_offer",)),
    Item("offers:staff_organisation_list", "Organisationen", "organisation", ("actors.change_organisation",)),
    Item("pages:barrier_list", "Barrieren", "accessibility", ("pages.answer_barrierreport",)),
    Item("common:job_list", "Aufträge", "job", ("common.view_job",)),
    Item("admin:index", "Verwaltung", "settings", ("common.use_admin",)),
)
MAILBOX = Item("pages:mailbox_list", "Postfach", "mail", ("common.view_job", "common.use_admin"))


def workspace_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return {label, url, icon, current, count} for every page the person may open."""
    user = request.user
    if not user.has_perm("common.use_workspace"):
        return []
    home = reverse("pages:workspace_home")
    entries = [{"label": "Übersicht", "url": home, "icon": "home", "current": request.path == home, "count": 0}]
    for item in (*ITEMS, MAILBOX) if settings.KIPORTAL_DEMO else ITEMS:
        if any(user.has_perm(permission) for permission in item.permissions):
            url = reverse(item.name)
            count = queue.length() if item.name == "offers:review_list" else 0
            current = request.path.startswith(url)
            entries.append({"label": item.label, "url": url, "icon": item.icon, "current": current, "count": count})
    return entries
