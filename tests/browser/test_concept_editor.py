"""The editor of concepts in a real browser: what it keeps, what it makes, how it saves, how sections move."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html
from PIL import Image
from playwright.sync_api import Dialog, Locator, Page, expect

from concepts import changes
from concepts.models import ConceptImage, ConceptVersion, Presence, Section
from concepts.outline import Outline
from kiportal.common import roles
from kiportal.common.models import User
from kiportal.common.richtext import DOCUMENT, sanitise
from tests import factories
from tests.browser.conftest import Check, Faults, Open
from tests.concepts.factories import make_concept, make_image, make_section, make_source

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def version(transactional_db: None) -> ConceptVersion:
    factories.make_centre()
    factories.make_language("ar", name="Arabisch", endonym="العربية", is_rtl=True)
    factories.make_language("uk", name="Ukrainisch", endonym="українська")
    version = make_concept()
    make_section(version, "Ausgangslage")
    make_section(version, "Ziele")
    return version


@pytest.fixture
def section(version: ConceptVersion) -> Section:
    return version.sections.get(title="Ziele")


@pytest.fixture
def page(open_browser: Open, version: ConceptVersion, live_server: object) -> Iterator[Page]:
    """A window of somebody who writes. What it still asks for at the end is answered before the tables are emptied."""
    page = signed_in(open_browser, factories.make_user(roles.EDITOR), live_server)
    yield page
    page.wait_for_load_state("networkidle")


def signed_in(open_browser: Open, user: User, live_server: object, **options: object) -> Page:
    client = Client()
    client.force_login(user)
    page = open_browser(**options)
    page.context.add_cookies(
        [{"name": key, "value": cookie.value, "url": str(live_server)} for key, cookie in client.cookies.items()]
    )
    return page


def path_to(section: Section) -> str:
    return reverse("concepts:staff_section_edit", args=[section.pk])


def text_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text", exact=True)


def opened(page: Page, section: Section) -> Locator:
    """The text of a section in the editor, with all that comes later."""
    page.goto(path_to(section))
    expect(page.get_by_role("toolbar", name="Text gestalten")).to_be_visible()
    expect(page.get_by_role("heading", name="Fassungen")).to_be_visible()
    page.locator("[data-save]").evaluate("form => { form.dataset.autosave = 600; }")
    return text_of(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("toolbar").get_by_role("button", name=name, exact=True).click()


def save(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.get_by_text(re.compile(r"^Gespeichert um \d\d:\d\d Uhr$"))).to_be_visible()


def refused(faults: Faults, path: str) -> None:
    """The page asked for something that it expected to be refused: once, and at this address."""
    assert [urlsplit(fault).path for fault in faults] == [path]
    faults.clear()


def body_of(section: Section) -> str:
    section.refresh_from_db()
    return section.body


INLINE = {"strong", "em", "sub", "sup", "a"}


def meaning(body: str) -> list[tuple[str, str, str]]:
    """Each run of words or picture with the blocks around it and how it is set off, in reading order.

    Left out is what says nothing: a paragraph alone in a cell or an item, thead and tbody, the order of marks.
    """
    root = html.fragment_fromstring(body, create_parent="div")
    runs: list[tuple[str, str, str]] = []

    def walk(element: html.HtmlElement, blocks: tuple[str, ...], marks: frozenset[str]) -> None:
        label = f"{element.tag} {sorted(element.attrib.items())}"
        if element.tag in INLINE or (element.tag == "span" and "fn" not in element.get("class", "")):
            marks |= {label}
        elif element.tag not in {"thead", "tbody"} and not _says_nothing(element):
            blocks = (*blocks, label)
        if element.tag in {"img", "br"}:
            runs.append(("", " > ".join(blocks), " ".join(sorted(marks))))
        add(element.text, blocks, marks)
        for child in element:
            walk(child, blocks, marks)
            add(child.tail, blocks, marks)

    def add(text: str | None, blocks: tuple[str, ...], marks: frozenset[str]) -> None:
        place = (" > ".join(blocks), " ".join(sorted(marks)))
        if text and text.strip():
            if runs and runs[-1][0] and runs[-1][1:] == place:
                text = runs.pop()[0] + text
            runs.append((text, *place))

    walk(root, (), frozenset())
    return runs


def _says_nothing(element: html.HtmlElement) -> bool:
    parent = element.getparent()
    return element.tag == "p" and parent is not None and parent.tag in {"li", "td", "th"} and len(parent) <= 2


@pytest.fixture
def everything(version: ConceptVersion) -> str:
    """A text with every tag and attribute that a document may hold."""
    target = version.sections.get(title="Ausgangslage").uuid
    picture = make_image(version.concept).get_absolute_url()
    return sanitise(
        f"<h3>Zwischen</h3><p>Fett <strong>und <em>kursiv</em></strong>, H<sub>2</sub>O, m<sup>2</sup>,<br>"
        f'<a href="https://example.org/a?b=c">Netz</a>, <a href="mailto:ki@example.org">Post</a>, '
        f'<a href="tel:+4927113">Telefon</a>, <a href="#section:{target}">Kapitel 1</a>'
        f'<span class="fn">Quelle <em>A</em>, <a href="https://example.org/q">hier</a>, '
        f'<a href="#quelle:{target}">S. 1</a></span> <a href="#quelle:{target}">Quelle</a> und '
        f'<span lang="uk">Ласкаво</span> <span lang="ar" dir="rtl">أهلاً <strong>وسهلاً</strong></span>.</p>'
        f"<ul><li>eins<ul><li>innen<ol><li>tief</li></ol></li></ul></li><li>zwei</li></ul>"
        f'<ol start="3"><li>drei</li></ol><blockquote><p>Zitat</p><p>mehr</p></blockquote>'
        f'<table><caption>Plätze <em>2025</em> <a href="#quelle:{target}">S. 3</a>'
        f'<span class="fn">Stand März</span></caption>'
        f'<thead><tr><th scope="col">Ort</th><th scope="col" colspan="2">Zahl</th></tr></thead><tbody>'
        f'<tr><th scope="row" rowspan="2">Siegen</th><td>1<span class="fn">geschätzt</span></td><td>2</td></tr>'
        f"<tr><td><ul><li>a</li></ul></td><td><p>b</p><p>c</p></td></tr></tbody></table>"
        f'<figure><img src="{picture}" alt="Karte" width="400" height="300"><figcaption>Karte <em>des</em> Kreises'
        f'<span class="fn">eigene</span></figcaption></figure>'
        f'<figure><figcaption>oben</figcaption><img src="{picture}" alt="Zwei"></figure><p>Ende</p>',
        DOCUMENT,
    )


def test_editor_keeps_everything_that_a_document_may_hold(page: Page, section: Section, everything: str) -> None:
    Section.objects.filter(pk=section.pk).update(body=everything)
    text = opened(page, section)
    expect(text.locator(".footnote")).to_have_count(3)
    text.click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+End")
    page.keyboard.type("!")
    page.keyboard.press("Backspace")
    save(page)
    assert meaning(body_of(section)) == meaning(everything)


# Writing


def test_footnote_is_written_changed_and_removed_by_keyboard(page: Page, section: Section) -> None:
    text = opened(page, section)
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Alt+F10")
    expect(page.get_by_role("button", name="Zwischenüberschrift")).to_be_focused()
    press(page, "Fußnote")
    page.keyboard.type("Quelle: Amt")
    page.get_by_role("button", name="Übernehmen").click()
    expect(text.locator(".footnote")).to_have_text("Quelle: Amt")
    page.keyboard.type(" Ende.")
    save(page)
    assert body_of(section) == '<p>Text zu Ziele.<span class="fn">Quelle: Amt</span> Ende.</p>'
    text.locator(".footnote").click()
    expect(page.get_by_role("textbox", name="Text der Fußnote")).to_be_focused()
    page.keyboard.type(" 2025")
    page.get_by_role("button", name="Übernehmen").click()
    expect(text.locator(".footnote")).to_have_text("Quelle: Amt 2025")
    save(page)
    assert '<span class="fn">Quelle: Amt 2025</span>' in body_of(section)
    text.locator(".footnote").click()
    page.get_by_role("button", name="Fußnote entfernen").click()
    expect(text.locator(".footnote")).to_have_count(0)
    save(page)
    assert body_of(section) == "<p>Text zu Ziele. Ende.</p>"


def test_table_is_made_with_caption_heads_and_a_footnote(page: Page, section: Section) -> None:
    text = opened(page, section)
    text.click()
    page.keyboard.press("Control+End")
    press(page, "Tabelle")
    page.get_by_role("textbox", name="Überschrift der Tabelle").fill("Plätze & mehr")
    page.get_by_label("Zeilen").fill("2")
    page.get_by_label("Spalten").fill("2")
    page.get_by_role("button", name="Einfügen", exact=True).click()
    expect(text).to_be_focused()
    for word in ("Ort", "Zahl", "Siegen"):
        page.keyboard.type(word)
        page.keyboard.press("Tab")
    page.keyboard.type("3")
    press(page, "Fußnote")
    page.keyboard.type("geschätzt")
    page.get_by_role("button", name="Übernehmen").click()
    expect(text.locator(".footnote")).to_have_text("geschätzt")
    save(page)
    assert body_of(section) == (
        "<p>Text zu Ziele.</p><table><caption>Plätze &amp; mehr</caption><tbody>"
        "<tr><th><p>Ort</p></th><th><p>Zahl</p></th></tr>"
        '<tr><td><p>Siegen</p></td><td><p>3<span class="fn">geschätzt</span></p></td></tr></tbody></table>'
    )
    press(page, "Tabelle: Überschrift")
    page.keyboard.press("Control+a")
    page.keyboard.type("Neu")
    page.keyboard.press("Enter")
    press(page, "Neue Zeile darunter")
    press(page, "Kopfspalte")
    save(page)
    assert body_of(section).count("<tr>") == 3
    assert "<caption>Neu</caption>" in body_of(section)
    assert "<th><p>Siegen</p></th>" in body_of(section)


def test_escape_then_tab_leaves_a_table(page: Page, section: Section) -> None:
    Section.objects.filter(pk=section.pk).update(
        body="<table><tbody><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></tbody></table>"
    )
    text = opened(page, section)
    text.locator("th").first.click()
    page.keyboard.press("Tab")
    expect(text).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(text).not_to_be_focused()


def test_reference_link_and_language_are_set(page: Page, section: Section, version: ConceptVersion) -> None:
    text = opened(page, section)
    text.click()
    page.keyboard.press("Control+End")
    press(page, "Verweis auf einen Abschnitt")
    page.get_by_role("dialog").get_by_label("Abschnitt").select_option(label="1 Ausgangslage")
    page.get_by_role("button", name="Übernehmen").click()
    page.keyboard.type(" und ")
    press(page, "Link")
    page.get_by_role("dialog").get_by_label("Adresse").fill("javascript:alert(1)")
    page.get_by_role("button", name="Übernehmen").click()
    expect(page.get_by_text("Bitte geben Sie eine Adresse ein, die mit https://")).to_be_visible()
    page.get_by_role("dialog").get_by_label("Adresse").fill("https://example.org/")
    page.get_by_label("Text, der dann im Absatz steht").fill("dort")
    page.get_by_role("button", name="Übernehmen").click()
    page.keyboard.type(" hallo")
    for _letter in "hallo":
        page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_function("() => getSelection().toString() === 'hallo'")
    press(page, "Sprache der markierten Wörter")
    page.get_by_role("dialog").get_by_label("Sprache").select_option("ar")
    page.get_by_role("button", name="Übernehmen").click()
    save(page)
    target = version.sections.get(title="Ausgangslage").uuid
    assert meaning(body_of(section)) == meaning(
        f'<p>Text zu Ziele.<a href="#section:{target}" rel="noopener nofollow">Kapitel 1</a> und '
        '<a href="https://example.org/" rel="noopener nofollow">dort</a> <span lang="ar" dir="rtl">hallo</span></p>'
    )


def test_source_is_cited_added_and_corrected(
    page: Page, section: Section, version: ConceptVersion, faults: Faults
) -> None:
    source = make_source(version, short_name="IT.NRW", year="2024")
    text = opened(page, section)
    text.click()
    page.keyboard.press("Control+End")
    press(page, "Quelle zitieren")
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name="Übernehmen").click()
    expect(dialog.get_by_text("Bitte wählen Sie eine Quelle aus oder legen Sie eine neue an.")).to_be_visible()
    dialog.get_by_label("Quelle dieser Fassung").select_option(str(source.uuid))
    dialog.get_by_label("Stelle in der Quelle").fill("S. 12")
    page.get_by_role("button", name="Übernehmen").click()
    expect(text.get_by_text("(IT.NRW 2024, S. 12)", exact=True)).to_be_visible()
    page.keyboard.type(" und mehr")
    press(page, "Quelle zitieren")
    dialog.get_by_text("Oder eine neue Quelle anlegen").click()
    dialog.get_by_label("Jahr oder Datum").fill("2020")
    page.get_by_role("button", name="Übernehmen").click()
    expect(dialog.get_by_text("Bitte geben Sie den Titel an.")).to_be_visible()
    refused(faults, reverse("concepts:staff_source_add", args=[version.pk]))
    dialog.get_by_label("Titel").fill("Bildungsbericht")
    page.get_by_role("button", name="Übernehmen").click()
    expect(text.get_by_text("(Bildungsbericht 2020)", exact=True)).to_be_visible()
    text.get_by_text("(IT.NRW 2024, S. 12)", exact=True).click()
    expect(dialog.get_by_label("Stelle in der Quelle")).to_have_value("S. 12")
    dialog.get_by_label("Stelle in der Quelle").fill("S. 14")
    page.get_by_role("button", name="Übernehmen").click()
    save(page)
    added = version.sources.get(title="Bildungsbericht")
    assert meaning(body_of(section)) == meaning(
        f'<p>Text zu Ziele. <a href="#quelle:{source.uuid}" rel="noopener nofollow">S. 14</a> und mehr '
        f'<a href="#quelle:{added.uuid}" rel="noopener nofollow">Quelle</a></p>'
    )
    expect(page.get_by_role("region", name="Quellen")).to_contain_text("Bildungsbericht 2020")


def test_hint_leads_to_its_block(page: Page, section: Section) -> None:
    section.body = "<p>Gut.</p><table><tbody><tr><th>Ort</th></tr></tbody></table><p>Das ist ist doppelt.</p>"
    section.save()
    page.goto(f"{path_to(section)}?stelle=3")
    page.wait_for_function("() => getSelection().toString() === 'Das ist ist doppelt.'")
    page.get_by_role("link", name="Tabelle ohne Überschrift").click()
    page.wait_for_function("() => getSelection().toString().trim() === 'Ort'")


def test_picture_is_uploaded_and_inserted(page: Page, section: Section, tmp_path: Path, faults: Faults) -> None:
    file = tmp_path / "haus.png"
    Image.new("RGB", (30, 20), "blue").save(file)
    text = opened(page, section)
    text.click()
    page.keyboard.press("Control+End")
    press(page, "Bild")
    page.get_by_label("Bilddatei").set_input_files(file)
    page.get_by_role("button", name="Übernehmen").click()
    expect(page.get_by_text("Bitte beschreiben Sie, was das Bild zeigt.")).to_be_visible()
    refused(faults, reverse("concepts:staff_image_add", args=[section.version.concept_id]))
    page.get_by_label("Alternativtext").fill("Ein blaues Haus")
    page.get_by_label("Bildrechte").fill("Kreis")
    page.get_by_label("Bildunterschrift").fill("Das Haus")
    page.get_by_role("button", name="Übernehmen").click()
    expect(text.get_by_alt_text("Ein blaues Haus")).to_be_visible()
    save(page)
    image = ConceptImage.objects.get()
    assert body_of(section).startswith(
        f'<p>Text zu Ziele.</p><figure><img src="{image.get_absolute_url()}" '
        'alt="Ein blaues Haus" width="30" height="20">'
        "<figcaption>Das Haus</figcaption></figure>"
    )


# Saving


def test_state_of_saving_is_always_visible(page: Page, section: Section, faults: Faults) -> None:
    text = opened(page, section)
    state = page.locator("[data-save-state]")
    expect(state).to_contain_text("Zuletzt gespeichert")
    text.click()
    page.keyboard.type("x")
    expect(state).to_have_text("Nicht gespeicherte Änderungen")
    page.keyboard.press("Backspace")
    page.get_by_label("Überschrift", exact=True).fill("Leitziele")
    page.context.set_offline(True)
    page.get_by_role("button", name="Speichern", exact=True).click()
    expect(state).to_have_text("Nicht gespeichert: keine Verbindung. Ihr Text steht noch hier.")
    assert [fault.rpartition("::")[2] for fault in faults] == ["ERR_INTERNET_DISCONNECTED"]
    faults.clear()
    page.context.set_offline(False)
    page.get_by_role("button", name="Speichern", exact=True).click()
    expect(state).to_have_text(re.compile(r"Gespeichert um \d\d:\d\d Uhr"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Leitziele")
    section.refresh_from_db()
    assert (section.title, section.lock_version) == ("Leitziele", 2)
    page.get_by_label("Überschrift", exact=True).fill("Leitziele 2")
    save(page)
    section.refresh_from_db()
    assert section.lock_version == 3


def test_leaving_with_unsaved_text_asks(page: Page, section: Section) -> None:
    questions: list[str] = []

    def stay(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.dismiss()

    opened(page, section).click()
    page.keyboard.type("Neu")
    page.on("dialog", stay)
    page.get_by_role("link", name="Konzepte").click()
    expect(page.get_by_text("Nicht gespeicherte Änderungen")).to_be_visible()
    assert questions == ["beforeunload"]
    page.remove_listener("dialog", stay)
    save(page)
    page.get_by_role("link", name="Konzepte").click()
    expect(page.get_by_role("heading", level=1, name="Konzepte")).to_be_visible()


def test_two_who_save_lose_nothing(page: Page, section: Section, check: Check, faults: Faults) -> None:
    text = opened(page, section)
    Section.objects.filter(pk=section.pk).update(body="<p>Ihre Worte</p>", lock_version=2)
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Meine Worte")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", level=1)).to_have_text("Zwei Fassungen von „Ziele“")
    refused(faults, path_to(section))
    expect(page.locator(".conflict__side").first).to_contain_text("Ihre Worte")
    expect(page.locator(".conflict__side--mine").first).to_contain_text("Meine Worte")
    expect(page.get_by_role("toolbar", name="Text gestalten")).to_be_visible()
    check(page)
    text_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Ihre Worte")
    page.get_by_role("button", name="Meine Fassung speichern").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ziele")
    assert body_of(section) == "<p>Text zu Ziele. Meine Worte Ihre Worte</p>"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concepts.views.staff_sections.AUTOSAVE", 0.2)


def type_into(page: Page, section: Section, words: str) -> None:
    page.goto(path_to(section))
    expect(page.get_by_role("toolbar", name="Text gestalten")).to_be_visible()
    text_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


@pytest.mark.usefixtures("hasty")
def test_text_is_saved_by_itself(page: Page, section: Section) -> None:
    type_into(page, section, " Neu")
    expect(page.get_by_text(re.compile(r"^Gespeichert um"))).to_be_visible()
    assert body_of(section) == "<p>Text zu Ziele. Neu</p>"


@pytest.mark.usefixtures("hasty")
def test_saving_by_itself_stops_where_somebody_else_has_saved(page: Page, section: Section, faults: Faults) -> None:
    page.goto(path_to(section))
    Section.objects.filter(pk=section.pk).update(body="<p>Ihre Worte</p>", lock_version=2)
    expect(page.get_by_role("toolbar", name="Text gestalten")).to_be_visible()
    text_of(page).click()
    page.keyboard.type("Mein ")
    expect(page.get_by_text("Jemand anderes hat diesen Abschnitt inzwischen gespeichert.")).to_be_visible()
    assert body_of(section) == "<p>Ihre Worte</p>"
    page.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zwei Fassungen von „Ziele“")
    expect(page.locator(".conflict__side--mine").first).to_contain_text("Mein")
    assert {urlsplit(fault).path for fault in faults} == {path_to(section)}
    faults.clear()


@pytest.mark.usefixtures("hasty")
def test_text_without_connection_is_offered_on_return(page: Page, section: Section, faults: Faults) -> None:
    page.goto(path_to(section))
    expect(page.get_by_role("toolbar", name="Text gestalten")).to_be_visible()
    page.context.set_offline(True)
    text_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Unterwegs")
    expect(page.get_by_text("Nicht gespeichert: keine Verbindung. Ihr Text steht noch hier.")).to_be_visible()
    page.context.set_offline(False)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(path_to(section))
    expect(page.get_by_text("der nicht gespeichert werden konnte")).to_be_visible()
    page.get_by_role("button", name="Text einsetzen").click()
    expect(text_of(page)).to_contain_text("Text zu Ziele. Unterwegs")
    expect(page.get_by_text(re.compile(r"^Gespeichert um"))).to_be_visible()
    assert body_of(section) == "<p>Text zu Ziele. Unterwegs</p>"
    faults.clear()


def test_who_else_writes_is_seen(page: Page, section: Section, version: ConceptVersion) -> None:
    other = factories.make_user(roles.LEAD, first_name="Mira", last_name="Muster")
    now = timezone.now()
    Presence.objects.create(section=section, user=other, since=now, seen_at=now)
    opened(page, section)
    expect(
        page.get_by_text(re.compile(r"^Mira Muster bearbeitet diesen Abschnitt seit \d\d:\d\d Uhr\.$"))
    ).to_be_visible()
    open_tree(page)
    expect(page.locator(".tree__row--current")).to_contain_text("Mira Muster")


def test_note_is_written_answered_and_ticked_off(page: Page, section: Section, check: Check) -> None:
    opened(page, section)
    page.get_by_label("Notiz", exact=True).fill("Zahlen fehlen")
    page.get_by_role("button", name="Notiz speichern").click()
    expect(page.locator(".note")).to_contain_text("Zahlen fehlen")
    page.get_by_text("Antworten", exact=True).first.click()
    page.get_by_label("Antwort", exact=True).fill("Kommen morgen")
    page.get_by_role("button", name="Antworten").click()
    expect(page.locator(".note__answer")).to_contain_text("Kommen morgen")
    check(page)
    page.get_by_role("button", name="Erledigt").click()
    expect(page.locator(".note--done")).to_be_visible()


# The tree


def open_tree(page: Page) -> None:
    summary = page.locator(".editor__summary")
    if summary.is_visible():
        summary.click()


def test_sections_move_by_keyboard_and_it_is_said(
    page: Page, section: Section, version: ConceptVersion, faults: Faults
) -> None:
    opened(page, section)
    open_tree(page)
    link = page.locator(".tree__link", has_text="Ziele")
    link.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("[data-voice]")).to_have_text("Verschoben: 1.1 Ziele")
    expect(page.locator(".tree__link", has_text="Ziele")).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.get_by_role("alert")).to_contain_text("In diese Richtung lässt sich der Abschnitt nicht verschieben.")
    refused(faults, reverse("concepts:staff_section_move", args=[section.pk]))
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator("[data-voice]")).to_have_text("Verschoben: 2 Ziele")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("[data-voice]")).to_have_text("Verschoben: 1 Ziele")
    assert [node.heading for node in Outline.of(version)] == ["1 Ziele", "2 Ausgangslage"]


def test_sections_move_by_the_menu(page: Page, section: Section, version: ConceptVersion) -> None:
    opened(page, section)
    open_tree(page)
    page.get_by_label("„Ziele“ verschieben und mehr").click()
    page.get_by_role("button", name="nach oben").click()
    expect(page.locator("[data-voice]")).to_have_text("Verschoben: 1 Ziele")
    assert [node.heading for node in Outline.of(version)] == ["1 Ziele", "2 Ausgangslage"]


@pytest.mark.parametrize(
    ("height", "expected"),
    [
        (0.1, ["1 Recht", "2 Ausgangslage", "3 Ziele"]),
        (0.5, ["1 Ausgangslage", "1.1 Recht", "2 Ziele"]),
        (0.9, ["1 Ausgangslage", "2 Recht", "3 Ziele"]),
    ],
    ids=["before", "inside", "after"],
)
def test_sections_move_by_the_mouse(
    page: Page, section: Section, version: ConceptVersion, height: float, expected: list[str]
) -> None:
    make_section(version, "Recht")
    opened(page, section)
    open_tree(page)
    target = page.locator(".tree__row", has_text="Ausgangslage")
    box = target.bounding_box()
    assert box is not None
    place = {"x": 40, "y": box["height"] * height}
    page.locator(".tree__node", has_text="Recht").last.drag_to(target, target_position=place)
    expect(page.locator("[data-voice]")).to_contain_text("Verschoben")
    assert [node.heading for node in Outline.of(version)] == expected


# All pages


def test_pages_of_the_editor_are_accessible(
    page: Page, section: Section, version: ConceptVersion, everything: str, check: Check
) -> None:
    Section.objects.filter(pk=section.pk).update(body=everything)
    area = changes.add_action_area(version, title="Bildung", strand="bildung", section=section)
    opened(page, section)
    check(page)
    text_of(page).locator("td").nth(1).click()
    check(page)
    for name in ("Fußnote", "Link", "Verweis auf einen Abschnitt", "Bild"):
        press(page, name)
        expect(page.get_by_role("dialog")).to_be_visible()
        check(page)
        page.keyboard.press("Escape")
    concept = version.concept
    for name, argument in [
        ("concept_list", None),
        ("concept_add", None),
        ("concept_detail", concept.pk),
        ("concept_edit", concept.pk),
        ("image_list", concept.pk),
        ("version_detail", version.pk),
        ("version_edit", version.pk),
        ("version_freeze", version.pk),
        ("version_discard", version.pk),
        ("section_add", version.pk),
        ("section_preview", section.pk),
        ("section_delete", section.pk),
        ("action_area_add", version.pk),
        ("action_area_edit", area.pk),
    ]:
        page.goto(reverse(f"concepts:staff_{name}", args=[argument] if argument else []))
        check(page)


def test_section_is_written_and_moved_without_scripts(
    open_browser: Open, section: Section, version: ConceptVersion, live_server: object, check: Check
) -> None:
    page = signed_in(open_browser, factories.make_user(roles.EDITOR), live_server, java_script_enabled=False)
    page.goto(path_to(section))
    page.get_by_label("Text", exact=True).fill("<p>Von Hand</p>")
    page.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.get_by_text("„Ziele“ ist gespeichert.")).to_be_visible()
    assert body_of(section) == "<p>Von Hand</p>"
    open_tree(page)
    page.get_by_label("„Ziele“ verschieben und mehr").click()
    page.get_by_role("button", name="nach oben").click()
    assert [node.heading for node in Outline.of(version)] == ["1 Ziele", "2 Ausgangslage"]
