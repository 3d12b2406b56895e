"""Running text of a Word file as HTML: runs, links, fields, footnotes, changes that were tracked."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from concepts.word.notes import Notes
from concepts.word.styles import Styles, primary
from kiportal.common.richtext.markup import SCHEMES

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
# So much of a lost text is shown.
_SHOWN = 60
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TARGET = re.compile(r'^\s*(HYPERLINK|REF)\s+(\\l\s+)?"?([^"\s]*)"?', re.IGNORECASE)
_NUMBER_BEHIND = re.compile(r"\s*\(Kapitel\xa0[\d.]+\)$")
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})")
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "ckb", "prs", "yi", "dv", "sd"})
# What stands around runs without changing them.
_AROUND = frozenset(
    qn(name) for name in ("w:ins", "w:moveTo", "w:sdt", "w:sdtContent", "w:smartTag", "w:customXml", "w:dir", "w:bdo")
)
# Marks in the order in which they nest.
Mark = tuple[str, str]


@dataclass
class Piece:
    """Escaped HTML under marks like ("a", ' href="..."'), the outermost first."""

    html: str
    marks: tuple[Mark, ...] = ()


@dataclass
class Line:
    """What stands in a paragraph: its text, and what hangs on it (pictures, text boxes) in order."""

    pieces: list[Piece] = field(default_factory=list)
    objects: list[Any] = field(default_factory=list)

    @property
    def html(self) -> str:
        return joined(self.pieces)

    @property
    def text(self) -> str:
        return re.sub(
            r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", "".join(piece.html for piece in self.pieces)))
        ).strip()


@dataclass
class _Field:
    instruction: str = ""
    is_result: bool = False


def joined(pieces: Iterable[Piece]) -> str:
    """The HTML of pieces, marks that go on over several of them opened once, without space around it."""
    out: list[str] = []
    open_marks: list[Mark] = []

    def close_to(depth: int) -> None:
        while len(open_marks) > depth:
            out.append(f"</{open_marks.pop()[0]}>")

    for piece in pieces:
        same = 0
        while same < min(len(open_marks), len(piece.marks)) and open_marks[same] == piece.marks[same]:
            same += 1
        close_to(same)
        for tag, attributes in piece.marks[same:]:
            out.append(f"<{tag}{attributes}>")
            open_marks.append((tag, attributes))
        out.append(piece.html)
    close_to(0)
    text = "".join(out)
    text = re.sub(r"^(?:\s|<br>)+|(?:\s|<br>)+$", "", text)
    return re.sub(r" *<br> *", "<br>", text)


class Inline:
    """Reads the children of a paragraph. Fields may go on over paragraphs, so one object reads a whole part."""

    def __init__(
        self, part: Any, styles: Styles, notes: Notes, language: str, href_of: Callable[[str], str | None]
    ) -> None:
        self._part = part
        self._styles = styles
        self._notes = notes
        self._language = language
        # The href of the section or source whose heading or entry bears a bookmark, None for bookmarks elsewhere.
        self._href_of = href_of
        self._fields: list[_Field] = []
        self._footnotes = _Notes(part, RT.FOOTNOTES, "w:footnote")
        self._endnotes = _Notes(part, RT.ENDNOTES, "w:endnote")
        self._comments = _Notes(part, RT.COMMENTS, "w:comment")
        self.in_contents = False

    def read(self, paragraph: Any) -> Line:
        line = Line()
        self._walk(paragraph, paragraph, line, ())
        self.in_contents = any(each.instruction.strip().upper().startswith("TOC") for each in self._fields)
        return line

    def _walk(self, node: Any, paragraph: Any, line: Line, marks: tuple[Mark, ...]) -> None:
        for child in node:
            tag = child.tag
            if tag == qn("w:r"):
                self._run(child, paragraph, line, marks)
            elif tag == qn("w:hyperlink"):
                before = len(line.pieces)
                self._walk(child, paragraph, line, (*marks, *self._link(child)))
                _without_number(line.pieces[before:])
            elif tag in {qn("w:del"), qn("w:moveFrom")}:
                self._notes.count("deletion")
            elif tag == qn("w:fldSimple"):
                here = _Field(child.get(qn("w:instr"), ""), is_result=True)
                self._fields.append(here)
                self._walk(child, paragraph, line, marks)
                self._fields.remove(here)
            elif tag in _AROUND:
                if tag in {qn("w:ins"), qn("w:moveTo")}:
                    self._notes.count("insertion")
                self._walk(child, paragraph, line, marks)
            elif isinstance(tag, str) and tag.startswith(MATH):
                words = "".join(text.text or "" for text in child.iter(f"{MATH}t"))
                self._notes.say("lost", f"Die Formel „{shortened(words)}“ ist nicht übernommen.")

    # Runs

    def _run(self, run: Any, paragraph: Any, line: Line, marks: tuple[Mark, ...]) -> None:
        if self._styles.is_on(run, "w:vanish"):
            if run.find(qn("w:t")) is not None:
                self._notes.count("hidden")
            return
        is_looked_at = False
        for child in _expanded(run):
            if self._is_field(child):
                continue
            if not (text := self._text(child)):
                self._other(child, line, marks)
                continue
            own = self._marks(run, paragraph, marks)
            if text.strip() and not is_looked_at:
                is_looked_at = True
                self._look(run, is_link=any(mark[0] == "a" for mark in own))
            line.pieces.append(Piece(escape(text, quote=False), own))

    def _is_field(self, child: Any) -> bool:
        """Whether this is part of a field, and no text."""
        if child.tag == qn("w:fldChar"):
            self._field_mark(child.get(qn("w:fldCharType"), ""))
            return True
        if child.tag == qn("w:instrText"):
            if self._fields and not self._fields[-1].is_result:
                self._fields[-1].instruction += child.text or ""
            return True
        return any(not each.is_result for each in self._fields)

    def _text(self, child: Any) -> str:
        tag = child.tag
        if tag == qn("w:t"):
            return re.sub(r"[\s\xad]*\n[\s]*", " ", _CONTROL.sub("", child.text or ""))
        if tag == qn("w:noBreakHyphen"):
            return "\u2011"
        if tag == qn("w:softHyphen"):
            return "\xad"
        if tag in {qn("w:tab"), qn("w:ptab")}:
            self._notes.count("tab")
            return " "
        if tag == qn("w:sym"):
            return self._symbol(child)
        return ""

    def _symbol(self, child: Any) -> str:
        code = child.get(qn("w:char"), "")
        font = child.get(qn("w:font"), "")
        try:
            number = int(code, 16)
        except ValueError:
            return ""
        if 0xE000 <= number <= 0xF8FF or "ding" in font.lower():
            name = f"{font} {code}".strip()
            self._notes.say("lost", f"Ein Zeichen aus der Schrift „{name}“ ist nicht übernommen.")
            return ""
        return chr(number)

    def _other(self, child: Any, line: Line, marks: tuple[Mark, ...]) -> None:
        tag = child.tag
        if tag == qn("w:br"):
            if child.get(qn("w:type"), "textWrapping") in {"page", "column"}:
                self._notes.count("page_break")
            else:
                line.pieces.append(Piece("<br>", marks))
        elif tag == qn("w:cr"):
            line.pieces.append(Piece("<br>", marks))
        elif tag == qn("w:footnoteReference"):
            self._note(self._footnotes, child, line)
        elif tag == qn("w:endnoteReference"):
            self._notes.count("endnote")
            self._note(self._endnotes, child, line)
        elif tag == qn("w:commentReference"):
            self._comment(child, line)
        elif tag in {qn("w:drawing"), qn("w:pict"), qn("w:object")}:
            line.objects.append(child)

    def _marks(self, run: Any, paragraph: Any, around: tuple[Mark, ...]) -> tuple[Mark, ...]:
        """Language outermost, then the link, then how it looks: the order in which the editor nests them."""
        styles = self._styles
        marks: list[Mark] = []
        language = styles.language(run, paragraph)
        if language and primary(language) not in {"", "x", "de", self._language}:
            tag = language if "-" not in language or primary(language) in {"zh", "sr"} else primary(language)
            direction = ' dir="rtl"' if primary(language) in _RIGHT_TO_LEFT else ""
            marks.append(("span", f' lang="{escape(tag)}"{direction}'))
        marks += around or self._field_link()
        if styles.is_on(run, "w:b"):
            marks.append(("strong", ""))
        if styles.is_on(run, "w:i"):
            marks.append(("em", ""))
        position = styles.run_value(run, "w:vertAlign")
        if position in {"superscript", "subscript"}:
            marks.append(("sup" if position == "superscript" else "sub", ""))
        return tuple(marks)

    def _look(self, run: Any, *, is_link: bool) -> None:
        """What of the look of a run gets lost."""
        properties = run.find(qn("w:rPr"))
        if properties is None or is_link:
            return
        underline = properties.find(qn("w:u"))
        if underline is not None and underline.get(qn("w:val"), "single") != "none":
            self._notes.count("underline")
        if self._styles.is_on(run, "w:strike") or self._styles.is_on(run, "w:dstrike"):
            self._notes.count("strike")
        colour = properties.find(qn("w:color"))
        is_coloured = colour is not None and colour.get(qn("w:val"), "auto").lower() not in {"auto", "000000"}
        if is_coloured or properties.find(qn("w:highlight")) is not None:
            self._notes.count("colour")

    # Fields and links

    def _field_mark(self, kind: str) -> None:
        if kind == "begin":
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].is_result = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _field_link(self) -> list[Mark]:
        for each in reversed(self._fields):
            if found := _TARGET.match(each.instruction):
                kind, local, target = found.groups()
                if kind.upper() == "REF" or local:
                    return self._local(target)
                return self._external(target)
        return []

    def _link(self, element: Any) -> list[Mark]:
        relation, anchor = element.get(qn("r:id")), element.get(qn("w:anchor"), "")
        if not relation:
            return self._local(anchor)
        found = self._part.rels.get(relation)
        if found is None or not found.is_external:
            return []
        return self._external(found.target_ref + (f"#{anchor}" if anchor else ""))

    def _local(self, anchor: str) -> list[Mark]:
        href = self._href_of(anchor)
        return [("a", f' href="{href}"')] if href else []

    def _external(self, target: str) -> list[Mark]:
        target = target.strip()
        if target.partition(":")[0].lower() not in SCHEMES:
            self._notes.say("lost", f"Der Link zu „{shortened(target)}“ ist nicht übernommen, sein Text schon.")
            return []
        return [("a", f' href="{escape(target)}"')]

    # Footnotes and comments

    def _note(self, notes: "_Notes", reference: Any, line: Line) -> None:
        found = notes.get(reference.get(qn("w:id"), ""))
        if found is None:
            return
        inner = Inline(notes.part, self._styles, self._notes, self._language, self._href_of)
        texts = []
        for paragraph in found.iter(qn("w:p")):
            read = inner.read(paragraph)
            if read.objects:
                self._notes.say("lost", "Ein Bild oder eine Zeichnung in einer Fußnote ist nicht übernommen.")
            texts.append(read.html)
        text = " ".join(filter(None, texts))
        if text:
            line.pieces.append(Piece(f'<span class="fn">{text}</span>'))

    def _comment(self, reference: Any, line: Line) -> None:
        found = self._comments.get(reference.get(qn("w:id"), ""))
        if found is None:
            return
        words = " ".join(filter(None, (plain(paragraph) for paragraph in found.iter(qn("w:p")))))
        said = [found.get(qn("w:author"), "").strip() or "Kommentar", _moment(found.get(qn("w:date"), ""))]
        place = f" zu „{shortened(line.text[-_SHOWN:])}“" if line.text else ""
        self._notes.say("comment", f"{', '.join(filter(None, said))}{place}: {words}")


def _moment(text: str) -> str:
    """As Word shows it: it writes the time of the clock on the wall and calls it UTC."""
    found = _MOMENT.match(text)
    return "{2}.{1}.{0}, {3} Uhr".format(*found.groups()) if found else ""


def _without_number(pieces: list[Piece]) -> None:
    """The portal writes the number behind the words of a reference each time anew."""
    if pieces and any(mark[1].startswith(' href="#section') for mark in pieces[-1].marks):
        pieces[-1].html = _NUMBER_BEHIND.sub("", pieces[-1].html)


class _Notes:
    """The footnotes, endnotes or comments of a file by their id."""

    def __init__(self, part: Any, relation: str, tag: str) -> None:
        self.part: Any = None
        self._by_id: dict[str, Any] = {}
        try:
            self.part = part.part_related_by(relation)
        except KeyError:
            return
        root = self.part.element if hasattr(self.part, "element") else parse_xml(self.part.blob)
        self._by_id = {
            each.get(qn("w:id"), ""): each
            for each in root.iterchildren(qn(tag))
            if each.get(qn("w:type"), "normal") == "normal"
        }

    def get(self, key: str) -> Any | None:
        return self._by_id.get(key)


def _expanded(run: Any) -> Iterator[Any]:
    """The children of a run; of alternatives the first."""
    for child in run:
        if child.tag == f"{MC}AlternateContent":
            for choice in child:
                yield from choice
                break
        else:
            yield child


def plain(paragraph: Any) -> str:
    return "".join(text.text or "" for text in paragraph.iter(qn("w:t"))).strip()


def shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1].rstrip()}…"
