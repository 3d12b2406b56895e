"""Entries of one's own organisation: begin, write, read, change, confirm, end. Others' entries answer 404."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from kiportal.common.models import Centre, User
from kiportal.common.transitions import TransitionError
from kiportal.common.views.acting import acting_user
from offers import lifecycle
from offers.forms.member import StartOwnForm
from offers.forms.submission import STEPS
from offers.models import Offer
from offers.permissions import can_restore_offer, own_proposals
from offers.views import changing, changing_pictures
from offers.views.overlaying import Attempt, words_of_last
from offers.views.writing import Desk, question_of

_for_members = permission_required("actors.act_for_organisation", raise_exception=True)

DONE = {
    "bestaetigen": "„{}“ ist als aktuell bestätigt.",
    "unveraendert": "Sie haben nichts geändert. „{}“ ist damit als aktuell bestätigt.",
    "vorschlagen": "Ihre Änderung an „{}“ ist gesendet. Bis wir entschieden haben, bleibt der Eintrag, wie er ist.",
    "uebernehmen": "Ihre Änderung an „{}“ gilt ab sofort.",
    "zuruecknehmen": "Ihre Änderung an „{}“ ist zurückgenommen.",
    "beenden": "„{}“ ist beendet und steht nicht mehr auf den öffentlichen Seiten.",
    "wiederherstellen": "„{}“ steht wieder auf den öffentlichen Seiten.",
    "name-verbergen": "Der Name steht nicht mehr bei „{}“.",
}


class AccountDesk(Desk):
    """With an account: the organisation and the address are known, so neither is asked or confirmed."""

    frame = "workspace.html"
    steps = tuple(step for step in STEPS if step.slug != "organisation")
    by: User

    def url(self, page: str) -> str:
        return reverse("offers:member_offer_step", args=[self.offer.pk, page])

    def sent_url(self) -> str:
        return _detail_url(self.offer)

    def go_on_later(self) -> str:
        messages.success(self.request, "Der Entwurf ist gespeichert. Sie finden ihn unter „Ihre Angebote“.")
        return reverse("pages:workspace_home")

    def send(self) -> None:
        lifecycle.submit(self.offer, by=self.by)
        messages.success(self.request, f"„{self.offer}“ ist gesendet. Wir prüfen den Eintrag und schreiben Ihnen.")


@require_http_methods(["GET", "HEAD", "POST"])
@_for_members
def member_offer_add(request: HttpRequest) -> HttpResponse:
    """ "Als Anregung nutzen" leads here with the address of a Projekt (`anregung`)."""
    user = acting_user(request)
    initial = {"anregung": request.GET.get("anregung", "")}
    form = StartOwnForm(request.POST if request.method == "POST" else None, user=user, initial=initial)
    if form.is_bound and form.is_valid():
        if form.source is None:
            offer = lifecycle.start_own_draft(form.offer(), by=user)
        else:
            offer = lifecycle.start_inspired_own_draft(form.offer(), form.source, by=user)
        return AccountDesk(request, offer, user).resume()
    context = {"form": form, "has_organisation": form.fields["provider"].queryset.exists()}  # type: ignore[attr-defined]
    return render(request, "offers/member_offer_add.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@_for_members
def member_offer_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    return AccountDesk(request, _own(request, pk), acting_user(request)).step(step)


@require_http_methods(["GET", "HEAD", "POST"])
@_for_members
def member_offer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How things stand with an entry, and all that one can do with it. A draft is written on."""
    offer, user = _own(request, pk), acting_user(request)
    if request.method == "POST":
        return _act(request, offer, user)
    if offer.status == Offer.Status.DRAFT:
        return AccountDesk(request, offer, user).resume()
    offer = Offer.objects.for_detail().get(pk=offer.pk)
    own, today = own_proposals(user, offer).first(), timezone.localdate()
    context = {
        "offer": offer,
        "question": question_of(offer),
        "rejection": words_of_last(offer, "reject"),
        "proposal": own,
        "proposed": changing.in_words(own),
        "proposal_question": changing.open_question(own),
        "is_public": Offer.objects.visible_to_public(today).filter(pk=pk).exists(),
        "is_stale": offer.is_stale(today, Centre.objects.current().freshness_months),
        "is_over": offer.valid_until is not None and offer.valid_until < today,
        "can_restore": offer.status == Offer.Status.ARCHIVED and can_restore_offer(user, offer),
    }
    return render(request, "offers/member_offer_detail.html", context)


def _act(request: HttpRequest, offer: Offer, user: User) -> HttpResponse:
    verb = request.POST.get("verb", "")
    if verb == "verwerfen":
        lifecycle.discard_draft(offer, by=user)
        messages.success(request, "Der Entwurf ist gelöscht.")
        return redirect("pages:workspace_home")
    try:
        match verb:
            case "bestaetigen":
                lifecycle.confirm(offer, by=user, on=timezone.localdate())
            case "beenden":
                lifecycle.archive(offer, by=user)
            case "wiederherstellen":
                lifecycle.restore(offer, by=user)
            case "zuruecknehmen":
                lifecycle.withdraw_proposal(offer, by=user)
            case "name-verbergen":
                lifecycle.withdraw_name(offer, by=user, on=timezone.localdate())
            case _:
                raise BadRequest("unknown verb")
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, DONE[verb].format(offer))
    return redirect(_detail_url(offer))


@require_http_methods(["GET", "HEAD", "POST"])
@_for_members
def member_offer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The published entry as a form. What is changed waits for the centre, unless the organisation is trusted."""
    return _form_page(request, pk, changing.attempt, "offers/member_offer_form.html")


@require_http_methods(["GET", "HEAD", "POST"])
@_for_members
def member_offer_pictures(request: HttpRequest, pk: int) -> HttpResponse:
    """Its pictures in the same way."""
    return _form_page(request, pk, changing_pictures.attempt, "offers/member_offer_pictures.html")


def _form_page(request: HttpRequest, pk: int, attempt: Callable[..., Attempt], template: str) -> HttpResponse:
    offer, user = _own(request, pk), acting_user(request)
    if not Offer.objects.changeable().filter(pk=offer.pk).exists():
        return redirect(_detail_url(offer))
    tried = attempt(request, offer, by=user, email=user.email)
    if tried.done:
        messages.success(request, DONE[tried.done].format(offer))
        return redirect(_detail_url(offer))
    own = own_proposals(user, offer).first()
    context: dict[str, Any] = {
        "offer": offer,
        "back_url": _detail_url(offer),
        "form": tried.form,
        "differences": tried.differences,
        "proposal": own,
        "proposal_question": changing.open_question(own),
    }
    return render(request, template, context, status=tried.status)


def _own(request: HttpRequest, pk: int) -> Offer:
    own = Offer.objects.for_member(acting_user(request)).select_related("provider", "offer_type", "contact__consent")
    return get_object_or_404(own, pk=pk)


def _detail_url(offer: Offer) -> str:
    return reverse("offers:member_offer_detail", args=[offer.pk])
