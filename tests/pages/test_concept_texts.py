"""The texts of concepts that come with the project: what `setup_centre` makes of them, and what they may contain."""

import re
from datetime import date

import pytest

from concepts.models import ActionArea, Concept, ConceptVersion, Section
from concepts.models.content import DEEPEST
from concepts.outline import Outline
from concepts.rendering import referenced
from concepts.review import findings
from kiportal.common.richtext import DOCUMENT, sanitise
from kiportal.pages import data
from kiportal.pages.data import chapters
from kiportal.pages.setup import set_up
from offers.models import Topic

PROFILES = data.profile_slugs()
# As the public documents name them, which the profiles rest on.
ACTION_AREAS = {
    "kreis-siegen-wittgenstein": [
        "Bildung und Erziehung",
        "Ausbildung, Übergang Schule Beruf – Arbeitsmarktintegration",
        "Gesundheit – Pflege und Wohnen im Alter",
        "Bürgerschaftliches Engagement",
        "Politische Partizipation",
        "Interkulturelle Sensibilität – Interkulturelle Öffnung",
    ],
    "kreis-wesel": [
        "Bestands- und Bedarfsanalysen zu integrationsrelevanten Daten und Fakten",
        "Entwicklung integrationspolitischer Handlungskonzepte",
        (
            "Konzepte interkultureller und durchgängiger sprachlicher Bildung entlang der biographiebegleitenden "
            "Bildungskette"
        ),
        "Fortbildungen z.B. zur Sprachbildung für Erzieherinnen und Erzieher, Lehrkräfte oder AusbilderInnen",
        (
            "Programme zum Deutscherwerb, zur Förderung von Mehrsprachigkeit oder zur Prävention von Homophobie "
            "(z.B. „Schule ohne Rassismus“)"
        ),
        (
            "Maßnahmen zur interkulturellen Öffnung der Verwaltung, der anderen örtlichen Regeldienste oder der "
            "interkulturellen Profilierung von Kultureinrichtungen"
        ),
        "Bildungspartnerschaften zwischen KiTa, Schule und Elternhaus usw.",
    ],
    "kreis-coesfeld": [
        "Bestands- und Bedarfsanalysen zu integrationsrelevanten Daten und Fakten",
        "Entwicklung integrationspolitischer Handlungskonzepte",
        (
            "Konzepte interkultureller und durchgängiger sprachlicher Bildung entlang der Bildungskette "
            "(frühkindliche Bildungseinrichtungen, Schule, Übergang Schule-Beruf)"
        ),
        (
            "Aufbau, Koordination und Begleitung von Laiensprachmittlerpools zur niedrigschwelligen, ehrenamtlichen "
            "Sprachmittlung"
        ),
        (
            "Fortbildungen zur durchgängigen Sprachbildung für pädagogische Fachkräfte, Ausbilderinnen und Ausbilder "
            "und für Lehrkräfte"
        ),
        'Durchführung der Programme „Griffbereit", „Rucksack-Kita", „Schule ohne Rassismus - Schule mit Courage"',
        (
            "Unterstützung des ehrenamtlichen Engagements für neuzugewanderte und geflüchtete Menschen im Rahmen des "
            "Programms KOMM-AN NRW"
        ),
        (
            "Durchführung des Landesprogramms „Durchstarten in Ausbildung und Arbeit“ gemeinsam mit dem MAGS – "
            "Abschlussbericht"
        ),
        "Bildungspartnerschaften zwischen der frühkindlichen Bildungseinrichtung, Schule und Elternhaus",
        "Interkulturelle Profilierung von Kultureinrichtungen",
        "Förderung des Kommunalen Konfliktmanagements",
        "Förderung von Unternehmerinnen und Unternehmern mit Einwanderungsgeschichte",
        "Berücksichtigung kultursensibler Aspekte in der Altenhilfe",
    ],
    "kreis-borken": [
        "Förderung schulischer Maßnahmen zur Verbesserung der Bildungschancen",
        "Koordinierung der Angebote der kommunalen Ämter und Einrichtungen sowie der freien Träger vor Ort",
        (
            "Ergänzende Angebote zur Qualifizierung der Beschäftigten in Kindertageseinrichtungen, Schulen und "
            "sonstigen Bildungseinrichtungen"
        ),
        "Zusammenarbeit mit den zugewanderten Eltern",
    ],
    "rhein-erft-kreis": ["Handlungsfeld Bildung", "Handlungsfeld Querschnitt"],
}
TEXTS = sorted(path.relative_to(data.FOLDER).with_suffix("").as_posix() for path in data.FOLDER.glob("concepts/*.html"))
TEXTS += sorted(
    path.relative_to(data.FOLDER).with_suffix("").as_posix() for path in data.FOLDER.glob("demo/concept/*/*.html")
)


@pytest.mark.django_db
@pytest.mark.parametrize("slug", PROFILES)
def test_setup_writes_the_concepts_of_every_kreis(slug: str) -> None:
    set_up(slug)
    rows = data.read(f"profiles/{slug}")["concepts"]
    assert set(Concept.objects.values_list("slug", "kind")) == {(row["slug"], row["kind"]) for row in rows}
    for version in ConceptVersion.objects.select_related("concept"):
        assert version.is_draft
        version.full_clean()
        version.concept.full_clean()
        assert findings(version) == []
        assert list(version.action_areas.values_list("title", flat=True)) == ACTION_AREAS[slug]
        assert not version.action_areas.filter(topics=None).exists()
        for area in version.action_areas.all():
            area.full_clean()


