"""The state of the register: what runs out or is hidden, who cannot be reached, which links are broken."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kiportal.common import addresses
from kiportal.common.models import MailAddress
from kiportal.common.transitions import TransitionError
from kiportal.common.views.acting import acting_user
from offers import lifecycle, reaching
from offers.forms.upkeep import NewAddressForm, UndeliverableForm
from offers.models import Offer
from offers.upkeep.board import View, bearers, board

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
    found = board(timezone.localdate())
    wanted = request.GET.get("ansicht", "")
    chosen = view or (View(wanted) if wanted in View.values else next((v for v in View if found.rows(v)), View.OVERDUE))
    page = Paginator(found.rows(chosen), PAGE_LENGTH).get_page(request.GET.get("seite"))
    context: dict[str, Any] = {
        "view": chosen.value,
        "tabs": [
            {
                "label": tab.label,
                "url": f"?ansicht={tab.value}",
                "current": tab == chosen,
                "count": len(found.rows(tab)),
            }
            for tab in View
        ],
        "page_obj": page,
        "form": form,
        "today": timezone.localdate(),
    }
    return render(request, "offers/freshness_board.html", context)


def _back(request: HttpRequest) -> str:
    view = request.POST.get("ansicht", "")
    return _url(View(view) if view in View.values else View.OVERDUE)


def _url(view: View) -> str:
    return f"{reverse('offers:freshness_board')}?ansicht={view.value}"
