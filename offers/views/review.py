"""The review queue, and the page on which one decides about a submitted offer."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import TemplateView

from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.acting import acting_user
from offers import lifecycle
from offers.forms.decisions import DecisionForm, NoteForm
from offers.history import timeline
from offers.models import Offer
from offers.review import findings, queue
from offers.staff_filters import QueueFilterForm
from offers.views.steps import somebody_was_faster

PERMISSION = "offers.review_offer"
DONE = {
    "publish": "„{}“ ist veröffentlicht.",
    "request_changes": "Die Rückfrage zu „{}“ ist unterwegs.",
    "reject": "„{}“ ist abgelehnt.",
}


class ReviewList(PermissionRequiredMixin, TemplateView):
    permission_required = PERMISSION
    raise_exception = True
    template_name = "offers/review_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filters = QueueFilterForm(self.request.GET)
        filters.is_valid()
        kind, municipality = filters.cleaned_data.get("art", ""), filters.cleaned_data.get("kommune")
        page = Paginator(queue.waiting(kind, municipality), 20).get_page(self.request.GET.get("seite"))
        return super().get_context_data(
            page_obj=page,
            entries=queue.with_twins(page),
            filters=filters,
            is_filtered=bool(kind or municipality),
            **kwargs,
        )


class ReviewDetail(PermissionRequiredMixin, TemplateView):
    """GET shows the offer with all hints; a POST of `verb` decides and leads to the next entry."""

    permission_required = PERMISSION
    raise_exception = True
    template_name = "offers/review_detail.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.form = DecisionForm()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        offer = self._offer()
        if offer.status != Offer.Status.SUBMITTED:
            messages.info(request, f"„{offer}“ ist nicht mehr in der Prüfung.")
            return redirect("offers:staff_offer_detail", pk=offer.pk)
        return self._page(offer)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        offer, status = self._offer(), 200
        self.form = DecisionForm(request.POST)
        if self.form.is_valid():
            verb, reason = self.form.cleaned_data["verb"], self.form.cleaned_data["text"]
            since = offer.submitted_at or offer.created_at
            try:
                getattr(lifecycle, verb)(offer, by=acting_user(request), reason=reason)
            except SomebodyWasFaster:
                return somebody_was_faster(request, offer, reason, next_url=next_url(since, request.path))
            except TransitionError as error:
                self.form.add_error(None, str(error))
                status = error.status
            else:
                return decided(request, DONE[verb].format(offer), since)
        return self._page(offer, status)

    def _offer(self) -> Offer:
        offers = Offer.objects.for_staff().for_detail()
        return get_object_or_404(offers, pk=self.kwargs["pk"])

    def _page(self, offer: Offer, status: int = 200) -> HttpResponse:
        context = self.get_context_data(
            offer=offer,
            form=self.form,
            note_form=NoteForm(instance=offer),
            findings=findings.examine(offer, by=acting_user(self.request)),
            history=timeline(offer),
            next_url=next_url(offer.submitted_at or offer.created_at, self.request.path),
        )
        return self.render_to_response(context, status=status)


def next_url(since: datetime, path: str) -> str:
    """Where the next entry of the queue is decided, or the empty text."""
    entry = queue.following(since, path)
    return entry.url if entry else ""


def decided(request: HttpRequest, message: str, since: datetime) -> HttpResponse:
    """After a decision: say so, and go on with the next entry; the empty queue says that all is done."""
    messages.success(request, message)
    return redirect(next_url(since, request.path) or reverse("offers:review_list"))
