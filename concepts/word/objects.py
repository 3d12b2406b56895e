"""What hangs on a paragraph of a Word file: pictures, text boxes, and drawings that can only be named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from docx.oxml.ns import qn

from concepts.word.inline import MC
from concepts.word.notes import Notes
from kiportal.common import pictures
from kiportal.common.pictures import Picture

# An A4 page between its margins in 300 dots an inch is 2000 pixels wide.
LONGEST_SIDE = 3000
MOST_PICTURES = 300

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_VML = "{urn:schemas-microsoft-com:vml}"
_DECORATIVE = "{http://schemas.microsoft.com/office/drawing/2017/decorative}decorative"
_BOX = qn("w:txbxContent")
_FALLBACK = f"{MC}Fallback"
_KINDS = (
    ("/diagram", "Die SmartArt-Grafik"),
    ("/chart", "Das Diagramm"),
    ("wordprocessingInk", "Die Freihandzeichnung"),
    ("wordprocessingShape", "Die Form"),
    ("wordprocessingGroup", "Die Gruppe von Formen"),
    ("wordprocessingCanvas", "Der Zeichenbereich"),
)
_INSTEAD = "Bitte fügen Sie sie als Bild mit Alternativtext ein, oder schreiben Sie den Inhalt als Text."


@dataclass(frozen=True)
class ReadPicture:
    """A picture of the file as it would be stored, with what the file says it shows."""

    uuid: UUID
    picture: Picture
    alternative: str


@dataclass
class Pictures:
    """The pictures of a file, each of them once. `known` are those the concept has, by their SHA-256."""

    key: UUID
    known: Mapping[str, tuple[UUID, int, int]]
    new: dict[str, ReadPicture] = field(default_factory=dict)
    _refused: dict[str, str] = field(default_factory=dict)

    def address(self, content: bytes, alternative: str) -> tuple[str, int, int]:
        """(address, width, height) of a picture; raises ValidationError with a sentence."""
        digest = sha256(content).hexdigest()
        if digest in self.known:
            return _address(self.known[digest][0]), *self.known[digest][1:]
        if digest in self._refused:
            raise ValidationError(self._refused[digest])
        if digest not in self.new:
            try:
                self.new[digest] = self._read(content, alternative)
            except ValidationError as error:
                self._refused[digest] = " ".join(error.messages)
                raise
        found = self.new[digest]
        return _address(found.uuid), found.picture.width, found.picture.height

    def _read(self, content: bytes, alternative: str) -> ReadPicture:
        if len(self.new) >= MOST_PICTURES:
            raise ValidationError(f"Die Datei hat mehr als {MOST_PICTURES} Bilder.")
        picture = pictures.for_print(pictures.read(ContentFile(content)), LONGEST_SIDE)  # type: ignore[arg-type]
        return ReadPicture(uuid5(self.key, picture.sha256), picture, alternative)


def _address(uuid: UUID) -> str:
    return f"/konzepte/bilder/{uuid}/"


class Objects:
    def __init__(self, part: Any, notes: Notes, found: Pictures) -> None:
        self._part = part
        self._notes = notes
        self._pictures = found

    def read(self, element: Any) -> Iterator[str | Any]:
        """The HTML of each picture, and the content of each text box (an element with paragraphs), in order."""
        boxes = [box for box in element.iter(_BOX) if not _is_within(box, _BOX) and not _is_within(box, _FALLBACK)]
        for box in boxes:
            self._notes.count("text_box")
            yield box
        shown = False
        for blip in element.iter(f"{_DRAWING}blip", f"{_VML}imagedata"):
            if _is_within(blip, _BOX) or _is_within(blip, _FALLBACK):
                continue
            shown = True
            if image := self._image(element, blip):
                yield image
        if not shown and not boxes:
            self._notes.say("lost", self._lost(element))

    def _image(self, element: Any, blip: Any) -> str:
        alternative = _alternative(element)
        name = f"Das Bild „{alternative[:60]}“" if alternative else "Ein Bild"
        relation = self._part.rels.get(blip.get(qn("r:embed")) or blip.get(qn("r:id")) or "")
        if relation is None or relation.is_external:
            self._notes.say(
                "lost", f"{name} liegt nicht in der Datei, sondern anderswo. Bitte laden Sie es selbst hoch."
            )
            return ""
        try:
            address, width, height = self._pictures.address(relation.target_part.blob, alternative)
        except ValidationError as error:
            kind = relation.target_part.partname.ext.upper()
            self._notes.say("lost", f"{name} ({kind}) ist nicht übernommen: {' '.join(error.messages)}")
            return ""
        if not alternative:
            self._notes.count("no_alternative")
        return f'<img src="{address}" alt="{escape(alternative)}" width="{width}" height="{height}">'

    def _lost(self, element: Any) -> str:
        alternative = _alternative(element)
        name = f" „{alternative[:60]}“" if alternative else ""
        if element.tag == qn("w:object"):
            return f"Das eingebettete Objekt{name} (zum Beispiel aus Excel) ist nicht übernommen. {_INSTEAD}"
        data = element.find(f".//{_DRAWING}graphicData")
        uri = data.get("uri", "") if data is not None else ""
        kind = next((words for part, words in _KINDS if part in uri), "Die Zeichnung")
        return f"{kind}{name} ist nicht übernommen. {_INSTEAD}"


def _alternative(element: Any) -> str:
    """What the file says a picture shows. What is only decoration has none here either: somebody decides."""
    for properties in element.iter(qn("wp:docPr")):
        if properties.find(f".//{_DECORATIVE}") is not None:
            return ""
        return str(properties.get("descr") or properties.get("title") or "").strip()[:300]
    for shape in element.iter(f"{_VML}shape", f"{_VML}rect"):
        return str(shape.get("alt") or "").strip()[:300]
    return ""


def _is_within(element: Any, tag: str) -> bool:
    return any(above.tag == tag for above in element.iterancestors())
