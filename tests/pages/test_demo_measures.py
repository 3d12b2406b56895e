"""The demo's measures: a pool over all Handlungsfelder, a period that has ended, one that runs, nothing by mistake."""

import pytest
from django.test import TestCase
from django.utils import timezone

from concepts.areas import Areas
from concepts.implementation import gather
from concepts.models import FocusPeriod, Indicator, Measure, MeasureStep, ProgressNote
from concepts.papers import names_of_persons
from kiportal.common.models import StatusChange
from kiportal.pages import demo
from kiportal.pages.setup import set_up

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("slug", ["kreis-coesfeld", "kreis-borken", "rhein-erft-kreis"])
def test_demo_has_measures_in_every_handlungsfeld_of_another_kreis(slug: str) -> None:
    set_up(slug)
    demo.load()
    main = [area for area in Areas.known() if area.is_current and area.concept.startswith("Integrationskonzept")]
    used = set(Measure.objects.values_list("action_area", flat=True))
    assert [area.title for area in main if area.uuid not in used] == []
    assert Measure.objects.count() >= 20


class ReadDemoMeasureTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        set_up("kreis-siegen-wittgenstein")
        demo.load()

    def test_demo_has_a_pool_over_all_handlungsfelder_in_every_state(self) -> None:
        used = set(Measure.objects.values_list("action_area", flat=True))
        assert {area.uuid for area in Areas.known() if area.is_current} <= used
        assert None not in used
        assert Measure.objects.count() >= 20
        assert set(Measure.objects.values_list("status", flat=True)) == set(Measure.Status.values)
        for measure in Measure.objects.all():
            measure.full_clean()

    def test_demo_has_a_period_that_ended_and_one_that_runs(self) -> None:
        today = timezone.localdate()
        shown = gather(today)
        assert shown.current is not None
        assert [each.period.status for each in shown.past] == ["ended"]
        assert shown.current.period.version is not None
        assert 0 < shown.current.progress.share < 100
        assert all(focus.measures for focus in shown.current.focuses)
        [past] = shown.past
        assert past.progress.done == 2
        assert past.period.summary
        assert [each.measure.delegated_to for each in shown.others] != []
        assert len(shown.by_area) >= 5

    def test_demo_measures_have_counts_notes_steps_and_what_is_late(self) -> None:
        today = timezone.localdate()
        assert Indicator.objects.exclude(values=None).distinct().count() >= 8
        assert Indicator.objects.get(name="Mittlere Wartezeit").less_is_better
        assert ProgressNote.objects.filter(is_public=True).exists()
        assert ProgressNote.objects.filter(is_public=False).exists()
        assert MeasureStep.objects.overdue(today).count() == 2
        assert not MeasureStep.objects.filter(done_on__gt=today).exists()
        assert not FocusPeriod.objects.to_be_ended(today).exists()

    def test_demo_story_lies_in_the_past(self) -> None:
        for measure in Measure.objects.all():
            for change in StatusChange.objects.for_target(measure):
                assert change.at <= timezone.now()
        done = Measure.objects.get(title="Willkommensmappe in acht Sprachen")
        verbs = [change.verb for change in StatusChange.objects.for_target(done)]
        assert verbs == ["select", "start", "finish"]

    def test_demo_measures_name_nobody(self) -> None:
        names = names_of_persons()
        assert names is not None
        for measure in Measure.objects.all():
            assert not names.search(f"{measure.title} {measure.goal} {measure.situation} {measure.lead}")
