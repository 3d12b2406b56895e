"""The grant, line by line: each with the rate it follows, or with the reason why it has no sum."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from funding.calculation import words
from funding.calculation.periods import Period, cut
from funding.calculation.rounding import HUNDREDTH, ZERO, in_hundredths
from funding.calculation.staffing import share_days
from funding.calculation.values import Post, Rate
from funding.models.choices import FundedBy, Role


class Kind(Enum):
    COMPUTED = "computed"
    NOT_COMPUTABLE = "not-computable"
    SECONDED = "seconded"


@dataclass(frozen=True)
class Line:
    kind: Kind
    title: str
    role_label: str
    period: Period
    share: Decimal
    rate: Rate | None = None
    exact: Fraction = Fraction()
    amount: Decimal | None = None
    reason: str = ""
    is_inferred: bool = False  # the share; whether the rate is, `rate` says
    part_of_year: Fraction = Fraction(1)

    @property
    def is_computed(self) -> bool:
        return self.kind == Kind.COMPUTED

    @property
    def is_seconded(self) -> bool:
        return self.kind == Kind.SECONDED

    @property
    def rule(self) -> str:
        """The rule as a sentence part: amount, for how much of a post, how many at most, which part of the year."""
        if self.rate is None or self.rate.amount is None:
            return ""
        said = f"{words.money(self.rate.amount)} im Jahr für {words.posts(self.rate.per_fte)}"
        if self.rate.max_fte is not None:
            said += f", höchstens {words.posts(self.rate.max_fte)}"
        if self.part_of_year != 1:
            manner = "nach Monaten" if self.rate.is_by_months else "nach Tagen"
            said += f"; {words.percent(self.part_of_year)} des Jahres {manner}"
        return said


@dataclass(frozen=True)
class Computation:
    """`total` is None as soon as one line has no sum; `computable` is what the others come to."""

    period: Period
    lines: tuple[Line, ...]
    computable: Decimal
    seconded: Decimal

    @property
    def total(self) -> Decimal | None:
        return None if self.reasons else self.computable

    @property
    def reasons(self) -> list[str]:
        return list(dict.fromkeys(line.reason for line in self.lines if line.kind == Kind.NOT_COMPUTABLE))

    @property
    def computed(self) -> list[Line]:
        return [line for line in self.lines if line.is_computed]

    @property
    def required_own_share(self) -> Decimal:
        """What the county has to bear of the staff costs, where a rate names a percentage."""
        shares = [
            line.exact * percent / (100 - percent)
            for line in self.computed
            if line.rate and (percent := Fraction(line.rate.own_share_percent or 0))
        ]
        return sum(in_hundredths(shares), ZERO)


def compute(
    posts: Sequence[Post], rates: Sequence[Rate], period: Period, *, is_whole_year: bool = False
) -> Computation:
    """Reckon the grant of a period; `is_whole_year`: what the posts of these days would bring in a whole year."""
    lines: list[Line] = []
    granted = [post for post in posts if post.funded_by == FundedBy.GRANT]
    for role in Role:
        for programme in sorted({post.programme or 0 for post in granted if post.role == role}):
            alike = [post for post in granted if post.role == role and (post.programme or 0) == programme]
            fitting = [rate for rate in rates if rate.role == role and rate.programme == programme]
            lines += _lines(alike, fitting, period, role, is_whole_year=is_whole_year)
    seconded = [post for post in posts if post.funded_by == FundedBy.SECONDMENT]
    for role in Role:
        lines += _seconded([post for post in seconded if post.role == role], rates, period, role)
    rounded = iter(in_hundredths([line.exact for line in lines if line.is_computed]))
    lines = [replace(line, amount=next(rounded)) if line.is_computed else line for line in lines]
    return Computation(
        period=period,
        lines=tuple(lines),
        computable=sum((line.amount for line in lines if line.amount is not None), ZERO).quantize(HUNDREDTH),
        seconded=(share_days(seconded, period) / period.days).quantize(HUNDREDTH),
    )


def _lines(
    posts: Sequence[Post], rates: Sequence[Rate], period: Period, role: Role, *, is_whole_year: bool
) -> list[Line]:
    """The lines of one kind of post in one programme: a new one whenever posts or rate change."""
    found: list[Line] = []
    spans = [*((post.first, post.last) for post in posts), *((rate.first, rate.last) for rate in rates)]
    for part in cut(period, spans):
        here = [post for post in posts if part.overlap(post.first, post.last)]
        if not here:
            continue
        share = sum((post.share for post in here), ZERO)
        rate = next((rate for rate in rates if part.overlap(rate.first, rate.last)), None)
        for line in _of_part(here, share, rate, part, role):
            before = next((one for one in reversed(found) if _is_same(one, line)), None)
            if before is not None and (line.period.first - before.period.last).days == 1:
                found[found.index(before)] = replace(before, period=Period(before.period.first, part.last))
            else:
                found.append(line)
    return [_with_sum(line, is_whole_year=is_whole_year) for line in found]


def _of_part(posts: Sequence[Post], share: Decimal, rate: Rate | None, part: Period, role: Role) -> Iterable[Line]:
    label = str(role.label)
    title = " und ".join(dict.fromkeys(post.title for post in posts))
    is_inferred = any(post.is_inferred for post in posts)
    line = Line(Kind.NOT_COMPUTABLE, title, label, part, share, rate, is_inferred=is_inferred)
    if role == Role.UNSPLIT:
        reason = "nicht aufgeteilt ist, wie viele davon Fachkräfte sind und wie viele Verwaltung"
        yield replace(line, rate=None, reason=f"bei {words.posts(share)} „{title}“ {reason}")
    elif rate is None or rate.amount is None:
        yield replace(
            line, rate=None, reason=f"es für {words.posts(share)} „{title}“ in dieser Zeit keinen Fördersatz gibt"
        )
    else:
        fundable = rate.of(share)
        if fundable:
            yield replace(line, kind=Kind.COMPUTED, share=fundable)
        if share > fundable:
            limit = f"{rate.basis} fördert höchstens {words.posts(rate.max_fte or ZERO)} ({label})"
            too_many = share - fundable
            reason = f"es für {words.posts(too_many)} „{title}“ keinen Fördersatz gibt: {limit}"
            yield replace(line, share=too_many, rate=None, reason=reason)


def _is_same(one: Line, other: Line) -> bool:
    return (one.kind, one.title, one.share, one.rate, one.reason) == (
        other.kind,
        other.title,
        other.share,
        other.rate,
        other.reason,
    )


def _with_sum(line: Line, *, is_whole_year: bool) -> Line:
    if not line.is_computed or line.rate is None or line.rate.amount is None:
        return line
    part = Fraction(1) if is_whole_year else line.rate.part_of_year(line.period)
    exact = Fraction(line.rate.amount) * Fraction(line.share) / Fraction(line.rate.per_fte) * part
    return replace(line, exact=exact, part_of_year=part)


def _seconded(posts: Sequence[Post], rates: Sequence[Rate], period: Period, role: Role) -> list[Line]:
    found = []
    for post in posts:
        if (both := period.overlap(post.first, post.last)) is None:
            continue
        fitting = (rate for rate in rates if rate.role == role and rate.programme == post.programme)
        rate = next((rate for rate in fitting if both.overlap(rate.first, rate.last)), None)
        found.append(
            Line(
                Kind.SECONDED,
                post.title,
                str(role.label),
                both,
                post.share,
                rate,
                is_inferred=post.is_inferred,
            )
        )
    return found
