"""Who acts for an organisation: its own people and staff let somebody in and end an access; staff hand it over."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

import actors.access
from actors.models import Organisation
from kiportal.common.transitions import TransitionError
from kiportal.common.views.acting import acting_user
from offers import lifecycle
from offers.forms.member import HandOverForm, InvitationForm
from offers.querysets import known_to_staff

_STAFF = "actors.change_organisation"


@require_http_methods(["GET", "HEAD", "POST"])
def member_access(request: HttpRequest, organisation_pk: int) -> HttpResponse:
    """GET shows who has access; a POST invites somebody."""
    organisation, status = _organisation(request, organisation_pk), 200
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actors.access.give(organisation, by=acting_user(request), **form.cleaned_data)
        except TransitionError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            messages.success(request, f"Die Einladung geht gleich an {form.cleaned_data['email']}.")
            return redirect(_url(organisation))
    context = {
        "organisation": organisation,
        "form": form,
        "members": organisation.memberships.select_related("user").order_by("user__last_name", "user__username"),
        "successor": actors.access.waiting(organisation.memberships.all()).first(),
        "is_staff": request.user.has_perm(_STAFF),
        "can_invite": organisation.status in {Organisation.Status.PROPOSED, Organisation.Status.PUBLISHED},
    }
    return render(request, "offers/member_access.html", context, status=status)


@require_POST
def member_access_take(request: HttpRequest, organisation_pk: int, pk: int) -> HttpResponse:
    """End somebody's access, or give back one's own."""
    organisation, user = _organisation(request, organisation_pk), acting_user(request)
    membership = get_object_or_404(organisation.memberships.select_related("user", "organisation"), pk=pk)
    is_own = membership.user == user
    is_successor = actors.access.waiting(organisation.memberships.filter(pk=pk)).exists()
    try:
        lifecycle.take_access(membership, by=user)
    except TransitionError as error:
        messages.error(request, str(error))
        return redirect(_url(organisation))
    if is_own and not user.has_perm(_STAFF):
        messages.success(request, f"Sie haben keinen Zugang mehr zu „{organisation}“.")
        return redirect("pages:workspace_home")
    if is_successor:
        messages.success(request, "Die Übergabe ist zurückgezogen. Alle anderen behalten ihren Zugang.")
    else:
        messages.success(request, f"{membership.user} hat keinen Zugang mehr.")
    return redirect(_url(organisation))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(_STAFF, raise_exception=True)
def member_access_hand_over(request: HttpRequest, organisation_pk: int) -> HttpResponse:
    """A new person takes over; everybody else loses access when that person has accepted."""
    organisation, status = _organisation(request, organisation_pk), 200
    form = HandOverForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            is_done = lifecycle.hand_over(organisation, by=acting_user(request), **form.cleaned_data)
        except TransitionError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            if is_done:
                messages.success(request, f"„{organisation}“ ist übergeben. Die E-Mail dazu geht gleich hinaus.")
            else:
                messages.success(request, f"Die Einladung geht gleich an {form.cleaned_data['email']}.")
            return redirect(_url(organisation))
    context = {"organisation": organisation, "form": form, "back_url": _url(organisation)}
    return render(request, "offers/member_access_hand_over.html", context, status=status)


def _organisation(request: HttpRequest, pk: int) -> Organisation:
    """Staff know all, members their own; others have no business here."""
    user = acting_user(request)
    if user.has_perm(_STAFF):
        return get_object_or_404(known_to_staff(Organisation.objects.all()), pk=pk)
    if not user.has_perm("actors.act_for_organisation"):
        raise PermissionDenied
    return get_object_or_404(Organisation.objects.of_member(user), pk=pk)


def _url(organisation: Organisation) -> str:
    return reverse("offers:member_access", args=[organisation.pk])
