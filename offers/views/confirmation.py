"""/angebote/bestaetigen/<token>/: GET shows a button, POST acts, and every later visit is a friendly page."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kiportal.common.models import AccessLink
from kiportal.common.transitions import SomebodyWasFaster
from offers import lifecycle
from offers.models import Offer
from offers.views.by_link import opened_by_link


@opened_by_link(AccessLink.Purpose.CONFIRM)
def submission_confirm(request: HttpRequest, link: AccessLink, offer: Offer) -> HttpResponse:
    if request.method == "POST":
        with suppress(SomebodyWasFaster):  # confirmed before; the page says how things stand
            lifecycle.confirm_submission(offer, by=link)
        return redirect(request.path)
    return render(request, "offers/confirmation_detail.html", {"offer": offer})
