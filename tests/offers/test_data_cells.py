"""What people write in their own tables is understood: dates, lists, costs, places."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from actors.models import Organisation
from kiportal.common.models import User
from offers import lifecycle
from offers.models import DataImport, DataImportRow, Offer
from offers.resources import OfferResource, mapping, running
from tests import factories
from tests.offers.tables import carry_out, csv_bytes, excel_bytes, messages_of, no_progress, upload

OFFERS, ORGANISATIONS = "angebote", "organisationen"
Outcome = DataImportRow.Outcome


@pytest.fixture
def provider(db: None) -> Organisation:
    return factories.make_organisation("Verein Brücke")


def imported(editor: User, **cells: str) -> Offer:
    values = {"Titel": "Kurs", "Träger": "Verein Brücke"} | cells
    done = carry_out(upload(csv_bytes([list(values), list(values.values())]), OFFERS, editor), editor)
    assert done.status == DataImport.Status.IMPORTED, messages_of(done)
    return Offer.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["1.9.26", "01.09.26", "1. 9. 2026", "2026-09-01"])
def test_day_may_have_a_year_of_two_digits(text: str, editor: User, provider: Organisation) -> None:
    assert imported(editor, **{"Angebot beginnt am": text}).valid_from == date(2026, 9, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Deutsch, Türkisch", {"Deutsch", "Türkisch"}),
        ("Deutsch/Türkisch", {"Deutsch", "Türkisch"}),
        ("Deutsch und Türkisch; Farsi", {"Deutsch", "Türkisch", "Farsi"}),
        ("Farsi/Dari, Deutsch", {"Farsi/Dari", "Deutsch"}),
        ("Deutsch,\nFarsi/Dari und Türkisch", {"Deutsch", "Farsi/Dari", "Türkisch"}),
    ],
)
def test_list_may_have_other_separators_and_a_name_with_one_wins(
    text: str, names: set[str], editor: User, provider: Organisation
) -> None:
    for name in ("Deutsch", "Türkisch", "Farsi", "Farsi/Dari"):
        factories.make_language(name=name)
    assert {language.name for language in imported(editor, Sprachen=text).languages.all()} == names


@pytest.mark.django_db
def test_unknown_part_of_a_list_is_named_alone(editor: User, provider: Organisation) -> None:
    factories.make_language(name="Deutsch")
    rows = [["Titel", "Träger", "Sprachen"], ["Kurs", "Verein Brücke", "Deutsch, Klingonisch"]]
    assert messages_of(upload(csv_bytes(rows), OFFERS, editor)) == {2: ["Sprachen: „Klingonisch“ gibt es hier nicht."]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cells", "kind", "amount", "note"),
    [
        ({"Kosten": "kostenlos"}, "kostenfrei", None, ""),
        ({"Kosten": "Gratis"}, "kostenfrei", None, ""),
        ({"Kosten": "0 €"}, "kostenfrei", None, ""),
        ({"Kosten": "5 €"}, "betrag", "5.00", ""),
        ({"Kosten": "5,00 EUR"}, "betrag", "5.00", ""),
        ({"Kosten": "1.012,50 Euro pro Jahr"}, "betrag", "1012.50", "pro Jahr"),
        ({"Kosten": "", "Betrag in Euro": "kostenlos"}, "kostenfrei", None, ""),
        ({"Kosten": "auf Anfrage"}, "auf-anfrage", None, ""),
    ],
)
def test_costs_are_understood_as_people_write_them(
    cells: dict[str, str], kind: str, amount: str | None, note: str, editor: User, provider: Organisation
) -> None:
    offer = imported(editor, **cells)
    found = None if offer.cost_amount is None else str(offer.cost_amount)
    assert (offer.cost_kind, found, offer.cost_note) == (kind, amount, note)


@pytest.mark.django_db
def test_new_kind_of_cost_takes_the_amount_with_it(editor: User, provider: Organisation) -> None:
    offer = factories.make_offer("Kurs", provider=provider, cost_kind="betrag", cost_amount="5.00")
    rows = [["Schlüssel", "Kosten"], [str(offer.uuid), "kostenfrei"]]
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    assert data_import.rows.get().changes["cost_amount"] == ["5,00", ""]
    carry_out(data_import, editor)
    offer.refresh_from_db()
    assert (offer.cost_kind, offer.cost_amount) == ("kostenfrei", None)
    again = [["Schlüssel", "Kosten", "Betrag in Euro"], [str(offer.uuid), "kostenfrei", "7"]]
    assert messages_of(upload(csv_bytes(again), OFFERS, editor)) == {2: ["Ein Betrag gehört nur zu „kostet etwas“."]}


# Places and defaults


@pytest.mark.django_db
def test_column_of_towns_feeds_address_and_municipality(editor: User, provider: Organisation) -> None:
    place = factories.make_municipality("Netphen")
    headers = ["Angebot", "Anbieter", "Stadt"]
    assert mapping.guesses(OfferResource(), headers) == ["title", "provider", "city+municipalities"]
    rows = [headers, ["Kurs", "Verein Brücke", "Netphen"], ["Treff", "Verein Brücke", "Deuz"]]
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    lifecycle.map_columns(data_import, ["title", "provider", "city+municipalities"], {}, by=editor)
    running.read(data_import, no_progress)
    assert messages_of(data_import) == {
        3: ["Hinweis: „Deuz“ steht nur in der Anschrift, denn so heißt hier keine Kommune."]
    }
    carry_out(data_import, editor)
    found = {offer.title: (offer.city, list(offer.municipalities.all())) for offer in Offer.objects.all()}
    assert found == {"Kurs": ("Netphen", [place]), "Treff": ("Deuz", [])}


@pytest.mark.django_db
def test_provider_and_municipality_may_be_said_once_for_a_file(editor: User, provider: Organisation) -> None:
    place = factories.make_municipality("Netphen")
    stored = factories.make_offer("Nähkurs", provider=provider, municipalities=[place])
    data_import = upload(csv_bytes([["A"], ["Kurs"], ["Nähkurs"]]), OFFERS, editor)
    defaults = {"provider": "Verein Brücke", "municipalities": "Netphen"}
    lifecycle.map_columns(data_import, ["title"], defaults, by=editor)
    running.read(data_import, no_progress)
    assert list(data_import.rows.values_list("outcome", "offer")) == [
        (Outcome.NEW, None),
        (Outcome.UNCHANGED, stored.pk),
    ]
    carry_out(data_import, editor)
    offer = Offer.objects.get(title="Kurs")
    assert (offer.provider, list(offer.municipalities.all())) == (provider, [place])


# The same twice


@pytest.mark.django_db
def test_identical_rows_are_one_and_others_of_the_same_name_are_told_by_place(
    editor: User, provider: Organisation
) -> None:
    for name in ("Netphen", "Burbach"):
        factories.make_municipality(name)
    rows = [
        ["Titel", "Träger", "Kommunen", "Zeiten in Worten"],
        ["Kurs", "Verein Brücke", "Netphen", ""],
        ["Kurs", "Verein Brücke", "Burbach", ""],
        ["Kurs", "Verein Brücke", "Netphen", ""],
        ["Kurs", "Verein Brücke", "Netphen", "abends"],
    ]
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    assert list(data_import.rows.values_list("outcome", flat=True)) == ["neu", "neu", "doppelt", "neu"]
    assert messages_of(data_import) == {
        4: ["Zeile 2 ist genau dieselbe. Importiert wird sie einmal."],
        5: ["Hinweis: Zeile 2 hat denselben Namen und Ort."],
    }
    done = carry_out(data_import, editor)
    assert done.counts["doppelt"] == 1
    assert Offer.objects.count() == 3


# What would be lost


@pytest.mark.django_db
def test_row_says_what_would_be_lost(editor: User) -> None:
    rows: list[list[Any]] = [
        ["Name", "Art der Organisation", "Telefon", "Postleitzahl"],
        ["Chor", "Verein", 271123456, 1234, "übrig"],
        ["=A2", "Verein", "0271 1", "57072"],
    ]
    data_import = upload(excel_bytes(rows), ORGANISATIONS, editor)
    assert messages_of(data_import) == {
        2: [
            "Hinweis: Rechts von der letzten Überschrift steht noch „übrig“. Das wird nicht importiert.",
            "Hinweis: Telefon: „271123456“ beginnt ohne Null. Hat Excel sie weggelassen?",
            "Hinweis: Postleitzahl: „1234“ wird zu „01234“.",
        ],
        3: ["Name: enthält eine Formel ohne Ergebnis (=A2). Öffnen Sie die Datei in Excel und speichern Sie sie neu."],
    }
    assert list(data_import.rows.values_list("outcome", flat=True)) == [Outcome.NEW, Outcome.ERROR]


@pytest.mark.django_db
def test_headings_under_a_title_are_found_and_another_row_can_be_chosen(
    client: Client, editor: User, provider: Organisation
) -> None:
    rows = [["Übersicht Angebote Kreis 2026", ""], ["Titel", "Träger"], ["Kurs", "Verein Brücke"]]
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    assert (data_import.status, data_import.rows.get().number) == (DataImport.Status.READY, 3)
    client.force_login(editor)
    url = reverse("offers:data_columns", args=[data_import.pk])
    assert "Überschriften stehen in Zeile 2." in client.get(url).text
    client.post(url, {"verb": "ueberschriften", "zeile": "99"})
    data_import.refresh_from_db()
    assert data_import.status == DataImport.Status.READY
    client.post(url, {"verb": "ueberschriften", "zeile": "1"})
    data_import.refresh_from_db()
    running.read(data_import, no_progress)
    data_import.refresh_from_db()
    assert (data_import.status, data_import.headers) == (
        DataImport.Status.MAPPING,
        ["Übersicht Angebote Kreis 2026"],
    )
