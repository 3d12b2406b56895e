"""Lists as files: what stands in them, that nothing becomes a formula, and that they come back as they went."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from actors import consents
from actors.models import ContactPerson, Organisation
from kiportal.common import roles
from kiportal.common.models import Consent, Job, User
from offers.models import Offer
from offers.resources import OfferResource, OrganisationResource, PublicOfferResource, exporting
from offers.resources.cells import join, split
from offers.resources.guard import guarded, plain, unguarded
from offers.resources.writing import csv_lines, excel_file
from offers.views import data_files
from tests import factories
from tests.offers.tables import content_of, upload

OFFERS, ORGANISATIONS = "angebote", "organisationen"
FORMULA = re.compile(r"[=+\-@\t\r]")
EVIL = ["=1+1", "+49 271 333", "-2", "@SUM(A1)", "'=1", "''+1", "#REF", "#N/A", "a;b", 'Er sagte "ja"', "\\;x", "x\\"]


def csv_table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def excel_table(content: bytes) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows()]


# Nothing becomes a formula


@given(st.text())
def test_guarded_text_is_no_formula_and_comes_back(text: str) -> None:
    text = plain(text)
    assert not FORMULA.match(guarded(text))
    assert unguarded(guarded(text)) == text


@given(st.lists(st.text(min_size=1).map(plain).filter(bool)))
def test_texts_in_one_cell_come_apart_again(texts: list[str]) -> None:
    assert split(join(texts)) == texts


@pytest.mark.django_db
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_no_cell_of_an_export_is_a_formula(extension: str, client: Client, editor: User) -> None:
    for text in EVIL:
        factories.make_organisation(text, phone=text[:60], internal_note=text)
    client.force_login(editor)
    content = content_of(client.get(reverse("offers:data_export", args=[ORGANISATIONS, extension])))
    if extension == "csv":
        cells = [cell for row in csv_table(content) for cell in row]
        assert [cell for cell in cells if FORMULA.match(cell)] == []
        assert "'+49 271 333" in cells
    else:
        rows = excel_table(content)
        assert {cell.data_type for row in rows for cell in row} <= {"s", "n"}
        found = next(cell for row in rows for cell in row if cell.value == "+49 271 333")
        assert found.quotePrefix


# Round trip


def offer_with_everything(text: str, note: str, amount: Decimal | None, day: date, hour: int) -> Offer:
    """A complete offer with a text in everything that takes one."""
    provider = factories.make_organisation(text[:160], description=f"<p>{note}</p>", phone=text[:60])
    offer = factories.make_offer(
        text[:120],
        provider=provider,
        summary=note[:300],
        description="<p><strong>Fett</strong> &amp; mehr</p><ul><li><p>eins</p></li></ul><h2>Kopf</h2>",
        schedule_text=note[:300],
        internal_note=f"{text}\r\n{note}",
        cost_kind="betrag" if amount else "kostenfrei",
        cost_amount=amount,
        valid_from=day,
        valid_until=day + timedelta(days=3),
        topics=[factories.make_topic(name=text[:160]), factories.make_topic(name="Sport; Spiel")],
        website="https://example.org/a;b",
        social_url="https://example.org/@a;b",
        district=text[:120],
        latitude=Decimal(47) + Decimal(hour) / 7,
        longitude=Decimal(6) + Decimal(hour) / 9,
        funding_note=note[:200],
        project_cost_range=text[:200],
        contact=ContactPerson.objects.create(
            organisation=provider, function=text[:120], phone="0271 1", office_hours=note[:160]
        ),
    )
    offer.access_features.create(feature="induktion", state="teilweise", note=note[:160])
    offer.opening_hours.create(weekday=hour % 7, opens_at=time(hour, 5), closes_at=time(23, 55))
    offer.recurrences.create(
        rule="FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE",
        first_on=day,
        last_on=day + timedelta(days=3),
        begins_at=time(hour, 5),
        ends_at=time(23, 55),
        skips_school_holidays=True,
        cancelled_on=[day, day + timedelta(days=2)],
    )
    offer.recurrences.create(
        rule=f"FREQ=MONTHLY;BYDAY={hour % 4 + 1}SA", first_on=day, begins_at=time(hour), skips_public_holidays=False
    )
    offer.recurrences.create(rule="FREQ=WEEKLY;INTERVAL=3;BYDAY=TH,SU", first_on=day, begins_at=time(8, 15))
    starts = timezone.make_aware(timezone.datetime(2026, 11, 22, hour, 30))
    offer.dates.create(starts_at=starts, ends_at=starts + timedelta(hours=20), note=note[:120])
    offer.partners.create(role="foerderer", name=text[:160], sort_order=0)
    offer.partners.create(role="kooperation", organisation=provider, sort_order=1)
    return offer


TEXTS = st.one_of(
    st.sampled_from(EVIL),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=60),
).filter(plain)


class TestRoundTrip(TestCase):
    @given(
        text=TEXTS,
        note=TEXTS,
        amount=st.none() | st.decimals("0.01", "99999", places=2),
        day=st.dates(date(1901, 1, 1), date(2100, 1, 1)),
        hour=st.integers(0, 22),
    )
    @hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def test_file_that_comes_back_changes_nothing(
        self, text: str, note: str, amount: Decimal | None, day: date, hour: int
    ) -> None:
        Offer.objects.all().delete()
        Organisation.objects.all().delete()
        offer_with_everything(text, note, amount, day, hour)
        editor = User.objects.filter(username="rundreise").first() or factories.make_user(roles.EDITOR, "rundreise")
        for kind, resource in ((OFFERS, OfferResource()), (ORGANISATIONS, OrganisationResource())):
            records = resource.rows()
            as_csv = "".join(csv_lines(resource, records)).encode()
            with excel_file(resource, records, "Angebote") as file:
                as_excel = file.read()
            for content in (as_csv, as_excel):
                data_import = upload(content, kind, editor)
                row = data_import.rows.get()
                assert (row.outcome, row.changes, row.messages) == ("gleich", {}, []), data_import.problem


# Lists of the workspace


@pytest.mark.django_db
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_export_has_what_the_filters_show(extension: str, client: Client, editor: User) -> None:
    for title, status in (("Kurs", "published"), ("Treff", "submitted"), ("Entwurf", "draft")):
        factories.make_offer(title, status=status, internal_note="Vermerk")
    client.force_login(editor)
    for query, expected in (("", ["Kurs", "Treff"]), ("?status=submitted", ["Treff"]), ("?q=kurs", ["Kurs"])):
        answer = client.get(reverse("offers:data_export", args=[OFFERS, extension]) + query)
        content = content_of(answer)
        table = (
            csv_table(content) if extension == "csv" else [[cell.value for cell in row] for row in excel_table(content)]
        )
        assert [row[table[0].index("Titel")] for row in table[1:]] == expected
        assert re.search(rf'filename="angebote-\d{{4}}-\d\d-\d\d\.{extension}"', answer["Content-Disposition"])


@pytest.mark.django_db
def test_queries_of_an_export_do_not_grow_with_its_rows(client: Client, editor: User) -> None:
    client.force_login(editor)
    numbers = []
    for count in (1, 29):
        for _ in range(count):
            factories.make_offer()
        with CaptureQueriesContext(connection) as queries:
            content_of(client.get(reverse("offers:data_export", args=[OFFERS, "csv"])))
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 22


@pytest.mark.django_db
def test_large_excel_file_is_ordered_and_made_by_a_job(
    client: Client, editor: User, run_jobs: Callable[[], list[Job]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_files, "AT_ONCE", 1)
    factories.make_offer("Kurs")
    factories.make_offer("Treff")
    factories.make_offer("Chor", status="submitted")
    client.force_login(editor)
    url = reverse("offers:data_export", args=[OFFERS, "xlsx"]) + "?status=published"
    assert "Jetzt erstellen" in client.get(url).text
    assert not Job.objects.exists()
    state_url = client.post(url)["Location"]
    assert "wartet" in client.get(state_url).text
    run_jobs()
    page = client.get(state_url, headers={"HX-Request": "true"})
    assert page["HX-Refresh"] == "true"
    assert "herunterladen" in client.get(state_url).text
    rows = excel_table(content_of(client.get(f"{state_url}datei.xlsx")))
    assert [row[1].value for row in rows[1:]] == ["Kurs", "Treff"]
    default_storage.delete(exporting.stored_name(Job.objects.get().pk))
    assert client.get(f"{state_url}datei.xlsx", follow=True).status_code == 200
    assert "schon gelöscht" in client.get(state_url).text


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [OFFERS, ORGANISATIONS])
def test_template_offers_the_allowed_values(kind: str, client: Client, editor: User) -> None:
    factories.make_topic(name="Gesundheit")
    client.force_login(editor)
    book = load_workbook(io.BytesIO(content_of(client.get(reverse("offers:data_template", args=[kind])))))
    sheet, lists, _help = book.worksheets
    headers = [cell.value for cell in sheet[1]]
    assert headers[0] == "Schlüssel"
    assert "Stand" not in headers
    column = "Art der Organisation" if kind == ORGANISATIONS else "Kosten"
    letter = sheet[1][headers.index(column)].column_letter
    choice = next(one for one in sheet.data_validations.dataValidation if f"{letter}2" in str(one.sqref))
    where = choice.formula1.partition("!")[2].replace("$", "")
    allowed = [cell.value for (cell,) in lists[where]]
    assert "Verein" in allowed or "kostet etwas" in allowed
    if kind == OFFERS:
        assert any(cell.value == "Gesundheit" for row in lists.iter_rows() for cell in row)
    # What stands in the template is read as ours, without a question about its columns.
    assert set(headers) <= {column.column_name for column in data_files.RESOURCES[kind]().fields.values()}


# The public list


def public_table(client: Client, extension: str = "csv", query: str = "") -> list[dict[str, str]]:
    content = content_of(client.get(reverse("offers:offer_export", args=[extension]) + query))
    rows = csv_table(content) if extension == "csv" else [[c.value or "" for c in row] for row in excel_table(content)]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.mark.django_db
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_public_export_has_the_public_offers_of_the_filters(extension: str, client: Client) -> None:
    place = factories.make_municipality("Netphen")
    factories.make_offer("Kurs", municipalities=[place], internal_note="Vermerk")
    factories.make_offer("Treff")
    for status in ("submitted", "hidden", "draft"):
        factories.make_offer("Geheim", status=status, municipalities=[place])
    assert {row["Titel"] for row in public_table(client, extension)} == {"Kurs", "Treff"}
    rows = public_table(client, extension, f"?kommune={place.slug}")
    assert [row["Titel"] for row in rows] == ["Kurs"]
    assert "Vermerk" not in str(rows)
    assert rows[0]["Seite"].endswith(Offer.objects.get(title="Kurs").get_absolute_url())


@pytest.mark.django_db
def test_public_export_has_names_only_with_a_consent(client: Client) -> None:
    offer = factories.make_offer("Kurs")
    contact = offer.contact
    assert contact is not None
    contact.name = "Zoë Muster"
    contact.save()
    assert public_table(client)[0]["Kontakt: Name"] == ""
    consents.record(contact, wording="x", channel=Consent.Channel.MAIL, given_on=timezone.localdate())
    assert public_table(client)[0]["Kontakt: Name"] == "Zoë Muster"
    contact.refresh_from_db()
    consents.withdraw(contact, on=timezone.localdate())
    assert public_table(client)[0]["Kontakt: Name"] == ""


@pytest.mark.django_db
def test_public_export_names_partners_only_if_they_are_public(client: Client) -> None:
    offer = factories.make_offer("Kurs")
    offer.partners.create(role="kooperation", organisation=factories.make_organisation("Geheim", status="archived"))
    offer.partners.create(role="kooperation", organisation=factories.make_organisation("Offen"))
    assert public_table(client)[0]["Partner"] == "Offen (Kooperation)"


@pytest.mark.django_db
def test_public_export_in_another_language_has_german_headings(client: Client) -> None:
    factories.make_offer("Kurs")
    content = content_of(client.get("/en/angebote/export/angebote.csv"))
    assert csv_table(content)[0] == PublicOfferResource().headers
    assert "Kurz gesagt" in csv_table(content)[0]
    assert "kostenfrei" in content.decode()


@pytest.mark.django_db
def test_large_public_list_is_csv(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_files, "AT_ONCE", 0)
    factories.make_offer("Kurs")
    answer = client.get(reverse("offers:offer_export", args=["xlsx"]) + "?q=kurs")
    assert (answer.status_code, answer["Location"]) == (302, "/angebote/export/angebote.csv?q=kurs")
