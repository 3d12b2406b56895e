"""The pool of measures: its rules in the database, and every step of a measure."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from concepts import changes, lifecycle, papers, progress
from concepts.areas import Areas
from concepts.models import ConceptVersion, Measure, Selection
from kiportal.common import roles
from kiportal.common.models import StatusChange, User
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from offers.lifecycle.merging import merge
from tests import factories
from tests.concepts.factories import choose, freeze, make_concept, make_focus, make_measure, make_period, make_version

pytestmark = pytest.mark.django_db
_S = Measure.Status


def test_numbers_count_up_and_are_never_the_same() -> None:
    first, second = make_measure("Eins"), make_measure("Zwei")
    assert second.number == first.number + 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.create(title="Drei", number=first.number)


def test_measure_that_ends_before_it_begins_refused() -> None:
    measure = Measure(title="x", number=1, starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1))
    with pytest.raises(ValidationError, match="endet, bevor sie beginnt"):
        measure.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        measure.save()


def test_contact_of_nobody_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_measure(delegated_contact="Geschäftsstelle")
    assert make_measure(delegated_to="KommKo", delegated_contact="Geschäftsstelle").is_delegated


# Choosing


def test_measure_is_chosen_for_a_focus_and_the_story_tells_it(editor: User) -> None:
    measure, focus = make_measure(), make_focus(make_period(), "Elementarbereich")
    selection = lifecycle.select_measure(measure, by=editor, focus=focus)
    assert (measure.status, selection.period) == (_S.SELECTED, focus.period)
    change = StatusChange.objects.for_target(measure).get()
    assert (change.verb, change.from_status, change.to_status) == ("select", "proposed", "selected")
    assert "Elementarbereich" in change.reason


def test_period_of_a_selection_is_that_of_its_focus_whatever_is_said() -> None:
    mine, other = make_period(starts_in=-2000), make_period()
    selection = Selection.objects.create(
        focus=make_focus(mine), period=other, measure=make_measure(), selected_on=date(2026, 1, 1)
    )
    selection.refresh_from_db()
    assert selection.period == mine


def test_measure_stands_once_in_a_period_and_can_change_its_focus(editor: User) -> None:
    period, measure = make_period(), make_measure()
    first, second = make_focus(period, "Eins"), make_focus(period, "Zwei")
    lifecycle.select_measure(measure, by=editor, focus=first)
    with pytest.raises(TransitionError, match="schon ausgewählt"):
        lifecycle.select_measure(measure, by=editor, focus=first)
    lifecycle.select_measure(measure, by=editor, focus=second)
    assert [selection.focus for selection in measure.selections.all()] == [second]
    with pytest.raises(IntegrityError), transaction.atomic():
        choose(measure, first)


def test_editor_chooses_for_a_period_in_preparation_only(editor: User, lead: User) -> None:
    measure, focus = make_measure(), make_focus(make_period("decided"))
    with pytest.raises(PermissionDenied):
        lifecycle.select_measure(measure, by=editor, focus=focus)
    lifecycle.select_measure(measure, by=lead, focus=focus)
    with pytest.raises(PermissionDenied):
        lifecycle.postpone_measure(measure, by=editor)
    with pytest.raises(PermissionDenied):
        lifecycle.drop_measure(measure, by=editor, reason="x")
    lifecycle.postpone_measure(measure, by=lead)
    assert (measure.status, measure.selections.count()) == (_S.POSTPONED, 0)


def test_nothing_is_chosen_for_a_period_that_has_ended(lead: User) -> None:
    with pytest.raises(SomebodyWasFaster, match="beendet"):
        lifecycle.select_measure(make_measure(), by=lead, focus=make_focus(make_period("ended")))


def test_other_roles_change_nothing(cast: dict[str, User]) -> None:
    measure, focus = make_measure(), make_focus(make_period())
    for role in (roles.PROVIDER, roles.MUNICIPALITY, roles.COUNCIL, roles.ADMIN):
        with pytest.raises(PermissionDenied):
            lifecycle.select_measure(measure, by=cast[role], focus=focus)
        with pytest.raises(PermissionDenied):
            lifecycle.postpone_measure(measure, by=cast[role])


# Carrying out


def test_measure_is_carried_out_from_choice_to_end(editor: User) -> None:
    measure = make_measure(status=_S.SELECTED)
    lifecycle.start_measure(measure, by=editor)
    lifecycle.finish_measure(measure, by=editor)
    assert measure.status == _S.DONE
    lifecycle.resume_measure(measure, by=editor, reason="Eine Kommune fehlt noch.")
    assert measure.status == _S.RUNNING


@pytest.mark.parametrize("status", [_S.PROPOSED, _S.POSTPONED])
def test_measure_of_the_pool_starts_only_where_another_body_carries_it_out(editor: User, status: str) -> None:
    own, delegated = make_measure(status=status), make_measure(status=status, delegated_to="KommKo")
    with pytest.raises(TransitionError, match="noch nicht ausgewählt"):
        lifecycle.start_measure(own, by=editor)
    lifecycle.start_measure(delegated, by=editor)
    assert (own.status, delegated.status) == (status, _S.RUNNING)


def test_measure_given_up_needs_a_reason_stays_and_can_be_taken_up(editor: User) -> None:
    measure = make_measure()
    with pytest.raises(TransitionError, match="Grund"):
        lifecycle.drop_measure(measure, by=editor, reason=" ")
    lifecycle.drop_measure(measure, by=editor, reason="Das Land macht es selbst.")
    assert Measure.objects.get().status == _S.DROPPED
    lifecycle.take_up_measure(measure, by=editor)
    assert measure.status == _S.PROPOSED


def test_measure_that_is_done_is_not_postponed(editor: User) -> None:
    with pytest.raises(SomebodyWasFaster):
        lifecycle.postpone_measure(make_measure(status=_S.DONE), by=editor)


def test_step_done_twice_keeps_its_first_day(editor: User) -> None:
    step = make_measure(steps=1).steps.get()
    lifecycle.mark_step(step, by=editor, is_done=True)
    day = timezone.localdate() - timedelta(days=3)
    step.done_on = day
    step.save()
    lifecycle.mark_step(step, by=editor, is_done=True)
    assert step.done_on == day
    lifecycle.mark_step(step, by=editor, is_done=False)
    step.refresh_from_db()
    assert step.done_on is None


def test_second_count_of_a_day_replaces_the_first(editor: User) -> None:
    indicator = make_measure().indicators.create(name="Lotsen", unit="Personen")
    for value in (Decimal(3), Decimal("4.5")):
        lifecycle.count(indicator, by=editor, counted_on=date(2026, 3, 1), value=value)
    assert [each.value for each in indicator.values.all()] == [Decimal("4.5")]


# Progress


def test_progress_counts_what_was_chosen_by_its_steps() -> None:
    half = make_measure(status=_S.RUNNING, steps=2)
    half.steps.filter(sort_order=1).update(done_on=date(2026, 1, 1))
    done, bare = make_measure(status=_S.DONE, steps=3), make_measure(status=_S.SELECTED)
    waiting, dropped = make_measure(), make_measure(status=_S.DROPPED)
    found = progress.of(progress.standing(measure) for measure in (half, done, bare, waiting, dropped))
    assert (found.done, found.running, found.selected, found.others) == (1, 1, 1, 2)
    assert found.share == 50  # of 50, 100 and 0
    assert found.sentence == "1 von 3 Maßnahmen abgeschlossen, 1 in Umsetzung"
    assert progress.of([]).sentence == "Noch keine Maßnahme ausgewählt."


# Handlungsfelder


def test_handlungsfeld_is_called_as_the_version_in_force_calls_it() -> None:
    version = make_concept("Integrationskonzept")
    area = version.action_areas.create(title="Alt", strand="bildung")
    freeze(version, status="adopted", adopted_on=timezone.localdate(), published_on=timezone.localdate())
    draft = changes.copy_version(version)
    draft.action_areas.update(title="Neu")
    only_draft = draft.action_areas.create(title="Kommt", strand="bildung", sort_order=1)
    known = Areas.known()
    assert (known.title(area.uuid), known.title(only_draft.uuid)) == ("Alt", "Kommt")
    assert known.title(None) == "ohne Handlungsfeld"
    public = Areas.public(timezone.localdate())
    assert [each.title for each in public] == ["Alt"]
    assert public.get(only_draft.uuid) is None


# What the public sees


def test_public_sees_what_was_decided_runs_or_is_done() -> None:
    decided, draft = make_focus(make_period("decided")), make_focus(make_period(starts_in=900))
    chosen = make_measure("Beschlossen")
    choose(chosen, decided)
    prepared = make_measure("Vorbereitet")
    choose(prepared, draft)
    hidden = make_measure("Nicht öffentlich", is_public=False)
    choose(hidden, decided)
    make_measure("Im Pool")
    running = make_measure("Läuft", status=_S.RUNNING)
    assert list(Measure.objects.visible_to_public()) == [chosen, running]


# Other rooms


def test_measure_goes_along_when_two_organisations_are_merged(lead: User) -> None:
    kept, other = factories.make_organisation("Bleibt"), factories.make_organisation("Geht")
    measure = make_measure(lead_organisation=other, partners=[other, kept])
    merge(kept, other, {}, by=lead, read=(kept.lock_version, other.lock_version))
    measure.refresh_from_db()
    assert measure.lead_organisation == kept
    assert kept in measure.partners.all()


def test_version_with_measures_keeps_its_handlungsfelder(editor: User) -> None:
    version = make_version("draft")
    area = version.action_areas.get()
    measure = make_measure(action_area=area.uuid)
    assert Areas.known().title(measure.action_area) == area.title


def test_measure_entered_by_mistake_is_deleted_and_its_number_not_given_again(editor: User) -> None:
    measure = make_measure("Aus Versehen", steps=2)
    with pytest.raises(PermissionDenied):
        lifecycle.delete_measure(measure, by=factories.make_user(roles.PROVIDER))
    number = measure.number
    lifecycle.delete_measure(measure, by=editor)
    assert not Measure.objects.exists()
    assert make_measure("Die nächste").number == number + 1


@pytest.mark.parametrize("kind", ["arbeitspapier", "sachstand", "bericht", "schwerpunkt", "liste"])
def test_measure_that_was_printed_is_not_deleted(editor: User, lead: User, kind: str) -> None:
    """Printed, dropped and taken up again it is a proposal without a period, but the paper is out."""
    measure, other = make_measure("Gedruckt"), make_measure("Nicht gedruckt")
    focus = make_focus(make_period())
    choose(measure, focus)
    today = timezone.localdate()
    content = {
        "arbeitspapier": lambda: papers.pool([measure]),
        "sachstand": lambda: papers.status(focus.period, on=today),
        "bericht": lambda: papers.report(focus.period),
        "schwerpunkt": lambda: papers.one_focus(focus),
        "liste": lambda: papers.table([measure]),
    }[kind]()
    lifecycle.order_paper(kind, "Papier", content, as_of=today, by=editor)
    lifecycle.drop_measure(measure, by=lead, reason="Irrtum")
    lifecycle.take_up_measure(measure, by=lead)
    with pytest.raises(TransitionError, match="gedruckten Papier"):
        lifecycle.delete_measure(measure, by=editor)
    lifecycle.delete_measure(other, by=editor)


def test_measure_that_others_know_of_is_not_deleted(editor: User) -> None:
    chosen, postponed, frozen, printed = (make_measure(str(number)) for number in range(4))
    choose(chosen, make_focus(make_period()))
    lifecycle.postpone_measure(postponed, by=editor)
    version = make_version("draft")
    kept = [{"area": "Bildung", "measures": [{"number": frozen.number}]}]
    ConceptVersion.objects.filter(pk=version.pk).update(measures=kept)
    content = papers.table([printed])
    lifecycle.order_paper("liste", "Liste", content, as_of=timezone.localdate(), by=editor)
    for measure in (chosen, postponed, frozen, printed):
        with pytest.raises(TransitionError, match="bleibt"):
            lifecycle.delete_measure(measure, by=editor)
    assert Measure.objects.count() == 4
