"""The pages of coverage: table, list of white spots, what stands behind a number, spreadsheet, snapshot, needs."""

import csv
import html
import re
import uuid
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from actors.models import Language, Municipality
from kiportal.common.models import StatusChange, User
from offers import coverage, vain
from offers.coverage import pdf, snapshots
from offers.coverage_filters import CoverageFilters
from offers.models import CoverageSnapshot, HiddenWords, Need, Offer, Topic, VainSearch
from offers.views.coverage import sheet_of
from tests import factories
from tests.offers.journey import shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

TABLE = "/arbeitsplatz/abdeckung/"
BEHIND = f"{TABLE}angebote/"
XLSX = f"{TABLE}abdeckung.xlsx"
RECORD = "/arbeitsplatz/rueckmeldungen/luecke/neu/"


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def world(db: None) -> dict[str, Any]:
    """Two places, two topics; everything about culture is for the whole Kreis or in Hier, nothing about sport."""
    here, there = (factories.make_municipality(slug.title(), slug=slug) for slug in ("hier", "dort"))
    kultur, sport = (factories.make_topic(slug) for slug in ("kultur", "sport"))
    chor = factories.make_offer("Chor", municipalities=[here], topics=[kultur])
    tanz = factories.make_offer("Tanz", is_countywide=True, municipalities=[], topics=[kultur])
    return {"here": here, "there": there, "kultur": kultur, "sport": sport, "chor": chor, "tanz": tanz}


def cells(sheet: Any) -> dict[tuple[str, str], tuple[int, int]]:
    return {(cell.row, cell.column): tuple(cell.now) for row in sheet.rows for cell in row.cells}


# The table


def test_table_shows_both_numbers_and_marks_white_spots_in_words(staff: Client, world: dict[str, Any]) -> None:
    answer = staff.get(TABLE)
    sheet = answer.context["sheet"]
    assert cells(sheet) == {
        ("dort", "kultur"): (1, 0),
        ("dort", "sport"): (0, 0),
        ("hier", "kultur"): (2, 1),
        ("hier", "sport"): (0, 0),
    }
    assert (sheet.gap_count, sheet.pair_count, tuple(sheet.totals.total.now)) == (2, 4, (2, 1))
    assert answer.text.count('<td class="coverage__gap">') == 2
    assert answer.text.count('keins<span class="kern-sr-only"> (weißer Fleck)</span>') == 2
    assert "1 vor Ort" in answer.text
    assert "2 weiße Flecken" in answer.text


def test_white_spot_may_mean_nothing_on_the_spot(staff: Client, world: dict[str, Any]) -> None:
    sheet = staff.get(TABLE, {"fleck": "vor-ort"}).context["sheet"]
    assert [(gap.row, gap.column) for row in sheet.rows for gap in row.gaps] == [
        ("dort", "kultur"),
        ("dort", "sport"),
        ("hier", "sport"),
    ]


def test_only_white_spots_leaves_out_rows_and_columns_without_one(staff: Client, world: dict[str, Any]) -> None:
    sheet = staff.get(TABLE, {"weiss": "1"}).context["sheet"]
    assert [value for value, _label in sheet.columns] == ["sport"]
    assert tuple(sheet.totals.total.now) == (2, 1)
    factories.make_offer("Lauf", is_countywide=True, municipalities=[], topics=[world["sport"]])
    page = staff.get(TABLE, {"weiss": "1"})
    assert (page.context["sheet"].rows, "Keine weißen Flecken" in page.text) == ((), True)


def test_list_of_white_spots_names_them_by_row(staff: Client, world: dict[str, Any]) -> None:
    page = staff.get(TABLE, {"ansicht": "flecken", "zeile": "thema", "spalte": "kommune"})
    assert "2 von 2" in page.text
    assert f"{BEHIND}?zeile=thema&amp;spalte=kommune&amp;thema=sport&amp;kommune=dort" in page.text
    assert "<table" not in page.text.partition('<section class="stack" aria-labelledby="mitnehmen">')[0]


