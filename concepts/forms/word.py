"""A Word file that becomes chapters of a draft."""

from typing import Any
from uuid import uuid4

from django import forms

from concepts.models import ConceptVersion, WordImport
from concepts.word.package import MAXIMUM_BYTES, TOO_LARGE, WordRefused, check

_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class WordForm(forms.Form):
    """`key` makes sending twice keep one file; `found` is the import, `content` the file."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    file = forms.FileField(
        label="Word-Datei",
        widget=forms.FileInput(attrs={"accept": f".docx,{_TYPE}"}),
        help_text="Word-Dokument (.docx), bis 30 MB, ohne Kennwort und ohne Makros.",
        error_messages={"required": "Bitte wählen Sie eine Datei.", "empty": "Die Datei ist leer."},
    )

    mark_optional = False
    content: bytes
    found: WordImport

    def __init__(self, *args: Any, version: ConceptVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._version = version

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if file := cleaned.get("file"):
            try:
                if file.size > MAXIMUM_BYTES:
                    raise WordRefused(TOO_LARGE)
                self.content = file.read()
                check(self.content)
            except WordRefused as refusal:
                self.add_error("file", str(refusal))
            else:
                name = str(file.name).replace("\x00", "")[-200:]
                self.found = WordImport(version=self._version, file_name=name)
                if key := cleaned.get("key"):
                    self.found.key = key
        return cleaned


class TakeForm(forms.Form):
    """What becomes of the chapters of the file."""

    way = forms.ChoiceField(
        label="Was soll mit dem Text geschehen?",
        choices=WordImport.Way,
        widget=forms.RadioSelect,
        error_messages={"required": "Bitte wählen Sie, was mit dem Text geschehen soll."},
    )

    comments = forms.BooleanField(
        label="Kommentare als interne Notizen übernehmen",
        required=False,
        initial=True,
        help_text="Jeder Kommentar wird eine Notiz an seinem Abschnitt. Sie steht nur im Arbeitsplatz, nie im Konzept.",
    )

    mark_optional = False

    def __init__(self, *args: Any, sections: int, notes: int, comments: int, **kwargs: Any) -> None:
        """`sections` are those of the draft now, `notes` the open ones that go with them; `comments` has the file."""
        super().__init__(*args, **kwargs)
        if not comments:
            del self.fields["comments"]
        append = "Als neue Kapitel hinter die vorhandenen anhängen. Am vorhandenen Text ändert sich nichts."
        replace = (
            f"Den ganzen Entwurf ersetzen. Die {sections} Abschnitte, die jetzt darin stehen, werden gelöscht."
            if sections > 1
            else "Den ganzen Entwurf ersetzen. Der Abschnitt, der jetzt darin steht, wird gelöscht."
        )
        if notes:
            gone = "fällt eine offene interne Notiz" if notes == 1 else f"fallen {notes} offene interne Notizen"
            replace += f" Dabei {gone} weg."
        way: Any = self.fields["way"]
        way.choices = [(WordImport.Way.APPEND, append), (WordImport.Way.REPLACE, replace)]
        if not sections:
            way.choices = [(WordImport.Way.APPEND, "Der Entwurf ist noch leer: Die Kapitel der Datei übernehmen.")]
            self.initial.setdefault("way", WordImport.Way.APPEND)