@pytest.mark.parametrize("slug", PROFILES)
def test_action_areas_name_known_topics(slug: str) -> None:
    known = {row["slug"] for row in data.read("reference/topics")}
    for concept in data.read(f"profiles/{slug}")["concepts"]:
        for area in concept["action_areas"]:
            assert set(area["topics"]) <= known
            assert len(set(area["topics"])) == len(area["topics"]) > 0


@pytest.mark.django_db
def test_focus_paper_of_rhein_erft_keeps_its_stand_and_its_chapters() -> None:
    set_up("rhein-erft-kreis")
    paper = ConceptVersion.objects.get(concept__kind=Concept.Kind.FOCUS_PAPER)
    assert paper.as_of == date(2013, 8, 28)
    outline = Outline.of(paper, with_texts=True)
    assert {
        "1 Einleitung",
        "2 Arbeitsschwerpunkte des Kommunalen Integrationszentrums",
        "2.1 Handlungsfeld Bildung",
        "2.1.1 Elementarbereich",
        "2.1.2 Primarbereich",
        "2.2 Handlungsfeld Querschnitt",
    } <= {node.heading for node in outline}
    notes = [note for node in outline for note in re.findall(r'<span class="fn">(.*?)</span>', node.section.body)]
    assert notes == ["Vgl. gemeinsamer Runderlass des MAIS und des MSW vom 25.06.2012, BASS 12-21, S. 3."]


@pytest.mark.django_db
def test_setup_run_again_keeps_what_the_centre_wrote() -> None:
    set_up("kreis-siegen-wittgenstein")
    Section.objects.filter(title="Einleitung").update(title="Zum Geleit", body="<p>Unser Text.</p>")
    Concept.objects.update(title="Unser Konzept")
    ActionArea.objects.filter(title="Politische Partizipation").delete()
    assert set_up("kreis-siegen-wittgenstein")["concepts"] == 0
    assert (Concept.objects.get().title, ConceptVersion.objects.count()) == ("Unser Konzept", 1)
    assert Section.objects.get(title="Zum Geleit").body == "<p>Unser Text.</p>"
    assert ActionArea.objects.count() == 5


@pytest.mark.django_db
def test_text_is_written_over_a_draft_with_stable_sections() -> None:
    set_up("kreis-borken")
    version = ConceptVersion.objects.get()
    before = dict(version.sections.values_list("title", "uuid"))
    source = (
        '<section id="neu"><h2>Neu</h2><p>Siehe <a href="#section:einleitung">Kapitel</a>.</p>'
        '<section id="einleitung"><h2>Vorab</h2><p data-fassung="1">Eins.</p><p data-fassung="2">Zwei.</p></section>'
        '</section><section id="ziele" data-unnumbered><h2>Ziele</h2></section>'
    )
    chapters.write(version, chapters.parse(source, edition=2))
    outline = Outline.of(version, with_texts=True)
    assert [(node.heading, node.depth) for node in outline] == [("1 Neu", 1), ("1.1 Vorab", 2), ("Ziele", 1)]
    assert {section.title: section.uuid for section in version.sections.filter(title__in=["Vorab", "Ziele"])} == {
        "Vorab": before["Einleitung"],
        "Ziele": before["Ziele"],
    }
    assert version.sections.get(title="Vorab").body == "<p>Zwei.</p>"
    assert referenced(version.sections.get(title="Neu").body) == {before["Einleitung"]}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("edition", [1, 2])
def test_text_is_clean_and_complete(name: str, edition: int) -> None:
    source = data.read_document(name)
    sections = [section for chapter in chapters.parse(source, edition) for section in chapter]
    keys = [section.key for section in sections]
    assert len(set(keys)) == len(keys)
    assert all(keys)
    assert all(0 < len(section.title) <= 200 for section in sections)
    for section in sections:
        # In the files names stand for the uuids that `write` puts there.
        body = chapters.with_uuids(name, section.body)
        body = re.sub(r' data-(rows|image)="\w+"', "", body)
        assert _plain(sanitise(body, DOCUMENT)) == _plain(body)
    assert not re.search(r"\bTODO|Lorem", source)


@pytest.mark.parametrize("name", TEXTS)
def test_text_has_tables_with_heads_and_pictures_with_words(name: str) -> None:
    source = data.read_document(name)
    for table in re.findall(r"<table.*?</table>", source, flags=re.DOTALL):
        assert re.search(r"<caption>.+</caption>\s*<thead>", table)
        assert "<th scope=" in table
    for figure in re.findall(r"<figure>.*?</figure>", source, flags=re.DOTALL):
        assert re.search(r'alt="[^"]{20,300}"', figure)
        assert re.search(r"<figcaption>.+</figcaption>", figure)


@pytest.mark.parametrize("name", [name for name in TEXTS if name.startswith("concepts/")])
def test_text_is_no_deeper_than_the_outline(name: str) -> None:
    def depth(chapter: chapters.Chapter) -> int:
        return 1 + max((depth(child) for child in chapter.children), default=0)

    assert max(depth(chapter) for chapter in chapters.parse(data.read_document(name))) <= DEEPEST


@pytest.mark.django_db
@pytest.mark.parametrize("slug", PROFILES)
def test_concepts_know_every_topic_by_its_row(slug: str) -> None:
    set_up(slug)
    assert set(Topic.objects.exclude(action_areas=None).values_list("slug", flat=True)) == {
        topic
        for concept in data.read(f"profiles/{slug}")["concepts"]
        for area in concept["action_areas"]
        for topic in area["topics"]
    }


def _plain(html: str) -> str:
    """Without what the sanitiser adds to links, and without differences of white space."""
    html = html.replace(' rel="noopener nofollow"', "").replace("&nbsp;", " ")
    return re.sub(r"\s+", " ", re.sub(r"\s*(<[^>]+>)\s*", r"\1", html))
