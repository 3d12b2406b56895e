"""The form that asks what the words of a table mean, once for each word."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django import forms

from kiportal.common.text import fold

# More words than that are asked on the next page.
MOST = 40
OPEN = ""


class Term(Protocol):
    """A word as the file has it: `offers.resources.terms.Unknown`."""

    @property
    def column(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def choices(self) -> list[tuple[int, str]]: ...
    @property
    def guess(self) -> int | None: ...
    @property
    def said(self) -> int | None: ...


class TermsForm(forms.Form):
    mark_optional = False

    def __init__(self, data: Any = None, *, entries: Sequence[Term], left_out: int) -> None:
        super().__init__(data)
        self.entries = entries[:MOST]
        for number, entry in enumerate(self.entries):
            rows = "1 Zeile" if entry.rows == 1 else f"{entry.rows} Zeilen"
            self.fields[f"wort-{number}"] = forms.ChoiceField(
                label=f"{entry.label}: „{entry.text}“ ({rows})",
                choices=[(OPEN, "noch nicht entschieden"), (left_out, "weglassen"), *entry.choices],
                required=False,
                initial=entry.guess if entry.said is None else entry.said,
            )

    def answers(self, before: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
        """What was said before and what is said now: {column: {word in lower case: key}}."""
        said = {column: dict(words) for column, words in before.items()}
        for number, entry in enumerate(self.entries):
            words, key = said.setdefault(entry.column, {}), self.cleaned_data[f"wort-{number}"]
            if key == OPEN:
                words.pop(fold(entry.text), None)
            else:
                words[fold(entry.text)] = int(key)
        return said
