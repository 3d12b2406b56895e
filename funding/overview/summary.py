"""What the public may read of a year: kinds of posts and sums. Titles of posts and names have no way in here."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from funding.calculation.periods import year
from funding.calculation.rounding import ZERO
from funding.calculation.staffing import RoleRow, Staffing, staffing
from funding.models.choices import Role
from funding.overview import sheet
from funding.overview.reading import book


def public_figures(number: int) -> dict[str, Any]:
    """As JSON, with numbers as text; a sum that is not known is None."""
    found = book()
    now = staffing(found.posts, found.fillings, found.rates, year(number))
    money = sheet.money_of(found, sheet.Time(year(number)))
    return {
        "as_of": timezone.localdate().isoformat(),
        "posts": [[row.role, str(row.planned), str(row.filled)] for row in now.rows],
        "county": _county(now.county),
        **_sums(now),
        "grant": _text(money.computation.total),
        "granted": _text(money.granted or None),
        "seconded": str(money.computation.seconded),
        "staff": _text(money.own.staff or None),
        "material": _text(money.own.material or None),
        "in_kind": _text(money.in_kind_value or None),
    }


def _county(row: RoleRow | None) -> list[str] | None:
    return [str(row.planned), str(row.filled)] if row else None


def _sums(now: Staffing) -> dict[str, str]:
    planned, filled = (
        amount + (getattr(now.county, name) if now.county else ZERO)
        for name, amount in (("planned", now.planned), ("filled", now.filled))
    )
    return {"planned": str(planned), "filled": str(filled)}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def shown(figures: dict[str, Any]) -> dict[str, Any]:
    """The stored figures as values for the page: [(label, planned, filled)] and sums. What is no number is left out."""
    posts = figures.get("posts")
    rows = [
        (str(Role(role).label), Decimal(planned), Decimal(filled))
        for role, planned, filled in (posts if isinstance(posts, list) else [])
    ]
    sums = {
        name: Decimal(value)
        for name in ("planned", "filled", "grant", "granted", "seconded", "staff", "material", "in_kind")
        if isinstance(value := figures.get(name), str)
    }
    county = figures.get("county")
    return {"posts": rows, "county": [Decimal(value) for value in county] if county else None, **sums}
