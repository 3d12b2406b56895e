"""Offers as a Wegweiser in PDF: choosing, waiting, reading. Anybody may, from any filter of the list."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.http import quote_etag
from django.utils.text import slugify
from django.utils.translation import get_language
from django.views import View
from django.views.decorators.http import require_safe

from kiportal.common import limits
from kiportal.common.models import User
from kiportal.common.views.acting import acting_user
from offers import brochure, lifecycle
from offers.filters import OfferFilters
from offers.forms.brochures import GroupingForm, StaffBrochureForm
from offers.models import Brochure, Offer

# What one address may ask for in an hour, and how many of these may be new books; and how many may wait in all.
ASKED_PER_HOUR = 60
MADE_PER_HOUR = 6
WAITING = 10
SHOWN_TO_STAFF = 30


class TooMany(Exception):
    """One address asks for too much, or all together do."""


@method_decorator(login_not_required, name="dispatch")
class BrochureOrder(View):
    """How many offers, and how to arrange them. What was made before is there at once."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(_filters(request.GET), GroupingForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        filters, form = _filters(request.POST), GroupingForm(request.POST)
        if not form.is_valid() or not 0 < filters.bits().bit_count() <= brochure.MOST:
            return self._page(filters, form)
        try:
            return redirect(_order(filters, form.cleaned_data["gliederung"], asking=limits.address(request)))
        except TooMany:
            return self._page(filters, form, status=429)

    def _page(self, filters: OfferFilters, form: GroupingForm, status: int = 200) -> HttpResponse:
        context = {
            "filters": filters,
            "notices": filters.notices,
            "subject": brochure.subject(filters),
            "number": filters.bits().bit_count(),
            "most": brochure.MOST,
            "form": form,
            "hidden": [(name, value) for name, values in QueryDict(filters.own_query[1:]).lists() for value in values],
            "too_many": status == 429,
        }
        answer = render(self.request, "offers/brochure_order.html", context, status=status)
        if status == 429:
            answer.headers["Retry-After"] = "600"
        return answer


@require_safe
@login_not_required
def brochure_detail(request: HttpRequest, key: UUID) -> HttpResponse:
    """Where it is. Whoever has the address may look: it holds nothing but public entries."""
    found = get_object_or_404(Brochure.objects.select_related("job"), pk=key)
    template = "_brochure_state.html" if request.headers.get("HX-Request") else "brochure_detail.html"
    return render(request, f"offers/{template}", _state(found))


@require_safe
@login_not_required
def brochure_file(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """The PDF as long as it is still right: no entry or name stays in print that was withdrawn."""
    found = get_object_or_404(Brochure.objects.select_related("job").exclude(file=""), pk=key)
    with translation.override(found.language):
        html = brochure.render_brochure_html(
            _filters(QueryDict(found.query)), found.grouping, timezone.localdate(found.created_at)
        )
    if brochure.state_of(html) != found.state or not found.is_stored:
        return render(request, "offers/brochure_detail.html", _state(found) | {"is_outdated": True}, status=410)
    etag = quote_etag(found.state)
    answer = get_conditional_response(request, etag=etag) or FileResponse(
        found.file.open("rb"), content_type="application/pdf", filename=_file_name(found)
    )
    answer.headers["ETag"] = etag
    answer.headers["X-Robots-Tag"] = "noindex"
    patch_cache_control(answer, public=True, no_cache=True)
    return answer


class StaffBrochures(PermissionRequiredMixin, View):
    """A book for a Kommune, a topic or a language, and those of the last days."""

    permission_required = "offers.review_offer"
    raise_exception = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, StaffBrochureForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = StaffBrochureForm(request.POST)
        if not form.is_valid():
            return self._page(request, form)
        filters = _filters(form.query())
        number = filters.bits().bit_count()
        if not number:
            form.add_error(None, "Zu dieser Auswahl gibt es kein Angebot. Wählen Sie weniger aus.")
        elif number > brochure.MOST:
            form.add_error(
                None,
                f"Ein Wegweiser fasst höchstens {brochure.MOST} Angebote, diese Auswahl hat {number}. "
                "Wählen Sie eine Kommune, ein Thema oder eine Sprache.",
            )
        else:
            _order(filters, form.cleaned_data["gliederung"], by=acting_user(request))
            messages.success(request, "Der Wegweiser wird erstellt. Er steht gleich unten in der Liste.")
            return redirect("offers:staff_brochure_list")
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: StaffBrochureForm) -> HttpResponse:
        recent = Brochure.objects.select_related("job")[:SHOWN_TO_STAFF]
        return render(request, "offers/staff_brochure_list.html", {"form": form, "brochures": recent})


def _filters(parameters: QueryDict) -> OfferFilters:
    return OfferFilters(parameters, Offer.objects.visible_to_public(timezone.localdate()))


def _order(filters: OfferFilters, grouping: str, *, asking: str = "", by: User | None = None) -> Brochure:
    """The book of these filters; raises TooMany where `asking`, the address of a stranger, may not have it made."""
    hour = timedelta(hours=1)
    if asking and limits.exceeded("brochure-asked", asking, limit=ASKED_PER_HOUR, window=hour):
        raise TooMany
    state = brochure.state_of(brochure.render_brochure_html(filters, grouping, timezone.localdate()))
    if found := lifecycle.brochure_for(state):
        return found
    if asking and (
        lifecycle.unfinished_brochures() >= WAITING
        or limits.exceeded("brochure-made", asking, limit=MADE_PER_HOUR, window=hour)
    ):
        raise TooMany
    return lifecycle.order_brochure(
        state,
        title=brochure.subject(filters),
        query=filters.own_query.removeprefix("?"),
        grouping=grouping,
        language=get_language() or settings.LANGUAGE_CODE,
        by=by,
    )


def _state(found: Brochure) -> dict[str, Any]:
    return {
        "brochure": found,
        "is_ready": found.is_stored,
        "order_query": f"?{found.query}" if found.query else "",
    }


def _file_name(found: Brochure) -> str:
    return f"wegweiser-{slugify(found.title)[:60]}-{timezone.localdate(found.created_at):%Y-%m-%d}.pdf"
