"""Focus periods: they never overlap, are decided on, end, and lose nothing."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from concepts import lifecycle, progress
from concepts.models import FocusPeriod, Measure, PeriodRule, Selection, WorkFocus
from kiportal.common.models import StatusChange, User
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from tests import factories
from tests.concepts.factories import choose, make_focus, make_measure, make_period

pytestmark = pytest.mark.django_db
_S = Measure.Status


def test_periods_never_share_a_day() -> None:
    FocusPeriod.objects.create(title="Eins", starts_on=date(2024, 1, 1), ends_on=date(2025, 12, 31))
    shared = FocusPeriod(title="Zwei", starts_on=date(2025, 12, 31), ends_on=date(2027, 12, 30))
    with pytest.raises(ValidationError, match="überschneiden sich nie"):
        shared.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        shared.save()
    shared.starts_on = date(2026, 1, 1)
    shared.full_clean()
    shared.save()


def test_period_that_ends_before_it_begins_refused() -> None:
    with pytest.raises(ValidationError, match="endet, bevor sie beginnt"):
        FocusPeriod(title="x", starts_on=date(2026, 1, 2), ends_on=date(2026, 1, 1)).full_clean()


def test_usual_length_is_a_dated_rule() -> None:
    PeriodRule.objects.create(valid_from=date(2013, 1, 1), months=24, source="Papier")
    PeriodRule.objects.create(valid_from=date(2030, 1, 1), months=36, source="Beschluss")
    rule = PeriodRule.objects.on(date(2026, 5, 1))
    assert rule is not None
    assert rule.end_of(date(2026, 1, 1)) == date(2027, 12, 31)
    later, before = PeriodRule.objects.on(date(2030, 1, 1)), PeriodRule.objects.on(date(2000, 1, 1))
    assert later is not None
    assert before is not None
    assert (later.months, before.months) == (36, 24)
    with pytest.raises(IntegrityError), transaction.atomic():
        PeriodRule.objects.create(valid_from=date(2031, 1, 1), months=0, source="x")


def test_focus_is_a_topic_or_a_target_group() -> None:
    period, topic, group = make_period(), factories.make_topic(), factories.make_target_group()
    for values in ({}, {"topic": topic, "target_group": group}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkFocus.objects.create(period=period, title="x", reason="x", **values)
    assert make_focus(period, target_group=group).subject == group
    assert make_focus(period, topic=topic).subject == topic


# The decision


def test_lead_decides_and_may_take_it_back(editor: User, lead: User) -> None:
    period = make_period()
    decision = {"decided_by": "Kreistag", "decided_on": timezone.localdate()}
    with pytest.raises(TransitionError, match="keinen Schwerpunkt"):
        lifecycle.decide_period(period, by=lead, **decision)
    make_focus(period)
    with pytest.raises(PermissionDenied):
        lifecycle.decide_period(period, by=editor, **decision)
    with pytest.raises(TransitionError, match="Zukunft"):
        lifecycle.decide_period(
            period, by=lead, decided_by="Kreistag", decided_on=timezone.localdate() + timedelta(days=1)
        )
    lifecycle.decide_period(period, by=lead, **decision, paper_number="12/2026")
    assert list(FocusPeriod.objects.visible_to_public()) == [period]
    with pytest.raises(TransitionError, match="Grund"):
        lifecycle.undecide_period(period, by=lead)
    lifecycle.undecide_period(period, by=lead, reason="Falsche Periode")
    assert (period.is_draft, period.paper_number) == (True, "12/2026")


def test_period_without_decision_or_end_refused_by_the_database() -> None:
    period = make_period()
    for values in ({"status": "decided"}, {"status": "ended", "decided_on": date(2026, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FocusPeriod.objects.filter(pk=period.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        FocusPeriod.objects.filter(pk=period.pk).update(planned_end=date(2099, 1, 1))


# The end


@pytest.fixture
def ending(db: None) -> dict[str, Measure]:
    """A period at its end: one measure done, one half way, one not begun, one given up; and the next period."""
    period = make_period("decided", starts_in=-729, days=728)
    focus = make_focus(period, "Jetzt")
    measures = {name: make_measure(name, steps=2) for name in ("done", "half", "untouched", "dropped")}
    for measure in measures.values():
        choose(measure, focus)
    measures["half"].steps.filter(sort_order=1).update(done_on=timezone.localdate())
    for name, status in (("done", _S.DONE), ("half", _S.RUNNING), ("dropped", _S.DROPPED)):
        Measure.objects.filter(pk=measures[name].pk).update(status=status)
        measures[name].refresh_from_db()
    make_focus(make_period(starts_in=1), "Weiter")
    return measures


def end(lead: User, rest: dict[int, str]) -> FocusPeriod:
    period = FocusPeriod.objects.get(status="decided")
    focuses = {focus.pk: focus for focus in WorkFocus.objects.exclude(period=period)}
    lifecycle.end_period(period, by=lead, summary="Viel erreicht.", rest=rest, focuses=focuses)
    return period


def test_end_keeps_what_was_reached_and_lets_the_rest_go_on(lead: User, ending: dict[str, Measure]) -> None:
    next_focus = WorkFocus.objects.get(title="Weiter")
    period = end(lead, {ending["half"].pk: str(next_focus.pk), ending["untouched"].pk: lifecycle.POOL})
    assert (period.status, period.ended_on, period.summary) == ("ended", timezone.localdate(), "Viel erreicht.")
    for measure in ending.values():
        measure.refresh_from_db()
    assert {name: measure.status for name, measure in ending.items()} == {
        "done": _S.DONE,
        "half": _S.RUNNING,
        "untouched": _S.POSTPONED,
        "dropped": _S.DROPPED,
    }
    assert [selection.measure for selection in next_focus.selections.all()] == [ending["half"]]
    kept = {each.measure.title: progress.standing_in(each) for each in period.selections.all()}
    assert {name: (each.status, each.share) for name, each in kept.items()} == {
        "done": ("done", 100),
        "half": ("running", 50),
        "untouched": ("selected", 0),
        "dropped": ("dropped", 0),
    }


def test_end_takes_nothing_out_of_another_period(lead: User, ending: dict[str, Measure]) -> None:
    next_focus = WorkFocus.objects.get(title="Weiter")
    for name in ("half", "untouched"):
        choose(ending[name], next_focus)
    end(lead, {ending["half"].pk: lifecycle.POOL, ending["untouched"].pk: lifecycle.POOL})
    assert {each.measure.title: each.measure.status for each in next_focus.selections.all()} == {
        "half": _S.RUNNING,
        "untouched": _S.SELECTED,
    }


def test_what_a_period_reached_stays_when_measures_go_on(lead: User, ending: dict[str, Measure]) -> None:
    period = end(lead, {ending["half"].pk: lifecycle.RUN_ON, ending["untouched"].pk: lifecycle.POOL})
    lifecycle.finish_measure(Measure.objects.get(title="half"), by=lead)
    half = period.selections.select_related("measure", "period").get(measure__title="half")
    assert (progress.standing_in(half).status, half.measure.status) == ("running", "done")


def test_end_without_a_word_on_an_open_measure_changes_nothing(lead: User, ending: dict[str, Measure]) -> None:
    with pytest.raises(SomebodyWasFaster, match="half"):
        end(lead, {ending["untouched"].pk: lifecycle.POOL})
    with pytest.raises(TransitionError, match="untouched"):
        end(lead, {ending["half"].pk: lifecycle.POOL, ending["untouched"].pk: lifecycle.RUN_ON})
    assert FocusPeriod.objects.get(title=FocusPeriod.objects.earliest("starts_on").title).status == "decided"
    assert set(Selection.objects.values_list("outcome__status", flat=True)) == {None}
    ending["half"].refresh_from_db()
    assert ending["half"].status == _S.RUNNING


def test_only_the_lead_ends_and_reopens(editor: User, lead: User, ending: dict[str, Measure]) -> None:
    rest = {ending["half"].pk: lifecycle.POOL, ending["untouched"].pk: lifecycle.POOL}
    with pytest.raises(PermissionDenied):
        end(editor, rest)
    period = end(lead, rest)
    with pytest.raises(PermissionDenied):
        lifecycle.reopen_period(period, by=editor, reason="x")
    lifecycle.reopen_period(period, by=lead, reason="Zu früh.")
    assert period.status == "decided"


# An early end


@pytest.fixture
def early(lead: User) -> FocusPeriod:
    """Ended 100 days after its beginning; the days that were left are free."""
    period = make_period("decided", starts_in=-100)
    lifecycle.end_period(period, by=lead, summary="Viel erreicht.", rest={}, focuses={}, shorten=True)
    return period


def test_early_end_frees_the_days_that_are_left(early: FocusPeriod) -> None:
    today = timezone.localdate()
    assert (early.ends_on, early.planned_end) == (today, early.starts_on + timedelta(days=729))
    change = StatusChange.objects.for_target(early).get()
    assert change.reason == f"Die Periode endet damit nicht erst am {early.planned_end:%d.%m.%Y}."
    assert make_period(starts_in=1).starts_on > today


def test_early_end_leaves_the_days_where_nothing_is_said_or_left(lead: User) -> None:
    running, over = make_period("decided"), make_period("decided", starts_in=-900, days=700)
    for period, shorten in ((running, False), (over, True)):
        before = period.ends_on
        lifecycle.end_period(period, by=lead, summary="x", rest={}, focuses={}, shorten=shorten)
        assert (period.ends_on, period.planned_end) == (before, None)


def test_period_that_was_ended_is_past_and_ran_until_then() -> None:
    today = timezone.localdate()
    period = make_period("ended")
    assert (period.is_current(today), period.is_past(today)) == (False, True)
    assert not FocusPeriod.objects.current(today).exists()
    ended = today - timedelta(days=10)
    FocusPeriod.objects.update(ended_on=ended)
    assert [FocusPeriod.objects.on(ended + timedelta(days=days)).exists() for days in (-1, 0, 1)] == [True, True, False]


def test_reopened_period_gets_its_planned_end_again(lead: User, early: FocusPeriod) -> None:
    planned = early.planned_end
    lifecycle.reopen_period(early, by=lead, reason="Zu früh.")
    early.refresh_from_db()
    assert (early.status, early.ends_on, early.planned_end) == ("decided", planned, None)


def test_reopened_period_keeps_the_early_end_where_the_days_are_taken(lead: User, early: FocusPeriod) -> None:
    following = make_period(starts_in=1)
    lifecycle.reopen_period(early, by=lead, reason="Zu früh.")
    early.refresh_from_db()
    assert (early.status, early.ends_on, early.planned_end) == ("decided", timezone.localdate(), None)
    change = StatusChange.objects.for_target(early).get(verb="reopen")
    assert change.reason.startswith("Zu früh. Das Ende bleibt der ")
    assert following in FocusPeriod.objects.all()


# Preparing


def test_discarded_period_gives_its_measures_back(editor: User, lead: User) -> None:
    period = make_period()
    chosen, running = make_measure(), make_measure(status=_S.RUNNING)
    focus = make_focus(period)
    choose(chosen, focus)
    choose(running, focus)
    lifecycle.discard_period(period, by=editor)
    chosen.refresh_from_db()
    running.refresh_from_db()
    assert (FocusPeriod.objects.count(), chosen.status, running.status) == (0, _S.POSTPONED, _S.RUNNING)
    decided = make_period("decided")
    with pytest.raises(SomebodyWasFaster, match="beschlossen"):
        lifecycle.discard_period(decided, by=lead)


def test_removed_focus_gives_its_measures_back(editor: User) -> None:
    measure, focus = make_measure(), make_focus(make_period())
    choose(measure, focus)
    lifecycle.remove_focus(focus, by=editor)
    measure.refresh_from_db()
    assert (WorkFocus.objects.count(), measure.status) == (0, _S.POSTPONED)
    with pytest.raises(SomebodyWasFaster):
        lifecycle.remove_focus(make_focus(make_period("decided", starts_in=1000)), by=editor)
