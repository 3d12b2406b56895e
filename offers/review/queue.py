"""The review queue: submitted offers, proposed changes and proposed organisations in one list, oldest first.

An organisation that came with an offer is decided with that offer, so it stands here on its own only when none of its
offers is still on the way.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, TextChoices
from django.urls import reverse

from actors.models import Municipality, Organisation
from kiportal.common.models import ChangeProposal, StatusChange
from offers.models import Offer
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

    @property
    def is_offer(self) -> bool:
        return self.kind in {Kind.OFFER, Kind.PROJECT}


def waiting(kind: str = "", municipality: Municipality | None = None) -> list[Entry]:
    """Return what waits for a decision, oldest first; both filters are optional."""
    entries: list[Entry] = []
    if kind in {"", Kind.OFFER, Kind.PROJECT}:
        entries += _offers(kind, municipality)
    if kind in {"", Kind.CHANGE}:
        entries += _changes(municipality)
    if kind in {"", Kind.ORGANISATION}:
        entries += _organisations(municipality)
    return sorted(entries, key=lambda entry: (entry.since, entry.kind, entry.pk))


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


def following(since: datetime, url: str) -> Entry | None:
    """Return what comes after the entry of that time and address; from the end one starts again at the oldest."""
    others = [entry for entry in waiting() if entry.url != url]
    return next((entry for entry in others if entry.since >= since), others[0] if others else None)


def _offers(kind: str, municipality: Municipality | None) -> Iterable[Entry]:
    offers = Offer.objects.awaiting_review()
    if kind:
        offers = offers.filter(kind=kind)
    if municipality is not None:
        offers = offers.in_municipality(municipality)
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


def _changes(municipality: Municipality | None) -> Iterable[Entry]:
    proposals = _open_changes()
    offers = Offer.objects.all()
    if municipality is not None:
        offers = offers.in_municipality(municipality)
        proposals = proposals.filter(target_id__in=offers.values("pk"))
    targets = (
        offers.select_related("provider")
        .prefetch_related("municipalities")
        .in_bulk(list(proposals.values_list("target_id", flat=True)))
    )
    for proposal in proposals:
        offer = targets[proposal.target_id]
        yield Entry(
            kind=Kind.CHANGE,
            pk=proposal.pk,
            since=proposal.created_at,
            title=offer.title,
            provider=offer.provider.name,
            places=places(offer),
            url=reverse("offers:proposal_detail", args=[proposal.pk]),
            marks=(Mark.CHANGE,),
        )


def _organisations(municipality: Municipality | None) -> Iterable[Entry]:
    organisations = _lone_organisations().select_related("municipality")
    if municipality is not None:
        organisations = organisations.filter(municipality=municipality)
    for organisation in organisations:
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
    """What waits for an entry that is hidden or ended waits until it is published again."""
    published = Offer.objects.filter(pk=OuterRef("target_id"), status=Offer.Status.PUBLISHED)
    proposals = ChangeProposal.objects.open().filter(target_type=ContentType.objects.get_for_model(Offer))
    return proposals.filter(Exists(published))


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
