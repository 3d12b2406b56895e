"""Measures as a table: out and in again without a change, a preview, all or nothing."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from concepts.models import Measure, MeasureTable
from concepts.resources import taking
from kiportal.common.models import Job, User
from tests import factories
from tests.concepts.factories import choose, make_focus, make_measure, make_period, make_version
from tests.offers.tables import content_of, csv_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]
LIST = "/arbeitsplatz/massnahmen/"
INDICATOR = ("name", "unit", "direction", "target", "target_on")


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def full(db: None) -> Measure:
    """A measure with something in every column."""
    area = make_version("draft").action_areas.get()
    measure = make_measure(
        "=Willkommensmappe; neu",
        action_area=area.uuid,
        origin="antrag",
        origin_note="Kapitel 2.1",
        situation="+49 ist keine Formel",
        description="Eins\n\nZwei",
        target_groups=[factories.make_target_group(), factories.make_target_group()],
        municipalities=[factories.make_municipality("Kerpen")],
        lead_organisation=factories.make_organisation("Kreis; Verwaltung"),
        lead_office="KI",
        partners=[factories.make_organisation("Caritas"), factories.make_organisation("AWO")],
        other_partners="Schulen",
        delegated_to="KommKo",
        delegated_contact="Geschäftsstelle",
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 12, 31),
        cost_amount=Decimal("1200.50"),
        funding_note="Haushalt",
        internal_note="Nur intern",
        is_public=False,
    )
    measure.steps.create(
        text="Text (Entwurf); fertig", sort_order=1, due_on=date(2026, 6, 30), done_on=date(2026, 5, 1)
    )
    measure.steps.create(text="Druck", sort_order=2)
    indicator = measure.indicators.create(
        name="Mappen", unit="Stück", target=Decimal("1000.5"), target_on=date(2027, 1, 1)
    )
    indicator.values.create(counted_on=date(2026, 7, 1), value=Decimal("12.25"))
    measure.indicators.create(name="Ohne Ziel", unit="Menschen")
    for name, target in (("Wartezeit", 21), ("Kosten", None)):
        measure.indicators.create(name=name, unit="Tage", direction="hoechstens", target=target)
    choose(measure, make_focus(make_period()))
    return measure


def send(staff: Client, content: bytes, name: str = "massnahmen.csv") -> str:
    answer = staff.post(f"{LIST}einlesen/", {"key": uuid4(), "file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.text
    return str(answer["Location"])


def take(staff: Client, url: str) -> int:
    seen = staff.get(url).context["shown"].digest
    return staff.post(f"{url}uebernehmen/", {"gesehen": seen}).status_code


@pytest.mark.parametrize("extension", ["xlsx", "csv"])
def test_table_that_goes_out_and_comes_back_changes_nothing(staff: Client, full: Measure, extension: str) -> None:
    make_measure("Fast leer", goal="")
    answer = staff.get(f"{LIST}massnahmen.{extension}")
    assert f"massnahmen-{timezone.localdate()}.{extension}" in answer["Content-Disposition"]
    url = send(staff, content_of(answer), f"x.{extension}")
    shown = staff.get(url).context["shown"]
    assert [(row.outcome, row.changes, row.problems) for row in shown.rows] == [("gleich", [], []), ("gleich", [], [])]
    assert "Alles ist schon da" in staff.get(url).text


def test_table_entered_anew_makes_the_same_measure(staff: Client, full: Measure) -> None:
    """Without keys all of it is new, down to steps and counts."""
    lines = content_of(staff.get(f"{LIST}massnahmen.csv")).decode("utf-8-sig").splitlines(keepends=True)
    text = "".join(lines).replace(str(full.uuid), "")
    assert take(staff, send(staff, text.encode())) == 302
    copy = Measure.objects.exclude(pk=full.pk).get()
    assert (copy.title, copy.status, copy.cost_amount, copy.action_area) == (
        *(full.title, "proposed", full.cost_amount, full.action_area),
    )
    assert copy.number == full.number + 1
    for name in ("target_groups", "municipalities", "partners"):
        assert set(getattr(copy, name).all()) == set(getattr(full, name).all())
    for relation, columns in (("steps", ("text", "due_on", "done_on")), ("indicators", INDICATOR)):
        assert list(getattr(copy, relation).values_list(*columns)) == list(
            getattr(full, relation).values_list(*columns)
        )
    assert copy.indicators.first().values.get().value == Decimal("12.25")


def test_target_without_a_word_is_to_be_reached(staff: Client) -> None:
    cell = "A | x | Ziel 40; B | x | Ziel höchstens 21,5; C | x | ziel mindestens 3; D | x"
    assert take(staff, send(staff, csv_bytes([["Titel", "Kennzahlen"], ["Neu", cell]]))) == 302
    assert list(Measure.objects.get().indicators.values_list("name", "direction", "target")) == [
        ("A", "mindestens", 40),
        ("B", "hoechstens", Decimal("21.5")),
        ("C", "mindestens", 3),
        ("D", "mindestens", None),
    ]


def test_excel_file_holds_no_formula(staff: Client, full: Measure) -> None:
    book = load_workbook(BytesIO(content_of(staff.get(f"{LIST}massnahmen.xlsx"))))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} & {"f"} == set()
    assert "=Willkommensmappe; neu" in [cell.value for cell in cells]


def test_export_holds_what_the_list_shows(staff: Client) -> None:
    make_measure("Läuft", status="running")
    make_measure("Wartet")
    text = content_of(staff.get(f"{LIST}massnahmen.csv?stand=running")).decode()
    assert "Läuft" in text
    assert "Wartet" not in text
    assert staff.get(f"{LIST}massnahmen.ods").status_code == 404


def test_changes_are_shown_word_by_word_and_taken_over(staff: Client, editor: User) -> None:
    measure = make_measure("Alt", goal="Bleibt", steps=1)
    rows = [
        ["Schlüssel", "Titel", "Schritte", "Kennzahlen", "Kommunen", "Stand", "Farbe"],
        [
            str(measure.uuid),
            "Neu",
            "Druck (bis 30.06.2027)",
            "Mappen | Stück | Ziel 40 | 01.03.2026: 12",
            "",
            "abgeschlossen",
            "rot",
        ],
        ["", "Ganz neu", "", "", "", "", ""],
    ]
    url = send(staff, csv_bytes(rows))
    page = staff.get(url)
    assert page.context["shown"].counts == {"neu": 1, "geaendert": 1, "gleich": 0, "fehler": 0}
    for part in ("Diese Spalten werden nicht gelesen", "Stand, Farbe", "Druck (bis 30.06.2027)"):
        assert part in page.text
    assert Measure.objects.get().title == "Alt"  # nothing happens before
    assert take(staff, url) == 302
    measure.refresh_from_db()
    assert (measure.title, measure.goal, measure.status, measure.lock_version) == ("Neu", "Bleibt", "proposed", 2)
    assert list(measure.steps.values_list("text", "due_on")) == [("Druck", date(2027, 6, 30))]
    assert measure.indicators.get().values.get().value == 12
    assert Measure.objects.get(title="Ganz neu").number == measure.number + 1
    again = staff.post(f"{url}uebernehmen/", {"gesehen": "x"})
    assert again.status_code == 409
    assert "Übernommen" in staff.get(url).text


def test_one_wrong_row_keeps_all_of_them_out_and_says_why(staff: Client) -> None:
    rows = [
        ["Schlüssel", "Titel", "Handlungsfeld", "Beginn", "Kosten in Euro", "Schritte", "Kennzahlen", "Ziel"],
        ["", "Gut", "", "", "", "", "", ""],
        [str(uuid4()), "Fremd", "", "", "", "", "", ""],
        ["unsinn", "Fremd", "", "", "", "", "", ""],
        ["", "Schlecht", "Gibt es nicht", "31.02.2026", "viel", "x (bis morgen)", "Mappen", "z" * 2001],
        ["", "", "", "01.01.2026", "", "", "", ""],
    ]
    url = send(staff, csv_bytes(rows))
    page = staff.get(url)
    assert page.context["shown"].counts["fehler"] == 4
    for part in (
        *("ist kein Handlungsfeld", "ist kein Datum", "ist kein Betrag", "ist keine Kennzahl", "länger als 2000"),
        *("mit diesem Schlüssel gibt es nicht", "Eine neue Maßnahme braucht sie"),
    ):
        assert part in page.text
    assert "Jetzt übernehmen" not in page.text
    refused = staff.post(f"{url}uebernehmen/", {"gesehen": page.context["shown"].digest})
    assert (refused.status_code, Measure.objects.count()) == (400, 0)


def test_what_changed_since_the_preview_is_shown_again(staff: Client) -> None:
    measure = make_measure("Alt")
    url = send(staff, csv_bytes([["Schlüssel", "Titel"], [str(measure.uuid), "Aus der Tabelle"]]))
    seen = staff.get(url).context["shown"].digest
    Measure.objects.filter(pk=measure.pk).update(title="Meanwhile", lock_version=2)
    answer = staff.post(f"{url}uebernehmen/", {"gesehen": seen})
    assert answer.status_code == 409
    assert "Bitte sehen Sie die Vorschau noch einmal an" in answer.text
    measure.refresh_from_db()
    assert measure.title == "Meanwhile"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "Die Datei ist leer."), (b"%PDF-1.7", "Das ist keine Tabelle."), (b"Titel\n", "Unter den Überschriften")],
)
def test_file_that_is_no_table_is_refused(staff: Client, content: bytes, sentence: str) -> None:
    file = SimpleUploadedFile("x.csv", content)
    assert sentence in staff.post(f"{LIST}einlesen/", {"key": uuid4(), "file": file}).text
    rows = csv_bytes([["Titel"], *([f"Nummer {number}"] for number in range(3001))])
    many = staff.post(f"{LIST}einlesen/", {"key": uuid4(), "file": SimpleUploadedFile("x.csv", rows)})
    assert "mehr als 3000 Zeilen" in many.text
    assert not MeasureTable.objects.exists()


def test_preview_needs_the_same_queries_for_one_and_for_thirty_rows(staff: Client) -> None:
    def queries(number: int) -> int:
        measures = [make_measure(f"Nummer {each}", steps=2) for each in range(number)]
        url = send(staff, csv_bytes([["Schlüssel", "Titel"], *([str(measure.uuid), "Neu"] for measure in measures)]))
        staff.get(url)
        with CaptureQueriesContext(connection) as found:
            staff.get(url)
        return len(found)

    assert queries(1) == queries(30)


def test_template_names_what_may_stand_in_a_column(staff: Client) -> None:
    area = make_version("draft").action_areas.get()
    book = load_workbook(BytesIO(content_of(staff.get(f"{LIST}vorlage.xlsx"))))
    assert [cell.value for cell in book.worksheets[0][1]][:3] == ["Schlüssel", "Titel", "Handlungsfeld"]
    assert area.title in [cell.value for row in book["Mögliche Werte"].iter_rows() for cell in row]


def test_table_is_discarded_and_forgotten_after_a_month(staff: Client) -> None:
    url = send(staff, csv_bytes([["Titel"], ["x"]]))
    staff.post(f"{url}verwerfen/")
    assert staff.get(url).status_code == 404
    send(staff, csv_bytes([["Titel"], ["x"]]))
    MeasureTable.objects.update(created_at=timezone.now() - timedelta(days=31))
    call_command("purge", verbosity=0)
    assert not MeasureTable.objects.exists()


def test_long_table_is_taken_over_by_a_job_once(
    staff: Client, run_jobs: Callable[[], list[Job]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "AT_ONCE", 2)
    url = send(staff, csv_bytes([["Titel"], *([f"Nummer {number}"] for number in range(60))]))
    page = staff.get(url)
    assert page.text.count('class="import-row"') == 50
    seen = page.context["shown"].digest
    for _time in range(2):
        assert staff.post(f"{url}uebernehmen/", {"gesehen": seen})["Location"] == url
    assert "Maßnahmen werden übernommen" in staff.get(url).text
    assert "lässt sich nicht mehr verwerfen" in staff.post(f"{url}verwerfen/", follow=True).text
    [job] = run_jobs()
    assert (job.error, job.result["neu"], Measure.objects.count()) == ("", 60, 60)
    assert "60 neu" in staff.get(url).text


def test_long_table_whose_measures_changed_meanwhile_is_left_alone(
    staff: Client, run_jobs: Callable[[], list[Job]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "AT_ONCE", 0)
    url = send(staff, csv_bytes([["Titel"], ["Neu"]]))
    staff.post(f"{url}uebernehmen/", {"gesehen": "etwas anderes"})
    [job] = run_jobs()
    assert (job.state, Measure.objects.count()) == (Job.State.FAILED, 0)
    assert "Inzwischen hat sich etwas geändert" in staff.get(url).text
