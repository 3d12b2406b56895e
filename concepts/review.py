"""What a draft still lacks: what keeps it from being frozen, and what its authors should look at."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count
from lxml.html import Element, HtmlElement, tostring

from actors.models import ContactPerson
from concepts import abbreviations, appendix, links
from concepts.bibliography import Entry, cited
from concepts.models import ConceptVersion, SectionNote, Source
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
# ", die die Kurse kennen", ", über die die Politik berät", ", dass sie sie kennen" are German; "sind sind" is a slip.
_TWICE = re.compile(r"(?<![,\w])\b([A-Za-zÄÖÜäöüß]{2,}) \1\b")
_RELATIVE = re.compile(r",\s*(?:\w+\s+)?$")
_TWICE_IN_GERMAN = frozenset({"die", "der", "das", "den", "dem", "sie"})
_CITATION = re.compile(r'<a href="#quelle:[^>]*>.*?</a>')


@dataclass(frozen=True)
class Finding:
    """A sentence, the section it speaks of (None: the version), and whether it keeps the version from being frozen.

    `block` is the paragraph, table or the like of the section, from 1; 0 where it is about the section as a whole.
    """

    sentence: str
    node: Node | None = None
    blocks: bool = True
    block: int = 0
    of_sources: bool = False


@dataclass(frozen=True)
class Passage:
    """A block of a section: its number from 1, its markup, and its words without the marks of citations."""

    number: int
    element: HtmlElement
    html: str
    text: str


def obstacles(version: ConceptVersion) -> list[Finding]:
    return [finding for finding in findings(version) if finding.blocks]


def findings(version: ConceptVersion) -> list[Finding]:
    """All findings, those that block first, then in reading order. A handful of queries for a version of any length."""
    outline = Outline.of(version, with_texts=True)
    pictures = {image.uuid for image in version.concept.images.all() if image.file.storage.exists(str(image.file.name))}
    sources = list(version.sources.all())
    passages = {node.section.pk: _passages(node.section.body) for node in outline}
    found = [
        *_of_version(version, outline),
        *_of_sources(sources, outline),
        *_of_abbreviations(outline, passages),
        *_of_sections(outline, passages, pictures, {source.uuid for source in sources}),
        *_of_notes(version, outline),
    ]
    return sorted(found, key=lambda finding: not finding.blocks)


def _passages(body: str) -> list[Passage]:
    if not body:
        return []
    root = parse(body)
    if (root.text or "").strip():  # bare text is a paragraph
        paragraph = Element("p")
        paragraph.text = root.text
        root.insert(0, paragraph)
    found = []
    for number, element in enumerate(root, start=1):
        html = tostring(element, encoding="unicode")
        found.append(Passage(number, element, html, to_text(_CITATION.sub("", html))))
    return found


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
        yield Finding(
            "Der Anhang „Maßnahmen“ wäre leer: Zu keinem Handlungsfeld ist eine Maßnahme ausgewählt.", blocks=False
        )
    names = names_of_persons()
    if names and (match := names.search(words)):
        yield Finding(f"Eine Maßnahme nennt eine Person: „{match[0]}“. Bitte nennen Sie die Stelle oder die Funktion.")
    if missing := unprintable(words):
        yield Finding(f"Eine Maßnahme enthält Zeichen, die keine Schrift des PDF hat: {named(missing)}.")


def _of_sources(sources: Sequence[Source], outline: Outline) -> Iterator[Finding]:
    entries = [Entry(source) for source in sources]
    used = {uuid for node in outline for uuid in cited(node.section.body)}
    if idle := [f"„{entry.label}“" for entry in entries if entry.source.uuid not in used]:
        sentence = (
            f"Die Quelle {idle[0]} wird nirgends zitiert und steht nicht im Verzeichnis."
            if len(idle) == 1
            else f"{len(idle)} Quellen werden nirgends zitiert und stehen nicht im Verzeichnis: {', '.join(idle)}."
        )
        yield Finding(sentence, blocks=False, of_sources=True)
    for entry in entries:
        source = entry.source
        if missing := unprintable(entry.plain):
            yield Finding(
                f"Die Quelle „{entry.label}“ enthält Zeichen, die keine Schrift des PDF hat: {named(missing)}.",
                of_sources=True,
            )
        if source.url and not source.accessed_on:
            sentence = f"Bei der Quelle „{entry.label}“ fehlt der Tag, an dem die Web-Adresse abgerufen wurde."
            yield Finding(sentence, blocks=False, of_sources=True)
        if links.is_wrong(source.url):
            sentence = f"Die Quelle „{entry.label}“ hat eine Adresse, die nicht stimmen kann: „{source.url}“."
            yield Finding(sentence, blocks=False, of_sources=True)


def _of_abbreviations(outline: Outline, passages: Mapping[int, list[Passage]]) -> Iterator[Finding]:
    texts = ((node.section.title, "\n".join(each.text for each in passages[node.section.pk])) for node in outline)
    if found := abbreviations.unexplained(texts):
        yield Finding(
            f"Diese Abkürzungen stehen in mehreren Abschnitten und sind nirgends ausgeschrieben: {', '.join(found)}. "
            "Schreiben Sie beim ersten Mal „Langform (Abkürzung)“ oder führen Sie sie in einem Glossar auf.",
            blocks=False,
        )


def _of_sections(
    outline: Outline, passages: Mapping[int, list[Passage]], pictures: set[UUID], sources: set[UUID]
) -> Iterator[Finding]:
    names = names_of_persons()
    own = {path for each in passages.values() for passage in each for path in _own_paths(passage)}
    unreadable = links.unreadable(own) if own else set()
    for node in outline:
        found = passages[node.section.pk]
        yield from _of_state(node)
        yield from _of_targets(node, found, outline.by_uuid.keys(), pictures, sources)
        yield from _of_words(node, found, names)
        yield from _of_links(node, found, unreadable)
        yield from _of_parts(node, found)
        yield from _of_language(node, found)


def _of_state(node: Node) -> Iterator[Finding]:
    section = node.section
    if not section.body and not section.shows_numbers and not node.children:
        yield Finding(f"{_place(node)} ist leer.", node, blocks=False)
    elif section.state != section.State.READY:
        state = section.get_state_display()
        yield Finding(f"{_place(node)} ist noch nicht als fertig markiert ({state}).", node, blocks=False)
    if len(section.title) > LONGEST_HEADING:
        yield Finding(f"{_place(node)} hat eine sehr lange Überschrift.", node, blocks=False)


def _of_targets(
    node: Node, passages: Sequence[Passage], sections: Collection[UUID], pictures: set[UUID], sources: set[UUID]
) -> Iterator[Finding]:
    """What the text points to."""
    place = _place(node)
    if block := _first(passages, lambda each: not referenced(each.html) <= set(sections)):
        yield Finding(f"{place} verweist auf einen Abschnitt, den es nicht mehr gibt.", node, block=block)
    if block := _first(passages, lambda each: not cited(each.html) <= sources):
        yield Finding(f"{place} zitiert eine Quelle, die es nicht mehr gibt.", node, block=block)
    if block := _first(passages, lambda each: not pictured([each.html]) <= pictures):
        yield Finding(f"{place} zeigt ein Bild, das nicht zu diesem Konzept gehört oder fehlt.", node, block=block)


def _of_words(node: Node, passages: Sequence[Passage], names: re.Pattern[str] | None) -> Iterator[Finding]:
    texts = [(0, node.section.title), *((each.number, each.text) for each in passages)]
    for block, text in texts:
        if names and (match := names.search(text)):
            sentence = f"{_place(node)} nennt eine Person: „{match[0]}“. Bitte nennen Sie die Stelle oder die Funktion."
            yield Finding(sentence, node, block=block)
            break
    if missing := unprintable(" ".join(text for _block, text in texts)):
        block = next(block for block, text in texts if unprintable(text))
        sentence = f"{_place(node)} enthält Zeichen, die keine Schrift des PDF hat: {named(missing)}."
        yield Finding(sentence, node, block=block)


def _of_links(node: Node, passages: Sequence[Passage], unreadable: Collection[str]) -> Iterator[Finding]:
    """Each address once, where it stands first."""
    addresses = {href: each.number for each in reversed(passages) for href in reversed(_addresses(each))}
    for href, block in sorted(addresses.items(), key=lambda each: each[1]):
        if not href:  # what the sanitiser could not read as an address is gone
            problem = "einen Link, dem die Adresse fehlt."
        elif links.is_wrong(href):
            problem = f"einen Link, dessen Adresse nicht stimmen kann: „{href}“."
        elif links.own_path(href) in unreadable:
            problem = f"einen Link auf eine Seite des Portals, die niemand lesen kann: „{href}“."
        else:
            continue
        yield Finding(f"{_place(node)} hat {problem}", node, blocks=False, block=block)


def _addresses(passage: Passage) -> list[str]:
    return [link.get("href", "") for link in passage.element.iter("a")]


def _own_paths(passage: Passage) -> set[str]:
    return {path for href in _addresses(passage) if (path := links.own_path(href))}


def _first(passages: Iterable[Passage], is_so: Callable[[Passage], bool]) -> int:
    """The number of the first block of which something is so; 0 if there is none."""
    return next((each.number for each in passages if is_so(each)), 0)


def _of_notes(version: ConceptVersion, outline: Outline) -> Iterator[Finding]:
    notes = SectionNote.objects.filter(section__version=version).open().order_by()
    counts: Mapping[int, int] = dict(notes.values_list("section").annotate(number=Count("pk")))
    for node in outline:
        if number := counts.get(node.section.pk):
            what = "1 offene interne Notiz" if number == 1 else f"{number} offene interne Notizen"
            yield Finding(f"{_place(node)} hat {what}.", node, blocks=False)


def _of_parts(node: Node, passages: Sequence[Passage]) -> Iterator[Finding]:
    place = _place(node)
    for sentence, blocks, is_so in (
        ("hat ein Bild ohne Alternativtext.", True, _has_picture_without_words),
        ("hat eine Tabelle ohne Kopfzeile.", True, _has_table_without_head),
        ("hat eine Tabelle ohne Überschrift.", False, _has_table_without_caption),
        ("hat eine leere Zwischenüberschrift.", True, lambda each: not all(_headings(each))),
        (
            "hat eine sehr lange Zwischenüberschrift.",
            False,
            lambda each: any(len(text) > LONGEST_HEADING for text in _headings(each)),
        ),
        ("hat einen Link ohne Text.", True, _has_link_without_words),
    ):
        if block := _first(passages, is_so):
            yield Finding(f"{place} {sentence}", node, blocks=blocks, block=block)


def _has_picture_without_words(passage: Passage) -> bool:
    return any(not image.get("alt", "").strip() for image in passage.element.iter("img"))


def _has_table_without_head(passage: Passage) -> bool:
    return any(table.find(".//th") is None for table in passage.element.iter("table"))


def _has_table_without_caption(passage: Passage) -> bool:
    captions = (table.find("caption") for table in passage.element.iter("table"))
    return any(caption is None or not caption.text_content().strip() for caption in captions)


def _has_link_without_words(passage: Passage) -> bool:
    linked = passage.element.iter("a")
    return any(not link.text_content().strip() and link.find(".//img") is None for link in linked)


def _headings(passage: Passage) -> list[str]:
    return [heading.text_content().strip() for heading in passage.element.iter("h3")]


def _of_language(node: Node, passages: Sequence[Passage]) -> Iterator[Finding]:
    """Hints on style, one of each kind a section: where to look, not a verdict."""
    texts = ((each.number, line.strip()) for each in passages for line in each.text.splitlines())
    # What a picture shows is no sentence.
    lines = [(block, line) for block, line in texts if line and not line.startswith("[Bild: ")]
    sentences = [(block, sentence) for block, line in lines for sentence in _SENTENCE_END.split(line)]
    long = [(block, words) for block, sentence in sentences if len(words := sentence.split()) > LONGEST_SENTENCE]
    if long:
        what = "einen langen Satz" if len(long) == 1 else f"{len(long)} lange Sätze"
        block, words = long[0]
        start = " ".join(words[:5])
        sentence = f"{_place(node)} hat {what} (mehr als {LONGEST_SENTENCE} Wörter): „{start} …“"
        yield Finding(sentence, node, blocks=False, block=block)
    for block, line in lines:
        twice = (match for match in _TWICE.finditer(line) if not _is_german(match))
        if match := next(twice, None):
            yield Finding(f"{_place(node)} hat ein Wort doppelt: „{match[0]}“.", node, blocks=False, block=block)
            return


def _is_german(twice: re.Match[str]) -> bool:
    return twice[1] in _TWICE_IN_GERMAN and _RELATIVE.search(twice.string[: twice.start()]) is not None


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
