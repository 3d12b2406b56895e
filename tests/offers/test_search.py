"""The search as people use it: through the list page, on the real full-text index."""

import re
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client

from offers import search
from offers.filters import OfferFilters
from offers.models import Offer
from tests import factories
from tests.offers.pages import html, titles


@pytest.fixture(autouse=True)
def _centre(centre: object) -> None:
    """Every page shows the centre's name."""


def make(title: str, **fields: object) -> None:
    factories.make_offer(title, **({"summary": "", "description": ""} | fields))


def found(client: Client, words: str, **parameters: str) -> list[str]:
    return titles(client, f"/angebote/?{urlencode({'q': words} | parameters)}")


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("Sprachkurse", "Sprachkurs"),
        ("Sprachkurs", "Sprachkurse"),
        ("Deutschkurse", "Deutschkurs"),
        ("Deutschkurs", "Deutschkurse am Abend"),
        ("Kurs", "Deutschkurs"),
        ("Kurse", "Deutschkurs"),
        ("Frauen", "Frauencafé"),
        ("Frau", "Schwimmen für Frauen"),
        ("cafe", "Frauencafé"),
        ("Kinderbetreung", "Kinderbetreuung"),
        ("Oeffnung", "Öffnung"),
        ("Offnung", "Öffnung"),
        ("öffnung", "Interkulturelle Öffnung"),
        ("Öffnung", "OEFFNUNG"),
        ("Strasse", "Straße"),
        ("Straße", "Strassenfest"),
        ("STRASSE", "Fest in der Straße"),
        ("Amt", "Begleitung zu Ämtern"),
        ("Haus", "Alte Häuser"),
        ("Kurs", "Nähkurse und Deutschkurse"),
        ("ratung", "Sozialberatungsstelle"),
        ("Hausaufgaben", "Hausaufgabenhilfe"),
        ("B1", "Deutsch (B1)"),
        ("e-mail", "E-Mails schreiben"),
        ('"Deutsch lernen"', "Mama will Deutsch lernen"),
        ("Deutsch für Frauen", "Frauen lernen Deutsch"),
    ],
)
def test_search_finds_what_is_meant(client: Client, words: str, title: str) -> None:
    make(title)
    make("Ganz etwas anderes")
    assert found(client, words) == [title]


def test_search_finds_words_of_summary_and_text(client: Client) -> None:
    make("Im Titel steht Nähkurs")
    make("In der Zusammenfassung", summary="Ein Nähkurs für alle")
    make("Im Text", description="<p>Wir geben einen <strong>Nähkurs</strong>.</p>")
    make("Nirgends")
    assert found(client, "Nähkurs") == ["Im Titel steht Nähkurs", "In der Zusammenfassung", "Im Text"]


def test_search_kurs_does_not_put_kur_first(client: Client) -> None:
    make("Kur und Reha", summary="Kuren beantragen")
    make("Kurs")
    make("Deutschkurs")
    assert found(client, "Kurs") == ["Kurs", "Deutschkurs"]
    assert found(client, "Kur")[0] == "Kur und Reha"


def test_search_puts_the_exact_title_first(client: Client) -> None:
    for title in ("Sprachkurse für Frauen", "Kleiner Sprachkurs am Abend", "Sprachkurs", "Zweiter Sprachkurs"):
        make(title)
    assert found(client, "Sprachkurs")[0] == "Sprachkurs"
    assert found(client, "Zweiter Sprachkurs")[0] == "Zweiter Sprachkurs"


def test_search_wants_every_word(client: Client) -> None:
    make("Deutschkurs am Abend")
    make("Deutschkurs am Vormittag")
    make("Chor am Abend")
    assert found(client, "abend deutschkurs") == ["Deutschkurs am Abend"]


