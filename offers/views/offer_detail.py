"""/angebote/<slug>/: one offer."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from offers import counting
from offers.counting import Index
from offers.models import Offer
from offers.similar import similar
from offers.vocabulary import MUNICIPALITY

SIMILAR = 3


@require_safe
@login_not_required
def offer_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """An offer that is over says so with status 410 and nothing else about it; any other answers 404.

    The address of one that was merged into another leads there.
    """
    today = timezone.localdate()
    offers = Offer.objects.visible_to_public(today)
    offer = offers.page_of(slug)
    if offer is None:
        if (kept := offers.filter(merged__slug=slug).first()) is not None:
            return redirect(kept, permanent=True)
        if Offer.objects.ended(today).filter(slug=slug).exists():
            return render(request, "offers/offer_ended.html", status=410)
        raise Http404
    index = counting.current()
    index.attach([offer])
    linked = offers.filter(Q(inspired_by=offer) | Q(pk=offer.inspired_by_id)).select_related("provider")
    kin = list(linked.order_by("sort_key", "pk")) if offer.is_project or offer.inspired_by_id else []
    return render(
        request,
        "offers/offer_detail.html",
        {
            "offer": offer,
            "places": _places(offer, index),
            "similar": similar(offer, SIMILAR, index),
            "inspired_by": next((other for other in kin if other.pk == offer.inspired_by_id), None),
            "inspired": [other for other in kin if other.inspired_by_id == offer.pk],
            "invites_to_copy": True,
        },
    )


def _places(offer: Offer, index: Index) -> dict[str, Any]:
    """The small map: a square for each municipality, those of the offer marked."""
    own = {municipality.pk for municipality in offer.municipalities.all()}
    squares = [
        {
            "x": 10 * municipality.tile_column,
            "y": 10 * municipality.tile_row,
            "marked": offer.is_countywide or municipality.pk in own,
        }
        for municipality in index.rows[MUNICIPALITY.name].values()
    ]
    width, height = (max((square[side] for square in squares), default=0) + 9 for side in ("x", "y"))
    return {"squares": squares, "view_box": f"0 0 {width} {height}"}
