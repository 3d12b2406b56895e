"""What keeps a draft from being frozen, and what its authors are told."""

from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from pytest_django.fixtures import Settings

from concepts import changes
from concepts.models import ConceptVersion, Section
from concepts.review import findings, obstacles
from tests import factories
from tests.concepts.factories import freeze, make_concept, make_image, make_section, make_version

pytestmark = pytest.mark.django_db
FOREIGN = "/konzepte/bilder/00000000-0000-4000-8000-000000000001/"


@pytest.fixture
def version() -> ConceptVersion:
    version = make_concept()
    section = make_section(version, "Einleitung")
    changes.add_action_area(version, title="Bildung", strand="bildung", section=section)
    return version


def sentences(version: ConceptVersion) -> list[str]:
    return [finding.sentence for finding in findings(version)]


def test_complete_draft_has_no_findings(version: ConceptVersion) -> None:
    assert findings(version) == []


def test_draft_without_text_cannot_be_frozen() -> None:
    assert "Die Fassung hat noch keinen Text." in [each.sentence for each in obstacles(make_concept())]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (f'<p><a href="#section:{UUID(int=7)}">dort</a></p>', "verweist auf einen Abschnitt, den es nicht mehr gibt."),
        ('<p>x</p><img src="{own}">', "hat ein Bild ohne Alternativtext."),
        ('<p>x</p><img src="{own}" alt=" ">', "hat ein Bild ohne Alternativtext."),
        ('<p>x</p><img src="{lost}" alt="Karte">', "zeigt ein Bild, das nicht zu diesem Konzept gehört oder fehlt."),
        (f'<img src="{FOREIGN}" alt="Karte">', "zeigt ein Bild, das nicht zu diesem Konzept gehört oder fehlt."),
        ('<img src="{other}" alt="Karte">', "zeigt ein Bild, das nicht zu diesem Konzept gehört oder fehlt."),
        ("<table><tbody><tr><td>x</td></tr></tbody></table>", "hat eine Tabelle ohne Kopfzeile."),
    ],
)
def test_faulty_text_cannot_be_frozen(version: ConceptVersion, body: str, sentence: str) -> None:
    own, lost = make_image(version.concept), make_image(version.concept, "red")
    default_storage.delete(str(lost.file.name))
    addresses = {"own": own, "lost": lost, "other": make_image(make_concept().concept)}
    make_section(
        version, "Bedarf", body=body.format(**{name: each.get_absolute_url() for name, each in addresses.items()})
    )
    assert [finding.sentence for finding in obstacles(version)] == [f"Kapitel 2 Bedarf {sentence}"]


def test_names_of_persons_cannot_be_frozen(version: ConceptVersion) -> None:
    factories.make_user("editor", first_name="Rita", last_name="Beispiel")
    make_section(version, "Team", body="<p>Fragen beantwortet <strong>Rita</strong> Beispiel.</p>")
    make_section(version, "Beispiele", body="<p>Ritas Beispiele und Rita Beispielhaft sind keine.</p>")
    assert [finding.sentence for finding in obstacles(version)] == [
        "Kapitel 2 Team nennt eine Person: „Rita Beispiel“. Bitte nennen Sie die Stelle oder die Funktion."
    ]


def test_gaps_are_told_but_do_not_keep_from_freezing(version: ConceptVersion) -> None:
    make_section(version, "Leer", body="")
    make_section(version, "Halb", state=Section.State.WRITING)
    changes.add_action_area(version, title="Gesundheit", strand="querschnitt")
    assert obstacles(version) == []
    assert sentences(version) == [
        "Zum Handlungsfeld „Gesundheit“ ist kein Abschnitt angegeben.",
        "Kapitel 2 Leer ist leer.",
        "Kapitel 3 Halb ist noch nicht als fertig markiert (in Arbeit).",
    ]


