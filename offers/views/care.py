"""/angebote/pflege/<token>/: confirm, change or end a published entry without an account."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kiportal.common import links
from kiportal.common.models import AccessLink, ChangeProposal
from kiportal.common.richtext import RichTextField, to_text
from kiportal.common.transitions import TransitionError
from offers import changes, lifecycle
from offers.forms.care import CareForm
from offers.models import Offer
from offers.permissions import can_restore_offer
from offers.views.by_link import opened_by_link
from offers.views.differences import differences

# What was just done, told after the redirect.
DONE = {
    "bestaetigen": _("Danke. Der Eintrag ist als aktuell bestätigt."),
    "unveraendert": _("Sie haben nichts geändert. Der Eintrag ist damit als aktuell bestätigt."),
    "beenden": _("Der Eintrag ist beendet und steht nicht mehr auf den öffentlichen Seiten."),
    "wiederherstellen": _("Der Eintrag steht wieder auf den öffentlichen Seiten."),
    "name-verbergen": _("Der Name steht nicht mehr auf den öffentlichen Seiten."),
    "vorschlagen": _("Danke. Wir prüfen Ihre Änderung. Bis dahin bleibt der Eintrag, wie er ist."),
    "zuruecknehmen": _("Ihre Änderung ist zurückgenommen. Der Eintrag bleibt, wie er ist."),
}


@opened_by_link(AccessLink.Purpose.CARE)
def care_detail(request: HttpRequest, link: AccessLink, offer: Offer) -> HttpResponse:
    error: TransitionError | None = None
    if request.method == "POST" and (verb := request.POST.get("verb")) in DONE:
        try:
            _act(verb, link, offer)
            return redirect(_url(link, verb))
        except TransitionError as refused:
            error = refused
    offer = Offer.objects.for_detail().get(pk=offer.pk)
    proposal = ChangeProposal.objects.for_target(offer).open().first()
    context = {
        "offer": offer,
        "link": link,
        "error": error,
        "done": DONE.get(request.GET.get("getan", "")),
        "proposed": _proposed(proposal) if proposal else [],
        "can_restore": offer.status == Offer.Status.ARCHIVED and can_restore_offer(link, offer),
        "is_over": offer.valid_until is not None and offer.valid_until < timezone.localdate(),
        "form_url": reverse("offers:care_edit", kwargs={"token": links.token(link)}),
    }
    return render(request, "offers/care_detail.html", context, status=error.status if error else 200)


def _act(verb: str, link: AccessLink, offer: Offer) -> None:
    """A button pressed twice has done its work the first time."""
    match verb:
        case "bestaetigen":
            lifecycle.confirm(offer, by=link, on=timezone.localdate())
        case "beenden" if offer.status != Offer.Status.ARCHIVED:
            lifecycle.archive(offer, by=link)
        case "wiederherstellen" if offer.status != Offer.Status.PUBLISHED:
            lifecycle.restore(offer, by=link)
        case "name-verbergen":
            lifecycle.withdraw_name(offer, by=link, on=timezone.localdate())


@opened_by_link(AccessLink.Purpose.CARE)
def care_edit(request: HttpRequest, link: AccessLink, offer: Offer) -> HttpResponse:
    """The entry as a form. What is changed waits for the centre."""
    if offer.status != Offer.Status.PUBLISHED:
        return redirect(_url(link))
    context: dict[str, Any] = {"offer": offer, "back_url": _url(link)}
    status = 200
    if request.method == "POST":
        try:
            form, verb = _propose(request, link, offer)
        except TransitionError as error:
            form, verb = _form(request, offer, bound=True), None
            form.add_error(None, str(error))
            status = error.status
        if verb:
            return redirect(_url(link, verb))
        if not form.errors and form.is_stale:
            context["differences"] = differences(form)
            form = _form(request, offer, bound=True, renew=True)
            status = 409
    else:
        form = _form(request, offer)
    proposal = ChangeProposal.objects.for_target(offer).open().first()
    context |= {"form": form, "proposed": _proposed(proposal) if proposal else []}
    return render(request, "offers/care_form.html", context, status=status)


@transaction.atomic
def _propose(request: HttpRequest, link: AccessLink, offer: Offer) -> tuple[CareForm, str | None]:
    """Store the proposal and say what to tell; None when the form has to be shown again."""
    stored = Offer.objects.select_for_update().get(pk=offer.pk)
    form = _form(request, offer, bound=True)
    if not form.is_valid() or form.is_stale:
        return form, None
    open_one = ChangeProposal.objects.for_target(stored).open().first()
    overlay = open_one.changes if open_one else None
    proposed = changes.between(stored, form.cleaned_data, overlay)
    message = form.cleaned_data["message"]
    if not proposed and not open_one:
        if message:
            form.add_error("message", _("Bitte ändern Sie auch etwas am Eintrag – oder schreiben Sie uns eine E-Mail."))
            return form, None
        lifecycle.confirm(stored, by=link, on=timezone.localdate())
        return form, "unveraendert"
    made = lifecycle.propose(stored, proposed, by=link, message=message, email=link.email)
    if made is None:
        return form, "zuruecknehmen"
    return form, "vorschlagen"


def _form(request: HttpRequest, offer: Offer, *, bound: bool = False, renew: bool = False) -> CareForm:
    """The form over the entry as it is stored now; `renew` lets it be sent over what others changed meanwhile."""
    stored = Offer.objects.select_related("offer_type", "contact", "provider").get(pk=offer.pk)
    proposal = ChangeProposal.objects.for_target(stored).open().first()
    if not bound:
        return CareForm(instance=stored, proposal=proposal)
    data = request.POST.copy()
    if renew:
        data["read"] = CareForm(instance=stored, proposal=proposal).state_shown
    return CareForm(data, instance=stored, proposal=proposal)


def _proposed(proposal: ChangeProposal) -> list[tuple[str, str]]:
    return [(changes.label(name), _in_words(name, change["new"])) for name, change in proposal.changes.items()]


def _in_words(name: str, value: Any) -> str:
    text = changes.shown(name, value)
    is_rich = name != changes.DATES and isinstance(changes.field(name), RichTextField)
    return (to_text(text) if is_rich else text) or str(_("(leer)"))


def _url(link: AccessLink, done: str = "") -> str:
    url = reverse("offers:care_detail", kwargs={"token": links.token(link)})
    return f"{url}?getan={done}" if done else url
