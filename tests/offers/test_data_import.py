"""Import of organisations and offers: what a file does, all or nothing, and how it is taken back."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actors.models import ContactPerson, Organisation
from kiportal.common import roles
from kiportal.common.models import Job, StatusChange, User
from kiportal.common.transitions import TransitionError
from offers import lifecycle, rows
from offers.models import ColumnMapping, DataImport, DataImportRow, Offer
from offers.permissions import can_release_offer
from offers.resources import running
from tests import factories
from tests.offers.tables import carry_out, csv_bytes, excel_bytes, messages_of, no_progress, take_back, upload

Outcome = DataImportRow.Outcome
Status = DataImport.Status
OFFERS, ORGANISATIONS = "angebote", "organisationen"


@pytest.fixture
def provider(db: None) -> Organisation:
    return factories.make_organisation("Verein Brücke")


def outcomes(data_import: DataImport) -> list[str]:
    return list(data_import.rows.values_list("outcome", flat=True))


# New records


@pytest.mark.django_db
def test_new_offer_waits_in_the_review_with_all_that_the_table_says(editor: User, provider: Organisation) -> None:
    topic, place = factories.make_topic(name="Sport; Spiel"), factories.make_municipality("Netphen")
    headers = {
        "Titel": "Nähkurs",
        "Träger": "verein bruecke",
        "Themen": r"Sport\; Spiel",
        "Kommunen": "Netphen",
        "Kosten": "kostet etwas",
        "Betrag in Euro": "1.012,50 €",
        "Angebot beginnt am": "1.9.2026",
        "vor Ort": "nein",
        "online": "x",
        "Öffnungszeiten": "Mo 9:00-12:00; Mittwoch 14.00 bis 16.00 Uhr",
        "Termine": "22.11.2026 18:00–20:00 (mit Anmeldung)",
        "Barrierefreiheit": "Aufzug: ja; WC für Rollstühle: teilweise (eng)",
        "Partner": "AWO (Förderung); Verein Brücke",
        "Kontakt: Funktion": "Büro",
        "Kontakt: Telefon": "+49 271 123",
        "Beschreibung": "Wir nähen.\n\n- Stoff\n- Garn",
        "Internetseite": "www.example.org",
    }
    done = carry_out(upload(csv_bytes([list(headers), list(headers.values())]), OFFERS, editor), editor)
    assert done.status == Status.IMPORTED, (done.problem, messages_of(done))
    offer = Offer.objects.get(title="Nähkurs")
    assert (offer.status, offer.provider, offer.slug) == (Offer.Status.SUBMITTED, provider, None)
    assert offer.submitted_at is not None
    assert list(offer.topics.all()) == [topic]
    assert list(offer.municipalities.all()) == [place]
    assert (offer.cost_kind, str(offer.cost_amount), offer.valid_from) == ("betrag", "1012.50", date(2026, 9, 1))
    assert (offer.is_on_site, offer.is_online, offer.website) == (False, True, "https://www.example.org")
    assert [str(row) for row in offer.opening_hours.all()] == ["Montag 09:00–12:00", "Mittwoch 14:00–16:00"]
    assert [str(row) for row in offer.dates.all()] == ["22.11.2026 18:00"]
    assert [(row.feature, row.state, row.note) for row in offer.access_features.all()] == [
        ("wc", "teilweise", "eng"),
        ("aufzug", "ja", ""),
    ]
    assert [(row.role, row.organisation, row.name) for row in offer.partners.all()] == [
        ("foerderer", None, "AWO"),
        ("kooperation", provider, ""),
    ]
    assert offer.contact is not None
    assert (offer.contact.organisation, offer.contact.phone) == (provider, "+49 271 123")
    assert offer.description == "<p>Wir nähen.</p><ul><li>Stoff</li><li>Garn</li></ul>"
    change = StatusChange.objects.for_target(offer).get()
    assert (change.verb, change.from_status, change.to_status, change.by_user) == (
        "import",
        "draft",
        "submitted",
        editor,
    )


@pytest.mark.django_db
def test_who_imported_does_not_release(editor: User, provider: Organisation) -> None:
    carry_out(upload(csv_bytes([["Titel", "Träger"], ["Kurs", "Verein Brücke"]]), OFFERS, editor), editor)
    offer = Offer.objects.get(title="Kurs")
    assert not can_release_offer(editor, offer)
    assert can_release_offer(factories.make_user(roles.EDITOR), offer)


@pytest.mark.django_db
def test_new_organisations_are_proposed_and_get_addresses_of_their_own(editor: User) -> None:
    rows = [["Name", "Art der Organisation", "Postleitzahl"], ["Café", "Verein", "1234"], ["Cafe", "mso", "57072"]]
    done = carry_out(upload(excel_bytes(rows), ORGANISATIONS, editor), editor)
    assert done.status == Status.IMPORTED, messages_of(done)
    found = Organisation.objects.order_by("pk").values_list("name", "slug", "kind", "postcode", "status", "sort_key")
    assert list(found) == [
        ("Café", "cafe", "verein", "01234", "proposed", "cafe"),
        ("Cafe", "cafe-2", "mso", "57072", "proposed", "cafe"),
    ]


@pytest.mark.django_db
def test_rows_with_the_same_contact_share_it(editor: User, provider: Organisation) -> None:
    stored = ContactPerson.objects.create(organisation=provider, function="Büro", phone="0271 1")
    rows = [["Titel", "Träger", "Kontakt: Funktion", "Kontakt: Telefon"]]
    rows += [[f"Kurs {number}", "Verein Brücke", "Büro", phone] for number, phone in enumerate(["0271 1", "2", "2"])]
    carry_out(upload(csv_bytes(rows), OFFERS, editor), editor)
    contacts = [offer.contact_id for offer in Offer.objects.order_by("title")]
    assert contacts[0] == stored.pk
    assert contacts[1] == contacts[2] != stored.pk
    assert ContactPerson.objects.count() == 2


# Existing records


@pytest.mark.django_db
def test_row_with_a_key_changes_what_its_columns_say_and_nothing_else(editor: User, provider: Organisation) -> None:
    offer = factories.make_offer("Alt", provider=provider, city="Netphen")
    language = factories.make_language(name="Paschto")
    rows = [["Schlüssel", "Titel", "Sprachen", "Kontakt: Telefon"], [str(offer.uuid), "Neu", "Paschto", "0271 9"]]
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    row = data_import.rows.get()
    assert row.outcome == Outcome.CHANGED
    assert row.changes["title"] == ["Alt", "Neu"]
    done = carry_out(data_import, editor)
    assert done.status == Status.IMPORTED, done.problem
    stored = Offer.objects.get()
    assert (stored.title, stored.city, stored.status, stored.lock_version) == ("Neu", "Netphen", "published", 2)
    assert list(stored.languages.all()) == [language]
    assert stored.contact is not None
    assert (stored.contact.phone, stored.contact.email) == ("0271 9", "kursbuero@example.org")
    assert stored.sort_key == "neu"
    assert stored.edited_by == editor
    assert stored.topics.count() == 1


@pytest.mark.django_db
def test_published_offer_keeps_what_it_needs(editor: User, provider: Organisation) -> None:
    offer = factories.make_offer("Kurs", provider=provider)
    rows = [["Schlüssel", "Titel", "Kurz gesagt", "Kommunen"], [str(offer.uuid), "Kurs", "", ""]]
    assert messages_of(upload(csv_bytes(rows), OFFERS, editor)) == {
        2: [
            "Kurz gesagt: Ein veröffentlichtes Angebot braucht diese Angabe.",
            "Kommunen: Ein veröffentlichtes Angebot braucht mindestens eine, oder den ganzen Kreis.",
        ]
    }


@pytest.mark.django_db
def test_offer_does_not_move_to_another_organisation(editor: User, provider: Organisation) -> None:
    offer = factories.make_offer(provider=provider)
    factories.make_organisation("Anderer Verein")
    rows = [["Schlüssel", "Träger"], [str(offer.uuid), "Anderer Verein"]]
    assert messages_of(upload(csv_bytes(rows), OFFERS, editor)) == {
        2: ["Träger: Ein vorhandenes Angebot wechselt die Organisation nicht durch eine Tabelle."]
    }


@pytest.mark.django_db
def test_drafts_of_others_cannot_be_reached_by_their_key(editor: User) -> None:
    draft = factories.make_offer("Geheim", status="draft")
    data_import = upload(csv_bytes([["Schlüssel", "Titel"], [str(draft.uuid), "Neu"]]), OFFERS, editor)
    assert outcomes(data_import) == [Outcome.ERROR]
    assert "gibt es hier nicht" in messages_of(data_import)[2][0]


@pytest.mark.django_db
def test_status_in_the_table_changes_nothing(editor: User, provider: Organisation) -> None:
    offer = factories.make_offer("Kurs", provider=provider, status="submitted")
    rows = [["Schlüssel", "Titel", "Stand"], [str(offer.uuid), "Kurs", "veröffentlicht"]]
    assert outcomes(upload(csv_bytes(rows), OFFERS, editor)) == [Outcome.UNCHANGED]


@pytest.mark.django_db
def test_empty_cell_of_somebodys_own_table_takes_nothing_away(editor: User, provider: Organisation) -> None:
    place = factories.make_municipality("Netphen")
    offer = factories.make_offer("Kurs", provider=provider, municipalities=[place], city="Netphen")
    rows = [["Titel", "Träger", "Kommunen", "Ort", "Kosten"], ["Kurs", "Verein Brücke", "Netphen", "", ""]]
    assert outcomes(upload(csv_bytes(rows), OFFERS, editor)) == [Outcome.UNCHANGED]
    keyed = [["Schlüssel", "Ort"], [str(offer.uuid), ""]]
    assert upload(csv_bytes(keyed), OFFERS, editor).rows.get().changes == {"city": ["Netphen", ""]}


# Errors


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        ("Titel", "x" * 121, "Titel: "),
        ("Träger", "Verein Brüke", "Träger: „Verein Brüke“ gibt es hier nicht. Meinten Sie „Verein Brücke“?"),
        ("Angebot beginnt am", "31.02.2026", "„31.02.2026“ ist kein Datum."),
        ("Betrag in Euro", "zwölf", "„zwölf“ ist kein Betrag."),
        ("Alter von", "neun", "Alter von: „neun“ ist keine ganze Zahl."),
        ("Alter von", "130", "Alter von: "),
        ("online", "vielleicht", "online: „vielleicht“ ist weder „ja“ noch „nein“."),
        (
            "Kosten",
            "teuer",
            "Kosten: „teuer“ steht nicht zur Wahl. Möglich ist: kostenfrei, kostet etwas, auf Anfrage.",
        ),
        ("Themen", "Astrologie", "Themen: „Astrologie“ gibt es hier nicht."),
        ("Postleitzahl", "5707", "Hinweis: Postleitzahl: „5707“ wird zu „05707“."),
        ("Postleitzahl", "D-57072", "Postleitzahl: Eine Postleitzahl hat fünf Ziffern."),
        ("E-Mail-Adresse für Rückfragen", "keine", "E-Mail-Adresse für Rückfragen: "),
        ("Internetseite", "java script:x", "Internetseite: "),
        ("Öffnungszeiten", "Montag 12:00–9:00", "Öffnungszeiten: „Montag 12:00–9:00“: Das Ende liegt vor dem Beginn."),
        ("Öffnungszeiten", "immer", "„immer“ ist keine Öffnungszeit."),
        ("Wiederholung", "ab und zu", "„ab und zu“ ist keine Wiederholung."),
        ("Wiederholung", "Jeden Dienstag, 19:00–17:00", "Das Ende liegt vor dem Beginn."),
        ("Wiederholung", "Jeden Dienstag, 17:00, sonst nie", "„sonst nie“ verstehen wir nicht."),
        ("Wiederholung", "Jeden fünften Montag im Monat, 17:00", "ist keine Wiederholung."),
        ("Wiederholung", "Jeden Montag, 9:00; Jeden Montag, 09:00", "Eine Wiederholung steht zweimal da."),
        ("Wiederholung", "Jeden Montag, 9:00, ab 1.2.2027, bis 1.1.2027", "Der letzte Tag liegt vor dem ersten."),
        ("Termine", "morgen", "„morgen“ ist kein Termin."),
        ("Termine", "22.11.2026 25:00", "„25:00“ ist keine Uhrzeit."),
        ("Barrierefreiheit", "Aufzug", "„Aufzug“ ist keine Angabe zur Barrierefreiheit."),
        ("Kontakt: Funktion", "Büro", "Zum Kontakt fehlt eine Telefonnummer oder eine E-Mail-Adresse."),
        ("Kurz gesagt", "#REF!", "Kurz gesagt: In Excel steht dort ein Fehler (#REF!)."),
    ],
)
def test_wrong_value_is_named_with_its_column(
    column: str, text: str, message: str, editor: User, provider: Organisation
) -> None:
    values = {"Titel": "Kurs", "Träger": "Verein Brücke"} | {column: text}
    found = messages_of(upload(csv_bytes([list(values), list(values.values())]), OFFERS, editor))
    assert len(found[2]) == 1
    assert message in found[2][0]


@pytest.mark.django_db
def test_contact_without_a_column_for_whose_it_is_gets_a_neutral_name(editor: User, provider: Organisation) -> None:
    rows = [["Titel", "Träger", "Kontakt: Telefon"], ["Kurs", "Verein Brücke", "0271 1"], ["Chor", "Verein Brücke", ""]]
    done = carry_out(upload(csv_bytes(rows), OFFERS, editor), editor)
    assert done.status == Status.IMPORTED, messages_of(done)
    contact = Offer.objects.get(title="Kurs").contact
    assert contact is not None
    assert (contact.function, contact.phone) == ("Kontakt", "0271 1")
    assert Offer.objects.get(title="Chor").contact is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "text"), [("Ort", "57250 Netphen"), ("Ort", "D-57250 Netphen"), ("Postleitzahl", "57250 / Netphen")]
)
def test_postcode_and_place_in_one_column_go_into_two(
    column: str, text: str, editor: User, provider: Organisation
) -> None:
    rows = [["Titel", "Träger", column], ["Kurs", "Verein Brücke", text]]
    done = carry_out(upload(csv_bytes(rows), OFFERS, editor), editor)
    assert done.status == Status.IMPORTED, messages_of(done)
    offer = Offer.objects.get()
    assert (offer.postcode, offer.city) == ("57250", "Netphen")


@pytest.mark.django_db
def test_one_wrong_row_stops_all_of_them(editor: User, provider: Organisation) -> None:
    rows = [["Titel", "Träger"], ["Kurs", "Verein Brücke"], ["", "Verein Brücke"]]
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    assert outcomes(data_import) == [Outcome.NEW, Outcome.ERROR]
    with pytest.raises(TransitionError, match="Fehlern"):
        lifecycle.order_import(data_import, by=editor)
    assert not Offer.objects.exists()


@pytest.mark.django_db
def test_record_changed_after_the_preview_stops_the_whole_import(editor: User, provider: Organisation) -> None:
    offer = factories.make_offer("Alt", provider=provider)
    rows = [
        ["Schlüssel", "Titel", "Träger"],
        ["", "Neu", "Verein Brücke"],
        [str(offer.uuid), "Anders", "Verein Brücke"],
    ]
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    Offer.objects.filter(pk=offer.pk).update(lock_version=7)
    done = carry_out(data_import, editor)
    assert done.status == Status.READY
    assert "„Anders“ (Zeile 3) hat inzwischen jemand geändert" in done.problem
    assert list(Offer.objects.values_list("title", flat=True)) == ["Alt"]


@pytest.mark.django_db
def test_same_key_twice_is_an_error(editor: User, provider: Organisation) -> None:
    key = str(factories.make_offer(provider=provider).uuid)
    rows = [["Schlüssel", "Titel"], [key, "A"], [key, "B"]]
    assert messages_of(upload(csv_bytes(rows), OFFERS, editor)) == {3: ["Dieser Eintrag steht schon in Zeile 2."]}


# Jobs


@pytest.mark.django_db
def test_job_that_runs_twice_makes_nothing_twice(
    editor: User, provider: Organisation, run_jobs: Callable[[], list[Job]]
) -> None:
    data_import = upload(csv_bytes([["Titel", "Träger"], ["Kurs", "Verein Brücke"]]), OFFERS, editor)
    lifecycle.order_import(data_import, by=editor)
    run_jobs()
    assert running.write(DataImport.objects.get(), no_progress) == {"imported": True}
    assert Offer.objects.count() == 1
    assert running.read(DataImport.objects.get(), no_progress) == {"skipped": "Die Datei ist schon gelesen."}


@pytest.mark.django_db(transaction=True)
def test_file_is_kept_until_the_import_is_done(editor: User, provider: Organisation) -> None:
    data_import = upload(csv_bytes([["Titel", "Träger"], ["Kurs", "Verein Brücke"]]), OFFERS, editor)
    name = data_import.file.name
    assert default_storage.exists(name)
    assert "tabelle" not in name
    carry_out(data_import, editor)
    assert not default_storage.exists(name)


# Columns of others


@pytest.mark.django_db
def test_columns_are_guessed_mapped_once_and_known_the_next_time(client: Client, editor: User) -> None:
    factories.make_organisation("Verein Brücke")
    rows = [["Angebot", "Anbieter", "Ansprechpartner", "PLZ"], ["Kurs", "Verein Brücke", "Zoë Muster", "57072"]]
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    assert (data_import.status, data_import.samples) == (Status.MAPPING, [rows[1]])
    client.force_login(editor)
    url = reverse("offers:data_columns", args=[data_import.pk])
    page = client.get(url)
    form = page.context["form"]
    assert [form[f"spalte-{index}"].initial for index in range(4)] == ["title", "provider", "", "postcode"]
    answer = client.post(url, {"spalte-0": "title", "spalte-1": "provider", "spalte-3": "postcode"})
    assert answer.status_code == 302
    data_import.refresh_from_db()
    running.read(data_import, no_progress)
    assert outcomes(data_import) == [Outcome.NEW]
    assert data_import.rows.get().cells == {"title": "Kurs", "provider": "Verein Brücke", "postcode": "57072"}
    assert ColumnMapping.objects.count() == 1
    again = upload(csv_bytes([[header.upper() for header in rows[0]], rows[1]]), OFFERS, editor)
    assert again.status == Status.READY


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"spalte-0": "title", "spalte-1": "title"}, "„Titel“ ist zweimal gewählt."),
        ({"spalte-0": "provider"}, "Bitte ordnen Sie „Titel“ oder „Schlüssel“ einer Spalte zu."),
    ],
)
def test_mapping_that_makes_no_sense_comes_back(
    answers: dict[str, str], message: str, client: Client, editor: User
) -> None:
    data_import = upload(csv_bytes([["A", "B"], ["1", "2"]]), OFFERS, editor)
    client.force_login(editor)
    page = client.post(reverse("offers:data_columns", args=[data_import.pk]), answers)
    assert page.status_code == 200
    assert message in page.text
    data_import.refresh_from_db()
    assert data_import.status == Status.MAPPING


@pytest.mark.django_db
def test_default_fills_what_new_rows_lack_and_leaves_the_others(editor: User) -> None:
    factories.make_organisation("Alt", kind="mso")
    key = str(Organisation.objects.get().uuid)
    data_import = upload(
        csv_bytes([["A", "B", "C"], ["", "Neu", "57072"], [key, "Alt", "57072"]]), ORGANISATIONS, editor
    )
    lifecycle.map_columns(data_import, ["uuid", "name", "postcode"], {"kind": "Verein"}, by=editor)
    running.read(data_import, no_progress)
    carry_out(data_import, editor)
    assert dict(Organisation.objects.values_list("name", "kind")) == {"Alt": "mso", "Neu": "verein"}


# Matches


@pytest.mark.django_db
def test_row_without_key_is_matched_by_name_and_place_and_waits_for_an_answer(editor: User) -> None:
    place = factories.make_municipality("Netphen")
    here = factories.make_organisation("Sportverein Netphen", municipality=place)
    factories.make_organisation("Sportverein Netphen", municipality=factories.make_municipality("Burbach"))
    rows = [
        ["Name", "Art der Organisation", "Sitz in", "Telefon"],
        ["SV Sportverein Netphen", "Verein", "Netphen", "1"],
    ]
    data_import = upload(csv_bytes(rows), ORGANISATIONS, editor)
    row = data_import.rows.get()
    assert (row.organisation, row.match, row.is_exact) == (here, DataImportRow.Match.OPEN, False)
    with pytest.raises(TransitionError, match="entscheiden"):
        lifecycle.order_import(data_import, by=editor)


@pytest.mark.django_db
@pytest.mark.parametrize(("answer", "number"), [("ja", 1), ("nein", 2)])
def test_answer_decides_whether_it_is_the_same(answer: str, number: int, client: Client, editor: User) -> None:
    factories.make_organisation("Sportverein Netphen", city="Netphen")
    rows = [["Name", "Art der Organisation", "Ort", "Telefon"], ["Sportverein Netphen", "Verein", "Netphen", "1"]]
    data_import = upload(csv_bytes(rows), ORGANISATIONS, editor)
    client.force_login(editor)
    url = reverse("offers:data_match", args=[data_import.pk])
    client.post(url, {"zeile": "2", "treffer-2": answer})
    carry_out(data_import, editor)
    assert Organisation.objects.count() == number
    assert Organisation.objects.filter(phone="1").count() == 1


@pytest.mark.django_db
def test_all_exact_matches_are_confirmed_at_once(client: Client, editor: User, provider: Organisation) -> None:
    place = factories.make_municipality("Netphen")
    for title in ("Kurs", "Treff"):
        factories.make_offer(title, provider=provider, municipalities=[place])
    rows = [["Titel", "Träger", "Kommunen", "Ort"]]
    rows += [[title, "Verein Brücke", "Netphen", "Netphen"] for title in ("Kurs", "Treff am Abend")]
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    assert list(data_import.rows.values_list("match", "is_exact")) == [("offen", True), ("", False)]
    client.force_login(editor)
    client.post(reverse("offers:data_match", args=[data_import.pk]), {"verb": "gleiche"})
    assert list(data_import.rows.values_list("outcome", "match")) == [("geaendert", "luecken"), ("neu", "")]


# Undo


@pytest.mark.django_db
def test_undo_erases_new_rows_and_sets_changed_ones_back(editor: User, provider: Organisation) -> None:
    offer = factories.make_offer("Alt", provider=provider, description="<p><strong>Fett</strong></p>", cost_kind="")
    language = offer.languages.get()
    factories.make_language(name="Paschto")
    offer.opening_hours.create(weekday=0, opens_at="09:00", closes_at="10:00")
    headers = ["Schlüssel", "Titel", "Träger", "Beschreibung", "Sprachen", "Öffnungszeiten", "Kontakt: Telefon"]
    rows = [
        headers,
        [str(offer.uuid), "Neu", "Verein Brücke", "Anders", "Paschto", "Freitag 10:00–11:00", "0271 5"],
        ["", "Ganz neu", "Verein Brücke", "", "", "", ""],
    ]
    done = carry_out(upload(csv_bytes(rows), OFFERS, editor), editor)
    assert Offer.objects.count() == 2
    back = take_back(done, editor)
    assert (back.status, back.problem) == (Status.UNDONE, "")
    stored = Offer.objects.get()
    assert (stored.title, stored.description) == ("Alt", "<p><strong>Fett</strong></p>")
    assert list(stored.languages.all()) == [language]
    assert [str(row) for row in stored.opening_hours.all()] == ["Montag 09:00–10:00"]
    assert stored.contact is not None
    assert stored.contact.phone == ""
    assert not StatusChange.objects.filter(verb="import", to_status="submitted").exists()


@pytest.mark.django_db
def test_rules_come_in_as_the_pages_say_them_and_undo_takes_them_back(editor: User, provider: Organisation) -> None:
    offer = factories.make_offer("Alt", provider=provider)
    rows.write(
        offer, {"recurrence": [["FREQ=WEEKLY;INTERVAL=1;BYDAY=FR", "2026-01-02", None, "08:00", None, False, True, []]]}
    )
    said = (
        "Jeden Dienstag und Donnerstag, 17:00 bis 19:00 Uhr, nicht in den Schulferien und an Feiertagen; "
        "Montag bis Mittwoch 9:00-11.00, ab 1.2.2026, bis 31.12.2030, fällt aus am 24.12.2027 und 31.12.2027; "
        "alle zwei Wochen am Samstag, 10:00; jeden letzten Sonntag im Monat, 15:00 Uhr, nicht an Feiertagen"
    )
    table = [["Schlüssel", "Titel", "Träger", "Wiederholung"], [str(offer.uuid), "Alt", "Verein Brücke", said]]
    table.append(["", "Neu", "Verein Brücke", "Jeden Dienstag, 17:00–19:00"])
    done = carry_out(upload(csv_bytes(table), OFFERS, editor), editor)
    assert done.status == Status.IMPORTED, messages_of(done)
    found = [
        (row.rule, row.begins_at.hour, row.skips_school_holidays, row.skips_public_holidays, len(row.cancelled_on))
        for row in offer.recurrences.all()
    ]
    assert found == [
        ("FREQ=WEEKLY;INTERVAL=1;BYDAY=TU,TH", 17, True, True, 0),
        ("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE", 9, False, False, 2),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SA", 10, False, False, 0),
        ("FREQ=MONTHLY;BYDAY=-1SU", 15, False, True, 0),
    ]
    assert {timezone.localtime(entry.starts_at).weekday() for entry in offer.dates.all()} == {0, 1, 2, 3, 5, 6}
    assert Offer.objects.get(title="Neu").dates.filter(is_generated=True).count() > 50
    take_back(done, editor)
    assert [row.rule for row in offer.recurrences.all()] == ["FREQ=WEEKLY;INTERVAL=1;BYDAY=FR"]
    assert {timezone.localtime(entry.starts_at).weekday() for entry in offer.dates.all()} == {4}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["angebot", "organisation"])
def test_undo_is_refused_when_somebody_has_changed_a_row_since(kind: str, editor: User, provider: Organisation) -> None:
    if kind == "angebot":
        done = carry_out(upload(csv_bytes([["Titel", "Träger"], ["Kurs", "Verein Brücke"]]), OFFERS, editor), editor)
        lifecycle.reject(Offer.objects.get(), by=editor, reason="Doppelt")
        sentence = "„Kurs“ (Zeile 2) hat inzwischen jemand geändert oder gelöscht."
    else:
        rows = [["Name", "Art der Organisation"], ["Neuer Verein", "Verein"]]
        done = carry_out(upload(csv_bytes(rows), ORGANISATIONS, editor), editor)
        factories.make_offer(provider=Organisation.objects.get(name="Neuer Verein"))
        sentence = "Zu „Neuer Verein“ gibt es inzwischen Angebote, Kontakte oder Konten."
    back = take_back(done, editor)
    assert back.status == Status.IMPORTED
    assert sentence in back.problem
    assert Offer.objects.count() == 1


@pytest.mark.django_db
def test_only_the_last_import_can_be_taken_back(editor: User, provider: Organisation) -> None:
    first, second = (
        carry_out(upload(csv_bytes([["Titel", "Träger"], [title, "Verein Brücke"]]), OFFERS, editor), editor)
        for title in ("Kurs", "Treff")
    )
    with pytest.raises(TransitionError, match="letzte Import"):
        lifecycle.order_undo(first, by=editor)
    take_back(second, editor)
    assert take_back(first, editor).status == Status.UNDONE
    assert not Offer.objects.exists()


@pytest.mark.django_db
def test_undo_of_organisations_leaves_no_trace(editor: User) -> None:
    rows = [["Name", "Art der Organisation"], ["Neuer Verein", "Verein"]]
    done = carry_out(upload(csv_bytes(rows), ORGANISATIONS, editor), editor)
    assert take_back(done, editor).status == Status.UNDONE
    assert not Organisation.objects.exists()
    assert not Organisation.pgh_event_model.objects.exists()  # type: ignore[attr-defined]
