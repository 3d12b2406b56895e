"""The same posts by other rates, and what if: nothing of it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from funding.calculation.grants import Computation, compute
from funding.calculation.periods import Period
from funding.calculation.staffing import Staffing, staffing
from funding.calculation.values import Post
from funding.models.choices import FundedBy, Role
from funding.overview.reading import Book


@dataclass(frozen=True)
class ByRichtlinie:
    """What the posts of a day would bring in a whole year if the rates of that Richtlinie were in force."""

    basis: str
    first: date
    last: date | None
    computation: Computation
    is_in_force: bool


def by_richtlinie(found: Book, on: date, today: date) -> list[ByRichtlinie]:
    """One row for each time of rates of the programmes of these posts, the oldest first."""
    day = Period(on, on)
    posts = [post for post in found.posts if day.overlap(post.first, post.last)]
    here = {post.programme for post in posts}
    rates = [rate for rate in found.rates if rate.programme in here]
    rows = []
    for first in sorted({rate.first for rate in rates}):
        moment = Period(first, first)
        valid = [rate for rate in rates if moment.overlap(rate.first, rate.last)]
        shifted = [replace(rate, first=on, last=on) for rate in valid]
        ends = [rate.last for rate in valid if rate.last]
        rows.append(
            ByRichtlinie(
                basis=" und ".join(dict.fromkeys(rate.basis for rate in valid if rate.first == first)),
                first=first,
                last=min(ends) if ends else None,
                computation=compute(posts, shifted, day, is_whole_year=True),
                is_in_force=False,
            )
        )
    in_force = next((row for row in reversed(rows) if row.first <= today), None)
    return [replace(row, is_in_force=row is in_force) for row in rows]


@dataclass(frozen=True)
class WhatIf:
    before: Computation
    after: Computation
    staffing: Staffing

    @property
    def difference(self) -> Decimal | None:
        if self.before.total is None or self.after.total is None:
            return None
        return self.after.total - self.before.total


def what_if(
    found: Book,
    on: date,
    *,
    shares: Mapping[int, Decimal],
    added: Mapping[str, Decimal],
    amounts: Mapping[int, Decimal],
    limits: Mapping[int, Decimal],
) -> WhatIf:
    """The posts of a day for a whole year: other shares (by post; 0 leaves it out), further posts (by kind), other
    amounts and limits (by rate).
    """
    day = Period(on, on)
    posts = [replace(post, share=share) for post in found.posts if (share := shares.get(post.key, post.share))]
    programme = next((post.programme for post in found.posts if post.funded_by == FundedBy.GRANT), None)
    posts += [_further(role, share, programme, on) for role, share in added.items() if share]
    rates = [
        replace(rate, amount=amounts.get(rate.key, rate.amount), max_fte=limits.get(rate.key, rate.max_fte))
        for rate in found.rates
    ]
    return WhatIf(
        before=compute(found.posts, found.rates, day, is_whole_year=True),
        after=compute(posts, rates, day, is_whole_year=True),
        staffing=staffing(posts, found.fillings, rates, day),
    )


def _further(role: str, share: Decimal, programme: int | None, on: date) -> Post:
    funded_by = FundedBy.SECONDMENT if role == Role.TEACHER else FundedBy.GRANT
    return Post(0, f"Weitere Stellen: {Role(role).label}", role, funded_by, share, on, programme=programme)
