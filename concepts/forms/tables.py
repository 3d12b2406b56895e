"""A table with measures that somebody brings in."""

from typing import Any
from uuid import uuid4

from django import forms

from concepts.models import MeasureTable
from offers.resources import files

# A pool of measures is read by people; a table of more rows is another kind of table.
MAXIMUM_ROWS = 3000


class TableForm(forms.Form):
    """`key` makes sending twice read one file; `table` is what was read."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    file = forms.FileField(
        label="Datei",
        widget=forms.FileInput(
            attrs={"accept": ".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
        ),
        help_text=f"CSV oder Excel (.xlsx), bis 10 MB und {MAXIMUM_ROWS} Zeilen, in der ersten die Überschriften.",
        error_messages={"required": "Bitte wählen Sie eine Datei.", "empty": "Die Datei ist leer."},
    )

    mark_optional = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if file := cleaned.get("file"):
            try:
                read = files.read(file, file.size)
                rows = []
                for row in read.rows:
                    rows.append([row.number, row.cells])
                    if len(rows) > MAXIMUM_ROWS:
                        raise files.FileRefused(
                            f"Die Datei hat mehr als {MAXIMUM_ROWS} Zeilen. Bitte teilen Sie sie auf."
                        )
                if not rows:
                    raise files.FileRefused("Unter den Überschriften steht nichts.")
            except files.FileRefused as refusal:
                self.add_error("file", str(refusal))
            else:
                name = str(file.name).replace("\x00", "")[-200:]
                self.table = MeasureTable(file_name=name, headers=read.headers, rows=rows)
                if key := cleaned.get("key"):
                    self.table.key = key
        return cleaned
