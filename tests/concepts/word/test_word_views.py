"""Word files on screen: upload, preview, taking over, taking back; downloads of versions."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from docx import Document
from pytest_django.fixtures import Settings

from concepts import changes, lifecycle
from concepts.comparison import compare
from concepts.models import ConceptImage, ConceptVersion, Section, SectionNote, VersionWord, WordImport
from concepts.word.writing import render_version_word
from kiportal.common import roles
from kiportal.common.models import Job, User
from tests.concepts.factories import citation, freeze, make_image, make_section, make_source, make_version
from tests.concepts.word.samples import add_comment, full_file, picture, saved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

type RunJobs = Callable[[], list[Job]]


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def draft() -> ConceptVersion:
    """Two chapters, one with a section; its Handlungsfeld is described in the section."""
    return make_version(ConceptVersion.Status.DRAFT)


def file_of(*titles: str, image: bool = False) -> bytes:
    document = Document()
    for title in titles:
        document.add_heading(title, 1)
        document.add_paragraph(f"Neuer Text zu {title}.")
    if image:
        document.add_picture(picture())
    return saved(document)


def send(staff: Client, version: ConceptVersion, content: bytes, key: object = "") -> str:
    answer = staff.post(
        f"/arbeitsplatz/konzepte/fassungen/{version.pk}/word/",
        {"key": key or uuid4(), "file": SimpleUploadedFile("konzept.docx", content)},
    )
    assert answer.status_code == 302, answer.text
    return str(answer["Location"])


def titles(version: ConceptVersion) -> list[str]:
    return [each["title"] for each in changes.snapshot(version)]


def test_file_is_read_shown_and_changes_nothing(staff: Client, draft: ConceptVersion, run_jobs: RunJobs) -> None:
    before = changes.snapshot(draft)
    url = send(staff, draft, full_file())
    assert "Die Datei wird gelesen" in staff.get(url).text
    assert "HX-Refresh" not in staff.get(url, headers={"HX-Request": "true"}).headers
    run_jobs()
    assert staff.get(url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    page = staff.get(url).text
    for words in ("1 Ausgangslage für Ämter", "1.1.1 Tabellen", "Die SmartArt-Grafik „Ablauf“", "Nicht übernommen (6)"):
        assert words in page
    found = WordImport.objects.get()
    shown = staff.get(f"{url}bilder/{found.pictures[0]['uuid']}/")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert staff.get(f"{url}bilder/{uuid4()}/").status_code == 404
    assert changes.snapshot(draft) == before
    assert not ConceptImage.objects.exists()


def test_chapters_are_appended_and_taken_back(staff: Client, draft: ConceptVersion, run_jobs: RunJobs) -> None:
    before = changes.snapshot(draft)
    url = send(staff, draft, file_of("Neu", image=True))
    run_jobs()
    assert staff.post(url, {"way": "anhaengen"}).status_code == 302
    assert titles(draft) == ["Einleitung", "Auftrag", "Neu"]
    image = draft.concept.images.get()
    assert image.get_absolute_url() in draft.sections.get(title="Neu").body
    assert default_storage.exists(str(image.file.name))
    # Work elsewhere in the draft does not stand in the way.
    Section.objects.filter(title="Auftrag").update(body="<p>Weiter</p>")
    assert "Rückgängig machen" in staff.get(url).text
    assert staff.post(f"{url}rueckgaengig/").status_code == 302
    assert titles(draft) == [each["title"] for each in before]
    assert staff.post(f"{url}rueckgaengig/").status_code == 409


def test_draft_is_replaced_and_comes_back_with_its_areas(
    staff: Client, draft: ConceptVersion, run_jobs: RunJobs
) -> None:
    before = changes.snapshot(draft)
    url = send(staff, draft, file_of("Neu", "Ganz neu"))
    run_jobs()
    assert "Die 2 Abschnitte, die jetzt darin stehen, werden gelöscht" in staff.get(url).text
    assert staff.post(url, {"way": "ersetzen"}).status_code == 302
    assert titles(draft) == ["Neu", "Ganz neu"]
    assert draft.action_areas.get().section is None
    assert staff.post(url, {"way": "ersetzen"}).status_code == 409
    assert staff.post(f"{url}rueckgaengig/").status_code == 302
    assert changes.snapshot(draft) == before
    assert draft.action_areas.get().section is not None


def test_notes_come_back_with_the_draft(
    staff: Client, draft: ConceptVersion, run_jobs: RunJobs, editor: User, lead: User
) -> None:
    section = draft.sections.get(title="Auftrag")
    written = timezone.now() - timedelta(days=3)
    note = SectionNote.objects.create(section=section, text="Zahlen?", by=editor, created_at=written, done_at=written)
    SectionNote.objects.create(section=section, text="Kommen im Mai.", by=lead, answer_to=note, created_at=written)
    for text in ("Offen", "Auch offen"):
        SectionNote.objects.create(section=section, text=text, kind=SectionNote.Kind.GUIDE)
    before, notes = changes.snapshot(draft), list(SectionNote.objects.order_by("pk").values())
    url = send(staff, draft, file_of("Neu"))
    run_jobs()
    assert "Dabei fallen 2 offene interne Notizen weg." in staff.get(url).text
    staff.post(url, {"way": "ersetzen"})
    assert not SectionNote.objects.exists()
    assert staff.post(f"{url}rueckgaengig/").status_code == 302
    assert changes.snapshot(draft) == before
    section = draft.sections.get(title="Auftrag")
    assert list(SectionNote.objects.order_by("pk").values()) == [row | {"section_id": section.pk} for row in notes]
    assert [answer.by for answer in section.notes.threads().get(text="Zahlen?").answers.all()] == [lead]


def test_note_of_an_account_that_is_gone_comes_back_without_a_name(
    staff: Client, draft: ConceptVersion, run_jobs: RunJobs, lead: User
) -> None:
    SectionNote.objects.create(section=draft.sections.get(title="Auftrag"), text="Zahlen?", by=lead)
    url = send(staff, draft, file_of("Neu"))
    run_jobs()
    assert "Dabei fällt eine offene interne Notiz weg." in staff.get(url).text
    staff.post(url, {"way": "ersetzen"})
    lead.delete()
    assert staff.post(f"{url}rueckgaengig/").status_code == 302
    assert SectionNote.objects.values_list("text", "by").get() == ("Zahlen?", None)


def test_note_written_after_taking_over_is_not_lost(staff: Client, draft: ConceptVersion, run_jobs: RunJobs) -> None:
    url = send(staff, draft, file_of("Neu"))
    run_jobs()
    staff.post(url, {"way": "ersetzen"})
    SectionNote.objects.create(section=draft.sections.get(), text="Neue Notiz")
    assert staff.post(f"{url}rueckgaengig/").status_code == 409
    assert SectionNote.objects.get().text == "Neue Notiz"


def test_notes_stay_with_sections_that_the_file_brings_back(
    staff: Client, draft: ConceptVersion, run_jobs: RunJobs
) -> None:
    SectionNote.objects.create(section=draft.sections.get(title="Auftrag"), text="Zahlen?")
    notes = list(SectionNote.objects.values())
    url = send(staff, draft, render_version_word(draft))
    run_jobs()
    assert "Notiz weg" not in staff.get(url).text
    staff.post(url, {"way": "ersetzen"})
    assert list(SectionNote.objects.values()) == notes
    assert staff.post(f"{url}rueckgaengig/").status_code == 302
    assert list(SectionNote.objects.values()) == notes


def commented(*titles: str) -> bytes:
    """A file of chapters, with a comment on each text."""
    document = Document()
    for title in titles:
        document.add_heading(title, 1)
        add_comment(document, document.add_paragraph("Text."), f"Zu {title}?")
    return saved(document)


@pytest.mark.parametrize("way", ["anhaengen", "ersetzen"])
def test_comments_become_internal_notes_and_go_with_undoing(
    staff: Client, draft: ConceptVersion, run_jobs: RunJobs, editor: User, way: str
) -> None:
    SectionNote.objects.create(section=draft.sections.get(title="Auftrag"), text="Zahlen?")
    before = changes.snapshot(draft)
    url = send(staff, draft, commented("Neu", "Ganz neu"))
    run_jobs()
    assert staff.get(url).context["form"]["comments"].initial is True
    staff.post(url, {"way": way, "comments": "on"})
    assert list(SectionNote.objects.exclude(text="Zahlen?").values_list("section__title", "text", "by")) == [
        ("Neu", "Rita, 12.03.2026, 10:15 Uhr zu „Text.“: Zu Neu?", editor.pk),
        ("Ganz neu", "Rita, 12.03.2026, 10:15 Uhr zu „Text.“: Zu Ganz neu?", editor.pk),
    ]
    staff.post(f"{url}rueckgaengig/")
    assert changes.snapshot(draft) == before


def test_comments_on_sections_that_stay_go_with_undoing(
    staff: Client, draft: ConceptVersion, run_jobs: RunJobs
) -> None:
    """The portal's own file, commented in Word, brought back."""
    SectionNote.objects.create(section=draft.sections.get(title="Auftrag"), text="Zahlen?")
    before = changes.snapshot(draft)
    document = Document(BytesIO(render_version_word(draft)))
    line = next(line for line in document.paragraphs if line.text == "Text zu Auftrag.")
    add_comment(document, line, "Bitte kürzen")
    url = send(staff, draft, saved(document))
    run_jobs()
    staff.post(url, {"way": "ersetzen", "comments": "on"})
    assert [note.text for note in draft.sections.get(title="Auftrag").notes.all()] == [
        "Zahlen?",
        "Rita, 12.03.2026, 10:15 Uhr zu „Text zu Auftrag.“: Bitte kürzen",
    ]
    staff.post(f"{url}rueckgaengig/")
    assert changes.snapshot(draft) == before


