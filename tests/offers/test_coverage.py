"""The numbers of coverage equal what the database counts; white spots, sums, needs, earlier days."""

import random
from datetime import date, datetime, time, timedelta
from itertools import permutations

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from offers import counting, coverage
from offers.coverage import DIMENSIONS, WITHOUT, Count, needs, snapshots
from offers.coverage_filters import CoverageFilters
from offers.models import CoverageSnapshot, Need, Offer
from offers.querysets import OfferQuerySet
from tests import factories

PATHS = {
    "kommune": "municipalities",
    "thema": "topics",
    "zielgruppe": "target_groups",
    "sprache": "languages",
    "art": "offer_type",
}


@pytest.fixture(params=[3, 8, 21])
def many_offers(db: None, request: pytest.FixtureRequest) -> None:
    """Offers with all kinds of values, in all states, drawn from fixed seeds."""
    draw = random.Random(request.param)  # noqa: S311  (test data)
    places = [factories.make_municipality(slug=f"ort-{number}") for number in range(4)]
    topics = [factories.make_topic(f"thema-{number}") for number in range(4)]
    groups = [factories.make_target_group(f"gruppe-{number}") for number in range(3)]
    languages = [factories.make_language(f"l{number}") for number in range(3)]
    types = [factories.make_offer_type(f"art-{number}") for number in range(3)]
    providers = [factories.make_organisation(kind=kind) for kind in ("verein", "mso", "freier-traeger")]
    providers.append(factories.make_organisation(status="archived"))
    for number in range(40):
        countywide = draw.random() < 0.2
        offer = factories.make_offer(
            f"Angebot {number}",
            is_countywide=countywide,
            municipalities=draw.sample(places[:3], draw.randint(0, 3)),
            topics=draw.sample(topics, draw.randint(0, 3)),
            target_groups=draw.sample(groups, draw.randint(0, 2)),
            languages=draw.sample(languages, draw.randint(0, 2)),
            offer_type=draw.choice(types),
            provider=draw.choice(providers),
            cost_kind=draw.choice(Offer.CostKind.values),
            kind=draw.choice(Offer.Kind.values),
            is_online=draw.random() < 0.3,
            valid_until=draw.choice([None, None, None, timezone.localdate() - timedelta(days=3)]),
        )
        if draw.random() < 0.1:
            Offer.objects.filter(pk=offer.pk).update(offer_type=None)


def public() -> OfferQuerySet:
    return Offer.objects.visible_to_public(timezone.localdate())


def has(dimension: str, value: str) -> Q:
    """What stands behind a value, in the words of the ORM and without the bitmaps."""
    path = PATHS[dimension]
    if value == WITHOUT:
        nothing = Q(**{f"{path}__isnull": True})
        return Q(
            pk__in=Offer.objects.filter(nothing, is_countywide=False)
            if dimension == "kommune"
            else Offer.objects.filter(nothing)
        )
    named = Q(pk__in=Offer.objects.filter(**{f"{path}__slug": value}))
    return named | Q(is_countywide=True) if dimension == "kommune" else named


def counted(offers: OfferQuerySet) -> Count:
    return Count(offers.count(), offers.filter(is_countywide=False).count())


