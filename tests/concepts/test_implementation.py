"""/umsetzung/: what everybody reads of periods and measures, and what nobody does."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from concepts.models import Measure
from kiportal.common.models import User
from tests import factories
from tests.concepts.factories import choose, freeze, make_concept, make_focus, make_measure, make_period

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]
URL = "/umsetzung/"


def test_page_without_anything_says_so(client: Client) -> None:
    assert "Noch keine Schwerpunkte" in client.get(URL).text


def test_page_tells_of_now_of_before_and_of_what_comes(client: Client) -> None:
    today = timezone.localdate()
    now, before = make_period("decided"), make_period("ended", starts_in=-900, days=700, title="Damals")
    coming = make_period("decided", starts_in=700, title="Später")
    topic = factories.make_topic(slug="kita", name="Frühe Bildung")
    focus = make_focus(now, "Elementarbereich", topic=topic, reason="So beraten")
    running = make_measure("Fachkräfte schulen", steps=2, lead_office="KI", goal="Alle Kitas")
    choose(running, focus)
    Measure.objects.filter(pk=running.pk).update(status="running")
    running.steps.filter(sort_order=1).update(done_on=today)
    running.notes.create(reported_on=today, text="Zwei Kurse liefen.", is_public=True)
    running.notes.create(reported_on=today, text="Der Raum ist feucht.")
    indicator = running.indicators.create(name="Fachkräfte", unit="Personen", target=40)
    indicator.values.create(counted_on=date(2026, 1, 1), value=10)
    kept = choose(make_measure("Von früher"), make_focus(before, "Primarbereich"))
    kept.outcome = {"status": "done", "steps_done": 0, "steps": 0}
    kept.save()
    make_focus(coming, "Kommt noch")
    text = client.get(URL).text
    parts = [
        *(f"Woran wir bis {now.ends_on.year} arbeiten", "Elementarbereich", "So beraten", "Fachkräfte schulen"),
        *("in Umsetzung", "1 von 2 Schritten erledigt", "Zwei Kurse liefen.", "25 Prozent des Ziels", "?thema=kita"),
        *("Kommt noch", "Frühere Schwerpunkte", "Damals", "Primarbereich", "Von früher", "abgeschlossen"),
    ]
    assert [part for part in parts if part not in text] == []
    assert "feucht" not in text


def test_page_never_praises_a_target_that_is_missed(client: Client) -> None:
    running = make_measure("Schneller beraten", status="running")
    choose(running, make_focus(make_period("decided")))
    indicator = running.indicators.create(name="Wartezeit", unit="Tage", direction="hoechstens", target=21)
    indicator.values.create(counted_on=date(2026, 1, 1), value=26)
    text = client.get(URL).text
    assert ("Noch 5 Tage über dem Ziel." in text, "Ziel: höchstens" in text, "124 Prozent" in text) == (
        *(True, True, False),
    )
    indicator.values.create(counted_on=date(2026, 2, 1), value=20)
    assert "Ziel erreicht." in client.get(URL).text
    assert "Target reached." in client.get(f"/en{URL}").text


def test_page_keeps_back_what_is_not_public(client: Client, editor: User) -> None:
    period, draft = make_period("decided"), make_period(starts_in=900)
    focus = make_focus(period)
    secret = factories.make_organisation("Nicht öffentlich e. V.", status="proposed")
    shown = make_measure(
        "Sichtbar",
        lead_organisation=secret,
        internal_note="Kanarienvogel",
        funding_note="Kanarienvogel",
        delegated_to="KommKo",
        delegated_contact="Kanarienvogel",
        situation="Kanarienvogel",
        origin_note="Kanarienvogel",
    )
    shown.notes.create(reported_on=timezone.localdate(), text="Öffentlich", is_public=True, created_by=editor)
    choose(shown, focus)
    choose(make_measure("Kanarienvogel", is_public=False), focus)
    choose(make_measure("Kanarienvogel im Entwurf"), make_focus(draft, "Kanarienvogel"))
    make_measure("Kanarienvogel im Pool")
    text = client.get(URL).text
    assert ("Sichtbar" in text, "KommKo" in text) == (True, True)
    for word in ("Kanarienvogel", "Nicht öffentlich", "Redaktion"):
        assert word not in text


def test_measure_that_another_body_carries_out_is_named_without_a_period(client: Client) -> None:
    make_measure("Übergang Schule-Beruf", status="running", delegated_to="KommKo")
    make_measure("Fertig", status="done")
    text = client.get(URL).text
    assert "Weitere Maßnahmen, die laufen" in text
    assert "Übergang Schule-Beruf" in text
    assert "Fertig" not in text


def test_handlungsfeld_of_a_draft_is_not_named(client: Client) -> None:
    version = make_concept("Integrationskonzept")
    area = version.action_areas.create(title="Bildung und Erziehung", strand="bildung")
    measure = make_measure("Läuft", status="running", steps=1, action_area=area.uuid)
    assert "Bildung und Erziehung" not in client.get(URL).text
    freeze(version, status="adopted", adopted_on=timezone.localdate(), published_on=timezone.localdate())
    measure.steps.update(done_on=timezone.localdate())
    text = client.get(URL).text
    assert "Fortschritt nach Handlungsfeldern" in text
    assert "Bildung und Erziehung" in text
    concept = client.get(version.concept.get_absolute_url()).text
    assert "Fortschritt in Prozent" in concept
    assert URL in concept


def test_page_needs_the_same_queries_for_one_and_for_thirty(client: Client) -> None:
    period, past = make_period("decided"), make_period("ended", starts_in=-900, days=700)

    def fill(number: int) -> None:
        for _ in range(number):
            for measure, focus in ((make_measure(steps=1), make_focus(period)), (make_measure(), make_focus(past))):
                choose(measure, focus)
                measure.notes.create(reported_on=date(2026, 1, 1), text="x", is_public=True)
                measure.indicators.create(name="x", unit="y").values.create(counted_on=date(2026, 1, 1), value=1)
            make_measure(status="running")

    fill(1)
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    fill(15)
    with CaptureQueriesContext(connection) as many:
        client.get(URL)
    assert len(few) == len(many)


def test_page_is_there_in_english_with_german_marked(client: Client) -> None:
    choose(make_measure("Willkommensmappe"), make_focus(make_period("decided")))
    text = client.get("/en/umsetzung/").text
    assert '<span lang="de" dir="ltr">Willkommensmappe</span>' in text
