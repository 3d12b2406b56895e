"""The form that asks whom the names of a table mean, once for each spelling."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django import forms

from actors.models import Organisation
from kiportal.common.text import fold

# More spellings than that are asked on the next page.
MOST = 40
NEW, OTHER, OPEN = "neu", "andere", "offen"


class Spelling(Protocol):
    """A name as the file has it: `offers.resources.naming.Unclear`."""

    @property
    def text(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def candidates(self) -> list[Organisation]: ...
    @property
    def is_clear(self) -> bool: ...
    @property
    def said(self) -> Any: ...


class Known(Protocol):
    """The names that we have: `offers.resources.lookups.Names`."""

    @property
    def texts(self) -> Mapping[int, str]: ...
    def knows(self, text: str) -> bool: ...
    def key(self, text: str) -> int: ...


class NamesForm(forms.Form):
    mark_optional = False

    def __init__(self, data: Any = None, *, entries: Sequence[Spelling], names: Known) -> None:
        super().__init__(data)
        self.entries, self._names = entries[:MOST], names
        self.fieldsets: list[Any] = []
        kinds = [("", "– bitte wählen –"), *Organisation.Kind.choices]
        for number, entry in enumerate(self.entries):
            meant = [(str(one.pk), _shown(one)) for one in entry.candidates]
            self.fields[f"name-{number}"] = forms.ChoiceField(
                label="Gemeint ist",
                choices=[
                    *meant,
                    (OTHER, "eine andere Organisation, die es hier gibt"),
                    (NEW, "eine neue Organisation: Sie entsteht mit dem Import als „gemeldet“"),
                    (OPEN, "noch nicht entschieden"),
                ],
                widget=forms.RadioSelect,
                initial=self._initial(entry, meant),
                error_messages={"required": "Bitte wählen Sie, wer gemeint ist."},
            )
            other = self.fields[f"andere-{number}"] = forms.CharField(
                label="Name der anderen Organisation",
                required=False,
                max_length=200,
                widget=forms.TextInput(attrs={"list": "organisationen", "autocomplete": "off"}),
            )
            kind = self.fields[f"art-{number}"] = forms.ChoiceField(
                label="Art der neuen Organisation", choices=kinds, required=False
            )
            if isinstance(entry.said, int) and str(entry.said) not in dict(meant):
                other.initial = names.texts.get(entry.said, "")
            elif isinstance(entry.said, dict):
                kind.initial = entry.said["kind"]
            rows = "1 Zeile" if entry.rows == 1 else f"{entry.rows} Zeilen"
            parts = [f"name-{number}", (f"andere-{number}", f"art-{number}")]
            self.fieldsets.append((f"In der Datei: „{entry.text}“ ({rows})", parts))

    def _initial(self, entry: Spelling, meant: list[tuple[str, str]]) -> str:
        if isinstance(entry.said, int):
            return str(entry.said) if str(entry.said) in dict(meant) else OTHER
        if entry.said:
            return NEW
        return meant[0][0] if entry.is_clear else OPEN

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for number in range(len(self.entries)):
            match cleaned.get(f"name-{number}"):
                case "andere":
                    text = cleaned.get(f"andere-{number}", "")
                    if not self._names.knows(text):
                        self.add_error(
                            f"andere-{number}",
                            f"„{text}“ gibt es hier nicht. Bitte wählen Sie einen Namen aus der Liste."
                            if text
                            else "Bitte schreiben Sie den Namen der Organisation.",
                        )
                case "neu" if not cleaned.get(f"art-{number}"):
                    self.add_error(f"art-{number}", "Bitte wählen Sie, was für eine Organisation das ist.")
        return cleaned

    def answers(self, before: dict[str, Any]) -> dict[str, Any]:
        """What was said before and what is said now: {name in lower case: key, or name and kind of a new one}."""
        said = dict(before)
        for number, entry in enumerate(self.entries):
            folded = fold(entry.text)
            match self.cleaned_data[f"name-{number}"]:
                case "offen":
                    said.pop(folded, None)
                case "andere":
                    said[folded] = self._names.key(self.cleaned_data[f"andere-{number}"])
                case "neu":
                    said[folded] = {"name": entry.text[:200], "kind": self.cleaned_data[f"art-{number}"]}
                case key:
                    said[folded] = int(key)
        return said


def _shown(organisation: Organisation) -> str:
    place = organisation.municipality or organisation.city
    return f"{organisation} ({place})" if place else str(organisation)
