"""Focus periods: prepared, decided on, ended. What was not reached is offered for the next one, never lost."""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from concepts import progress
from concepts.lifecycle.measures import MEASURE, open_selections, postpone_measure, select_measure
from concepts.models import FocusPeriod, Measure, Selection, WorkFocus
from concepts.permissions import can_decide_period, can_edit_measures
from kiportal.common.models import User
from kiportal.common.transitions import SomebodyWasFaster, Transition, TransitionError, apply, table

_S = FocusPeriod.Status
_AT_WORK = {Measure.Status.SELECTED, Measure.Status.RUNNING}
# What can become of a measure that is not done when its period ends, beside going on in a focus of the next one.
POOL, RUN_ON = "pool", "weiter"


def _has_focus(period: FocusPeriod) -> str:
    return "" if period.focuses.exists() else "Diese Periode hat noch keinen Schwerpunkt."


PERIOD = table(
    Transition("decide", frozenset({_S.DRAFT}), _S.DECIDED, can_decide_period, _has_focus),
    Transition("undecide", frozenset({_S.DECIDED}), _S.DRAFT, can_decide_period),
    Transition("end", frozenset({_S.DECIDED}), _S.ENDED, can_decide_period),
    Transition("reopen", frozenset({_S.ENDED}), _S.DECIDED, can_decide_period),
)


def decide_period(
    period: FocusPeriod,
    *,
    by: User,
    decided_by: str,
    decided_on: date,
    paper_number: str = "",
    decision_url: str = "",
    reason: str = "",
) -> None:
    """Record the decision. From now on everybody reads the period, and only the head changes what is chosen for it."""
    if decided_on > timezone.localdate():
        raise TransitionError("Das Datum des Beschlusses liegt in der Zukunft.")
    apply(
        PERIOD,
        period,
        "decide",
        by=by,
        reason=reason,
        decided_by=decided_by,
        decided_on=decided_on,
        paper_number=paper_number,
        decision_url=decision_url,
    )


def undecide_period(period: FocusPeriod, *, by: User, reason: str = "") -> None:
    """Take a decision back that was entered by mistake: the period is in preparation again, and not public."""
    if not reason.strip():
        raise TransitionError("Bitte geben Sie einen Grund an. Er steht im Verlauf.")
    apply(PERIOD, period, "undecide", by=by, reason=reason)


@transaction.atomic
def end_period(
    period: FocusPeriod,
    *,
    by: User,
    summary: str,
    rest: Mapping[int, str],
    focuses: Mapping[int, WorkFocus],
    shorten: bool = False,
) -> None:
    """Say what was reached, keep how far each measure is, and let the rest go where people said.

    `rest` names for each open measure (by key) POOL, RUN_ON or the key of a focus, which is one of `focuses`. What is
    chosen for another open period stays so, whatever is said. `shorten` frees the days that are left.
    """
    locked = FocusPeriod.objects.select_for_update().get(pk=period.pk)
    selections = list(period.selections.select_related("measure", "period").prefetch_related("measure__steps"))
    for selection in selections:
        if selection.measure.status in _AT_WORK and selection.measure_id not in rest:
            raise SomebodyWasFaster(
                f"„{selection.measure}“ ist inzwischen dazugekommen oder wieder offen. Bitte entscheiden Sie, was "
                "aus ihr wird."
            )
        selection.outcome = progress.standing(selection.measure).as_json()
        selection.save(update_fields=["outcome"])
    today, reason, changes = timezone.localdate(), "", {}
    if shorten and locked.has_days_left(today):
        reason = f"Die Periode endet damit nicht erst am {locked.ends_on:%d.%m.%Y}."
        changes = {"planned_end": locked.ends_on, "ends_on": today}
    apply(PERIOD, locked, "end", by=by, reason=reason, ended_on=today, summary=summary, **changes)
    for selection in selections:
        if selection.measure.status in _AT_WORK:
            _let_go(selection.measure, rest[selection.measure_id], by=by, period=period, focuses=focuses)
    period.refresh_from_db()


def _let_go(measure: Measure, goes: str, *, by: User, period: FocusPeriod, focuses: Mapping[int, WorkFocus]) -> None:
    if goes == POOL:
        if not open_selections(measure).exists():
            postpone_measure(measure, by=by, reason=f"„{period}“ ist beendet, zurück ins Arbeitspapier.")
    elif goes == RUN_ON and measure.status == Measure.Status.RUNNING:
        apply(MEASURE, measure, "carry_over", by=by, reason=f"„{period}“ ist beendet, die Maßnahme läuft weiter.")
    elif goes.isdecimal() and int(goes) in focuses:
        focus = focuses[int(goes)]
        if not focus.selections.filter(measure=measure).exists():
            select_measure(measure, by=by, focus=focus, reason=f"Übernommen aus „{period}“.")
    else:
        raise TransitionError(f"Bitte wählen Sie, was aus „{measure}“ wird.")


def reopen_period(period: FocusPeriod, *, by: User, reason: str = "") -> None:
    """Take the end back. Measures stay where they went meanwhile; ending again keeps how far they are then.

    What was shortened gets its planned end again, unless another period has taken a day of it; the Verlauf says so.
    """
    if not reason.strip():
        raise TransitionError("Bitte geben Sie einen Grund an. Er steht im Verlauf.")
    planned, ends_on = period.planned_end, period.ends_on
    try:
        apply(PERIOD, period, "reopen", by=by, reason=reason, ends_on=planned or ends_on, planned_end=None)
    except IntegrityError:
        if planned is None:
            raise
        kept = (
            f"Das Ende bleibt der {ends_on:%d.%m.%Y}: Bis zum geplanten Ende am {planned:%d.%m.%Y} gibt es inzwischen "
            "eine andere Periode."
        )
        apply(PERIOD, period, "reopen", by=by, reason=f"{reason.strip()} {kept}", planned_end=None)


@transaction.atomic
def discard_period(period: FocusPeriod, *, by: User) -> None:
    """Delete a period in preparation; what was chosen for it goes back into the pool."""
    locked = FocusPeriod.objects.select_for_update().get(pk=period.pk)
    if not can_edit_measures(by):
        raise PermissionDenied("discard_period is not allowed")
    if not locked.is_draft:
        raise SomebodyWasFaster("Diese Periode ist inzwischen beschlossen. Sie bleibt gespeichert.")
    _release(period.selections.select_related("measure"), by=by, reason=f"„{period}“ ist verworfen.")
    locked.delete()


@transaction.atomic
def remove_focus(focus: WorkFocus, *, by: User) -> None:
    """Delete a focus of a period in preparation; what was chosen for it goes back into the pool."""
    period = FocusPeriod.objects.select_for_update().get(pk=focus.period_id)
    if not can_edit_measures(by):
        raise PermissionDenied("remove_focus is not allowed")
    if not period.is_draft:
        raise SomebodyWasFaster("Diese Periode ist inzwischen beschlossen. Ihre Schwerpunkte bleiben.")
    _release(focus.selections.select_related("measure"), by=by, reason=f"Der Schwerpunkt „{focus}“ ist gelöscht.")
    focus.delete()


def _release(selections: QuerySet[Selection], *, by: User, reason: str) -> None:
    """Measures that were chosen for this alone go back; what is under way elsewhere stays so."""
    for selection in selections:
        measure = selection.measure
        others = measure.selections.exclude(pk=selection.pk).exclude(period__status=_S.ENDED)
        selection.delete()
        if measure.status == Measure.Status.SELECTED and not others.exists():
            apply(MEASURE, measure, "postpone", by=by, reason=reason)
