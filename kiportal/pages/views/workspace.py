"""The first page of the workspace. Each role has its part; who has several roles sees several parts."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from funding.permissions import can_manage_funding
from kiportal.common import roles
from kiportal.common.views.acting import acting_user
from kiportal.common.views.once import current_centre
from kiportal.pages import council, navigation, overview, own
from offers import local
from offers.permissions import municipalities_of


@require_safe
@permission_required("common.use_workspace", raise_exception=True)
def home(request: HttpRequest) -> HttpResponse:
    user = acting_user(request)
    centre, today = current_centre(request), timezone.localdate()
    context: dict[str, Any] = {"greeting": _greeting(), "name": user.get_short_name()}
    if user.has_perm("offers.review_offer"):
        figures = overview.figures(centre, navigation.waiting(request))
        context |= {"tasks": overview.due_today(user, centre), "figures": figures, "weeks": overview.weeks()}
    if can_manage_funding(user):
        context["due_reports"] = overview.due_reports().count()
    if user.roles & {roles.PROVIDER, roles.MUNICIPALITY}:
        own_organisations = own.organisations(user)
        organisations = [entry.organisation for entry in own_organisations]
        context |= {"organisations": own_organisations, "own_offers": own.offers(user, centre)}
        context["surveys"] = own.surveys(user)
    if roles.MUNICIPALITY in user.roles:
        places = [(place, local.summary(place, today, centre.freshness_months)) for place in municipalities_of(user)]
        context |= {"is_municipality": True, "places": places, "unplaced": local.unplaced(organisations)}
    if roles.COUNCIL in user.roles:
        context["council"] = council.papers(user)
    if user.has_perm("common.use_admin"):
        context["accounts"] = overview.accounts()
    return render(request, "pages/workspace_home.html", context)


def _greeting() -> str:
    hour = timezone.localtime().hour
    return "Guten Morgen" if hour < 11 else "Guten Tag" if hour < 18 else "Guten Abend"
