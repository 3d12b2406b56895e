"""Posts and money by hand-made examples: what each line says, and why another has no sum."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from funding.calculation import costs, words
from funding.calculation.grants import compute
from funding.calculation.periods import Period, by_days, by_months, cut, year
from funding.calculation.staffing import mismatches, staffing
from funding.calculation.values import Filling, Post, Rate
from funding.models.choices import FundedBy, Role

D = Decimal
YEAR = year(2025)


def post(role: str = Role.SPECIALIST, share: str = "1", *, key: int = 1, **values: Any) -> Post:
    defaults: dict[str, Any] = {
        "title": "Stelle",
        "funded_by": FundedBy.GRANT,
        "first": date(2020, 1, 1),
        "programme": 1,
    }
    return Post(key=key, role=role, share=D(share), **(defaults | values))


def rate(role: str = Role.SPECIALIST, amount: str | None = "50000", **values: Any) -> Rate:
    defaults: dict[str, Any] = {"key": 1, "programme": 1, "programme_name": "KI", "first": date(2012, 1, 1)}
    return Rate(
        role=role, amount=amount if amount is None else D(amount), **(defaults | {"basis": "Richtlinie"} | values)
    )


HALF = rate(Role.ADMINISTRATION, "20000", per_fte=D("0.5"), max_fte=D("0.5"))


# Periods


def test_period_that_ends_before_it_begins_refused() -> None:
    with pytest.raises(ValueError, match="lies before"):
        Period(date(2025, 1, 2), date(2025, 1, 1))


@pytest.mark.parametrize("number", [2023, 2024])
def test_whole_year_is_one_by_days_and_by_months(number: int) -> None:
    assert by_days(year(number)) == by_months(year(number)) == 1
    assert by_days(Period(date(2023, 1, 1), date(2024, 12, 31))) == 2


def test_parts_of_a_year_by_days_and_by_months() -> None:
    from_february = Period(date(2014, 2, 1), date(2014, 12, 31))
    assert by_days(from_february) == Fraction(334, 365)
    assert by_months(from_february) == Fraction(11, 12)
    half_of_february = Period(date(2025, 2, 1), date(2025, 2, 14))
    assert by_months(half_of_february) == Fraction(1, 24)


def test_cut_makes_pieces_within_which_nothing_begins_or_ends() -> None:
    spans = [(date(2025, 3, 1), date(2025, 5, 31)), (date(2020, 1, 1), None), (date(2025, 3, 1), date.max)]
    assert [(piece.first, piece.last) for piece in cut(YEAR, spans)] == [
        (date(2025, 1, 1), date(2025, 2, 28)),
        (date(2025, 3, 1), date(2025, 5, 31)),
        (date(2025, 6, 1), date(2025, 12, 31)),
    ]


# Money


def test_grant_of_borken_is_170000_and_two_seconded_teachers() -> None:
    posts = [
        post(Role.SPECIALIST, "3"),
        post(Role.ADMINISTRATION, "0.5", key=2, is_inferred=True),
        post(Role.TEACHER, "2", key=3, funded_by=FundedBy.SECONDMENT),
    ]
    found = compute(posts, [rate(max_fte=D(3)), HALF, rate(Role.TEACHER, None, max_fte=D(2))], YEAR)
    assert found.total == found.computable == D("170000.00")
    assert found.seconded == D("2.00")
    assert [(line.title, line.amount, line.is_inferred) for line in found.computed] == [
        ("Stelle", D("150000.00"), False),
        ("Stelle", D("20000.00"), True),
    ]
    assert found.computed[1].rule == "20.000,00 € im Jahr für 0,5 Stellen, höchstens 0,5 Stellen"


def test_grant_of_siegen_has_no_sum_because_one_post_has_no_rate() -> None:
    posts = [post(Role.SPECIALIST, "2"), post(Role.ADMINISTRATION, "1.5", key=2, title="Organisation und Verwaltung")]
    found = compute(posts, [rate(max_fte=D(3)), HALF], YEAR)
    assert found.total is None
    assert found.computable == D("120000.00")
    assert found.reasons == [
        (
            "es für 1,0 Stelle „Organisation und Verwaltung“ keinen Fördersatz gibt: "
            "Richtlinie fördert höchstens 0,5 Stellen (Verwaltung)"
        )
    ]


def test_grant_of_wesel_has_no_sum_because_posts_are_not_split() -> None:
    found = compute([post(Role.UNSPLIT, "3.5", title="Koordinierung")], [rate(), HALF], YEAR)
    assert found.total is None
    assert found.computable == 0
    assert found.reasons == [
        "bei 3,5 Stellen „Koordinierung“ nicht aufgeteilt ist, wie viele davon Fachkräfte sind und wie viele Verwaltung"
    ]


def test_post_of_a_time_without_a_rate_has_no_sum() -> None:
    found = compute([post()], [rate(first=date(2025, 7, 1))], YEAR)
    assert [(line.is_computed, line.period.first, line.period.last) for line in found.lines] == [
        (False, date(2025, 1, 1), date(2025, 6, 30)),
        (True, date(2025, 7, 1), date(2025, 12, 31)),
    ]
    assert found.reasons == ["es für 1,0 Stelle „Stelle“ in dieser Zeit keinen Fördersatz gibt"]


def test_rate_that_changes_within_the_year_makes_two_lines_by_days() -> None:
    rates = [rate(last=date(2025, 4, 2)), rate(amount="57000", first=date(2025, 4, 3), key=2)]
    found = compute([post()], rates, YEAR)
    assert [line.amount for line in found.lines] == [D("12602.74"), D("42632.88")]
    assert found.total == D("55235.62")
    assert found.lines[0].rule == "50.000,00 € im Jahr für 1,0 Stelle; 25,21 % des Jahres nach Tagen"


def test_rate_by_months_counts_twelfths() -> None:
    found = compute([post(first=date(2025, 2, 1))], [rate(is_by_months=True)], YEAR)
    assert found.total == D("45833.33")
    assert found.lines[0].rule.endswith("91,67 % des Jahres nach Monaten")


def test_day_counts_as_a_whole_year_when_asked() -> None:
    day = Period(date(2025, 6, 1), date(2025, 6, 1))
    assert compute([post()], [rate()], day, is_whole_year=True).total == D("50000.00")
    assert compute([post()], [rate()], day).total == D("136.99")


def test_posts_of_the_county_get_no_grant() -> None:
    found = compute([post(funded_by=FundedBy.COUNTY)], [rate()], YEAR)
    assert (found.lines, found.total) == ((), D("0.00"))


def test_posts_alike_are_counted_together_against_the_limit() -> None:
    found = compute([post(share="2"), post(share="2", key=2)], [rate(max_fte=D(3))], YEAR)
    assert found.computable == D("150000.00")
    assert found.total is None


def test_posts_of_two_programmes_follow_their_own_rates() -> None:
    posts = [post(), post(key=2, programme=2)]
    rates = [rate(max_fte=D(1)), rate(amount="57000", key=2, programme=2, max_fte=D(1))]
    assert compute(posts, rates, YEAR).total == D("107000.00")


def test_required_own_share_follows_the_percentage_of_the_rate() -> None:
    found = compute([post()], [rate(own_share_percent=D(20))], YEAR)
    assert found.required_own_share == D("12500.00")
    assert compute([post()], [rate()], YEAR).required_own_share == 0


def test_granted_amount_of_a_longer_time_is_spread_over_its_days() -> None:
    whole = costs.Granted(D("730000"), date(2025, 1, 1), date(2026, 12, 31), is_yearly=False)
    yearly = costs.Granted(D("170000"), date(2025, 7, 1), None, is_yearly=True)
    assert costs.granted_in([whole], YEAR) == D("365000.00")
    assert costs.granted_in([yearly], YEAR) == D("85698.63")
    assert costs.granted_in([whole, yearly], year(2024)) == 0


def test_own_share_is_what_was_spent_without_the_grant() -> None:
    found = costs.own_share(D("180000"), D("12000"), D("170000"))
    assert (found.covered, found.total) == (D("170000"), D("22000"))
    generous = costs.own_share(D("100000"), D("12000"), D("170000"))
    assert (generous.covered, generous.total) == (D("100000"), D("12000"))


@pytest.mark.parametrize(("staff", "grant", "reason"), [("0", "1", "keine Ausgaben"), ("1", None, "nicht berechenbar")])
def test_own_share_without_costs_or_grant_says_why(staff: str, grant: str | None, reason: str) -> None:
    found = costs.own_share(D(staff), D(0), None if grant is None else D(grant))
    assert found.total is None
    assert reason in found.reason


# Posts


def test_vacancy_and_over_assignment_are_found_day_by_day() -> None:
    one = post(share="1", first=date(2025, 1, 1))
    fillings = [
        Filling(1, D("0.5"), date(2025, 1, 1), date(2025, 3, 31)),
        Filling(1, D("1"), date(2025, 3, 1), date(2025, 6, 30)),
        Filling(2, D("9"), date(2025, 1, 1)),
    ]
    found = mismatches(one, fillings, YEAR)
    assert [(entry.period.first, entry.period.last, entry.is_vacancy, entry.share) for entry in found] == [
        (date(2025, 1, 1), date(2025, 2, 28), True, D("0.5")),
        (date(2025, 3, 1), date(2025, 3, 31), False, D("0.5")),
        (date(2025, 7, 1), date(2025, 12, 31), True, D("1")),
    ]


def test_assignment_after_the_post_has_ended_is_too_much() -> None:
    one = post(last=date(2025, 6, 30))
    [late] = mismatches(one, [Filling(1, D(1), date(2020, 1, 1))], YEAR)
    assert (late.period.first, late.is_vacancy, late.planned) == (date(2025, 7, 1), False, 0)


def test_vacancies_that_follow_each_other_alike_are_one() -> None:
    fillings = [Filling(1, D("0.5"), date(2025, 1, 1), date(2025, 6, 30)), Filling(1, D("0.5"), date(2025, 7, 1))]
    [vacancy] = mismatches(post(), fillings, YEAR)
    assert vacancy.period == YEAR


def test_staffing_compares_planned_filled_and_fundable() -> None:
    posts = [
        post(Role.SPECIALIST, "2"),
        post(Role.ADMINISTRATION, "1.5", key=2),
        post(Role.TEACHER, "2", key=3, funded_by=FundedBy.SECONDMENT),
        post(Role.SPECIALIST, "0.75", key=4, funded_by=FundedBy.COUNTY, programme=None),
    ]
    fillings = [Filling(1, D("2.5"), date(2025, 1, 1)), Filling(3, D(1), date(2025, 1, 1))]
    rates = [rate(max_fte=D(3)), HALF, rate(Role.TEACHER, None, max_fte=D(2))]
    found = staffing(posts, fillings, rates, YEAR)
    assert [(row.role, row.planned, row.filled, row.fundable, row.difference) for row in found.rows] == [
        ("specialist", D("2.00"), D("2.00"), D("3.00"), D("-1.00")),
        ("administration", D("1.50"), D("0.00"), D("0.50"), D("1.00")),
        ("teacher", D("2.00"), D("1.00"), D("2.00"), D("0.00")),
    ]
    assert (found.planned, found.filled, found.vacant) == (D("5.50"), D("3.00"), D("2.50"))
    assert (found.fundable, found.difference) == (D("5.50"), D("0.00"))
    assert found.county is not None
    assert found.county.planned == D("0.75")


def test_staffing_without_a_limit_or_without_rates_says_nothing_about_what_is_fundable() -> None:
    assert staffing([post()], [], [rate()], YEAR).fundable is None
    assert staffing([post()], [], [], YEAR).fundable is None
    assert staffing([post()], [], [], YEAR).difference is None


def test_posts_that_are_not_split_are_compared_in_the_sum_only() -> None:
    posts = [post(Role.UNSPLIT, "3.5"), post(Role.TEACHER, "2", key=2, funded_by=FundedBy.SECONDMENT)]
    rates = [rate(max_fte=D(3)), HALF, rate(Role.TEACHER, None, max_fte=D(2))]
    found = staffing(posts, [], rates, YEAR)
    assert {row.role: row.difference for row in found.rows}["unsplit"] is None
    assert (found.planned, found.difference) == (D("5.50"), D("0.00"))


# Words


@pytest.mark.parametrize(
    ("number", "written"), [("170000", "170.000,00 €"), ("-0.5", "−0,50 €"), ("1234567.895", "1.234.567,90 €")]
)
def test_money_in_german(number: str, written: str) -> None:
    assert words.money(D(number)) == written


@pytest.mark.parametrize(("number", "written"), [("5.50", "5,5"), ("2", "2,0"), ("0.25", "0,25"), ("-1.00", "−1,0")])
def test_posts_in_german(number: str, written: str) -> None:
    assert words.fte(D(number)) == written


def test_one_post_is_singular() -> None:
    assert (words.posts(D("1.00")), words.posts(D("0.5"))) == ("1,0 Stelle", "0,5 Stellen")
