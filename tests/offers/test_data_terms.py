"""Words of a table for topics and so on that nobody here has: asked once, valid for all rows and for the next file."""

import pytest
from django.test import Client
from django.urls import reverse

from actors.models import Organisation
from kiportal.common.models import User
from offers.models import ColumnMapping, DataImport, DataImportRow, Offer, Topic
from offers.resources import OfferResource, running, terms
from offers.resources.lookups import LEFT_OUT
from tests import factories
from tests.offers.tables import carry_out, csv_bytes, messages_of, no_progress, upload

OFFERS = "angebote"
Outcome = DataImportRow.Outcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic() -> Topic:
    factories.make_topic("sport", name="Sport")
    return factories.make_topic("deutsch", name="Deutsch lernen")


@pytest.fixture
def provider() -> Organisation:
    return factories.make_organisation("Verein Brücke")


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def table(*rows: tuple[str, str]) -> bytes:
    """Rows with a topic and a target group."""
    header = ["Titel", "Träger", "Themen", "Zielgruppen"]
    return csv_bytes([header, *([f"Kurs {number}", "Verein Brücke", *row] for number, row in enumerate(rows))])


def answered(staff: Client, data_import: DataImport, **said: int | str) -> None:
    url = reverse("offers:data_terms", args=[data_import.pk])
    answer = staff.post(url, {name.replace("_", "-"): text for name, text in said.items()})
    assert answer.status_code == 302
    data_import.refresh_from_db()
    running.read(data_import, no_progress)
    data_import.refresh_from_db()


def test_words_are_asked_once_with_their_rows_and_the_likeliest(
    editor: User, provider: Organisation, topic: Topic
) -> None:
    data_import = upload(table(("Sprache; Sport", ""), ("Sprache", "Mädchen"), ("Deutsch-Lernen", "")), OFFERS, editor)
    found = terms.unknown(data_import, OfferResource())
    assert [(entry.column, entry.text, entry.rows, entry.guess) for entry in found] == [
        ("topics", "Sprache", 2, None),
        ("topics", "Deutsch-Lernen", 1, topic.pk),
        ("target_groups", "Mädchen", 1, None),
    ]
    assert found[0].choices == [(row.pk, row.name) for row in Topic.objects.all()]


def test_answer_holds_for_all_rows_and_the_word_that_is_left_out_for_none(
    staff: Client, editor: User, provider: Organisation, topic: Topic
) -> None:
    data_import = upload(table(("Sprache; Sport", ""), ("Sprache", "Mädchen")), OFFERS, editor)
    preview = staff.get(data_import.get_absolute_url()).text
    assert "2 Begriffe stehen in der Datei, aber nicht in unseren Listen." in preview
    answered(staff, data_import, wort_0=topic.pk, wort_1=LEFT_OUT)
    assert messages_of(data_import) == {}
    assert "Begriffe klären" not in staff.get(data_import.get_absolute_url()).text
    done = carry_out(data_import, editor)
    assert done.status == DataImport.Status.IMPORTED
    first, second = Offer.objects.order_by("pk")
    assert {row.slug for row in first.topics.all()} == {"sport", "deutsch"}
    assert ([row.slug for row in second.topics.all()], list(second.target_groups.all())) == (["deutsch"], [])


def test_answers_are_kept_for_the_next_file_with_the_same_headings(
    staff: Client, editor: User, provider: Organisation, topic: Topic
) -> None:
    data_import = upload(table(("Sprache", "")), OFFERS, editor)
    answered(staff, data_import, wort_0=topic.pk)
    following = upload(table(("Sprache", "")), OFFERS, editor)
    assert [row.outcome for row in following.rows.all()] == [Outcome.NEW]
    assert ColumnMapping.objects.count() == 1


def test_what_was_meant_and_is_gone_is_asked_again(
    staff: Client, editor: User, provider: Organisation, topic: Topic
) -> None:
    answered(staff, upload(table(("Sprache", "")), OFFERS, editor), wort_0=topic.pk)
    topic.delete()
    following = upload(table(("Sprache", "")), OFFERS, editor)
    assert [row.outcome for row in following.rows.all()] == [Outcome.ERROR]
    assert "„Sprache“ gibt es hier nicht." in messages_of(following)[2][0]
    assert "1 Begriff steht in der Datei" in staff.get(following.get_absolute_url()).text


def test_row_that_is_decided_afterwards_is_read_with_the_answers(
    staff: Client, editor: User, provider: Organisation, topic: Topic
) -> None:
    factories.make_offer("Kurs 0", provider=provider)
    data_import = upload(table(("Sprache", "")), OFFERS, editor)
    answered(staff, data_import, wort_0=topic.pk)
    [row] = data_import.rows.all()
    url = reverse("offers:data_match", args=[data_import.pk])
    staff.post(url, {"zeile": row.number, f"treffer-{row.number}": "nein"})
    row.refresh_from_db()
    assert (row.outcome, row.messages) == (Outcome.NEW, [])


def test_undecided_word_stays_an_error(staff: Client, editor: User, provider: Organisation, topic: Topic) -> None:
    data_import = upload(table(("Sprache", "")), OFFERS, editor)
    answered(staff, data_import, wort_0="")
    assert [row.outcome for row in data_import.rows.all()] == [Outcome.ERROR]
    assert terms.open_terms(data_import, OfferResource()) == 1


def test_import_without_such_words_has_no_page(staff: Client, editor: User, provider: Organisation) -> None:
    data_import = upload(table(("", "")), OFFERS, editor)
    url = reverse("offers:data_terms", args=[data_import.pk])
    assert staff.get(url).status_code == 302
    assert staff.post(url, {"wort-0": "1"}).status_code == 302
