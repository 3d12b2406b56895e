"""Writing together: signs of who is at work, internal notes, sections made of a template."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from concepts import changes
from concepts.models import ConceptVersion, Presence, Section, SectionNote, SectionTemplate
from concepts.models.content import DEEPEST
from concepts.outline import Outline
from kiportal.common.models import User


@transaction.atomic
def sign(section: Section, by: User, now: datetime) -> list[Presence]:
    """Note that somebody works on a section now, and return who else works on its version.

    Whoever writes elsewhere has left the other section; signs that are too old are deleted on the way.
    """
    Presence.objects.gone(now).delete()
    Presence.objects.filter(user=by).exclude(section=section).delete()
    Presence.objects.update_or_create(
        section=section, user=by, defaults={"seen_at": now}, create_defaults={"since": now, "seen_at": now}
    )
    others = Presence.objects.at(now).filter(section__version=section.version_id).exclude(user=by)
    return list(others.select_related("user").order_by("since", "pk"))


def mark_note(note: SectionNote) -> None:
    """Tick a note off, or open it again."""
    note.done_at = None if note.done_at else timezone.now()
    note.save(update_fields=["done_at"])


@transaction.atomic
def add_section(
    version: ConceptVersion, *, parent: Section | None, template: SectionTemplate | None, **values: Any
) -> Section:
    """Add a section with those of the template below it; guiding questions become notes, which nobody prints."""
    section = changes.add_section(version, parent=parent, **values)
    if template is None:
        return section
    _guide(section, template.hint)
    if Outline.of(version).by_pk[section.pk].depth >= DEEPEST and template.lines:
        raise changes.OutlineError(f"Abschnitte können höchstens auf der Ebene {DEEPEST} stehen: hier ist kein Platz.")
    for heading, hint in template.lines:
        _guide(changes.add_section(version, parent=section, title=heading[:200]), hint)
    return section


def _guide(section: Section, hint: str) -> None:
    if hint:
        SectionNote.objects.create(section=section, kind=SectionNote.Kind.GUIDE, text=hint[:2000])