@pytest.mark.parametrize(
    ("sorting", "expected"),
    [
        ("liste", ["dort", "hier"]),
        ("name", ["dort", "hier"]),
        ("angebote", ["hier", "dort"]),
        ("flecken", ["hier", "dort"]),
        ("bedarfe", ["hier", "dort"]),
    ],
)
def test_rows_are_sorted(staff: Client, world: dict[str, Any], sorting: str, expected: list[str]) -> None:
    Need.objects.create(text="Lauftreff", municipality=world["here"], topic=world["sport"])
    factories.make_offer("Tanz dort", municipalities=[world["there"]], topics=[world["sport"]])
    for number in range(3):
        factories.make_offer(f"Hier {number}", municipalities=[world["here"]], topics=[world["kultur"]])
    sheet = staff.get(TABLE, {"sortierung": sorting}).context["sheet"]
    assert [row.value for row in sheet.rows] == expected


@pytest.mark.parametrize(
    ("query", "axes", "words"),
    [
        ("zeile=mond", ("kommune", "thema"), "Zeilen: mond"),
        ("spalte=mond&zeile=art", ("art", "thema"), "Spalten: mond"),
        ("zeile=thema&spalte=thema", ("thema", "kommune"), "Zeilen und Spalten zeigen Verschiedenes"),
        ("zeile=thema", ("thema", "kommune"), ""),
        ("kommune=mond", ("kommune", "thema"), "Kommune: mond"),
        ("fleck=mond", ("kommune", "thema"), "Weißer Fleck ist, wo es: mond"),
        ("vergleich=2020-01-01", ("kommune", "thema"), "Vergleichen mit: 2020-01-01"),
        ("mond=1", ("kommune", "thema"), "Den Filter „mond“ gibt es hier nicht"),
        ("seite=nichts", ("kommune", "thema"), ""),
    ],
)
def test_unknown_parameters_are_ignored_with_a_notice(
    staff: Client, world: dict[str, Any], query: str, axes: tuple[str, str], words: str
) -> None:
    for address in (TABLE, BEHIND):
        answer = staff.get(f"{address}?{query}")
        assert answer.status_code == 200
        assert (answer.context["filters"].row, answer.context["filters"].column) == axes
        assert [words in notice for notice in answer.context["notices"]] == ([True] if words else [])
        assert words in answer.text


def test_table_without_reference_data_says_so(staff: Client) -> None:
    Topic.objects.all().delete()
    Municipality.objects.all().delete()
    assert "Nichts zu zählen" in staff.get(TABLE).text


