"""Sources of a version: what the database holds, what is read, printed, compared; the pages of the workspace."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import Settings

from concepts import changes, lifecycle, pdf, rendering, replacing
from concepts.comparison import compare
from concepts.comparison.showing import Shown
from concepts.models import ConceptVersion, Section, Source, VersionPDF
from concepts.outline import Outline
from concepts.rendering import Footnotes, Medium
from concepts.review import findings, obstacles
from kiportal.common.models import Centre, Job, User
from kiportal.common.transitions import TransitionError
from tests import pdf_structure, verapdf
from tests.concepts.factories import citation, freeze, make_concept, make_section, make_source, make_version

pytestmark = pytest.mark.django_db

type RunJobs = Callable[[], list[Job]]
NOTHING = f'<a href="#quelle:{UUID(int=7)}">S. 3</a>'


@pytest.fixture
def version() -> ConceptVersion:
    return make_concept()


@pytest.fixture
def source(version: ConceptVersion) -> Source:
    return make_source(version, short_name="IT.NRW", year="2024")


def cites(version: ConceptVersion, *sources: Source, title: str = "Lage") -> Section:
    return make_section(version, title, body=f"<p>Viele. {' '.join(citation(each) for each in sources)}</p>")


def rendered(body: str, version: ConceptVersion, medium: Medium | None = None) -> str:
    section = make_section(version, f"Text {uuid4()}", body=body)
    outline = Outline.of(version, with_texts=True)
    return rendering.render(outline.by_uuid[section.uuid], outline, medium or rendering.page(lambda _: "", Footnotes()))


# The row


@pytest.mark.parametrize(
    "values", [{"url": "ftp://x.de/"}, {"url": "javascript:alert(1)"}, {"accessed_on": date(2026, 1, 1)}]
)
def test_database_refuses(version: ConceptVersion, values: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_source(version, **values)


def test_source_of_a_frozen_version_never_changes(source: Source) -> None:
    freeze(source.version)
    for write in (
        lambda: Source.objects.update(title="Anders"),
        lambda: Source.objects.all().delete(),
        lambda: Source.objects.create(version=source.version, title="Neu"),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            write()


def test_next_version_has_the_same_sources(source: Source) -> None:
    Source.objects.update(remark="Nur für uns", url="https://www.it.nrw/", accessed_on=date(2026, 3, 1))
    freeze(source.version)
    copy = changes.copy_version(source.version).sources.get()
    assert copy.pk != source.pk
    for name in ("uuid", "author", "short_name", "title", "year", "sort_key"):
        assert getattr(copy, name) == getattr(source, name)
    assert (copy.remark, copy.url, copy.accessed_on) == ("Nur für uns", "https://www.it.nrw/", date(2026, 3, 1))


def test_cited_source_cannot_be_deleted(source: Source) -> None:
    section = cites(source.version, source)
    with pytest.raises(TransitionError, match="wird im Text zitiert"):
        changes.delete_source(source)
    section.delete()
    changes.delete_source(source)
    assert not Source.objects.exists()


# In the text


def test_citation_names_source_and_place(version: ConceptVersion, source: Source) -> None:
    link = f'<a href="#{source.anchor}" class="citation">'
    assert rendered(f"<p>Viele {citation(source, 'S. 12')}.</p>", version) == (
        f"<p>Viele ({link}IT.NRW\u00a02024, S.\u00a012</a>).</p>"
    )
    assert rendered(f"<p>{citation(source)}</p>", version) == f"<p>({link}IT.NRW\u00a02024</a>)</p>"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p>So {one}{two}.</p>", "So (IT.NRW 2024, S. 1; Borken 2020, S. 2)."),
        ("<p>So {one} {two}.</p>", "So (IT.NRW 2024, S. 1; Borken 2020, S. 2)."),
        ("<p>So {one} und {two}.</p>", "So (IT.NRW 2024, S. 1) und (Borken 2020, S. 2)."),
        ("<p>So (vgl. {one}).</p>", "So (vgl. IT.NRW 2024, S. 1)."),
        ("<p>So (ja) {one}.</p>", "So (ja) (IT.NRW 2024, S. 1)."),
        ('<p>So<span class="fn">Vgl. {one}.</span></p>', "SoVgl. IT.NRW 2024, S. 1."),
    ],
)
def test_brackets_of_citations(version: ConceptVersion, source: Source, body: str, words: str) -> None:
    other = make_source(version, author="Borken", year="2020")
    text = body.format(one=citation(source, "S. 1"), two=citation(other, "S. 2"))
    html = rendered(text, version, Medium(lambda _node: "", str))
    assert rendering.parse(html).text_content().replace("\u00a0", " ") == words


def test_citation_of_nothing_says_so(version: ConceptVersion) -> None:
    assert rendered(f"<p>Viele {NOTHING}.</p>", version) == "<p>Viele (Quelle fehlt, S.\u00a03).</p>"


def test_page_of_a_chapter_asks_the_same_for_one_source_and_for_thirty(client: Client, centre: Centre) -> None:
    version = make_version("draft")
    chapter = cites(version, make_source(version), title="Wenig")
    many = cites(version, *(make_source(version, f"Titel {number}") for number in range(30)), title="Viel")
    freeze(version, published_on=date(2026, 1, 1))
    counts = []
    for section in (chapter, many):
        url = section.get_absolute_url()
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            html = client.get(url).content.decode()
        counts.append(len(queries))
        assert html.count('<li id="quelle-') == html.count('class="citation"')
    assert counts[0] == counts[1]


def test_version_lists_what_is_cited_in_german_order(client: Client, centre: Centre) -> None:
    version = make_version("draft")
    sources = [make_source(version, author=name, year="2020") for name in ("Öz, Ali", "Ämter", "Zoo", "Arbeit")]
    cites(version, *sources)
    make_source(version, author="Nie zitiert")
    freeze(version, published_on=date(2026, 1, 1))
    html = client.get(version.get_absolute_url()).content.decode()
    places = [html.index(f'id="{each.anchor}"') for each in (sources[1], sources[3], sources[0], sources[2])]
    assert places == sorted(places)
    assert "Nie zitiert" not in html
    assert 'href="#quellen"' in html


# On paper


def test_pdf_with_sources_passes_verapdf(
    centre: Centre, lead: User, run_jobs: RunJobs, tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    version = make_concept()
    sources = [
        make_source(version, f"Titel {number}", url=f"https://www.it.nrw/{'lang-' * 30}{number}", year="2024")
        for number in range(30)
    ]
    cites(version, *sources)
    cites(version, sources[0], title="Ziele")
    lifecycle.freeze(version, by=lead, as_of=date(2026, 8, 28))
    run_jobs()
    content = VersionPDF.objects.get(version=version).file.read()
    chapter = version.chapter_pdfs.get(chapter=version.sections.get(title="Ziele").uuid).file.read()
    for name, data in (("konzept", content), ("kapitel", chapter)):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(data)
        assert verapdf.failures(path) == {path: []}
        printed = pdf_structure.open_pdf(data)
        assert pdf_structure.content_outside_tree(printed, pdf_structure.read_structure(printed)) == []
        assert "Quellen" in pdf_structure.bookmarks(printed)
        assert any(text.startswith("Information und Technik NRW 2024") for text in pdf_structure.links(printed))
    assert pdf_structure.bookmarks(pdf_structure.open_pdf(content))[-2:] == ["Quellen", "Impressum"]


def test_chapter_prints_its_own_sources(centre: Centre, version: ConceptVersion, source: Source) -> None:
    other = make_source(version, "Anderswo")
    cites(version, source, title="Eines")
    cites(version, other, title="Anderes")
    outline = Outline.of(version, with_texts=True)
    html = pdf.render_chapter_html(version, outline, outline.chapters[0])
    assert (f'id="{source.anchor}"' in html, f'id="{other.anchor}"' in html) == (True, False)


# Compared, replaced


def test_comparison_names_what_changed_in_citations_and_list(version: ConceptVersion, source: Source) -> None:
    make_section(version, "Lage", body=f"<p>Viele Menschen {citation(source, 'S. 12')} leben hier gern.</p>")
    freeze(version)
    draft = changes.copy_version(version)
    draft.sections.update(body=f"<p>Viele Menschen {citation(source, 'S. 14')} leben hier gern.</p>")
    copy = draft.sources.get()
    copy.title = "Menschen im Kreis"
    copy.save()
    found = compare(version, draft)
    assert [change.title for change in found.changes] == ["Lage", "Quellen"]
    words = rendering.parse(Shown(found).change(found.changes[0])).text_content().replace("\u00a0", " ")
    assert "gestrichen: (IT.NRW 2024, S. 12) (Ende)" in words
    assert "eingefügt: (IT.NRW 2024, S. 14) (Ende)" in words


def test_replacing_leaves_citations_as_they_are(version: ConceptVersion, source: Source) -> None:
    body = make_section(version, "Lage", body=f"<p>Quelle Seite 1 {citation(source, 'Quelle')} Quelle</p>").body
    title, replaced = replacing.replaced("Lage", body, replacing.pattern("Quelle"), "Beleg", {0, 1, 2, 3})
    assert replaced == body.replace("<p>Quelle", "<p>Beleg").replace(" Quelle</p>", " Beleg</p>")
    assert len(replacing.hits(title, body, replacing.pattern("Quelle"))) == 2


# Before freezing


def test_citation_of_nothing_cannot_be_frozen(version: ConceptVersion) -> None:
    make_section(version, "Lage", body=f"<p>x</p><p>Viele {NOTHING}.</p>")
    [finding] = obstacles(version)
    assert (finding.sentence, finding.block) == ("Kapitel 1 Lage zitiert eine Quelle, die es nicht mehr gibt.", 2)


def test_sources_that_need_a_look_are_named(version: ConceptVersion, source: Source) -> None:
    make_section(version, "Lage")
    source.url = "https://www.it.nrw/"
    source.save()
    make_source(version, author="Zoo", url="http://intern.local/", accessed_on=date(2026, 1, 1))
    found = [each.sentence for each in findings(version) if each.of_sources and not each.blocks]
    assert found == [
        "2 Quellen werden nirgends zitiert und stehen nicht im Verzeichnis: „IT.NRW 2024“, „Zoo“.",
        "Bei der Quelle „IT.NRW 2024“ fehlt der Tag, an dem die Web-Adresse abgerufen wurde.",
        "Die Quelle „Zoo“ hat eine Adresse, die nicht stimmen kann: „http://intern.local/“.",
    ]


# The workspace


@pytest.fixture
def editor_client(client: Client, editor: User, centre: Centre) -> Client:
    client.force_login(editor)
    return client


VALUES = {"lock_version": 1, "title": "Bericht", "author": "Kreis", "year": "2024"}


def test_source_is_added_once_however_often_it_is_sent(editor_client: Client, version: ConceptVersion) -> None:
    url = reverse("concepts:staff_source_add", args=[version.pk])
    for _sent in range(2):
        response = editor_client.post(url, VALUES | {"key": uuid4() if not _sent else version.sources.get().uuid})
        assert response.status_code == 302
    assert [(each.title, each.sort_key) for each in version.sources.all()] == [("Bericht", "kreis 00002024 bericht")]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"title": " "}, "Bitte geben Sie den Titel an."),
        ({"url": "ftp://kreis.de/x"}, "beginnt."),
        ({"accessed_on": "2026-01-01"}, "Abgerufen wird eine Web-Adresse."),
        ({"url": "https://kreis.de/", "accessed_on": "2099-01-01"}, "Das Datum liegt in der Zukunft."),
    ],
)
def test_faulty_source_comes_back(
    editor_client: Client, version: ConceptVersion, values: dict[str, str], sentence: str
) -> None:
    url = reverse("concepts:staff_source_add", args=[version.pk])
    response = editor_client.post(url, VALUES | values | {"published_in": "Nicht verlieren"})
    assert (sentence in response.content.decode(), b"Nicht verlieren" in response.content) == (True, True)
    assert not version.sources.exists()


def test_list_says_where_a_source_is_cited(editor_client: Client, version: ConceptVersion, source: Source) -> None:
    section = cites(version, source)
    url = reverse("concepts:staff_source_list", args=[version.pk])
    html = editor_client.get(url).content.decode()
    assert "Zitiert in 1 Abschnitt" in html
    assert reverse("concepts:staff_section_edit", args=[section.pk]) in html
    asked = editor_client.post(reverse("concepts:staff_source_delete", args=[source.pk]))
    assert (asked.status_code, "1 Lage" in asked.content.decode()) == (400, True)
    freeze(version)
    closed = editor_client.get(url).content.decode()
    assert "IT.NRW 2024" in closed
    assert reverse("concepts:staff_source_edit", args=[source.pk]) not in closed
    for name in ("staff_source_edit", "staff_source_delete"):
        assert editor_client.get(reverse(f"concepts:{name}", args=[source.pk])).status_code == 409


def test_two_who_edit_a_source_lose_nothing(editor_client: Client, source: Source) -> None:
    url = reverse("concepts:staff_source_edit", args=[source.pk])
    editor_client.post(url, VALUES | {"title": "Zuerst"})
    response = editor_client.post(url, VALUES | {"title": "Danach"})
    assert (response.status_code, "Danach" in response.content.decode()) == (409, True)
    source.refresh_from_db()
    assert source.title == "Zuerst"