def test_search_in_quotes_wants_the_words_in_order(client: Client) -> None:
    make("Kinder lernen Deutsch")
    make("Deutsch lernen Kinder")
    assert found(client, '"lernen Deutsch"') == ["Kinder lernen Deutsch"]
    assert found(client, "„Deutsch lernen“ kinder") == ["Deutsch lernen Kinder"]


def test_search_finds_names_of_what_belongs_to_the_offer(client: Client) -> None:
    make(
        "Treff",
        provider=factories.make_organisation("Café Grenzenlos e. V.", short_name="CaGre"),
        topics=[factories.make_topic("begegnung", name="Begegnung", translations={"en": {"name": "Meeting places"}})],
        target_groups=[factories.make_target_group("seniorinnen", name="Ältere Menschen")],
        languages=[factories.make_language("ar", name="Arabisch")],
        offer_type=factories.make_offer_type("treffpunkt", name="Treffpunkt"),
        municipalities=[factories.make_municipality("Hilchenbach", slug="hilchenbach")],
    )
    make("Ganz etwas anderes", topics=[factories.make_topic("kultur")])
    for words in ("Grenzenlos", "cagre", "Begegnungen", "Altere", "arabisch", "Treffpunkt", "Hilchenbach Treff"):
        assert found(client, words) == ["Treff"], words
    assert titles(client, "/en/angebote/?q=meeting") == ["Treff"]


@pytest.mark.parametrize(
    ("words", "title"),
    [("gratis", "Migration und Integration"), ("Kind", "Kleinkindgruppe"), ("Leit", "Begleitung")],
)
def test_search_finds_short_words_only_at_the_edges_of_others(client: Client, words: str, title: str) -> None:
    make(title, cost_kind="betrag")
    assert found(client, words) == []


def test_search_for_deutsch_does_not_find_all_offers_in_german(client: Client) -> None:
    german = factories.make_language("de", name="Deutsch", translations={"en": {"name": "German"}})
    make("Chor", languages=[german])
    make("Deutschkurs", languages=[german])
    make("Theater", languages=[factories.make_language("gsg", name="Deutsche Gebärdensprache")])
    assert found(client, "deutsch") == ["Deutschkurs", "Theater"]
    assert titles(client, "/en/angebote/?q=german") == []


@pytest.mark.parametrize("words", ["kostenlos", "kostenfrei", "gratis", "umsonst", "kostenlose", "Kostenfreier"])
def test_search_finds_what_is_free_of_charge_by_all_its_names(client: Client, words: str) -> None:
    make("Chor", cost_kind="kostenfrei")
    make("Theater", cost_kind="betrag")
    make("Integration", cost_kind="auf-anfrage")
    assert found(client, words) == ["Chor"]


def test_search_word_of_two_letters_must_stand_alone(client: Client) -> None:
    make("IT für Frauen")
    make("Italienisch")
    assert found(client, "it") == ["IT für Frauen"]


def test_search_with_typing_error_shows_what_was_probably_meant(client: Client) -> None:
    make("Kinderbetreuung")
    page = html(client, "/angebote/?q=Kinderbetreung")
    assert "Meinten Sie „Kinderbetreuung“?" in page
    assert 'value="Kinderbetreung"' in page
    make("Kinderbetreung")
    assert "Meinten Sie" not in html(client, "/angebote/?q=Kinderbetreung")


@pytest.mark.parametrize(
    ("typed", "meant"), [("Musk", "Musik"), ("Tanx", "Tanz"), ("Chorr", "Chor"), ("Beratugn", "Beratung")]
)
def test_search_corrects_a_word_with_one_wrong_letter(client: Client, typed: str, meant: str) -> None:
    make(meant)
    assert f"Meinten Sie „{meant}“?" in html(client, f"/angebote/?q={typed}")


@pytest.mark.parametrize(("typed", "title"), [("Asylberatung", "Beratung"), ("Kindergarten", "Wintergarten")])
def test_search_takes_no_word_for_another_one_that_only_ends_alike(client: Client, typed: str, title: str) -> None:
    make(title)
    page = html(client, f"/angebote/?q={typed}")
    assert "Meinten Sie" not in page
    assert f"Nach „{title}“ suchen" in page


