"""/arbeitsplatz/schwerpunkte/: focus periods and their focuses: prepare, decide, follow, end."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import ListView

from concepts import lifecycle, progress
from concepts.areas import Areas
from concepts.forms.measures import NoteForm
from concepts.forms.periods import DecideForm, EndForm, FocusPeriodForm, WorkFocusForm, unusual
from concepts.history import timeline
from concepts.models import FocusPeriod, Measure, PeriodRule, Selection, WorkFocus
from concepts.permissions import can_choose_for, can_decide_period
from concepts.views.measures import PERMISSION, Card, cards_of
from kiportal.common.forms import LockedModelForm, StaleSave
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import conflict
from kiportal.common.views.steps import Step, StepView, faster_page

# So many of the papers on a period stand on its page, the newest first.
MOST_PAPERS = 6
_required = permission_required(PERMISSION, raise_exception=True)
SELECTIONS = Selection.objects.select_related("measure__lead_organisation", "period").prefetch_related("measure__steps")


def focuses_of(period: FocusPeriod) -> list[tuple[WorkFocus, list[tuple[Selection, Any]], Any]]:
    """(focus, its measures with their standing, progress) of a period, in a constant number of queries."""
    focuses = period.focuses.select_related("topic", "target_group").prefetch_related(
        Prefetch("selections", SELECTIONS.order_by("measure__number"))
    )
    rows = []
    for focus in focuses:
        selections = [(each, progress.standing_in(each)) for each in focus.selections.all()]
        rows.append((focus, selections, progress.of(standing for _each, standing in selections)))
    return rows


class PeriodList(PermissionRequiredMixin, ListView):
    permission_required = PERMISSION
    raise_exception = True
    template_name = "concepts/period_list.html"

    def get_queryset(self) -> QuerySet[FocusPeriod]:
        return FocusPeriod.objects.prefetch_related(Prefetch("selections", SELECTIONS), "focuses")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = [
            (period, progress.of(progress.standing_in(each) for each in period.selections.all()))
            for period in context["object_list"]
        ]
        return context | {"rows": rows, "today": timezone.localdate()}


@require_http_methods(["GET", "HEAD", "POST"])
@_required
def period_add(request: HttpRequest) -> HttpResponse:
    form = FocusPeriodForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and (period := _saved(form, FocusPeriod)) is not None:
        messages.success(request, f"„{period}“ ist angelegt. Legen Sie jetzt die Schwerpunkte fest.")
        _warn(request, period)
        return redirect(period)
    if form.is_bound and (key := form.cleaned_data.get("key")):
        twin = FocusPeriod.objects.filter(key=key).first()
        if twin is not None:  # the same form, sent twice: the days are taken by its own period
            return redirect(twin)
    return _period_form(request, form)


def _saved(form: FocusPeriodForm, model: type[FocusPeriod]) -> FocusPeriod | None:
    """The period; the same form sent twice is one. None: somebody stored another one for these days meanwhile."""
    try:
        with transaction.atomic():
            return form.save()
    except IntegrityError:
        found = model.objects.filter(key=form.cleaned_data["key"]).first()
        if found is None:
            form.add_error(None, "In dieser Zeit gibt es inzwischen eine andere Periode. Bitte wählen Sie andere Tage.")
        return found


@require_http_methods(["GET", "HEAD", "POST"])
@_required
def period_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What is decided on changes only by its head."""
    period = get_object_or_404(FocusPeriod, pk=pk)
    _require_open(request, period)
    form = FocusPeriodForm(request.POST if request.method == "POST" else None, instance=period)
    if form.is_bound and form.is_valid():
        try:
            saved = _saved(form, FocusPeriod)
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=period.get_absolute_url())
        if saved is not None and not form.errors:
            messages.success(request, f"„{period}“ ist gespeichert.")
            _warn(request, period)
            return redirect(period)
    return _period_form(request, form, period)


def _require_open(request: HttpRequest, period: FocusPeriod) -> None:
    if not (period.is_open and can_choose_for(acting_user(request), period)):
        raise PermissionDenied


def _warn(request: HttpRequest, period: FocusPeriod) -> None:
    if sentence := unusual(period):
        messages.warning(request, sentence)


