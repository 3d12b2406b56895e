""" "Angebot melden": one form a step, kept in a draft row that a signed link opens. No account, no session data."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kiportal.common import limits, links
from kiportal.common.forms import StaleSave
from kiportal.common.models import AccessLink, CentreText, StatusChange
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.conflicts import Difference
from offers import lifecycle
from offers.completeness import gaps
from offers.forms.submission import (
    REVIEW,
    STEPS,
    AddressForm,
    AnswerForm,
    SendForm,
    StartForm,
    Step,
    step_of,
    steps_for,
)
from offers.models import Offer
from offers.review.duplicates import offers_like
from offers.views.by_link import opened_by_link
from offers.views.differences import differences

# Pages beside the steps.
SAVED, SENT = "gespeichert", "gesendet"
REVIEW_LABEL = _("Prüfen")
BEING_WRITTEN = frozenset({Offer.Status.DRAFT, Offer.Status.CHANGES_REQUESTED})
MAXIMUM_ALIKE = 5


@login_not_required
@never_cache  # every form carries a key of its own
@require_http_methods(["GET", "HEAD", "POST"])
def submission_start(request: HttpRequest) -> HttpResponse:
    """What happens, and the first step at once."""
    form = StartForm(request.POST if request.method == "POST" else None, request=request)
    source = form.inspiration()
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


@opened_by_link(AccessLink.Purpose.DRAFT)
def submission_resume(request: HttpRequest, link: AccessLink, offer: Offer) -> HttpResponse:
    """Where the link in a mail leads: to the first step that lacks something."""
    if offer.status == Offer.Status.DRAFT and (missing := gaps(offer)):
        open_steps = {step_of(field) for field in missing}
        return redirect(_url(link, next(step.slug for step in steps_for(offer) if step.slug in open_steps)))
    return redirect(_url(link, REVIEW))


@opened_by_link(AccessLink.Purpose.DRAFT)
def submission_step(request: HttpRequest, link: AccessLink, offer: Offer, step: str) -> HttpResponse:
    if step == SENT:
        return _sent(request, link, offer)
    if offer.status not in BEING_WRITTEN:
        return redirect(_url(link, SENT))
    if step == REVIEW:
        return _review(request, link, offer)
    if step == SAVED:
        resume_url = reverse("offers:submission_resume", kwargs={"token": links.token(link)})
        return render(request, "offers/submission_saved.html", {"offer": offer, "resume_url": resume_url})
    entry = next((entry for entry in STEPS if entry.slug == step), None)
    if entry is None:
        raise Http404
    if not entry.applies(offer):
        return redirect(_url(link, REVIEW))
    if request.method == "POST":
        return _save_step(request, link, offer, entry)
    return _show_step(request, link, entry, entry.form(instance=offer))


def _save_step(request: HttpRequest, link: AccessLink, offer: Offer, entry: Step) -> HttpResponse:
    """Keep what was entered; only "Weiter" asks for all that the step needs."""
    verb = request.POST.get("verb", "weiter")
    lenient = verb != "weiter"
    form = entry.form(request.POST, instance=offer, lenient=lenient)
    status = 200
    try:
        if form.is_valid():
            _keep(offer, form)
            if verb == "spaeter":
                lifecycle.mail_draft_link(link, client=limits.address(request))
            return redirect(_url(link, _next(offer, entry, verb)))
        half = entry.form(request.POST, instance=_fresh(offer), lenient=True)
        if half.is_valid():
            _keep(offer, half)
            form = _again(request, offer, entry, lenient=lenient)
    except StaleSave:
        offer = _fresh(offer)
        form = _again(request, offer, entry, lenient=lenient)
        if offer.status not in BEING_WRITTEN:
            return redirect(_url(link, SENT))
        if not form.changed_data:  # the same form was sent twice
            return redirect(_url(link, _next(offer, entry, verb)))
        return _show_step(request, link, entry, form, status=409, differing=differences(form))
    except lifecycle.TooManyMails as error:
        form = _again(request, offer, entry, lenient=lenient)
        form.add_error(None, str(error))
        status = error.status
    return _show_step(request, link, entry, form, status=status)


def _again(request: HttpRequest, offer: Offer, entry: Step, *, lenient: bool) -> Any:
    """The form with all input, over what is stored now, so that sending it again is no conflict."""
    now = _fresh(offer)
    data = request.POST.copy()
    data["lock_version"] = str(now.lock_version)
    form = entry.form(data, instance=now, lenient=lenient)
    form.is_valid()
    return form


@transaction.atomic
def _keep(offer: Offer, form: Any) -> None:
    """Store the form, unless the entry was sent meanwhile; the row is held until it is stored."""
    now = Offer.objects.select_for_update().get(pk=offer.pk)
    if now.status not in BEING_WRITTEN:
        raise StaleSave(now)
    form.save()


def _fresh(offer: Offer) -> Offer:
    return Offer.objects.select_related("provider", "offer_type", "contact__consent").get(pk=offer.pk)


def _next(offer: Offer, entry: Step, verb: str) -> str:
    slugs = [*(step.slug for step in steps_for(_fresh(offer))), REVIEW]
    index = slugs.index(entry.slug)
    match verb:
        case "spaeter":
            return SAVED
        case "zurueck":
            return slugs[max(0, index - 1)]
        case "termin":
            return entry.slug
        case _:
            return slugs[index + 1]


def _show_step(
    request: HttpRequest,
    link: AccessLink,
    entry: Step,
    form: Any,
    *,
    status: int = 200,
    differing: list[Difference] | None = None,
) -> HttpResponse:
    offer = _fresh(form.instance)
    context = {
        "offer": offer,
        "form": form,
        "step": entry,
        "steps": _stepper(link, offer, entry.slug),
        "is_first": entry is STEPS[0],
        "question": _question(offer),
        "answer_url": _url(link, REVIEW),
        "differences": differing,
        "more_dates": getattr(form, "asks_for_dates", False) and form.rows < form.USUAL_ROWS,
    }
    return render(request, "offers/submission_step.html", context, status=status)


def _review(request: HttpRequest, link: AccessLink, offer: Offer) -> HttpResponse:
    """The entry as the public will see it, what is missing, and the button that sends it."""
    is_answer = offer.status == Offer.Status.CHANGES_REQUESTED
    form: AnswerForm | SendForm
    form = (AnswerForm if is_answer else SendForm)(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            if is_answer:
                lifecycle.resubmit(offer, by=link, answer=form.cleaned_data["answer"])
            else:
                lifecycle.send_anonymously(offer, by=link, client=limits.address(request))
            return redirect(_url(link, SENT))
        except SomebodyWasFaster:  # a second click, or the other window
            return redirect(_url(link, SENT))
        except TransitionError as error:
            form.add_error(None, str(error))
            status = error.status
    offer = Offer.objects.for_detail().get(pk=offer.pk)
    missing = [(label, f"{_url(link, step_of(name))}#id_{name}") for name, label in gaps(offer).items()]
    alike = offers_like(offer).visible_to_public(timezone.localdate()) if offer.title else Offer.objects.none()
    context = {
        "offer": offer,
        "form": form,
        "steps": _stepper(link, offer, REVIEW),
        "back_url": _url(link, steps_for(offer)[-1].slug),
        "missing": missing,
        "alike": alike[:MAXIMUM_ALIKE],
        "question": _question(offer),
        "is_answer": is_answer,
        "rules": CentreText.objects.in_language(CentreText.Page.SUBMISSION, get_language() or "de"),
    }
    return render(request, "offers/submission_review.html", context, status=status)


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
    context = {"offer": _fresh(offer), "form": form, "sent_again": "noch-einmal" in request.GET}
    return render(request, "offers/submission_sent.html", context, status=status)


def _question(offer: Offer) -> StatusChange | None:
    """What the centre asked, while it waits for the answer."""
    if offer.status != Offer.Status.CHANGES_REQUESTED:
        return None
    return StatusChange.objects.for_target(offer).filter(verb="request_changes").last()


def _stepper(link: AccessLink, offer: Offer, current: str) -> list[dict[str, Any]]:
    unfinished = {step_of(field) for field in gaps(offer)}
    entries = [(step.slug, step.label, "open" if step.slug in unfinished else "done") for step in steps_for(offer)]
    entries.append((REVIEW, REVIEW_LABEL, "open"))
    return [
        {"label": label, "url": _url(link, slug), "state": "current" if slug == current else state}
        for slug, label, state in entries
    ]


def _url(link: AccessLink, step: str) -> str:
    return reverse("offers:submission_step", kwargs={"token": links.token(link), "step": step})
