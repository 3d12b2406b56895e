"""What people answer before a table is imported: rows that stay away, which record is meant, what holds."""

import pytest
from django.test import Client
from django.urls import reverse

from actors.models import Organisation
from kiportal.common.models import User
from offers import lifecycle
from offers.models import DataImport, DataImportRow, Offer
from offers.resources import running
from tests import factories
from tests.offers.tables import carry_out, csv_bytes, messages_of, no_progress, upload

OFFERS, ORGANISATIONS = "angebote", "organisationen"
Outcome, Match = DataImportRow.Outcome, DataImportRow.Match


@pytest.fixture
def provider(db: None) -> Organisation:
    return factories.make_organisation("Verein Brücke")


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def answer(staff: Client, data_import: DataImport, **said: str) -> str:
    numbers = [str(row.number) for row in data_import.rows.all()]
    data = {name.replace("_", "-"): text for name, text in said.items()}
    page = staff.post(reverse("offers:data_match", args=[data_import.pk]), data | {"zeile": numbers}, follow=True)
    return page.text


# Rows that stay away


@pytest.mark.django_db
def test_wrong_row_is_left_out_on_purpose_and_the_rest_is_imported(
    staff: Client, editor: User, provider: Organisation
) -> None:
    rows = [["Titel", "Träger", "Alter von"], ["Kurs", "Verein Brücke", ""], ["Treff", "Verein Brücke", "neun"]]
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    page = staff.get(data_import.get_absolute_url()).text
    assert "Diese Zeile nicht importieren" in page
    assert "Jetzt importieren" not in page
    assert "Jetzt importieren" in answer(staff, data_import, ohne_3="1")
    answer(staff, data_import)
    assert list(data_import.rows.values_list("outcome", flat=True)) == [Outcome.NEW, Outcome.ERROR]
    answer(staff, data_import, verb="auslassen")
    done = carry_out(data_import, editor)
    assert list(Offer.objects.values_list("title", flat=True)) == ["Kurs"]
    result = staff.get(done.get_absolute_url()).text
    assert "1 Zeile mit Fehlern, mit Absicht nicht importiert" in result
    assert "„neun“ ist keine ganze Zahl" in result


@pytest.mark.django_db
def test_row_without_errors_cannot_be_left_out(staff: Client, editor: User, provider: Organisation) -> None:
    data_import = upload(csv_bytes([["Titel", "Träger"], ["Kurs", "Verein Brücke"]]), OFFERS, editor)
    answer(staff, data_import, ohne_2="1")
    assert data_import.rows.get().outcome == Outcome.NEW


@pytest.mark.django_db
def test_answers_hold_when_the_same_rows_are_read_again(staff: Client, editor: User, provider: Organisation) -> None:
    place = factories.make_municipality("Netphen")
    factories.make_offer("Kurs", provider=provider, municipalities=[place], city="")
    rows = [
        ["Titel", "Träger", "Kommunen", "Ort"],
        ["Kurs", "Verein Brücke", "Netphen", "Netphen"],
        ["", "Verein Brücke", "", ""],
    ]
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    answer(staff, data_import, treffer_2="nein", ohne_3="1")
    data_import.refresh_from_db()
    lifecycle.map_columns(data_import, data_import.columns, {}, by=editor)
    running.read(data_import, no_progress)
    assert list(data_import.rows.values_list("outcome", "match")) == [("neu", "nein"), ("ohne", "")]


# Which record is meant, and what holds


def _matched(editor: User, provider: Organisation) -> tuple[Offer, DataImport]:
    place = factories.make_municipality("Netphen")
    topics = [factories.make_topic(name=name) for name in ("Sport", "Sprache", "Spiel")]
    offer = factories.make_offer("Kurs", provider=provider, municipalities=[place], city="", cost_kind="")
    offer.topics.set(topics)
    rows = [
        ["Titel", "Träger", "Kommunen", "Themen", "Ort", "Kosten", "Betrag in Euro"],
        ["Kurs", "Verein Brücke", "Netphen", "Sport", "Deuz", "kostet etwas", "5,00"],
    ]
    return offer, upload(csv_bytes(rows), OFFERS, editor)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "topics", "city"), [("luecken", {"Sport", "Sprache", "Spiel"}, "Deuz"), ("ja", {"Sport"}, "Deuz")]
)
def test_file_fills_gaps_or_its_values_hold(
    said: str, topics: set[str], city: str, staff: Client, editor: User, provider: Organisation
) -> None:
    offer, data_import = _matched(editor, provider)
    page = staff.get(data_import.get_absolute_url()).text
    assert 'value="luecken" id="luecken-2" checked' in page
    assert "(nur wenn die Werte der Datei gelten)" in page
    answer(staff, data_import, treffer_2=said)
    assert ("topics" in data_import.rows.get().changes) == (said == "ja")
    carry_out(data_import, editor)
    offer.refresh_from_db()
    assert {topic.name for topic in offer.topics.all()} == topics
    assert (offer.city, offer.cost_kind, str(offer.cost_amount)) == (city, "betrag", "5.00")


