"""Writing an entry step by step, by link or by account: one form a step, the row holds what was entered."""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kiportal.common.forms import StaleSave
from kiportal.common.models import CentreText, StatusChange
from kiportal.common.transitions import By, SomebodyWasFaster, TransitionError
from kiportal.common.views.conflicts import Difference
from offers import lifecycle
from offers.completeness import gaps
from offers.forms.pictures import UPLOAD
from offers.forms.submission import REVIEW, STEPS, AnswerForm, SendForm, Step, step_of
from offers.forms.times import Time
from offers.models import Offer
from offers.review.duplicates import offers_like
from offers.views.differences import differences

REVIEW_LABEL = _("Prüfen")
BEING_WRITTEN = frozenset({Offer.Status.DRAFT, Offer.Status.CHANGES_REQUESTED})
MAXIMUM_ALIKE = 5
# The button for another row of dates, and the parameter of the page that shows it.
MORE_DATES = "termin"


class Desk:
    """The pages of one entry that is being written.

    Subclasses say who writes (`by`), where the pages are, and what follows from sending and from going on later.
    """

    frame: str
    steps: ClassVar[Sequence[Step]] = STEPS

    def __init__(self, request: HttpRequest, offer: Offer, by: By) -> None:
        self.request, self.offer, self.by = request, offer, by

    def url(self, page: str) -> str:
        """The address of a step or of the review."""
        raise NotImplementedError

    def sent_url(self) -> str:
        raise NotImplementedError

    def go_on_later(self) -> str:
        """Keep the door open for the author and return where to go now. May raise TooManyMails."""
        raise NotImplementedError

    def send(self) -> None:
        raise NotImplementedError

    def review_context(self) -> dict[str, Any]:
        """What the review says beside the entry."""
        return {}

    # The pages

    def resume(self) -> HttpResponse:
        """Where one goes on: the first step that lacks something."""
        if self.offer.status == Offer.Status.DRAFT and (missing := gaps(self.offer)):
            open_steps = {step_of(field) for field in missing}
            if first := next((step for step in self._steps(self.offer) if step.slug in open_steps), None):
                return redirect(self.url(first.slug))
        return redirect(self.url(REVIEW))

    def step(self, slug: str) -> HttpResponse:
        if self.offer.status not in BEING_WRITTEN:
            return redirect(self.sent_url())
        if slug == REVIEW:
            return self._review()
        entry = next((entry for entry in self.steps if entry.slug == slug), None)
        if entry is None:
            raise Http404
        if not entry.applies(self.offer):
            return redirect(self.url(REVIEW))
        if self.request.method == "POST":
            return self._save_step(entry)
        form = entry.form(instance=self.offer)
        if MORE_DATES in self.request.GET and isinstance(form, Time):
            form.unfold_dates()
        return self._show_step(entry, form)

    def _save_step(self, entry: Step) -> HttpResponse:
        """Keep what was entered; only "Weiter" asks for all that the step needs."""
        offer, verb = self.offer, self.request.POST.get("verb", "weiter")
        lenient = verb not in {"weiter", UPLOAD}
        sent = (self.request.POST, self.request.FILES)
        form = entry.form(*sent, instance=offer, lenient=lenient)
        status = 200
        try:
            if form.is_valid():
                form.keep_files(by=self.by)
                _keep(offer, form)
                return redirect(self.go_on_later() if verb == "spaeter" else self._next_url(entry, verb))
            half = entry.form(*sent, instance=_fresh(offer), lenient=True)
            if half.is_valid():
                half.keep_files(by=self.by)
                _keep(offer, half)
                form = self._again(entry, lenient=lenient)
        except StaleSave:
            form = self._again(entry, lenient=lenient)
            if _fresh(offer).status not in BEING_WRITTEN:
                return redirect(self.sent_url())
            if not form.changed_data:  # the same form was sent twice
                return redirect(self._next_url(entry, verb))
            return self._show_step(entry, form, status=409, differing=differences(form))
        except lifecycle.TooManyMails as error:
            form = self._again(entry, lenient=lenient)
            form.add_error(None, str(error))
            status = error.status
        return self._show_step(entry, form, status=status)

    def _again(self, entry: Step, *, lenient: bool) -> Any:
        """The form with all input, over what is stored now, so that sending it again is no conflict."""
        now = _fresh(self.offer)
        data = self.request.POST.copy()
        data["lock_version"] = str(now.lock_version)
        form = entry.form(data, instance=now, lenient=lenient)
        form.is_valid()
        return form

    def _next_url(self, entry: Step, verb: str) -> str:
        """Who asked for another row of dates finds them unfolded."""
        slugs = [*(step.slug for step in self._steps(_fresh(self.offer))), REVIEW]
        index = slugs.index(entry.slug)
        match verb.partition(":")[0]:
            case "zurueck":
                return self.url(slugs[max(0, index - 1)])
            case word if word == MORE_DATES:
                return f"{self.url(entry.slug)}?{MORE_DATES}"
            case "bild" | "hoch" | "runter" | "weg":
                return f"{self.url(entry.slug)}#bilder"
            case _:
                return self.url(slugs[index + 1])

    def _show_step(
        self, entry: Step, form: Any, *, status: int = 200, differing: list[Difference] | None = None
    ) -> HttpResponse:
        offer = _fresh(form.instance)
        context = {
            "frame": self.frame,
            "offer": offer,
            "form": form,
            "step": entry,
            "steps": self._stepper(offer, entry.slug),
            "is_first": entry is self.steps[0],
            "question": question_of(offer),
            "answer_url": self.url(REVIEW),
            "differences": differing,
            "alike_places": _places_so_far(offer) if "title" in form.fields else "",
            "has_buttons": getattr(form, "has_buttons", False),
            "more_dates": getattr(form, "asks_for_dates", False) and form.rows < form.USUAL_ROWS,
        }
        return render(self.request, "offers/submission_step.html", context, status=status)

    def _review(self) -> HttpResponse:
        """The entry as the public will see it, what is missing, and the button that sends it."""
        request, is_answer = self.request, self.offer.status == Offer.Status.CHANGES_REQUESTED
        form: AnswerForm | SendForm
        form = (AnswerForm if is_answer else SendForm)(request.POST if request.method == "POST" else None)
        status = 200
        if form.is_bound and form.is_valid():
            try:
                if is_answer:
                    lifecycle.resubmit(self.offer, by=self.by, answer=form.cleaned_data["answer"])
                else:
                    self.send()
                return redirect(self.sent_url())
            except SomebodyWasFaster:  # a second click, or the other window
                return redirect(self.sent_url())
            except TransitionError as error:
                form.add_error(None, str(error))
                status = error.status
        offer = Offer.objects.for_detail().get(pk=self.offer.pk)
        missing = [(label, f"{self.url(step_of(name))}#id_{name}") for name, label in gaps(offer).items()]
        alike = offers_like(offer).visible_to_public(timezone.localdate()) if offer.title else Offer.objects.none()
        context = {
            "frame": self.frame,
            "offer": offer,
            "form": form,
            "steps": self._stepper(offer, REVIEW),
            "back_url": self.url(self._steps(offer)[-1].slug),
            "missing": missing,
            "alike": alike[:MAXIMUM_ALIKE],
            "question": question_of(offer),
            "is_answer": is_answer,
            "rules": CentreText.objects.in_language(CentreText.Page.SUBMISSION, get_language() or "de"),
            **self.review_context(),
        }
        return render(request, "offers/submission_review.html", context, status=status)

    def _steps(self, offer: Offer) -> list[Step]:
        return [step for step in self.steps if step.applies(offer)]

    def _stepper(self, offer: Offer, current: str) -> list[dict[str, Any]]:
        unfinished = {step_of(field) for field in gaps(offer)}
        entries = [
            (step.slug, step.label, "open" if step.slug in unfinished else "done") for step in self._steps(offer)
        ]
        entries.append((REVIEW, REVIEW_LABEL, "open"))
        return [
            {"label": label, "url": self.url(slug), "state": "current" if slug == current else state}
            for slug, label, state in entries
        ]


def _places_so_far(offer: Offer) -> str:
    """Where it will be, as a query for the hint beside the title: what is stored, else where its organisation is."""
    keys = list(offer.municipalities.values_list("pk", flat=True))
    if not keys and offer.provider.municipality_id:
        keys = [offer.provider.municipality_id]
    return f"?{urlencode([('municipalities', key) for key in keys])}" if keys else ""


@transaction.atomic
def _keep(offer: Offer, form: Any) -> None:
    """Store the form, unless the entry was sent meanwhile; the row is held until it is stored."""
    now = Offer.objects.select_for_update().get(pk=offer.pk)
    if now.status not in BEING_WRITTEN:
        raise StaleSave(now)
    form.save()


def _fresh(offer: Offer) -> Offer:
    return Offer.objects.select_related("provider", "offer_type", "contact__consent").get(pk=offer.pk)


def question_of(offer: Offer) -> StatusChange | None:
    """What the centre asked, while it waits for the answer."""
    if offer.status != Offer.Status.CHANGES_REQUESTED:
        return None
    return StatusChange.objects.for_target(offer).filter(verb="request_changes").last()
