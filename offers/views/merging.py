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
from offers.lifecycle import merging
from offers.models import Offer
from offers.review import records
from offers.review.duplicates import offers_like, organisations_like

PERMISSION = "offers.review_offer"
AT_MOST = 20


@dataclass(frozen=True)
class Choice:
    """One field or part that differs. `is_taken` proposes what the kept record lacks."""

    name: str
    label: str
    kept: str
    other: str
    is_taken: bool


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
    error, status, taken = merging.refusal(kept, other), 200, None
    if request.method == "POST":
        choices = _choices(kept, other)
        taken = {choice.name for choice in choices if request.POST.get(f"feld-{choice.name}") == "other"}
        try:
            merging.merge(kept, other, taken, by=acting_user(request), read=_read(request))
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
        "choices": _choices(kept, other, taken),
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


def _choices(kept: Any, other: Any, taken: set[str] | None = None) -> list[Choice]:
    """The fields and parts that differ, in the order of the model."""
    pairs = [
        (field.name, str(field.verbose_name), _value(kept, field), _value(other, field))
        for field in merging.fields_of(type(kept))
        if not (field.name == "contact" and kept.provider_id != other.provider_id)
    ]
    for part in merging.parts_of(type(kept)):
        model = part.related_model
        texts = [
            "\n".join(str(row) for row in merging.rows_of(part, record).order_by("pk")) for record in (kept, other)
        ]
        pairs.append((model._meta.label, str(model._meta.verbose_name_plural), texts[0], texts[1]))
    return [
        Choice(name, label, own, theirs, _fills(kept, name, own) if taken is None else name in taken)
        for name, label, own, theirs in pairs
        if own != theirs
    ]


def _fills(kept: Any, name: str, own: str) -> bool:
    """Whether the other one's value fills a gap; an Angebot that stays one has no use for what only a Projekt says."""
    return not own and not (name.startswith("project_") and not kept.is_project)


def _value(record: Any, field: models.Field) -> str:
    if isinstance(field, models.ManyToManyField):
        return ", ".join(sorted(str(row) for row in getattr(record, field.name).all()))
    value = getattr(record, field.name)
    if isinstance(field, RichTextField):
        return to_text(value)
    if isinstance(field, models.BooleanField):
        return "ja" if value else "nein"
    if field.choices:
        return str(getattr(record, f"get_{field.name}_display")())
    return "" if value is None else str(localize(value))
