"""Posts day by day: planned, filled, empty, held by too many, and what a programme funds at most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from funding.calculation.periods import Period, cut
from funding.calculation.rounding import ZERO, in_hundredths, rounded
from funding.calculation.values import Filling, Post, Rate
from funding.models.choices import FundedBy, Role

# Kinds of posts that a rate can name.
RATED = (Role.SPECIALIST, Role.ADMINISTRATION, Role.TEACHER)


def share_days(items: Iterable[Post | Filling], period: Period) -> Decimal:
    """Shares times the days on which they exist: 0.5 of a post for ten days is 5."""
    return sum(
        (item.share * both.days for item in items if (both := period.overlap(item.first, item.last)) is not None),
        ZERO,
    )


@dataclass(frozen=True)
class Mismatch:
    """Days on which a post is held by fewer or by more than it has."""

    post: Post
    period: Period
    planned: Decimal
    filled: Decimal

    @property
    def is_vacancy(self) -> bool:
        return self.filled < self.planned

    @property
    def share(self) -> Decimal:
        return abs(self.planned - self.filled)


def mismatches(post: Post, fillings: Iterable[Filling], period: Period) -> list[Mismatch]:
    """Every time with a vacancy or an over-assignment, in order; times alike that follow each other are one."""
    own = [filling for filling in fillings if filling.post == post.key]
    found: list[Mismatch] = []
    for part in cut(period, [(post.first, post.last), *((filling.first, filling.last) for filling in own)]):
        planned, filled = (share_days(items, part) / part.days for items in ([post], own))
        if planned == filled:
            continue
        before = found[-1] if found else None
        if before and before.planned == planned and before.filled == filled and _follows(before.period, part):
            found[-1] = Mismatch(post, Period(before.period.first, part.last), planned, filled)
        else:
            found.append(Mismatch(post, part, planned, filled))
    return found


def _follows(one: Period, other: Period) -> bool:
    return (other.first - one.last).days == 1


def filled_days(post: Post, fillings: Iterable[Filling], period: Period) -> Decimal:
    """Share-days on which the post is held; more than it has does not count."""
    own = [filling for filling in fillings if filling.post == post.key]
    over = sum(
        (
            (entry.filled - entry.planned) * entry.period.days
            for entry in mismatches(post, own, period)
            if not entry.is_vacancy
        ),
        ZERO,
    )
    return share_days(own, period) - over


@dataclass(frozen=True)
class RoleRow:
    """One kind of post on an average day. `fundable` is None where the rates name no limit or know no such kind."""

    role: str
    label: str
    planned: Decimal
    filled: Decimal
    fundable: Decimal | None
    is_inferred: bool = False

    @property
    def vacant(self) -> Decimal:
        return self.planned - self.filled

    @property
    def difference(self) -> Decimal | None:
        return None if self.fundable is None else self.planned - self.fundable


@dataclass(frozen=True)
class Staffing:
    period: Period
    rows: tuple[RoleRow, ...]
    county: RoleRow | None
    planned: Decimal
    filled: Decimal
    fundable: Decimal | None

    @property
    def vacant(self) -> Decimal:
        return self.planned - self.filled

    @property
    def difference(self) -> Decimal | None:
        return None if self.fundable is None else self.planned - self.fundable


def staffing(posts: Sequence[Post], fillings: Sequence[Filling], rates: Sequence[Rate], period: Period) -> Staffing:
    """Planned and filled by kind, beside what the programmes of these posts fund at most; the county's own apart."""
    of_land = [post for post in posts if post.funded_by != FundedBy.COUNTY]
    own = [post for post in posts if post.funded_by == FundedBy.COUNTY]
    here = {post.programme for post in of_land if period.overlap(post.first, post.last)}
    known = [rate for rate in rates if rate.programme in here and period.overlap(rate.first, rate.last)]
    limits = [_limit(known, role, period) for role in Role]
    planned, filled = (
        in_hundredths([Fraction(days([post for post in of_land if post.role == role])) / period.days for role in Role])
        for days in (
            lambda alike: share_days(alike, period),
            lambda alike: sum((filled_days(post, fillings, period) for post in alike), ZERO),
        )
    )
    fundable = in_hundredths([limit or Fraction() for limit in limits])
    rows = tuple(
        RoleRow(
            role.value,
            str(role.label),
            planned[place],
            filled[place],
            None if limits[place] is None else fundable[place],
            any(post.is_inferred and period.overlap(post.first, post.last) for post in of_land if post.role == role),
        )
        for place, role in enumerate(Role)
        if planned[place] or filled[place] or fundable[place]
    )
    is_limited = bool(known) and all(limits[place] is not None for place, role in enumerate(Role) if role in RATED)
    return Staffing(
        period,
        rows,
        _county(own, fillings, period),
        sum(planned, ZERO),
        sum(filled, ZERO),
        sum(fundable, ZERO) if is_limited else None,
    )


def _county(posts: Sequence[Post], fillings: Sequence[Filling], period: Period) -> RoleRow | None:
    planned = share_days(posts, period)
    filled = sum((filled_days(post, fillings, period) for post in posts), ZERO)
    if not planned:
        return None
    return RoleRow(
        "county",
        "vom Kreis bezahlt",
        rounded(Fraction(planned) / period.days),
        rounded(Fraction(filled) / period.days),
        None,
    )


def _limit(rates: Sequence[Rate], role: Role, period: Period) -> Fraction | None:
    """Posts of a kind that the rates fund at most, on an average day; None if one of them sets no limit."""
    if role not in RATED:
        return None
    total = ZERO
    for rate in rates:
        both = period.overlap(rate.first, rate.last)
        if rate.role == role and both is not None:
            if rate.max_fte is None:
                return None
            total += rate.max_fte * both.days
    return Fraction(total) / period.days
