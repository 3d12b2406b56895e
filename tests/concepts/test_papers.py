"""Papers on measures: what stands in them and what never does, checked by veraPDF, the same bytes again."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from concepts import lifecycle, papers
from concepts.models import FocusPeriod, Measure, MeasurePaper
from kiportal.common.models import Job, User
from kiportal.common.pdf.fonts import unprintable
from tests import factories, pdf_structure, verapdf
from tests.concepts.factories import choose, make_focus, make_measure, make_period, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

type RunJobs = Callable[[], list[Job]]
URL = "/arbeitsplatz/massnahmen/papiere/"
Kind = MeasurePaper.Kind


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def pool(db: None) -> list[Measure]:
    """A period with two focuses and ten measures with all that can be said of them, and ten more in the pool."""
    area = make_version("draft").action_areas.get()
    period = make_period("decided", title="Schwerpunkte jetzt", reason="So in den Kommunen beraten.")
    focuses = [make_focus(period, title) for title in ("Elementarbereich", "Neu Zugewanderte")]
    measures = []
    for number in range(20):
        measure = make_measure(
            f"Maßnahme mit einem längeren Namen Nummer {number}",
            steps=3,
            action_area=area.uuid if number % 3 else None,
            situation="Es fehlt etwas.\n\nUnd zwar überall.",
            description="Wir tun etwas dagegen.",
            lead_office="KI, Bereich Bildung",
            target_groups=[factories.make_target_group()],
            municipalities=[factories.make_municipality()],
            partners=[factories.make_organisation()],
            delegated_to="KommKo" if number == 19 else "",
            delegated_contact="Kanarienvogel" if number == 19 else "",
            cost_amount=1500,
            funding_note="Kanarienvogel",
            internal_note="Kanarienvogel",
        )
        measure.steps.filter(sort_order=1).update(done_on=timezone.localdate())
        indicator = measure.indicators.create(name="Geschulte Fachkräfte", unit="Personen", target=40)
        indicator.values.create(counted_on=timezone.localdate(), value=12)
        measure.notes.create(reported_on=timezone.localdate(), text="Zwei Kurse liefen.", is_public=True)
        measure.notes.create(reported_on=timezone.localdate(), text="Kanarienvogel")
        if number < 10:
            choose(measure, focuses[number % 2])
        measures.append(measure)
    Measure.objects.filter(pk__in=[measure.pk for measure in measures[:3]]).update(status="running")
    return measures


def order(staff: Client, kind: str, **values: object) -> MeasurePaper:
    answer = staff.post(URL, {"kind": kind} | values)
    assert answer.status_code == 302, answer.text
    return MeasurePaper.objects.get(pk=answer["Location"].rstrip("/").rpartition("/")[2])


def test_papers_pass_verapdf_and_a_screen_reader_finds_its_way(
    staff: Client, pool: list[Measure], run_jobs: RunJobs, tmp_path: Path
) -> None:
    period = pool[0].selections.get().period
    made = {
        Kind.POOL: order(staff, Kind.POOL),
        Kind.STATUS: order(staff, Kind.STATUS, period=period.pk, committee="Sozialausschuss", meets_on="2026-12-01"),
        Kind.REPORT: order(staff, Kind.REPORT, period=period.pk),
        Kind.FOCUS: order(staff, Kind.FOCUS, focus=period.focuses.first().pk),
        Kind.LIST: order(staff, Kind.LIST),
    }
    page = staff.get(made[Kind.POOL].get_absolute_url())
    assert "Das PDF wird erstellt" in page.text
    assert staff.get(f"{made[Kind.POOL].get_absolute_url()}papier.pdf").status_code == 404
    assert [job.error for job in run_jobs()] == [""] * 5
    files = {}
    for kind, paper in made.items():
        paper.refresh_from_db()
        answer = staff.get(f"{paper.get_absolute_url()}papier.pdf")
        assert f"{kind}-{paper.as_of}.pdf" in answer["Content-Disposition"]
        files[kind] = tmp_path / f"{kind}.pdf"
        files[kind].write_bytes(b"".join(answer))
        assert papers.render_pdf(paper).sha256 == paper.sha256  # the same bytes again
        printed = pdf_structure.open_pdf(files[kind].read_bytes())
        structure = pdf_structure.read_structure(printed)
        assert pdf_structure.content_outside_tree(printed, structure) == []
        assert structure.cells_without_header == 0
        assert structure.headings[0] == 1
        assert all(
            after - before <= 1 for before, after in zip(structure.headings, structure.headings[1:], strict=False)
        )
    assert verapdf.failures(*files.values()) == {path: [] for path in files.values()}
    assert made[Kind.STATUS].pages == 1
    ready = staff.get(made[Kind.POOL].get_absolute_url(), headers={"HX-Request": "true"})
    assert "Das PDF ist fertig" in ready.text
    assert ready["HX-Refresh"] == "true"


def test_paper_says_what_is_known_and_nothing_internal(pool: list[Measure]) -> None:
    period = pool[0].selections.get().period
    for kind, content in (
        (Kind.POOL, papers.pool(Measure.objects.for_papers())),
        (Kind.STATUS, papers.status(period, on=timezone.localdate(), committee="Kreistag")),
        (Kind.REPORT, papers.report(period)),
        (Kind.LIST, papers.table(Measure.objects.for_papers())),
    ):
        paper = MeasurePaper(kind=kind, title="Titel", as_of=timezone.localdate(), content=content)
        html = papers.render_html(paper)
        assert "Kanarienvogel" not in html
        assert unprintable(html) == ""
        assert f"Stand: {timezone.localdate():%d.%m.%Y}" in html
        for measure in pool[:10]:
            assert measure.title in html
        assert (pool[15].title in html) == (kind in {Kind.POOL, Kind.LIST})
        if kind in {Kind.POOL, Kind.REPORT}:
            for part in ("<td>12</td>", "<td>40</td>", "Zwei Kurse liefen.", "KI, Bereich Bildung"):
                assert part in html
    assert "KommKo" in papers.render_html(
        MeasurePaper(kind=Kind.POOL, title="x", as_of=timezone.localdate(), content=papers.pool(pool[19:]))
    )


def test_status_is_one_page_however_many_measures_there_are(
    staff: Client, pool: list[Measure], run_jobs: RunJobs
) -> None:
    focus = pool[0].selections.get().focus
    for number in range(30):
        choose(make_measure(f"Noch eine Maßnahme mit einem Namen {number}"), focus)
    paper = order(staff, Kind.STATUS, period=focus.period_id)
    run_jobs()
    paper.refresh_from_db()
    assert paper.pages == 1
    assert len(paper.content["rows"]) == 40
    html = papers.render_html(paper, 14)
    assert html.count("Nr. ") == 14
    assert "26 weitere Maßnahmen stehen im Bericht zur Periode." in html
    assert [row["status"] for row in paper.content["rows"][:3]] == ["in Umsetzung"] * 3


def status_html(period: FocusPeriod, **values: int) -> str:
    content = papers.status(period, on=timezone.localdate())
    paper = MeasurePaper(kind=Kind.STATUS, title="Titel", as_of=timezone.localdate(), content=content)
    return papers.render_html(paper, **values)


def test_status_tells_what_was_last_said_and_counted_and_what_is_overdue(pool: list[Measure]) -> None:
    measure, today = pool[0], timezone.localdate()
    long = "Alle Kitas im Norden sind dabei, für den Süden wird noch ein Träger gesucht. " * 5
    measure.notes.create(reported_on=today, text=long, is_public=True)
    measure.notes.create(reported_on=today - timedelta(days=40), text="Lange vorher.", is_public=True)
    later = measure.indicators.create(name="Wartezeit", unit="Tage", direction="hoechstens", target=21)
    later.values.create(counted_on=today, value=30)
    measure.indicators.create(name="Früher gezählt", unit="Tage").values.create(counted_on=date(2020, 1, 1), value=5)
    measure.indicators.filter(name="Geschulte Fachkräfte").delete()
    for sort_order, days in ((2, 9), (3, 30)):
        measure.steps.filter(sort_order=sort_order).update(due_on=today - timedelta(days=days))
    html = status_html(measure.selections.get().period)
    for part in (
        f"{today:%d.%m.%Y}: Alle Kitas im Norden",
        "Wartezeit: 30 Tage (Ziel höchstens 21)",
        f"Überfällig:</strong> Schritt 3 (bis {today - timedelta(days=30):%d.%m.%Y}) und 1 weitere",
        "Zwei Kurse liefen.",
    ):
        assert part in html
    for part in ("Lange vorher.", "Früher gezählt", "Kanarienvogel"):
        assert part not in html
    tight = status_html(measure.selections.get().period, letters=50)
    assert f"2 Schritte, seit dem {today - timedelta(days=30):%d.%m.%Y}" in tight
    assert ("Alle Kitas im Norden" in tight, "Träger" in tight, "Wartezeit" in tight) == (True, False, False)


def test_status_of_a_period_that_ended_tells_nothing_of_afterwards(lead: User) -> None:
    period = make_period("decided", starts_in=-800)
    measure = make_measure(status="running", steps=1)
    choose(measure, make_focus(period))
    lifecycle.end_period(period, by=lead, summary="x", rest={measure.pk: lifecycle.POOL}, focuses={})
    period.refresh_from_db()
    FocusPeriod.objects.filter(pk=period.pk).update(ended_on=period.ends_on)
    period.refresh_from_db()
    for days, text in ((3, "Am Ende."), (-3, "Danach.")):
        day = period.ends_on - timedelta(days=days)
        measure.notes.create(reported_on=day, text=text, is_public=True)
    measure.steps.update(due_on=period.ends_on + timedelta(days=1))
    html = status_html(period)
    assert ("Am Ende." in html, "Danach." in html, "Überfällig" in html) == (True, False, False)


def test_status_is_one_page_when_much_is_reported(staff: Client, pool: list[Measure], run_jobs: RunJobs) -> None:
    for measure in pool[:10]:
        measure.notes.create(reported_on=timezone.localdate(), text="Wir sind sehr weit. " * 100, is_public=True)
        measure.steps.update(due_on=timezone.localdate() - timedelta(days=3))
    period = pool[0].selections.get().period
    paper = order(staff, Kind.STATUS, period=period.pk, committee="Sozialausschuss")
    run_jobs()
    paper.refresh_from_db()
    assert paper.pages == 1
    [table] = pdf_structure.read_structure(pdf_structure.open_pdf(paper.file.read())).tables
    assert table["TR"] == 1 + 2 + 10  # all measures below their two focuses


def test_same_paper_asked_for_again_is_the_same_and_another_one_after_a_change(
    staff: Client, pool: list[Measure], run_jobs: RunJobs
) -> None:
    first, second = (order(staff, Kind.POOL) for _time in range(2))
    assert (first, Job.objects.count()) == (second, 1)
    run_jobs()
    make_measure("Neu im Pool")
    assert order(staff, Kind.POOL) != first
    first.refresh_from_db()
    assert "Neu im Pool" not in papers.render_html(first)


def test_paper_of_a_filtered_list_says_which_measures_it_holds(staff: Client, pool: list[Measure]) -> None:
    assert "Stand: in Umsetzung" in staff.get(URL, {"stand": "running"}).text
    answer = staff.post(f"{URL}?stand=running", {"kind": Kind.POOL})
    content = MeasurePaper.objects.get(pk=answer["Location"].rstrip("/").rpartition("/")[2]).content
    assert (content["total"], content["filters"]) == (3, [["Stand", "in Umsetzung"]])


def test_focus_paper_holds_one_focus_with_its_reason_and_decision(pool: list[Measure]) -> None:
    focus = pool[0].selections.get().focus
    focus.decision_note = "Im Konsens der Kommunen."
    focus.save()
    content = papers.one_focus(focus)
    html = papers.render_html(MeasurePaper(kind=Kind.FOCUS, title="x", as_of=timezone.localdate(), content=content))
    for part in ("Weil es hier fehlt.", "Im Konsens der Kommunen.", "Beschlossen: Kreistag", "Zwei Kurse liefen."):
        assert part in html
    assert [each["number"] for each in content["focus"]["measures"]] == [measure.number for measure in pool[:10:2]]
    assert "Kanarienvogel" not in html


def test_report_tells_all_that_was_said_in_the_period(pool: list[Measure]) -> None:
    period = pool[0].selections.get().period
    for days, text in ((20, "Mittendrin."), (200, "Lange vorher.")):
        day = timezone.localdate() - timedelta(days=days)
        pool[0].notes.create(reported_on=day, text=text, is_public=True)
    [told] = [each for each in papers.report(period)["focuses"][0]["measures"] if each["number"] == pool[0].number]
    assert [note["text"] for note in told["notes"]] == ["Mittendrin.", "Zwei Kurse liefen."]


def test_indicator_of_which_less_is_better_is_told_as_such(pool: list[Measure]) -> None:
    indicator = pool[0].indicators.create(name="Wartezeit", unit="Tage", direction="hoechstens", target=21)
    indicator.values.create(counted_on=timezone.localdate(), value=26)
    period = pool[0].selections.get().period
    html = papers.render_html(
        MeasurePaper(kind=Kind.REPORT, title="x", as_of=timezone.localdate(), content=papers.report(period))
    )
    for part in ("Ziel: höchstens", "Noch 5 Tage über dem Ziel.", "30 Prozent des Ziels erreicht."):
        assert part in html
    assert "124 Prozent" not in html


def test_focus_is_asked_for(staff: Client) -> None:
    assert "Bitte wählen Sie, zu welchem Schwerpunkt." in staff.post(URL, {"kind": Kind.FOCUS}).text


def test_paper_that_names_a_person_is_refused(staff: Client, editor: User, pool: list[Measure]) -> None:
    Measure.objects.filter(pk=pool[0].pk).update(description="Fragen an Rita Redaktion.")
    answer = staff.post(URL, {"kind": Kind.POOL})
    assert "Name einer Person: „Rita Redaktion“" in answer.text
    assert not MeasurePaper.objects.exists()


def test_status_without_a_period_is_asked_for(staff: Client) -> None:
    assert "Bitte wählen Sie, zu welcher Periode." in staff.post(URL, {"kind": Kind.STATUS}).text


def test_report_on_a_period_that_ended_says_how_far_it_was_then(lead: User) -> None:
    period = make_period("decided", starts_in=-800)
    measure = make_measure(status="selected", steps=2)
    choose(measure, make_focus(period))
    lifecycle.end_period(period, by=lead, summary="Die Mappe.", rest={measure.pk: lifecycle.POOL}, focuses={})
    content = papers.report(period)
    assert (content["summary"], content["focuses"][0]["measures"][0]["status"]) == ("Die Mappe.", "ausgewählt")


def test_report_on_a_period_that_ended_tells_nothing_later(lead: User) -> None:
    today = timezone.localdate()
    ended, later = today - timedelta(days=70), today - timedelta(days=5)
    period = make_period("decided", starts_in=-800)
    measure = make_measure(status="running", steps=2)
    choose(measure, make_focus(period))
    first, second = measure.steps.all()
    measure.steps.filter(pk=first.pk).update(done_on=ended)
    lifecycle.end_period(period, by=lead, summary="Die Mappe.", rest={measure.pk: lifecycle.RUN_ON}, focuses={})
    FocusPeriod.objects.filter(pk=period.pk).update(ended_on=ended)
    period.refresh_from_db()
    measure.steps.filter(pk=second.pk).update(done_on=later)
    indicator = measure.indicators.create(name="Mappen", unit="Stück", target=40)
    for day, value in ((ended, 10), (later, 50)):
        indicator.values.create(counted_on=day, value=value)
    for day, text in ((period.starts_on - timedelta(days=1), "Vorher."), (later, "Hinterher.")):
        measure.notes.create(reported_on=day, text=text, is_public=True)
    [told] = papers.report(period)["focuses"][0]["measures"]
    assert (told["steps_done"], [step["done"] for step in told["steps"]]) == (1, [f"{ended:%d.%m.%Y}", ""])
    [counted] = told["indicators"]
    assert (counted["value"], [bar["value"] for bar in counted["bars"]]) == ("10", ["10", "40"])
    assert [note["text"] for note in told["notes"]] == ["Vorher."]
    assert papers.one_focus(period.focuses.get())["focus"]["measures"] == [told]


def test_failed_job_is_told(staff: Client, pool: list[Measure]) -> None:
    paper = order(staff, Kind.POOL)
    Job.objects.update(state=Job.State.FAILED, error="Der Speicher hat nicht gereicht.", finished_at=timezone.now())
    assert "Der Speicher hat nicht gereicht." in staff.get(paper.get_absolute_url()).text
