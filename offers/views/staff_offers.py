"""Offers in the workspace: list, page with Verlauf and steps, editing, entering for somebody, care link."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View
from django.views.decorators.http import require_POST
from django.views.generic import ListView

from kiportal.common.forms import StaleSave
from kiportal.common.models import AccessLink, Centre, ChangeProposal
from kiportal.common.transitions import TransitionError
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import Difference, conflict
from kiportal.common.views.steps import Step
from offers import changes, lifecycle
from offers.completeness import missing
from offers.forms.decisions import NoteForm
from offers.forms.staff import NewOfferForm, ProviderForm, StaffOfferForm
from offers.models import Offer, SurveyInvitation
from offers.permissions import can_show_again, has_rewritten
from offers.review import queue
from offers.staff_filters import StaffOfferFilters
from offers.views.recording import list_tabs
from offers.views.steps import StepView


class StaffOfferList(PermissionRequiredMixin, ListView):
    permission_required = "offers.view_offer"
    raise_exception = True
    template_name = "offers/staff_offer_list.html"
    paginate_by = 30
    page_kwarg = "seite"

    def get_queryset(self) -> Any:
        offers = Offer.objects.for_staff().select_related("provider").prefetch_related("municipalities")
        self.filters = StaffOfferFilters(self.request.GET or None, offers)
        return self.filters.qs.order_by("sort_key", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(filters=self.filters, **kwargs)
        context["rows"] = [(offer, queue.places(offer)) for offer in context["object_list"]]
        context["tabs"] = list_tabs(recorded=False)
        return context


class StaffOfferDetail(StepView):
    permission_required = "offers.view_offer"
    template_name = "offers/staff_offer_detail.html"
    context_object_name = "offer"
    transitions = lifecycle.OFFER
    steps = (
        Step(
            "hide",
            "Verbergen",
            "lock",
            lifecycle.hide,
            "Der Eintrag verschwindet sofort von den öffentlichen Seiten und kann jederzeit wieder gezeigt werden.",
            "„{}“ ist verborgen.",
            needs_reason=True,
        ),
        Step("unhide", "Wieder zeigen", "eye", lifecycle.unhide, "Der Eintrag erscheint wieder.", "„{}“ ist sichtbar."),
        Step(
            "archive",
            "Beenden",
            "history",
            lifecycle.archive,
            "Das Angebot gibt es nicht mehr. Der Eintrag bleibt hier erhalten.",
            "„{}“ ist beendet.",
        ),
        Step(
            "restore",
            "Wiederherstellen",
            "undo",
            lifecycle.restore,
            "Der Eintrag erscheint wieder und gilt als heute bestätigt.",
            "„{}“ ist wieder veröffentlicht.",
        ),
    )

    def get_queryset(self) -> Any:
        return Offer.objects.for_staff().for_detail().select_related("recorded_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        offer = self.object
        months = Centre.objects.current().freshness_months
        care_links = AccessLink.objects.for_target(offer).filter(purpose=AccessLink.Purpose.CARE)
        user = acting_user(self.request)
        is_rewritten = offer.status in lifecycle.OFFER["rewrite"].sources and has_rewritten(user, offer)
        return super().get_context_data(
            is_rewritten=is_rewritten,
            can_show_again=is_rewritten and can_show_again(user, offer),
            gaps=missing(offer),
            is_stale=offer.status == Offer.Status.PUBLISHED and offer.is_stale(timezone.localdate(), months),
            proposals=ChangeProposal.objects.for_target(offer).open(),
            care_link=care_links.order_by("-created_at").first(),
            where=queue.places(offer),
            is_public=Offer.objects.visible_to_public(timezone.localdate()).filter(pk=offer.pk).exists(),
            **kwargs,
        )


class StaffOfferEdit(PermissionRequiredMixin, View):
    permission_required = "offers.change_offer"
    raise_exception = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = StaffOfferForm(instance=self._offer(pk))
        form.opened_part = request.GET.get("teil", "")
        return self._page(request, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        offer = self._offer(pk)
        form = StaffOfferForm(request.POST, instance=offer)
        if not form.is_valid():
            return self._page(request, form)
        try:
            with transaction.atomic():
                form.save()
                if offer.status == Offer.Status.DRAFT:
                    lifecycle.revise_recorded(offer, by=acting_user(request))
                elif form.changed_text:
                    lifecycle.note_editor(offer, by=acting_user(request))
        except StaleSave as stale:
            return conflict(
                request, form, stale, back_url=_detail_url(offer), differences=_row_differences(form, stale.theirs)
            )
        messages.success(request, f"„{offer}“ ist gespeichert.")
        return redirect(_detail_url(offer))

    def _offer(self, pk: int) -> Offer:
        known = Offer.objects.editable_by_staff().select_related("provider", "contact__consent")
        return get_object_or_404(known, pk=pk)

    def _page(self, request: HttpRequest, form: StaffOfferForm) -> HttpResponse:
        context = {"form": form, "offer": form.instance, "back_url": _detail_url(form.instance)}
        return render(request, "offers/staff_offer_form.html", context)


def _detail_url(offer: Offer) -> str:
    name = "recording_edit" if offer.status == Offer.Status.DRAFT else "staff_offer_detail"
    return reverse(f"offers:{name}", args=[offer.pk])


def _row_differences(form: StaffOfferForm, theirs: Any) -> list[Difference]:
    typed = form.rows_in_words()
    stored = {name: changes.shown(name, changes.current(theirs, name)) for name in typed}
    return [Difference(changes.label(name), stored[name], typed[name]) for name in typed if typed[name] != stored[name]]


class StaffOfferAdd(PermissionRequiredMixin, View):
    """Staff enter an offer for an organisation; it is reviewed like every other."""

    permission_required = "offers.add_offer"
    raise_exception = True

    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = ProviderForm(request.GET if "traeger" in request.GET else None)
        if not chosen.is_valid():
            return render(request, "offers/staff_offer_provider.html", {"form": chosen})
        return self._page(request, NewOfferForm(instance=Offer(provider=chosen.cleaned_data["traeger"])))

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = ProviderForm(request.GET)
        if not chosen.is_valid():
            return render(request, "offers/staff_offer_provider.html", {"form": chosen})
        form = NewOfferForm(request.POST, instance=Offer(provider=chosen.cleaned_data["traeger"]))
        if not form.is_valid():
            return self._page(request, form)
        try:
            with transaction.atomic():
                offer = form.save()
                lifecycle.submit(offer, by=acting_user(request))
                _count_in_survey(request, offer)
        except IntegrityError:
            offer = get_object_or_404(Offer, submission_key=form.cleaned_data["key"])
        except TransitionError as error:
            form.add_error(None, str(error))
            return self._page(request, form)
        messages.success(request, f"„{offer}“ ist erfasst und steht in der Prüfung.")
        return redirect("offers:staff_offer_detail", pk=offer.pk)

    def _page(self, request: HttpRequest, form: NewOfferForm) -> HttpResponse:
        context = {"form": form, "provider": form.instance.provider, "back_url": reverse("offers:staff_offer_list")}
        return render(request, "offers/staff_offer_form.html", context)


def _count_in_survey(request: HttpRequest, offer: Offer) -> None:
    """What an organisation tells on the phone when it is asked for a Bestandsaufnahme counts there (`anfrage`)."""
    key = request.GET.get("anfrage", "")
    asked = SurveyInvitation.objects.filter(organisation=offer.provider_id, pk=key) if key.isdecimal() else None
    if asked is not None and (invitation := asked.open().select_related("survey").first()):
        lifecycle.add_to_survey(invitation, offer, by=acting_user(request))


@require_POST
@permission_required("offers.change_offer", raise_exception=True)
def staff_offer_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Store the internal note from the page of the review or of the offer, and go back there."""
    offer = get_object_or_404(Offer.objects.for_staff(), pk=pk)
    form = NoteForm(request.POST, instance=offer)
    back_url = (
        reverse("offers:review_detail", args=[pk]) if offer.status == Offer.Status.SUBMITTED else _detail_url(offer)
    )
    if form.is_valid():
        try:
            form.save()
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=back_url)
        messages.success(request, "Der Vermerk ist gespeichert.")
    return redirect(back_url)


@require_POST
@permission_required("offers.change_offer", raise_exception=True)
def staff_offer_care_link(request: HttpRequest, pk: int) -> HttpResponse:
    offer = get_object_or_404(Offer.objects.for_staff(), pk=pk)
    try:
        lifecycle.send_care_link(offer, by=acting_user(request))
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Der Pflege-Link geht an {offer.submitter_email}.")
    return redirect(_detail_url(offer))


@require_POST
def offer_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """ "Stimmt alles", said by staff or by a member of the organisation; others do not know of this address."""
    may_see_all = request.user.has_perm("offers.view_offer")
    offers = Offer.objects.for_staff() if may_see_all else Offer.objects.of_member(acting_user(request))
    offer = get_object_or_404(offers, pk=pk)
    back_url = _detail_url(offer) if may_see_all else reverse("pages:workspace_home")
    try:
        lifecycle.confirm(offer, by=acting_user(request), on=timezone.localdate())
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"„{offer}“ ist als aktuell bestätigt.")
    return redirect(back_url)
