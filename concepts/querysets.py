"""Named reads of concepts. `visible_to_public` is the one place that decides what the public sees."""

from collections.abc import Collection
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Prefetch, Q

if TYPE_CHECKING:
    from concepts.models import ActionArea, Concept, ConceptVersion, Section  # noqa: F401  (named in strings)

# From the committee stage on, members of the Kreistag read a version.
COUNCIL_STATUSES = ("committee", "adopted", "superseded")


class ConceptQuerySet(models.QuerySet["Concept"]):
    def with_versions(self, versions: "ConceptVersionQuerySet") -> "ConceptQuerySet":
        """Concepts that have one of these versions, each with `readable_versions`, the current one first."""
        found = versions.filter(concept=OuterRef("pk"))
        newest_first = versions.select_related("pdf").current_first()
        return self.filter(Exists(found)).prefetch_related(
            Prefetch("versions", newest_first, to_attr="readable_versions")
        )

    def main_first(self) -> "ConceptQuerySet":
        """The integration concept, then papers that go into detail."""
        return self.order_by(_main_first("kind"), "title", "pk")


class ConceptVersionQuerySet(models.QuerySet["ConceptVersion"]):
    def visible_to_public(self, on: date) -> "ConceptVersionQuerySet":
        """Published by the centre's head; a draft can never be."""
        return self.exclude(status="draft").filter(published_on__lte=on)

    def visible_to_council(self, on: date) -> "ConceptVersionQuerySet":
        """What the committees have before them or have decided, and what everybody may read."""
        return self.exclude(status="draft").filter(Q(status__in=COUNCIL_STATUSES) | Q(published_on__lte=on))

    def finished(self) -> "ConceptVersionQuerySet":
        """Frozen and later: the content does not change any more."""
        return self.exclude(status="draft")

    def drafts(self) -> "ConceptVersionQuerySet":
        return self.filter(status="draft")

    def current_first(self) -> "ConceptVersionQuerySet":
        """The adopted version, then the others, newest first."""
        in_force = models.Case(models.When(status="adopted", then=0), default=1)
        return self.order_by(in_force, "-number")

    def in_force(self) -> "ConceptVersionQuerySet":
        """Adopted and not superseded, that of the integration concept first."""
        return self.filter(status="adopted").order_by(_main_first("concept__kind"), "-adopted_on", "pk")

    def for_reading(self) -> "ConceptVersionQuerySet":
        """With all that is told of a version beside its text."""
        return self.select_related("concept", "pdf")


class SectionQuerySet(models.QuerySet["Section"]):
    def in_order(self) -> "SectionQuerySet":
        return self.order_by("sort_order", "pk")

    def for_tree(self) -> "SectionQuerySet":
        """All that the outline shows, without the texts: a concept has some hundred pages."""
        return self.in_order().defer("body")

    def chapters(self) -> "SectionQuerySet":
        return self.filter(parent=None).for_tree()

    def referring_to(self, sections: Collection[UUID]) -> "SectionQuerySet":
        """Those whose text refers to one of these sections."""
        named = (Q(body__contains=f"#section:{uuid}") for uuid in sections)
        return self.filter(reduce(or_, named, Q(pk=None)))

    def showing(self, image: UUID) -> "SectionQuerySet":
        """Those in whose text a picture stands."""
        return self.filter(body__contains=f"/konzepte/bilder/{image}/")


def counting_offers(areas: "models.QuerySet[ActionArea]", on: date) -> "models.QuerySet[ActionArea]":
    """Handlungsfelder with their section and topics, each with `offer_count`: the public offers with these topics."""
    public = apps.get_model("offers", "Offer")._default_manager.visible_to_public(on)
    number = Count("topics__offers", filter=Q(topics__offers__in=public), distinct=True)
    return areas.annotate(offer_count=number).select_related("section").prefetch_related("topics")


def _main_first(kind: str) -> models.Case:
    return models.Case(models.When(**{kind: "integrationskonzept"}, then=0), default=1)
