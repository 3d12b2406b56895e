"""What readers get of a concept: every role and every status, the pages, the PDF and the pictures."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from concepts import changes
from concepts.models import ConceptVersion
from kiportal.common import roles
from kiportal.common.models import Centre, User
from tests import factories
from tests.concepts.factories import freeze, make_concept, make_image, make_section, make_version, store_pdf

pytestmark = pytest.mark.django_db

S = ConceptVersion.Status
STRANGER = "stranger"
CASES = [(S.DRAFT, False), *((status, published) for status in S if status != S.DRAFT for published in (False, True))]
READERS = {
    STRANGER: {(status, True) for status in S},
    roles.COUNCIL: {(status, True) for status in S}
    | {(status, False) for status in (S.COMMITTEE, S.ADOPTED, S.SUPERSEDED)},
    roles.EDITOR: {case for case in CASES if case[0] != S.DRAFT},
}
READERS |= {roles.LEAD: READERS[roles.EDITOR]}
READERS |= dict.fromkeys([roles.PROVIDER, roles.MUNICIPALITY, roles.ADMIN], READERS[STRANGER])


@pytest.fixture(autouse=True)
def _media(centre: Centre, settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path


def client_of(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def address(version: ConceptVersion, name: str = "version_detail", *more: object) -> str:
    return reverse(f"concepts:{name}", args=[version.concept.slug, version.number, *more])


def chapter_address(version: ConceptVersion) -> str:
    return address(version, "section_detail", version.sections.get(parent=None).uuid)


# Who reads what


@pytest.mark.parametrize(("status", "published"), CASES)
def test_version_is_read_by_those_who_may(cast: dict[str, User], status: str, published: bool) -> None:
    version = make_version(status, published=published, title="Zusammen im Musterkreis")
    if status != S.DRAFT:
        store_pdf(version)
    paths = [
        version.concept.get_absolute_url(),
        address(version),
        chapter_address(version),
        address(version, "version_pdf"),
    ]
    for role, readable in READERS.items():
        client = client_of(cast.get(role))
        expected = 200 if (status, published) in readable else 404
        assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, expected), role
        assert (version.title in client.get(reverse("concepts:concept_list")).text) is (expected == 200), role


@pytest.mark.parametrize(("status", "published"), CASES)
def test_picture_is_seen_by_those_who_read_a_version_that_shows_it(
    cast: dict[str, User], status: str, published: bool
) -> None:
    concept = make_concept("Konzept mit Bild")
    image = make_image(concept.concept)
    make_section(concept, "Mit Bild", body=f'<figure><img src="{image.get_absolute_url()}" alt="Ein Bild"></figure>')
    if status != S.DRAFT:
        today = timezone.localdate()
        decided = {"forwarded_on": today, "adopted_on": today, "published_on": today if published else None}
        freeze(concept, status=status, **decided)
    for role, readable in READERS.items():
        may = (status, published) in readable or role in {roles.EDITOR, roles.LEAD}
        answer = client_of(cast.get(role)).get(image.get_absolute_url())
        assert answer.status_code == (200 if may else 404), role
        if may:
            assert answer["Cache-Control"].startswith("public" if published else "private")


def test_picture_that_no_version_shows_is_for_those_who_write(cast: dict[str, User]) -> None:
    image = make_image(make_version(S.ADOPTED, published=True).concept)
    assert client_of(None).get(image.get_absolute_url()).status_code == 404
    assert client_of(cast[roles.COUNCIL]).get(image.get_absolute_url()).status_code == 404
    assert client_of(cast[roles.EDITOR]).get(image.get_absolute_url()).status_code == 200


def test_picture_is_served_as_what_it_is(client: Client) -> None:
    version = make_concept()
    image = make_image(version.concept)
    make_section(version, "Bild", body=f'<img src="{image.get_absolute_url()}" alt="Ein Bild">')
    freeze(version, published_on=timezone.localdate())
    answer = client.get(image.get_absolute_url(), headers={"accept-encoding": "gzip"})
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == f'attachment; filename="{image.uuid}.png"'
    assert answer["Content-Length"] == str(image.file.size)
    assert answer["Cache-Control"] == "public, max-age=2592000"
    assert b"".join(answer).startswith(b"\x89PNG")  # type: ignore[arg-type]


def test_version_of_another_concept_is_not_found(client: Client) -> None:
    version, other = make_version(S.ADOPTED, published=True), make_version(S.ADOPTED, published=True)
    uuid = other.sections.get(parent=None).uuid
    assert client.get(address(version, "section_detail", uuid)).status_code == 404
    assert client.get(address(version, "section_detail", uuid4())).status_code == 404
    assert client.get(reverse("concepts:version_detail", args=[version.concept.slug, 2])).status_code == 404


# The PDF


def test_pdf_is_served_from_storage_with_its_name_and_length(client: Client) -> None:
    version = make_version(S.ADOPTED, published=True, title="Integrationskonzept Musterkreis")
    pdf = store_pdf(version, b"%PDF-1.7" + b"x" * 5000)
    answer = client.get(address(version, "version_pdf"), headers={"accept-encoding": "gzip"})
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Length"] == "5008"
    assert "Content-Encoding" not in answer
    stand = f"{version.as_of:%Y-%m-%d}"
    name = f"integrationskonzept-musterkreis-fassung-1-stand-{stand}.pdf"
    assert answer["Content-Disposition"] == f'inline; filename="{name}"'
    assert answer["ETag"] == f'"{pdf.sha256}"'
    assert answer["Cache-Control"] == "public, no-cache"
    assert "X-Robots-Tag" not in answer
    assert b"".join(answer) == pdf.file.read()  # type: ignore[arg-type]


def test_pdf_that_the_browser_has_is_not_sent_again(client: Client) -> None:
    version = make_version(S.ADOPTED, published=True)
    pdf = store_pdf(version)
    path = address(version, "version_pdf")
    answer = client.get(path, headers={"if-none-match": f'"{pdf.sha256}"'})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == f'"{pdf.sha256}"'
    assert client.get(path, headers={"if-none-match": '"another"'}).status_code == 200


def test_pdf_is_downloaded_again_and_again_with_the_same_bytes(client: Client) -> None:
    version = make_version(S.ADOPTED, published=True)
    store_pdf(version)
    path = address(version, "version_pdf")
    assert len({b"".join(client.get(path)) for _ in range(3)}) == 1  # type: ignore[arg-type]


def test_pdf_that_is_not_public_stays_out_of_caches_and_search_engines(cast: dict[str, User]) -> None:
    version = make_version(S.COMMITTEE)
    store_pdf(version)
    answer = client_of(cast[roles.COUNCIL]).get(address(version, "version_pdf"))
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Robots-Tag"] == "noindex"


def test_pdf_of_a_version_that_was_withdrawn_is_gone_at_once(client: Client) -> None:
    version = make_version(S.ADOPTED, published=True)
    pdf = store_pdf(version)
    ConceptVersion.objects.filter(pk=version.pk).update(published_on=None)
    answer = client.get(address(version, "version_pdf"), headers={"if-none-match": f'"{pdf.sha256}"'})
    assert answer.status_code == 404


def test_pdf_that_is_still_being_made_is_not_linked(client: Client) -> None:
    version = make_version(S.ADOPTED, published=True)
    path = address(version, "version_pdf")
    assert client.get(path).status_code == 404
    for page in (
        reverse("concepts:concept_list"),
        version.concept.get_absolute_url(),
        address(version),
        chapter_address(version),
    ):
        text = client.get(page).text
        assert "Das PDF wird gerade erstellt" in text
        assert path not in text


def test_pages_link_the_pdf_with_its_extent(client: Client) -> None:
    version = make_version(S.ADOPTED, published=True)
    store_pdf(version, b"x" * 1_258_291, pages=34)
    for page in (
        reverse("concepts:concept_list"),
        version.concept.get_absolute_url(),
        address(version),
        chapter_address(version),
    ):
        text = client.get(page).text
        assert address(version, "version_pdf") in text
        assert "PDF, 34 Seiten, 1,2\xa0MB" in text


# The pages


def test_concept_page_shows_the_version_in_force_and_names_the_others(client: Client) -> None:
    first = make_version(S.SUPERSEDED, published=True)
    second = make_version(S.ADOPTED, published=True, concept=first.concept)
    third = make_version(S.COMMITTEE, published=True, concept=first.concept)
    ConceptVersion.objects.filter(pk=second.pk).update(decision_url="https://ris.example.org/118")
    text = client.get(first.concept.get_absolute_url()).text
    assert "Beschlossen vom Kreistag am" in text
    assert 'href="https://ris.example.org/118"' in text
    assert "Das Portal ist nicht die amtliche Quelle" in text
    assert "Eine neue Fassung liegt vor" in text
    for version in (first, third):
        assert f'href="{address(version)}"' in text
    assert chapter_address(second) in text
    assert "Bildung und Erziehung" in text


def test_concept_page_hides_versions_that_one_may_not_know_of(client: Client, cast: dict[str, User]) -> None:
    adopted = make_version(S.ADOPTED, published=True)
    committee = make_version(S.COMMITTEE, concept=adopted.concept)
    path = adopted.concept.get_absolute_url()
    for page in (path, address(adopted), chapter_address(adopted)):
        text = client.get(page).text
        assert address(committee) not in text
        assert "Sozialausschuss" not in text
    assert address(committee) in client_of(cast[roles.COUNCIL]).get(path).text


@pytest.mark.parametrize(
    ("body", "words"), [("Kreistag", "vom Kreistag"), ("Bezirksvertretung Mitte", "von der Bezirksvertretung Mitte")]
)
def test_decision_names_the_body(client: Client, body: str, words: str) -> None:
    version = make_version(S.ADOPTED, published=True)
    ConceptVersion.objects.filter(pk=version.pk).update(adopted_by=body)
    assert f"Beschlossen {words} am " in client.get(address(version)).text


@pytest.mark.parametrize("status", [S.SUPERSEDED, S.COMMITTEE])
def test_version_that_is_not_in_force_says_so_and_leads_there(client: Client, status: str) -> None:
    first = make_version(S.ADOPTED if status == S.COMMITTEE else status, published=True)
    second = make_version(S.COMMITTEE if status == S.COMMITTEE else S.ADOPTED, published=True, concept=first.concept)
    other, in_force = (first, second) if status == S.SUPERSEDED else (second, first)
    page, chapter = client.get(address(other)).text, client.get(chapter_address(other)).text
    assert "Dies ist nicht die geltende Fassung" in page
    assert "Dies ist nicht die geltende Fassung" in chapter
    assert chapter_address(in_force) in chapter
    assert "Dies ist nicht die geltende Fassung" not in client.get(address(in_force)).text
    assert "Dies ist nicht die geltende Fassung" not in client.get(chapter_address(in_force)).text


def test_version_that_is_not_public_is_not_for_search_engines(cast: dict[str, User], client: Client) -> None:
    council = client_of(cast[roles.COUNCIL])
    hidden, public = make_version(S.COMMITTEE), make_version(S.ADOPTED, published=True)
    for page in (hidden.concept.get_absolute_url(), address(hidden), chapter_address(hidden)):
        assert '<meta name="robots" content="noindex">' in council.get(page).text
    for page in (public.concept.get_absolute_url(), address(public), chapter_address(public)):
        assert '<meta name="robots"' not in client.get(page).text


def test_section_inside_a_chapter_leads_to_its_place(client: Client) -> None:
    version = make_version(S.ADOPTED, published=True)
    part = version.sections.exclude(parent=None).get()
    answer = client.get(address(version, "section_detail", part.uuid))
    assert answer.status_code == 302
    assert answer["Location"] == f"{chapter_address(version)}#abschnitt-{part.uuid}"
    text = client.get(chapter_address(version)).text
    assert f'id="abschnitt-{part.uuid}"' in text
    link = re.search(rf'<a class="part__link" href="{part.get_absolute_url()}">(.*)</a>', text)
    assert link
    assert strip_tags(link[1]) == "Link zu Abschnitt 1.1"


def test_chapter_shows_all_below_it_and_its_neighbours() -> None:
    version = make_concept()
    first = make_section(version, "Vorwort", is_numbered=False)
    second = make_section(version, "Ziele", body="<p>Text</p><h3>Zwischentitel</h3>")
    below = make_section(version, "Bildung", parent=make_section(version, "Felder", parent=second))
    third = make_section(version, "Ausblick", body="<p>Geheimnis des dritten Kapitels</p>")
    freeze(version, published_on=timezone.localdate())
    text = Client().get(address(version, "section_detail", second.uuid)).text
    headings = re.findall(r"<(h[1-6])[^>]*>(?:<span[^>]*>([\d.]*)</span> )?([^<]+)</\1>", text)
    shown = [heading for heading in headings if heading[2] in {"Ziele", "Felder", "Bildung", "Zwischentitel"}]
    assert shown == [
        ("h1", "1", "Ziele"),
        ("h2", "", "Zwischentitel"),
        ("h2", "1.1", "Felder"),
        ("h3", "1.1.1", "Bildung"),
    ]
    assert below.body in text
    assert f'href="{address(version, "section_detail", first.uuid)}" rel="prev"' in text
    assert f'href="{address(version, "section_detail", third.uuid)}" rel="next"' in text
    assert "Geheimnis" not in text


def test_footnotes_stand_at_the_end_of_the_chapter_and_lead_back(client: Client) -> None:
    body = '<p>Eins<span class="fn">Erste Quelle</span>, zwei<span class="fn">Zweite Quelle</span>.</p>'
    version = make_version(S.ADOPTED, published=True, body=body)
    text = client.get(chapter_address(version)).text
    assert '<a id="fussnote-2-stelle" href="#fussnote-2" aria-label="Fußnote 2">2</a>' in text
    assert '<li id="fussnote-2"><span>Zweite Quelle</span> <a class="footnotes__back" href="#fussnote-2-stelle"' in text
    assert 'aria-label="Zurück zum Text bei Fußnote 2"' in text


def test_references_lead_to_the_page_of_their_chapter(client: Client) -> None:
    version = make_concept()
    there = make_section(version, "Dort")
    inside = make_section(version, "Genau dort", parent=there)
    here = make_section(version, "Hier", body=f'<p><a href="#section:{inside.uuid}">Kapitel</a></p>')
    beside = make_section(version, "Daneben", parent=here, body=f'<p><a href="#section:{here.uuid}">Kapitel</a></p>')
    freeze(version, published_on=timezone.localdate())
    text = client.get(address(version, "section_detail", here.uuid)).text
    path = address(version, "section_detail", there.uuid)
    assert f'href="{path}#abschnitt-{inside.uuid}" class="xref">Kapitel\xa01.1</a>' in text
    assert f'href="#abschnitt-{here.uuid}" class="xref">Kapitel\xa02</a>' in text
    assert beside.body != ""


def test_chapter_that_the_browser_has_is_not_sent_again(client: Client) -> None:
    version = make_version(S.ADOPTED, published=True)
    first = client.get(chapter_address(version))
    again = client.get(chapter_address(version), headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


def test_pages_set_no_cookie(client: Client) -> None:
    version = make_version(S.ADOPTED, published=True)
    for page in (reverse("concepts:concept_list"), address(version), chapter_address(version)):
        assert client.get(page).cookies == {}


def test_list_without_a_concept_says_so(client: Client) -> None:
    assert "Zurzeit ist hier kein Konzept veröffentlicht" in client.get(reverse("concepts:concept_list")).text


def test_action_area_leads_to_its_offers(client: Client) -> None:
    version = make_concept()
    topics = [factories.make_topic("kita"), factories.make_topic("schule")]
    changes.add_action_area(version, title="Bildung", strand="bildung").topics.set(topics)
    changes.add_action_area(version, title="Ohne Angebote", strand="bildung")
    make_section(version, "Text")
    freeze(version, published_on=timezone.localdate())
    factories.make_offer(topics=topics)
    text = client.get(address(version)).text
    assert 'href="/angebote/?thema=kita&amp;thema=schule">1 Angebot dazu' in text
    assert text.count("Angebot dazu") == 1


def test_english_pages_mark_the_german_text(client: Client) -> None:
    version = make_version(S.ADOPTED, published=True, title="Integrationskonzept Musterkreis")
    path, chapter_path = version.concept.get_absolute_url(), chapter_address(version)
    part = address(version, "section_detail", version.sections.exclude(parent=None).get().uuid)
    text = client.get(f"/en{path}").text
    assert '<h1><span lang="de" dir="ltr">Integrationskonzept Musterkreis</span></h1>' in text
    assert f'href="/en{chapter_path}"' in text
    chapter = client.get(f"/en{chapter_path}").text
    assert '<div class="prose" lang="de" dir="ltr"><p>Text zu Einleitung.</p></div>' in chapter
    assert client.get(f"/en{part}")["Location"].startswith(f"/en{chapter_path}#")


def test_list_shows_members_of_the_council_what_is_to_be_decided(client: Client, cast: dict[str, User]) -> None:
    in_force = make_version("adopted", published=True)
    newer = make_version("committee", concept=in_force.concept)
    listed = reverse("concepts:concept_list")
    assert address(newer) not in client.get(listed).content.decode()
    client.force_login(cast["council"])
    assert address(newer) in client.get(listed).content.decode()


# Queries


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_pages_need_the_same_queries_for_one_and_for_thirty(client: Client) -> None:
    def concept(number: int) -> list[str]:
        version = make_concept(f"Konzept {number}")
        chapter = make_section(version, "Kapitel")
        for index in range(number):
            part = make_section(version, f"Teil {index}", parent=chapter)
            make_section(version, f"Kapitel {index}")
            topics = [factories.make_topic()]
            changes.add_action_area(version, title="Feld", strand="bildung", section=part).topics.set(topics)
            factories.make_offer(topics=topics)
        freeze(version, published_on=timezone.localdate())
        page, chapter_page = version.concept.get_absolute_url(), address(version, "section_detail", chapter.uuid)
        return [page, address(version), chapter_page, reverse("concepts:concept_list")]

    few = [queries(client, path) for path in concept(1)]
    assert [queries(client, path) for path in concept(30)] == few
    assert max(few) <= 9