def _period_form(request: HttpRequest, form: FocusPeriodForm, period: FocusPeriod | None = None) -> HttpResponse:
    back_url = period.get_absolute_url() if period else reverse("concepts:period_list")
    context = {"form": form, "period": period, "back_url": back_url}
    return render(request, "concepts/period_form.html", context | {"rule": PeriodRule.objects.on(timezone.localdate())})


class PeriodDetail(StepView):
    permission_required = PERMISSION
    template_name = "concepts/period_detail.html"
    context_object_name = "period"
    queryset = FocusPeriod.objects.select_related("version__concept")
    transitions = lifecycle.PERIOD
    steps = (
        Step(
            "decide",
            "Beschluss eintragen",
            "check",
            lifecycle.decide_period,
            "Die Periode ist danach öffentlich. Was für sie ausgewählt ist, ändert dann nur noch die Leitung.",
            "„{}“ ist beschlossen und steht auf der Seite „Umsetzung“.",
            form_class=DecideForm,
        ),
        Step(
            "undecide",
            "Beschluss zurücknehmen",
            "undo",
            lifecycle.undecide_period,
            "Für einen Irrtum: Die Periode ist dann wieder in Vorbereitung und nicht mehr öffentlich.",
            "„{}“ ist wieder in Vorbereitung.",
            needs_reason=True,
            form_class=NoteForm,
        ),
        Step(
            "reopen",
            "Wieder öffnen",
            "undo",
            lifecycle.reopen_period,
            "Für einen Irrtum: Die Periode ist dann nicht mehr beendet. Die Maßnahmen bleiben, wo sie jetzt sind. Das "
            "geplante Ende gilt wieder, wenn in diesen Tagen keine andere Periode liegt.",
            "„{}“ ist wieder offen.",
            needs_reason=True,
            form_class=NoteForm,
        ),
    )

    def get_history(self) -> Sequence[Any]:
        return timeline(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        period, user = self.object, acting_user(self.request)
        focuses = focuses_of(period)
        may_choose = period.is_open and can_choose_for(user, period)
        return super().get_context_data(
            focuses=focuses,
            progress=progress.of(standing for _focus, rows, _progress in focuses for _each, standing in rows),
            how=progress.HOW,
            today=timezone.localdate(),
            unusual=unusual(period),
            areas=Areas.known(),
            may_choose=may_choose,
            may_decide=can_decide_period(user, period),
            papers=period.papers.defer("content")[:MOST_PAPERS],
            candidates=_candidates() if may_choose else [],
            **kwargs,
        )


def _candidates() -> list[tuple[Card, bool]]:
    """What can be chosen: first what former periods have left over, then the rest of the Arbeitspapier."""
    former = Selection.objects.filter(measure=OuterRef("pk"), period__status=FocusPeriod.Status.ENDED)
    pool = Measure.objects.pool().with_progress().annotate(is_left_over=Exists(former))
    measures = list(pool.order_by("-is_left_over", "number"))
    return [(card, card.measure.is_left_over) for card in cards_of(measures, Areas.known())]  # type: ignore[attr-defined]


# Focuses


@require_http_methods(["GET", "HEAD", "POST"])
@_required
def focus_add(request: HttpRequest, period_pk: int) -> HttpResponse:
    period = get_object_or_404(FocusPeriod, pk=period_pk)
    _require_open(request, period)
    form = WorkFocusForm(request.POST if request.method == "POST" else None, instance=WorkFocus(period=period))
    if form.is_bound and form.is_valid():
        try:
            with transaction.atomic():
                form.save()
        except IntegrityError:  # the same form, sent twice
            get_object_or_404(WorkFocus, key=form.cleaned_data["key"])
        messages.success(request, f"Der Schwerpunkt „{form.instance}“ ist angelegt.")
        return redirect(period)
    return _focus_form(request, form, period)


@require_http_methods(["GET", "HEAD", "POST"])
@_required
def focus_edit(request: HttpRequest, pk: int) -> HttpResponse:
    focus = get_object_or_404(WorkFocus.objects.select_related("period"), pk=pk)
    period = focus.period
    _require_open(request, period)
    form = WorkFocusForm(request.POST if request.method == "POST" else None, instance=focus)
    if form.is_bound and form.is_valid():
        try:
            form.save()
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=period.get_absolute_url())
        messages.success(request, f"Der Schwerpunkt „{focus}“ ist gespeichert.")
        return redirect(period)
    return _focus_form(request, form, period)


