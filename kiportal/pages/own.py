"""What the workspace's first page tells people of a Verein or a Kommune: their entries, each with one thing to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from actors.models import ContactPerson, Organisation
from kiportal.common.models import Centre, ChangeProposal, StatusChange, User
from offers.models import Offer, SurveyInvitation

_S = Offer.Status
_P = ChangeProposal.Status
# What waits for its author comes first, what is over last.
_ORDER = [_S.CHANGES_REQUESTED, _S.DRAFT, _S.PUBLISHED, _S.SUBMITTED, _S.HIDDEN, _S.REJECTED, _S.ARCHIVED]


@dataclass(frozen=True)
class OwnOffer:
    """An entry with its open change; `question` is what the centre asked about one of them."""

    offer: Offer
    is_public: bool
    is_stale: bool
    question: str
    proposal: ChangeProposal | None

    @property
    def waits_for_answer(self) -> bool:
        return self.offer.status == _S.CHANGES_REQUESTED or (
            self.proposal is not None and self.proposal.status == _P.CHANGES_REQUESTED
        )

    @property
    def action(self) -> tuple[str, str, str]:
        """The one thing to do next: what the button says, where it leads, its icon."""
        offer = self.offer
        if offer.status == _S.DRAFT:
            return "Weiterschreiben", self._url("detail"), "edit"
        if offer.status == _S.CHANGES_REQUESTED:
            return "Antworten", reverse("offers:member_offer_step", args=[offer.pk, "pruefen"]), "edit"
        if offer.status == _S.PUBLISHED:
            return "Antworten" if self.waits_for_answer else "Ändern", self._url("edit"), "edit"
        return "Ansehen", self._url("detail"), "eye"

    def _url(self, page: str) -> str:
        return reverse(f"offers:member_offer_{page}", args=[self.offer.pk])


def offers(user: User, centre: Centre) -> list[OwnOffer]:
    """The entries of the organisations a person acts for."""
    today, months = timezone.localdate(), centre.freshness_months
    rows = list(Offer.objects.for_member(user).select_related("provider").order_by("sort_key", "pk"))
    rows.sort(key=lambda offer: _ORDER.index(_S(offer.status)))
    proposals = _proposals(rows)
    questions = _last_words(Offer, "request_changes", (row.pk for row in rows if row.status == _S.CHANGES_REQUESTED))
    asked = [proposal.pk for proposal in proposals.values() if proposal.status == _P.CHANGES_REQUESTED]
    about_changes = _last_words(ChangeProposal, "question_proposal", asked)
    public = _public(rows)
    result = []
    for offer in rows:
        proposal = proposals.get(offer.pk)
        question = questions.get(offer.pk) or (about_changes.get(proposal.pk, "") if proposal else "")
        is_stale = offer.pk in public and offer.is_stale(today, months)
        result.append(OwnOffer(offer, offer.pk in public, is_stale, question, proposal))
    return result


@dataclass(frozen=True)
class OwnOrganisation:
    """An organisation with what its accounts propose for it and its contacts; `questions` are the centre's."""

    organisation: Organisation
    proposals: list[ChangeProposal]
    questions: list[str]

    @property
    def waits_for_answer(self) -> bool:
        return any(proposal.status == _P.CHANGES_REQUESTED for proposal in self.proposals)


def organisations(user: User) -> list[OwnOrganisation]:
    """The organisations a person acts for."""
    rows = list(Organisation.objects.of_member(user).order_by("sort_key").prefetch_related("contacts"))
    of_itself = _proposals(rows)
    of_contacts = _proposals([contact for row in rows for contact in row.contacts.all()])
    asked = [
        proposal.pk
        for proposal in (*of_itself.values(), *of_contacts.values())
        if proposal.status == _P.CHANGES_REQUESTED
    ]
    words = _last_words(ChangeProposal, "question_proposal", asked)
    result = []
    for row in rows:
        keys = [contact.pk for contact in row.contacts.all()]
        proposals = [of_itself.get(row.pk), *(of_contacts.get(key) for key in keys)]
        known = [proposal for proposal in proposals if proposal is not None]
        questions = [words[proposal.pk] for proposal in known if proposal.pk in words and proposal.pk in asked]
        result.append(OwnOrganisation(row, known, questions))
    return result


def _proposals(records: Sequence[Offer | Organisation | ContactPerson]) -> dict[int, ChangeProposal]:
    """What their accounts have proposed for records of one kind and nobody decided yet, by record."""
    if not records:
        return {}
    undecided = ChangeProposal.objects.undecided().filter(
        by_account=True,
        target_type=ContentType.objects.get_for_model(records[0]),
        target_id__in=[record.pk for record in records],
    )
    return {proposal.target_id: proposal for proposal in undecided}


def _last_words(model: type[Offer | ChangeProposal], verb: str, keys: Iterable[int]) -> dict[int, str]:
    steps = StatusChange.objects.filter(
        target_type=ContentType.objects.get_for_model(model), target_id__in=list(keys), verb=verb
    )
    return {step.target_id: step.reason for step in steps.order_by("at", "pk")}


def _public(offers: list[Offer]) -> set[int]:
    """Which of them have a public page today."""
    found = Offer.objects.visible_to_public(timezone.localdate()).filter(pk__in=[offer.pk for offer in offers])
    return set(found.values_list("pk", flat=True))


def surveys(user: User) -> list[SurveyInvitation]:
    """What the centre asks their organisations and nobody has answered."""
    asked = SurveyInvitation.objects.open().unanswered().filter(organisation__in=Organisation.objects.of_member(user))
    return list(asked.select_related("survey", "organisation"))
