"""What the workspace's first page tells members of the Kreistag: the versions of the concepts, by what they ask."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from concepts.models import ConceptVersion
from concepts.permissions import readable_versions
from kiportal.common.models import User

_S = ConceptVersion.Status


@dataclass(frozen=True)
class Papers:
    """Before the committees, in force, and what was in force before."""

    in_committee: list[ConceptVersion]
    in_force: list[ConceptVersion]
    former: list[ConceptVersion]


def papers(user: User) -> Papers:
    """One query; the next sitting first, then the newest version."""
    versions = list(readable_versions(user, timezone.localdate()).for_reading().order_by("concept", "-number"))

    def having(status: ConceptVersion.Status) -> list[ConceptVersion]:
        return [version for version in versions if version.status == status]

    return Papers(
        in_committee=sorted(having(_S.COMMITTEE), key=lambda version: version.meets_on or date.max),
        in_force=having(_S.ADOPTED),
        former=having(_S.SUPERSEDED),
    )
