"""What readers' pages share: the versions of a concept that somebody may read. All others do not exist for them."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.utils import timezone

from concepts.models import ConceptVersion
from concepts.permissions import readable_versions
from concepts.querysets import ConceptVersionQuerySet


def versions_for(request: HttpRequest) -> ConceptVersionQuerySet:
    return readable_versions(request.user, timezone.localdate())


@dataclass(frozen=True)
class Family:
    """The readable versions of one concept, the current one first."""

    versions: list[ConceptVersion]

    @classmethod
    def of(cls, request: HttpRequest, slug: str) -> "Family":
        """One query; 404 if there is none to read."""
        versions = list(versions_for(request).filter(concept__slug=slug).for_reading().current_first())
        if not versions:
            raise Http404
        return cls(versions)

    @property
    def current(self) -> ConceptVersion:
        return self.versions[0]

    @property
    def in_force(self) -> ConceptVersion | None:
        return self.current if self.current.status == ConceptVersion.Status.ADOPTED else None

    def numbered(self, number: int) -> ConceptVersion:
        for version in self.versions:
            if version.number == number:
                return version
        raise Http404

    def replaced_by(self, version: ConceptVersion) -> ConceptVersion | None:
        """The version in force, where this is another one."""
        return self.in_force if version != self.in_force else None

    def former(self, version: ConceptVersion) -> ConceptVersion | None:
        """What this version is read against: of the ones before it that in force, else the newest."""
        return next((each for each in self.versions if each.number < version.number), None)

    def coming_after(self, version: ConceptVersion) -> ConceptVersion | None:
        """A newer version that is not decided on, where this is the one in force."""
        if version != self.in_force:
            return None
        return next((each for each in self.versions[1:] if each.number > version.number), None)
