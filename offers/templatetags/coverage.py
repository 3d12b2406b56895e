"""The cells of the table of coverage. Hundreds stand on a page, so they are written here and not by a template each."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from offers.coverage.sheet import Cell, Sheet
from offers.coverage_filters import CoverageFilters

register = template.Library()


@register.simple_tag
def offers_behind(filters: CoverageFilters, cell: Cell) -> str:
    """The address of the offers and needs behind a number."""
    values = {filters.row: cell.row, filters.column: cell.column}
    return filters.detail_url + filters.within(**{name: value for name, value in values.items() if value})


@register.simple_tag
def coverage_cell(filters: CoverageFilters, sheet: Sheet, cell: Cell) -> SafeString:
    """A cell with a link: the number, and small below it what else there is to know."""
    link = format_html(
        '<a href="{}">{}<span class="kern-sr-only"> {}</span></a>',
        offers_behind(filters, cell),
        cell.now.offers or ("keins" if cell.is_gap else 0),
        "Angebot" if cell.now.offers == 1 else "Angebote" if cell.now.offers or not cell.is_gap else "(weißer Fleck)",
    )
    notes = SafeString("")
    if sheet.options.is_split and cell.now.offers:
        notes += format_html('<span class="coverage__note">{} vor Ort</span>', cell.now.local)
    if cell.was is not None and cell.has_history:
        notes += format_html('<span class="coverage__note">vorher {}, {}</span>', cell.was.offers, cell.signed_change)
    if cell.needs and cell.column:
        words = "1 Bedarf" if cell.needs == 1 else f"{cell.needs} Bedarfe"
        notes += format_html('<span class="coverage__note coverage__needs">{}</span>', words)
    kind = ' class="coverage__gap"' if cell.is_gap else ""
    return format_html("<td{}>{}{}</td>", mark_safe(kind), link, notes)  # noqa: S308  (one of two constants)