def _focus_form(request: HttpRequest, form: LockedModelForm, period: FocusPeriod) -> HttpResponse:
    focus = form.instance if form.instance.pk else None
    context = {"form": form, "period": period, "focus": focus, "back_url": period.get_absolute_url()}
    return render(request, "concepts/focus_form.html", context)


@require_POST
@_required
def focus_remove(request: HttpRequest, pk: int) -> HttpResponse:
    focus = get_object_or_404(WorkFocus.objects.select_related("period"), pk=pk)
    period = focus.period
    try:
        lifecycle.remove_focus(focus, by=acting_user(request))
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Der Schwerpunkt „{focus}“ ist gelöscht, seine Maßnahmen sind im Arbeitspapier.")
    return redirect(period)


# The end


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("concepts.decide_focusperiod", raise_exception=True)
def period_end(request: HttpRequest, pk: int) -> HttpResponse:
    """What was reached, and where the rest goes: in the next period, back into the pool, or on without one."""
    period = get_object_or_404(FocusPeriod, pk=pk)
    if period.status != FocusPeriod.Status.DECIDED:
        return _faster(request, period)
    later = WorkFocus.objects.exclude(period__status=FocusPeriod.Status.ENDED).filter(
        period__starts_on__gt=period.starts_on
    )
    focuses = list(later.select_related("period").order_by("period__starts_on", "sort_order", "pk"))
    rows = [row for _focus, found, _progress in focuses_of(period) for row in found]
    rest = [each for each, standing in rows if standing.status in {"selected", "running"}]
    to_ask = SELECTIONS.select_related("focus").prefetch_related("measure__selections")
    form = EndForm(
        request.POST if request.method == "POST" else None,
        period=period,
        rest=list(to_ask.filter(pk__in=[each.pk for each in rest]).order_by("measure__number")),
        focuses=focuses,
    )
    if form.is_bound and form.is_valid():
        try:
            lifecycle.end_period(
                period,
                by=acting_user(request),
                summary=form.cleaned_data["summary"],
                rest=form.ways(),
                focuses={focus.pk: focus for focus in focuses},
                shorten=form.cleaned_data.get("shorten", False),
            )
        except SomebodyWasFaster as faster:
            if FocusPeriod.objects.filter(pk=pk, status=FocusPeriod.Status.DECIDED).exists():
                messages.error(request, str(faster))
                return redirect("concepts:period_end", pk)
            return _faster(request, period, form.cleaned_data["summary"])
        except TransitionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"„{period}“ ist beendet. Das Ergebnis steht auf der Seite „Umsetzung“.")
            return redirect(period)
    reached = [(each, standing) for each, standing in rows if standing.status == Measure.Status.DONE]
    context = {
        "period": period,
        "form": form,
        "is_early": timezone.localdate() < period.ends_on,
        "reached": reached,
        "rows": rows,
        "has_next": bool(focuses),
        "progress": progress.of(standing for _each, standing in rows),
        "how": progress.HOW,
    }
    return render(request, "concepts/period_end.html", context)


def _faster(request: HttpRequest, period: FocusPeriod, typed: str = "") -> HttpResponse:
    period.refresh_from_db()
    return faster_page(request, period, typed, record_url=period.get_absolute_url(), history=timeline(period))


@require_http_methods(["GET", "HEAD", "POST"])
@_required
def period_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a period in preparation. GET asks."""
    period = get_object_or_404(FocusPeriod, pk=pk)
    if not period.is_draft:
        return _faster(request, period)
    if request.method == "POST":
        try:
            lifecycle.discard_period(period, by=acting_user(request))
        except SomebodyWasFaster:
            return _faster(request, period)
        messages.success(request, f"„{period}“ ist verworfen. Ihre Maßnahmen stehen wieder im Arbeitspapier.")
        return redirect("concepts:period_list")
    return render(request, "concepts/period_discard.html", {"period": period, "number": period.selections.count()})
