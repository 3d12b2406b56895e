"""Concepts for tests."""

import hashlib
import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from concepts import changes, lifecycle, papers, replacing, synopsis
from concepts.models import (
    Concept,
    ConceptImage,
    ConceptVersion,
    FocusPeriod,
    Measure,
    MeasurePaper,
    Section,
    Selection,
    Source,
    Synopsis,
    VersionPDF,
    VersionWord,
    WordImport,
    WorkFocus,
)
from kiportal.common.models import User
from kiportal.common.pdf.documents import Document
from tests.factories import make_topic


def make_concept(title: str = "Integrationskonzept", **values: Any) -> ConceptVersion:
    """A concept with an empty draft, which is returned."""
    return changes.add_concept(Concept(title=title, **values))


def make_section(version: ConceptVersion, title: str, *, parent: Section | None = None, **values: Any) -> Section:
    values.setdefault("body", f"<p>Text zu {title}.</p>")
    values.setdefault("state", Section.State.READY)
    return changes.add_section(version, parent=parent, title=title, **values)


def make_source(version: ConceptVersion, title: str = "Bevölkerung nach Gemeinden", **values: Any) -> Source:
    return changes.add_source(version, title=title, **({"author": "Information und Technik NRW"} | values))


def citation(source: Source, place: str = "Quelle") -> str:
    """The link of a text that cites a source."""
    return f'<a href="#quelle:{source.uuid}">{place}</a>'


def freeze(version: ConceptVersion, **values: Any) -> None:
    """Put a version into a later state without its story."""
    values.setdefault("status", ConceptVersion.Status.FROZEN)
    values.setdefault("as_of", timezone.localdate())
    values.setdefault("cover", {"centre_name": "KI Musterkreis", "county_name": "Musterkreis", "funders": []})
    ConceptVersion.objects.filter(pk=version.pk).update(frozen_at=timezone.now(), **values)
    version.refresh_from_db()


def make_version(
    status: str, *, published: bool = False, concept: Concept | None = None, body: str = "", **values: Any
) -> ConceptVersion:
    """A version in this status, with one chapter "Einleitung" and one section below it; the next one of `concept`."""
    version = _draft(concept, values)
    if not version.sections.exists():
        chapter = make_section(version, "Einleitung", **({"body": body} if body else {}))
        part = make_section(version, "Auftrag", parent=chapter)
        changes.add_action_area(version, title="Bildung und Erziehung", strand="bildung", section=part)
    if status != ConceptVersion.Status.DRAFT:
        today = timezone.localdate()
        decided = {"committee": "Sozialausschuss", "forwarded_on": today, "paper_number": "118/2026"}
        if status in {ConceptVersion.Status.ADOPTED, ConceptVersion.Status.SUPERSEDED}:
            decided |= {"adopted_by": "Kreistag", "adopted_on": today}
        freeze(version, status=status, published_on=today if published else None, **decided)
    return version


def _draft(concept: Concept | None, values: dict[str, Any]) -> ConceptVersion:
    if concept is None:
        return make_concept(**values)
    return changes.copy_version(ConceptVersion.objects.filter(concept=concept).latest("number"))


def store_pdf(version: ConceptVersion, content: bytes = b"%PDF-1.7 Inhalt", pages: int = 34) -> VersionPDF:
    name = default_storage.save(f"concepts/pdf/test-{version.pk}.pdf", ContentFile(content))
    digest = hashlib.sha256(content).hexdigest()
    return VersionPDF.objects.create(version=version, file=name, sha256=digest, pages=pages, size=len(content))


def store_synopsis(old: ConceptVersion, new: ConceptVersion, content: bytes = b"%PDF-1.7 Synopse") -> Synopsis:
    found = synopsis.store(old, new, Document(content, pages=12))
    assert found is not None
    return found


def store_word(version: ConceptVersion, content: bytes = b"PK Inhalt") -> VersionWord:
    name = default_storage.save(f"concepts/word/test-{version.pk}.docx", ContentFile(content))
    digest = hashlib.sha256(content).hexdigest()
    return VersionWord.objects.create(version=version, file=name, sha256=digest, size=len(content))


