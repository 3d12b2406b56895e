"""One sheet for a year or a day: posts, grant, costs, preconditions, warnings, deadlines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum

from funding.calculation import words
from funding.calculation.costs import Granted, OwnShare, granted_in, own_share
from funding.calculation.grants import Computation, compute
from funding.calculation.periods import Period, year
from funding.calculation.rounding import ZERO
from funding.calculation.staffing import Mismatch, Staffing, mismatches, staffing
from funding.calculation.values import Post
from funding.models import Cost, Drawdown, Grant, InKindContribution, UseOfFundsReport
from funding.overview.preconditions import Precondition, preconditions
from funding.overview.reading import Book, book

# Years beside the chosen one in the picture, and how long before a deadline it is shown.
BEFORE, AFTER = 2, 2
AHEAD = timedelta(days=120)


@dataclass(frozen=True)
class Time:
    """The chosen year, or one day of it: what stood then, reckoned for a whole year."""

    period: Period

    @property
    def year(self) -> int:
        return self.period.first.year

    @property
    def is_day(self) -> bool:
        return self.period.is_day

    @property
    def label(self) -> str:
        return f"Stichtag {self.period.first:%d.%m.%Y}" if self.is_day else str(self.year)

    def day_for_checks(self, today: date) -> date:
        """When preconditions are looked at: the day itself, else today or the year's last day, whichever is earlier."""
        return self.period.first if self.is_day else min(self.period.last, max(today, self.period.first))


@dataclass(frozen=True)
class PostRow:
    post: Post
    mismatches: list[Mismatch]


@dataclass(frozen=True)
class Money:
    """What the head sees beside the posts. `sources` is (paid from, staff, material)."""

    computation: Computation
    granted: Decimal
    drawn: Decimal
    own: OwnShare
    sources: list[tuple[str, Decimal, Decimal]]
    in_kind: list[InKindContribution]

    @property
    def in_kind_value(self) -> Decimal:
        return sum((entry.value for entry in self.in_kind if entry.value is not None), ZERO)


@dataclass(frozen=True)
class Sheet:
    time: Time
    staffing: Staffing
    posts: list[PostRow]
    years: list[Staffing]
    preconditions: list[Precondition]
    warnings: list[str]
    deadlines: list[UseOfFundsReport]
    money: Money | None


def build(time: Time, today: date, *, with_money: bool) -> Sheet:
    found = book()
    money = money_of(found, time) if with_money else None
    now = _staffing(found, time.period)
    rows = post_rows(found, time.period)
    return Sheet(
        time=time,
        staffing=now,
        posts=rows,
        years=[_staffing(found, year(number)) for number in range(time.year - BEFORE, time.year + AFTER + 1)],
        preconditions=preconditions(time.day_for_checks(today)),
        warnings=[*_about_posts(now, rows), *(_about_money(money, time) if money else ())],
        deadlines=list(UseOfFundsReport.objects.due_by(today + AHEAD)) if with_money else [],
        money=money,
    )


def _staffing(found: Book, period: Period) -> Staffing:
    return staffing(found.posts, found.fillings, found.rates, period)


def post_rows(found: Book, period: Period) -> list[PostRow]:
    """The posts of that time, each with the days on which it is held by too few or too many."""
    return [
        PostRow(post, mismatches(post, found.fillings, period))
        for post in found.posts
        if period.overlap(post.first, post.last) or _is_held(found, post, period)
    ]


def _is_held(found: Book, post: Post, period: Period) -> bool:
    return any(item.post == post.key and period.overlap(item.first, item.last) for item in found.fillings)


def money_of(found: Book, time: Time) -> Money:
    computation = compute(found.posts, found.rates, time.period, is_whole_year=time.is_day)
    grants = list(Grant.objects.all())
    whole = year(time.year)
    costs = _costs(time.year)
    staff, material = (sum((amount for (_by, one), amount in costs.items() if one == kind), ZERO) for kind in Cost.Kind)
    drawn = Drawdown.objects.filter(requested_on__year=time.year).aggregate(total=Sum("amount"))["total"]
    return Money(
        computation=computation,
        granted=granted_in(
            (Granted(grant.amount, grant.starts_on, grant.ends_on, grant.is_yearly) for grant in grants), whole
        ),
        drawn=drawn or ZERO,
        own=own_share(staff, material, computation.total),
        sources=[
            (
                str(by.label),
                costs.get((by.value, Cost.Kind.STAFF), ZERO),
                costs.get((by.value, Cost.Kind.MATERIAL), ZERO),
            )
            for by in Cost.PaidBy
            if any(key[0] == by for key in costs)
        ],
        in_kind=list(InKindContribution.objects.filter(year=time.year).select_related("municipality")),
    )


def _costs(number: int) -> dict[tuple[str, str], Decimal]:
    """What was spent in a year by who pays and by kind."""
    rows = Cost.objects.filter(year=number).order_by().values("paid_by", "kind").annotate(total=Sum("amount"))
    return {(row["paid_by"], row["kind"]): row["total"] for row in rows}


def _about_posts(now: Staffing, rows: Iterable[PostRow]) -> Iterator[str]:
    if now.difference:
        more = "mehr" if now.difference > 0 else "weniger"
        yield (
            f"Geplant sind {words.posts(now.planned)}, {words.fte(abs(now.difference))} {more} als höchstens gefördert "
            f"werden ({words.fte(now.fundable or ZERO)})."
        )
    for row in rows:
        for entry in row.mismatches:
            if not entry.is_vacancy:
                yield (
                    f"„{row.post.title}“ ist {_days(entry.period)} mit {words.fte(entry.filled)} besetzt, "
                    f"geplant sind {words.fte(entry.planned)}."
                )


def _days(period: Period) -> str:
    return f"am {period.first:%d.%m.%Y}" if period.is_day else f"vom {period.first:%d.%m.%Y} bis {period.last:%d.%m.%Y}"


def _about_money(money: Money, time: Time) -> Iterator[str]:
    if money.drawn > money.granted:
        yield (
            f"Abgerufen sind {words.money(money.drawn)} im Jahr {time.year}, "
            f"bewilligt sind {words.money(money.granted)}."
        )
    total = money.computation.total
    if total is not None and money.granted and not time.is_day and total != money.granted:
        yield f"Berechnet sind {words.money(total)}, bewilligt sind {words.money(money.granted)}."
    needed = money.computation.required_own_share
    if needed and money.own.total is not None and money.own.total < needed:
        yield f"Der Eigenanteil ist {words.money(money.own.total)}, nach den Sätzen muss er {words.money(needed)} sein."
