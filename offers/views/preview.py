"""/angebote/vorschau/<token>/: an author sees the entry as everybody will see it, before it is released."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kiportal.common.models import AccessLink
from offers.models import Offer
from offers.views.by_link import opened_by_link


@opened_by_link(AccessLink.Purpose.PREVIEW)
def offer_preview(request: HttpRequest, link: AccessLink, offer: Offer) -> HttpResponse:
    if offer.status == Offer.Status.PUBLISHED:
        return redirect(offer)
    context = {"offer": Offer.objects.for_detail().get(pk=offer.pk), "link": link}
    return render(request, "offers/offer_preview.html", context)
