"""Cents, and hundredths of a post: rounded once, so that what is rounded adds up to the rounded sum."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor

HUNDREDTH = Decimal("0.01")
ZERO = Decimal("0.00")


def in_hundredths(exact: Sequence[Fraction]) -> list[Decimal]:
    """Round each so that the sum is the rounded sum: what is left over goes to the largest remainders."""
    scaled = [value * 100 for value in exact]
    down = [floor(value) for value in scaled]
    left = _half_up(sum(scaled, Fraction())) - sum(down)
    largest_first = sorted(range(len(scaled)), key=lambda number: (down[number] - scaled[number], number))
    for number in largest_first[:left]:
        down[number] += 1
    return [number * HUNDREDTH for number in down]


def rounded(exact: Fraction) -> Decimal:
    return _half_up(exact * 100) * HUNDREDTH


def _half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))