def test_comments_stay_in_the_list_without_the_tick(staff: Client, draft: ConceptVersion, run_jobs: RunJobs) -> None:
    url = send(staff, draft, commented("Neu"))
    run_jobs()
    staff.post(url, {"way": "anhaengen"})
    assert not SectionNote.objects.exists()
    assert "Zu Neu?" in staff.get(url).text


def test_file_without_comments_is_not_asked_about_them(staff: Client, draft: ConceptVersion, run_jobs: RunJobs) -> None:
    url = send(staff, draft, file_of("Neu"))
    run_jobs()
    assert "Kommentare als interne Notizen" not in staff.get(url).text
    assert staff.post(url, {"way": "anhaengen", "comments": "on"}).status_code == 302


def test_work_after_taking_over_is_not_lost(staff: Client, draft: ConceptVersion, run_jobs: RunJobs) -> None:
    url = send(staff, draft, file_of("Neu"))
    run_jobs()
    staff.post(url, {"way": "ersetzen"})
    draft.sections.update(body="<p>Daran wurde gearbeitet.</p>")
    assert "Rückgängig machen lässt sich das nicht mehr" in staff.get(url).text
    answer = staff.post(f"{url}rueckgaengig/")
    assert (answer.status_code, "hat jemand an diesem Text gearbeitet" in answer.text) == (409, True)
    assert draft.sections.get().body == "<p>Daran wurde gearbeitet.</p>"


