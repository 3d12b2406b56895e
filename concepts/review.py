"""What a draft still lacks: what keeps it from being frozen, and what its authors should look at."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from actors.models import ContactPerson
from concepts import appendix
from concepts.models import ConceptVersion, SectionNote
from concepts.outline import Node, Outline
from concepts.rendering import parse, pictured, referenced
from kiportal.common.models import User
from kiportal.common.pdf.fonts import named, unprintable
from kiportal.common.richtext import to_text

# More than this is hard to read aloud, to find in the contents, or to take in (a hint, never an obstacle).
LONGEST_SENTENCE = 30
# The longest Handlungsfeld that a Kreis has named so far has 159 characters.
LONGEST_HEADING = 160
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ„»[])")
# "die, die" and ", über die die Politik berät" are German: a comma between, or an article after a relative pronoun.
_TWICE = re.compile(r"(?<![,\w])\b([A-Za-zÄÖÜäöüß]{2,}) \1\b")
_RELATIVE = re.compile(r",\s*(?:\w+\s+)?$")


@dataclass(frozen=True)
class Finding:
    """A sentence, the section it speaks of (None: the version), and whether it keeps the version from being frozen."""

    sentence: str
    node: Node | None = None
    blocks: bool = True


def obstacles(version: ConceptVersion) -> list[Finding]:
    return [finding for finding in findings(version) if finding.blocks]


def findings(version: ConceptVersion) -> list[Finding]:
    """All findings, those that block first, then in reading order. A handful of queries for a version of any length."""
    outline = Outline.of(version, with_texts=True)
    pictures = {image.uuid for image in version.concept.images.all() if image.file.storage.exists(str(image.file.name))}
    found = [*_of_version(version, outline), *_of_sections(outline, pictures), *_of_notes(version, outline)]
    return sorted(found, key=lambda finding: not finding.blocks)


def _of_version(version: ConceptVersion, outline: Outline) -> Iterator[Finding]:
    if not any(node.section.body for node in outline):
        yield Finding("Die Fassung hat noch keinen Text.")
    if missing := unprintable(f"{version.title} {version.subtitle}"):
        yield Finding(f"Das Deckblatt enthält Zeichen, die keine Schrift des PDF hat: {named(missing)}.")
    if version.number > 1 and not version.changes_note:
        yield Finding("Das Feld „Was ist neu?“ ist leer. Mitglieder des Kreistags lesen es zuerst.", blocks=False)
    areas = list(version.action_areas.all())
    if not areas:
        yield Finding("Es ist noch kein Handlungsfeld angelegt.", blocks=False)
    for area in areas:
        if area.section_id is None:
            yield Finding(f"Zum Handlungsfeld „{area}“ ist kein Abschnitt angegeben.", blocks=False)
    if version.shows_measures:
        yield from _of_measures(version)


def _of_measures(version: ConceptVersion) -> Iterator[Finding]:
    """Of the appendix: what stands in measures is checked as the chapters are."""
    words = appendix.words(appendix.of_today(version))
    if not words:
        yield Finding("Der Anhang „Maßnahmen“ wäre leer: Zu keinem Handlungsfeld gibt es eine Maßnahme.", blocks=False)
    names = names_of_persons()
    if names and (match := names.search(words)):
        yield Finding(f"Eine Maßnahme nennt eine Person: „{match[0]}“. Bitte nennen Sie die Stelle oder die Funktion.")
    if missing := unprintable(words):
        yield Finding(f"Eine Maßnahme enthält Zeichen, die keine Schrift des PDF hat: {named(missing)}.")


def _of_sections(outline: Outline, pictures: set[UUID]) -> Iterator[Finding]:
    names = names_of_persons()
    for node in outline:
        body = node.section.body
        if not body and not node.section.shows_numbers and not node.children:
            yield Finding(f"{_place(node)} ist leer.", node, blocks=False)
        elif node.section.state != node.section.State.READY:
            state = node.section.get_state_display()
            yield Finding(f"{_place(node)} ist noch nicht als fertig markiert ({state}).", node, blocks=False)
        if not referenced(body) <= outline.by_uuid.keys():
            yield Finding(f"{_place(node)} verweist auf einen Abschnitt, den es nicht mehr gibt.", node)
        if not pictured([body]) <= pictures:
            yield Finding(f"{_place(node)} zeigt ein Bild, das nicht zu diesem Konzept gehört oder fehlt.", node)
        if names and (match := names.search(f"{node.section.title} {to_text(body)}")):
            sentence = f"{_place(node)} nennt eine Person: „{match[0]}“. Bitte nennen Sie die Stelle oder die Funktion."
            yield Finding(sentence, node)
        if missing := unprintable(f"{node.section.title} {to_text(body)}"):
            yield Finding(f"{_place(node)} enthält Zeichen, die keine Schrift des PDF hat: {named(missing)}.", node)
        if len(node.section.title) > LONGEST_HEADING:
            yield Finding(f"{_place(node)} hat eine sehr lange Überschrift.", node, blocks=False)
        if body:
            yield from _of_parts(node)
            yield from _of_language(node)


def _of_notes(version: ConceptVersion, outline: Outline) -> Iterator[Finding]:
    notes = SectionNote.objects.filter(section__version=version).open().order_by()
    counts: Mapping[int, int] = dict(notes.values_list("section").annotate(number=Count("pk")))
    for node in outline:
        if number := counts.get(node.section.pk):
            what = "1 offene interne Notiz" if number == 1 else f"{number} offene interne Notizen"
            yield Finding(f"{_place(node)} hat {what}.", node, blocks=False)


def _of_parts(node: Node) -> Iterator[Finding]:
    root = parse(node.section.body)
    if any(not image.get("alt", "").strip() for image in root.iter("img")):
        yield Finding(f"{_place(node)} hat ein Bild ohne Alternativtext.", node)
    if any(table.find(".//th") is None for table in root.iter("table")):
        yield Finding(f"{_place(node)} hat eine Tabelle ohne Kopfzeile.", node)
    captions = (table.find("caption") for table in root.iter("table"))
    if any(caption is None or not caption.text_content().strip() for caption in captions):
        yield Finding(f"{_place(node)} hat eine Tabelle ohne Überschrift.", node, blocks=False)
    headings = [heading.text_content().strip() for heading in root.iter("h3")]
    if not all(headings):
        yield Finding(f"{_place(node)} hat eine leere Zwischenüberschrift.", node)
    if any(len(heading) > LONGEST_HEADING for heading in headings):
        yield Finding(f"{_place(node)} hat eine sehr lange Zwischenüberschrift.", node, blocks=False)
    if any(not link.text_content().strip() and link.find(".//img") is None for link in root.iter("a")):
        yield Finding(f"{_place(node)} hat einen Link ohne Text.", node)


def _of_language(node: Node) -> Iterator[Finding]:
    """Hints on style, one of each kind a section: where to look, not a verdict."""
    lines = (line.strip() for line in to_text(node.section.body).splitlines())
    blocks = [line for line in lines if line and not line.startswith("[Bild: ")]  # what a picture shows is no sentence
    sentences = [sentence for block in blocks for sentence in _SENTENCE_END.split(block)]
    long = [words for sentence in sentences if len(words := sentence.split()) > LONGEST_SENTENCE]
    if long:
        what = "einen langen Satz" if len(long) == 1 else f"{len(long)} lange Sätze"
        start = " ".join(long[0][:5])
        yield Finding(
            f"{_place(node)} hat {what} (mehr als {LONGEST_SENTENCE} Wörter): „{start} …“", node, blocks=False
        )
    for block in blocks:
        twice = (match for match in _TWICE.finditer(block) if not _RELATIVE.search(block[: match.start()]))
        if match := next(twice, None):
            yield Finding(f"{_place(node)} hat ein Wort doppelt: „{match[0]}“.", node, blocks=False)
            return


def _place(node: Node) -> str:
    return f"Kapitel {node.heading}" if node.number else f"Abschnitt „{node.section.title}“"


def names_of_persons() -> re.Pattern[str] | None:
    """Contact persons and people with an account, by full name: a version never names them (DESIGN: section 4)."""
    accounts = User.objects.exclude(first_name="").exclude(last_name="").values_list("first_name", "last_name")
    names = {" ".join(account) for account in accounts}
    names |= {name for name in ContactPerson.objects.exclude(name="").values_list("name", flat=True) if " " in name}
    if not names:
        return None
    return re.compile(r"\b(?:" + "|".join(re.escape(name) for name in sorted(names)) + r")\b")