def test_second_version_should_say_what_is_new(version: ConceptVersion) -> None:
    freeze(version)
    draft = changes.copy_version(version)
    assert sentences(draft) == [
        "Das Feld „Was ist neu?“ ist leer. Mitglieder des Kreistags lesen es zuerst.",
        "Kapitel 1 Einleitung ist noch nicht als fertig markiert (offen).",
    ]


def test_findings_take_the_same_queries_for_any_length(
    version: ConceptVersion, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    with django_assert_num_queries(7):  # type: ignore[operator]
        findings(version)
    for number in range(30):
        make_section(version, f"Kapitel {number}")
    with django_assert_num_queries(7):  # type: ignore[operator]
        findings(version)


def test_character_that_no_font_has_keeps_a_version_from_being_frozen(db: None) -> None:
    version = make_concept()
    make_section(version, "Einleitung", body="<p>Gemeinsam 🦄 und → weiter</p>")
    [finding] = obstacles(version)
    assert "„🦄“ (U+1F984 UNICORN FACE)" in finding.sentence
    assert "→" not in finding.sentence


@pytest.mark.parametrize(
    ("body", "sentence", "blocks"),
    [
        ("<h3></h3><p>x</p>", "hat eine leere Zwischenüberschrift.", True),
        ('<p><a href="https://example.org/"></a>x</p>', "hat einen Link ohne Text.", True),
        (f"<h3>{'x' * 161}</h3>", "hat eine sehr lange Zwischenüberschrift.", False),
        ("<table><tbody><tr><th>x</th></tr></tbody></table>", "hat eine Tabelle ohne Überschrift.", False),
        (f"<p>Das {'ist ' * 30}so.</p>", "hat ein Wort doppelt: „ist ist“.", False),
        ("<p>Wir sind sind da.</p>", "hat ein Wort doppelt: „sind sind“.", False),
        ("<p>Gut, weil wir wir sind.</p>", "hat ein Wort doppelt: „wir wir“.", False),
    ],
)
def test_places_to_look_at_are_named(version: ConceptVersion, body: str, sentence: str, blocks: bool) -> None:
    make_section(version, "Bedarf", body=body)
    assert (f"Kapitel 2 Bedarf {sentence}", blocks) in [(each.sentence, each.blocks) for each in findings(version)]


def test_long_sentences_are_counted_and_quoted(version: ConceptVersion) -> None:
    long = " ".join(f"w{number}" for number in range(31))
    make_section(version, "Bedarf", body=f"<p>Kurz. {long.capitalize()}. Kurz.</p><p>{long}</p>")
    assert sentences(version) == [
        "Kapitel 2 Bedarf hat 2 lange Sätze (mehr als 30 Wörter): „W0 w1 w2 w3 w4 …“",
    ]


@pytest.mark.parametrize(
    "address",
    [
        *("https:///x", "http://localhost/x", "http://127.0.0.1:9000/", "https://www.example.org/kurse"),
        *("http://intranet/x", "https://kreis.local/"),
    ],
)
def test_addresses_that_cannot_be_right_are_named(version: ConceptVersion, address: str) -> None:
    make_section(version, "Bedarf", body=f'<p>x</p><ul><li><p><a href="{address}">dort</a></p></li></ul>')
    found = [(each.sentence, each.blocks, each.block) for each in findings(version)]
    assert found == [(f"Kapitel 2 Bedarf hat einen Link, dessen Adresse nicht stimmen kann: „{address}“.", False, 2)]


@pytest.mark.parametrize("address", ["http://", "https://www.kreis borken.de/", "https://[::1/"])
def test_link_that_lost_its_address_is_named(version: ConceptVersion, address: str) -> None:
    make_section(version, "Bedarf", body=f'<p><a href="{address}">dort</a></p>')
    assert [each.sentence for each in findings(version)] == ["Kapitel 2 Bedarf hat einen Link, dem die Adresse fehlt."]


@pytest.mark.parametrize(
    "address",
    [
        *("https://www.kreis-borken.de/a?b=c%20d", "https://bund.de", "https://münchen.de/", "mailto:ki@example.org"),
        *("http://192.168.1.1:8080/", "tel:+492711"),
    ],
)
def test_addresses_that_may_be_right_are_left_alone(version: ConceptVersion, address: str) -> None:
    make_section(version, "Bedarf", body=f'<p><a href="{address}">dort</a></p>')
    assert findings(version) == []


def test_links_to_pages_of_the_portal_that_nobody_can_read_are_named(
    version: ConceptVersion, settings: Settings
) -> None:
    open_offer = factories.make_offer(status="published")
    hidden = factories.make_offer(status="hidden")
    public = make_version(ConceptVersion.Status.ADOPTED, published=True)
    frozen = make_version(ConceptVersion.Status.FROZEN)
    good = [
        *(
            "/",
            "/en/angebote/",
            "/angebote/?thema=deutsch",
            public.get_absolute_url(),
            f"{settings.KIPORTAL_BASE_URL}/",
        ),
        *(open_offer.get_absolute_url(), f"/en{open_offer.get_absolute_url()}", open_offer.provider.get_absolute_url()),
    ]
    bad = [
        *(hidden.get_absolute_url(), "/angebote/gibt-es-nicht/", "/gibt/es/nicht/", "/arbeitsplatz/"),
        *(frozen.get_absolute_url(), f"{settings.KIPORTAL_BASE_URL}/akteure/niemand/"),
    ]
    make_section(version, "Bedarf", body="".join(f'<p><a href="{each}">x</a></p>' for each in [*good, *bad]))
    assert [(each.sentence.rpartition(": ")[2], each.block) for each in findings(version)] == [
        (f"„{address}“.", place) for place, address in enumerate(bad, start=len(good) + 1)
    ]


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (["Das BAMF hilft.", "Mit dem BAMF.", "Vom BAMF-Kurs und KIM."], "BAMF"),
        (["Das BAMF hilft.", "Mit dem BAMF.", "Noch einmal BAMF BAMF."], "BAMF"),
        (["Das BAMF hilft.", "Mit dem BAMF.", "Ohne."], ""),
        (["Das Bundesamt (BAMF) hilft.", "Mit dem BAMF.", "Vom BAMF."], ""),
        (["Das BAMF (Bundesamt) hilft.", "Mit dem BAMF.", "Vom BAMF."], ""),
        (["Teil II in NRW.", "Teil II der EU.", "Teil II, IT.NRW."], ""),
    ],
)
def test_abbreviations_that_nobody_writes_out_are_named(version: ConceptVersion, texts: list[str], named: str) -> None:
    for number, text in enumerate(texts):
        make_section(version, f"Kapitel {number}", body=f"<p>{text}</p>")
    found = [each.sentence for each in findings(version) if "Abkürzungen" in each.sentence]
    assert [sentence.partition(": ")[2].partition(".")[0] for sentence in found] == ([named] if named else [])
    make_section(version, "Glossar", body="<p>BAMF: Bundesamt für Migration und Flüchtlinge</p>")
    assert not any("Abkürzungen" in each.sentence for each in findings(version))


def test_finding_names_its_block(version: ConceptVersion) -> None:
    body = (
        "<p>Gut.</p><figure><table><caption>x</caption><tbody><tr><td>x</td></tr></tbody></table></figure><p>ja ja</p>"
    )
    make_section(version, "Bedarf", body=body)
    assert [(each.sentence.partition(" hat ")[2], each.block) for each in findings(version)] == [
        ("eine Tabelle ohne Kopfzeile.", 2),
        ("ein Wort doppelt: „ja ja“.", 3),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Frauen, die die Kurse kennen.",
        "Daten, über die die Politik berät.",
        "Gut, dass sie sie kennen.",
        "Ja. Ja, gut.",
        "da dass das Haus",
        "ab abends",
    ],
)
def test_words_that_are_no_slip_are_left_alone(version: ConceptVersion, text: str) -> None:
    make_section(version, "Bedarf", body=f"<p>{text}</p>")
    assert findings(version) == []