def test_own_file_with_a_change_keeps_what_hangs_on_sections(
    staff: Client, draft: ConceptVersion, run_jobs: RunJobs
) -> None:
    """Exported, changed in Word, brought back: uuids, Handlungsfeld, state of what was not touched, pictures."""
    image = make_image(draft.concept)
    make_section(draft, "Bild", body=f'<figure><img src="{image.get_absolute_url()}" alt="Ein Bild"></figure>')
    before = {each["uuid"]: each for each in changes.snapshot(draft)}
    url = send(staff, draft, render_version_word(draft))
    run_jobs()
    assert staff.post(url, {"way": "ersetzen"}).status_code == 302
    after = {each["uuid"]: each for each in changes.snapshot(draft)}
    assert after.keys() == before.keys()
    assert {key: each["areas"] for key, each in after.items()} == {key: each["areas"] for key, each in before.items()}
    assert draft.concept.images.get() == image
    assert image.get_absolute_url() in draft.sections.get(title="Bild").body


def test_own_file_brought_back_as_it_is_changes_no_section(
    staff: Client, draft: ConceptVersion, run_jobs: RunJobs
) -> None:
    image, source = make_image(draft.concept), make_source(draft, year="2024")
    preface = make_section(draft, "Vorwort", is_numbered=False)
    chapter = draft.sections.get(title="Einleitung")
    link = f'<a href="#section:{chapter.uuid}">{{}}</a>'.format
    make_section(
        draft,
        "Was ein Abschnitt haben kann",
        body='<table><caption>Zahlen</caption><thead><tr><th scope="col">Ort</th><th scope="col">Zahl</th></tr></thead>'
        f'<tbody><tr><th scope="row">Ahaus</th><td>{link("Kapitel")}</td></tr>'
        f'<tr><th scope="row">Borken</th><td></td></tr></tbody></table><table><tbody><tr><th><p>A</p></th></tr>'
        f"<tr><td><ul><li>eins {link('Kapitel 7.3')}</li></ul></td></tr></tbody></table>"
        f"<p>Siehe {link('Abschnitt')}, {link('die <strong>Lage</strong>')}, {link('die Lage')} und "
        f'<a href="#section:{preface.uuid}">„Vorwort“</a>, <a href="#section:{preface.uuid}">Kapitel</a>'
        f'<span class="fn">Vgl. {citation(source, "S. 3")} und {link("Kapitel 1")}.</span>, so {citation(source)}.</p>'
        f'<figure><img src="{image.get_absolute_url()}" alt="Ein Bild"><figcaption>Bild 1</figcaption></figure>',
    )
    freeze(draft)
    following = changes.copy_version(draft)
    url = send(staff, following, render_version_word(following))
    run_jobs()
    staff.post(url, {"way": "ersetzen"})
    changed = {
        change.title: [piece.html for piece in change.pieces if piece.kind != "same"]
        for change in compare(draft, following).changes
    }
    assert changed == {}


