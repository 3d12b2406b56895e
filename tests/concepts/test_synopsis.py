"""Two versions side by side: the page for everybody who may read both, and the PDF, checked by veraPDF, made once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django.fixtures import Settings

from concepts import changes, lifecycle, synopsis
from concepts.models import ConceptVersion, Synopsis
from kiportal.common import roles
from kiportal.common.models import Job, User
from tests import pdf_structure, verapdf
from tests.concepts.factories import freeze, make_concept, make_image, make_section, make_version, store_synopsis

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

type RunJobs = Callable[[], list[Job]]
S = ConceptVersion.Status


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def _two() -> tuple[ConceptVersion, ConceptVersion]:
    """With what chapters can hold, most of it changed in the draft that follows."""
    old = make_concept("Zusammen leben")
    pictures = [make_image(old.concept, colour) for colour in ("green", "red")]
    shown = [f"<figure><img src='{image.get_absolute_url()}' alt='Bild'></figure>" for image in pictures]
    table = "<table><tbody><tr><th>Ort</th><th>Plätze</th></tr><tr><td>Siegen</td><td>12</td></tr></tbody></table>"
    first = make_section(old, "Lage", body=f"<p>Der Kreis wächst<span class='fn'>Quelle: IT.NRW</span>.</p>{shown[0]}")
    make_section(old, "Plätze", parent=first, body=f"<h3>Im Überblick</h3>{table}<ul><li><p>Eins</p></li></ul>")
    make_section(old, "Gilt weiter")
    freeze(old)
    new = changes.copy_version(old)
    for section in new.sections.all():
        section.body = section.body.replace("wächst", "wächst schnell").replace("IT.NRW", "Landesbetrieb IT.NRW")
        section.body = section.body.replace(str(pictures[0].uuid), str(pictures[1].uuid))
        section.body = section.body.replace("</tr></tbody>", "</tr><tr><td>Olpe</td><td>9</td></tr></tbody>")
        section.save()
    make_section(new, "Neu", body="<p>Frisch.</p>")
    return old, new


def test_freezing_has_the_synopsis_made_and_it_passes_verapdf(lead: User, run_jobs: RunJobs, tmp_path: Path) -> None:
    old, new = _two()
    assert old.as_of is not None
    lifecycle.freeze(new, by=lead, as_of=old.as_of)
    assert {(job.state, job.error) for job in run_jobs()} == {(Job.State.DONE, "")}
    stored = Synopsis.objects.get(old=old, new=new)
    path = tmp_path / "synopse.pdf"
    path.write_bytes(stored.file.read())
    assert verapdf.failures(path) == {path: []}
    printed = pdf_structure.open_pdf(path.read_bytes())
    structure = pdf_structure.read_structure(printed)
    assert pdf_structure.content_outside_tree(printed, structure) == []
    assert structure.cells_without_header == 0
    assert structure.figures_without_text == 0
    assert [float(size) for size in printed.pages[0].MediaBox][2] > 800  # landscape
    new.refresh_from_db()
    assert synopsis.render_pdf(old, new).sha256 == stored.sha256  # the same bytes again
    assert lifecycle.order_synopsis(old, new, by=lead) is None


def test_synopsis_shows_old_and_new_beside_each_other() -> None:
    html = synopsis.render_html(*_two())
    assert "<tr><td><p>Der Kreis <del>" in html
    assert "</td><td><p>Der Kreis <ins>" in html
    assert html.count("media:concepts/images/") == 2
    assert "Altes Bild: Bild" in html
    assert "Neues Bild: Bild" in html
    assert "Gilt weiter: unverändert" in html


def test_synopsis_of_a_draft_is_made_anew_each_time(editor: User, client: Client, run_jobs: RunJobs) -> None:
    old, new = _two()
    client.force_login(editor)
    address = f"/arbeitsplatz/konzepte/{old.concept_id}/vergleich/"
    for _time in range(2):
        answer = client.post(address, {"alt": 1, "neu": 2})
        assert answer["Location"] == f"{address}?alt=1&neu=2#synopse"
        assert client.post(address, {"alt": 1, "neu": 2}).status_code == 302  # twice is once
        assert [job.error for job in run_jobs()] == [""]
    assert not Synopsis.objects.exists()
    assert default_storage.exists(synopsis.preview_name(old, new))
    assert "Synopse neu erstellen" in client.get(address).text
    assert client.get(f"{address}1-2/synopse.pdf").status_code == 200


def test_everybody_compares_what_they_may_read(cast: dict[str, User], client: Client) -> None:
    old = make_version(S.ADOPTED, published=True, title="Zusammen leben")
    new = make_version(S.COMMITTEE, concept=old.concept)
    draft = make_version(S.DRAFT, concept=old.concept)
    make_section(draft, "Noch geheim")
    store_synopsis(old, new)
    address = f"{old.concept.get_absolute_url()}vergleich/"
    readers = {None: 404, roles.COUNCIL: 200, roles.EDITOR: 200, roles.PROVIDER: 404}
    for role, status in readers.items():
        client.logout()
        if role:
            client.force_login(cast[role])
        page = client.get(address)
        assert page.status_code == 200, role
        assert ("Älter" in page.text and "Beide Fassungen haben denselben Text." in page.text) is (status == 200), role
        assert ("Es gibt hier" in page.text or "erst eine" in page.text) is (status == 404), role
        assert client.get(f"{address}1-2/synopse.pdf").status_code == status, role
        assert client.get(f"{address}2-3/synopse.pdf").status_code == 404, role
        for query in ({"alt": 1, "neu": 3}, {"alt": "x", "neu": "1"}, {"alt": 1, "neu": 1}):
            assert "Noch geheim" not in client.get(address, query).text
    client.force_login(cast[roles.EDITOR])
    workspace = f"/arbeitsplatz/konzepte/{old.concept_id}/vergleich/"
    assert "Noch geheim" in client.get(workspace, {"alt": 3, "neu": 1}).text
    assert "Diese Fassung gibt es hier nicht." in client.get(workspace, {"alt": "x"}).text
    assert "zwei verschiedene Fassungen" in client.get(workspace, {"alt": 1, "neu": 1}).text


def test_draft_that_is_there_already_is_opened(editor: User, client: Client) -> None:
    old, new = _two()
    client.force_login(editor)
    answer = client.post(f"/arbeitsplatz/konzepte/fassungen/{old.pk}/fortschreiben/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/arbeitsplatz/konzepte/fassungen/{new.pk}/"
    assert "Zu diesem Konzept gibt es schon einen Entwurf." in answer.text
    assert "Zum Entwurf der nächsten Fassung" in client.get(f"/arbeitsplatz/konzepte/fassungen/{old.pk}/").text


def test_history_of_the_draft_begins_with_where_it_comes_from(editor: User, client: Client) -> None:
    old = make_version(S.ADOPTED)
    client.force_login(editor)
    answer = client.post(f"/arbeitsplatz/konzepte/fassungen/{old.pk}/fortschreiben/", follow=True)
    assert "Als Entwurf begonnen" in answer.text
    assert "Mit dem Inhalt von Fassung 1." in answer.text
    assert "Was ist neu?" in answer.text
