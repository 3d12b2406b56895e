"""The review queue, and the page on which one decides about a submitted offer."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from kiportal.common.models import AccessLink
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.acting import acting_user
from offers import lifecycle
from offers.forms.decisions import BulkForm, DecisionForm, HandOverForm, NoteForm
from offers.history import timeline
from offers.lifecycle import bulk
from offers.models import Offer
from offers.permissions import can_release_offer, is_own_release
from offers.review import assignment, findings, queue, records
from offers.staff_filters import QueueFilterForm
from offers.views.steps import somebody_was_faster

PERMISSION = "offers.review_offer"
DONE = {
    "publish": "„{}“ ist veröffentlicht.",
    "request_changes": "Die Rückfrage zu „{}“ ist unterwegs.",
    "reject": "„{}“ ist abgelehnt.",
}


class ReviewList(PermissionRequiredMixin, TemplateView):
    """The queue. A POST decides several entries at once and tells what became of each."""

    permission_required = PERMISSION
    raise_exception = True
    template_name = "offers/review_list.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._page(None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = BulkForm(request.POST, entries=[(entry.key, entry.title) for entry in queue.waiting()])
        if not form.is_valid():
            return self._page(form)
        chosen = form.cleaned_data
        results = bulk.decide(
            chosen["auswahl"],
            chosen["verb"],
            by=acting_user(request),
            reason=chosen["text"],
            assignee=chosen["assignee"],
        )
        context = self.get_context_data(results=results, failed=[result for result in results if result.error])
        self.template_name = "offers/review_result.html"
        return self.render_to_response(context)

    def _page(self, form: BulkForm | None) -> HttpResponse:
        fields = QueueFilterForm(self.request.GET)
        filters = fields.filters(acting_user(self.request))
        page = Paginator(queue.waiting(filters), 20).get_page(self.request.GET.get("seite"))
        entries, today = queue.with_twins(page), timezone.localdate()
        form = form or BulkForm(entries=[(entry.key, entry.title) for entry in entries])
        context = self.get_context_data(
            page_obj=page,
            rows=[(entry, entry.age(today)) for entry in entries],
            filters=fields,
            is_filtered=filters != queue.Filters(),
            form=form,
            chosen=set(self.request.POST.getlist("auswahl")),
        )
        return self.render_to_response(context)


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
                return somebody_was_faster(request, offer, reason, next_url=next_url(request, since))
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
        user = acting_user(self.request)
        previews = AccessLink.objects.for_target(offer).filter(purpose=AccessLink.Purpose.PREVIEW)
        context = self.get_context_data(
            offer=offer,
            form=self.form,
            note_form=NoteForm(instance=offer),
            findings=findings.examine(offer, by=user),
            history=timeline(offer),
            can_release=can_release_offer(user, offer),
            is_own=is_own_release(user, offer),
            preview=previews.order_by("created_at").last(),
            next_url=next_url(self.request, offer.submitted_at or offer.created_at),
        )
        return self.render_to_response(context, status=status)


def next_url(request: HttpRequest, since: datetime) -> str:
    """Where the next entry of the queue is decided, or the empty text."""
    entry = queue.following(since, request.path, for_user=acting_user(request))
    return entry.url if entry else ""


def decided(request: HttpRequest, message: str, since: datetime) -> HttpResponse:
    """After a decision: say so, and go on with the next entry; the empty queue says that all is done."""
    messages.success(request, message)
    return redirect(next_url(request, since) or reverse("offers:review_list"))


# Who takes care


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def review_assign(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Take an entry, hand it over, or free it."""
    record = get_object_or_404(records.known(kind), pk=pk)
    match request.POST.get("verb"):
        case "take":
            try:
                assignment.take(record, acting_user(request))
                messages.success(request, "Sie kümmern sich jetzt um diesen Eintrag.")
            except TransitionError as error:
                messages.error(request, str(error))
        case "free":
            assignment.hand_over(record, None)
            messages.success(request, "Der Eintrag ist wieder frei.")
        case "hand_over":
            form = HandOverForm(request.POST)
            if not form.is_valid():
                raise BadRequest("nobody to hand over to")
            assignment.hand_over(record, form.cleaned_data["assignee"])
            messages.success(request, f"Um diesen Eintrag kümmert sich jetzt {form.cleaned_data['assignee']}.")
        case _:
            raise BadRequest("unknown verb")
    return redirect(records.url_of(record))


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def review_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail the author a link to the entry as the public will see it."""
    offer = get_object_or_404(Offer.objects.for_staff(), pk=pk)
    try:
        link = lifecycle.send_preview_link(offer, by=acting_user(request))
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Der Link zur Vorschau geht an {link.email}.")
    return redirect(records.url_of(offer))