@pytest.mark.django_db
def test_gaps_are_filled_where_the_values_of_the_file_would_be_wrong(
    staff: Client, editor: User, provider: Organisation
) -> None:
    place = factories.make_municipality("Netphen")
    offer = factories.make_offer("Kurs", provider=provider, municipalities=[place], city="", age_to=12)
    rows = [["Titel", "Träger", "Kommunen", "Alter bis", "Ort"], ["Kurs", "Verein Brücke", "Netphen", "neun", "Deuz"]]
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    assert messages_of(data_import) == {
        2: ["Nur mit „nur Lücken füllen“ möglich: Alter bis: „neun“ ist keine ganze Zahl."]
    }
    answer(staff, data_import, treffer_2="ja")
    assert data_import.rows.get().outcome == Outcome.ERROR
    answer(staff, data_import, treffer_2="luecken")
    carry_out(data_import, editor)
    offer.refresh_from_db()
    assert (offer.age_to, offer.city) == (12, "Deuz")


@pytest.mark.django_db
def test_match_that_changes_nothing_needs_no_answer(editor: User) -> None:
    stored = factories.make_organisation("Sportverein", kind="verein", city="Netphen")
    rows = [["Name", "Art der Organisation", "Ort"], ["Sportverein", "Verein", "Netphen"]]
    row = upload(csv_bytes(rows), ORGANISATIONS, editor).rows.get()
    assert (row.outcome, row.match, row.organisation) == (Outcome.UNCHANGED, Match.CONFIRMED, stored)


@pytest.mark.django_db
def test_another_record_can_be_meant_but_only_one_that_was_offered(staff: Client, editor: User) -> None:
    first, second, other = (
        factories.make_organisation(name, city="Netphen")
        for name in ("Sportverein Netphen", "Sportverein Netphen 1920", "Chor")
    )
    rows = [["Name", "Art der Organisation", "Ort", "Telefon"], ["Sportverein Netphen", "Verein", "Netphen", "1"]]
    data_import = upload(csv_bytes(rows), ORGANISATIONS, editor)
    assert data_import.rows.get().organisation == first
    page = staff.get(data_import.get_absolute_url()).text
    assert "Sportverein Netphen 1920 (Netphen)" in page
    answer(staff, data_import, treffer_2="ja", eintrag_2=str(other.pk))
    assert data_import.rows.get().organisation == first
    answer(staff, data_import, treffer_2="luecken", eintrag_2=str(second.pk))
    carry_out(data_import, editor)
    assert set(Organisation.objects.filter(phone="1")) == {second}
    second.refresh_from_db()
    assert second.name == "Sportverein Netphen 1920"


@pytest.mark.django_db
def test_two_rows_never_mean_the_same_record(staff: Client, editor: User) -> None:
    first, second = (factories.make_organisation(name, city="Netphen") for name in ("Sportverein", "Sportverein 1920"))
    rows = [
        ["Name", "Art der Organisation", "Ort", "Telefon"],
        ["Sportverein", "Verein", "Netphen", "1"],
        ["Sportverein 1920", "Verein", "Netphen", "2"],
    ]
    data_import = upload(csv_bytes(rows), ORGANISATIONS, editor)
    page = answer(staff, data_import, treffer_2="luecken", eintrag_2=str(second.pk), treffer_3="luecken")
    assert "Zeile 2 und Zeile 3 meinen denselben Eintrag." in page
    assert list(data_import.rows.values_list("organisation", "match")) == [(first.pk, "offen"), (second.pk, "offen")]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 30])
def test_preview_asks_as_often_for_one_row_as_for_thirty(
    number: int, staff: Client, editor: User, provider: Organisation, django_assert_max_num_queries: object
) -> None:
    place = factories.make_municipality("Netphen")
    rows = [["Titel", "Träger", "Kommunen", "Ort"]]
    for index in range(number):
        factories.make_offer(f"Kurs {index}", provider=provider, municipalities=[place])
        rows.append([f"Kurs {index}", "Verein Brücke", "Netphen", "Netphen"])
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    with django_assert_max_num_queries(24):  # type: ignore[operator]
        assert staff.get(data_import.get_absolute_url()).status_code == 200