def test_table_takes_the_same_queries_with_one_and_thirty_offers(staff: Client, world: dict[str, Any]) -> None:
    snapshots.take(timezone.localdate() - timedelta(days=3))
    url = f"{TABLE}?vergleich={timezone.localdate() - timedelta(days=3)}"

    def queries(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert staff.get(address).status_code == 200
        return len(captured)

    addresses = [url, f"{TABLE}?ansicht=flecken", XLSX, f"{BEHIND}?kommune=hier&thema=kultur"]
    before = [queries(address) for address in addresses]
    for number in range(30):
        factories.make_offer(f"Angebot {number}", municipalities=[world["here"]], topics=[world["kultur"]])
        Need.objects.create(text="Chor", municipality=world["here"], topic=world["kultur"])
    assert [queries(address) for address in addresses] == before
    assert max(before) <= 24  # 7 of them load the index, which a test's own transaction cannot share


# What stands behind a number


def test_number_leads_to_its_offers_and_needs(staff: Client, world: dict[str, Any]) -> None:
    wanted = Need.objects.create(text="Ein Chor für alle", municipality=world["here"], topic=world["kultur"])
    Need.objects.create(text="Etwas anderes", municipality=world["there"], topic=world["kultur"])
    page = staff.get(f"{BEHIND}?kommune=hier&thema=kultur")
    assert [offer for offer, _where in page.context["rows"]] == [world["chor"], world["tanz"]]
    assert list(page.context["needs"]) == [wanted]
    assert [(tab["label"], tab["count"]) for tab in page.context["tabs"]] == [
        ("Alle", 2),
        ("Vor Ort", 1),
        ("Im ganzen Kreis", 1),
    ]
    nearby = staff.get(f"{BEHIND}?kommune=hier&thema=kultur&reichweite=vor-ort")
    assert [offer for offer, _where in nearby.context["rows"]] == [world["chor"]]


def test_every_cell_links_to_as_many_offers_and_needs_as_it_says(staff: Client, world: dict[str, Any]) -> None:
    factories.make_offer("Ohne Thema", municipalities=[world["there"]], topics=[])
    Need.objects.create(text="Lauftreff", municipality=world["here"], topic=world["sport"])
    page = staff.get(f"{TABLE}?art={world['chor'].offer_type.slug}&art={world['tanz'].offer_type.slug}")
    sheet, filters = page.context["sheet"], page.context["filters"]
    for row in (*sheet.rows, sheet.totals):
        for cell in (*row.cells, row.total):
            values = {"kommune": cell.row, "thema": cell.column}
            behind = staff.get(BEHIND + filters.within(**{name: value for name, value in values.items() if value}))
            assert behind.context["tabs"][0]["count"] == cell.now.offers, values
            if cell.needs is not None and cell.row and cell.column:
                assert behind.context["needs"].count() == cell.needs, values


def test_offers_without_a_value_have_a_row_of_their_own(staff: Client, world: dict[str, Any]) -> None:
    lost = factories.make_offer("Ohne Thema", municipalities=[world["there"]], topics=[])
    sheet = staff.get(TABLE, {"zeile": "thema"}).context["sheet"]
    assert [row.label for row in sheet.rows] == ["Kultur", "Sport", "ohne Angabe"]
    page = staff.get(f"{BEHIND}?thema={coverage.WITHOUT}")
    assert [offer for offer, _where in page.context["rows"]] == [lost]


def test_white_spot_leads_to_an_empty_list_and_a_filled_in_form(staff: Client, world: dict[str, Any]) -> None:
    page = staff.get(f"{BEHIND}?kommune=dort&thema=sport&kosten=kostenfrei")
    assert "Hier gibt es kein Angebot" in page.text
    assert "Bedarfe sagen nichts zu: Kosten" in page.text
    form = staff.get(page.context["record_url"]).context["form"]
    assert (form["municipality"].value(), form["topic"].value()) == (world["there"].pk, world["sport"].pk)


# Earlier days


def test_comparison_shows_old_new_and_difference(staff: Client, world: dict[str, Any]) -> None:
    day = timezone.localdate() - timedelta(days=40)
    Offer.objects.filter(pk=world["tanz"].pk).update(published_at=timezone.now() - timedelta(days=50))
    snapshots.take_earlier(day)
    page = staff.get(TABLE, {"vergleich": day.isoformat()})
    [cell] = [cell for row in page.context["sheet"].rows for cell in row.cells if cell.now.offers == 2]
    assert (cell.was.offers, cell.signed_change) == (1, "+1")
    assert "vorher 1, +1" in page.text
    assert "vorher 0, ±0" not in page.text
    assert "vorher 1, ±0" in page.text
    world["chor"].topics.set([])
    world["tanz"].topics.set([])
    assert "vorher 1, −1" in staff.get(TABLE, {"vergleich": day.isoformat()}).text


def test_two_kept_days_say_which_white_spots_closed_and_opened(staff: Client, world: dict[str, Any]) -> None:
    """The older day is compared with the younger one, in whichever field it was chosen."""
    older, younger = (timezone.localdate() - timedelta(days=days) for days in (40, 20))
    snapshots.take(older)
    world["chor"].topics.set([world["sport"]])
    world["tanz"].topics.set([])
    snapshots.take(younger)
    world["chor"].topics.set([])
    for chosen in ((younger, older), (older, younger)):
        address = {"stand": chosen[0].isoformat(), "vergleich": chosen[1].isoformat(), "ansicht": "flecken"}
        page = staff.get(TABLE, address)
        sheet = page.context["sheet"]
        assert (sheet.as_of, sheet.compared_on) == (younger, older)
        assert [(cell.row, cell.column) for cell in sheet.closed] == [("hier", "sport")]
        assert sorted((cell.row, cell.column) for cell in sheet.opened) == [("dort", "kultur"), ("hier", "kultur")]
        assert "1 weißer Fleck geschlossen, 2 neu" in page.text
        assert "Hier · Sport" in page.text
    facts = [row[1] for row in load_workbook(BytesIO(staff.get(XLSX, address).content))["Angaben"].values]
    assert any("1 weißer Fleck geschlossen, 2 neu" in str(fact) for fact in facts)
    today = staff.get(TABLE, {"vergleich": younger.isoformat()}).context["sheet"]
    assert [(cell.row, cell.column) for cell in today.opened] == [("hier", "sport")]
    assert today.closed == ()


def test_languages_without_offers_and_needs_are_left_out_unless_wanted(staff: Client, world: dict[str, Any]) -> None:
    spoken, needed, unused = (factories.make_language(slug, name=slug.upper()) for slug in ("aa", "bb", "cc"))
    world["chor"].languages.set([spoken])
    world["tanz"].languages.set([])
    Need.objects.create(text="Kurs", municipality=world["here"], language=needed)
    address = {"zeile": "sprache", "spalte": "kommune"}

    def values(**more: str) -> set[str]:
        return {row.value for row in staff.get(TABLE, address | more).context["sheet"].rows}

    assert values() == {spoken.slug, needed.slug, coverage.WITHOUT}
    assert values(leer="ein") == {*Language.objects.values_list("slug", flat=True), coverage.WITHOUT}
    assert values(sprache=unused.slug) == {unused.slug}
    sheet = staff.get(TABLE, address).context["sheet"]
    assert sheet.pair_count == 4
    assert "Sprachen ohne Angebote und Bedarfe sind nicht gezeigt" in " ".join(sheet.explanations)
    printed = pdf.printable(sheet)
    assert "CC" not in [row["label"] for row in printed["tables"][0]["rows"]]
    _header, *rows = load_workbook(BytesIO(staff.get(XLSX, address).content))["Abdeckung"].values
    assert "CC" not in [row[0] for row in rows]
    shown = staff.get(TABLE, {"leer": "aus"}).context["sheet"]
    assert [value for value, _label in shown.columns] == ["kultur"]


def test_earlier_day_is_compared_within_the_filters(staff: Client, world: dict[str, Any]) -> None:
    day = timezone.localdate()
    Offer.objects.filter(pk=world["chor"].pk).update(cost_kind="kostenfrei")
    Offer.objects.filter(pk=world["tanz"].pk).update(cost_kind="betrag", cost_amount=5)
    snapshots.take(day)
    world["chor"].topics.set([world["sport"]])
    address = {"vergleich": day.isoformat(), "kosten": "kostenfrei"}
    page = staff.get(TABLE, address)
    sheet = page.context["sheet"]
    assert (sheet.totals.total.now.offers, sheet.totals.total.was) == (1, coverage.Count(1, 1))
    assert [(cell.row, cell.column) for cell in sheet.closed] == [("hier", "sport")]
    assert [(cell.row, cell.column) for cell in sheet.opened] == [("hier", "kultur")]
    assert page.context["notices"] == []
    book = load_workbook(BytesIO(staff.get(XLSX, address).content))
    header, *rows = book["Veränderungen"].values
    assert header[:3] == ("Kommune", "Thema", "weißer Fleck")
    assert rows == [("Hier", "Sport", "geschlossen", 0, 1), ("Hier", "Kultur", "neu", 1, 0)]
    assert "Weiße Flecken, die geschlossen oder neu sind" in pdf.render_html(pdf.printable(sheet))
    assert "Veränderungen" not in load_workbook(BytesIO(staff.get(XLSX).content)).sheetnames


def test_number_of_an_earlier_day_leads_to_todays_offers_and_says_so(staff: Client, world: dict[str, Any]) -> None:
    day = timezone.localdate() - timedelta(days=20)
    snapshots.take(day)
    page = staff.get(TABLE, {"stand": day.isoformat()})
    link = html.unescape(re.search(r'href="([^"]*kommune=hier[^"]*)"', page.text)[1])  # type: ignore[index]
    assert f"Die Zahl in der Tabelle ist die vom {day:%d.%m.%Y}." in staff.get(link).text
    assert "Die Zahl in der Tabelle" not in staff.get(link.replace("stand=", "s=")).text


def test_needs_stand_in_the_sums_where_only_columns_can_have_them(staff: Client, world: dict[str, Any]) -> None:
    Need.objects.create(text="Lauftreff", municipality=world["here"], topic=world["sport"])
    address = {"zeile": "art", "spalte": "thema"}
    sheet = staff.get(TABLE, address).context["sheet"]
    assert [cell.needs for cell in sheet.totals.cells if cell.column == "sport"] == [1]
    assert sheet.totals.total.needs == 1
    header, *_rows, sums = load_workbook(BytesIO(staff.get(XLSX, address).content))["Abdeckung"].values
    assert dict(zip(header, sums, strict=True))["Sport: Bedarfe"] == 1


def test_comparison_names_values_that_are_gone(staff: Client, world: dict[str, Any]) -> None:
    day = timezone.localdate()
    factories.make_offer("Alt", municipalities=[world["here"]], topics=[factories.make_topic("frueher")])
    snapshots.take(day)
    Topic.objects.filter(slug="frueher").update(slug="heute")
    assert "gibt es nicht mehr: frueher" in staff.get(TABLE, {"vergleich": day.isoformat()}).text


def test_staff_keep_the_numbers_of_today(staff: Client, world: dict[str, Any]) -> None:
    for _time in range(2):
        assert staff.post(f"{TABLE}stand/")["Location"] == TABLE
    assert CoverageSnapshot.objects.get().facts["offers"] == 2
    assert "Der heutige Stand ist schon festgehalten." in staff.get(TABLE).text


# Spreadsheet


def test_csv_holds_the_numbers_of_the_workbook(staff: Client, world: dict[str, Any]) -> None:
    Municipality.objects.filter(slug="hier").update(name="=Hier")
    answer = staff.get(f"{TABLE}abdeckung.csv", {"kosten": "kostenfrei"})
    assert f'filename="abdeckung-{timezone.localdate()}.csv"' in answer["Content-Disposition"]
    lines = list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    sheet = load_workbook(BytesIO(staff.get(XLSX, {"kosten": "kostenfrei"}).content))["Abdeckung"]
    same = [["" if value is None else str(value) for value in row] for row in sheet.values]
    assert [[cell.removeprefix("'") for cell in line] for line in lines] == same
    assert "'=Hier" in [line[0] for line in lines]


def test_workbook_holds_the_table_with_date_and_filters(staff: Client, world: dict[str, Any]) -> None:
    Need.objects.create(text="Lauftreff", municipality=world["here"], topic=world["sport"])
    answer = staff.get(XLSX, {"kosten": "kostenfrei"})
    today = timezone.localdate()
    assert answer["Content-Disposition"] == f'attachment; filename="abdeckung-{today:%Y-%m-%d}.xlsx"'
    book = load_workbook(BytesIO(answer.content))
    numbers, about = book["Abdeckung"], dict(book["Angaben"].iter_rows(values_only=True))
    kinds = ("Angebote", "vor Ort", "Bedarfe")
    heads = [f"{label}: {kind}" for label in ("Kultur", "Sport", "Gesamt") for kind in kinds]
    assert list(numbers.iter_rows(values_only=True)) == [
        ("Kommune", *heads, "weiße Flecken"),
        ("Dort", 1, 0, 0, 0, 0, 0, 1, 0, 0, 1),
        ("Hier", 2, 1, 0, 0, 0, 1, 2, 1, 1, 1),
        ("Gesamt", 2, 1, 0, 0, 0, 1, 2, 1, 1, 2),
    ]
    assert (about["Stand"], about["Filter: Kosten"]) == (f"{today:%d.%m.%Y}", "kostenfrei")
    assert numbers.freeze_panes == "B2"


def test_workbook_has_no_formulas_whatever_a_place_is_called(staff: Client, world: dict[str, Any]) -> None:
    Municipality.objects.filter(slug="hier").update(name="=1+1")
    book = load_workbook(BytesIO(staff.get(XLSX).content))
    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in found if cell.data_type == "f"] == []
    assert "=1+1" in [cell.value for cell in found]


