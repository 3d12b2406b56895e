"""/angebote/vorschau/<token>/: an author sees the entry as everybody will see it, before it is released.

The link is about an entry that nobody has released yet, or about a change of one that is public.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kiportal.common.models import AccessLink, ChangeProposal
from kiportal.common.transitions import TransitionError
from offers import lifecycle
from offers.models import Offer
from offers.views.by_link import opened_by_link


def _record(link: AccessLink) -> Offer | ChangeProposal:
    if not isinstance(link.target, Offer | ChangeProposal):
        raise Offer.DoesNotExist
    return link.target


@opened_by_link(AccessLink.Purpose.PREVIEW, _record)
def offer_preview(request: HttpRequest, link: AccessLink, record: Offer | ChangeProposal) -> HttpResponse:
    if isinstance(record, ChangeProposal):
        return _changed(request, link, record)
    if record.status == Offer.Status.PUBLISHED:
        return redirect(record)
    context = {"offer": Offer.objects.for_detail().get(pk=record.pk), "link": link}
    return render(request, "offers/offer_preview.html", context)


def _changed(request: HttpRequest, link: AccessLink, proposal: ChangeProposal) -> HttpResponse:
    """The public entry with the change in it; once that is decided, the entry as it is."""
    offer = Offer.objects.get(pk=proposal.target_id)
    if proposal.status in {ChangeProposal.Status.OPEN, ChangeProposal.Status.CHANGES_REQUESTED}:
        try:
            with lifecycle.as_if_accepted(proposal) as changed:
                context = {"offer": changed, "link": link, "is_change": True}
                return render(request, "offers/offer_preview.html", context)
        except TransitionError as error:
            return render(request, "offers/offer_preview.html", {"offer": offer, "link": link, "error": error})
    if offer.status == Offer.Status.PUBLISHED:
        return redirect(offer)
    return render(request, "offers/offer_preview.html", {"offer": offer, "link": link})
