"""Merging two organisations or two offers: find the other one, compare field by field, see what moves, confirm."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import localize
from django.views.decorators.http import require_http_methods, require_safe

from kiportal.common.richtext import RichTextField, to_text
from kiportal.common.text import sort_key
from kiportal.common.transitions import TransitionError
from kiportal.common.views.acting import acting_user
from offers.lifecycle import merging, uniting
from offers.lifecycle.uniting import Side
from offers.models import Offer
from offers.review import records
from offers.review.duplicates import offers_like, organisations_like

PERMISSION = "offers.review_offer"
AT_MOST = 20


@dataclass(frozen=True)
class Choice:
    """One field or part that differs. `side` is what was chosen, or what is proposed; `both` is there for lists."""

    name: str
    label: str
    kept: str
    other: str
    both: str
    side: Side


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def merge_find(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """What looks like the same, and a search by name for what does not."""
    record = _record(kind, pk)
    words = request.GET.get("q", "").split()
    found: models.QuerySet = records.known(kind).exclude(pk=pk).filter(merged_into=None)
    for word in words:
        found = found.filter(sort_key__contains=sort_key(word))
    alike = offers_like(record) if isinstance(record, Offer) else organisations_like(record)
    context = {
        "kind": kind,
        "record": record,
        "back_url": records.url_of(record),
        "q": request.GET.get("q", ""),
        "rows": found.order_by("sort_key", "pk")[:AT_MOST] if words else alike.filter(merged_into=None)[:AT_MOST],
    }
    return render(request, "offers/merge_find.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def merge_confirm(request: HttpRequest, kind: str, pk: int, other_pk: int) -> HttpResponse:
    """GET shows both beside each other and what will move; a POST merges."""
    kept, other = _record(kind, pk), _record(kind, other_pk)
    error, status, chosen = merging.refusal(kept, other), 200, dict[str, Side]()
    if request.method == "POST":
        chosen = _chosen(request, _choices(kept, other, {}))
        try:
            merging.merge(kept, other, chosen, by=acting_user(request), read=_read(request))
        except TransitionError as refused:
            error, status = str(refused), refused.status
            kept, other = _record(kind, pk), _record(kind, other_pk)
        else:
            messages.success(request, f"„{other}“ ist jetzt Teil von „{kept}“. Die alte Adresse führt hierher.")
            return redirect(records.url_of(kept))
    context = {
        "kind": kind,
        "kept": kept,
        "other": other,
        "error": error,
        "choices": _choices(kept, other, chosen),
        "moving": merging.moving(other),
        "back_url": reverse("offers:merge_find", args=[kind, pk]),
        "swap_url": reverse("offers:merge_confirm", args=[kind, other_pk, pk]),
    }
    return render(request, "offers/merge_confirm.html", context, status=status)


def _record(kind: str, pk: int) -> Any:
    if kind not in {records.OFFER, records.ORGANISATION}:
        raise Http404
    return get_object_or_404(records.known(kind), pk=pk)


def _read(request: HttpRequest) -> tuple[int, int]:
    """The versions that the page showed; what is no number was never shown."""
    shown = [request.POST.get(name, "") for name in ("kept_version", "other_version")]
    kept, other = (int(text) if text.isdecimal() else 0 for text in shown)
    return kept, other


def _chosen(request: HttpRequest, choices: list[Choice]) -> dict[str, Side]:
    """What people chose; what is no choice, or was not asked, is left to the proposal."""
    chosen = {}
    for choice in choices:
        sides = [Side.KEPT, Side.OTHER, *([Side.BOTH] if choice.both else [])]
        if (value := request.POST.get(f"feld-{choice.name}")) in sides:
            chosen[choice.name] = Side(value)
    return chosen


def _choices(kept: Any, other: Any, chosen: dict[str, Side]) -> list[Choice]:
    """The fields and parts that differ, in the order of the model."""
    found = [
        (field.name, _label(field), _value(kept, field), _value(other, field))
        for field in merging.fields_of(type(kept))
        if not (field.name == "contact" and kept.provider_id != other.provider_id)
    ]
    for part in merging.parts_of(type(kept)):
        model = part.related_model
        name = model._meta.label
        found.append((name, str(model._meta.verbose_name_plural), *(uniting.shown(row, name) for row in (kept, other))))
    return [
        _choice(kept, other, name, label, (own, theirs), chosen.get(name))
        for name, label, own, theirs in found
        if own != theirs
    ]


def _choice(kept: Any, other: Any, name: str, label: str, texts: tuple[str, str], chosen: Side | None) -> Choice:
    """Two lists of which one holds all of the other need no third choice."""
    side, both = chosen or uniting.proposed(kept, other, name), ""
    if uniting.proposed(kept, other, name) is Side.BOTH:
        united = uniting.united(kept, other, name)
        together = [uniting.united(record, record, name) for record in (kept, other)]
        if uniting.same(united, together[0]) or uniting.same(united, together[1]):
            if side is Side.BOTH:
                side = Side.KEPT if uniting.same(united, together[0]) else Side.OTHER
        else:
            both = uniting.in_words(name, united)
    return Choice(name, label, *texts, both, side)


def _label(field: models.Field) -> str:
    return "Punkt auf der Karte" if field.name == "latitude" else str(field.verbose_name)


def _value(record: Any, field: models.Field) -> str:
    if isinstance(field, models.ManyToManyField):
        return ", ".join(sorted(str(row) for row in getattr(record, field.name).all()))
    value = getattr(record, field.name)
    if field.name == "latitude":
        return "" if value is None else f"{localize(value.normalize())} / {localize(record.longitude.normalize())}"
    if isinstance(field, RichTextField):
        return to_text(value)
    if isinstance(field, models.BooleanField):
        return "ja" if value else "nein"
    if field.choices:
        return str(getattr(record, f"get_{field.name}_display")())
    return "" if value is None else str(localize(value))