def test_workbook_of_a_comparison_holds_old_and_difference(staff: Client, world: dict[str, Any]) -> None:
    day = timezone.localdate()
    snapshots.take(day)
    address = {"vergleich": day.isoformat(), "zeile": "art", "spalte": "thema"}
    header, *_rows, total = load_workbook(BytesIO(staff.get(XLSX, address).content))["Abdeckung"].values
    assert header[1:4] == ("Kultur: Angebote", f"Kultur: am {day:%d.%m.%Y}", "Kultur: Änderung")
    assert total[1:4] == (2, 2, 0)


# Words searched in vain


def test_words_searched_in_vain_stand_beside_the_table(staff: Client, world: dict[str, Any]) -> None:
    assert "blieb keine Suche ohne Treffer" in staff.get(TABLE).text
    for place in ("", "hier", "hier"):
        vain.count(vain.words_of("lauftreff"), language="de", municipality=place)
        VainSearch.objects.update(counted_at=timezone.now() - vain.PAUSE)
    vain.count(vain.words_of("wochenmarkt"), language="de", municipality="dort")
    long_ago = timezone.localdate() - timedelta(days=vain.MISSED_DAYS)
    VainSearch.objects.create(day=long_ago, words="alt", typed="alt", language="de", counted_at=timezone.now())
    HiddenWords.objects.create(words="wochenmarkt", typed="wochenmarkt")
    found = [(row.words, row.number, places) for row, places in staff.get(TABLE).context["sheet"].missed]
    assert found == [("lauftreff", 3, "Hier")]
    here = staff.get(TABLE, {"zeile": "thema", "spalte": "sprache", "kommune": "hier"})
    assert [row.number for row, _places in here.context["sheet"].missed] == [2]
    assert "in den gewählten Kommunen" in here.text
    assert staff.get(TABLE, {"kommune": "dort"}).context["sheet"].missed == ()
    book = load_workbook(BytesIO(staff.get(XLSX).content))
    assert list(book["Suchworte"].values)[1:] == [("lauftreff", 3, "Hier")]
    assert '<th scope="row">lauftreff</th><td>3</td><td>Hier</td>' in pdf.render_html(
        pdf.printable(sheet_of(CoverageFilters(None)))
    )


