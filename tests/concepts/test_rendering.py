"""From stored text to what is read, on the page and in the PDF."""

from uuid import UUID

import pytest

from concepts import rendering
from concepts.models import ConceptVersion, Section
from concepts.outline import Node, Outline
from concepts.rendering import Footnotes, Medium
from kiportal.common.richtext import DOCUMENT, sanitise
from tests.concepts.factories import make_concept, make_section

pytestmark = pytest.mark.django_db
PICTURE = "/konzepte/bilder/00000000-0000-4000-8000-000000000001/"


@pytest.fixture
def version() -> ConceptVersion:
    return make_concept()


def screen(footnotes: Footnotes | None = None) -> Medium:
    return rendering.page(lambda node: f"/x/{node.number}/", footnotes or Footnotes())


def on_paper() -> Medium:
    return Medium(lambda node: f"#{node.anchor}", lambda uuid: f"media:{uuid}.png")


def rendered(section: Section, medium: Medium | None = None) -> str:
    outline = Outline.of(section.version, with_texts=True)
    return rendering.render(outline.by_uuid[section.uuid], outline, medium or screen())


def node_of(section: Section) -> Node:
    return Outline.of(section.version).by_uuid[section.uuid]


def test_render_of_an_empty_section_is_empty(version: ConceptVersion) -> None:
    assert rendered(make_section(version, "Leer", body="")) == ""


def test_sub_heading_stands_one_level_below_its_section(version: ConceptVersion) -> None:
    chapter = make_section(version, "Kapitel", body="<h3>Zwischen</h3><p>Text</p>")
    deep = chapter
    for title in ("Zwei", "Drei", "Vier"):
        deep = make_section(version, title, parent=deep, body="<h3>Zwischen</h3><p>Text</p>")
    assert rendered(chapter) == "<h3>Zwischen</h3><p>Text</p>"
    assert rendered(deep) == "<h6>Zwischen</h6><p>Text</p>"


def test_reference_shows_the_number_of_today(version: ConceptVersion) -> None:
    make_section(version, "Erstes")
    target = make_section(version, "Ziele")
    link = f'<a href="#section:{target.uuid}">'
    text = make_section(
        version, "Text", body=f"<p>Siehe {link}Kapitel 9.9</a>, {link}unsere Ziele</a>, {link}<em>hier</em></a>.</p>"
    )
    assert rendered(text) == (
        '<p>Siehe <a href="/x/2/" class="xref">Kapitel\u00a02</a>, '
        '<a href="/x/2/" class="xref">unsere Ziele (Kapitel\u00a02)</a>, '
        '<a href="/x/2/" class="xref"><em>hier</em> (Kapitel\u00a02)</a>.</p>'
    )
    assert f'href="#abschnitt-{target.uuid}"' in rendered(text, on_paper())


def test_reference_to_a_section_without_number_shows_its_title(version: ConceptVersion) -> None:
    target = make_section(version, "Glossar", is_numbered=False)
    text = make_section(version, "Text", body=f'<p>Siehe <a href="#section:{target.uuid}">Kapitel</a>.</p>')
    assert ">„Glossar“</a>" in rendered(text)


def test_reference_to_nothing_stays_as_text(version: ConceptVersion) -> None:
    text = make_section(version, "Text", body=f'<p>Siehe <a href="#section:{UUID(int=1)}">dort</a>.</p>')
    assert rendered(text) == "<p>Siehe dort.</p>"


def test_footnotes_of_a_page_stand_at_the_end(version: ConceptVersion) -> None:
    body = '<p>Ein Satz<span class="fn">Quelle <em>A</em> &amp; B</span>. Noch einer<span class="fn">B</span>.</p>'
    text, notes = make_section(version, "Text", body=body), Footnotes()
    html = rendered(text, screen(notes))
    assert notes.texts == ["Quelle <em>A</em> &amp; B", "B"]
    assert 'id="fussnote-2-stelle" href="#fussnote-2" aria-label="Fußnote 2">2</a></sup>.</p>' in html


def test_footnotes_of_the_pdf_stay_where_they_are(version: ConceptVersion) -> None:
    text = make_section(version, "Text", body='<p>Satz<span class="fn">Quelle</span>.</p>')
    assert rendered(text, on_paper()) == '<p>Satz<span class="fn">Quelle</span>.</p>'


