"""Named reads of concepts and measures. `visible_to_public` is the one place that decides what the public sees."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, F, Func, OuterRef, Prefetch, Q

from kiportal.common.richtext.markup import CITATION

if TYPE_CHECKING:
    from concepts.models import (  # noqa: F401  (named in strings)
        ActionArea,
        Concept,
        ConceptVersion,
        FocusPeriod,
        Measure,
        MeasureStep,
        PeriodRule,
        Presence,
        Section,
        SectionNote,
    )

# From the committee stage on, members of the Kreistag read a version.
COUNCIL_STATUSES = ("committee", "adopted", "superseded")
# A focus period that was decided on is public; so are the measures chosen for it.
DECIDED_STATUSES = ("decided", "ended")
# What is still to be done, and what nobody waits for any more.
OPEN_STATUSES = ("proposed", "postponed", "selected", "running")
AT_WORK_STATUSES = ("selected", "running")
# Whoever gave no sign for so long has gone.
PRESENT = timedelta(minutes=3)


class _Cited(Func):
    """One row for each citation in a text, of which it is the uuid of the source."""

    template = f"(regexp_matches(%(expressions)s, '{CITATION.pattern}', 'g'))[1]"
    set_returning = True
    output_field = models.TextField()


class ConceptQuerySet(models.QuerySet["Concept"]):
    def with_versions(self, versions: "ConceptVersionQuerySet") -> "ConceptQuerySet":
        """Concepts that have one of these versions, each with `readable_versions`, the current one first."""
        found = versions.filter(concept=OuterRef("pk"))
        newest_first = versions.select_related("pdf", "word").current_first()
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

    def followed_by(self, version: "ConceptVersion") -> "ConceptVersionQuerySet":
        """Versions of the same concept that came before; what it is read against, the one in force, first."""
        return self.finished().filter(concept=version.concept_id, number__lt=version.number).current_first()

    def for_reading(self) -> "ConceptVersionQuerySet":
        """With all that is told of a version beside its text."""
        return self.select_related("concept", "pdf", "word")


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

    def citing(self, source: UUID) -> "SectionQuerySet":
        """Those whose text cites a source."""
        return self.filter(body__contains=f"#quelle:{source}")

    def citations(self) -> "models.QuerySet[Section, tuple[int, str]]":
        """(key of the section, uuid of the source) of every citation; the texts stay in the database."""
        return self.order_by().annotate(source=_Cited(F("body"))).values_list("pk", "source")

    def showing(self, image: UUID) -> "SectionQuerySet":
        """Those in whose text a picture stands."""
        return self.filter(body__contains=f"/konzepte/bilder/{image}/")


class SectionNoteQuerySet(models.QuerySet["SectionNote"]):
    def threads(self) -> "SectionNoteQuerySet":
        """Notes with their answers: what is open first, then the oldest first."""
        answers = self.model._default_manager.select_related("by")
        with_answers = self.filter(answer_to=None).select_related("by").prefetch_related(Prefetch("answers", answers))
        return with_answers.order_by(models.F("done_at").asc(nulls_first=True), "created_at", "pk")

    def open(self) -> "SectionNoteQuerySet":
        return self.filter(answer_to=None, done_at=None)


class PresenceQuerySet(models.QuerySet["Presence"]):
    def at(self, now: datetime) -> "PresenceQuerySet":
        """Who is at work at this moment."""
        return self.filter(seen_at__gt=now - PRESENT)

    def gone(self, now: datetime) -> "PresenceQuerySet":
        return self.filter(seen_at__lte=now - PRESENT)


class MeasureQuerySet(models.QuerySet["Measure"]):
    def visible_to_public(self) -> "MeasureQuerySet":
        """What belongs to a period that was decided on, and what is under way or done; of it, what may be public."""
        chosen = apps.get_model("concepts", "Selection")._default_manager.filter(
            measure=OuterRef("pk"), period__status__in=DECIDED_STATUSES
        )
        return self.filter(Q(Exists(chosen)) | Q(status__in=["running", "done"]), is_public=True)

    def in_order(self) -> "MeasureQuerySet":
        return self.order_by("number")

    def pool(self) -> "MeasureQuerySet":
        """What can still be chosen: nothing that was not chosen is lost."""
        return self.filter(status__in=["proposed", "postponed"])

    def at_work(self) -> "MeasureQuerySet":
        return self.filter(status__in=AT_WORK_STATUSES)

    def with_progress(self) -> "MeasureQuerySet":
        """All that lists and boards tell of a measure, in a constant number of queries."""
        selections = apps.get_model("concepts", "Selection")._default_manager.select_related("focus", "period")
        return self.select_related("lead_organisation").prefetch_related(
            "steps", Prefetch("selections", selections.order_by("-period__starts_on"))
        )

    def for_papers(self) -> "MeasureQuerySet":
        """All that is printed of a measure, or written into a table."""
        return self.with_progress().prefetch_related(
            "target_groups", "municipalities", "partners", "indicators__values", "notes"
        )


class MeasureStepQuerySet(models.QuerySet["MeasureStep"]):
    def overdue(self, today: date) -> "MeasureStepQuerySet":
        """Steps of measures at work whose day is over, the longest first."""
        late = self.filter(done_on=None, due_on__lt=today, measure__status__in=AT_WORK_STATUSES)
        return late.order_by("due_on", "pk")


class FocusPeriodQuerySet(models.QuerySet["FocusPeriod"]):
    def visible_to_public(self) -> "FocusPeriodQuerySet":
        """What the centre has decided on; what is being prepared is nobody else's matter."""
        return self.filter(status__in=DECIDED_STATUSES)

    def on(self, day: date) -> "FocusPeriodQuerySet":
        """Those that run or ran on that day, until the day on which they were ended."""
        return self.filter(starts_on__lte=day, ends_on__gte=day).exclude(status="ended", ended_on__lt=day)

    def current(self, today: date) -> "FocusPeriodQuerySet":
        """Decided on, and not ended: what the centre works on."""
        return self.filter(status="decided").on(today)

    def open(self) -> "FocusPeriodQuerySet":
        """Those for which measures can be chosen, the next one first."""
        return self.exclude(status="ended").order_by("starts_on")

    def to_be_ended(self, today: date) -> "FocusPeriodQuerySet":
        """Decided on, over, and nobody has said what was reached."""
        return self.filter(status="decided", ends_on__lt=today).order_by("ends_on")


class PeriodRuleQuerySet(models.QuerySet["PeriodRule"]):
    def on(self, day: date) -> "PeriodRule | None":
        """The rule that holds on that day; before the first one, the first one."""
        return self.filter(valid_from__lte=day).first() or self.last()


def counting_offers(areas: "models.QuerySet[ActionArea]", on: date) -> "models.QuerySet[ActionArea]":
    """Handlungsfelder with their section and topics, each with `offer_count`: the public offers with these topics."""
    public = apps.get_model("offers", "Offer")._default_manager.visible_to_public(on)
    number = Count("topics__offers", filter=Q(topics__offers__in=public), distinct=True)
    return areas.annotate(offer_count=number).select_related("section").prefetch_related("topics")


def _main_first(kind: str) -> models.Case:
    return models.Case(models.When(**{kind: "integrationskonzept"}, then=0), default=1)