@pytest.mark.parametrize(("row", "column"), list(permutations(DIMENSIONS, 2))[::3])
def test_matrix_equals_the_counts_of_the_database(many_offers: None, row: str, column: str) -> None:
    index = counting.current()
    table = coverage.matrix(index, index.visible(timezone.localdate()), row, column)
    assert set(index.vocabulary[row]) | {WITHOUT} >= set(table.rows) >= set(index.vocabulary[row])
    for (one, other), count in table.cells.items():
        assert count == counted(public().filter(has(row, one)).filter(has(column, other))), (one, other)
    for value in [*index.vocabulary[row], WITHOUT]:
        assert table.row_totals.get(value, Count(0, 0)) == counted(public().filter(has(row, value))), value
    for value in [*index.vocabulary[column], WITHOUT]:
        assert table.column_totals.get(value, Count(0, 0)) == counted(public().filter(has(column, value))), value
    assert table.total == counted(public())


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("art=art-1", Q(offer_type__slug="art-1")),
        ("art=art-1&art=ohne", Q(offer_type__slug="art-1") | Q(offer_type=None)),
        ("kosten=kostenfrei&nur=projekte", Q(cost_kind="kostenfrei", kind="projekt")),
        ("ort=online", Q(is_online=True)),
        ("traegerart=verein&traegerart=mso", Q(provider__kind__in=["verein", "mso"])),
        ("sprache=l1", Q(pk__in=Offer.objects.filter(languages__slug="l1"))),
    ],
)
def test_filters_leave_what_the_database_leaves(many_offers: None, query: str, condition: Q) -> None:
    filters = CoverageFilters(QueryDict(query))
    table = coverage.matrix(filters.index, filters.bits_beside(filters.index), filters.row, filters.column)
    assert filters.notices == []
    assert table.total == counted(public().filter(condition))
    for (place, topic), count in table.cells.items():
        expected = public().filter(condition).filter(has("kommune", place)).filter(has("thema", topic))
        assert count == counted(expected)


def test_filter_of_a_row_shows_this_row_alone_and_counts_within(many_offers: None) -> None:
    filters = CoverageFilters(QueryDict("kommune=ort-1"))
    table = coverage.matrix(filters.index, filters.bits_beside(filters.index), "kommune", "thema", rows=["ort-1"])
    assert table.rows == ("ort-1",)
    assert table.total == table.row_totals["ort-1"] == counted(public().filter(has("kommune", "ort-1")))


def test_countywide_offer_counts_in_every_municipality_and_once_in_the_sum(db: None) -> None:
    here, topic = factories.make_municipality(slug="hier"), factories.make_topic("kultur")
    factories.make_municipality(slug="dort")
    factories.make_offer(municipalities=[here], topics=[topic])
    factories.make_offer(is_countywide=True, municipalities=[], topics=[topic, factories.make_topic("sport")])
    index = counting.current()
    table = coverage.matrix(index, index.visible(timezone.localdate()), "kommune", "thema")
    assert table.cells["hier", "kultur"] == Count(2, 1)
    assert table.cells["dort", "kultur"] == Count(1, 0)
    assert table.row_totals == {"hier": Count(2, 1), "dort": Count(1, 0)}
    assert (table.total, table.column_totals["kultur"]) == (Count(2, 1), Count(2, 1))
    assert list(table.gaps()) == []
    assert sorted(table.gaps(locally=True)) == [("dort", "kultur"), ("dort", "sport"), ("hier", "sport")]


