"""/arbeitsplatz/kommune/: what a Kommune sees of its place. Another Kommune's pages answer 404."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from actors.models import Municipality, Organisation
from kiportal.common.views.acting import acting_user
from kiportal.common.views.once import current_centre
from offers import lifecycle, local
from offers.forms.feedback import LocalHintForm, LocalNeedForm
from offers.local_filters import LocalOfferFilters
from offers.models import Hint, Need, Offer, Topic
from offers.permissions import municipalities_of

PAGE_LENGTH = 30
_for_kommunen = permission_required("offers.view_local_offer", raise_exception=True)


@require_safe
@_for_kommunen
def local_home(request: HttpRequest) -> HttpResponse:
    """Lead to the one Kommune of the account; who has several chooses, who has none is told what to do."""
    user = acting_user(request)
    places = list(municipalities_of(user))
    if len(places) == 1:
        return redirect("offers:local_offer_list", slug=places[0].slug)
    context = {"places": places, "unplaced": local.unplaced(Organisation.objects.of_member(user))}
    return render(request, "offers/local_home.html", context)


@require_safe
@_for_kommunen
def local_offer_list(request: HttpRequest, slug: str) -> HttpResponse:
    place, today = _place(request, slug), timezone.localdate()
    months = current_centre(request).freshness_months
    filters = LocalOfferFilters(request.GET or None, local.entries(place, today), today=today, months=months)
    shown: Any = filters.ordered.select_related("provider")
    page = Paginator(shown, PAGE_LENGTH).get_page(request.GET.get("seite"))
    context = {
        "place": place,
        "tabs": _tabs(place, "offers:local_offer_list"),
        "filters": filters,
        "states": _states(request, filters),
        "page_obj": page,
        "rows": [(offer, local.State(offer.state)) for offer in page],
    }
    return render(request, "offers/local_offer_list.html", context)


def _states(request: HttpRequest, filters: LocalOfferFilters) -> list[dict[str, Any]]:
    """The tabs: how many entries of the other choice are in each state. A state without any has none."""
    found = local.numbers(filters.in_every_state())
    shown = [("", "alle", sum(found.values()))]
    shown += [
        (state.value, state.label, found.get(state, 0))
        for state in local.State
        if found.get(state) or state == filters.state
    ]
    result = []
    for value, label, number in shown:
        query = request.GET.copy()
        query.pop("seite", None)
        query["stand"] = value
        if not value:
            del query["stand"]
        url = f"?{query.urlencode()}" if query else request.path
        result.append({"label": label, "url": url, "current": filters.state == value, "count": number})
    return result


@require_safe
@_for_kommunen
def local_offer_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """How an entry stands, what the public sees or will see of it, and what the Kommune wrote about it."""
    place = _place(request, slug)
    offer = _entry(place, pk)
    state = local.State(offer.state)
    hints = Hint.objects.from_kommune(place).filter(offer=offer)
    context = {
        "place": place,
        "offer": offer,
        "state": state,
        "since": local.since(offer),
        "is_public": state == local.State.PUBLIC,
        "hints": local.with_answers(Hint, hints),
    }
    return render(request, "offers/local_offer_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@_for_kommunen
def local_hint_add(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    place = _place(request, slug)
    offer = _entry(place, pk)
    form = LocalHintForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        hint = lifecycle.receive_local_hint(
            form.cleaned_data["key"], offer, place, by=acting_user(request), **form.words()
        )
        messages.success(request, f"Ihr Hinweis {hint.number} ist beim Integrationszentrum. Die Antwort steht hier.")
        return redirect("offers:local_hint_list", slug=place.slug)
    back_url = reverse("offers:local_offer_detail", args=[place.slug, offer.pk])
    context = {"place": place, "offer": offer, "form": form, "back_url": back_url}
    return render(request, "offers/local_hint_form.html", context)


@require_safe
@_for_kommunen
def local_hint_list(request: HttpRequest, slug: str) -> HttpResponse:
    """What the accounts of the Kommune told the centre about entries, and what it answered."""
    place = _place(request, slug)
    hints = Hint.objects.from_kommune(place).select_related("offer", "organisation", "by_user")
    page = Paginator(hints, PAGE_LENGTH).get_page(request.GET.get("seite"))
    here = Offer.objects.known_in(place).filter(pk__in=[hint.offer_id for hint in page])
    context = {
        "place": place,
        "tabs": _tabs(place, "offers:local_hint_list"),
        "page_obj": page,
        "written": local.with_answers(Hint, page),
        "here": set(here.values_list("pk", flat=True)),
    }
    return render(request, "offers/local_hint_list.html", context)


@require_safe
@_for_kommunen
def local_gap_list(request: HttpRequest, slug: str) -> HttpResponse:
    """What is missing here: topics by the number of their public offers, and what the Kommune has reported."""
    place = _place(request, slug)
    needs = Need.objects.from_kommune(place).select_related("topic", "target_group", "language", "offer", "by_user")
    page = Paginator(needs, PAGE_LENGTH).get_page(request.GET.get("seite"))
    public = Offer.objects.visible_to_public(timezone.localdate()).filter(pk__in=[need.offer_id for need in page])
    context = {
        "place": place,
        "tabs": _tabs(place, "offers:local_gap_list"),
        "gaps": local.gaps(place, timezone.localdate()),
        "page_obj": page,
        "written": local.with_answers(Need, page),
        "public": set(public.values_list("pk", flat=True)),
    }
    return render(request, "offers/local_gap_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@_for_kommunen
def local_need_add(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of the public, with place and author known, and the topic that led here."""
    place = _place(request, slug)
    topic = Topic.objects.filter(slug=request.GET.get("thema", "")).first()
    form = LocalNeedForm(request.POST if request.method == "POST" else None, initial={"topic": topic})
    if form.is_bound and form.is_valid():
        need = lifecycle.receive_local_need(form.cleaned_data["key"], place, by=acting_user(request), **form.words())
        messages.success(request, f"Ihr Bedarf {need.number} ist beim Integrationszentrum. Die Antwort steht hier.")
        return redirect("offers:local_gap_list", slug=place.slug)
    context = {"place": place, "form": form, "back_url": reverse("offers:local_gap_list", args=[place.slug])}
    return render(request, "offers/local_need_form.html", context)


def _place(request: HttpRequest, slug: str) -> Municipality:
    return get_object_or_404(municipalities_of(acting_user(request)), slug=slug)


def _entry(place: Municipality, pk: int) -> Any:
    return get_object_or_404(local.entries(place, timezone.localdate()).for_detail(), pk=pk)


def _tabs(place: Municipality, here: str) -> list[dict[str, Any]]:
    pages = {
        "offers:local_offer_list": "Angebote",
        "offers:local_gap_list": "Was hier fehlt",
        "offers:local_hint_list": "Ihre Hinweise",
    }
    return [
        {"label": label, "url": reverse(name, args=[place.slug]), "current": name == here, "count": None}
        for name, label in pages.items()
    ]
