"""The pages of focus periods in the workspace."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from concepts.models import FocusPeriod, Measure, PeriodRule, WorkFocus
from kiportal.common.models import User
from tests import factories
from tests.concepts.factories import choose, make_focus, make_measure, make_period

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]
LIST = "/arbeitsplatz/schwerpunkte/"


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def head(lead: User) -> Client:
    client = Client()
    client.force_login(lead)
    return client


@pytest.fixture
def rule(db: None) -> PeriodRule:
    return PeriodRule.objects.create(valid_from=date(2013, 1, 1), months=24, source="Papier von 2013")


def typed(**values: Any) -> dict[str, Any]:
    return {"title": "Erste Jahre", "starts_on": "2026-01-01", "lock_version": 1, "key": uuid4()} | values


def page(period: FocusPeriod, part: str = "") -> str:
    return f"{LIST}{period.pk}/{part}"


def test_period_gets_the_usual_end_and_is_stored_once(staff: Client, rule: PeriodRule) -> None:
    values = typed()
    first, second = (staff.post(f"{LIST}neu/", values) for _time in range(2))
    period = FocusPeriod.objects.get()
    assert first["Location"] == second["Location"] == page(period)
    assert period.ends_on == date(2027, 12, 31)
    assert "Andere Dauer" not in staff.get(page(period)).text


def test_another_length_only_warns(staff: Client, rule: PeriodRule) -> None:
    answer = staff.post(f"{LIST}neu/", typed(ends_on="2028-12-31"), follow=True)
    assert "Üblich sind zwei Jahre, das wäre bis zum 31.12.2027 (Papier von 2013)." in answer.text
    assert FocusPeriod.objects.get().ends_on == date(2028, 12, 31)


def test_period_without_end_or_rule_and_one_that_overlaps_come_back(staff: Client) -> None:
    assert "Bitte geben Sie das Ende an" in staff.post(f"{LIST}neu/", typed()).text
    make_period(starts_in=0)
    today = timezone.localdate()
    overlapping = typed(starts_on=today.isoformat(), ends_on=(today + timedelta(days=3)).isoformat())
    answer = staff.post(f"{LIST}neu/", overlapping)
    assert "überschneiden sich nie" in answer.text
    assert "Erste Jahre" in answer.text
    assert FocusPeriod.objects.count() == 1


def test_focus_is_a_topic_or_a_target_group_and_says_why(staff: Client) -> None:
    period, topic, group = make_period(), factories.make_topic(), factories.make_target_group()
    values = {
        "title": "Neu Zugewanderte",
        "target_group": group.pk,
        "reason": "Beratung in den Kommunen",
        "lock_version": 1,
    }
    both = staff.post(page(period, "schwerpunkte/neu/"), values | {"topic": topic.pk, "key": uuid4()})
    assert "entweder ein Thema oder eine Zielgruppe" in both.text
    assert (
        "Bitte füllen Sie dieses Feld aus"
        in staff.post(page(period, "schwerpunkte/neu/"), values | {"reason": ""}).text
    )
    sent = values | {"key": uuid4()}
    for _time in range(2):
        assert staff.post(page(period, "schwerpunkte/neu/"), sent).status_code == 302
    focus = WorkFocus.objects.get()
    assert (focus.subject, focus.reason) == (group, "Beratung in den Kommunen")
    text = staff.get(page(period)).text
    assert "Zielgruppe:" in text
    edit = f"{LIST}schwerpunkt/{focus.pk}/"
    staff.post(edit, values | {"title": "Neue", "lock_version": 1})
    assert staff.post(edit, values | {"title": "Zu spät", "lock_version": 1}).status_code == 409


def test_measures_come_from_the_pool_left_overs_first(staff: Client) -> None:
    old = make_measure("Schon lange da")
    left = make_measure("Übrig")
    choose(left, make_focus(make_period("ended", starts_in=-1000)))
    Measure.objects.filter(pk=left.pk).update(status="postponed")
    period = make_period()
    focus = make_focus(period)
    found = [card.measure for card, _left in staff.get(page(period)).context["candidates"]]
    assert found == [left, old]
    staff.post(f"/arbeitsplatz/massnahmen/{left.pk}/auswaehlen/", {"focus": focus.pk, "zurueck": page(period)})
    assert [each.measure for each in focus.selections.all()] == [left]


def test_period_page_needs_the_same_queries_for_one_and_for_thirty(staff: Client) -> None:
    period = make_period()

    def fill(number: int) -> None:
        for _ in range(number):
            choose(make_measure(steps=2), make_focus(period))
            make_measure()

    for url in (page(period), LIST):
        fill(1)
        staff.get(url)
        with CaptureQueriesContext(connection) as few:
            staff.get(url)
        fill(15)
        with CaptureQueriesContext(connection) as many:
            staff.get(url)
        assert len(few) == len(many)


# Decision and end


def test_lead_enters_the_decision_and_the_period_is_public(staff: Client, head: Client) -> None:
    period = make_period()
    make_focus(period, "Elementarbereich")
    decision = {
        "verb": "decide",
        "decide-decided_by": "Kreistag",
        "decide-decided_on": timezone.localdate().isoformat(),
    }
    assert staff.post(page(period), decision).status_code == 403
    assert "Beschluss eintragen" not in staff.get(page(period)).text
    assert "Elementarbereich" not in Client().get("/umsetzung/").text
    future = decision | {"decide-decided_on": "2099-01-01"}
    assert "liegt in der Zukunft" in head.post(page(period), future).text
    assert head.post(page(period), decision).status_code == 302
    assert "Elementarbereich" in Client().get("/umsetzung/").text
    assert staff.get(page(period, "bearbeiten/")).status_code == 403
    assert head.get(page(period, "bearbeiten/")).status_code == 200


def test_end_shows_what_was_reached_and_offers_the_rest(staff: Client, head: Client) -> None:
    group = factories.make_target_group()
    period = make_period("decided", starts_in=-729, days=728)
    focus = make_focus(period, "Jetzt", target_group=group)
    done, half, untouched = (make_measure(title, steps=2) for title in ("Fertig", "Halb", "Unberührt"))
    for measure in (done, half, untouched):
        choose(measure, focus)
    Measure.objects.filter(pk=done.pk).update(status="done")
    Measure.objects.filter(pk=half.pk).update(status="running")
    coming = make_focus(make_period(starts_in=1), "Danach", target_group=group)
    assert staff.get(page(period, "beenden/")).status_code == 403
    answer = head.get(page(period, "beenden/"))
    assert "1 von 3 Maßnahmen abgeschlossen" in answer.text
    assert [field.initial for name, field in answer.context["form"].fields.items() if name != "summary"] == [
        str(coming.pk),
        str(coming.pk),
    ]
    ways = {f"rest_{half.pk}": str(coming.pk), f"rest_{untouched.pk}": "pool"}
    missing = head.post(page(period, "beenden/"), ways)
    assert "Bitte sagen Sie in einigen Sätzen" in missing.text
    assert head.post(page(period, "beenden/"), ways | {"summary": "Die Mappe liegt vor."}).status_code == 302
    public = Client().get("/umsetzung/").text
    assert "Die Mappe liegt vor." in public
    assert [each.measure for each in coming.selections.all()] == [half]
    again = head.post(page(period, "beenden/"), ways | {"summary": "Noch einmal"})
    assert again.status_code == 409


def test_what_is_chosen_for_the_next_period_goes_on_there_whatever_its_subject(head: Client) -> None:
    period, following = make_period("decided", starts_in=-729, days=728), make_period(starts_in=1)
    chosen, other = make_measure("Schon ausgewählt"), make_measure("Noch offen")
    now = make_focus(period, "Jetzt", topic=factories.make_topic(slug="eins"))
    same = make_focus(following, "Gleiches Thema", topic=now.topic)
    taken = make_focus(following, "Anderes Thema", topic=factories.make_topic(slug="zwei"))
    for measure, focus in ((chosen, now), (other, now), (chosen, taken)):
        choose(measure, focus)
    form = head.get(page(period, "beenden/")).context["form"]
    usual = {name: field.initial for name, field in form.fields.items() if name.startswith("rest_")}
    assert usual == {f"rest_{chosen.pk}": str(taken.pk), f"rest_{other.pk}": str(same.pk)}
    assert [way for way, _label in form.fields[f"rest_{chosen.pk}"].choices] == [str(same.pk), str(taken.pk)]
    stale = head.post(page(period, "beenden/"), usual | {"summary": "Viel.", f"rest_{chosen.pk}": "pool"})
    assert "Das ist inzwischen anders." in stale.text
    assert head.post(page(period, "beenden/"), usual | {"summary": "Viel."}).status_code == 302
    assert list(taken.selections.values_list("measure__title", "measure__status")) == [("Schon ausgewählt", "selected")]
    assert [each.measure for each in same.selections.all()] == [other]


def test_end_page_needs_the_same_queries_for_one_and_for_ten(head: Client) -> None:
    period, following = make_period("decided", starts_in=-729, days=728), make_period(starts_in=1)

    def fill(number: int) -> None:
        for _ in range(number):
            measure = make_measure(steps=1)
            choose(measure, make_focus(period))
            choose(measure, make_focus(following))

    fill(1)
    head.get(page(period, "beenden/"))
    with CaptureQueriesContext(connection) as few:
        head.get(page(period, "beenden/"))
    fill(9)
    with CaptureQueriesContext(connection) as many:
        head.get(page(period, "beenden/"))
    assert len(few) == len(many)


def test_early_end_is_told_and_public_at_once(head: Client, rule: PeriodRule) -> None:
    today = timezone.localdate()
    period = make_period("decided", ends_on=rule.end_of(today - timedelta(days=100)))
    make_focus(period, "Elementarbereich")
    asked = head.get(page(period, "beenden/"))
    planned = f"{period.ends_on:%d.%m.%Y}"
    assert f"Geplant ist sie bis zum {planned}." in asked.text
    assert asked.context["form"].fields["shorten"].initial is True
    head.post(page(period, "beenden/"), {"summary": "Die Mappe liegt vor.", "shorten": "on"})
    public, start = Client().get("/umsetzung/").text, Client().get("/").text
    for part in ("Frühere Schwerpunkte", "Die Mappe liegt vor.", f"{today:%d.%m.%Y}"):
        assert part in public
    for text in (public, start):
        assert "Woran wir bis" not in text
    shown = head.get(page(period)).text
    assert f"(geplant bis {planned})" in shown
    assert "Andere Dauer als üblich" not in shown
    assert head.get("/arbeitsplatz/massnahmen/papiere/").context["form"].fields["period"].initial is None
    next_one = typed(starts_on=(today + timedelta(days=1)).isoformat())
    assert head.post(f"{LIST}neu/", next_one).status_code == 302
    head.post(page(period), {"verb": "reopen", "reopen-reason": "Zu früh."})
    assert "gibt es inzwischen eine andere Periode" in head.get(page(period)).text


def test_early_end_without_the_tick_is_public_all_the_same(head: Client) -> None:
    period = make_period("decided")
    make_focus(period)
    head.post(page(period, "beenden/"), {"summary": "Die Mappe liegt vor."})
    text = Client().get("/umsetzung/").text
    assert "Die Mappe liegt vor." in text
    assert "Woran wir bis" not in text
    assert FocusPeriod.objects.get().ends_on == period.ends_on


def test_end_after_the_last_day_asks_for_no_other(head: Client) -> None:
    asked = head.get(page(make_period("decided", starts_in=-729, days=728), "beenden/"))
    assert "shorten" not in asked.context["form"].fields
    assert "noch nicht vorbei" not in asked.text


def test_end_without_a_next_period_says_what_to_do(head: Client) -> None:
    period = make_period("decided")
    choose(make_measure(), make_focus(period))
    text = head.get(page(period, "beenden/")).text
    assert "Noch keine nächste Periode" in text
    assert "zurück ins Arbeitspapier" in text


def test_draft_is_discarded_after_a_question(staff: Client, head: Client) -> None:
    period = make_period()
    measure = make_measure()
    choose(measure, make_focus(period))
    assert "1 Maßnahme geht zurück" in staff.get(page(period, "verwerfen/")).text
    staff.post(page(period, "verwerfen/"))
    measure.refresh_from_db()
    assert (FocusPeriod.objects.count(), measure.status) == (0, "postponed")
    assert head.get(page(make_period("decided"), "verwerfen/")).status_code == 409


def test_focus_is_removed_from_a_draft_only(staff: Client, head: Client) -> None:
    draft, decided = make_focus(make_period()), make_focus(make_period("decided", starts_in=1000))
    staff.post(f"{LIST}schwerpunkt/{draft.pk}/loeschen/")
    answer = head.post(f"{LIST}schwerpunkt/{decided.pk}/loeschen/", follow=True)
    assert "Ihre Schwerpunkte bleiben" in answer.text
    assert list(WorkFocus.objects.all()) == [decided]