def make_word_import(version: ConceptVersion) -> WordImport:
    """A file that was read and waits."""
    part = {"uuid": str(uuid.uuid4()), "title": "Aus Word", "depth": 1, "is_numbered": True, "body": "<p>Text</p>"}
    note = {"kind": "lost", "place": "1 Aus Word", "sentence": "Die Form ist nicht übernommen."}
    return WordImport.objects.create(
        version=version, file_name="konzept.docx", read_at=timezone.now(), parts=[part], notes=[note]
    )


def make_replacement(version: ConceptVersion, *, by: User) -> replacing.Replacement:
    """A word of the first section, replaced and not taken back."""
    section = version.sections.get(parent=None)
    key = replacing.replace(
        version, replacing.pattern("Text zu"), "Worte zu", {(section.pk, section.lock_version): {0}}, by=by
    )
    made = replacing.Replacement.of(version, key)
    assert made is not None
    return made


def make_image(concept: Concept, colour: str = "green") -> ConceptImage:
    """A small picture; another colour is another picture."""
    stream = BytesIO()
    Image.new("RGB", (8, 6), colour).save(stream, "PNG")
    content = stream.getvalue()
    return ConceptImage.objects.create(
        concept=concept,
        file=ContentFile(content, name="bild.png"),
        sha256=hashlib.sha256(content).hexdigest(),
        alternative="Ein Bild",
        rights="Kreis",
    )


def make_measure(title: str = "Willkommensmappe", *, status: str = "", steps: int = 0, **values: Any) -> Measure:
    """A measure of the pool, or in this status without its story; relations as lists (target_groups=[...])."""
    related = {name: values.pop(name) for name in _MEASURE_RELATIONS & values.keys()}
    measure = lifecycle.add_measure(Measure(title=title, **({"goal": "Alle finden sich zurecht."} | values)))
    for name, rows in related.items():
        getattr(measure, name).set(rows)
    for number in range(1, steps + 1):
        measure.steps.create(text=f"Schritt {number}", sort_order=number)
    if status:
        Measure.objects.filter(pk=measure.pk).update(status=status)
        measure.refresh_from_db()
    return measure


_MEASURE_RELATIONS = frozenset({"target_groups", "municipalities", "partners", "offers", "needs"})


def make_period(status: str = "draft", *, starts_in: int = -100, days: int = 729, **values: Any) -> FocusPeriod:
    """A period that began `starts_in` days from today."""
    begin = timezone.localdate() + timedelta(days=starts_in)
    end = begin + timedelta(days=days)
    decided = {"status": status, "decided_on": begin, "decided_by": "Kreistag"} if status != "draft" else {}
    ended = {"ended_on": min(end, timezone.localdate())} if status == "ended" else {}
    return FocusPeriod.objects.create(
        **{"title": f"Schwerpunkte {begin.year}", "starts_on": begin, "ends_on": end} | decided | ended | values
    )


def make_focus(period: FocusPeriod, title: str = "Elementarbereich", **values: Any) -> WorkFocus:
    if "target_group" not in values:
        values.setdefault("topic", make_topic())
    return WorkFocus.objects.create(period=period, title=title, **({"reason": "Weil es hier fehlt."} | values))


def choose(measure: Measure, focus: WorkFocus) -> Selection:
    """Put a measure into a focus without its story."""
    Measure.objects.filter(pk=measure.pk, status__in=["proposed", "postponed"]).update(status="selected")
    measure.refresh_from_db()
    return Selection.objects.create(focus=focus, period=focus.period, measure=measure, selected_on=timezone.localdate())


def make_paper(content: bytes = b"%PDF-1.7") -> MeasurePaper:
    """A paper with its PDF, in which stands anything."""
    paper = MeasurePaper.objects.create(
        kind=MeasurePaper.Kind.POOL, title="Arbeitspapier", as_of=timezone.localdate(), digest=uuid.uuid4().hex
    )
    papers.store(paper, Document(content, pages=1))
    return paper
