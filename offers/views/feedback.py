"""/arbeitsplatz/rueckmeldungen/: what the public told us, and how it is worked off."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kiportal.common.transitions import Table, TransitionError, possible
from kiportal.common.views.acting import acting_user
from offers import lifecycle
from offers.forms.feedback import FeedbackAnswerForm, NeedAnswerForm
from offers.history import timeline
from offers.models import Hint, Need, Offer
from offers.review.answers import fitting
from offers.staff_filters import StaffOfferFilters

PAGE_LENGTH = 30
# Offers that a need may be answered with: as many as fit by themselves, and as many as a search names
FITTING, AT_MOST = 6, 12
TITLES = {
    "answer": "Beantwortet",
    "note": "Als Lücke vorgemerkt",
    "forward": "An die Organisation weitergegeben",
    "discard": "Abgelegt",
}
VIEWS = {"hinweise": "Hinweise", "luecken": "Lücken", "vorgemerkt": "Vorgemerkte Lücken", "erledigt": "Erledigt"}


@require_safe
@permission_required(["offers.answer_hint", "offers.answer_need"], raise_exception=True)
def feedback_list(request: HttpRequest) -> HttpResponse:
    hints = Hint.objects.select_related("offer", "organisation", "by_organisation")
    needs = Need.objects.select_related("topic", "municipality", "target_group", "language", "by_organisation")
    wanted = request.GET.get("ansicht", "")
    view = wanted if wanted in VIEWS else "hinweise"
    noted = needs.filter(status=Need.Status.NOTED).order_by("-closed_at", "-pk")
    lists: dict[str, Any] = {"hinweise": hints.waiting(), "luecken": needs.waiting(), "vorgemerkt": noted}
    if view == "erledigt":
        done = [*hints.worked_off(), *needs.worked_off().exclude(status=Need.Status.NOTED)]
        lists["erledigt"] = sorted(done, key=lambda message: message.closed_at, reverse=True)
    tabs = [
        {
            "label": label,
            "url": f"?ansicht={name}",
            "current": name == view,
            "count": lists[name].count() if name in {"hinweise", "luecken", "vorgemerkt"} else None,
        }
        for name, label in VIEWS.items()
    ]
    context = {
        "tabs": tabs,
        "view": view,
        "page_obj": Paginator(lists[view], PAGE_LENGTH).get_page(request.GET.get("seite")),
        "gaps": _gaps() if view == "vorgemerkt" else [],
    }
    return render(request, "offers/feedback_list.html", context)


def _gaps() -> list[tuple[str, int]]:
    """What is missing most, by topic, among all gaps that were noted."""
    rows = Need.objects.filter(status=Need.Status.NOTED).exclude(topic=None).order_by()
    counted = rows.values_list("topic__name").annotate(times=Count("pk")).order_by("-times", "topic__name")
    return [(str(name), int(number)) for name, number in counted[:10]]


@permission_required("offers.answer_need", raise_exception=True)
def need_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Need.objects.select_related(
        "topic", "municipality", "target_group", "language", "offer", "by_organisation", "by_user"
    )
    need = get_object_or_404(rows, pk=pk)
    choice = _choice(need, request.POST.get("q", ""))
    if request.POST.get("verb") == "suchen":
        typed = {name: request.POST.get(name, "") for name in ("text", "offer", "q")}
        return _page(request, need, NeedAnswerForm(initial=typed, **choice), lifecycle.NEED, {"need": need})
    form = NeedAnswerForm(request.POST or None, **choice)

    def answer(by: Any) -> None:
        lifecycle.answer_need(need, by=by, text=form.cleaned_data["text"], offer=form.cleaned_data["offer"])

    verbs: dict[str, tuple[Callable[[Any], Any], str]] = {
        "answer": (answer, "Die Antwort ist gespeichert."),
        "note": (
            lambda by: lifecycle.note_need(need, by=by, text=form.cleaned_data["text"]),
            "Die Lücke ist vorgemerkt.",
        ),
        "discard": (
            lambda by: lifecycle.discard_need(need, by=by, text=form.cleaned_data["text"]),
            "Die Meldung ist abgelegt.",
        ),
    }
    return _detail(request, need, form, lifecycle.NEED, verbs, {"need": need})


def _choice(need: Need, words: str) -> dict[str, Any]:
    """What was looked for stands on top of what fits by itself."""
    today, words = timezone.localdate(), words.strip()[:120]
    found: list[Offer] = []
    if words:
        public = Offer.objects.visible_to_public(today).select_related("provider")
        found = list(StaffOfferFilters({"q": words}, public).qs.order_by("sort_key", "pk")[:AT_MOST])
    keys = [offer.pk for offer in found]
    fits = fitting(need, today).exclude(pk__in=keys)[:FITTING]
    return {"suggested": [*found, *fits], "searched": words, "found": len(found)}


@permission_required("offers.answer_hint", raise_exception=True)
def hint_detail(request: HttpRequest, pk: int) -> HttpResponse:
    hint = get_object_or_404(
        Hint.objects.select_related("offer__provider", "organisation", "by_organisation", "by_user"), pk=pk
    )
    form = FeedbackAnswerForm(request.POST or None)
    acts = {
        "answer": (lifecycle.answer_hint, "Die Antwort ist gespeichert. Der Hinweis ist damit erledigt."),
        "forward": (lifecycle.forward_hint, "Der Hinweis geht an die Organisation, ohne die Adresse der Person."),
        "discard": (lifecycle.discard_hint, "Der Hinweis ist abgelegt."),
    }

    def bound(act: Callable[..., Any]) -> Callable[[Any], Any]:
        return lambda by: act(hint, by=by, text=form.cleaned_data["text"])

    verbs = {name: (bound(act), told) for name, (act, told) in acts.items()}
    return _detail(request, hint, form, lifecycle.HINT, verbs, {"hint": hint, "forward_to": lifecycle.address_of(hint)})


def _detail(
    request: HttpRequest,
    message: Need | Hint,
    form: FeedbackAnswerForm,
    transitions: Table,
    verbs: dict[str, tuple[Callable[[Any], Any], str]],
    context: dict[str, Any],
) -> HttpResponse:
    """Show it; POST does what the pressed button says."""
    status = 200
    user = acting_user(request)
    if request.method == "POST" and form.is_valid():
        try:
            act, told = verbs[request.POST.get("verb", "")]
        except KeyError as error:
            raise BadRequest("unknown verb") from error
        try:
            act(user)
        except TransitionError as error:  # the words stay in the form
            form.add_error(None, str(error))
            status = error.status
            message.refresh_from_db()
        else:
            messages.success(request, told)
            return redirect(message)
    return _page(request, message, form, transitions, context, status=status)


def _page(
    request: HttpRequest,
    message: Need | Hint,
    form: FeedbackAnswerForm,
    transitions: Table,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    context |= {
        "message": message,
        "form": form,
        "verbs": possible(transitions, message, acting_user(request)),
        "history": timeline(message, titles=TITLES),
    }
    return render(request, "offers/feedback_detail.html", context, status=status)
