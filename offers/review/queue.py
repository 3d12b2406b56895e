"""The review queue: submitted offers, proposed changes and proposed organisations in one list, oldest first.

An organisation that came with an offer is decided with that offer, so it stands here on its own only when none of its
offers is still on the way.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q, TextChoices
from django.urls import reverse
from django.utils import timezone

from actors.models import ContactPerson, Municipality, Organisation
from actors.querysets import OrganisationQuerySet
from kiportal.common.models import Assignment, ChangeProposal, StatusChange, User
from offers.models import Offer, Topic
from offers.querysets import OfferQuerySet
from offers.review import records
from offers.review.duplicates import has_twin

UNDECIDED = [Offer.Status.DRAFT, Offer.Status.UNCONFIRMED, Offer.Status.SUBMITTED, Offer.Status.CHANGES_REQUESTED]


class Kind(TextChoices):
    OFFER = "angebot", "Angebot"
    PROJECT = "projekt", "Projekt"
    CHANGE = "aenderung", "Änderung"
    ORGANISATION = "organisation", "Organisation"


class Mark(TextChoices):
    NEW = "neu", "neu"
    ANSWER = "antwort", "Antwort auf Rückfrage"
    CHANGE = "aenderung", "Änderung"
    TWIN = "dublette", "mögliche Dublette"

    @property
    def look(self) -> tuple[str, str]:
        """Kind and icon of the badge."""
        return {
            Mark.NEW: ("info", "star"),
            Mark.ANSWER: ("success", "undo"),
            Mark.CHANGE: ("neutral", "edit"),
            Mark.TWIN: ("warning", "copy"),
        }[self]


@dataclass(frozen=True)
class Entry:
    kind: Kind
    pk: int
    since: datetime
    title: str
    provider: str
    places: str
    url: str
    marks: tuple[Mark, ...]
    assignee: User | None = None

    @property
    def is_offer(self) -> bool:
        return self.kind in {Kind.OFFER, Kind.PROJECT}

    @property
    def record_kind(self) -> str:
        return records.OFFER if self.is_offer else self.kind.value

    @property
    def key(self) -> str:
        """Names the entry in a form: "angebot-12"."""
        return f"{self.record_kind}-{self.pk}"

    def age(self, today: date) -> int:
        """For how many days it has been waiting."""
        return (today - timezone.localdate(self.since)).days


@dataclass(frozen=True)
class Filters:
    """What of the queue is shown; an empty value leaves nothing out."""

    kind: str = ""
    municipality: Municipality | None = None
    topic: Topic | None = None
    mark: str = ""
    older_than: int = 0  # days
    assignee: User | None = None
    only_free: bool = False

    def fits(self, entry: Entry, today: date) -> bool:
        return (
            (not self.mark or self.mark in entry.marks)
            and entry.age(today) >= self.older_than
            and (self.assignee is None or entry.assignee == self.assignee)
            and not (self.only_free and entry.assignee)
        )


def waiting(filters: Filters = Filters()) -> list[Entry]:
    """Return what waits for a decision, oldest first."""
    kind = filters.kind
    entries: list[Entry] = []
    if kind in {"", Kind.OFFER, Kind.PROJECT}:
        entries += _offers(filters)
    if kind in {"", Kind.CHANGE}:
        entries += _changes(filters)
    if kind in {"", Kind.ORGANISATION}:
        entries += _organisations(filters)
    today = timezone.localdate()
    shown = [entry for entry in _with_assignees(entries) if filters.fits(entry, today)]
    return sorted(shown, key=lambda entry: (entry.since, entry.kind, entry.pk))


def with_twins(entries: Iterable[Entry]) -> list[Entry]:
    """Mark the offers that have a twin. Comparing titles takes time, so only the entries of one page are asked for."""
    entries = list(entries)
    offers = Offer.objects.awaiting_review().filter(pk__in=[entry.pk for entry in entries if entry.is_offer])
    twins = set(offers.filter(has_twin()).values_list("pk", flat=True))
    return [
        replace(entry, marks=(*entry.marks, Mark.TWIN)) if entry.is_offer and entry.pk in twins else entry
        for entry in entries
    ]


def length() -> int:
    """Return how many entries wait, in one query."""
    return (
        Offer.objects.awaiting_review()
        .order_by()
        .values_list("pk")
        .union(
            _open_changes().order_by().values_list("pk"),
            _lone_organisations().order_by().values_list("pk"),
            all=True,
        )
        .count()
    )


def following(since: datetime, url: str, *, for_user: User) -> Entry | None:
    """Return what comes after the entry of that time and address and is not somebody else's.

    From the end one starts again at the oldest.
    """
    others = [entry for entry in waiting() if entry.url != url and entry.assignee in {None, for_user}]
    return next((entry for entry in others if entry.since >= since), others[0] if others else None)


def _with_assignees(entries: Iterable[Entry]) -> list[Entry]:
    models_by_kind: dict[str, type[models.Model]] = {
        records.OFFER: Offer,
        records.CHANGE: ChangeProposal,
        records.ORGANISATION: Organisation,
    }
    types = {kind: ContentType.objects.get_for_model(model).pk for kind, model in models_by_kind.items()}
    rows = Assignment.objects.filter(target_type__in=types.values()).select_related("assignee")
    people = {(row.target_type_id, row.target_id): row.assignee for row in rows}
    return [replace(entry, assignee=people.get((types[entry.record_kind], entry.pk))) for entry in entries]


def _offers(filters: Filters) -> Iterable[Entry]:
    offers = Offer.objects.awaiting_review()
    if filters.kind:
        offers = offers.filter(kind=filters.kind)
    offers = _narrowed(offers, filters)
    answers = StatusChange.objects.filter(
        target_type=ContentType.objects.get_for_model(Offer), target_id=OuterRef("pk"), verb="resubmit"
    )
    offers = offers.annotate(is_answer=Exists(answers))
    for offer in offers.select_related("provider").prefetch_related("municipalities"):
        yield Entry(
            kind=Kind.PROJECT if offer.is_project else Kind.OFFER,
            pk=offer.pk,
            since=offer.submitted_at or offer.created_at,
            title=offer.title,
            provider=offer.provider.name,
            places=places(offer),
            url=reverse("offers:review_detail", args=[offer.pk]),
            marks=(Mark.ANSWER if offer.is_answer else Mark.NEW,),
        )


def _changes(filters: Filters) -> Iterable[Entry]:
    answers = StatusChange.objects.filter(
        target_type=ContentType.objects.get_for_model(ChangeProposal), target_id=OuterRef("pk"), verb="answer_proposal"
    )
    proposals = list(_open_changes().annotate(is_answer=Exists(answers)))
    found = _targets(proposals, filters)
    for proposal in proposals:
        if (target := found.get((proposal.target_type_id, proposal.target_id))) is not None:
            yield Entry(
                kind=Kind.CHANGE,
                pk=proposal.pk,
                since=proposal.created_at,
                url=reverse("offers:proposal_detail", args=[proposal.pk]),
                marks=(Mark.CHANGE, Mark.ANSWER) if proposal.is_answer else (Mark.CHANGE,),
                **_heading(target),
            )


def _targets(proposals: Iterable[ChangeProposal], filters: Filters) -> dict[tuple[int, int], models.Model]:
    """What the proposals would change and the filters let through, by content type and key, in one query a kind."""
    offers = _narrowed(Offer.objects.all(), filters).select_related("provider").prefetch_related("municipalities")
    organisations = _organisations_in(Organisation.objects.all(), filters).select_related("municipality")
    contacts = ContactPerson.objects.filter(organisation__in=_organisations_in(Organisation.objects.all(), filters))
    found: dict[tuple[int, int], models.Model] = {}
    for rows in (offers, organisations, contacts.select_related("organisation__municipality")):
        kind = ContentType.objects.get_for_model(rows.model).pk
        keys = {proposal.target_id for proposal in proposals if proposal.target_type_id == kind}
        found |= {(kind, row.pk): row for row in rows.filter(pk__in=keys).distinct()}
    return found


def _heading(target: models.Model) -> dict[str, Any]:
    """Title, organisation and place of an entry about a change of this record."""
    match target:
        case Offer():
            return {"title": target.title, "provider": target.provider.name, "places": places(target)}
        case ContactPerson():
            organisation, title = target.organisation, f"Kontakt „{target.function}“"
            return {"title": title, "provider": organisation.name, "places": str(organisation.municipality or "")}
        case Organisation():
            kind, place = target.get_kind_display(), str(target.municipality or "")
            return {"title": target.name, "provider": f"Organisation, {kind}", "places": place}
    raise TypeError(f"no change of {type(target)}")


def _organisations_in(organisations: OrganisationQuerySet, filters: Filters) -> OrganisationQuerySet:
    """Those at a place; an organisation has no topic."""
    if filters.topic is not None:
        return organisations.none()
    if filters.municipality is not None:
        return organisations.filter(municipality=filters.municipality)
    return organisations


def _narrowed(offers: OfferQuerySet, filters: Filters) -> OfferQuerySet:
    if filters.municipality is not None:
        offers = offers.in_municipality(filters.municipality)
    if filters.topic is not None:
        offers = offers.filter(topics=filters.topic)
    return offers


def _organisations(filters: Filters) -> Iterable[Entry]:
    organisations = _organisations_in(_lone_organisations(), filters)
    for organisation in organisations.select_related("municipality"):
        yield Entry(
            kind=Kind.ORGANISATION,
            pk=organisation.pk,
            since=organisation.created_at,
            title=organisation.name,
            provider=organisation.get_kind_display(),
            places=str(organisation.municipality or ""),
            url=reverse("offers:staff_organisation_detail", args=[organisation.pk]),
            marks=(Mark.NEW,),
        )


def _open_changes():
    """A change of what is hidden, ended or archived waits until that is published again."""
    public = {
        Offer: Offer.objects.changeable(),
        Organisation: Organisation.objects.visible_to_public(),
        ContactPerson: ContactPerson.objects.filter(organisation__in=Organisation.objects.visible_to_public()),
    }
    waits = Q()
    for model, rows in public.items():
        kind = ContentType.objects.get_for_model(model)
        waits |= Q(Exists(rows.filter(pk=OuterRef("target_id"))), target_type=kind)
    return ChangeProposal.objects.open().filter(waits)


def _lone_organisations():
    on_the_way = Offer.objects.filter(provider=OuterRef("pk"), status__in=UNDECIDED)
    return Organisation.objects.awaiting_review().filter(~Q(Exists(on_the_way)))


def places(offer: Offer) -> str:
    """Where an offer is, short: the whole Kreis, or up to two municipalities and how many more."""
    if offer.is_countywide:
        return "im ganzen Kreis"
    names = [municipality.name for municipality in offer.municipalities.all()]
    shown = ", ".join(names[:2])
    return f"{shown} und {len(names) - 2} weitere" if len(names) > 2 else shown
