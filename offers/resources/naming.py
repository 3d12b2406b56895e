"""Whom a table means by a name that nobody here has: "Morgenlicht" is Morgenlicht e. V. Asked once for each spelling.

What people said stands in `DataImport.answers`: {"names": {name in lower case: key, or {"name", "kind"} of a new
organisation}, "made": {name in lower case: key}} once those are written.
"""

import re
from collections import Counter, defaultdict
from typing import Any, NamedTuple

from django.db import connection

from actors.models import Organisation
from kiportal.common.text import fold
from offers.models import DataImport
from offers.resources.base import TableResource

# So many are offered for one spelling.
_CANDIDATES = 4
_ALIKE, _CLEAR, _AHEAD = 0.35, 0.55, 0.1
_FORMS = re.compile(
    r"(?:[\s,(]+(?:e\.? ?v\.?|e\.? ?g\.?|g?gmbh|gug|ug|ag|kg|gbr|ohg|eingetragener verein)\)?"
    r"(?:\s*(?:&|und)\s*co\.?\s*kg)?)+\s*$"
)
_MARKS = re.compile(r"[^\w]+")
_SIMILAR = """
    SELECT wanted.number, known.id,
           greatest(similarity(kiportal_fold(known.name), wanted.name),
                    similarity(kiportal_fold(known.short_name), wanted.name)) AS likeness
      FROM unnest(%(numbers)s::int[], %(names)s::text[]) AS wanted(number, name)
      JOIN actors_organisation known ON known.id = ANY(%(known)s)
       AND (similarity(kiportal_fold(known.name), wanted.name) >= %(alike)s
            OR similarity(kiportal_fold(known.short_name), wanted.name) >= %(alike)s)
     ORDER BY likeness DESC, known.id
"""


class Unclear(NamedTuple):
    """A spelling, in how many rows it stands, whom it may mean, the likeliest first, and what was said about it."""

    text: str
    rows: int
    candidates: list[Organisation]
    # The first of them is so much likelier than the others that it may be preselected.
    is_clear: bool
    said: Any


def use_answers(resource: TableResource, data_import: DataImport) -> None:
    """From now on the names mean what people said."""
    if resource.NAMED and (names := data_import.answers.get("names")):
        made = data_import.answers.get("made", {})
        resource.lookups.names(Organisation).said = {
            folded: said if isinstance(said, int) else made.get(folded, 0) for folded, said in names.items()
        }


def spellings(data_import: DataImport, resource: TableResource) -> dict[str, tuple[str, int]]:
    """{name in lower case: as the file writes it, in how many rows} of names that are not ours."""
    if not resource.NAMED:
        return {}
    names = resource.lookups.names(Organisation)
    texts = Counter(filter(None, data_import.rows.values_list(f"cells__{resource.NAMED}", flat=True)))
    found: dict[str, tuple[str, int]] = {}
    for text, rows in texts.items():
        if not names.knows(text):
            first, more = found.get(fold(text), (text, 0))
            found[fold(text)] = (first, more + rows)
    return found


def open_names(data_import: DataImport, resource: TableResource) -> int:
    return len(spellings(data_import, resource).keys() - data_import.answers.get("names", {}).keys())


def unclear(data_import: DataImport, resource: TableResource) -> list[Unclear]:
    """All spellings that are not ours, those that nobody has said anything about first."""
    found = spellings(data_import, resource)
    said = data_import.answers.get("names", {})
    usable = resource.lookups.names(Organisation).usable()
    organisations = Organisation.objects.select_related("municipality").in_bulk(usable)
    same = _same_but_for_spelling(organisations)
    alike = _alike(found, list(usable))
    entries = []
    for folded, (text, rows) in found.items():
        sure = same.get(_bare(folded), [])
        likely = alike.get(folded, [])
        keys = list(dict.fromkeys([*sure, *(key for key, _likeness in likely)]))[:_CANDIDATES]
        candidates = [organisations[key] for key in keys]
        entries.append(Unclear(text, rows, candidates, _is_clear(sure, likely), said.get(folded)))
    return sorted(entries, key=lambda entry: (entry.said is not None, -entry.rows, entry.text))


def _same_but_for_spelling(organisations: dict[int, Organisation]) -> dict[str, list[int]]:
    """{name without legal form and marks: keys}, of names and short names"""
    found: dict[str, list[int]] = defaultdict(list)
    for key, organisation in organisations.items():
        for bare in {_bare(fold(organisation.name)), _bare(fold(organisation.short_name))} - {""}:
            found[bare].append(key)
    return found


def _bare(folded: str) -> str:
    return _MARKS.sub(" ", _FORMS.sub("", folded)).strip()


def _alike(found: dict[str, Any], known: list[int]) -> dict[str, list[tuple[int, float]]]:
    if not found:
        return {}
    texts = list(found)
    values: dict[str, Any] = {
        "numbers": list(range(len(texts))),
        "names": [_bare(folded) for folded in texts],
        "known": known,
        "alike": _ALIKE,
    }
    alike: dict[str, list[tuple[int, float]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SIMILAR, values)
        for number, key, likeness in cursor.fetchall():
            alike[texts[number]].append((key, likeness))
    return alike


def _is_clear(sure: list[int], likely: list[tuple[int, float]]) -> bool:
    if sure:
        return len(sure) == 1
    if not likely or likely[0][1] < _CLEAR:
        return False
    return len(likely) == 1 or likely[0][1] - likely[1][1] >= _AHEAD
