"""Concepts for tests."""

from typing import Any

from django.utils import timezone

from concepts import changes
from concepts.models import Concept, ConceptVersion, Section


def make_concept(title: str = "Integrationskonzept", **values: Any) -> ConceptVersion:
    """A concept with an empty draft, which is returned."""
    return changes.add_concept(Concept(title=title, **values))


def make_section(version: ConceptVersion, title: str, *, parent: Section | None = None, **values: Any) -> Section:
    values.setdefault("body", f"<p>Text zu {title}.</p>")
    values.setdefault("state", Section.State.READY)
    return changes.add_section(version, parent=parent, title=title, **values)


def freeze(version: ConceptVersion, **values: Any) -> None:
    """Put a version into a later state without its story."""
    values.setdefault("status", ConceptVersion.Status.FROZEN)
    values.setdefault("as_of", timezone.localdate())
    values.setdefault("cover", {"centre_name": "KI Musterkreis", "county_name": "Musterkreis", "funders": []})
    ConceptVersion.objects.filter(pk=version.pk).update(frozen_at=timezone.now(), **values)
    version.refresh_from_db()
