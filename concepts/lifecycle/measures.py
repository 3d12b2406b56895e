"""Every change of a measure's status, its number, its steps and counts.

proposed, postponed: the pool. selected -> running -> done; dropped is given up, and can be taken up again.
"""

from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from concepts.models import (
    ConceptVersion,
    FocusPeriod,
    Indicator,
    IndicatorValue,
    Measure,
    MeasurePaper,
    MeasureStep,
    Selection,
    WorkFocus,
)
from concepts.permissions import can_choose_for, can_edit_measure, can_edit_measures, can_take_out
from kiportal.common.models import User
from kiportal.common.transitions import SomebodyWasFaster, Transition, TransitionError, apply, possible, table

_S = Measure.Status
_POOL = frozenset({_S.PROPOSED, _S.POSTPONED})


def _may_start(measure: Measure) -> str:
    """What another body carries out runs whether or not it was chosen here."""
    if measure.status == _S.SELECTED or measure.is_delegated:
        return ""
    return (
        "Diese Maßnahme ist noch nicht ausgewählt. Wählen Sie sie zuerst für eine Schwerpunktperiode aus, oder tragen "
        "Sie ein, an welche Stelle sie abgegeben ist."
    )


MEASURE = table(
    Transition("select", _POOL, _S.SELECTED, can_edit_measure),
    Transition("carry_over", frozenset({_S.SELECTED, _S.RUNNING}), "", can_edit_measure),
    Transition("start", _POOL | {_S.SELECTED}, _S.RUNNING, can_edit_measure, _may_start),
    Transition("finish", frozenset({_S.RUNNING}), _S.DONE, can_edit_measure),
    Transition("resume", frozenset({_S.DONE}), _S.RUNNING, can_edit_measure),
    Transition("postpone", frozenset({_S.PROPOSED, _S.SELECTED, _S.RUNNING}), _S.POSTPONED, can_take_out),
    Transition("drop", _POOL | {_S.SELECTED, _S.RUNNING}, _S.DROPPED, can_take_out),
    Transition("take_up", frozenset({_S.DROPPED}), _S.PROPOSED, can_take_out),
)


def offered(measure: Measure, by: User) -> list[str]:
    """The verbs that pages offer: a beginning that would be refused is not among them."""
    return [verb for verb in possible(MEASURE, measure, by) if not MEASURE[verb].guard(measure)]


