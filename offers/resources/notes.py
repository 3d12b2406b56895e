"""Sentences about a row that are no errors: what was completed, what stays behind, what looks odd."""

import re
from collections.abc import Iterator, Mapping

from offers.resources.base import TableResource
from offers.resources.parsing import KEY
from offers.resources.raw import Row

_BEGINS_WITHOUT_ZERO = re.compile(r"[1-9][\d /()-]{5,}")
_SHOWN = 80


def notes(resource: TableResource, row: Row, cells: Mapping[str, str]) -> Iterator[str]:
    if row.beyond:
        shown = row.beyond if len(row.beyond) <= _SHOWN else f"{row.beyond[:_SHOWN]} …"
        yield f"Hinweis: Rechts von der letzten Überschrift steht noch „{shown}“. Das wird nicht importiert."
    if cells.get(KEY):
        return
    for name in ("phone", "contact_phone"):
        if _BEGINS_WITHOUT_ZERO.fullmatch(cells.get(name, "")):
            label = resource.fields[name].column_name
            yield f"Hinweis: {label}: „{cells[name]}“ beginnt ohne Null. Hat Excel sie weggelassen?"
    if re.fullmatch(r"\d{4}", code := cells.get("postcode", "")):
        yield f"Hinweis: {resource.fields['postcode'].column_name}: „{code}“ wird zu „0{code}“."


def formula_problems(resource: TableResource, row: Row, columns: list[str]) -> list[str]:
    """An empty cell would be worse than a refused one."""
    return [
        f"{resource.fields[name.partition('+')[0]].column_name}: enthält eine Formel ohne Ergebnis ({formula}). "
        "Öffnen Sie die Datei in Excel und speichern Sie sie neu."
        for place, formula in row.formulas.items()
        if place < len(columns) and (name := columns[place])
    ]
