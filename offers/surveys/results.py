"""The result sheet of a round: how many were asked and answered, and what became of their entries."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from offers.models import Offer, OfferSurvey, SurveyAnswer, SurveyInvitation, Topic

Outcome = SurveyAnswer.Outcome
WITHOUT_SEAT = "Sitz außerhalb oder nicht angegeben"
# What is still being written is nobody's answer yet.
_NOT_SENT = {Offer.Status.DRAFT, Offer.Status.UNCONFIRMED}


@dataclass
class Row:
    """Numbers of one kind, place or topic; `organisations` stays None where entries alone are counted."""

    label: str
    organisations: int | None = None
    answered: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def asked(self) -> int:
        """Entries that stood in the register."""
        return sum(self.outcomes.values()) - self.outcomes[Outcome.ADDED]

    @property
    def confirmed(self) -> int:
        return self.outcomes[Outcome.CONFIRMED]

    @property
    def changed(self) -> int:
        """Changed, or about to be."""
        return self.outcomes[Outcome.CHANGED] + self.outcomes[Outcome.TO_CHANGE]

    @property
    def ended(self) -> int:
        return self.outcomes[Outcome.ENDED]

    @property
    def added(self) -> int:
        return self.outcomes[Outcome.ADDED]

    @property
    def open(self) -> int:
        return self.outcomes[Outcome.OPEN]

    @property
    def share(self) -> int:
        """Answers of the organisations in per cent."""
        return round(100 * self.answered / self.organisations) if self.organisations else 0


@dataclass(frozen=True)
class Sheet:
    total: Row
    kinds: list[Row]
    places: list[Row]
    topics: list[Row]
    # Where nobody could be asked by mail
    without_address: int


def sheet(survey: OfferSurvey) -> Sheet:
    """All numbers of the round as they are now, in a constant number of queries."""
    invitations = list(
        survey.invitations.select_related("organisation__municipality").prefetch_related("answers__offer")
    )
    topics = {topic.pk: topic for topic in Topic.objects.all()}
    return Sheet(
        total=next(iter(_by(invitations, lambda _invitation: "Gesamt")), Row("Gesamt", 0)),
        kinds=sorted(_by(invitations, lambda invitation: str(invitation.organisation.get_kind_display())), key=_size),
        places=sorted(
            _by(invitations, lambda invitation: str(invitation.organisation.municipality or WITHOUT_SEAT)),
            key=lambda row: (row.label == WITHOUT_SEAT, row.label),
        ),
        topics=_by_topic(survey, topics),
        without_address=sum(not invitation.email for invitation in invitations),
    )


def _size(row: Row) -> tuple[int, str]:
    return -(row.organisations or 0), row.label


def _by(invitations: Iterable[SurveyInvitation], label_of: Callable[[SurveyInvitation], str]) -> list[Row]:
    rows: dict[str, Row] = {}
    for invitation in invitations:
        label = label_of(invitation)
        row = rows.setdefault(label, Row(label, 0))
        row.organisations = (row.organisations or 0) + 1
        row.answered += invitation.answered_at is not None
        row.outcomes.update(answer.outcome for answer in _counted(invitation.answers.all()))
    return list(rows.values())


def _by_topic(survey: OfferSurvey, topics: dict[int, Topic]) -> list[Row]:
    """An entry with several topics counts in each of them."""
    rows = {pk: Row(str(topic)) for pk, topic in topics.items()}
    answers = SurveyAnswer.objects.filter(invitation__survey=survey).select_related("offer")
    tagged = Offer.topics.through._default_manager.filter(offer__in=answers.values("offer"))
    topics_of: dict[int, list[int]] = {}
    for offer, topic in tagged.values_list("offer", "topic"):
        topics_of.setdefault(offer, []).append(topic)
    for answer in _counted(answers):
        for topic in topics_of.get(answer.offer_id, []):
            rows[topic].outcomes[answer.outcome] += 1
    return [row for row in rows.values() if row.outcomes]


def _counted(answers: Iterable[SurveyAnswer]) -> Iterator[SurveyAnswer]:
    return (answer for answer in answers if answer.outcome != Outcome.ADDED or answer.offer.status not in _NOT_SENT)
