"""/arbeitsplatz/massnahmen/: the Arbeitspapier as a board by Handlungsfeld and as a list; adding and editing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from concepts import lifecycle, progress
from concepts.areas import Area, Areas
from concepts.filters import MeasureFilters
from concepts.forms.measures import MeasureForm
from concepts.models import FocusPeriod, Measure, Selection, WorkFocus
from concepts.permissions import can_choose_for
from concepts.progress import Progress, Standing
from concepts.views import measure_board
from concepts.views.paths import PERMISSION, page_before
from kiportal.common.forms import StaleSave
from kiportal.common.models import User
from kiportal.common.transitions import TransitionError
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import conflict

PAGE_LENGTH = 30
BOARD, STATES, LIST = "tafel", "stand", "liste"


@dataclass(frozen=True)
class Card:
    """A measure as board and list show it."""

    measure: Measure
    standing: Standing
    area: Area | None
    # In an open period; ended ones are told on the measure's page.
    selection: Selection | None
    is_late: bool

    @classmethod
    def of(cls, measure: Measure, areas: Areas) -> "Card":
        today = timezone.localdate()
        open_ones = [each for each in measure.selections.all() if each.period.is_open]
        is_late = measure.status in {"selected", "running"} and any(
            step.done_on is None and step.due_on and step.due_on < today for step in measure.steps.all()
        )
        selection = open_ones[-1] if open_ones else None
        return cls(measure, progress.standing(measure), areas.get(measure.action_area), selection, is_late)


@dataclass(frozen=True)
class Group:
    """The measures of a Handlungsfeld; `area` None holds those without one."""

    area: Area | None
    cards: list[Card]
    progress: Progress


def choices_for(user: User) -> list[WorkFocus]:
    """The focuses of open periods for which this person may choose measures, the next period first."""
    focuses = WorkFocus.objects.exclude(period__status=FocusPeriod.Status.ENDED).select_related("period")
    ordered = focuses.order_by("period__starts_on", "sort_order", "pk")
    return [focus for focus in ordered if can_choose_for(user, focus.period)]


def grouped(cards: Iterable[Card], areas: Areas, *, with_empty: bool) -> list[Group]:
    by_area: dict[UUID | None, list[Card]] = {area.uuid: [] for area in areas if area.is_current and with_empty}
    for card in cards:
        by_area.setdefault(card.area.uuid if card.area else None, []).append(card)
    return [
        Group(areas.get(uuid), found, progress.of(card.standing for card in found))
        for uuid, found in sorted(by_area.items(), key=lambda entry: areas.place(entry[0]))
    ]


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def measure_list(request: HttpRequest) -> HttpResponse:
    filters = MeasureFilters(request.GET or None, Measure.objects.with_progress().in_order())
    asked = request.GET.get("ansicht", BOARD)
    view = asked if asked in {STATES, LIST} else BOARD
    areas = Areas.known()
    context: dict[str, Any] = {
        "filters": filters,
        "view": view,
        "tabs": _tabs(request, view),
        "how": progress.HOW,
        "query": _without(request.GET, "ansicht", "seite").urlencode(),
    }
    if view == LIST:
        page = Paginator(filters.qs, PAGE_LENGTH).get_page(request.GET.get("seite"))
        context |= {
            "page_obj": page,
            "rows": [Card.of(measure, areas) for measure in page],
            "total": page.paginator.count,
        }
    elif view == STATES:
        focuses = choices_for(acting_user(request))
        columns = measure_board.columns_of(cards_of(filters.qs, areas), acting_user(request), focuses)
        context |= {"columns": columns, "total": sum(len(column.cards) for column in columns)}
    else:
        cards = [Card.of(measure, areas) for measure in filters.qs]
        groups = grouped(cards, areas, with_empty=not filters.is_active) if cards else []
        context |= {"groups": groups, "focuses": choices_for(acting_user(request)), "total": len(cards)}
    return render(request, "concepts/measure_list.html", context)


def _tabs(request: HttpRequest, view: str) -> list[dict[str, Any]]:
    tabs = []
    for name, label in ((BOARD, "Nach Handlungsfeldern"), (STATES, "Nach Stand"), (LIST, "Liste")):
        query = _without(request.GET, "ansicht", "seite")
        if name != BOARD:
            query["ansicht"] = name
        tabs.append({"label": label, "url": f"?{query.urlencode()}", "current": name == view, "count": None})
    return tabs


def _without(query: QueryDict, *names: str) -> QueryDict:
    copy = query.copy()
    for name in names:
        copy.pop(name, None)
    return copy


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("concepts.add_measure", raise_exception=True)
def measure_add(request: HttpRequest) -> HttpResponse:
    form = MeasureForm(
        request.POST if request.method == "POST" else None, initial={"action_area": request.GET.get("feld")}
    )
    if form.is_bound and form.is_valid():
        measure = form.save()
        messages.success(request, f"„{measure}“ steht als Nummer {measure.number} im Arbeitspapier.")
        return redirect(measure)
    return render(request, "concepts/measure_form.html", {"form": form, "back_url": reverse("concepts:measure_list")})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def measure_edit(request: HttpRequest, pk: int) -> HttpResponse:
    measure = get_object_or_404(Measure, pk=pk)
    form = MeasureForm(request.POST if request.method == "POST" else None, instance=measure)
    if form.is_bound and form.is_valid():
        try:
            form.save()
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=measure.get_absolute_url())
        messages.success(request, f"„{measure}“ ist gespeichert.")
        return redirect(measure)
    context = {"form": form, "measure": measure, "back_url": measure.get_absolute_url()}
    return render(request, "concepts/measure_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def measure_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """For what was entered by mistake. GET asks; what others may know of stays, and the page says why."""
    measure = get_object_or_404(Measure, pk=pk)
    if request.method == "POST":
        try:
            lifecycle.delete_measure(measure, by=acting_user(request))
        except TransitionError as error:
            messages.error(request, str(error))
            return redirect(measure)
        messages.success(request, f"„{measure}“ ist gelöscht. Die Nummer {measure.number} wird nicht wieder vergeben.")
        return redirect("concepts:measure_list")
    context = {"measure": measure, "kept": lifecycle.why_kept(measure)}
    return render(request, "concepts/measure_delete.html", context)


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def measure_select(request: HttpRequest, pk: int) -> HttpResponse:
    """From the menu of a card: into a focus. Goes back to the page with the menu."""
    measure = get_object_or_404(Measure, pk=pk)
    key = request.POST.get("focus", "")
    focus = WorkFocus.objects.select_related("period").filter(pk=int(key)).first() if key.isdecimal() else None
    if focus is None:
        messages.error(request, "Bitte wählen Sie einen Schwerpunkt.")
    else:
        try:
            lifecycle.select_measure(measure, by=acting_user(request), focus=focus)
        except TransitionError as error:
            messages.error(request, f"„{measure}“: {error}")
        else:
            messages.success(request, f"„{measure}“ ist für „{focus}“ ausgewählt.")
    return redirect(page_before(request, reverse("concepts:measure_list")))


def cards_of(measures: Iterable[Measure], areas: Areas) -> Sequence[Card]:
    return [Card.of(measure, areas) for measure in measures]
