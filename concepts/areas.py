"""The Handlungsfelder to which measures refer by `uuid`, called as the version in force calls them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from concepts.models import ActionArea, ConceptVersion
from concepts.querysets import ConceptVersionQuerySet

NONE = "ohne Handlungsfeld"


@dataclass(frozen=True)
class Area:
    uuid: UUID
    title: str
    strand: str
    concept: str
    # In the version in force, or the newest one where none is: there measures find their place.
    is_current: bool


class Areas:
    """Made of one query. The integration concept comes first, within a concept the version in force."""

    def __init__(self, versions: ConceptVersionQuerySet) -> None:
        rows = ActionArea.objects.filter(version__in=versions).select_related("version__concept")
        shown: dict[int, int] = {}
        self._by_uuid: dict[UUID, Area] = {}
        for row in sorted(rows, key=_place):
            version = row.version
            newest = shown.setdefault(version.concept_id, version.pk)
            if row.uuid not in self._by_uuid:
                self._by_uuid[row.uuid] = Area(
                    row.uuid, row.title, row.get_strand_display(), version.concept.title, newest == version.pk
                )

    @classmethod
    def known(cls) -> "Areas":
        """All, also of drafts: for staff."""
        return cls(ConceptVersion.objects.all())

    @classmethod
    def public(cls, on: date) -> "Areas":
        return cls(ConceptVersion.objects.visible_to_public(on))

    @classmethod
    def of(cls, version: ConceptVersion) -> "Areas":
        return cls(ConceptVersion.objects.filter(pk=version.pk))

    def __iter__(self) -> Iterator[Area]:
        return iter(self._by_uuid.values())

    def __len__(self) -> int:
        return len(self._by_uuid)

    def get(self, uuid: UUID | None) -> Area | None:
        return self._by_uuid.get(uuid) if uuid else None

    def title(self, uuid: UUID | None) -> str:
        area = self.get(uuid)
        return area.title if area else NONE

    def choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """For a select: each concept with its Handlungsfelder."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for area in self:
            groups.setdefault(area.concept, []).append((str(area.uuid), area.title))
        return list(groups.items())

    def place(self, uuid: UUID | None) -> int:
        """For sorting: what has no Handlungsfeld comes last."""
        return next((place for place, area in enumerate(self) if area.uuid == uuid), len(self))


def _place(area: ActionArea) -> tuple[object, ...]:
    version = area.version
    is_main = version.concept.kind == version.concept.Kind.INTEGRATION_CONCEPT
    is_in_force = version.status == ConceptVersion.Status.ADOPTED
    concept = (not is_main, version.concept.title, version.concept_id)
    return (*concept, not is_in_force, -version.number, area.sort_order, area.pk)
