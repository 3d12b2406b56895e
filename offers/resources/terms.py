"""What a table means by words for topics, languages and so on that nobody here has. Asked once for each of them.

What people said stands in `DataImport.answers`: {"terms": {name of our column: {word in lower case: key or LEFT_OUT}}}.
It is kept for the next file with the same headings.
"""

from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches
from typing import NamedTuple

from kiportal.common.text import fold
from offers.models import DataImport
from offers.resources.base import TableResource
from offers.resources.cells import RelationCell
from offers.resources.lookups import LEFT_OUT, Names

# Likeness from which a name of ours is preselected.
_ALIKE = 0.75


class Unknown(NamedTuple):
    """A word, in which column and how many rows it stands, what it may mean and what was said about it (keys)."""

    column: str
    label: str
    text: str
    rows: int
    choices: list[tuple[int, str]]
    guess: int | None
    said: int | None


def use_answers(resource: TableResource, data_import: DataImport) -> None:
    """From now on the words mean what people said, as far as that is still there."""
    cells = _cells(resource)
    for column, said in data_import.answers.get("terms", {}).items():
        if column in cells:
            names = cells[column].names
            names.said |= _valid(said, names)


def open_terms(data_import: DataImport, resource: TableResource) -> int:
    return sum(entry.said is None for entry in unknown(data_import, resource))


def unknown(data_import: DataImport, resource: TableResource) -> list[Unknown]:
    """All words that are not ours, by column, those first that nobody has said anything about and that stand in most
    rows. `resource` is one that has not been told the answers.
    """
    entries, cells = [], _cells(resource)
    rows_of_cells = list(data_import.rows.values_list(*(f"cells__{column}" for column in cells)))
    for place, (column, cell) in enumerate(cells.items()):
        names = cell.names
        said = _valid(data_import.answers.get("terms", {}).get(column, {}), names)
        found: dict[str, tuple[str, int]] = {}
        texts = Counter(row[place] for row in rows_of_cells if row[place])
        for text, rows in texts.items():
            for word in cell.words(text):
                if not names.knows(word):
                    first, more = found.get(fold(word), (word, 0))
                    found[fold(word)] = (first, more + rows)
        ours = {fold(text): key for key, text in names.texts.items()}
        choices = [(key, names.texts[key]) for key in sorted(names.usable(), key=lambda key: names.positions[key])]
        for folded, (word, rows) in found.items():
            guess = next((ours[near] for near in get_close_matches(folded, ours, 1, _ALIKE)), None)
            label = resource.fields[column].column_name
            entries.append(Unknown(column, label, word, rows, choices, guess, said.get(folded)))
    return sorted(entries, key=lambda entry: (entry.said is not None, entry.label, -entry.rows, entry.text))


def _valid(said: Mapping[str, int], names: Names) -> dict[str, int]:
    """Without what was meant and is gone."""
    return {word: key for word, key in said.items() if key == LEFT_OUT or key in names.texts}


def _cells(resource: TableResource) -> dict[str, RelationCell]:
    """The columns with names of reference data; whose offers they are is another question (`naming`)."""
    writable = resource.writable()
    found = {name: column.widget for name, column in writable.items() if name != resource.NAMED}
    return {name: cell for name, cell in found.items() if isinstance(cell, RelationCell)}
