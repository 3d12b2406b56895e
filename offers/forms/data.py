"""Forms of an import: the file, what its columns mean, which rows mean records that we have."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms

from offers.lifecycle.import_answers import Answer
from offers.models import DataImport, DataImportRow

LEFT_OUT = "– nicht übernehmen –"


class UploadForm(forms.ModelForm):
    """`key` makes sending twice start one import."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    mark_optional = False

    class Meta:
        model = DataImport
        fields = ("kind", "file")
        widgets = {
            "kind": forms.RadioSelect,
            "file": forms.FileInput(
                attrs={
                    "accept": ".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                }
            ),
        }
        labels = {"file": "Datei"}
        help_texts = {
            "file": "CSV oder Excel (.xlsx), bis 10 MB und 20.000 Zeilen. Über den Spalten stehen Überschriften."
        }
        error_messages = {
            "kind": {"required": "Bitte wählen Sie, was in der Datei steht."},
            "file": {"required": "Bitte wählen Sie eine Datei.", "empty": "Die Datei ist leer."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid4
        kind, file = self.fields["kind"], self.fields["file"]
        kind.choices = [choice for choice in kind.choices if choice[0]]  # type: ignore[attr-defined]
        file.required, file.max_length = True, None  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> DataImport:
        """The import as it will be stored (`lifecycle.start_import`), with the name that the file has."""
        data_import: DataImport = super().save(commit=False)
        data_import.key = self.cleaned_data["key"]
        data_import.file_name = str(self.cleaned_data["file"].name).replace("\x00", "")[-200:]
        return data_import


class MappingForm(forms.Form):
    """One select a column of the file, and one for each value that may hold for all new rows."""

    mark_optional = False

    def __init__(
        self,
        data: Any = None,
        *,
        data_import: DataImport,
        columns: Mapping[str, str],
        guesses: Sequence[str],
        needed: Mapping[str, str],
        defaults: Mapping[str, tuple[str, list[str]]],
    ) -> None:
        """`columns` are ours by name; `needed` those of which one must be there; `defaults` has labels and choices."""
        super().__init__(data)
        self.data_import, self.needed, self._columns = data_import, needed, columns
        for index, header in enumerate(data_import.headers):
            self.fields[f"spalte-{index}"] = forms.ChoiceField(
                label=f"„{header or f'Spalte {index + 1}'}“ bedeutet",
                choices=[("", LEFT_OUT), *columns.items()],
                required=False,
                initial=guesses[index],
            )
        for name, (label, texts) in defaults.items():
            self.fields[f"vorgabe-{name}"] = forms.ChoiceField(
                label=f"{label}, wo in der Datei nichts steht",
                choices=[("", "– keine Vorgabe –"), *((text, text) for text in texts)],
                required=False,
                initial=data_import.defaults.get(name, ""),
                help_text="Gilt nur für neue Einträge.",
            )

    def rows(self) -> Iterator[dict[str, Any]]:
        """The columns of the file, each with what stands in its first rows."""
        for index, header in enumerate(self.data_import.headers):
            samples = [cells[index] for cells in self.data_import.samples if index < len(cells) and cells[index]]
            yield {"header": header, "samples": samples, "field": self[f"spalte-{index}"]}

    def default_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("vorgabe-")]

    @property
    def columns(self) -> list[str]:
        return [self.cleaned_data[f"spalte-{index}"] for index in range(len(self.data_import.headers))]

    @property
    def defaults(self) -> dict[str, str]:
        return {
            name.removeprefix("vorgabe-"): text
            for name, text in self.cleaned_data.items()
            if name.startswith("vorgabe-") and text
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = [
            (name, part)
            for name, value in cleaned.items()
            if name.startswith("spalte-") and value
            for part in value.split("+")
        ]
        counts = Counter(value for _name, value in chosen)
        for name, value in chosen:
            if counts[value] > 1:
                self.add_error(name, f"„{self._columns[value]}“ ist zweimal gewählt. Bitte nur einmal.")
        if not self.needed.keys() & counts.keys():
            names = " oder ".join(f"„{label}“" for label in self.needed.values())
            self.add_error(None, f"Bitte ordnen Sie {names} einer Spalte zu. Sonst ist nicht klar, was gemeint ist.")
        return cleaned


def decisions(
    data: Mapping[str, str], rows: Sequence[DataImportRow], candidates: Mapping[int, Sequence[int]]
) -> dict[int, Answer]:
    """What was answered: {number of the row: which record it means, or that it stays away}; only what was offered."""
    outcomes, matches = DataImportRow.Outcome, DataImportRow.Match
    answers = {}
    for row in rows:
        match = data.get(f"treffer-{row.number}", "")
        chosen = data.get(f"eintrag-{row.number}", "")
        key = int(chosen) if chosen.isdecimal() and int(chosen) in candidates.get(row.number, ()) else None
        is_asked = row.outcome in {outcomes.ERROR, outcomes.LEFT_OUT}
        answer = Answer(
            match if match in {matches.CONFIRMED, matches.FILLED, matches.REFUSED} else None,
            key,
            f"ohne-{row.number}" in data if is_asked else None,
        )
        if answer != Answer():
            answers[row.number] = answer
    return answers
