"""/angebote/pflege/<token>/: confirm, change or end a published entry without an account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kiportal.common import links
from kiportal.common.models import AccessLink
from kiportal.common.transitions import TransitionError
from offers import lifecycle
from offers.models import Offer
from offers.permissions import can_restore_offer, can_show_confirmed, own_proposals
from offers.views import changing, changing_pictures
from offers.views.by_link import opened_by_link
from offers.views.overlaying import Attempt

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
    context = {
        "offer": offer,
        "link": link,
        "error": error,
        "done": DONE.get(request.GET.get("getan", "")),
        "proposed": changing.in_words(own := own_proposals(link, offer).first()),
        "question": changing.open_question(own),
        "can_show": can_show_confirmed(link, offer),
        "can_restore": offer.status == Offer.Status.ARCHIVED and can_restore_offer(link, offer),
        "is_over": offer.valid_until is not None and offer.valid_until < timezone.localdate(),
        "form_url": reverse("offers:care_edit", kwargs={"token": links.token(link)}),
        "pictures_url": _pictures_url(link),
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
    if not Offer.objects.changeable().filter(pk=offer.pk).exists():
        return redirect(_url(link))
    tried = changing.attempt(request, offer, by=link, email=link.email)
    return _form_page(request, link, offer, tried, "offers/care_form.html")


@opened_by_link(AccessLink.Purpose.CARE)
def care_pictures(request: HttpRequest, link: AccessLink, offer: Offer) -> HttpResponse:
    """The pictures of the entry. What is changed waits for the centre."""
    if not Offer.objects.changeable().filter(pk=offer.pk).exists():
        return redirect(_url(link))
    tried = changing_pictures.attempt(request, offer, by=link, email=link.email)
    return _form_page(request, link, offer, tried, "offers/care_pictures.html")


def _form_page(request: HttpRequest, link: AccessLink, offer: Offer, tried: Attempt, template: str) -> HttpResponse:
    if tried.done:
        return redirect(_url(link, tried.done))
    context = {
        "offer": offer,
        "back_url": _url(link),
        "pictures_url": _pictures_url(link),
        "form": tried.form,
        "differences": tried.differences,
        "proposed": changing.in_words(own := own_proposals(link, offer).first()),
        "question": changing.open_question(own),
    }
    return render(request, template, context, status=tried.status)


def _pictures_url(link: AccessLink) -> str:
    return reverse("offers:care_pictures", kwargs={"token": links.token(link)})


def _url(link: AccessLink, done: str = "") -> str:
    url = reverse("offers:care_detail", kwargs={"token": links.token(link)})
    return f"{url}?getan={done}" if done else url
