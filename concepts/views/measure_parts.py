"""What hangs on a measure: steps, Kennzahlen and what was counted, notes on its progress, offers and needs."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from concepts import lifecycle
from concepts.forms.measure_rows import IndicatorsForm, RowsForm, StepsForm
from concepts.forms.measures import CountForm, ProgressNoteForm
from concepts.models import ActionArea, Indicator, IndicatorValue, Measure, MeasureStep, ProgressNote
from concepts.views.measures import PERMISSION, page_before
from kiportal.common.forms import StaleSave
from kiportal.common.text import fold
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import conflict
from offers.models import Need, Offer

AT_MOST = 20

_required = permission_required(PERMISSION, raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@_required
def measure_steps(request: HttpRequest, pk: int) -> HttpResponse:
    return _rows(request, get_object_or_404(Measure, pk=pk), StepsForm, "schritte", "Die Schritte sind gespeichert.")


@require_http_methods(["GET", "HEAD", "POST"])
@_required
def measure_indicators(request: HttpRequest, pk: int) -> HttpResponse:
    measure = get_object_or_404(Measure, pk=pk)
    return _rows(request, measure, IndicatorsForm, "kennzahlen", "Die Kennzahlen sind gespeichert.")


def _rows(request: HttpRequest, measure: Measure, form_class: type[RowsForm], anchor: str, done: str) -> HttpResponse:
    act = request.POST.get("zeile")
    if act:
        form = form_class(initial=form_class.rearranged(request.POST, act), instance=measure)
    else:
        form = form_class(request.POST if request.method == "POST" else None, instance=measure)
    back_url = f"{measure.get_absolute_url()}#{anchor}"
    if form.is_bound and form.is_valid():
        try:
            form.save()
        except StaleSave as stale:
            differences = form.differences(cast("Measure", stale.theirs))
            return conflict(request, form, stale, back_url=back_url, differences=differences)
        messages.success(request, done)
        return redirect(back_url)
    context = {"form": form, "measure": measure, "back_url": back_url, "title": form.legend}
    return render(request, "concepts/measure_rows.html", context)


@require_POST
@_required
def step_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """ "erledigt" on the list of steps, and back."""
    step = get_object_or_404(MeasureStep.objects.select_related("measure"), pk=pk)
    is_done = request.POST.get("erledigt") == "ja"
    lifecycle.mark_step(step, by=acting_user(request), is_done=is_done)
    messages.success(request, f"„{step}“ ist {'erledigt' if is_done else 'wieder offen'}.")
    return redirect(page_before(request, f"{step.measure.get_absolute_url()}#schritte"))


@require_http_methods(["GET", "HEAD", "POST"])
@_required
def indicator_count(request: HttpRequest, pk: int) -> HttpResponse:
    """What was counted. The small form of the measure's page; this page is what it comes back to with a sentence."""
    indicator = get_object_or_404(Indicator.objects.select_related("measure"), pk=pk)
    form = CountForm(request.POST if request.method == "POST" else None, prefix=f"k{pk}")
    back_url = f"{indicator.measure.get_absolute_url()}#kennzahlen"
    if form.is_bound and form.is_valid():
        lifecycle.count(indicator, by=acting_user(request), **form.cleaned_data)
        messages.success(request, f"Der Wert für „{indicator}“ ist eingetragen.")
        return redirect(back_url)
    context = {"form": form, "indicator": indicator, "measure": indicator.measure, "back_url": back_url}
    return render(request, "concepts/indicator_count.html", context)


@require_POST
@_required
def indicator_value_remove(request: HttpRequest, pk: int) -> HttpResponse:
    value = get_object_or_404(IndicatorValue.objects.select_related("indicator__measure"), pk=pk)
    value.delete()
    messages.success(request, f"Der Wert vom {value.counted_on:%d.%m.%Y} ist gelöscht.")
    return redirect(f"{value.indicator.measure.get_absolute_url()}#kennzahlen")


