"""Addresses of lists: what they mean, and that none of them is an error."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from actors.models import Organisation
from offers.filters import MOST_PROVIDERS, DateFilters, OfferFilters, OrganisationFilters
from offers.models import Offer, OfferDate
from tests import factories
from tests.offers.pages import html, titles


def filters(query: str = "") -> OfferFilters:
    return OfferFilters(QueryDict(query), Offer.objects.visible_to_public(timezone.localdate()))


def found(query: str = "") -> set[str]:
    return {offer.title for offer in filters(query).qs}


@pytest.fixture
def three_topics(db: None) -> None:
    a, b, c = (factories.make_topic(slug) for slug in ("a", "b", "c"))
    place = factories.make_municipality(slug="ort")
    factories.make_offer("A", topics=[a])
    factories.make_offer("B", topics=[b], municipalities=[place])
    factories.make_offer("AC", topics=[a, c], municipalities=[place])


def test_filter_values_of_one_parameter_are_alternatives(three_topics: None) -> None:
    assert found("thema=a&thema=b") == {"A", "B", "AC"}
    assert found("thema=c") == {"AC"}


def test_filter_parameters_narrow_each_other(three_topics: None) -> None:
    assert found("thema=a&kommune=ort") == {"AC"}


def test_filter_shows_an_offer_with_several_matching_values_once(three_topics: None) -> None:
    assert sorted(offer.title for offer in filters("thema=a&thema=c").qs) == ["A", "AC"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kosten=kostenfrei", {"frei"}),
        ("kosten=betrag&kosten=auf-anfrage", {"zehn Euro", "fragen"}),
        ("ort=online", {"zehn Euro"}),
        ("ort=aufsuchend&ort=vor-ort", {"frei", "zehn Euro", "fragen"}),
        ("ort=aufsuchend", {"fragen"}),
        ("nur=projekte", {"frei"}),
        ("art=kurs", {"frei"}),
        ("traeger=vhs", {"zehn Euro"}),
        ("sprache=ar", {"fragen"}),
        ("zielgruppe=frauen", {"fragen"}),
    ],
)
def test_filter_values_mean_what_they_say(db: None, query: str, expected: set[str]) -> None:
    factories.make_offer(
        "frei", cost_kind="kostenfrei", kind="projekt", offer_type=factories.make_offer_type("kurs"), is_on_site=True
    )
    factories.make_offer(
        "zehn Euro", cost_kind="betrag", is_online=True, provider=factories.make_organisation(slug="vhs")
    )
    factories.make_offer(
        "fragen",
        cost_kind="auf-anfrage",
        is_on_site=False,
        is_outreach=True,
        languages=[factories.make_language("ar")],
        target_groups=[factories.make_target_group("frauen")],
    )
    assert found(query) == expected


def test_filter_ignores_an_unknown_value_and_says_so(three_topics: None, centre: object, client: Client) -> None:
    assert found("thema=a&thema=unsinn") == {"A", "AC"}
    page = html(client, "/angebote/?thema=unsinn&kosten=umsonst&sortierung=zufall&seite=nochwas&fremd=1")
    assert "„Thema: unsinn“ gibt es hier nicht" in page
    assert "„Kosten: umsonst“ gibt es hier nicht" in page
    assert "„Sortierung: zufall“ gibt es hier nicht" in page
    assert "Die Seite „nochwas“ gibt es in dieser Liste nicht." in page
    assert "3 Angebote" in page


def test_filter_takes_an_unpublished_provider_for_unknown(db: None) -> None:
    factories.make_organisation("Geheimbund", slug="geheimbund", status="proposed")
    assert filters("traeger=geheimbund").notices != []
    assert "Geheimbund" not in str([entry.label for entry in filters().vocabulary])


@pytest.mark.parametrize("parameter", ["kommune", "thema", "kosten", "sortierung", "seite", "q"])
@pytest.mark.parametrize("value", ["\x00", "'", "%", "😀", "x" * 3000, "../../etc", "-1", "99999999999999999999"])
def test_list_answers_200_to_any_value(client: Client, centre: object, parameter: str, value: str) -> None:
    assert client.get(f"/angebote/?{urlencode({parameter: value})}").status_code == 200


def test_sorting_by_name_follows_german_order(db: None, client: Client) -> None:
    for title in ("Zebra", "Öl malen", "Ofen bauen", "Äpfel ernten", "apfelkuchen backen"):
        factories.make_offer(title)
    assert titles(client, "/angebote/?sortierung=name") == [
        "Äpfel ernten",
        "apfelkuchen backen",
        "Ofen bauen",
        "Öl malen",
        "Zebra",
    ]


def test_sorting_by_newest_is_the_default(db: None, client: Client) -> None:
    now = timezone.now()
    for days, title in ((3, "alt"), (1, "neu"), (2, "mittel")):
        factories.make_offer(title, published_at=now - timedelta(days=days))
    expected = ["neu", "mittel", "alt"]
    assert titles(client, "/angebote/") == titles(client, "/angebote/?sortierung=neu") == expected
    assert titles(client, "/angebote/?sortierung=relevanz") == expected


def test_sorting_by_date_puts_the_next_one_first_and_none_last(db: None, client: Client) -> None:
    now = timezone.now()
    for title, days in (("ohne Termin", []), ("bald", [2, 9]), ("morgen, auch früher", [-5, 1]), ("vorbei", [-1])):
        offer = factories.make_offer(title)
        for day in days:
            OfferDate.objects.create(offer=offer, starts_at=now + timedelta(days=day))
    assert titles(client, "/angebote/?sortierung=termin") == ["morgen, auch früher", "bald", "ohne Termin", "vorbei"]


def test_sorting_can_be_chosen_for_a_search(db: None, client: Client) -> None:
    factories.make_offer("Kurs B")
    factories.make_offer("Ein anderer Kurs A")
    assert titles(client, "/angebote/?q=kurs&sortierung=name") == ["Ein anderer Kurs A", "Kurs B"]


def test_query_holds_only_what_was_understood(three_topics: None) -> None:
    current = filters("q=+Kurs+&thema=a&thema=a&thema=x&kommune=ort&utm_source=x&seite=3&nur=")
    assert current.query() == "?q=Kurs&kommune=ort&thema=a"
    assert current.query(thema=[], sortierung="name") == "?q=Kurs&kommune=ort&sortierung=name"
    assert current.toggled("thema", "a") == "?q=Kurs&kommune=ort"
    assert current.toggled("thema", "b") == "?q=Kurs&kommune=ort&thema=a&thema=b"


def test_chips_remove_one_value_each(three_topics: None) -> None:
    chips = {chip["label"]: chip["url"] for chip in filters("thema=a&thema=b&nur=projekte").chips}
    assert chips == {
        "A": "?thema=b&nur=projekte",
        "B": "?thema=a&nur=projekte",
        "nur Projekte zum Nachmachen": "?thema=a&thema=b",
    }


def test_labels_are_shown_in_the_language_of_the_page(db: None, centre: object, client: Client) -> None:
    factories.make_offer(
        topics=[factories.make_topic("kultur", name="Kultur", translations={"en": {"name": "Culture"}})]
    )
    assert "Culture" in html(client, "/en/angebote/")
    assert "Culture" not in html(client, "/angebote/")


def test_organisation_filters_find_parts_of_names_and_kinds(db: None) -> None:
    place = factories.make_municipality(slug="ort")
    factories.make_organisation("Café Grenzenlos e. V.", kind="verein")
    factories.make_organisation("Grundschule am Mühlbach", kind="schule", municipality=place, short_name="GSM")

    def names(query: str) -> list[str]:
        return [row.name for row in OrganisationFilters(QueryDict(query), Organisation.objects.all()).qs]

    assert names("q=muehlbach+grund") == ["Grundschule am Mühlbach"]
    assert names("q=gsm") == ["Grundschule am Mühlbach"]
    assert names("q=cafe&art=verein") == ["Café Grenzenlos e. V."]
    assert names("art=verein&art=schule&kommune=ort") == ["Grundschule am Mühlbach"]
    assert names("q=cafe&art=schule") == []


def test_date_filters_ask_the_offer(db: None) -> None:
    here, there = factories.make_municipality(slug="hier"), factories.make_municipality(slug="dort")
    topic = factories.make_topic("kultur")
    soon = timezone.now() + timedelta(days=1)
    for title, fields in (
        ("hier", {"municipalities": [here]}),
        ("dort", {"municipalities": [there], "topics": [topic]}),
        ("überall", {"is_countywide": True, "municipalities": []}),
    ):
        OfferDate.objects.create(offer=factories.make_offer(title, **fields), starts_at=soon)

    def offers(query: str) -> set[str]:
        return {row.offer.title for row in DateFilters(QueryDict(query), OfferDate.objects.all()).qs}

    assert offers("kommune=hier") == {"hier", "überall"}
    assert offers("kommune=hier&thema=kultur") == set()
    assert offers("thema=kultur&thema=unsinn") == {"dort"}


def test_of_many_providers_those_with_most_hits_can_be_chosen(db: None, centre: object, client: Client) -> None:
    providers = [factories.make_organisation(slug=f"verein-{number:02}") for number in range(MOST_PROVIDERS + 2)]
    for place, provider in enumerate(providers):
        for _offer in range(1 if place in {3, 5} else 2):
            factories.make_offer(provider=provider)
    page = client.get("/angebote/")
    [facet] = [facet for facet in page.context["facets"] if facet["name"] == "traeger"]
    shown = {option["value"] for option in facet["options"]}
    assert shown == {provider.slug for provider in providers} - {"verein-03", "verein-05"}
    assert "Die 30 mit den meisten Treffern." in page.text
    chosen = client.get("/angebote/", {"traeger": "verein-05"}).context["facets"]
    [facet] = [facet for facet in chosen if facet["name"] == "traeger"]
    assert [option["count"] for option in facet["options"] if option["selected"]] == [1]