@pytest.mark.parametrize(
    ("typed", "title", "parts"),
    [
        ("Frauenschwimmkurs", "Schwimmkurs für Frauen", "Frauen Schwimmkurs"),
        ("mädchenfußball", "Fußball für Mädchen", "mädchen Fußball"),
        ("Asylberatung", "Beratung im Asylverfahren", "Asyl Beratung"),
        ("Integrationsberatung", "Beratung zur Integration", "Integrations Beratung"),
    ],
)
def test_search_offers_a_compound_without_hits_as_its_two_words(
    client: Client, typed: str, title: str, parts: str
) -> None:
    make(title)
    make("Chor")
    page = html(client, f"/angebote/?q={typed}")
    assert re.search(rf"Nach „{parts}“ suchen</a> – 1 Angebot\b", page)
    assert found(client, parts) == [title]


@pytest.mark.parametrize("typed", ["Frauenchor", "Kurs", "Rathausturm"])
def test_search_makes_no_parts_of_what_offers_do_not_have(client: Client, typed: str) -> None:
    make("Treff für Frauen")
    make("Turm und Drang")
    assert "– 1 Angebot" not in html(client, f"/angebote/?q={typed}")


def test_links_of_a_corrected_search_lead_to_what_it_found(client: Client) -> None:
    make("Beratung")
    page = html(client, "/angebote/?q=beratungg")
    assert "Meinten Sie „Beratung“?" in page
    for address in ("feed/", "wegweiser/", "export/angebote.csv", "export/angebote.xlsx", "suche-merken/"):
        [query] = set(re.findall(rf'href="[^"]*{address}\?([^"]*)"', page))
        assert "q=Beratung" in query, address
        assert "beratungg" not in query


@pytest.mark.parametrize(("typed", "title"), [("free", "Frühe Hilfen"), ("Ohr", "Uhr"), ("Garn", "Gärtnern")])
def test_search_takes_no_short_word_for_another(client: Client, typed: str, title: str) -> None:
    make(title)
    assert "Meinten Sie" not in html(client, f"/angebote/?q={typed}")
    assert found(client, typed) == []


def test_search_corrects_only_the_word_that_stands_nowhere(client: Client) -> None:
    make("Deutschkurs", municipalities=[factories.make_municipality("Siegen", slug="siegen")])
    assert "Meinten Sie „Deutschkurs siegen“?" in html(client, "/angebote/?q=Deutschkurz+siegen")
    assert found(client, "Deutschkurz siegen") == ["Deutschkurs"]


ADDRESS = {"place_name": "Kreishaus", "street": "Kaiserstraße 61", "postcode": "57072", "city": "Siegen"}


@pytest.mark.parametrize(
    "words", ["57072", "Kaiserstraße 61", "kaiserstrasse", '"Kaiserstraße 61"', "Kreishaus", "Siegen", "treff 57072"]
)
def test_search_finds_an_address(client: Client, words: str) -> None:
    make("Treff", **ADDRESS)
    make("Anderswo", street="Marktstraße 6", postcode="57250", city="Netphen")
    assert found(client, words) == ["Treff"]


def test_search_puts_an_address_after_every_text(client: Client) -> None:
    make("Adresse", **ADDRESS)
    make("Text", description="<p>Wir treffen uns im Kreishaus.</p>")
    make("Kreishaus erkunden")
    assert found(client, "Kreishaus") == ["Kreishaus erkunden", "Text", "Adresse"]


def test_search_corrects_an_address(client: Client) -> None:
    make("Treff", **ADDRESS)
    assert "Meinten Sie „Kaiserstraße“?" in html(client, "/angebote/?q=Kaisertsrasse")


