"""The state of the register: what runs out or is hidden, who cannot be reached, which links are broken."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actors.models import Municipality
from kiportal.common import addresses
from kiportal.common.models import MailAddress
from kiportal.common.transitions import TransitionError
from kiportal.common.views.acting import acting_user
from offers import lifecycle, reaching
from offers.forms.upkeep import NewAddressForm, PlaceForm, UndeliverableForm
from offers.models import Offer
from offers.upkeep.board import View, bearers, board, told_by

PERMISSION = "offers.review_offer"
PAGE_LENGTH = 30


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def freshness_board(request: HttpRequest) -> HttpResponse:
    """One list at a time; with no choice the first that is not empty."""
    return _page(request, UndeliverableForm())


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def freshness_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the link to all entries of the address now."""
    offer = get_object_or_404(Offer.objects.for_staff().select_related("provider"), pk=pk)
    email = reaching.of_offers([offer])[offer.pk]
    try:
        lifecycle.send_care_all_link(offer.provider, email, by=acting_user(request))
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Der Pflege-Link geht an {email}.")
    return redirect(_back(request))


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def freshness_ask_all(request: HttpRequest) -> HttpResponse:
    """Send the link for every entry that was ticked: one mail to each address of an organisation."""
    keys = [int(key) for key in request.POST.getlist("auswahl") if key.isdecimal()]
    offers = Offer.objects.for_staff().filter(pk__in=keys).select_related("provider").order_by("pk")
    wanted = dict.fromkeys(
        (offer.provider, (offer.submitter_email or offer.provider.email).lower()) for offer in offers
    )
    silent = set(MailAddress.objects.undeliverable().values_list("email", flat=True))
    sent, left_out = 0, []
    for organisation, email in wanted:
        try:
            if not email or email in silent:
                raise TransitionError("Es gibt keine Adresse, die Post annimmt.")
            lifecycle.send_care_all_link(organisation, email, by=acting_user(request))
            sent += 1
        except TransitionError:
            left_out.append(str(organisation))
    if sent:
        messages.success(request, f"Der Pflege-Link geht an {sent} Adresse{'' if sent == 1 else 'n'}.")
    if left_out:
        messages.warning(request, f"Ohne Adresse, die Post annimmt, oder schon bestätigt: {', '.join(left_out)}.")
    if not wanted:
        messages.error(request, "Bitte wählen Sie mindestens einen Eintrag aus.")
    return redirect(_back(request))


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def freshness_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """The organisation has said yes on the phone: the Verlauf says who was called."""
    offer = get_object_or_404(Offer.objects.for_staff().select_related("provider", "contact"), pk=pk)
    reason = f"Am Telefon bestätigt: {told_by(offer)}"
    try:
        lifecycle.confirm(offer, by=acting_user(request), on=timezone.localdate(), reason=reason)
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"„{offer}“ ist als aktuell bestätigt. Im Verlauf steht: {reason}")
    return redirect(_back(request))


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def address_mark(request: HttpRequest) -> HttpResponse:
    form = UndeliverableForm(request.POST)
    if not form.is_valid():
        return _page(request, form, view=View.UNDELIVERABLE)
    email = form.cleaned_data["email"]
    addresses.mark_undeliverable(email, reason=form.cleaned_data["reason"], by=acting_user(request))
    messages.success(request, f"{email} ist als nicht zustellbar vermerkt.")
    return redirect(_url(View.UNDELIVERABLE))


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def address_clear(request: HttpRequest, pk: int) -> HttpResponse:
    address = get_object_or_404(MailAddress.objects.undeliverable(), pk=pk)
    addresses.mark_deliverable(address.email)
    messages.success(request, f"An {address.email} wird wieder geschrieben.")
    return redirect(_url(View.UNDELIVERABLE))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required((PERMISSION, "offers.change_offer", "actors.change_organisation"), raise_exception=True)
def address_replace(request: HttpRequest, pk: int) -> HttpResponse:
    """One new address for everything that names the old one."""
    address, status = get_object_or_404(MailAddress.objects.undeliverable(), pk=pk), 200
    form = NewAddressForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            lifecycle.replace_address(address, email, by=acting_user(request))
        except TransitionError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            messages.success(request, f"Statt {address} gilt jetzt überall {email}.")
            return redirect(_url(View.UNDELIVERABLE))
    context = {"form": form, "row": bearers(address), "back_url": _url(View.UNDELIVERABLE)}
    return render(request, "offers/address_replace.html", context, status=status)


def _page(request: HttpRequest, form: UndeliverableForm, view: View | None = None) -> HttpResponse:
    filters = PlaceForm(request.GET)
    place = filters.cleaned_data["kommune"] if filters.is_valid() else None
    found = board(timezone.localdate(), place)
    wanted = request.GET.get("ansicht", "")
    chosen = view or (View(wanted) if wanted in View.values else next((v for v in View if found.rows(v)), View.OVERDUE))
    page = Paginator(found.rows(chosen), PAGE_LENGTH).get_page(request.GET.get("seite"))
    context: dict[str, Any] = {
        "view": chosen.value,
        "tabs": [
            {
                "label": tab.label,
                "url": _query(tab, place),
                "current": tab == chosen,
                "count": len(found.rows(tab)),
            }
            for tab in View
        ],
        "page_obj": page,
        "form": form,
        "filters": filters,
        "place": place,
        "today": timezone.localdate(),
    }
    return render(request, "offers/freshness_board.html", context)


def _back(request: HttpRequest) -> str:
    view = request.POST.get("ansicht", "")
    place = Municipality.objects.filter(slug=request.POST.get("kommune", "")).first()
    return _url(View(view) if view in View.values else View.OVERDUE, place)


def _url(view: View, place: Municipality | None = None) -> str:
    return f"{reverse('offers:freshness_board')}{_query(view, place)}"


def _query(view: View, place: Municipality | None) -> str:
    return "?" + urlencode({"ansicht": view.value} | ({"kommune": place.slug} if place else {}))
