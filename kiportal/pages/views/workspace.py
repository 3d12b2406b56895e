"""The first page of the workspace. Each role has its part; who has several roles sees several parts."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kiportal.common import roles
from kiportal.common.views.acting import acting_user
from kiportal.pages import council, overview, own


@require_safe
@permission_required("common.use_workspace", raise_exception=True)
def home(request: HttpRequest) -> HttpResponse:
    user = acting_user(request)
    context: dict[str, Any] = {"greeting": _greeting(), "name": user.get_short_name()}
    if user.has_perm("offers.review_offer"):
        context |= {"tasks": overview.due_today(user), "figures": overview.figures(), "weeks": overview.weeks()}
    if user.roles & {roles.PROVIDER, roles.MUNICIPALITY}:
        context |= {"organisations": own.organisations(user), "own_offers": own.offers(user)}
    if roles.MUNICIPALITY in user.roles:
        places = [(place, own.offers_in(place)) for place in own.municipalities_of(user)]
        context |= {"is_municipality": True, "places": places}
    if roles.COUNCIL in user.roles:
        context["council"] = council.papers(user)
    if user.has_perm("common.use_admin"):
        context["accounts"] = overview.accounts()
    return render(request, "pages/workspace_home.html", context)


def _greeting() -> str:
    hour = timezone.localtime().hour
    return "Guten Morgen" if hour < 11 else "Guten Tag" if hour < 18 else "Guten Abend"