@transaction.atomic
def add_measure(measure: Measure) -> Measure:
    """Put a new measure into the pool, under the next number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('concepts.add_measure', 0))")
    # Deleted ones count, too: people may have noted their number.
    tables = (Measure.objects, apps.get_model("concepts", "MeasureEvent")._default_manager)
    measure.number = max(each.aggregate(last=Max("number"))["last"] or 0 for each in tables) + 1
    measure.save()
    return measure


def why_kept(measure: Measure) -> str:
    """Why a measure cannot be deleted, or "": others may know it by its number."""
    if measure.status != _S.PROPOSED or measure.selections.exists():
        return "Sie ist nicht mehr nur ein Vorschlag."
    number = {"number": measure.number}
    if ConceptVersion.objects.filter(measures__contains=[{"measures": [number]}]).exists():
        return "Sie steht in einer abgeschlossenen Fassung eines Konzepts."
    several = {"measures": [number]}
    # Where each kind of paper has its measures (`concepts.papers`).
    places: list[dict[str, Any]] = [
        {"rows": [number]},
        {"groups": [several]},
        {"focuses": [several]},
        {"focus": several},
    ]
    printed = reduce(or_, (Q(content__contains=place) for place in places))
    return "Sie steht in einem gedruckten Papier." if MeasurePaper.objects.filter(printed).exists() else ""


@transaction.atomic
def delete_measure(measure: Measure, *, by: User) -> None:
    """Delete what was entered by mistake. What anybody may know of is dropped instead, with a reason."""
    locked = Measure.objects.select_for_update().get(pk=measure.pk)
    if not can_edit_measure(by, locked):
        raise PermissionDenied("delete_measure is not allowed")
    if sentence := why_kept(locked):
        raise TransitionError(f"Diese Maßnahme bleibt: {sentence} Sie können sie verwerfen.")
    locked.delete()


# Choosing


@transaction.atomic
def select_measure(measure: Measure, *, by: User, focus: WorkFocus, reason: str = "") -> Selection:
    """Choose a measure for a focus. In the period already, it changes over to this focus."""
    period = FocusPeriod.objects.select_for_update().get(pk=focus.period_id)
    if not can_choose_for(by, period):
        raise PermissionDenied("select_measure is not allowed")
    if not period.is_open:
        raise SomebodyWasFaster("Diese Schwerpunktperiode ist inzwischen beendet.")
    chosen = period.selections.filter(measure=measure).first()
    if chosen is not None and chosen.focus_id == focus.pk:
        raise TransitionError(f"Diese Maßnahme ist für „{focus}“ schon ausgewählt.")
    verb = "select" if measure.status in _POOL else "carry_over"
    words = f"Schwerpunkt „{focus}“ ({period})."
    apply(MEASURE, measure, verb, by=by, reason=f"{words} {reason}".strip())
    if chosen is not None:
        Selection.objects.filter(pk=chosen.pk).update(focus=focus)
        chosen.focus = focus
        return chosen
    return Selection.objects.create(focus=focus, period=period, measure=measure, selected_on=timezone.localdate())


def open_selections(measure: Measure) -> QuerySet[Selection]:
    return measure.selections.exclude(period__status=FocusPeriod.Status.ENDED)


@transaction.atomic
def postpone_measure(measure: Measure, *, by: User, reason: str = "") -> None:
    """Back into the pool. Periods that have ended keep that it was chosen for them."""
    apply(MEASURE, measure, "postpone", by=by, reason=reason)
    open_selections(measure).delete()


@transaction.atomic
def drop_measure(measure: Measure, *, by: User, reason: str = "") -> None:
    """Give a measure up. It stays in the Arbeitspapier, and in the period for which it was chosen."""
    if not reason.strip():
        raise TransitionError("Bitte geben Sie einen Grund an. Er steht im Verlauf.")
    apply(MEASURE, measure, "drop", by=by, reason=reason)


@transaction.atomic
def take_up_measure(measure: Measure, *, by: User, reason: str = "") -> None:
    """What was given up is a proposal again; whoever wants it in a period chooses it anew."""
    apply(MEASURE, measure, "take_up", by=by, reason=reason)
    open_selections(measure).delete()


# Carrying out


def start_measure(measure: Measure, *, by: User, reason: str = "") -> None:
    apply(MEASURE, measure, "start", by=by, reason=reason)


def finish_measure(measure: Measure, *, by: User, reason: str = "") -> None:
    apply(MEASURE, measure, "finish", by=by, reason=reason)


def resume_measure(measure: Measure, *, by: User, reason: str = "") -> None:
    apply(MEASURE, measure, "resume", by=by, reason=reason)


def mark_step(step: MeasureStep, *, by: User, is_done: bool) -> None:
    """Note that a step is done, today, or that it is not; said twice it is the same."""
    if not can_edit_measures(by):
        raise PermissionDenied("mark_step is not allowed")
    if is_done != (step.done_on is not None):
        step.done_on = timezone.localdate() if is_done else None
        step.save(update_fields=["done_on"])


def count(indicator: Indicator, *, by: User, counted_on: date, value: Decimal) -> IndicatorValue:
    """Note what was counted; the same day again replaces what was noted for it."""
    if not can_edit_measures(by):
        raise PermissionDenied("count is not allowed")
    return IndicatorValue.objects.update_or_create(
        indicator=indicator, counted_on=counted_on, defaults={"value": value}
    )[0]
