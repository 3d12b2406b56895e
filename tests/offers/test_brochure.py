"""The Wegweiser: what stands in it, that it is accessible, who may have it made, and how long it lives."""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from actors import consents
from actors.models import ContactPerson, FunderNote
from kiportal.common.models import Consent, Job, User
from offers import brochure, lifecycle
from offers.filters import OfferFilters
from offers.models import Brochure, Offer, OfferDate, OpeningHours, Recurrence
from offers.models.brochures import FOLDER
from offers.views import brochures as views
from tests import factories, pdf_structure, verapdf

pytestmark = pytest.mark.django_db

type RunJobs = Callable[[], list[Job]]
URL = "/angebote/wegweiser/"


@pytest.fixture(autouse=True)
def _setting(centre: object, settings: Settings, tmp_path: Path) -> None:
    """Every page shows the centre's name, every PDF lies in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"


def html_of(query: str = "", grouping: str = "kommune") -> str:
    today = timezone.localdate()
    filters = OfferFilters(QueryDict(query), Offer.objects.visible_to_public(today))
    return brochure.render_brochure_html(filters, grouping, today)


def order(client: Client, run_jobs: RunJobs, **parameters: Any) -> tuple[str, Brochure]:
    """Ask for it as a stranger does, let the worker work, and return its page and its row."""
    response = client.post(URL, parameters)
    assert response.status_code == 302, response.content.decode()
    run_jobs()
    return response["Location"], Brochure.objects.get()


def rich_offer(**fields: Any) -> Offer:
    """With all that an entry can say."""
    offer = factories.make_offer(
        "Nähkurs & mehr 🙂",
        **(
            {
                "target_groups": [factories.make_target_group(name="Frauen")],
                "age_from": 16,
                "only_for": "frauen",
                "german_level": "a1",
                "place_name": "Bürgerhaus",
                "street": "Markt 1",
                "postcode": "57072",
                "city": "Siegen",
                "cost_kind": "betrag",
                "cost_amount": "12.50",
                "cost_note": "im Monat",
                "registration": "telefon",
                "registration_note": "vormittags",
                "languages": [
                    factories.make_language("de", name="Deutsch", sort_order=1),
                    factories.make_language("ar", name="Arabisch", sort_order=2),
                ],
                "schedule_text": "nicht in den Ferien",
            }
            | fields
        ),
    )
    OfferDate.objects.create(offer=offer, starts_at=timezone.now() + timedelta(days=3))
    OpeningHours.objects.create(offer=offer, weekday=1, opens_at=time(9), closes_at=time(11))
    return offer


# What stands in it


def test_entry_says_what_people_need() -> None:
    offer = rich_offer()
    Recurrence.objects.create(
        offer=factories.make_offer(),
        rule="FREQ=WEEKLY;INTERVAL=1;BYDAY=TU",
        first_on=date(2026, 1, 6),
        begins_at=time(17),
        ends_at=time(19),
    )
    html = html_of()
    for text in (
        *("Nähkurs &amp; mehr", "Frauen", "ab 16 Jahren", "A1: erste Wörter", "Bürgerhaus", "Markt 1", "57072 Siegen"),
        *("12,50 €", "im Monat", "telefonisch", "vormittags", "Deutsch, Arabisch", "nicht in den Ferien", "Kursbüro"),
        *("kursbuero@example.org", "Dienstag 09:00 bis 11:00 Uhr", "Jeden Dienstag, 17:00 bis 19:00 Uhr"),
        f"http://testserver/angebote/{offer.slug}/",
        offer.provider.name,
    ):
        assert text in html, text
    assert "🙂" not in html


def test_name_stands_in_it_only_with_consent_and_makes_it_another_one() -> None:
    contact = ContactPerson.objects.create(
        organisation=factories.make_organisation(), function="Leitung", name="Zoë Zwerg", phone="0271 1"
    )
    factories.make_offer(contact=contact, provider=contact.organisation)
    assert "Zoë Zwerg" not in (without := html_of())
    consents.record(contact, wording="Ja", channel=Consent.Channel.MAIL, given_on=timezone.localdate())
    assert "Zoë Zwerg" in (with_name := html_of())
    consents.withdraw(contact, on=timezone.localdate())
    assert "Zoë Zwerg" not in html_of()
    assert brochure.state_of(with_name) != brochure.state_of(without)


def test_nothing_that_is_not_public_stands_in_it() -> None:
    factories.make_offer("Geheim", status="hidden", slug="geheim", published_at=timezone.now())
    factories.make_offer("Vorbei", valid_until=timezone.localdate() - timedelta(days=1))
    factories.make_offer(internal_note="Zwergdommel", submitter_email="zwergdommel@example.org")
    html = html_of()
    for text in ("Geheim", "Vorbei", "wergdommel"):
        assert text not in html


def chapters(grouping: str, query: str = "") -> list[tuple[str, list[str], list[str]]]:
    today = timezone.localdate()
    filters = OfferFilters(QueryDict(query), Offer.objects.visible_to_public(today))
    found = brochure._chapters(brochure._offers(filters), grouping, filters.chosen[grouping])
    return [
        (chapter.title, [e.offer.title for e in chapter.entries], [e.offer.title for e in chapter.elsewhere])
        for chapter in found
    ]


def test_entries_stand_once_and_are_named_in_their_other_chapters() -> None:
    siegen, netphen = (factories.make_municipality(name, slug=name.lower()) for name in ("Siegen", "Netphen"))
    factories.make_offer("A", municipalities=[siegen, netphen])
    factories.make_offer("B", municipalities=[siegen])
    factories.make_offer("C", municipalities=[], is_countywide=True)
    factories.make_offer("D", municipalities=[])
    assert chapters("kommune") == [
        ("Netphen", ["A"], []),
        ("Siegen", ["B"], ["A"]),
        ("Im ganzen Kreis", ["C"], []),
        ("Ohne Angabe", ["D"], []),
    ]
    assert chapters("kommune", "kommune=siegen") == [("Siegen", ["A", "B"], []), ("Im ganzen Kreis", ["C"], [])]


def test_chapter_of_german_comes_last() -> None:
    german, arabic = (
        factories.make_language(slug, name=name, sort_order=number)
        for number, (slug, name) in enumerate({"de": "Deutsch", "ar": "Arabisch"}.items())
    )
    factories.make_offer("A", languages=[german, arabic])
    factories.make_offer("B", languages=[german])
    assert chapters("sprache") == [("Arabisch", ["A"], []), ("Deutsch", ["B"], ["A"])]


def test_title_is_made_from_the_filters() -> None:
    factories.make_offer(
        "Chor",
        topics=[factories.make_topic("kultur", name="Kultur", translations={"en": {"name": "Culture"}})],
        municipalities=[factories.make_municipality("Siegen", slug="siegen")],
    )
    assert "<title>Wegweiser: Suche: Chor, Siegen, Kultur</title>" in html_of("q=Chor&thema=kultur&kommune=siegen")
    assert "<title>Wegweiser: Alle Angebote</title>" in html_of()
    with translation.override("en"):
        english = html_of("thema=kultur")
    assert '<html lang="en"' in english
    assert "Culture</title>" in english
    assert "http://testserver/en/angebote/" in english


def test_queries_do_not_grow(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    factories.make_language("de")
    factories.make_offer("Erstes")
    html_of()
    numbers = []
    for count in (0, 30):
        for _number in range(count):
            factories.make_offer()
        with django_assert_num_queries(20, exact=False) as captured:
            html_of()
        numbers.append(len(captured))
    assert numbers[0] == numbers[1]


# The PDF


def test_pdf_passes_verapdf_and_has_bookmarks_and_tagged_tables(
    client: Client, run_jobs: RunJobs, tmp_path: Path
) -> None:
    FunderNote.objects.create(text="Gefördert vom Land")
    siegen = factories.make_municipality("Siegen", slug="siegen")
    provider = factories.make_organisation("Nadel und Faden e. V.")
    rich_offer(municipalities=[siegen], provider=provider)
    for number in range(6):
        factories.make_offer(f"Chor {number}", municipalities=[siegen], provider=provider)
    page, made = order(client, run_jobs)
    content = b"".join(client.get(f"{page}wegweiser.pdf").streaming_content)
    assert len(content) == made.size
    path = tmp_path / "wegweiser.pdf"
    path.write_bytes(content)
    assert verapdf.failures(path) == {path: []}
    printed = pdf_structure.open_pdf(content)
    assert len(printed.pages) == made.pages
    assert [round(float(side)) for side in printed.pages[0].mediabox] == [0, 0, 420, 595]
    structure = pdf_structure.read_structure(printed)
    assert pdf_structure.content_outside_tree(printed, structure) == []
    # A table that goes on over the page is two, each of two rows at least, and every row has its heading.
    assert 7 <= len(structure.tables) <= 10
    assert all(table["TH"] >= 2 for table in structure.tables)
    assert made.pages <= 7
    assert (structure.cells_without_header, structure.figures_without_text, structure.nested_links) == (0, 0, 0)
    assert structure.kinds["Figure"] == 7
    titles = ["Chor 0", "Chor 1", "Chor 2", "Chor 3", "Chor 4", "Chor 5", "Nähkurs & mehr"]
    found = [title.strip() for title in pdf_structure.bookmarks(printed)]
    assert found == ["Inhalt", "Siegen", *titles, "Wer bietet was an?", "Impressum", "Gefördert durch"]
    assert set(titles) <= {link.strip() for link in pdf_structure.links(printed)}


def test_job_that_runs_twice_makes_one_file(client: Client, run_jobs: RunJobs) -> None:
    factories.make_offer()
    _page, made = order(client, run_jobs)
    Job.objects.update(state=Job.State.QUEUED, run_after=timezone.now())
    [again] = run_jobs()
    assert (again.state, again.result) == (Job.State.DONE, {"pages": made.pages, "size": made.size})
    assert len(default_storage.listdir(FOLDER)[1]) == 1


# Asking for it


def test_order_page_tells_the_choice_and_keeps_the_filters(client: Client) -> None:
    factories.make_offer(topics=[factories.make_topic("kultur", name="Kultur")])
    page = client.get(f"{URL}?thema=kultur&thema=unbekannt&sortierung=name").text
    assert '<input type="hidden" name="thema" value="kultur">' in page
    assert "1 Angebot" in page
    assert "unbekannt" in page
    assert "noindex" in page
    assert not Brochure.objects.exists()


def test_progress_is_shown_until_the_file_is_there(client: Client, run_jobs: RunJobs) -> None:
    factories.make_offer("Nähkurs")
    page = client.post(URL, {"gliederung": "thema"})["Location"]
    waiting = client.get(page).text
    assert "wird erstellt" in waiting
    assert 'data-hx-trigger="every 3s"' in waiting
    assert f'href="{page}"' in waiting
    assert client.get(f"{page}wegweiser.pdf").status_code == 404
    run_jobs()
    part = client.get(page, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "Der Wegweiser ist fertig" in part
    assert "every 3s" not in part
    response = client.get(f"{page}wegweiser.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Robots-Tag"] == "noindex"
    assert client.get(f"{page}wegweiser.pdf", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_same_choice_in_the_same_state_is_made_once(client: Client, run_jobs: RunJobs) -> None:
    factories.make_offer()
    page, _made = order(client, run_jobs)
    assert client.post(URL)["Location"] == page
    assert Job.objects.count() == 1
    assert client.post(URL, {"gliederung": "sprache"})["Location"] != page
    assert Job.objects.count() == 2


def test_file_is_gone_when_an_entry_was_taken_down(client: Client, run_jobs: RunJobs, editor: User) -> None:
    factories.make_offer()
    offer = factories.make_offer("Zurückgezogen")
    page, _made = order(client, run_jobs)
    assert client.get(f"{page}wegweiser.pdf").status_code == 200
    lifecycle.hide(offer, by=editor, reason="Bitte")
    gone = client.get(f"{page}wegweiser.pdf")
    assert gone.status_code == 410
    assert "Seitdem hat sich etwas geändert" in gone.text
    assert client.post(URL)["Location"] != page


def test_file_stays_right_on_the_next_day(client: Client, run_jobs: RunJobs) -> None:
    factories.make_offer()
    with time_machine.travel(timezone.now() - timedelta(days=1)):
        page, _made = order(client, run_jobs)
    assert client.get(f"{page}wegweiser.pdf").status_code == 200


def test_change_between_order_and_work_is_said(client: Client, run_jobs: RunJobs) -> None:
    factories.make_offer()
    page = client.post(URL)["Location"]
    factories.make_offer()
    [job] = run_jobs()
    assert job.state == Job.State.FAILED
    assert "konnte nicht erstellt werden" in client.get(page).text
    assert Brochure.objects.get().file == ""


def test_too_many_entries_are_refused_with_a_sentence(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brochure, "MOST", 1)
    for _number in range(2):
        factories.make_offer()
    for response in (client.get(URL), client.post(URL)):
        assert response.status_code == 200
        assert "höchstens 1 Angebote" in response.text
        assert "Wegweiser erstellen" not in response.text
    assert not Job.objects.exists()


def test_choice_without_offers_makes_nothing(client: Client) -> None:
    response = client.post(URL)
    assert response.status_code == 200
    assert "gibt es kein Angebot" in response.text
    assert not Job.objects.exists()


def test_one_address_may_not_have_any_number_made(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MADE_PER_HOUR", 2)
    factories.make_offer()
    first = [client.post(URL, {"gliederung": name}) for name in ("kommune", "thema")]
    assert [response.status_code for response in first] == [302, 302]
    refused = client.post(URL, {"gliederung": "sprache"})
    assert refused.status_code == 429
    assert refused["Retry-After"]
    assert re.search(r'value="sprache"[^>]* checked', refused.text)
    assert client.post(URL, {"gliederung": "thema"})["Location"] == first[1]["Location"]
    assert client.post(URL, {"gliederung": "sprache"}, REMOTE_ADDR="192.0.2.7").status_code == 302
    assert Job.objects.count() == 3


def test_no_more_than_a_few_wait_at_the_same_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "WAITING", 1)
    factories.make_offer()
    assert client.post(URL).status_code == 302
    assert client.post(URL, {"gliederung": "thema"}, REMOTE_ADDR="192.0.2.7").status_code == 429


def test_lost_file_is_made_again(client: Client, run_jobs: RunJobs) -> None:
    factories.make_offer()
    page, made = order(client, run_jobs)
    default_storage.delete(made.file.name)
    assert "konnte nicht erstellt werden" in client.get(page).text
    assert client.get(f"{page}wegweiser.pdf").status_code == 410
    assert client.post(URL)["Location"] == page
    run_jobs()
    assert client.get(f"{page}wegweiser.pdf").status_code == 200


# Staff


def test_staff_make_one_for_a_municipality(client: Client, run_jobs: RunJobs, editor: User) -> None:
    siegen = factories.make_municipality("Siegen", slug="siegen")
    factories.make_offer("Chor", municipalities=[siegen])
    factories.make_offer("Fern")
    client.force_login(editor)
    url = "/arbeitsplatz/wegweiser/"
    assert "Noch kein Wegweiser" in client.get(url).text
    response = client.post(url, {"kommune": "siegen", "gliederung": "thema"}, follow=True)
    assert "Der Wegweiser wird erstellt" in response.text
    [job] = run_jobs()
    assert (job.state, job.created_by) == (Job.State.DONE, editor)
    made = Brochure.objects.get()
    assert (made.title, made.query, made.grouping) == ("Siegen", "kommune=siegen", "thema")
    assert f'href="/angebote/wegweiser/{made.pk}/wegweiser.pdf"' in client.get(url).text


def test_staff_are_told_why_there_is_none(client: Client, editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.make_topic("kultur")
    client.force_login(editor)
    url = "/arbeitsplatz/wegweiser/"
    assert "gibt es kein Angebot" in client.post(url, {"thema": "kultur"}).text
    monkeypatch.setattr(brochure, "MOST", 1)
    for _number in range(2):
        factories.make_offer()
    assert "höchstens 1 Angebote, diese Auswahl hat 2" in client.post(url).text
    assert not Job.objects.exists()


# Retention


def test_stored_files_are_deleted_after_a_week(client: Client, run_jobs: RunJobs) -> None:
    factories.make_offer()
    _page, made = order(client, run_jobs)
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        call_command("purge")
        assert Brochure.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        call_command("purge", "--dry-run")
        assert default_storage.exists(made.file.name)
        call_command("purge")
    assert not Brochure.objects.exists()
    assert not default_storage.exists(made.file.name)
