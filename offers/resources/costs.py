"""What people write about costs: "gratis", "5 €", "5,00 EUR pro Monat" in one column, where we have three."""

import re

from django.utils import translation

from kiportal.common.text import fold
from offers.models.conditions import CostKind

_FREE = {"kostenfrei", "kostenlos", "gratis", "umsonst", "frei", "keine", "kostenfreies angebot", "unentgeltlich"}
_NUMBER = r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d+(?:[,.]\d{1,2})?"
_AMOUNT = re.compile(rf"({_NUMBER})(?:,-+)? *(?:(?:€|eur\b|euro\b)\s*(.*))?", re.IGNORECASE | re.DOTALL)


def prepared(cells: dict[str, str]) -> dict[str, str]:
    """The cells with the kind of cost, the amount and the rest each in its column. What a column of its own says
    is left alone.
    """
    kind, amount, note = (cells.get(name, "") for name in ("cost_kind", "cost_amount", "cost_note"))
    if not kind and fold(amount) in _FREE:
        return cells | {"cost_kind": _label(CostKind.FREE), "cost_amount": ""}
    if fold(kind) in _FREE - {"kostenfrei"}:
        return cells | {"cost_kind": _label(CostKind.FREE)}
    found = _AMOUNT.fullmatch(kind)
    if not found or amount or (found[2] and note):
        return cells
    if not re.search("[1-9]", found[1]):
        return cells | {"cost_kind": _label(CostKind.FREE)}
    said = {"cost_kind": _label(CostKind.AMOUNT), "cost_amount": found[1]}
    return cells | said | ({"cost_note": found[2].strip(" ,;:/")} if found[2] else {})


def _label(kind: CostKind) -> str:
    with translation.override("de"):
        return str(kind.label)