def test_similar_word_is_named_once() -> None:
    make("Weidenaus", summary="weidenaus Weidenauer")
    [word, *others] = search.advise(
        Offer.objects.all(), search.parse("Waidenauss"), OfferFilters(QueryDict(), Offer.objects.all()).index
    ).similar
    assert word.lower() == "weidenaus"
    assert [other for other in others if other.lower() == word.lower()] == []


def test_word_that_is_hardly_alike_is_not_named() -> None:
    make("Werden", summary="werden wir")
    offers = Offer.objects.all()
    assert search.advise(offers, search.parse("Weidenau"), OfferFilters(QueryDict(), offers).index).similar == ()


def test_search_without_hits_names_single_and_similar_words(client: Client) -> None:
    make("Deutschkurs")
    make("Chorprobe")
    page = html(client, "/angebote/?q=Deutschkurs+Chorprobe")
    assert "Dazu gibt es noch kein Angebot" in page
    assert 'href="?q=Deutschkurs"' in page
    assert 'href="?q=Chorprobe"' in page
    assert 'href="?q=Chorprobe"' in html(client, "/angebote/?q=Chorproxx")


def test_search_without_hits_shows_no_empty_filters(client: Client) -> None:
    make("Deutschkurs", topics=[factories.make_topic("kultur", name="Kultur")])
    assert "Filter anwenden" in html(client, "/angebote/?q=Deutschkurs")
    page = html(client, "/angebote/?q=Quantenphysik")
    assert "Filter anwenden" not in page
    assert 'id="filter"' in page, "the form of the search field stays"
    page = html(client, "/angebote/?q=Quantenphysik&thema=kultur")
    assert 'value="kultur" id="facet_thema_0" checked' in page
    assert 'class="chip" href="?q=Quantenphysik"' in page


@pytest.mark.parametrize("path", ["/", "/termine/", "/angebote/"])
def test_search_fields_take_no_more_than_the_search(client: Client, path: str) -> None:
    fields = re.findall(r'<input[^>]* name="q"[^>]*>', html(client, path))
    assert fields
    assert all(f'maxlength="{search.MAX_LENGTH}"' in field for field in fields)


def test_search_never_suggests_words_of_hidden_entries(client: Client) -> None:
    make("Geheimtreffen", status="hidden", slug="geheim")
    make("Öffentlich")
    assert "Geheimtreffen" not in html(client, "/angebote/?q=Geheimtrefen")


@pytest.mark.parametrize(
    "words",
    [
        "'",
        "\\",
        "a & | ! <-> b:*",
        "':*A & !!'",
        "kurs:*",
        "%_%",
        "$$; DROP TABLE offers_offer; --",
        "\x00",
        "Kurs\x00",
        "<script>alert(1)</script>",
        "😀🎉",
        "x" * 500,
        "wort " * 100,
        "ſ İ ß ﬁ",
        "دورة اللغة",
        '"',
        '"""„“»',
        "(((",
    ],
)
def test_search_takes_any_input(client: Client, words: str) -> None:
    make("Deutschkurs")
    page = html(client, f"/angebote/?{urlencode({'q': words})}")
    assert "<script>alert" not in page


def test_search_without_a_word_shows_all_and_says_so(client: Client) -> None:
    make("Deutschkurs")
    page = html(client, f"/angebote/?{urlencode({'q': '&&&'})}")
    assert "enthält kein Wort" in page
    assert "Deutschkurs" in page


def test_parse_drops_words_that_tell_nothing_unless_there_are_no_others() -> None:
    assert str(search.parse("ich suche einen Kurs für Frauen")) == "Kurs Frauen"
    assert str(search.parse("wer wir")) == "wer wir"
    assert not search.parse("!?")


def test_parse_limits_length_and_number_of_words() -> None:
    assert len(search.parse(" ".join(f"wort{number}" for number in range(50))).terms) == search.MAX_TERMS
    assert len(search.parse("x" * 1000).terms[0].typed) == search.MAX_LENGTH
