"""What an import could not keep or has changed, each with its place, in sentences for the people who import."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["lost", "todo", "changed", "comment"]
KINDS: tuple[Kind, ...] = ("lost", "todo", "changed", "comment")

# What is counted chapter by chapter: kind, the sentence for one, the sentence for {n}.
_COUNTED: dict[str, tuple[Kind, str, str]] = {
    "insertion": (
        "changed",
        "Eine nachverfolgte Einfügung ist übernommen.",
        "{n} nachverfolgte Einfügungen sind übernommen.",
    ),
    "deletion": (
        "changed",
        "Eine nachverfolgte Streichung ist weggelassen.",
        "{n} nachverfolgte Streichungen sind weggelassen.",
    ),
    "underline": ("changed", "Eine Unterstreichung ist weggefallen.", "{n} Unterstreichungen sind weggefallen."),
    "strike": (
        "changed",
        "Eine durchgestrichene Stelle steht jetzt ohne Strich da. Bitte prüfen Sie, ob sie bleiben soll.",
        "{n} durchgestrichene Stellen stehen jetzt ohne Strich da. Bitte prüfen Sie, ob sie bleiben sollen.",
    ),
    "colour": (
        "changed",
        "Eine farbige oder farbig hinterlegte Stelle steht jetzt ohne Farbe da.",
        "{n} farbige oder farbig hinterlegte Stellen stehen jetzt ohne Farbe da.",
    ),
    "page_break": (
        "changed",
        "Ein Seitenumbruch ist weggefallen. Das Portal teilt die Seiten selbst ein.",
        "{n} Seitenumbrüche sind weggefallen. Das Portal teilt die Seiten selbst ein.",
    ),
    "tab": ("changed", "Ein Tabulator ist jetzt ein Leerzeichen.", "{n} Tabulatoren sind jetzt Leerzeichen."),
    "letters": (
        "changed",
        "Eine Liste mit Buchstaben oder römischen Zahlen zählt jetzt 1., 2., 3.",
        "{n} Listen mit Buchstaben oder römischen Zahlen zählen jetzt 1., 2., 3.",
    ),
    "endnote": ("changed", "Eine Endnote ist jetzt eine Fußnote.", "{n} Endnoten sind jetzt Fußnoten."),
    "text_box": (
        "changed",
        "Der Text eines Textfelds steht jetzt unter dem Absatz, an dem es hing.",
        "Der Text von {n} Textfeldern steht jetzt unter den Absätzen, an denen sie hingen.",
    ),
    "frame": (
        "changed",
        "Ein Kasten (Tabelle mit einer Zelle) ist jetzt Text.",
        "{n} Kästen (Tabellen mit einer Zelle) sind jetzt Text.",
    ),
    "nested_table": (
        "changed",
        "Eine Tabelle in einer Tabelle ist aufgelöst; ihr Text steht in der Zelle.",
        "{n} Tabellen in Tabellen sind aufgelöst; ihr Text steht in den Zellen.",
    ),
    "first_row": (
        "changed",
        "Die erste Zeile einer Tabelle gilt jetzt als Kopfzeile.",
        "Die ersten Zeilen von {n} Tabellen gelten jetzt als Kopfzeilen.",
    ),
    "number": (
        "changed",
        "Die getippte Nummer der Überschrift ist weggelassen. Das Portal zählt selbst.",
        "{n} getippte Nummern in Überschriften sind weggelassen. Das Portal zählt selbst.",
    ),
    "hidden": ("lost", "Ausgeblendeter Text ist nicht übernommen.", "{n} ausgeblendete Stellen sind nicht übernommen."),
    "no_head": (
        "todo",
        "Eine Tabelle hat keine Kopfzeile. Bitte legen Sie im Editor fest, welche Zeile das ist.",
        "{n} Tabellen haben keine Kopfzeile. Bitte legen Sie im Editor fest, welche Zeile das ist.",
    ),
    "no_alternative": (
        "todo",
        "Ein Bild hat keinen Alternativtext. Bitte ergänzen Sie ihn im Editor.",
        "{n} Bilder haben keinen Alternativtext. Bitte ergänzen Sie ihn im Editor.",
    ),
}


@dataclass(frozen=True)
class Note:
    """`place` is the chapter as people call it ("2.1 Auftrag"), "" for the whole file; `part` its place in the file."""

    kind: Kind
    place: str
    sentence: str
    part: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Notes:
    """Collects in reading order; `here` is the number of the section that is being read, None outside of them."""

    def __init__(self) -> None:
        self.here: int | None = None
        self._said: list[tuple[int | None, Kind, str]] = []
        self._counts: dict[tuple[int | None, str], int] = Counter()
        self._before = 0

    def say(self, kind: Kind, sentence: str) -> None:
        if (entry := (self.here, kind, sentence)) not in self._said:
            self._said.append(entry)

    def begin(self) -> None:
        """What is said from now on may belong to a section that begins here (`withdraw`)."""
        self._before = len(self._said)

    def withdraw(self) -> list[tuple[Kind, str]]:
        """Take back what was said since `begin`, for `say` to say it once the section is there."""
        said = [(kind, sentence) for _here, kind, sentence in self._said[self._before :]]
        del self._said[self._before :]
        return said

    def count(self, name: str, number: int = 1) -> None:
        self._counts[self.here, name] += number

    def told(self, places: list[str]) -> list[Note]:
        """All notes: what is lost first, then in the order of the file; `places` are the headings of the sections."""
        found = list(self._said)
        for (here, name), number in self._counts.items():
            kind, one, many = _COUNTED[name]
            found.append((here, kind, one if number == 1 else many.format(n=number)))
        found.sort(key=lambda entry: (KINDS.index(entry[1]), -1 if entry[0] is None else entry[0]))
        return [Note(kind, "" if here is None else places[here], sentence, here) for here, kind, sentence in found]
