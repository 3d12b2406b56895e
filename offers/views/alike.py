"""Hints while somebody types a name or a title: what we have already. Forms work without them; the next step asks."""

from typing import Any

from django.contrib.auth.decorators import login_not_required, permission_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actors.models import Organisation
from kiportal.common.text import fold
from offers.models import Offer
from offers.review import records
from offers.review.duplicates import offers_like, organisations_like

AT_MOST = 4
SHORTEST = 4


@require_safe
@login_not_required
def public_alike(request: HttpRequest) -> HttpResponse:
    """Only what has a public page."""
    today = timezone.localdate()
    found = [
        *_organisations(request).visible_to_public()[:AT_MOST],
        *_offers(request).visible_to_public(today)[:AT_MOST],
    ]
    return _hint(request, [(row, row.get_absolute_url()) for row in found])


@require_safe
@permission_required("offers.add_offer", raise_exception=True)
def staff_alike(request: HttpRequest) -> HttpResponse:
    """All that staff know of, and what they write down for others just now."""
    offers = _offers(request, Offer.objects.editable_by_staff())
    found = [*_organisations(request)[:AT_MOST], *offers[:AT_MOST]]
    return _hint(request, [(row, records.url_of(row)) for row in found])


def _organisations(request: HttpRequest) -> Any:
    """A name is typed together with the town of the organisation; those there come first."""
    name, place = request.GET.get("name", "").strip()[:160], request.GET.get("municipality", "")
    if len(name) < SHORTEST:
        return Organisation.objects.none()
    found = organisations_like(Organisation(name=name)).select_related("municipality")
    if _is_key(place):
        found = found.annotate(is_near=Q(municipality=int(place), municipality__isnull=False))
        return found.order_by("-is_near", "-likeness")  # type: ignore[misc]
    return found


def _offers(request: HttpRequest, known: Any = None) -> Any:
    """A title is typed together with the places where it is; entries there come first, and less has to be alike."""
    title = request.GET.get("title", "").strip()[:120]
    if len(title) < SHORTEST:
        return Offer.objects.none()
    city, place = (request.GET.get(name, "").strip()[:160] for name in ("city", "place_name"))
    typed = Offer(title=title, city=city, place_name=place)
    typed.search_text = fold(title)
    found = offers_like(
        typed, known, places=[int(key) for key in request.GET.getlist("municipalities") if _is_key(key)]
    )
    return found.prefetch_related("municipalities")


def _is_key(text: str) -> bool:
    return text.isdecimal() and len(text) < 10


def _hint(request: HttpRequest, rows: list[tuple[Any, str]]) -> HttpResponse:
    return render(request, "offers/_alike.html", {"rows": rows})
