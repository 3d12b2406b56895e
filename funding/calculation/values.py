"""What is reckoned with: shapes of the rows in the database, without the database (`overview.reading` fills them)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from funding.calculation.periods import Period, by_days, by_months
from funding.models.choices import FundedBy, Role


@dataclass(frozen=True)
class Post:
    key: int
    title: str
    role: str
    funded_by: str
    share: Decimal
    first: date
    last: date | None = None
    programme: int | None = None
    is_inferred: bool = False

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)

    @property
    def funded_by_label(self) -> str:
        return str(FundedBy(self.funded_by).label)


@dataclass(frozen=True)
class Filling:
    """Somebody who holds a part of a post; who it is does not matter here."""

    post: int
    share: Decimal
    first: date
    last: date | None = None


@dataclass(frozen=True)
class Rate:
    """`amount` a year for `per_fte` of a post, for `max_fte` posts at most; no amount means that no money flows."""

    key: int
    programme: int
    programme_name: str
    role: str
    amount: Decimal | None
    first: date
    last: date | None = None
    per_fte: Decimal = Decimal(1)
    max_fte: Decimal | None = None
    is_by_months: bool = False
    own_share_percent: Decimal | None = None
    basis: str = ""
    source: str = ""
    source_url: str = ""
    not_eligible: str = ""
    is_inferred: bool = False
    note: str = ""

    def part_of_year(self, period: Period) -> Fraction:
        reckoning: Callable[[Period], Fraction] = by_months if self.is_by_months else by_days
        return reckoning(period)

    def of(self, share: Decimal) -> Decimal:
        """How much of a share this rate funds."""
        return share if self.max_fte is None else min(share, self.max_fte)
