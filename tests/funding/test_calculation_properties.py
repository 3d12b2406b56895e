"""What must hold for any posts, rates and times: nothing is lost by cutting, nothing by rounding."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from funding.calculation.grants import compute
from funding.calculation.periods import Period, by_days, by_months, cut
from funding.calculation.rounding import HUNDREDTH, in_hundredths, rounded
from funding.calculation.staffing import filled_days, mismatches, share_days, staffing
from funding.calculation.values import Filling, Post, Rate
from funding.models.choices import FundedBy, Role

FIRST, LAST = date(2022, 1, 1), date(2025, 12, 31)
days = st.dates(FIRST, LAST)
shares = st.integers(1, 400).map(lambda number: number * HUNDREDTH)


@st.composite
def periods(draw: st.DrawFn, longest: int = 800) -> Period:
    first = draw(days)
    return Period(first, min(LAST, first + timedelta(days=draw(st.integers(0, longest)))))


@st.composite
def spans(draw: st.DrawFn) -> tuple[date, date | None]:
    first = draw(days)
    return first, draw(st.none() | st.dates(first, LAST))


@st.composite
def posts(draw: st.DrawFn) -> list[Post]:
    made = []
    for key in range(draw(st.integers(1, 4))):
        first, last = draw(spans())
        role = draw(st.sampled_from(list(Role)))
        funded_by = draw(st.sampled_from(list(FundedBy)))
        made.append(Post(key, f"Stelle {key}", role, funded_by, draw(shares), first, last, draw(st.integers(1, 2))))
    return made


@st.composite
def rates(draw: st.DrawFn) -> list[Rate]:
    """For each kind and programme two rates that follow each other, or one, or none."""
    made = []
    for role in (Role.SPECIALIST, Role.ADMINISTRATION):
        for programme in (1, 2):
            change = draw(days)
            for first, last in [(FIRST, change), (change + timedelta(days=1), None)][: draw(st.integers(0, 2))]:
                amount = draw(st.integers(1, 9_000_000).map(lambda number: number * HUNDREDTH))
                limit = draw(st.none() | shares)
                per_fte = draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.75")]))
                is_by_months = draw(st.booleans())
                made.append(Rate(len(made), programme, "KI", role, amount, first, last, per_fte, limit, is_by_months))
    return made


@st.composite
def fillings(draw: st.DrawFn) -> list[Filling]:
    return [Filling(draw(st.integers(0, 3)), draw(shares), *draw(spans())) for _ in range(draw(st.integers(0, 5)))]


@given(posts(), periods(longest=60))
def test_daily_shares_sum_to_those_of_the_period(found: list[Post], period: Period) -> None:
    by_day = [share_days(found, Period(day, day)) for day in period]
    assert sum(by_day) == share_days(found, period)
    for day, share in zip(period, by_day, strict=True):
        assert share == sum(
            post.share for post in found if post.first <= day and (post.last is None or day <= post.last)
        )


@given(posts(), fillings(), periods(longest=60))
def test_vacancies_are_what_each_day_lacks(found: list[Post], held: list[Filling], period: Period) -> None:
    post = found[0]
    told = mismatches(post, held, period)
    for day in period:
        own = [filling for filling in held if filling.post == post.key]
        planned, filled = (share_days(items, Period(day, day)) for items in ([post], own))
        here = [entry for entry in told if entry.period.first <= day <= entry.period.last]
        assert [(entry.planned, entry.filled) for entry in here] == ([] if planned == filled else [(planned, filled)])
    expected = sum(
        (
            min(
                share_days([post], Period(day, day)),
                share_days([one for one in held if one.post == 0], Period(day, day)),
            )
        )
        for day in period
    )
    assert filled_days(post, held, period) == expected


@given(posts(), rates(), periods(), st.data())
def test_cutting_the_time_changes_no_total(
    found: list[Post], known: list[Rate], period: Period, data: st.DataObject
) -> None:
    whole = compute(found, known, period)
    middle = data.draw(st.dates(period.first, period.last))
    pieces = list(cut(period, [(middle, None)]))
    parts = [compute(found, known, piece) for piece in pieces]
    assert sum(line.exact for part in parts for line in part.lines) == sum(line.exact for line in whole.lines)
    assert (
        {bool(part.reasons) for part in parts} >= {True} if whole.reasons else not any(part.reasons for part in parts)
    )
    assert sum((share_days(found, piece) for piece in pieces), Decimal(0)) == share_days(found, period)
    for reckoning in (by_days, by_months):
        assert sum((reckoning(piece) for piece in pieces), Fraction()) == reckoning(period)


@given(posts(), rates(), periods(), st.data())
def test_splitting_a_post_in_time_changes_no_total(
    found: list[Post], known: list[Rate], period: Period, data: st.DataObject
) -> None:
    """A post until some day and the same one from the next day on, as when a notice is renewed."""
    post = found[0]
    middle = data.draw(st.dates(post.first, post.last or LAST))
    if (post.last or LAST) <= middle:
        return
    halves = [
        Post(90, post.title, post.role, post.funded_by, post.share, post.first, middle, post.programme),
        Post(
            91, post.title, post.role, post.funded_by, post.share, middle + timedelta(days=1), post.last, post.programme
        ),
    ]
    split, whole = compute([*halves, *found[1:]], known, period), compute(found, known, period)
    assert (split.computable, split.total, split.seconded) == (whole.computable, whole.total, whole.seconded)
    before, after = (staffing(each, [], known, period) for each in (found, [*halves, *found[1:]]))
    assert (before.planned, before.fundable) == (after.planned, after.fundable)


@given(posts(), rates(), periods())
def test_rounded_lines_make_the_rounded_sum(found: list[Post], known: list[Rate], period: Period) -> None:
    computation = compute(found, known, period)
    exact = sum((line.exact for line in computation.lines), Fraction())
    assert computation.computable == sum((line.amount or Decimal(0)) for line in computation.lines) == rounded(exact)
    for line in computation.computed:
        assert line.amount is not None
        assert abs(Fraction(line.amount) - line.exact) < Fraction(1, 100)


@given(st.lists(st.fractions(0, 10**7, max_denominator=366 * 12), max_size=30))
def test_rounding_never_loses_a_cent(exact: list[Fraction]) -> None:
    found = in_hundredths(exact)
    assert sum(found, Decimal(0)) == rounded(sum(exact, Fraction()))
    assert all(abs(Fraction(amount) - value) < Fraction(1, 100) for amount, value in zip(found, exact, strict=True))
    assert all(amount == amount.quantize(HUNDREDTH) for amount in found)


@given(posts(), fillings(), rates(), periods())
def test_rows_of_the_staffing_make_its_sums(
    found: list[Post], held: list[Filling], known: list[Rate], period: Period
) -> None:
    table = staffing(found, held, known, period)
    assert sum((row.planned for row in table.rows), Decimal(0)) == table.planned
    assert sum((row.filled for row in table.rows), Decimal(0)) == table.filled
    assert all(row.filled <= row.planned + HUNDREDTH for row in table.rows)
