"""Who opens the pages of this room, and the tabs that lead from one to the next."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest
from django.urls import reverse

from funding.permissions import MANAGE, VIEW, can_manage_funding

# (address, label, whether the head alone opens it)
TABS = (
    ("sheet", "Übersicht", False),
    ("position_list", "Stellen", False),
    ("grant_list", "Zuwendungen", True),
    ("cost_list", "Ausgaben", True),
    ("programme_list", "Fördersätze", True),
    ("summary_list", "Öffentlich", True),
    ("change_list", "Verlauf", True),
)


class ManageMixin(PermissionRequiredMixin):
    permission_required = MANAGE
    raise_exception = True


class ViewMixin(PermissionRequiredMixin):
    """Editors and the head; what editors do not see the page leaves out."""

    permission_required = VIEW
    raise_exception = True


def tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    is_head = can_manage_funding(request.user)
    return [
        {"label": label, "url": reverse(f"funding:{name}"), "current": name == current, "count": None}
        for name, label, for_head in TABS
        if is_head or not for_head
    ]
