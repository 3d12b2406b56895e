"""Numbers as German readers write them, whatever language the page is in."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def money(amount: Decimal) -> str:
    """170000 is "170.000,00 €"."""
    return f"{_german(amount.quantize(Decimal('0.01'), ROUND_HALF_UP), '.2f')} €"


def fte(share: Decimal) -> str:
    """Posts with one decimal place, with two where they are needed: "5,5", "2,0", "0,25"."""
    rounded = share.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return _german(rounded, ".1f" if rounded == rounded.quantize(Decimal("0.1")) else ".2f")


def number(value: Decimal) -> str:
    """As many decimal places as it has, at most two: "20", "12,5"."""
    return _german(value.quantize(Decimal("0.01"), ROUND_HALF_UP), ".2f").rstrip("0").rstrip(",")


def posts(share: Decimal) -> str:
    return f"{fte(share)} {'Stelle' if share == 1 else 'Stellen'}"


def percent(part: Fraction) -> str:
    """A fraction as "58,90 %"."""
    return f"{_german((Decimal(part.numerator) * 100 / Decimal(part.denominator)).quantize(Decimal('0.01')), '.2f')} %"


def _german(number: Decimal, form: str) -> str:
    """With a real minus sign, as it is printed."""
    text = format(number, f",{form}")
    return text.replace(",", " ").replace(".", ",").replace(" ", ".").replace("-", "−")
