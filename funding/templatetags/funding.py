"""{% load funding %}: numbers as German readers write them, on public pages in every language, too."""

from decimal import Decimal
from typing import Any

from django import template

from funding.calculation import words

register = template.Library()


@register.filter
def money(amount: Any) -> str:
    """ "170.000,00 €"; nothing for what is not known."""
    return words.money(amount) if isinstance(amount, Decimal) else ""


@register.filter
def fte(share: Any) -> str:
    """ "5,5"; a dash for what is not known."""
    return words.fte(share) if isinstance(share, Decimal) else "–"


@register.filter
def signed(share: Any) -> str:
    """A difference with its sign: "+1,0", "−1,0", "±0,0"."""
    if not isinstance(share, Decimal):
        return "–"
    return f"{'+' if share > 0 else '' if share else '±'}{words.fte(share)}"


@register.inclusion_tag("funding/_bars.html")
def staffing_bars(years: Any, chosen: int) -> dict[str, Any]:
    """Planned, filled and fundable of each year side by side, with the numbers beside the bars."""
    kinds = (("geplant", "planned"), ("besetzt", "filled"), ("höchstens gefördert", "fundable"))
    top = max((getattr(each, name) or Decimal(0) for each in years for _label, name in kinds), default=Decimal(0))
    rows = [
        {
            "year": each.period.first.year,
            "vacant": each.vacant,
            "is_chosen": each.period.first.year == chosen,
            "bars": [
                {
                    "label": label,
                    "name": name,
                    "value": getattr(each, name),
                    "width": round(100 * (getattr(each, name) or 0) / top, 1) if top else 0,
                }
                for label, name in kinds
            ],
        }
        for each in years
    ]
    return {"rows": rows, "legend": kinds}


@register.inclusion_tag("funding/_bars_pdf.html")
def printed_staffing_bars(years: Any, chosen: int) -> dict[str, Any]:
    """The same on paper: a table of numbers, each with its bar below, all on one scale."""
    context = staffing_bars(years, chosen)
    for row in context["rows"]:
        for bar in row["bars"]:
            bar["step"] = 2 * round(float(bar["width"]) / 2)  # as css/pdf/bars.css has them
    return context
