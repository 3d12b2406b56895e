"""What the sources say about the posts of three Kreise, and what the sheet makes of it."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from funding.calculation.grants import Computation, compute
from funding.calculation.periods import Period, year
from funding.calculation.staffing import staffing
from funding.models import FundingRate, HeardBody, Position
from funding.overview.comparing import by_richtlinie
from funding.overview.reading import book
from kiportal.common import roles
from kiportal.pages import data
from kiportal.pages.setup import set_up
from tests import factories

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = date(2026, 11, 28)


def computed(on: date) -> Computation:
    found = book()
    return compute(found.posts, found.rates, Period(on, on), is_whole_year=True)


def totals() -> dict[int, Decimal | None]:
    """What the posts of today bring by the Richtlinie of each year."""
    rows = [row for row in by_richtlinie(book(), TODAY, TODAY) if row.first.year in {2012, 2018, 2023, 2025}]
    return {row.first.year: row.computation.total for row in rows}


def test_borken_gets_170000_and_two_secondments_on_five_and_a_half_posts() -> None:
    set_up("kreis-borken")
    then = computed(date(2012, 7, 5))
    assert then.total == D("170000.00")
    assert then.seconded == D("2.00")
    [inferred] = Position.objects.filter(is_inferred=True)
    assert (inferred.share, inferred.role) == (D("0.50"), "administration")
    found = book()
    assert staffing(found.posts, found.fillings, found.rates, year(2013)).planned == D("5.50")
    assert compute(found.posts, found.rates, year(2013)).total == D("170000.00")
    assert totals() == {2012: D("170000.00"), 2018: D("170000.00"), 2023: D("193500.00"), 2025: D("193500.00")}


def test_siegen_has_no_sum_because_one_post_of_administration_has_no_rate() -> None:
    set_up("kreis-siegen-wittgenstein")
    then = computed(date(2014, 2, 1))
    assert then.total is None
    [reason] = then.reasons
    assert "1,0 Stelle „Organisation und Verwaltung“ keinen Fördersatz" in reason
    assert then.computable == D("120000.00")
    shares = dict(Position.objects.values_list("role", "share"))
    assert shares == {"teacher": D("2.00"), "specialist": D("2.00"), "administration": D("1.50")}
    assert totals() == dict.fromkeys((2012, 2018, 2023, 2025))


def test_wesel_has_no_sum_because_its_posts_are_not_split() -> None:
    set_up("kreis-wesel")
    then = computed(date(2012, 9, 17))
    assert then.total is None
    assert "nicht aufgeteilt" in then.reasons[0]
    assert dict(Position.objects.values_list("role", "share")) == {"teacher": D("2.00"), "unsplit": D("3.50")}
    assert totals() == dict.fromkeys((2012, 2018, 2023, 2025))


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("kreis-borken", ["170.000,00 €", "193.500,00 €", "erschlossen", "2,0 Stellen durch Abordnung"]),
        ("kreis-siegen-wittgenstein", ["nicht berechenbar", "1,0 Stelle „Organisation und Verwaltung“", "5,5"]),
        ("kreis-wesel", ["nicht berechenbar", "nicht aufgeteilt", "5,5"]),
    ],
)
def test_sheet_of_a_profile_shows_then_and_now(client: Client, slug: str, said: list[str]) -> None:
    set_up(slug)
    client.force_login(factories.make_user(roles.LEAD))
    for query in ({"jahr": "2015"}, {"stichtag": "2015-06-01"}, {}):
        text = client.get(reverse("funding:sheet"), query).text
        for part in said:
            assert part in text, (query, part)


@pytest.mark.parametrize("slug", data.profile_slugs())
def test_every_profile_has_rates_with_source_and_link(slug: str) -> None:
    assert set_up(slug)["rates"] == FundingRate.objects.count() == 15
    assert HeardBody.objects.count() == 7
    for rate in FundingRate.objects.all():
        assert rate.source
        assert rate.source_url.startswith("https://")
        rate.full_clean()
    for position in Position.objects.all():
        assert position.source
        position.full_clean()
    assert {rate.basis for rate in FundingRate.objects.filter(programme__slug="ki-foerderung")} == {
        "Richtlinie vom 25. Juni 2012",
        "Richtlinie vom 27. März 2018",
        "Richtlinie vom 10. März 2023",
        "Richtlinie vom 3. April 2025",
    }


def test_what_no_source_says_word_for_word_is_marked() -> None:
    """The amounts of today stand on a page without a date: that they came with a Richtlinie is inferred."""
    set_up("kreis-borken")
    stated = FundingRate.objects.filter(is_inferred=False).values_list("programme__slug", "role", "starts_on__year")
    assert set(stated) == {
        ("ki-foerderung", "specialist", 2012),
        ("ki-foerderung", "teacher", 2012),
        ("ki-foerderung", "specialist", 2018),
        ("ki-foerderung", "administration", 2018),
        ("kim", "specialist", 2024),
        ("kim", "administration", 2024),
    }
    assert not FundingRate.objects.filter(is_inferred=True, note="").exists()


def test_setup_run_again_leaves_posts_and_rates_to_the_centre() -> None:
    set_up("kreis-borken")
    Position.objects.exclude(is_inferred=True).delete()
    first = FundingRate.objects.filter(ends_on=None, programme__slug="ki-foerderung").first()
    assert first is not None
    first.delete()
    FundingRate.objects.create(
        programme=first.programme, role=first.role, basis="Eigene", starts_on=date(2025, 4, 3), source="Bescheid"
    )
    again = set_up("kreis-borken")
    assert (again["posts"], again["rates"], again["heard_bodies"]) == (0, 0, 0)
    assert Position.objects.count() == 1
