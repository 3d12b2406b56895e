"""Writing in a draft: sections, Handlungsfelder, sources. Whoever comes after a freeze is told so, nothing is lost.

Every function locks the version first, so that two people who move sections at once do not tear the tree.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from concepts.models import ActionArea, Concept, ConceptVersion, Section, SectionNote, Source
from concepts.models.content import DEEPEST
from concepts.outline import Node, Outline
from kiportal.common.models import User
from kiportal.common.slugs import free_slug
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from offers.models import Topic

RESERVED_SLUGS = frozenset({"bilder"})


class OutlineError(TransitionError):
    """The tree would not be one any more, or too deep; the sentence says why."""


def locked_draft(version_pk: int) -> ConceptVersion:
    """Return the draft, locked until the transaction ends; raises SomebodyWasFaster when it is none any more."""
    version = ConceptVersion.objects.select_for_update().select_related(None).get(pk=version_pk)
    if not version.is_draft:
        raise SomebodyWasFaster(
            "Diese Fassung ist inzwischen abgeschlossen. Ihr Inhalt kann nicht mehr geändert werden."
        )
    return version


# Concepts


@transaction.atomic
def add_concept(concept: Concept, version: ConceptVersion | None = None) -> ConceptVersion:
    """Store a new concept with its first draft; `version` may carry what is known of that."""
    concept.slug = free_slug(Concept.objects.all(), concept.title, fallback="konzept", reserved=RESERVED_SLUGS)
    concept.save()
    version = version or ConceptVersion(title=concept.title)
    version.concept, version.number = concept, 1
    version.save()
    return version


# Sections


@transaction.atomic
def add_section(version: ConceptVersion, *, parent: Section | None = None, **values: Any) -> Section:
    """Add a section as the last one below `parent` (None: a new chapter)."""
    locked_draft(version.pk)
    if parent is not None and _node(parent).depth >= DEEPEST:
        raise OutlineError(f"Ein Abschnitt kann höchstens auf der Ebene {DEEPEST} stehen.")
    siblings = version.sections.filter(parent=parent)
    last = siblings.aggregate(last=Max("sort_order"))["last"]
    values["sort_order"] = 0 if last is None else last + 1
    return Section.objects.create(version=version, parent=parent, **values)


@transaction.atomic
def move_section(section: Section, *, parent: Section | None, position: int) -> None:
    """Put a section with all below it under `parent`, as number `position` (0 is first) of the children there."""
    locked_draft(section.version_id)
    node = _node(section)
    if parent is not None:
        above = _node(parent)
        if any(below.section.pk == parent.pk for below in node):
            raise OutlineError("Ein Abschnitt kann nicht unter sich selbst stehen.")
        if above.depth + node.height > DEEPEST:
            raise OutlineError(f"Dort läge ein Abschnitt tiefer als auf der Ebene {DEEPEST}.")
    old_parent_pk = node.parent.section.pk if node.parent else None
    new_parent_pk = parent.pk if parent else None
    there = [child.pk for child in _children(section.version_id, new_parent_pk) if child.pk != section.pk]
    there.insert(max(0, min(position, len(there))), section.pk)
    Section.objects.filter(pk=section.pk).update(parent=new_parent_pk)
    _number(there)
    if old_parent_pk != new_parent_pk:
        _number(child.pk for child in _children(section.version_id, old_parent_pk))


def step_section(section: Section, direction: str) -> None:
    """Move a section one step, as the keyboard does: "up", "down", "out" (a level up), "in" (under the one before)."""
    node = _node(section)
    siblings = [each.section for each in (node.parent.children if node.parent else _outline(section).chapters)]
    place = [each.pk for each in siblings].index(section.pk)
    parent = node.parent.section if node.parent else None
    if direction == "up" and place > 0:
        move_section(section, parent=parent, position=place - 1)
    elif direction == "down" and place < len(siblings) - 1:
        move_section(section, parent=parent, position=place + 1)
    elif direction == "out" and node.parent is not None:
        above = node.parent
        upper = above.parent.children if above.parent else _outline(section).chapters
        after = [each.section.pk for each in upper].index(above.section.pk) + 1
        move_section(section, parent=above.parent.section if above.parent else None, position=after)
    elif direction == "in" and place > 0:
        move_section(section, parent=siblings[place - 1], position=10**6)
    else:
        raise OutlineError("In diese Richtung lässt sich der Abschnitt nicht verschieben.")


@transaction.atomic
def delete_section(section: Section) -> int:
    """Delete a section of a draft with all below it and return how many that were; earlier versions keep theirs."""
    locked_draft(section.version_id)
    node = _node(section)
    parent_pk = node.parent.section.pk if node.parent else None
    gone = [each.section.pk for each in node]
    Section.objects.filter(pk__in=gone).delete()
    _number(child.pk for child in _children(section.version_id, parent_pk))
    return len(gone)


def _outline(section: Section) -> Outline:
    return Outline(Section.objects.filter(version=section.version_id).for_tree())


def _node(section: Section) -> Node:
    return _outline(section).by_pk[section.pk]


def _children(version_pk: int, parent_pk: int | None) -> Iterable[Section]:
    return Section.objects.filter(version=version_pk, parent=parent_pk).for_tree()


def _number(section_pks: Iterable[int]) -> None:
    for position, pk in enumerate(section_pks):
        Section.objects.filter(pk=pk).exclude(sort_order=position).update(sort_order=position)


# The whole tree at once


def snapshot(version: ConceptVersion) -> list[dict[str, Any]]:
    """All sections in reading order as plain values; `set_sections` makes the same draft of it again.

    Each with the uuid of the section above it, those of the Handlungsfelder it describes, and its internal notes.
    """
    areas: dict[int, list[str]] = {}
    for section_pk, area in version.action_areas.exclude(section=None).values_list("section_id", "uuid"):
        areas.setdefault(section_pk, []).append(str(area))
    notes: dict[int, list[dict[str, Any]]] = {}
    for note in SectionNote.objects.filter(section__version=version).order_by("pk"):
        notes.setdefault(note.section_id, []).append(_note_values(note))
    return [
        {
            "uuid": str(node.section.uuid),
            "parent": str(node.parent.section.uuid) if node.parent else None,
            "areas": areas.get(node.section.pk, []),
            "notes": notes.get(node.section.pk, []),
            **{name: getattr(node.section, name) for name in _KEPT},
        }
        for node in Outline.of(version, with_texts=True)
    ]


_KEPT = ("title", "is_numbered", "body", "shows_numbers", "state")


@transaction.atomic
def set_sections(version: ConceptVersion, wanted: list[dict[str, Any]]) -> None:
    """Make the sections of a draft those of the list (`snapshot`): kept by uuid, changed, added or deleted.

    A section that is added brings its notes; those of one that is kept stay as they are.
    """
    locked_draft(version.pk)
    there = {str(section.uuid): section for section in version.sections.select_for_update(of=["self"])}
    gone = [section.pk for uuid, section in there.items() if uuid not in {each["uuid"] for each in wanted}]
    # Below what goes may lie what stays.
    version.sections.filter(parent__in=gone).exclude(pk__in=gone).update(parent=None)
    version.sections.filter(pk__in=gone).delete()
    rows: dict[str | None, Section] = {}
    orders: dict[str | None, int] = {}
    for each in wanted:
        above = each["parent"]
        section = there.get(each["uuid"]) or Section(version=version, uuid=each["uuid"])
        values = {name: each[name] for name in _KEPT if name in each}
        values |= {"parent_id": rows[above].pk if above else None, "sort_order": orders.get(above, 0)}
        orders[above] = orders.get(above, 0) + 1
        if section.pk is None or any(getattr(section, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(section, name, value)
            is_new = section.pk is None
            section.lock_version += not is_new
            section.save()
            if is_new:
                _add_notes(section, each.get("notes", ()))
        rows[each["uuid"]] = section
        if areas := each.get("areas"):
            version.action_areas.filter(uuid__in=areas).exclude(section=section).update(section=section)


def _note_values(note: SectionNote) -> dict[str, Any]:
    return {
        "pk": note.pk,
        "answer_to": note.answer_to_id,
        "kind": note.kind,
        "text": note.text,
        "by": note.by_id,
        "created_at": note.created_at.isoformat(),
        "done_at": note.done_at.isoformat() if note.done_at else None,
    }


def _copied(note: SectionNote, **values: Any) -> SectionNote:
    kept = {name: getattr(note, name) for name in ("kind", "text", "by_id", "created_at", "done_at")}
    return SectionNote.objects.create(**kept | values)


def _add_notes(section: Section, notes: Iterable[Mapping[str, Any]]) -> None:
    """Notes as they were, under their own keys; an account that is gone by now has no name any more."""
    authors = User.objects.in_bulk([each["by"] for each in notes])
    SectionNote.objects.bulk_create(
        SectionNote(
            pk=each["pk"],
            section=section,
            answer_to_id=each["answer_to"],
            kind=each["kind"],
            text=each["text"],
            by=authors.get(each["by"]),
            created_at=datetime.fromisoformat(each["created_at"]),
            done_at=datetime.fromisoformat(each["done_at"]) if each["done_at"] else None,
        )
        for each in notes
    )


# Handlungsfelder


@transaction.atomic
def add_action_area(version: ConceptVersion, *, topics: Iterable[Topic] = (), **values: Any) -> ActionArea:
    """Add a Handlungsfeld as the last one."""
    locked_draft(version.pk)
    last = version.action_areas.aggregate(last=Max("sort_order"))["last"]
    area = ActionArea.objects.create(version=version, sort_order=0 if last is None else last + 1, **values)
    area.topics.set(topics)
    return area


@transaction.atomic
def move_action_area(area: ActionArea, by: int) -> None:
    """Move a Handlungsfeld up (-1) or down (+1) in the list."""
    locked_draft(area.version_id)
    areas = [each.pk for each in ActionArea.objects.filter(version=area.version_id)]
    place = areas.index(area.pk)
    areas.insert(max(0, place + by), areas.pop(place))
    for position, pk in enumerate(areas):
        ActionArea.objects.filter(pk=pk).exclude(sort_order=position).update(sort_order=position)


@transaction.atomic
def delete_action_area(area: ActionArea) -> None:
    locked_draft(area.version_id)
    area.delete()


# Sources

_OF_SOURCE = ("uuid", "author", "short_name", "title", "year", "published_in", "url", "accessed_on", "remark")


@transaction.atomic
def add_source(version: ConceptVersion, **values: Any) -> Source:
    locked_draft(version.pk)
    return Source.objects.create(version=version, **values)


@transaction.atomic
def delete_source(source: Source) -> None:
    """Delete a source that no section cites."""
    locked_draft(source.version_id)
    if Section.objects.filter(version=source.version_id).citing(source.uuid).exists():
        raise TransitionError("Diese Quelle wird im Text zitiert. Entfernen Sie zuerst die Stellen, die sie nennen.")
    source.delete()


# Versions


@transaction.atomic
def copy_version(source: ConceptVersion) -> ConceptVersion:
    """Open the next draft with the content of `source`: sections, Handlungsfelder and sources under the same uuids.

    Open notes come along with their answers. No section is ready yet: each is worked on anew.
    """
    Concept.objects.select_for_update().get(pk=source.concept_id)
    versions = ConceptVersion.objects.filter(concept=source.concept_id)
    if versions.drafts().exists():
        raise TransitionError("Zu diesem Konzept gibt es schon einen Entwurf. Bitte arbeiten Sie darin weiter.")
    draft = ConceptVersion.objects.create(
        concept_id=source.concept_id,
        number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        title=source.title,
        subtitle=source.subtitle,
        shows_measures=source.shows_measures,
    )
    copies: dict[int, Section] = {}
    for node in Outline.of(source, with_texts=True):
        old = node.section
        copies[old.pk] = Section.objects.create(
            version=draft,
            uuid=old.uuid,
            parent=copies[node.parent.section.pk] if node.parent else None,
            sort_order=old.sort_order,
            title=old.title,
            is_numbered=old.is_numbered,
            body=old.body,
            shows_numbers=old.shows_numbers,
        )
    for note in SectionNote.objects.filter(section__version=source).open().prefetch_related("answers"):
        section = copies[note.section_id]
        new_note = _copied(note, section=section)
        for answer in note.answers.all():
            _copied(answer, section=section, answer_to=new_note)
    for area in source.action_areas.prefetch_related("topics"):
        copy = ActionArea.objects.create(
            version=draft,
            uuid=area.uuid,
            title=area.title,
            strand=area.strand,
            sort_order=area.sort_order,
            section=copies[area.section_id] if area.section_id else None,
        )
        copy.topics.set(area.topics.all())
    for values in source.sources.values(*_OF_SOURCE):
        Source.objects.create(version=draft, **values)
    return draft


@transaction.atomic
def discard_draft(version: ConceptVersion) -> bool:
    """Delete a draft with all it holds; return whether the concept went with it, because it had no other version."""
    Concept.objects.select_for_update().get(pk=version.concept_id)
    locked_draft(version.pk).delete()
    if ConceptVersion.objects.filter(concept=version.concept_id).exists():
        return False
    Concept.objects.filter(pk=version.concept_id).delete()
    return True
