"""Counts beside the check boxes: what one sees is what one gets."""

import random
from datetime import date

import pytest
from django.http import QueryDict
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from offers.facets import counts_without, facet_counts
from offers.filters import OfferFilters
from offers.models import Offer, Programme
from offers.vocabulary import FACETS
from tests import factories


def filters(query: str = "") -> OfferFilters:
    return OfferFilters(QueryDict(query), Offer.objects.visible_to_public(timezone.localdate()))


@pytest.fixture
def many_offers(db: None) -> None:
    """Offers with all kinds of values, drawn from a fixed seed."""
    draw = random.Random(7)  # noqa: S311  (test data)
    municipalities = [factories.make_municipality(slug=f"ort-{number}") for number in range(4)]
    topics = [factories.make_topic(f"thema-{number}") for number in range(4)]
    groups = [factories.make_target_group(f"gruppe-{number}") for number in range(3)]
    languages = [factories.make_language(f"l{number}") for number in range(3)]
    types = [factories.make_offer_type(f"art-{number}") for number in range(3)]
    providers = [factories.make_organisation(slug=f"traeger-{number}") for number in range(3)]
    programme = Programme.objects.create(slug="programm-0", name="Programm", summary="", strand="bildung")
    for number in range(40):
        countywide = draw.random() < 0.2
        factories.make_offer(
            f"Angebot {number}",
            is_countywide=countywide,
            municipalities=[] if countywide else draw.sample(municipalities, draw.randint(1, 3)),
            topics=draw.sample(topics, draw.randint(1, 3)),
            target_groups=draw.sample(groups, draw.randint(0, 2)),
            languages=draw.sample(languages, draw.randint(1, 2)),
            offer_type=draw.choice(types),
            provider=draw.choice(providers),
            programme=draw.choice([programme, None, None]),
            cost_kind=draw.choice(Offer.CostKind.values),
            kind=draw.choice(Offer.Kind.values),
            is_on_site=draw.random() < 0.8,
            is_online=draw.random() < 0.3,
            is_outreach=draw.random() < 0.1,
        )


@pytest.mark.parametrize(
    "query",
    [
        "",
        "kommune=ort-0",
        "kommune=ort-0&kommune=ort-1&thema=thema-2",
        "thema=thema-0&thema=thema-1&sprache=l0&kosten=kostenfrei",
        "nur=projekte&ort=online&ort=vor-ort",
        "q=angebot&art=art-1&programm=programm-0",
        "traeger=traeger-2&zielgruppe=gruppe-0",
        "kommune=ort-3&thema=thema-3&kosten=betrag&nur=projekte&ort=aufsuchend&sprache=l1",
    ],
)
def test_facet_counts_equal_the_hits_of_choosing_only_that_value(many_offers: None, query: str) -> None:
    current = filters(query)
    counts = facet_counts(current)
    for name in FACETS:
        for value in current.vocabulary[name]:
            alone = filters(current.query(**{name: [value]}).lstrip("?"))
            assert counts[name][value] == alone.qs.count(), f"{name}={value} of {query!r}"


def test_facet_counts_ignore_their_own_selection(db: None) -> None:
    for slug in ("kultur", "schule"):
        factories.make_offer(topics=[factories.make_topic(slug)])
    assert facet_counts(filters("thema=kultur"))["thema"] == {"kultur": 1, "schule": 1}


def test_facet_counts_put_a_countywide_offer_into_every_municipality(db: None) -> None:
    here = factories.make_municipality(slug="hier")
    factories.make_municipality(slug="dort")
    factories.make_offer("Nur hier", municipalities=[here])
    factories.make_offer("Überall", is_countywide=True, municipalities=[])
    factories.make_offer("Überall, doppelt eingetragen", is_countywide=True, municipalities=[here])
    assert facet_counts(filters())["kommune"] == {"hier": 3, "dort": 2}
    assert filters("kommune=dort").qs.count() == 2
    assert filters("kommune=hier&kommune=dort").qs.count() == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "draft"},
        {"status": "submitted"},
        {"status": "hidden"},
        {"status": "archived"},
        {"valid_until": date(2020, 1, 1)},
    ],
)
def test_facet_counts_leave_out_what_is_not_public(db: None, fields: dict[str, object]) -> None:
    factories.make_offer(is_countywide=True, **fields)
    assert not any(counts for counts in facet_counts(filters()).values())


def test_facet_counts_leave_out_offers_of_an_unpublished_provider(db: None) -> None:
    factories.make_offer(provider=factories.make_organisation(status="archived"))
    assert not any(counts for counts in facet_counts(filters()).values())


def test_facet_counts_take_one_query(many_offers: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    current = filters("kommune=ort-0&q=angebot")
    current.index.words.with_word_like("angebot")  # a process asks for them once
    with django_assert_num_queries(1):
        facet_counts(current)


def test_counts_without_tell_the_hits_of_giving_up_one_filter(many_offers: None) -> None:
    current = filters("kommune=ort-0&thema=thema-1&nur=projekte")
    numbers = counts_without(current, current.active)
    assert numbers == {
        "kommune": filters("thema=thema-1&nur=projekte").qs.count(),
        "thema": filters("kommune=ort-0&nur=projekte").qs.count(),
        "nur": filters("kommune=ort-0&thema=thema-1").qs.count(),
    }
    assert counts_without(current, []) == {}
