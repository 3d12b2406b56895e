"""What was spent, what the grant covers of it, and what of a grant falls into a year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from funding.calculation.periods import Period, by_days
from funding.calculation.rounding import ZERO, rounded


@dataclass(frozen=True)
class Granted:
    """A notice: an amount for each year, or for the whole of its time."""

    amount: Decimal
    first: date
    last: date | None
    is_yearly: bool


def granted_in(grants: Iterable[Granted], period: Period) -> Decimal:
    """What the notices grant for these days, in cents: an amount for a longer time is spread over its days."""
    total = Fraction()
    for grant in grants:
        both = period.overlap(grant.first, grant.last)
        if both is None:
            continue
        if grant.is_yearly:
            total += Fraction(grant.amount) * by_days(both)
        elif grant.last is not None:
            total += Fraction(grant.amount) * Fraction(both.days, Period(grant.first, grant.last).days)
    return rounded(total)


@dataclass(frozen=True)
class OwnShare:
    """What is left for the county and others; `reason` says why it has no sum."""

    staff: Decimal
    material: Decimal
    grant: Decimal | None
    reason: str = ""

    @property
    def spent(self) -> Decimal:
        return self.staff + self.material

    @property
    def covered(self) -> Decimal | None:
        """What of the staff costs the grant covers; it never pays for more than there was, nor for Sachausgaben."""
        return None if self.grant is None else min(self.grant, self.staff)

    @property
    def total(self) -> Decimal | None:
        return None if self.reason or self.covered is None else self.spent - self.covered


def own_share(staff: Decimal, material: Decimal, grant: Decimal | None) -> OwnShare:
    if staff + material == ZERO:
        return OwnShare(staff, material, grant, "für dieses Jahr keine Ausgaben eingetragen sind")
    if grant is None:
        return OwnShare(staff, material, grant, "die Zuwendung nicht berechenbar ist")
    return OwnShare(staff, material, grant)
