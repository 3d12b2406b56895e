"""The pages of measures in the workspace: board, list, forms, steps, counts, notes, links."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from concepts.models import Indicator, Measure
from kiportal.common.models import User
from offers.models import Need
from tests import factories
from tests.concepts.factories import choose, make_focus, make_measure, make_period, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]
LIST = "/arbeitsplatz/massnahmen/"
_S = Measure.Status


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def page(measure: Measure, part: str = "") -> str:
    return f"{LIST}{measure.pk}/{part}"


def typed(**values: Any) -> dict[str, Any]:
    return {
        "title": "Ärzteführer",
        "origin": "arbeitspapier",
        "lock_version": 1,
        "key": uuid4(),
        "is_public": "on",
    } | values


# Board and list


def test_board_orders_by_handlungsfeld_and_says_how_far_each_is(staff: Client) -> None:
    version = make_version("draft")
    area = version.action_areas.get()
    other = version.action_areas.create(title="Leeres Feld", strand="querschnitt", sort_order=5)
    make_measure("Im Feld", action_area=area.uuid, status=_S.DONE)
    make_measure("Ohne Feld")
    answer = staff.get(LIST)
    assert [group.area.title if group.area else "" for group in answer.context["groups"]] == [
        area.title,
        other.title,
        "",
    ]
    assert "1 von 1 Maßnahme abgeschlossen" in answer.text
    assert "So ist der Fortschritt gerechnet" in answer.text
    assert f"{LIST}neu/?feld={other.uuid}" in answer.text


@pytest.mark.parametrize("view", ["tafel", "liste"])
def test_board_and_list_need_the_same_queries_for_one_and_for_thirty(staff: Client, view: str) -> None:
    version = make_version("draft")
    area, focus = version.action_areas.get(), make_focus(make_period())

    def fill(number: int) -> None:
        for _ in range(number):
            measure = make_measure(action_area=area.uuid, steps=2, lead_organisation=factories.make_organisation())
            choose(measure, focus)
            make_measure(action_area=area.uuid)

    fill(1)
    staff.get(LIST, {"ansicht": view})
    with CaptureQueriesContext(connection) as few:
        staff.get(LIST, {"ansicht": view})
    fill(29)
    with CaptureQueriesContext(connection) as many:
        staff.get(LIST, {"ansicht": view})
    assert len(many) == len(few)


def test_filters_narrow_and_unknown_values_are_left_out(staff: Client) -> None:
    place, group = factories.make_municipality("Kerpen"), factories.make_target_group()
    version = make_version("draft")
    area = version.action_areas.get()
    late = make_measure("Mit Verzug", status=_S.RUNNING, action_area=area.uuid)
    late.steps.create(text="x", due_on=timezone.localdate() - timedelta(days=1))
    make_measure("Nur Kerpen", municipalities=[place], target_groups=[group])
    make_measure("Anderswo", municipalities=[factories.make_municipality()], delegated_to="KommKo")

    def found(**query: Any) -> list[str]:
        return [card.measure.title for card in staff.get(LIST, {"ansicht": "liste"} | query).context["rows"]]

    assert found(q="kerpen") == ["Nur Kerpen"]
    assert found(q=str(late.number)) == ["Mit Verzug"]
    assert found(handlungsfeld=str(area.uuid)) == ["Mit Verzug"]
    assert found(handlungsfeld="ohne") == ["Nur Kerpen", "Anderswo"]
    assert found(stand="running") == ["Mit Verzug"]
    assert found(kommune=place.slug) == ["Mit Verzug", "Nur Kerpen"]
    assert found(zielgruppe=group.slug) == ["Nur Kerpen"]
    assert found(abgegeben="on") == ["Anderswo"]
    assert found(ueberfaellig="on") == ["Mit Verzug"]
    assert len(found(stand="gibt-es-nicht", kommune="x")) == 3


def test_measure_goes_into_a_focus_from_the_menu_of_its_card(staff: Client) -> None:
    focus, measure = make_focus(make_period(), "Elementarbereich"), make_measure()
    assert "In welchen Schwerpunkt?" in staff.get(LIST).text
    answer = staff.post(page(measure, "auswaehlen/"), {"focus": focus.pk, "zurueck": f"{LIST}?stand=proposed"})
    assert answer["Location"] == f"{LIST}?stand=proposed"
    measure.refresh_from_db()
    assert measure.status == _S.SELECTED
    again = staff.post(
        page(measure, "auswaehlen/"), {"focus": focus.pk, "zurueck": "https://example.org/"}, follow=True
    )
    assert again.redirect_chain[0][0] == LIST
    assert "schon ausgewählt" in again.text


def test_menu_offers_an_editor_no_period_that_is_decided(staff: Client, client: Client, lead: User) -> None:
    focus, measure = make_focus(make_period("decided")), make_measure()
    assert "In welchen Schwerpunkt?" not in staff.get(LIST).text
    assert staff.post(page(measure, "auswaehlen/"), {"focus": focus.pk}).status_code == 403
    client.force_login(lead)
    assert "In welchen Schwerpunkt?" in client.get(LIST).text


# Writing


def test_measure_is_entered_once_however_often_it_is_sent(staff: Client) -> None:
    version = make_version("draft")
    area = version.action_areas.get()
    group = factories.make_target_group()
    values = typed(action_area=str(area.uuid), target_groups=[group.pk], cost_amount="1200,50", goal="Bis 2027 fertig")
    first, second = (staff.post(f"{LIST}neu/", values) for _time in range(2))
    measure = Measure.objects.get()
    assert first["Location"] == second["Location"] == measure.get_absolute_url()
    assert (measure.action_area, measure.cost_amount) == (area.uuid, Decimal("1200.50"))
    assert list(measure.target_groups.all()) == [group]
    text = staff.get(page(measure)).text
    for part in ("Ärzteführer", "Bis 2027 fertig", area.title, "1.200,50"):
        assert part in text


def test_wrong_input_comes_back_with_sentences_and_all_text(staff: Client) -> None:
    values = typed(title="", goal="Bleibt stehen", starts_on="2026-05-01", ends_on="2026-01-01", delegated_contact="x")
    answer = staff.post(f"{LIST}neu/", values)
    for part in ("Bleibt stehen", "Die Maßnahme endet, bevor sie beginnt.", "Zum Kontakt fehlt die Stelle"):
        assert part in answer.text
    assert not Measure.objects.exists()


def test_form_ignores_what_it_does_not_ask_for(staff: Client) -> None:
    staff.post(f"{LIST}neu/", typed(status="done", number="999"))
    measure = Measure.objects.get()
    assert (measure.status, measure.number) == (_S.PROPOSED, 1)


def test_two_who_edit_lose_nothing(staff: Client) -> None:
    measure = make_measure("Alt")
    staff.post(page(measure, "bearbeiten/"), typed(title="Meine", key=""))
    answer = staff.post(page(measure, "bearbeiten/"), typed(title="Deine", key=""))
    assert answer.status_code == 409
    assert "Meine" in answer.text
    assert "Deine" in answer.text


# Steps


def rows(measure: Measure, prefix: tuple[str, ...], *given: tuple[Any, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {"lock_version": measure.lock_version}
    for number, row in enumerate(given, start=1):
        values |= {f"{name}_{number}": value for name, value in zip(prefix, row, strict=True)}
    return values


STEP = ("pk", "text", "due_on", "done_on")


def test_steps_are_written_changed_emptied_and_added_on_one_page(staff: Client) -> None:
    measure = make_measure(steps=2)
    first, second = measure.steps.all()
    url = page(measure, "schritte/")
    assert "Schritt 2" in staff.get(url).text
    values = rows(
        measure, STEP, (first.pk, "Anders", "2026-05-01", ""), (second.pk, "", "", ""), ("", "Neu", "", "2026-02-03")
    )
    assert staff.post(url, values).status_code == 302
    assert list(measure.steps.values_list("text", "due_on", "done_on")) == [
        ("Anders", date(2026, 5, 1), None),
        ("Neu", None, date(2026, 2, 3)),
    ]
    assert measure.steps.first() == first
    stale = staff.post(url, rows(measure, STEP, (first.pk, "Zu spät", "", "")))
    assert stale.status_code == 409
    assert "Anders, 01.05.2026" in stale.text
    assert "Zu spät" in stale.text


def shown(answer: Any, *columns: str) -> list[tuple[Any, ...]]:
    """What stands in the rows of the form that came back."""
    form = answer.context["form"]
    numbers = range(1, form.count + 1)
    return [tuple(form[f"{column}_{number}"].value() for column in columns) for number in numbers]


def test_step_is_put_between_others_without_storing_anything(staff: Client) -> None:
    measure = make_measure(steps=3)
    first, second, third = measure.steps.all()
    url = page(measure, "schritte/")
    typed_in = rows(
        *(measure, STEP, (first.pk, "Anders", "2026-05-01", ""), (second.pk, "Zwei", "", "")),
        *((third.pk, "Drei", "31.02.2026", ""), ("", "Neu", "", "")),
    )
    back = staff.post(url, typed_in | {"zeile": "hoch-4"})
    assert shown(back, "pk", "text", "due_on")[:4] == [
        (str(first.pk), "Anders", "2026-05-01"),
        (str(second.pk), "Zwei", ""),
        ("", "Neu", ""),
        (str(third.pk), "Drei", "31.02.2026"),
    ]
    assert list(measure.steps.values_list("text", flat=True)) == ["Schritt 1", "Schritt 2", "Schritt 3"]
    form = back.context["form"]
    again = {name: form[name].value() or "" for name in form.fields} | {"due_on_4": ""}
    assert staff.post(url, again).status_code == 302
    assert list(measure.steps.values_list("text", flat=True)) == ["Anders", "Zwei", "Neu", "Drei"]
    for act in ("hoch-1", "runter-4", "hoch-99", "hoch-x", "quer"):
        assert [text for _pk, text in shown(staff.post(url, typed_in | {"zeile": act}), "pk", "text")][:2] == [
            *("Anders", "Zwei"),
        ]


def test_rows_grow_by_one_and_keep_what_was_typed(staff: Client) -> None:
    measure = make_measure()
    url = page(measure, "schritte/")
    full = rows(measure, STEP, *(("", f"Schritt {number}", "", "") for number in range(1, 5)))
    back = staff.post(url, full | {"zeile": "neu"})
    assert [text for (text,) in shown(back, "text")] == ["Schritt 1", "Schritt 2", "Schritt 3", "Schritt 4", ""]
    assert not measure.steps.exists()


def test_rearranged_rows_are_not_saved_over_what_another_saved(staff: Client) -> None:
    measure = make_measure(steps=2)
    url = page(measure, "schritte/")
    typed_in = rows(measure, STEP, *((step.pk, step.text, "", "") for step in measure.steps.all()))
    staff.post(url, typed_in)
    form = staff.post(url, typed_in | {"zeile": "runter-1"}).context["form"]
    assert staff.post(url, {name: form[name].value() or "" for name in form.fields}).status_code == 409


def test_indicators_change_places_with_their_direction(staff: Client) -> None:
    measure = make_measure()
    names = ("pk", "name", "unit", "direction", "target", "target_on")
    values = rows(*(measure, names, ("", "A", "x", "mindestens", "1", "")), ("", "B", "y", "hoechstens", "1.000,5", ""))
    back = staff.post(page(measure, "kennzahlen/"), values | {"zeile": "hoch-2"})
    assert shown(back, "name", "direction", "target")[:2] == [("B", "hoechstens", "1.000,5"), ("A", "mindestens", "1")]


def test_step_cannot_be_done_in_the_future(staff: Client) -> None:
    measure = make_measure()
    answer = staff.post(page(measure, "schritte/"), rows(measure, STEP, ("", "Druck", "", "2099-01-01")))
    assert "Dieser Tag liegt in der Zukunft." in answer.text
    assert not measure.steps.exists()
    today = timezone.localdate().isoformat()
    assert staff.post(page(measure, "schritte/"), rows(measure, STEP, ("", "Druck", "", today))).status_code == 302


def test_new_step_without_text_is_asked_for(staff: Client) -> None:
    measure = make_measure()
    answer = staff.post(page(measure, "schritte/"), rows(measure, STEP, ("", "", "2026-05-01", "")))
    assert "Bitte füllen Sie dieses Feld aus" in answer.text
    assert not measure.steps.exists()


def test_step_of_another_measure_cannot_be_taken(staff: Client) -> None:
    foreign = make_measure(steps=1).steps.get()
    measure = make_measure()
    staff.post(page(measure, "schritte/"), rows(measure, STEP, (foreign.pk, "Geklaut", "", "")))
    foreign.refresh_from_db()
    assert foreign.text == "Schritt 1"
    assert measure.steps.get().text == "Geklaut"


def test_step_is_ticked_off_on_the_page_of_the_measure(staff: Client) -> None:
    measure = make_measure(steps=1)
    step = measure.steps.get()
    staff.post(f"{LIST}schritt/{step.pk}/", {"erledigt": "ja"})
    step.refresh_from_db()
    assert step.done_on == timezone.localdate()
    assert "1 von 1 Schritt erledigt" in staff.get(page(measure)).text
    staff.post(f"{LIST}schritt/{step.pk}/", {"erledigt": "nein"})
    step.refresh_from_db()
    assert step.done_on is None


# Kennzahlen


def test_indicator_is_counted_and_drawn_with_its_target(staff: Client) -> None:
    measure = make_measure()
    names = ("pk", "name", "unit", "target", "target_on")
    values = rows(measure, names, ("", "Lotsinnen und Lotsen", "Menschen", "1000,5", "2027-12-31"))
    assert staff.post(page(measure, "kennzahlen/"), values).status_code == 302
    indicator = measure.indicators.get()
    assert indicator.target == Decimal("1000.5")
    url, prefix = f"{LIST}kennzahl/{indicator.pk}/", f"k{indicator.pk}"
    staff.post(url, {f"{prefix}-counted_on": "2026-03-01", f"{prefix}-value": "500,25"})
    text = staff.get(page(measure)).text
    for part in (
        "Lotsinnen und Lotsen",
        "01.03.2026",
        "500,25",
        "1.000,5",
        "50 Prozent des Ziels",
        "Ziel bis 31.12.2027",
    ):
        assert part in text
    refused = staff.post(url, {f"{prefix}-counted_on": "2099-01-01", f"{prefix}-value": "viele"})
    assert refused.status_code == 200
    assert "liegt in der Zukunft" in refused.text
    value = indicator.values.get()
    staff.post(f"{LIST}wert/{value.pk}/loeschen/")
    assert not indicator.values.exists()


@pytest.mark.parametrize(
    ("counted", "sentence"),
    [("26,5", "Noch 5,5 Tage über dem Ziel."), ("21", "Ziel erreicht."), ("3", "Ziel erreicht.")],
)
def test_indicator_of_which_less_is_better_tells_how_far_it_is_over(staff: Client, counted: str, sentence: str) -> None:
    measure = make_measure()
    names = ("pk", "name", "unit", "direction", "target", "target_on")
    values = rows(measure, names, ("", "Wartezeit", "Tage", "hoechstens", "21", "2027-12-31"))
    values |= {"direction_2": "mindestens", "name_2": ""}  # an empty row as a browser sends it
    assert staff.post(page(measure, "kennzahlen/"), values).status_code == 302
    indicator = measure.indicators.get()
    assert indicator.direction == Indicator.Direction.AT_MOST
    assert "Noch kein Wert." in staff.get(page(measure)).text
    prefix = f"k{indicator.pk}"
    staff.post(f"{LIST}kennzahl/{indicator.pk}/", {f"{prefix}-counted_on": "2026-03-01", f"{prefix}-value": counted})
    text = staff.get(page(measure)).text
    assert (sentence in text, "Ziel bis 31.12.2027: höchstens" in text) == (True, True)
    assert "Prozent des Ziels" not in text


def test_indicator_without_a_unit_is_asked_for(staff: Client) -> None:
    measure = make_measure()
    answer = staff.post(page(measure, "kennzahlen/"), rows(measure, ("pk", "name"), ("", "Lotsen")))
    assert "Bitte sagen Sie, was gezählt wird" in answer.text


# Notes


def test_note_is_written_once_and_changed(staff: Client, editor: User) -> None:
    measure = make_measure()
    values = {"reported_on": "2026-03-01", "text": "Druck beauftragt.", "lock_version": 1, "key": uuid4()}
    for _time in range(2):
        assert staff.post(page(measure, "stand/"), values)["Location"] == f"{page(measure)}#umsetzung"
    note = measure.notes.get()
    assert (note.created_by, note.is_public) == (editor, False)
    url = f"{LIST}stand/{note.pk}/"
    staff.post(url, values | {"text": "Druck fertig.", "is_public": "on"})
    note.refresh_from_db()
    assert (note.text, note.is_public) == ("Druck fertig.", True)
    stale = staff.post(url, values | {"text": "Zu spät"})
    assert stale.status_code == 409
    assert "Druck fertig." in stale.text
    assert "liegt in der Zukunft" in staff.post(page(measure, "stand/"), values | {"reported_on": "2099-01-01"}).text


# Offers and needs


def test_offers_and_needs_are_found_by_the_handlungsfeld_or_a_word_and_linked(staff: Client) -> None:
    topic = factories.make_topic()
    version = make_version("draft")
    area = version.action_areas.get()
    area.topics.add(topic)
    measure = make_measure(action_area=area.uuid)
    offer, hidden = (
        factories.make_offer("Kita-Einstieg", topics=[topic]),
        factories.make_offer("Kita geheim", status="hidden"),
    )
    other = factories.make_offer("Fahrradkurs")
    need = Need.objects.create(text="Es fehlt eine Hebamme.", topic=topic, name="Zoë Zufall")
    url = page(measure, "verknuepfungen/")
    text = staff.get(url).text
    assert ("Kita-Einstieg" in text, "Hebamme" in text, "Fahrradkurs" in text) == (True, True, False)
    assert "Zoë" not in text
    assert "Fahrradkurs" in staff.get(url, {"q": "fahrrad"}).text
    assert "geheim" not in staff.get(url, {"q": "kita"}).text
    for verb, key in (
        ("add-offer", offer.pk),
        ("add-offer", other.pk),
        ("add-need", need.pk),
        ("remove-offer", other.pk),
    ):
        assert staff.post(url, {"verb": verb, "key": key}).status_code == 302
    assert (list(measure.offers.all()), list(measure.needs.all())) == ([offer], [need])
    assert staff.post(url, {"verb": "add-offer", "key": hidden.pk}).status_code == 404
    assert staff.post(url, {"verb": "delete-offer", "key": offer.pk}).status_code == 400


# Steps of its state


def test_page_offers_what_is_possible_and_takes_a_step(staff: Client) -> None:
    measure = make_measure()
    make_focus(make_period(), "Elementarbereich")

    def verbs() -> list[str]:
        return [step.verb for step, _form in staff.get(page(measure)).context["steps"]]

    assert verbs() == ["select", "postpone", "drop"]
    refused = staff.post(page(measure), {"verb": "start"})
    assert refused.status_code == 400
    assert "noch nicht ausgewählt" in refused.text
    focus = refused.context["steps"][0][1].fields["focus"].queryset.get()
    staff.post(page(measure), {"verb": "select", "select-focus": focus.pk})
    assert verbs() == ["start", "carry_over", "postpone", "drop"]
    without_reason = staff.post(page(measure), {"verb": "drop", "drop-reason": ""})
    assert without_reason.status_code == 200
    staff.post(page(measure), {"verb": "drop", "drop-reason": "Das Land macht es."})
    text = staff.get(page(measure)).text
    assert "verworfen" in text
    assert "Das Land macht es." in text


@pytest.mark.parametrize("status", [_S.PROPOSED, _S.POSTPONED])
def test_beginning_is_offered_where_it_succeeds(staff: Client, status: str) -> None:
    waiting, delegated = make_measure(status=status), make_measure(status=status, delegated_to="KommKo")
    assert "Umsetzung beginnen" not in staff.get(page(waiting)).text
    refused = staff.post(page(waiting), {"verb": "start", "start-reason": "Fängt morgen an."})
    assert refused.status_code == 400
    for part in ("noch nicht ausgewählt", "Fängt morgen an."):
        assert part in refused.text
    assert "Umsetzung beginnen" in staff.get(page(delegated)).text
    assert staff.post(page(delegated), {"verb": "start"}).status_code == 302
    delegated.refresh_from_db()
    assert delegated.status == _S.RUNNING
