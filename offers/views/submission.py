""" "Angebot melden": one form a step, kept in a draft row that a signed link opens. No account, no session data."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from actors.models import Organisation
from kiportal.common import limits, links
from kiportal.common.models import AccessLink, User
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from offers import lifecycle
from offers.forms.submission import REVIEW, STEPS, AddressForm, DiscardForm, StartForm
from offers.models import Offer
from offers.views.by_link import opened_by_link
from offers.views.writing import BEING_WRITTEN, REVIEW_LABEL, Desk

# Pages beside the steps.
SAVED, SENT = "gespeichert", "gesendet"


class LinkDesk(Desk):
    """Without an account, on public pages; an address that no mail has reached yet has to be confirmed first."""

    frame = "base.html"
    by: AccessLink

    def resume(self) -> HttpResponse:
        """What the centre wrote down is read first, whatever is missing."""
        return redirect(self.url(REVIEW)) if self._is_recorded() else super().resume()

    def review_context(self) -> dict[str, Any]:
        if not self._is_recorded():
            return {}
        token = links.token(self.by)
        return {"is_recorded": True, "discard_url": reverse("offers:submission_discard", kwargs={"token": token})}

    def _is_recorded(self) -> bool:
        return self.offer.status == Offer.Status.DRAFT and self.offer.recorded_by_id is not None

    def url(self, page: str) -> str:
        return _url(self.by, page)

    def sent_url(self) -> str:
        return self.url(SENT)

    def go_on_later(self) -> str:
        lifecycle.mail_draft_link(self.by, client=limits.address(self.request))
        return self.url(SAVED)

    def send(self) -> None:
        if self.offer.is_address_proven:
            lifecycle.submit(self.offer, by=self.by)
            return
        lifecycle.send_anonymously(self.offer, by=self.by, client=limits.address(self.request))


@login_not_required
@never_cache  # every form carries a key of its own
@require_http_methods(["GET", "HEAD", "POST"])
def submission_start(request: HttpRequest) -> HttpResponse:
    """What happens, and the first step at once. Who has an account begins what a Projekt inspires there."""
    form = StartForm(request.POST if request.method == "POST" else None, request=request)
    source = form.inspiration()
    if source and request.method != "POST" and _has_own_desk(request):
        return redirect(f"{reverse('offers:member_offer_add')}?anregung={source.slug}")
    if form.is_bound and form.is_valid():
        offer = Offer(
            provider=form.provider(),
            submitter_email=form.cleaned_data["submitter_email"],
            submitter_language=get_language() or "de",
            submission_key=form.cleaned_data["key"],
        )
        link = lifecycle.start_inspired_draft(offer, source) if source else lifecycle.start_draft(offer)
        return redirect(_url(link, STEPS[1].slug))
    steps = [{"label": STEPS[0].label, "url": None, "state": "current"}]
    steps += [{"label": step.label, "url": None, "state": "open"} for step in STEPS[1:] if step.slug != "projekt"]
    steps.append({"label": REVIEW_LABEL, "url": None, "state": "open"})
    context = {"form": form, "steps": steps, "source": source}
    return render(request, "offers/submission_start.html", context, status=429 if form.too_many else 200)


def _has_own_desk(request: HttpRequest) -> bool:
    user = request.user
    if not isinstance(user, User) or not user.has_perm("actors.act_for_organisation"):
        return False
    return Organisation.objects.of_member(user).able_to_offer().exists()


@opened_by_link(AccessLink.Purpose.DRAFT)
def submission_resume(request: HttpRequest, link: AccessLink, offer: Offer) -> HttpResponse:
    """Where the link in a mail leads."""
    return LinkDesk(request, offer, link).resume()


@opened_by_link(AccessLink.Purpose.DRAFT)
def submission_step(request: HttpRequest, link: AccessLink, offer: Offer, step: str) -> HttpResponse:
    if step == SENT:
        return _sent(request, link, offer)
    if step == SAVED and offer.status in BEING_WRITTEN:
        resume_url = reverse("offers:submission_resume", kwargs={"token": links.token(link)})
        return render(request, "offers/submission_saved.html", {"offer": offer, "resume_url": resume_url})
    return LinkDesk(request, offer, link).step(step)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def submission_discard(request: HttpRequest, token: str) -> HttpResponse:
    """ "Das stimmt nicht, bitte löschen". Then nothing is left that the link opens, so a second click reads that."""
    response = _discard(request, token=token)
    if request.method == "POST" and response.status_code == 404:
        return redirect("offers:submission_discarded")
    return response


@opened_by_link(AccessLink.Purpose.DRAFT)
def _discard(request: HttpRequest, link: AccessLink, offer: Offer) -> HttpResponse:
    if offer.recorded_by_id is None:
        raise Http404
    if offer.status != Offer.Status.DRAFT:
        return redirect(_url(link, SENT))
    form = DiscardForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            lifecycle.discard_recorded(offer, by=link, words=form.cleaned_data["words"])
            return redirect("offers:submission_discarded")
        except SomebodyWasFaster:
            return redirect(_url(link, SENT))
    context = {"offer": offer, "form": form, "back_url": _url(link, REVIEW)}
    return render(request, "offers/submission_discard.html", context)


@require_safe
@login_not_required
def submission_discarded(request: HttpRequest) -> HttpResponse:
    return render(request, "offers/submission_discarded.html")


def _sent(request: HttpRequest, link: AccessLink, offer: Offer) -> HttpResponse:
    """What became of the entry. While its address is not confirmed, the mail can be sent again."""
    if offer.status in BEING_WRITTEN:
        return redirect(_url(link, REVIEW))
    form, status = None, 200
    if offer.status == Offer.Status.UNCONFIRMED:
        form = AddressForm(request.POST if request.method == "POST" else None, initial={"email": offer.submitter_email})
        if form.is_bound and form.is_valid():
            try:
                email, client = form.cleaned_data["email"], limits.address(request)
                lifecycle.ask_again(offer, by=link, email=email, client=client)
                return redirect(f"{_url(link, SENT)}?noch-einmal")
            except TransitionError as error:
                form.add_error(None, str(error))
                status = error.status
    offer.refresh_from_db()
    context = {"offer": offer, "form": form, "sent_again": "noch-einmal" in request.GET}
    return render(request, "offers/submission_sent.html", context, status=status)


def _url(link: AccessLink, step: str) -> str:
    return reverse("offers:submission_step", kwargs={"token": links.token(link), "step": step})