@require_http_methods(["GET", "HEAD", "POST"])
@_required
def note_add(request: HttpRequest, pk: int) -> HttpResponse:
    measure = get_object_or_404(Measure, pk=pk)
    note = ProgressNote(measure=measure, created_by=acting_user(request))
    form = ProgressNoteForm(request.POST if request.method == "POST" else None, instance=note)
    if form.is_bound and form.is_valid():
        if key := form.cleaned_data["key"]:
            note.key = key
        try:
            with transaction.atomic():
                form.save()
        except IntegrityError:  # the same form, sent twice
            get_object_or_404(ProgressNote, key=key)
        messages.success(request, "Der Stand ist eingetragen.")
        return redirect(f"{measure.get_absolute_url()}#umsetzung")
    return _note_page(request, form, measure)


@require_http_methods(["GET", "HEAD", "POST"])
@_required
def note_edit(request: HttpRequest, pk: int) -> HttpResponse:
    note = get_object_or_404(ProgressNote.objects.select_related("measure"), pk=pk)
    form = ProgressNoteForm(request.POST if request.method == "POST" else None, instance=note)
    back_url = f"{note.measure.get_absolute_url()}#umsetzung"
    if form.is_bound and form.is_valid():
        try:
            form.save()
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=back_url)
        messages.success(request, "Der Stand ist gespeichert.")
        return redirect(back_url)
    return _note_page(request, form, note.measure)


def _note_page(request: HttpRequest, form: ProgressNoteForm, measure: Measure) -> HttpResponse:
    context = {"form": form, "measure": measure, "back_url": f"{measure.get_absolute_url()}#umsetzung"}
    return render(request, "concepts/measure_note.html", context)


# Offers and needs


@require_http_methods(["GET", "HEAD", "POST"])
@_required
def measure_links(request: HttpRequest, pk: int) -> HttpResponse:
    """On which offers and reported needs the measure rests; without a word to search those of its Handlungsfeld."""
    measure = get_object_or_404(Measure, pk=pk)
    if request.method == "POST":
        _link(measure, request.POST.get("verb", ""), request.POST.get("key", ""))
        return redirect(page_before(request, reverse("concepts:measure_links", args=[pk])))
    words = request.GET.get("q", "").strip()
    context = {
        "measure": measure,
        "q": words,
        "offers": measure.offers.select_related("provider").order_by("sort_key"),
        "needs": measure.needs.select_related("topic", "municipality"),
        "found_offers": _offers(measure, words),
        "found_needs": _needs(measure, words),
    }
    return render(request, "concepts/measure_links.html", context)


def _link(measure: Measure, verb: str, key: str) -> None:
    relations: dict[str, Any] = {"offer": measure.offers, "need": measure.needs}
    act, _dash, kind = verb.partition("-")
    if act not in {"add", "remove"} or kind not in relations or not key.isdecimal():
        raise BadRequest("unknown verb")
    candidates = Offer.objects.visible_to_public(timezone.localdate()) if kind == "offer" else Need.objects.all()
    if act == "add":
        relations[kind].add(get_object_or_404(candidates, pk=int(key)))
    else:
        relations[kind].remove(int(key))


def _topics(measure: Measure) -> QuerySet[Any]:
    areas = ActionArea.objects.filter(uuid=measure.action_area) if measure.action_area else ActionArea.objects.none()
    return areas.values("topics")


def _offers(measure: Measure, words: str) -> QuerySet[Offer]:
    found = Offer.objects.visible_to_public(timezone.localdate()).exclude(pk__in=measure.offers.values("pk"))
    for word in words.split():
        found = found.filter(search_text__contains=fold(word))
    if not words:
        found = found.filter(topics__in=_topics(measure)).distinct()
    return found.select_related("provider").order_by("sort_key", "pk")[:AT_MOST]


def _needs(measure: Measure, words: str) -> QuerySet[Need]:
    found = Need.objects.filter(status__in=[Need.Status.OPEN, Need.Status.NOTED])
    found = found.exclude(pk__in=measure.needs.values("pk"))
    for word in words.split():
        found = found.filter(text__icontains=word)
    if not words:
        found = found.filter(topic__in=_topics(measure))
    return found.select_related("topic", "municipality").order_by("-received_at", "-pk")[:AT_MOST]