def test_footnote_in_a_footnote_is_part_of_it(version: ConceptVersion) -> None:
    body = '<p>Satz<span class="fn">Außen<span class="fn"> und innen</span>.</span></p>'
    text, notes = make_section(version, "Text", body=body), Footnotes()
    rendered(text, screen(notes))
    assert notes.texts == ["Außen und innen."]


def test_header_rows_become_the_head_of_a_table(version: ConceptVersion) -> None:
    body = (
        "<table><caption>Plätze</caption><tbody><tr><th><p>Ort</p></th><th>Zahl</th></tr>"
        "<tr><th>Siegen</th><td><p>3</p></td></tr></tbody></table>"
    )
    assert rendered(make_section(version, "Tabelle", body=body), on_paper()) == (
        '<table><caption>Plätze</caption><thead><tr><th scope="col">Ort</th><th scope="col">Zahl</th></tr></thead>'
        '<tbody><tr><th scope="row">Siegen</th><td>3</td></tr></tbody></table>'
    )


def test_table_of_a_page_scrolls_in_a_named_region(version: ConceptVersion) -> None:
    body = (
        "<table><caption>Plätze</caption><tbody><tr><th>Ort</th></tr><tr><td>Siegen</td></tr></tbody></table><p>x</p>"
    )
    html = rendered(make_section(version, "Tabelle", body=body))
    assert html.startswith('<div class="table-region" role="region" tabindex="0" aria-label="Plätze"><table')
    assert html.endswith("</table></div><p>x</p>")


def test_picture_is_read_from_storage_in_the_pdf(version: ConceptVersion) -> None:
    body = f'<figure><img src="{PICTURE}" alt="Karte" width="4" height="3"><figcaption>Karte</figcaption></figure>'
    section = make_section(version, "Bild", body=body)
    assert f'src="{PICTURE}"' in rendered(section)
    assert 'src="media:00000000-0000-4000-8000-000000000001.png"' in rendered(section, on_paper())


def test_text_with_signs_of_markup_stays_text(version: ConceptVersion) -> None:
    assert rendered(make_section(version, "T", body="2 &lt; 3 &amp; 4<p>x</p>")) == "2 &lt; 3 &amp; 4<p>x</p>"


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://evil.example/x.png" alt="x">',
        '<img src="/media/geheim.png" alt="x">',
        '<img src="/konzepte/bilder/../../x/" alt="x">',
        '<img src="data:image/png;base64,AAAA" alt="x">',
        '<img src="/konzepte/bilder/------------------------------------/" alt="x">',
        '<p><span class="evil">x</span></p>',
        '<p><span style="color:red">x</span></p>',
        '<p><span lang="\'><script>">x</span></p>',
        '<table style="x"><tbody><tr><td colspan="999999">x</td></tr></tbody></table>',
        "<h1>x</h1>",
        "<h2>x</h2>",
        '<figure class="x" onclick="y"><figcaption>x</figcaption></figure>',
        "<video src=x></video>",
    ],
)
def test_document_markup_refuses(html: str) -> None:
    cleaned = sanitise(html, DOCUMENT)
    for evil in ("evil", "src=", "style", 'script>"', "999999", "<h1", "<h2", "onclick", "class", "video"):
        assert evil not in cleaned


@pytest.mark.parametrize("target", ["------------------------------------", "0", "", "x" * 36])
def test_document_markup_refuses_references_that_name_no_section(target: str) -> None:
    assert "href" not in sanitise(f'<p><a href="#section:{target}">x</a></p>', DOCUMENT)


def test_document_markup_keeps_what_chapters_need() -> None:
    html = (
        '<h3>Zwischen</h3><p>a<span class="fn">b</span> <span lang="ar" dir="rtl">مرحبا</span></p>'
        f'<figure><img src="{PICTURE}" alt="Karte" width="4" height="3"><figcaption>c</figcaption></figure>'
        '<table><caption>t</caption><thead><tr><th scope="col" colspan="2">d</th></tr></thead>'
        '<tbody><tr><th scope="row">e</th><td rowspan="2">f</td></tr></tbody></table><blockquote><p>g</p></blockquote>'
    )
    assert sanitise(html, DOCUMENT) == html