# Needs


def test_staff_record_a_need_once_and_it_counts_at_once(staff: Client, world: dict[str, Any], editor: User) -> None:
    data = shown(staff.get(f"{RECORD}?kommune=hier&thema=sport&sprache=mond").context["form"])
    data |= {"text": "In der Bürgerversammlung: ein Lauftreff", "status": "answered"}
    first, second = staff.post(RECORD, data), staff.post(RECORD, data)
    need = Need.objects.get()
    assert first["Location"] == second["Location"] == need.get_absolute_url()
    assert (need.status, need.municipality, need.topic, need.email) == ("noted", world["here"], world["sport"], "")
    assert StatusChange.objects.for_target(need).get().by_user == editor
    [row] = [row for row in staff.get(TABLE).context["sheet"].rows if row.value == "hier"]
    assert row.total.needs == 1


def test_need_without_words_comes_back_with_a_sentence(staff: Client) -> None:
    answer = staff.post(RECORD, {"key": uuid.uuid4(), "lock_version": 1, "text": ""})
    assert (answer.status_code, "text" in answer.context["form"].errors) == (200, True)
    assert not Need.objects.exists()


def test_need_is_put_into_its_cell(staff: Client, world: dict[str, Any]) -> None:
    need = Need.objects.create(text="Ein Lauftreff", name="Zoë")
    assert "1 Bedarf steht in keinem Feld" in staff.get(TABLE).text
    url = f"{need.get_absolute_url()}zuordnen/"
    assert url in staff.get(need.get_absolute_url()).text
    data = shown(staff.get(url).context["form"]) | {"municipality": world["here"].pk, "topic": world["sport"].pk}
    staff.post(url, data | {"status": "answered", "text": "anders"})
    need.refresh_from_db()
    assert (need.municipality, need.topic, need.status, need.text) == (
        world["here"],
        world["sport"],
        "open",
        "Ein Lauftreff",
    )
    stale = staff.post(url, data | {"topic": world["kultur"].pk})
    assert (stale.status_code, "Kultur" in stale.text) == (409, True)
    need.refresh_from_db()
    assert need.topic == world["sport"]
