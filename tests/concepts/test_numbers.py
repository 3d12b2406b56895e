"""A section shows numbers of the registry: those of today in a draft, those of its day in a closed version."""

from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from lxml import html
from pytest_django.fixtures import Settings

from concepts import changes, lifecycle, numbers, pdf
from concepts.comparison import compare
from concepts.models import ConceptVersion, Section
from concepts.review import findings
from concepts.word.reading import read
from concepts.word.writing import render_version_word
from kiportal.common.models import User
from kiportal.common.pdf.fonts import unprintable
from offers import counting, coverage
from offers.models import Offer
from tests import pdf_structure, verapdf
from tests.concepts.factories import make_concept, make_section
from tests.factories import make_municipality, make_offer, make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

WHITE_SPOTS = Section.Numbers.WHITE_SPOTS


@pytest.fixture
def draft(db: None) -> ConceptVersion:
    """Three topics, two municipalities; the offer on Schule is for Neudorf, the one on Sprache for the whole Kreis."""
    place, _other = make_municipality("Neudorf"), make_municipality("Altdorf")
    school, language = make_topic("schule", name="Schule"), make_topic("sprache", name="Sprache")
    make_topic("wohnen", name="Wohnen")
    make_offer("Lesepaten", topics=[school], municipalities=[place])
    make_offer("Hotline", topics=[language], municipalities=[], is_countywide=True)
    make_offer("Verborgen", topics=[school], municipalities=[place], status=Offer.Status.ARCHIVED)
    version = make_concept()
    for kind in (Section.Numbers.BY_MUNICIPALITY, Section.Numbers.BY_TOPIC, WHITE_SPOTS):
        make_section(version, kind.label, shows_numbers=kind)
    make_section(version, "Nur Text")
    return version


def freeze(version: ConceptVersion, by: User) -> None:
    lifecycle.freeze(version, by=by, as_of=timezone.localdate())


def section_of(version: ConceptVersion, kind: str) -> Section:
    return version.sections.get(shows_numbers=kind)


def shown(version: ConceptVersion, kind: str) -> numbers.Numbers:
    found = numbers.shown(section_of(version, kind))
    assert found
    return found


def test_draft_shows_the_numbers_of_today(draft: ConceptVersion) -> None:
    by_place = shown(draft, "municipality")
    assert [(row.label, row.offers) for row in by_place.rows] == [("Altdorf", 1), ("Neudorf", 2)]
    assert "davon 1 für den ganzen Kreis" in by_place.counted
    assert f"{timezone.localdate():%d.%m.%Y}" in by_place.counted
    by_topic = shown(draft, "topic")
    assert [(row.label, row.offers) for row in by_topic.rows] == [("Schule", 1), ("Sprache", 1), ("Wohnen", 0)]
    assert by_topic.without == "Wohnen"
    table = shown(draft, WHITE_SPOTS)
    gaps = {
        (row.label, place)
        for row in table.rows
        for place, cell in zip(table.columns, row.cells, strict=True)
        if cell.is_gap
    }
    assert gaps == {("Schule", "Altdorf"), ("Wohnen", "Altdorf"), ("Wohnen", "Neudorf")}
    assert table.white_spots.startswith("3 von 6 Feldern sind weiße Flecken")
    assert [(bar.label, bar.number, bar.width) for bar in table.bars] == [("Altdorf", 2, 100), ("Neudorf", 1, 50)]
    assert numbers.shown(draft.sections.get(title="Nur Text")) is None


def test_numbers_are_those_of_the_table_of_coverage(draft: ConceptVersion) -> None:
    index = counting.current()
    matrix = coverage.matrix(index, index.visible(timezone.localdate()), "thema", "kommune")
    table = shown(draft, WHITE_SPOTS)
    assert [cell.offers for row in table.rows for cell in row.cells] == [cell.offers for cell in matrix.cells.values()]
    assert table.offers == matrix.total.offers


def test_closed_version_keeps_its_numbers(draft: ConceptVersion, editor: User) -> None:
    before = {kind: shown(draft, kind) for kind in ("municipality", "topic", "white_spots")}
    freeze(draft, editor)
    printed = pdf.render_version_html(draft)
    assert {kind: shown(draft, kind) for kind in before} == before
    Offer.objects.update(status=Offer.Status.ARCHIVED)
    make_municipality("Dorf von morgen")
    counting.forget()
    draft.refresh_from_db()
    assert {kind: shown(draft, kind) for kind in before} == before
    assert pdf.render_version_html(draft) == printed
    following = lifecycle.start_next_version(draft, by=editor)
    assert following.numbers == {}
    assert [row.offers for row in shown(following, "municipality").rows] == [0, 0, 0]


def test_only_kinds_that_are_shown_are_kept(draft: ConceptVersion, editor: User) -> None:
    draft.sections.exclude(shows_numbers="topic").update(shows_numbers="")
    freeze(draft, editor)
    assert draft.numbers.keys() == {"topic"}
    assert draft.numbers["topic"]["rows"][0] == {"label": "Schule", "offers": 1, "cells": []}


