"""The pages: what the head sees and keeps, what editors see of it, and what is never shown."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from concepts.models import Measure
from funding import pdf
from funding.models import Assignment, Cost, FundingRate, Grant, HeardBody, InKindContribution, Position
from funding.overview.figures import figures
from kiportal.common import roles
from kiportal.common.models import Job, User
from tests import factories
from tests.concepts.factories import make_measure, make_period, make_version
from tests.funding.factories import (
    make_assignment,
    make_grant,
    make_position,
    make_programme,
    make_rate,
    make_rates,
    make_report,
    make_summary,
)

pytestmark = pytest.mark.django_db
NAME = "Ada Zwergdommel"
SHEET = "funding:sheet"


@pytest.fixture
def head(client: Client, lead: User, centre: object) -> Client:
    client.force_login(lead)
    return client


@pytest.fixture
def borken(db: None) -> dict[str, Position]:
    """3 specialists, half a post of administration, 2 seconded teachers; one specialist is named."""
    programme = make_programme()
    make_rates(programme)
    posts = {
        "specialist": make_position("Fachkräfte", programme, share=Decimal(3)),
        "administration": make_position("Sachbearbeitung", programme, role="administration", share=Decimal("0.5")),
        "teacher": make_position("Lehrkräfte", programme, role="teacher", funded_by="secondment", share=Decimal(2)),
    }
    make_assignment(posts["specialist"], NAME, share=Decimal("2.5"))
    return posts


def post(client: Client, name: str, values: dict[str, Any], **arguments: Any) -> Any:
    return client.post(reverse(f"funding:{name}", kwargs=arguments), {"lock_version": "1"} | values)


# The sheet


def test_sheet_shows_posts_grant_rules_and_what_is_missing(head: Client, borken: dict[str, Position]) -> None:
    text = head.get(reverse(SHEET)).text
    for part in (
        "170.000,00 €",
        "50.000,00 € im Jahr für 1,0 Stelle, höchstens 3,0 Stellen",
        "20.000,00 € im Jahr für 0,5 Stellen",
        "BASS 11-02 Nr. 10",
        "Abordnung",
        "0,5 unbesetzt",
        "Kein Integrationskonzept ist als beschlossen eingetragen.",
        "Bei keiner Besetzung ist „leitet das Zentrum“ angehakt.",
        "nicht berechenbar, weil für dieses Jahr keine Ausgaben eingetragen sind",
    ):
        assert part in text


def test_editor_sees_posts_without_names_and_amounts(client: Client, editor: User, borken: dict[str, Position]) -> None:
    make_report()
    client.force_login(editor)
    pages = [reverse(SHEET), reverse("funding:position_list"), borken["specialist"].get_absolute_url()]
    for url in pages:
        text = client.get(url).text
        assert "Fachkräfte" in text
        assert "€" not in text
        assert "Zwergdommel" not in text
        assert "Bescheid" not in text
    assert "0,5 unbesetzt" in client.get(pages[2]).text
    assert "Verwendungsnachweis" not in client.get(pages[0]).text


def test_head_sees_names_on_the_page_of_the_post_only(head: Client, borken: dict[str, Position]) -> None:
    assert NAME in head.get(borken["specialist"].get_absolute_url()).text
    for name in (
        "sheet",
        "position_list",
        "simulation",
        "cost_list",
        "summary_list",
        "programme_list",
        "heard_body_list",
    ):
        assert "Zwergdommel" not in head.get(reverse(f"funding:{name}")).text


def test_sheet_of_a_day_counts_a_whole_year(head: Client, borken: dict[str, Position]) -> None:
    Position.objects.update(starts_on=date(2025, 7, 1))
    of_year = head.get(reverse(SHEET), {"jahr": "2025"})
    of_day = head.get(reverse(SHEET), {"stichtag": "2025-08-01"})
    assert of_year.context["money"].computation.total == Decimal("85698.63")
    assert of_day.context["money"].computation.total == Decimal("170000.00")
    assert "auf ein Jahr gerechnet" in of_day.text


@pytest.mark.parametrize(
    "query", [{"jahr": "1999"}, {"jahr": "abc"}, {"stichtag": "heute"}, {"stichtag": "1999-01-01"}]
)
def test_sheet_asked_for_nonsense_shows_this_year(head: Client, query: dict[str, str]) -> None:
    answer = head.get(reverse(SHEET), query)
    assert answer.status_code == 200
    assert answer.context["time"].year == timezone.localdate().year


def test_sheet_without_posts_says_what_to_do(head: Client) -> None:
    assert "Für diese Zeit ist keine Stelle eingetragen" in head.get(reverse(SHEET)).text


def test_sheet_warns_and_does_not_block(head: Client, borken: dict[str, Position]) -> None:
    make_assignment(borken["teacher"], share=Decimal(3))
    Position.objects.filter(pk=borken["specialist"].pk).update(share=Decimal(4))
    make_grant(borken["specialist"].programme, amount=Decimal(1000))
    answer = head.get(reverse(SHEET))
    text = answer.text
    assert "Geplant sind 6,5 Stellen, 1,0 mehr als höchstens gefördert werden (5,5)." in text
    assert "mit 3,0 besetzt, geplant sind 2,0." in text
    assert answer.status_code == 200


def test_warnings_compare_notice_drawdowns_and_own_share(head: Client, borken: dict[str, Position]) -> None:
    today = timezone.localdate()
    grant = make_grant(borken["specialist"].programme, amount=Decimal(160000))
    grant.drawdowns.create(requested_on=today, amount=Decimal(165000))
    FundingRate.objects.filter(role="specialist").update(own_share_percent=Decimal(20))
    Cost.objects.create(year=today.year, kind="staff", paid_by="county", title="Gehälter", amount=Decimal(171000))
    text = head.get(reverse(SHEET)).text
    assert "Abgerufen sind 165.000,00 €" in text
    assert "Berechnet sind 170.000,00 €, bewilligt sind 160.000,00 €." in text
    assert "Der Eigenanteil ist 1.000,00 €, nach den Sätzen muss er 37.500,00 € sein." in text


def test_preconditions_are_met_by_what_is_adopted_heard_and_named(head: Client, borken: dict[str, Position]) -> None:
    make_version("adopted", title="Konzept", kind="integrationskonzept")
    make_version("adopted", title="Schwerpunkte", kind="schwerpunktpapier")
    HeardBody.objects.create(kind="mso", heard_on=timezone.localdate())
    Assignment.objects.update(is_head=True)
    checks = head.get(reverse(SHEET)).context["sheet"].preconditions
    assert [check.is_met for check in checks] == [True] * 4
    assert "0 Monate alt" in checks[0].sentence
    later = head.get(reverse(SHEET), {"stichtag": (timezone.localdate() + timedelta(days=800)).isoformat()})
    assert [check.is_met for check in later.context["sheet"].preconditions] == [True, False, True, True]


def test_focus_period_of_the_day_meets_the_two_years(head: Client, borken: dict[str, Position]) -> None:
    period = make_period("decided", title="Ankommen und Bleiben", starts_in=-10, days=20)
    make_period(title="Noch nicht beschlossen", starts_in=11, days=20)
    today = timezone.localdate()
    focus = head.get(reverse(SHEET)).context["sheet"].preconditions[1]
    assert (focus.is_met, focus.url) == (True, period.get_absolute_url())
    assert "Ankommen und Bleiben" in focus.sentence
    later = head.get(reverse(SHEET), {"stichtag": (today + timedelta(days=12)).isoformat()})
    assert not later.context["sheet"].preconditions[1].is_met


def test_year_names_measures_with_what_was_counted(borken: dict[str, Position]) -> None:
    measure = make_measure("Elterncafé", status=Measure.Status.RUNNING)
    indicator = measure.indicators.create(name="Treffen", unit="Treffen", target=20)
    measure.indicators.create(name="Wartezeit", unit="Tage", target=21, direction="hoechstens")
    for day, value in ((date(2025, 5, 1), 4), (date(2026, 3, 1), 7), (date(2026, 9, 1), 12)):
        indicator.values.create(counted_on=day, value=value)
    make_measure("Nur ein Vorschlag", status=Measure.Status.PROPOSED)
    row, less = figures(2026, date(2026, 11, 28)).measures
    assert (row.title, row.indicator, row.target, row.actual) == ("Elterncafé", "Treffen", "20", "12")
    assert (less.indicator, less.target) == ("Wartezeit", "höchstens 21")


def test_focus_paper_is_no_integration_concept(head: Client, borken: dict[str, Position]) -> None:
    make_version("adopted", title="Schwerpunkte", kind="schwerpunktpapier")
    concept = head.get(reverse(SHEET)).context["sheet"].preconditions[0]
    assert not concept.is_met
    assert "genügt dafür nicht" in concept.sentence


def test_concept_that_was_superseded_since_counts_for_its_time(head: Client, borken: dict[str, Position]) -> None:
    version = make_version("superseded", title="Konzept", kind="integrationskonzept")
    concept = head.get(reverse(SHEET)).context["sheet"].preconditions[0]
    assert (concept.is_met, version.title in concept.sentence) == (True, True)


def test_sheet_needs_the_same_queries_for_one_and_for_thirty(head: Client, borken: dict[str, Position]) -> None:
    def fill(number: int) -> None:
        for _ in range(number):
            grant = make_grant()
            grant.drawdowns.create(requested_on=timezone.localdate(), amount=Decimal(1))
            make_assignment(make_position(grant=grant))
            make_report(grant)
            InKindContribution.objects.create(year=timezone.localdate().year, kind="rooms", title="Raum")
            Cost.objects.create(year=timezone.localdate().year, kind="staff", paid_by="county", title="x", amount=1)

    pages = ("sheet", "position_list", "grant_list", "cost_list", "programme_list", "change_list")

    def queries(name: str) -> int:
        with CaptureQueriesContext(connection) as found:
            head.get(reverse(f"funding:{name}"))
        return len(found)

    fill(1)
    for name in pages:
        queries(name)
    for_one = {name: queries(name) for name in pages}
    fill(29)
    for_thirty = {name: queries(name) for name in pages}
    # The history asks once for each kind of record that stands on its page.
    assert for_thirty.pop("change_list") <= for_one.pop("change_list")
    assert for_thirty == for_one


# Keeping records


def position_values(**values: Any) -> dict[str, Any]:
    programme = make_programme()
    defaults = {
        "title": "Beratung",
        "role": "specialist",
        "funded_by": "grant",
        "share": "1,5",
        "programme": str(programme.pk),
        "starts_on": "2025-01-01",
        "key": str(uuid4()),
    }
    return defaults | values


def test_position_is_added_once_from_a_form_sent_twice(head: Client) -> None:
    values = position_values()
    for _ in range(2):
        answer = post(head, "position_add", values)
        assert answer.status_code == 302
    position = Position.objects.get()
    assert position.share == Decimal("1.50")
    assert answer.url == position.get_absolute_url()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("0,5", "0.50"), ("0.5", "0.50"), ("2", "2.00"), (" 1,25 ", "1.25")],
)
def test_shares_as_people_write_them(head: Client, typed: str, stored: str) -> None:
    post(head, "position_add", position_values(share=typed))
    assert Position.objects.get().share == Decimal(stored)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("50.000,00", "50000.00"),
        ("50.000", "50000.00"),
        ("50000", "50000.00"),
        ("50000,5 €", "50000.50"),
        ("1234.56", "1234.56"),
    ],
)
def test_money_as_people_write_it(head: Client, typed: str, stored: str) -> None:
    values = {"year": "2025", "kind": "staff", "paid_by": "county", "title": "Gehälter", "amount": typed}
    post(head, "cost_add", values | {"key": str(uuid4())})
    assert Cost.objects.get().amount == Decimal(stored)


@pytest.mark.parametrize("typed", ["viel", "1,2,3", "1.23,4", "-5", "1e5", "0", "5.0000"])
def test_what_is_no_amount_comes_back_as_typed(head: Client, typed: str) -> None:
    values = {"year": "2025", "kind": "staff", "paid_by": "county", "title": "Gehälter", "amount": typed}
    answer = post(head, "cost_add", values | {"key": str(uuid4())})
    assert answer.status_code == 200
    assert f'value="{typed}"' in answer.text
    assert "error-summary" in answer.text
    assert not Cost.objects.exists()


def test_overlapping_rate_is_a_sentence_at_the_form(head: Client) -> None:
    programme = make_programme()
    make_rate(programme)
    values = {"programme": str(programme.pk), "basis": "Neu", "starts_on": "2025-01-01", "role": "specialist"}
    values |= {"amount": "57.000", "per_fte": "1", "proration": "days", "source": "Bescheid", "key": str(uuid4())}
    answer = post(head, "rate_add", values, programme_pk=programme.pk)
    assert "Beenden Sie zuerst den bisherigen" in answer.text
    assert FundingRate.objects.count() == 1


def test_stale_save_shows_both_and_loses_neither(head: Client) -> None:
    position = make_position("Beratung")
    Position.objects.filter(pk=position.pk).update(title="Beratung und Netzwerk", lock_version=2)
    values = position_values(title="Beratung vor Ort", programme=str(position.programme_id))
    answer = post(head, "position_edit", values, pk=position.pk)
    assert answer.status_code == 409
    for part in ("Beratung und Netzwerk", "Beratung vor Ort"):
        assert part in answer.text


def test_post_of_status_changes_nothing(head: Client) -> None:
    use_report = make_report()
    values = {"starts_on": "2025-01-01", "ends_on": "2025-12-31", "due_on": "2026-06-30"}
    post(head, "report_edit", values | {"status": "accepted", "submitted_on": "2026-01-01"}, pk=use_report.pk)
    use_report.refresh_from_db()
    assert (use_report.status, use_report.due_on) == ("open", date(2026, 6, 30))


@pytest.mark.parametrize("name", ["position", "grant", "programme"])
def test_what_others_hang_on_is_not_deleted(head: Client, borken: dict[str, Position], name: str) -> None:
    grant = make_grant(borken["specialist"].programme)
    make_report(grant)
    record = {"position": borken["specialist"], "grant": grant, "programme": grant.programme}[name]
    answer = head.post(reverse(f"funding:{name}_delete", args=[record.pk]))
    assert answer.status_code == 400
    assert "Das geht nicht" in answer.text
    assert type(record)._default_manager.filter(pk=record.pk).exists()  # type: ignore[attr-defined]


def test_cost_deleted_leaves_its_year(head: Client) -> None:
    cost = Cost.objects.create(year=2025, kind="staff", paid_by="county", title="Gehälter", amount=1)
    answer = head.post(reverse("funding:cost_delete", args=[cost.pk]))
    assert answer.url == f"{reverse('funding:cost_list')}?jahr=2025"
    assert not Cost.objects.exists()


def test_grant_of_a_new_notice_is_proposed_with_its_authority(head: Client) -> None:
    programme = make_programme()
    assert 'value="Arnsberg"' in head.get(reverse("funding:grant_add")).text
    values = {
        "programme": str(programme.pk),
        "notice_number": "1/26",
        "authority": "Arnsberg",
        "starts_on": "2026-01-01",
    }
    post(head, "grant_add", values | {"amount": "170.000", "is_yearly": "on", "key": str(uuid4())})
    assert Grant.objects.get().amount == Decimal("170000.00")


def test_history_tells_who_changed_what(head: Client, lead: User) -> None:
    position = make_position("Beratung")
    values = position_values(title="Beratung vor Ort", programme=str(position.programme_id), share="1")
    post(head, "position_edit", values, pk=position.pk)
    text = head.get(reverse("funding:change_list")).text
    assert lead.get_full_name() in text
    assert "<del>Beratung</del> <ins>Beratung vor Ort</ins>" in text


def test_history_names_what_a_record_belongs_to(head: Client) -> None:
    first, second = make_programme("KI-Förderung"), make_programme("KOMM-AN")
    position = make_position("Beratung", programme=first)
    make_assignment(position, name="Mira Sandvoß")
    post(head, "position_edit", position_values(title="Beratung", programme=str(second.pk)), pk=position.pk)
    text = head.get(reverse("funding:change_list")).text
    assert "<del>KI-Förderung</del> <ins>KOMM-AN</ins>" in text
    assert "Besetzung „Mira Sandvoß“</strong> (Beratung) angelegt" in text


# What if


def test_what_if_reckons_without_saving(head: Client, borken: dict[str, Position]) -> None:
    rate = FundingRate.objects.get(role="specialist")
    before = [*Position.objects.values_list(), *FundingRate.objects.values_list()]
    query = {f"stelle-{borken['specialist'].pk}": "2", f"betrag-{rate.pk}": "57.000"}
    answer = head.get(reverse("funding:simulation"), query)
    result = answer.context["result"]
    assert (result.before.total, result.after.total) == (Decimal("170000.00"), Decimal("134000.00"))
    assert "−36.000,00 €" in answer.text
    assert before == [*Position.objects.values_list(), *FundingRate.objects.values_list()]


def test_what_if_posts_that_are_not_split_were_split(head: Client, borken: dict[str, Position]) -> None:
    Position.objects.filter(pk=borken["specialist"].pk).update(role="unsplit", share=Decimal("3.5"))
    borken["administration"].delete()
    query = {f"stelle-{borken['specialist'].pk}": "0", "neu-specialist": "3", "neu-administration": "0,5"}
    result = head.get(reverse("funding:simulation"), query).context["result"]
    assert (result.before.total, result.after.total) == (None, Decimal("170000.00"))


def test_what_if_with_nonsense_says_so(head: Client, borken: dict[str, Position]) -> None:
    answer = head.get(reverse("funding:simulation"), {"neu-specialist": "viele"})
    assert answer.context["result"] is None
    assert "error-summary" in answer.text


# Files


def cells(content: bytes) -> str:
    book = load_workbook(BytesIO(content))
    return "\n".join(
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None
    )


def test_workbook_holds_the_sheet_and_no_names(head: Client, borken: dict[str, Position]) -> None:
    Position.objects.filter(pk=borken["specialist"].pk).update(title="=1+1")
    answer = head.get(reverse("funding:sheet_workbook"))
    text = cells(answer.content)
    assert "Zwergdommel" not in text
    book = load_workbook(BytesIO(answer.content))
    grant = book["Zuwendung"]
    rows = {row[0].value: row[5].value for row in grant.iter_rows()}
    assert rows["Summe"] == 170000
    assert "f" not in {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert f"{timezone.localdate().year}.xlsx" in answer["Content-Disposition"]


def test_csv_of_the_year_holds_posts_and_offers_and_no_names(head: Client, borken: dict[str, Position]) -> None:
    topic = factories.make_topic("sprache", name="=Sprache")
    factories.make_offer("Kurs", topics=[topic])
    text = head.get(reverse("funding:figures_csv")).content.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text), delimiter=";"))
    assert ["Stellen", "Fachkraft", "Stellen im Jahresdurchschnitt", "Stellen", "3,0", "2,5"] in rows
    [offers] = [row for row in rows if row[0] == "Angebote"]
    assert (offers[1], offers[-1]) == ("'=Sprache", "1")
    assert "Zwergdommel" not in text
    assert "€" not in text


def test_csv_of_a_year_without_kept_numbers_says_so(head: Client, borken: dict[str, Position]) -> None:
    assert "für dieses Jahr nicht festgehalten" in head.get(reverse("funding:figures_csv"), {"jahr": "2019"}).text


@pytest.mark.parametrize("kind", list(pdf.Kind))
def test_document_is_made_by_a_job_that_holds_no_money(
    head: Client, borken: dict[str, Position], run_jobs: Any, kind: pdf.Kind
) -> None:
    answer = head.post(f"{reverse('funding:document_make', args=[kind.value])}?jahr=2025")
    job = Job.objects.get(kind="funding.render_document")
    assert job.arguments == [kind.value, "2025-01-01", "2025-12-31"]
    assert "wird erstellt" in head.get(answer.url).text
    [done] = run_jobs()
    assert done.error == ""
    assert "Das PDF ist fertig" in head.get(answer.url).text
    made = head.get(reverse("funding:document_file", args=[job.pk]))
    assert b"".join(made).startswith(b"%PDF-")  # type: ignore[arg-type]


def test_document_of_an_unknown_kind_not_found(head: Client) -> None:
    assert head.post(reverse("funding:document_make", args=["geheim"])).status_code == 404


@pytest.mark.parametrize("kind", list(pdf.Kind))
def test_printed_html_names_nobody_and_tells_the_sums(
    borken: dict[str, Position], centre: object, kind: pdf.Kind
) -> None:
    today = timezone.localdate()
    html = pdf.render_html(kind, pdf.time_of(f"{today.year}-01-01", f"{today.year}-12-31"), today)
    assert "Zwergdommel" not in html
    assert ("170.000,00 €" in html) == (kind == pdf.Kind.SHEET)


# The public summary


def test_nothing_is_public_before_the_head_publishes(
    client: Client, centre: object, borken: dict[str, Position]
) -> None:
    make_summary(is_published=False)
    assert client.get(reverse("funding:public_summary")).status_code == 404
    assert "stellen-und-foerderung" not in client.get(reverse("pages:about")).text


def test_public_summary_tells_posts_and_sums_and_no_names(
    client: Client, centre: object, borken: dict[str, Position]
) -> None:
    Position.objects.update(title="Stelle von Zwergdommel")
    make_summary(introduction="Wir sind ein Team.")
    text = client.get(reverse("funding:public_summary")).text
    for part in ("170.000,00 €", "Fachkraft", "5,5", "Wir sind ein Team."):
        assert part in text
    assert "Zwergdommel" not in text
    assert reverse("funding:public_summary") in client.get(reverse("pages:about")).text


def test_published_figures_stay_until_published_again(
    client: Client, head: Client, borken: dict[str, Position]
) -> None:
    summary = make_summary()
    assert head.get(summary.get_absolute_url()).context["is_up_to_date"]
    Position.objects.filter(role="specialist").update(share=Decimal(2))
    assert not head.get(summary.get_absolute_url()).context["is_up_to_date"]
    url = reverse("funding:public_summary")
    assert "170.000,00 €" in client.get(url).text
    head.post(summary.get_absolute_url(), {"verb": "publish", "publish-reason": ""})
    assert "120.000,00 €" in client.get(url).text
    head.post(summary.get_absolute_url(), {"verb": "withdraw", "withdraw-reason": ""})
    assert client.get(url).status_code == 404


def test_public_summary_says_when_the_sum_is_not_known(client: Client, centre: object) -> None:
    make_position(role="unsplit", share=Decimal("3.5"))
    make_summary()
    assert "noch nicht bekannt" in client.get(reverse("funding:public_summary")).text


def test_editor_cannot_publish(client: Client, editor: User) -> None:
    summary = make_summary(is_published=False)
    client.force_login(editor)
    assert client.post(summary.get_absolute_url(), {"verb": "publish"}).status_code == 403


def test_funding_is_not_in_the_admin(client: Client) -> None:
    client.force_login(factories.make_user(roles.ADMIN))
    assert client.get("/admin/funding/").status_code == 404
    assert client.get(reverse(SHEET)).status_code == 403