def test_matrix_takes_no_query_beside_the_index(
    many_offers: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    index = counting.current()
    with django_assert_num_queries(0):
        coverage.matrix(index, index.visible(timezone.localdate()), "sprache", "thema")


# Earlier days


@pytest.mark.parametrize(
    "query",
    [
        "",
        "zeile=thema&spalte=kommune",
        "zeile=art&spalte=sprache&sprache=ohne",
        "kosten=kostenfrei&nur=projekte",
        "traegerart=verein&traegerart=mso",
        "kommune=ort-1&zielgruppe=gruppe-1",
        "ort=online",
    ],
)
def test_kept_day_gives_the_same_numbers_with_any_filter(many_offers: None, query: str) -> None:
    snapshot = snapshots.take(timezone.localdate())
    snapshot.refresh_from_db()
    filters = CoverageFilters(QueryDict(query))
    now, then = (
        coverage.matrix(day, filters.bits_beside(day), filters.row, filters.column)
        for day in (filters.index, snapshots.kept(snapshot, filters.index.vocabulary))
    )
    assert filters.notices == []
    assert then == now
    assert now.total.offers


def test_kept_day_knows_no_entries(many_offers: None) -> None:
    """As many places as offers were public, from the first on: the keys of the entries are nowhere."""
    Offer.objects.filter(pk=Offer.objects.order_by("pk").values("pk")[:1]).delete()
    facts = snapshots.take(timezone.localdate()).facts
    assert set(facts) == {"offers", "bits"}
    assert set(facts["bits"]) == {*snapshots.FACETS, snapshots.PROVIDER_KIND}
    assert facts["offers"] == public().count()
    assert (
        max(int(held, 16).bit_length() for values in facts["bits"].values() for held in values.values())
        <= facts["offers"]
    )


def test_second_snapshot_of_a_day_takes_the_place_of_the_first(db: None) -> None:
    today = timezone.localdate()
    snapshots.take(today)
    factories.make_offer()
    snapshots.take(today)
    assert [kept.facts["offers"] for kept in CoverageSnapshot.objects.all()] == [1]


def test_earlier_numbers_leave_out_what_came_later(db: None) -> None:
    day = timezone.localdate() - timedelta(days=100)
    for days in (120, 100, 99):
        offer = factories.make_offer()
        noon = datetime.combine(timezone.localdate() - timedelta(days=days), time(12), timezone.get_current_timezone())
        Offer.objects.filter(pk=offer.pk).update(published_at=noon)
    assert snapshots.take_earlier(day).facts["offers"] == 2


def test_command_keeps_today_and_thins_out_what_is_older_than_sixty_days(db: None) -> None:
    with time_machine.travel("2026-06-15 09:00+02:00", tick=False):
        kept = [date(2026, 2, 3), date(2026, 3, 1), date(2026, 4, 1), date(2026, 4, 16), date(2026, 6, 14)]
        gone = [date(2026, 2, 4), date(2026, 3, 2), date(2026, 4, 15)]
        for day in (*kept, *gone):
            CoverageSnapshot.objects.create(taken_on=day, facts={})
        for _time in range(2):
            call_command("take_coverage_snapshot", verbosity=0)
        found = CoverageSnapshot.objects.order_by("taken_on").values_list("taken_on", flat=True)
        assert list(found) == [*kept, date(2026, 6, 15)]


# Needs


def test_needs_are_counted_where_they_belong(db: None) -> None:
    here, there = (factories.make_municipality(slug=slug) for slug in ("hier", "dort"))
    kultur, arabic = factories.make_topic("kultur"), factories.make_language("ar")
    status_of = Need.Status
    for place, topic, status in (
        (here, kultur, status_of.OPEN),
        (here, kultur, status_of.NOTED),
        (here, kultur, status_of.ANSWERED),
        (here, kultur, status_of.DISCARDED),
        (here, None, status_of.OPEN),
        (None, kultur, status_of.OPEN),
        (there, None, status_of.NOTED),
    ):
        Need.objects.create(text="Chor", municipality=place, topic=topic, status=status)
    Need.objects.update(language=None)
    Need.objects.create(text="Chor", municipality=here, topic=kultur, language=arabic)
    counts = needs.count("kommune", "thema", {})
    assert (counts.of("hier", "kultur"), counts.of("dort", "kultur"), counts.homeless) == (3, 0, 3)
    assert (counts.of_row("hier"), counts.of_column("kultur"), counts.total) == (4, 4, 6)
    narrowed = needs.count("kommune", "thema", {"sprache": ["ar"], "kosten": ["kostenfrei"]})
    assert (narrowed.of("hier", "kultur"), narrowed.total) == (1, 1)
    by_type = needs.count("kommune", "art", {})
    assert (by_type.of("hier", "x"), by_type.of_row("hier"), by_type.have_cells) == (None, 4, False)
    assert needs.count("art", "kommune", {}).of_row("x") is None


def test_needs_behind_a_cell_are_those_that_it_counts(db: None) -> None:
    here, kultur = factories.make_municipality(slug="hier"), factories.make_topic("kultur")
    need = Need.objects.create(text="Chor", municipality=here, topic=kultur)
    nowhere = Need.objects.create(text="Chor")
    assert list(needs.reported({"kommune": ["hier"], "thema": ["kultur"]})) == [need]
    assert list(needs.reported({"kommune": [WITHOUT]})) == [nowhere]
    assert set(needs.reported({"kommune": ["hier", WITHOUT]})) == {need, nowhere}
