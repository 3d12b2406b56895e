"""Names of organisations that a table spells otherwise: asked once, valid for all rows."""

import pytest
from django.test import Client
from django.urls import reverse

from actors.models import Organisation
from kiportal.common.models import User
from offers import lifecycle
from offers.models import DataImport, DataImportRow, Offer
from offers.resources import OfferResource, naming, running
from tests import factories
from tests.offers.tables import carry_out, csv_bytes, messages_of, no_progress, take_back, upload

OFFERS = "angebote"
Outcome = DataImportRow.Outcome


@pytest.fixture
def provider(db: None) -> Organisation:
    return factories.make_organisation("Morgenlicht e. V.", short_name="MoLi", city="Netphen")


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def table(*names: str) -> bytes:
    return csv_bytes([["Titel", "Träger"], *([f"Kurs {number}", name] for number, name in enumerate(names))])


def answered(staff: Client, data_import: DataImport, **said: str) -> str:
    """What the page says; after a good answer the rows are read again."""
    url = reverse("offers:data_names", args=[data_import.pk])
    page = staff.post(url, {name.replace("_", "-"): text for name, text in said.items()})
    data_import.refresh_from_db()
    running.read(data_import, no_progress)
    data_import.refresh_from_db()
    return page.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "Morgenlicht",
        "Morgenlicht e.V.",
        "morgenlicht eV",
        "Morgenlicht, e. V.",
        "MOLI",
        "Morgenlicht gGmbH",
        "Morgenlich",
    ],
)
def test_other_spelling_is_proposed_as_the_one_that_is_meant(text: str, editor: User, provider: Organisation) -> None:
    factories.make_organisation("Kulturverein Abendrot e. V.")
    found = naming.unclear(upload(table(text, text), OFFERS, editor), OfferResource())
    assert [(entry.text, entry.rows, entry.candidates, entry.is_clear) for entry in found] == [
        (text, 2, [provider], True)
    ]


@pytest.mark.django_db
def test_several_that_may_be_meant_are_offered_and_none_is_chosen(
    staff: Client, editor: User, provider: Organisation
) -> None:
    factories.make_organisation("Morgenlicht gGmbH")
    data_import = upload(table("Morgenlicht"), OFFERS, editor)
    form = staff.get(reverse("offers:data_names", args=[data_import.pk])).context["form"]
    assert len(form.fields["name-0"].choices) == 5
    assert form["name-0"].initial == "offen"


@pytest.mark.django_db
def test_answer_holds_for_all_rows_of_the_file(staff: Client, editor: User, provider: Organisation) -> None:
    data_import = upload(table("Morgenlicht", "morgenlicht", "Morgenlicht e. V.", "Morgenlicht"), OFFERS, editor)
    assert [row.outcome for row in data_import.rows.all()].count(Outcome.ERROR) == 3
    page = staff.get(data_import.get_absolute_url()).text
    assert "1 Organisation heißt in der Datei anders als hier" in page
    page = staff.get(reverse("offers:data_names", args=[data_import.pk])).text
    assert "In der Datei: „Morgenlicht“ (3 Zeilen)" in page
    assert "Morgenlicht e. V. (Netphen)" in page
    answered(staff, data_import, name_0=str(provider.pk))
    assert data_import.counts == {"neu": 4}
    assert "Bitte klären Sie zuerst" not in staff.get(data_import.get_absolute_url()).text
    carry_out(data_import, editor)
    assert Offer.objects.filter(provider=provider).count() == 4


@pytest.mark.django_db
def test_named_organisation_lets_its_offers_be_found(staff: Client, editor: User, provider: Organisation) -> None:
    offer = factories.make_offer("Kurs 0", provider=provider)
    data_import = upload(table("MoLi"), OFFERS, editor)
    answered(staff, data_import, name_0=str(provider.pk))
    assert data_import.rows.get().offer == offer


@pytest.mark.django_db
def test_another_organisation_can_be_named_and_the_answer_be_changed(
    staff: Client, editor: User, provider: Organisation
) -> None:
    data_import = upload(table("Sonnenaufgang"), OFFERS, editor)
    page = answered(staff, data_import, name_0="andere", andere_0="Mondschein")
    assert "„Mondschein“ gibt es hier nicht." in page
    answered(staff, data_import, name_0="andere", andere_0="Morgenlicht e. V.")
    assert data_import.counts == {"neu": 1}
    form = staff.get(reverse("offers:data_names", args=[data_import.pk])).context["form"]
    assert (form["name-0"].initial, form["andere-0"].initial) == ("andere", "Morgenlicht e. V.")
    answered(staff, data_import, name_0="offen")
    assert data_import.counts == {"fehler": 1}


@pytest.mark.django_db
def test_new_organisation_is_made_with_the_import_and_goes_with_it(
    staff: Client, editor: User, provider: Organisation
) -> None:
    waiting = factories.make_organisation("Wartet", status="proposed")
    data_import = upload(table("Sonnenaufgang", "Sonnenaufgang", "Wartet"), OFFERS, editor)
    page = answered(staff, data_import, name_0="neu")
    assert "Bitte wählen Sie, was für eine Organisation das ist." in page
    answered(staff, data_import, name_0="neu", art_0="verein")
    assert messages_of(data_import) == {}
    assert not Organisation.objects.filter(name="Sonnenaufgang").exists()
    done = carry_out(data_import, editor)
    made = Organisation.objects.get(name="Sonnenaufgang")
    assert (made.status, made.kind, made.offers.count()) == ("proposed", "verein", 2)
    assert take_back(done, editor).status == DataImport.Status.UNDONE
    assert list(Organisation.objects.order_by("name")) == [provider, waiting]


@pytest.mark.django_db
def test_new_organisation_of_rows_that_stay_away_is_not_made(
    staff: Client, editor: User, provider: Organisation
) -> None:
    rows = [["Titel", "Träger"], ["Kurs", "Morgenlicht e. V."], ["", "Sonnenaufgang"]]
    data_import = upload(csv_bytes(rows), OFFERS, editor)
    answered(staff, data_import, name_0="neu", art_0="verein")
    staff.post(reverse("offers:data_match", args=[data_import.pk]), {"verb": "auslassen"})
    assert carry_out(data_import, editor).status == DataImport.Status.IMPORTED
    assert list(Organisation.objects.all()) == [provider]


@pytest.mark.django_db
def test_page_without_a_question_leads_back(staff: Client, editor: User, provider: Organisation) -> None:
    data_import = upload(table("Morgenlicht e. V."), OFFERS, editor)
    answer = staff.get(reverse("offers:data_names", args=[data_import.pk]))
    assert answer.headers["Location"] == data_import.get_absolute_url()
    lifecycle.order_import(data_import, by=editor)
    assert staff.get(reverse("offers:data_names", args=[data_import.pk])).status_code == 302