def test_sections_of_an_own_file_are_new_ones_when_appended(
    staff: Client, draft: ConceptVersion, run_jobs: RunJobs
) -> None:
    url = send(staff, draft, render_version_word(draft))
    run_jobs()
    assert staff.post(url, {"way": "anhaengen"}).status_code == 302
    assert titles(draft) == ["Einleitung", "Auftrag", "Einleitung", "Auftrag"]


def test_file_sent_twice_is_one(staff: Client, draft: ConceptVersion) -> None:
    key = uuid4()
    assert send(staff, draft, file_of("Neu"), key) == send(staff, draft, file_of("Neu"), key)
    assert WordImport.objects.count() == 1
    assert Job.objects.filter(kind="concepts.read_word").count() == 1


@pytest.mark.parametrize(
    ("content", "words"), [(b"%PDF-1.7", "Das ist ein PDF"), (b"", "Die Datei ist leer"), (b"PK\x03\x04", "beschädigt")]
)
def test_upload_that_is_no_word_file_comes_back(
    staff: Client, draft: ConceptVersion, content: bytes, words: str
) -> None:
    url = f"/arbeitsplatz/konzepte/fassungen/{draft.pk}/word/"
    answer = staff.post(url, {"key": uuid4(), "file": SimpleUploadedFile("konzept.docx", content)})
    assert (answer.status_code, words in answer.text) == (200, True)
    assert not WordImport.objects.exists()


def test_file_without_text_fails_with_a_sentence(staff: Client, draft: ConceptVersion, run_jobs: RunJobs) -> None:
    url = send(staff, draft, saved(Document()))
    [job] = run_jobs()
    assert job.state == Job.State.FAILED
    page = staff.get(url).text
    assert "In der Datei steht kein Text" in page
    assert "Andere Datei wählen" in page


def test_discarded_file_leaves_nothing(staff: Client, draft: ConceptVersion, run_jobs: RunJobs) -> None:
    url = send(staff, draft, file_of("Neu", image=True))
    run_jobs()
    found = WordImport.objects.get()
    assert staff.post(f"{url}verwerfen/").status_code == 302
    assert not WordImport.objects.exists()
    assert default_storage.listdir(found.folder)[1] == []


def test_old_files_are_purged(staff: Client, draft: ConceptVersion, run_jobs: RunJobs) -> None:
    send(staff, draft, file_of("Neu", image=True))
    run_jobs()
    call_command("purge")
    assert WordImport.objects.exists()
    WordImport.objects.update(created_at=timezone.now() - timezone.timedelta(days=31))
    call_command("purge")
    assert not WordImport.objects.exists()


def test_finished_version_takes_no_file(staff: Client, draft: ConceptVersion, run_jobs: RunJobs) -> None:
    url = send(staff, draft, file_of("Neu"))
    run_jobs()
    before = changes.snapshot(draft)
    freeze(draft)
    assert staff.post(url, {"way": "ersetzen"}).status_code == 409
    assert staff.get(f"/arbeitsplatz/konzepte/fassungen/{draft.pk}/word/").status_code == 409
    assert staff.get(url).status_code == 200
    assert changes.snapshot(draft) == before


# Out


def test_word_file_is_for_those_who_may_read_the_version(
    client: Client, cast: dict[str, User], lead: User, run_jobs: RunJobs
) -> None:
    version = make_version(ConceptVersion.Status.DRAFT)
    lifecycle.freeze(version, by=lead, as_of=timezone.localdate())
    run_jobs()
    url = f"/konzepte/{version.concept.slug}/fassungen/1/konzept.docx"
    assert client.get(url).status_code == 404
    client.force_login(cast[roles.COUNCIL])
    assert client.get(url).status_code == 404
    lifecycle.forward(version, by=lead, committee="Kreistag")
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{version.concept.slug}-fassung-1-stand-')
    content = b"".join(answer.streaming_content)
    stored = VersionWord.objects.get()
    assert (len(content), answer["ETag"]) == (stored.size, f'"{stored.sha256}"')
    client.logout()
    assert client.get(url).status_code == 404
    version.refresh_from_db()
    lifecycle.publish(version, by=lead)
    assert client.get(url).status_code == 200
    assert url in client.get(version.get_absolute_url()).text


def test_draft_is_downloaded_by_staff_as_it_is(staff: Client, draft: ConceptVersion) -> None:
    answer = staff.get(f"/arbeitsplatz/konzepte/fassungen/{draft.pk}/entwurf.docx")
    assert answer.status_code == 200
    assert answer.content == render_version_word(draft)
    freeze(draft)
    assert staff.get(f"/arbeitsplatz/konzepte/fassungen/{draft.pk}/entwurf.docx").status_code == 404
