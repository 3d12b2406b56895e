"""All entries of an address at once: confirm, change, end, without an account by a link."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

import actors.lifecycle
from actors.models import Organisation
from kiportal.common import links
from kiportal.common.models import AccessLink, MailAddress
from kiportal.common.transitions import TransitionError
from kiportal.common.views import errors
from offers import lifecycle
from offers.models import Offer
from offers.permissions import can_restore_offer, own_proposals, proposals_in_care
from offers.querysets import OfferQuerySet
from offers.upkeep import due
from offers.views import care_organisation, changing, changing_pictures
from offers.views.by_link import opened_by_link
from offers.views.overlaying import Attempt

# What was just done, told after the redirect.
DONE = {
    "bestaetigen": gettext_lazy("Danke. „%(title)s“ ist als aktuell bestätigt."),
    "unveraendert": gettext_lazy("Sie haben nichts geändert. „%(title)s“ ist damit als aktuell bestätigt."),
    "beenden": gettext_lazy("„%(title)s“ ist beendet und steht nicht mehr auf den öffentlichen Seiten."),
    "wiederherstellen": gettext_lazy("„%(title)s“ steht wieder auf den öffentlichen Seiten."),
    "vorschlagen": gettext_lazy(
        "Danke. Wir prüfen Ihre Änderung an „%(title)s“. Bis dahin bleibt der Eintrag, wie er ist."
    ),
    "zuruecknehmen": gettext_lazy("Ihre Änderung an „%(title)s“ ist zurückgenommen."),
}
# Acts on all entries, and on the mails.
DONE_FOR_ALL = {
    "erinnerungen-aus": gettext_lazy("Sie bekommen keine Erinnerungen mehr an diese Adresse."),
    "erinnerungen-an": gettext_lazy("Sie bekommen wieder Erinnerungen an diese Adresse."),
    **care_organisation.DONE,
}


def _organisation(link: AccessLink) -> Organisation:
    return Organisation.objects.get(pk=link.target_id)


@opened_by_link(AccessLink.Purpose.CARE_ALL, _organisation)
def care_all(request: HttpRequest, link: AccessLink, organisation: Organisation) -> HttpResponse:
    error: TransitionError | None = None
    if request.method == "POST":
        try:
            return redirect(_url(link, _act(request, link, organisation)))
        except TransitionError as refused:
            error = refused
    entries = _entries(link)
    context = {
        "organisation": organisation,
        "link": link,
        "entries": entries,
        "about": care_organisation.details(organisation, link, form_url=care_organisation.form_url_of(link)),
        "number": sum(1 for entry in entries if entry["can_confirm"]),
        "confirmable": sum(1 for entry in entries if entry["can_confirm"] and not entry["refusal"]),
        "unfinished": [entry for entry in entries if entry["refusal"]],
        "end_url": reverse("offers:care_all_end", kwargs={"token": links.token(link)}),
        "error": error,
        "done": _done(request, link),
        "reminders_stopped": MailAddress.objects.known_as(link.email).exclude(reminders_stopped_on=None).exists(),
    }
    return render(request, "offers/care_all.html", context, status=error.status if error else 200)


@opened_by_link(AccessLink.Purpose.CARE_ALL, _organisation)
def care_all_end(request: HttpRequest, link: AccessLink, organisation: Organisation) -> HttpResponse:
    """An organisation closes: its entries by name, and one button that ends all. A second click finds none."""
    error: TransitionError | None = None
    if request.method == "POST":
        try:
            number = lifecycle.end_all(link)
            return redirect(_url(link, f"alle-beenden:{number}" if number else ""))
        except TransitionError as refused:
            error = refused
    entries = [entry["offer"] for entry in _entries(link) if entry["can_confirm"]]
    if not entries:
        return redirect(_url(link))
    context = {"organisation": organisation, "entries": entries, "back_url": _url(link), "error": error}
    return render(request, "offers/care_all_end.html", context, status=error.status if error else 200)


@opened_by_link(AccessLink.Purpose.CARE_ALL, _organisation)
def care_all_edit(request: HttpRequest, link: AccessLink, organisation: Organisation, pk: int) -> HttpResponse:
    """One entry as a form. What is changed waits for the centre."""
    return _form_page(request, link, pk, changing.attempt, "offers/care_form.html")


@opened_by_link(AccessLink.Purpose.CARE_ALL, _organisation)
def care_all_pictures(request: HttpRequest, link: AccessLink, organisation: Organisation, pk: int) -> HttpResponse:
    """The pictures of one entry. What is changed waits for the centre."""
    return _form_page(request, link, pk, changing_pictures.attempt, "offers/care_pictures.html")


def _form_page(
    request: HttpRequest, link: AccessLink, pk: int, attempt: Callable[..., Attempt], template: str
) -> HttpResponse:
    offer = _offers(link).filter(pk=pk).first()
    if offer is None:
        return errors.not_found(request)
    if not Offer.objects.changeable().filter(pk=offer.pk).exists():
        return redirect(_url(link))
    tried = attempt(request, offer, by=link, email=link.email)
    if tried.done:
        return redirect(_url(link, f"{tried.done}:{offer.pk}"))
    context = {
        "offer": offer,
        "back_url": _url(link),
        "pictures_url": reverse("offers:care_all_pictures", kwargs={"token": links.token(link), "pk": offer.pk}),
        "form": tried.form,
        "differences": tried.differences,
        "proposed": changing.in_words(own := own_proposals(link, offer).first()),
        "question": changing.open_question(own),
    }
    return render(request, template, context, status=tried.status)


def _act(request: HttpRequest, link: AccessLink, organisation: Organisation) -> str:
    """Do what a button says, "verb" or "verb:number of the entry"; one pressed twice did its work the first time."""
    today = timezone.localdate()
    verb, _colon, pk = request.POST.get("verb", "").partition(":")
    match verb:
        case "alle-bestaetigen":
            return f"{verb}:{lifecycle.confirm_all(link, on=today)}"
        case care_organisation.CONFIRM:
            actors.lifecycle.confirm_profile(organisation, by=link)
            return verb
        case "erinnerungen-aus":
            lifecycle.stop_reminders(link, on=today)
            return verb
        case "erinnerungen-an":
            lifecycle.resume_reminders(link)
            return verb
    offer = _offers(link).filter(pk=pk).first() if pk.isdecimal() else None
    if offer is None:
        return ""
    match verb:
        case "bestaetigen":
            lifecycle.confirm(offer, by=link, on=today)
        case "beenden" if offer.status != Offer.Status.ARCHIVED:
            lifecycle.archive(offer, by=link)
        case "wiederherstellen" if offer.status != Offer.Status.PUBLISHED:
            lifecycle.restore(offer, by=link)
    return f"{verb}:{offer.pk}"


def _offers(link: AccessLink) -> OfferQuerySet:
    return Offer.objects.in_care_of(link.target_id, link.email).select_related("provider")


def _entries(link: AccessLink) -> list[dict[str, object]]:
    """What stands on the page: what is public, what was hidden for want of a word, and what was ended here; with what
    keeps it from being public again.
    """
    today = timezone.localdate()
    running_out = {entry.offer.pk: entry for entry in due.entries(_offers(link), today)}
    hidden = set(_offers(link).hidden_as_overdue().values_list("pk", flat=True))
    proposals = {proposal.target_id: proposal for proposal in proposals_in_care(link)}
    questions = changing.open_questions(proposals.values())
    shown = []
    related = ("topics", "target_groups", "languages", "municipalities", "images")
    for offer in _offers(link).prefetch_related(*related).order_by("last_confirmed_on", "sort_key", "pk"):
        is_public = offer.status == Offer.Status.PUBLISHED
        can_confirm = is_public or offer.pk in hidden
        ended_here = offer.status == Offer.Status.ARCHIVED and offer.updated_at >= link.created_at
        can_restore = ended_here and can_restore_offer(link, offer)
        if can_confirm or can_restore:
            shown.append(
                {
                    "offer": offer,
                    "is_public": is_public,
                    "can_confirm": can_confirm,
                    "can_restore": can_restore,
                    "refusal": lifecycle.refusal_to_show(offer),
                    "is_over": is_public and offer.valid_until is not None and offer.valid_until < today,
                    "due": running_out.get(offer.pk),
                    "has_proposal": offer.pk in proposals,
                    "question": questions.get(proposals[offer.pk].pk, "") if offer.pk in proposals else "",
                    "form_url": reverse("offers:care_all_edit", kwargs={"token": links.token(link), "pk": offer.pk}),
                }
            )
    return shown


def _done(request: HttpRequest, link: AccessLink) -> str:
    verb, _colon, number = request.GET.get("getan", "").partition(":")
    if verb in DONE_FOR_ALL:
        return str(DONE_FOR_ALL[verb])
    if not number.isdecimal():
        return ""
    if verb == "alle-bestaetigen" and int(number):
        text = ngettext(
            "Danke. %(number)d Eintrag ist als aktuell bestätigt.",
            "Danke. %(number)d Einträge sind als aktuell bestätigt.",
            int(number),
        )
        return text % {"number": int(number)}
    if verb == "alle-beenden":
        text = ngettext(
            "%(number)d Eintrag ist beendet. Sie können ihn hier zurückholen.",
            "%(number)d Einträge sind beendet. Sie können jeden hier zurückholen.",
            int(number),
        )
        return text % {"number": int(number)}
    offer = _offers(link).filter(pk=number).first() if verb in DONE else None
    return str(DONE[verb]) % {"title": offer.title} if offer else ""


def _url(link: AccessLink, done: str = "") -> str:
    url = reverse("offers:care_all", kwargs={"token": links.token(link)})
    return f"{url}?getan={done}" if done else url