def test_database_refuses_other_numbers_in_a_closed_version(draft: ConceptVersion, editor: User) -> None:
    freeze(draft, editor)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConceptVersion.objects.filter(pk=draft.pk).update(numbers={})
    with pytest.raises(IntegrityError), transaction.atomic():
        draft.sections.update(shows_numbers="")


def test_page_tells_white_spots_in_words(draft: ConceptVersion, editor: User, lead: User, client: Client) -> None:
    freeze(draft, editor)
    chapter = section_of(draft, WHITE_SPOTS)
    assert client.get(chapter.get_absolute_url()).status_code == 404
    lifecycle.publish(draft, by=lead)
    page = html.fromstring(client.get(chapter.get_absolute_url()).content)
    [table] = page.xpath("//table[contains(@class, 'numbers__table')]")
    cells = [" ".join(cell.text_content().split()) for cell in table.find_class("numbers__gap")]
    assert cells == ["○ keins"] * 3
    assert [cell.get("scope") for cell in table.iter("th")] == ["col"] * 4 + ["row"] * 3
    assert "Gezählt am" in page.find_class("numbers")[0].text_content()
    [chart] = page.find_class("chart")
    rows = [list(filter(None, (cell.text_content().strip() for cell in row))) for row in chart.iterfind("tbody/tr")]
    assert rows == [["Altdorf", "2"], ["Neudorf", "1"]]
    english = client.get(f"/en{chapter.get_absolute_url()}").text
    assert "White spots by municipality" in english


def test_choice_is_made_in_the_editor_and_seen_in_the_preview(
    draft: ConceptVersion, editor: User, client: Client
) -> None:
    client.force_login(editor)
    section = make_section(draft, "Bestand", body="")
    url = reverse("concepts:staff_section_edit", args=[section.pk])
    values = {"title": "Bestand", "body": "", "state": "ready", "lock_version": section.lock_version}
    assert client.post(url, values | {"shows_numbers": "erfunden"}).status_code == 200
    assert client.post(url, values | {"shows_numbers": "topic"}).status_code == 302
    preview = client.get(reverse("concepts:staff_section_preview", args=[section.pk])).text
    assert "Angebote je Thema" in preview
    assert "noch keinen Text" not in preview
    assert not any("„Bestand“" in finding.sentence and "leer" in finding.sentence for finding in findings(draft))


def test_pdf_with_numbers_passes_verapdf(
    draft: ConceptVersion, editor: User, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    for number in range(8):
        make_municipality(f"Gemeinde {number}")
    freeze(draft, editor)
    path = tmp_path / "fassung.pdf"
    path.write_bytes(pdf.render_version_pdf(draft).content)
    assert verapdf.failures(path) == {path: []}
    structure = pdf_structure.read_structure(pdf_structure.open_pdf(path.read_bytes()))
    assert structure.cells_without_header == 0
    assert not unprintable("○")
    captions = html.fromstring(pdf.render_version_html(draft)).xpath("//caption/text()")
    assert [caption.partition(" (")[2] for caption in captions if "(" in caption] == [
        "Altdorf bis Gemeinde 4)",
        "Gemeinde 5 bis Gesamt)",
    ]


def test_word_file_has_tables_and_gives_none_back(draft: ConceptVersion, editor: User) -> None:
    freeze(draft, editor)
    content = render_version_word(draft)
    assert content == render_version_word(draft)
    tables = Document(BytesIO(content)).tables
    assert [len(table.rows) for table in tables] == [3, 4, 4]
    assert [cell.text for cell in tables[2].rows[3].cells] == ["Wohnen", "○ keins", "○ keins", "0"]
    found = read(content, uuid4())
    assert [part.body for part in found.parts] == [section.body for section in draft.sections.in_order()]
    assert any("Zahlen aus dem Angebotsverzeichnis" in note.sentence for note in found.notes)


def test_sections_from_word_keep_their_choice(draft: ConceptVersion) -> None:
    kept = changes.snapshot(draft)
    draft.sections.all().delete()
    changes.set_sections(draft, kept)
    assert changes.snapshot(draft) == kept
    changes.set_sections(draft, [{name: part[name] for name in part if name != "shows_numbers"} for part in kept])
    assert changes.snapshot(draft) == kept


def test_comparison_shows_what_has_become_of_the_numbers(draft: ConceptVersion, editor: User) -> None:
    freeze(draft, editor)
    following = lifecycle.start_next_version(draft, by=editor)
    assert [change.title for change in compare(draft, following).changes] == []
    make_offer("Nachhilfe", topics=list(Offer.objects.get(title="Lesepaten").topics.all()), is_countywide=True)
    changed = {change.title: change for change in compare(draft, following).changes}
    assert "Nur Text" not in changed
    text = "".join(piece.html for piece in changed[WHITE_SPOTS.label].pieces)
    assert "<del>○" in text
    assert "<ins>1" in text
