"""What a Kommune reads about its place: the entries there, what is missing, what it wrote and what was answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, Count, F, Q, TextChoices, Value, When

from actors.models import Municipality, Organisation
from kiportal.common.models import StatusChange
from offers.models import Hint, Need, Offer, Topic
from offers.querysets import OfferQuerySet

OLDEST = 3
_S = Offer.Status


class State(TextChoices):
    """How an entry stands, as far as it is a Kommune's business."""

    PUBLIC = "oeffentlich", "öffentlich"
    REVIEW = "pruefung", "wird geprüft"
    QUESTION = "rueckfrage", "Rückfrage"
    HIDDEN = "verborgen", "verborgen"
    OVER = "beendet", "beendet"

    @property
    def look(self) -> tuple[str, str]:
        """Kind and icon of the badge."""
        return {
            State.PUBLIC: ("success", "success"),
            State.REVIEW: ("info", "inbox"),
            State.QUESTION: ("warning", "question"),
            State.HIDDEN: ("neutral", "lock"),
            State.OVER: ("neutral", "history"),
        }[self]

    @property
    def meaning(self) -> str:
        return {
            State.PUBLIC: "Der Eintrag steht auf den öffentlichen Seiten.",
            State.REVIEW: "Der Eintrag ist noch nicht öffentlich. Das Integrationszentrum prüft ihn.",
            State.QUESTION: "Der Eintrag ist noch nicht öffentlich. Das Integrationszentrum fragt beim Träger nach.",
            State.HIDDEN: "Der Eintrag steht zurzeit nicht auf den öffentlichen Seiten.",
            State.OVER: "Das Angebot ist beendet und steht nicht mehr auf den öffentlichen Seiten.",
        }[self]


def entries(municipality: Municipality, today: date) -> OfferQuerySet:
    """What a Kommune may know of its place, each entry with its `state`."""
    public = Offer.objects.visible_to_public(today)
    state = Case(
        When(pk__in=public.values("pk"), then=Value(State.PUBLIC.value)),
        When(status=_S.SUBMITTED, then=Value(State.REVIEW.value)),
        When(status=_S.CHANGES_REQUESTED, then=Value(State.QUESTION.value)),
        When(status=_S.HIDDEN, then=Value(State.HIDDEN.value)),
        default=Value(State.OVER.value),
    )
    return Offer.objects.known_in(municipality).annotate(state=state)


def stale(offers: OfferQuerySet, today: date, months: int) -> OfferQuerySet:
    """The public ones that nobody has confirmed for so long, the oldest first."""
    return offers.visible_to_public(today).due_for_confirmation(today, months)


def numbers(offers: Any) -> dict[str, int]:
    """How many of the `entries` are in each state; a state without any is left out."""
    return dict(offers.order_by().values_list("state").annotate(Count("pk")))


def unplaced(organisations: Iterable[Organisation]) -> list[Organisation]:
    """Administrations of which nobody has said yet to which Kommune they belong."""
    bodies = [body for body in organisations if body.kind == Organisation.Kind.MUNICIPALITY]
    return [body for body in bodies if body.municipality_id is None]


@dataclass(frozen=True)
class Summary:
    """What the workspace's first page tells: numbers, and what should be confirmed first."""

    public: int
    in_review: int
    questioned: int
    stale: int
    oldest: list[Offer]


def summary(municipality: Municipality, today: date, months: int) -> Summary:
    known = entries(municipality, today)
    found = numbers(known)
    unconfirmed = stale(known, today, months)
    return Summary(
        public=found.get(State.PUBLIC, 0),
        in_review=found.get(State.REVIEW, 0),
        questioned=found.get(State.QUESTION, 0),
        stale=unconfirmed.count(),
        oldest=list(unconfirmed.select_related("provider")[:OLDEST]),
    )


def since(offer: Offer) -> datetime:
    """When the entry came into its present state; one that ran out has no step that says so."""
    steps = StatusChange.objects.for_target(offer).exclude(from_status=F("to_status"))
    last = steps.filter(to_status=offer.status).last()
    return last.at if last else offer.published_at or offer.submitted_at or offer.created_at


@dataclass(frozen=True)
class Gap:
    """A topic, and how many public offers it has here alone and for the whole Kreis."""

    topic: Topic
    local: int
    countywide: int
    is_reported: bool

    @property
    def is_empty(self) -> bool:
        return not (self.local or self.countywide)


def gaps(municipality: Municipality, today: date) -> list[Gap]:
    """Every topic, those without any offer first, then those that have the fewest here."""
    public = Offer.objects.visible_to_public(today).in_municipality(municipality)
    topics = Topic.objects.annotate(
        local=Count("offers", filter=Q(offers__in=public.filter(is_countywide=False))),
        countywide=Count("offers", filter=Q(offers__in=public.filter(is_countywide=True))),
    )
    waiting = Need.objects.from_kommune(municipality).filter(status__in=[Need.Status.OPEN, Need.Status.NOTED])
    reported = set(waiting.values_list("topic", flat=True))
    found = [
        Gap(topic, topic.local, topic.countywide, topic.pk in reported)
        for topic in topics.order_by("sort_order", "slug")
    ]
    return sorted(found, key=lambda gap: (not gap.is_empty, gap.local, gap.countywide))


@dataclass(frozen=True)
class Written[M: (Need, Hint)]:
    """What a Kommune wrote, and the centre's words; those to others stay with others."""

    message: M
    answer: str


def with_answers[M: (Need, Hint)](model: type[M], messages: Iterable[M]) -> list[Written[M]]:
    found = list(messages)
    steps = StatusChange.objects.filter(
        target_type=ContentType.objects.get_for_model(model),
        target_id__in=[message.pk for message in found],
        verb__in=["answer", "note"],
    )
    answers = {step.target_id: step.reason for step in steps.order_by("at", "pk")}
    return [Written(message, answers.get(message.pk, "")) for message in found]
