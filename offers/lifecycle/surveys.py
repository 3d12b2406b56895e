"""Bestandsaufnahme: a round is opened and closed; organisations are asked, reminded, and answer in one pass."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kiportal.common import links
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, MailAddress, StatusChange, User
from kiportal.common.transitions import By, SomebodyWasFaster, Transition, TransitionError, apply, table
from offers.lifecycle.care import archive, confirm, restore
from offers.lifecycle.drafts import start_draft, start_own_draft
from offers.models import Offer, OfferSurvey, SurveyAnswer, SurveyInvitation
from offers.permissions import can_answer_survey, can_run_survey
from offers.surveys import asking

_S = OfferSurvey.Status
Outcome = SurveyAnswer.Outcome
# Nobody is reminded of the same round again before this time is over.
BETWEEN_REMINDERS = timedelta(days=3)


def _may_be_opened(survey: OfferSurvey) -> str:
    if survey.answer_by < timezone.localdate():
        return "Der Tag, bis zu dem geantwortet werden soll, ist vorbei. Bitte ändern Sie ihn zuerst."
    if not survey.invitations.exists():
        return "Bitte wählen Sie zuerst Organisationen aus."
    return ""


LATE = "Die Frist ist vorbei. Tragen Sie eine spätere Frist ein oder schließen Sie die Bestandsaufnahme ab."

SURVEY = table(
    Transition("open_survey", frozenset({_S.DRAFT}), _S.OPEN, can_run_survey, _may_be_opened),
    Transition("close_survey", frozenset({_S.OPEN}), _S.CLOSED, can_run_survey),
    Transition("reopen_survey", frozenset({_S.CLOSED}), _S.OPEN, can_run_survey, _may_be_opened),
)


@transaction.atomic
def open_survey(survey: OfferSurvey, *, by: User, reason: str = "") -> StatusChange:
    """Ask all that were chosen, each with a link of its own where an address is known."""
    change = apply(SURVEY, survey, "open_survey", by=by, reason=reason, opened_at=timezone.now())
    for invitation in survey.invitations.select_related("organisation"):
        _ask(invitation)
    return change


def close_survey(survey: OfferSurvey, *, by: User, reason: str = "") -> StatusChange:
    """The numbers stay as they are; the links care for the entries on."""
    return apply(SURVEY, survey, "close_survey", by=by, reason=reason, closed_at=timezone.now())


def reopen_survey(survey: OfferSurvey, *, by: User, reason: str = "") -> StatusChange:
    return apply(SURVEY, survey, "reopen_survey", by=by, reason=reason, closed_at=None)


@transaction.atomic
def invite(survey: OfferSurvey, organisations: Collection[int], *, by: User) -> int:
    """Add organisations to a round; one that runs already asks them at once. Returns how many are new."""
    survey = _locked(survey, by)
    _require_time(survey)
    wanted = list(asking.candidates(survey).filter(pk__in=organisations).order_by("pk").values_list("pk", flat=True))
    known = asking.addresses(wanted)
    for pk in wanted:
        invitation = SurveyInvitation.objects.create(survey=survey, organisation_id=pk, email=known.get(pk, ""))
        if survey.status == _S.OPEN:
            _ask(invitation)
    return len(wanted)


@transaction.atomic
def uninvite(invitation: SurveyInvitation, *, by: User) -> None:
    """Nobody who was asked is taken out again: what they answer counts."""
    survey = _locked(invitation.survey, by)
    if survey.status != _S.DRAFT:
        raise TransitionError("Die Bestandsaufnahme läuft schon. Bitte lassen Sie die Organisation in der Liste.")
    SurveyInvitation.objects.filter(pk=invitation.pk).delete()


@transaction.atomic
def readdress(invitation: SurveyInvitation, email: str, *, by: User) -> None:
    """Ask at another address, which then answers for all entries while the round runs."""
    survey = _locked(invitation.survey, by)
    _require_time(survey)
    invitation = SurveyInvitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    invitation.email, invitation.is_vouched, invitation.link = email.lower(), True, None
    invitation.save(update_fields=["email", "is_vouched", "link"])
    if survey.status == _S.OPEN:
        _ask(invitation)


@transaction.atomic
def ask_once_more(invitation: SurveyInvitation, *, by: User) -> None:
    """Send the link to one organisation again, whenever staff want it."""
    survey = _locked(invitation.survey, by)
    if survey.status != _S.OPEN:
        raise TransitionError("Diese Bestandsaufnahme läuft nicht.")
    _require_time(survey)
    if not invitation.email:
        raise TransitionError("Zu dieser Organisation ist keine E-Mail-Adresse bekannt.")
    _mail(invitation, is_reminder=invitation.sent_at is not None)


@transaction.atomic
def remind(survey: OfferSurvey, *, by: User) -> int:
    """Write to those who have not answered, can be reached, and were not written to just now. Returns how many."""
    survey = _locked(survey, by)
    if survey.status != _S.OPEN:
        raise TransitionError("Diese Bestandsaufnahme läuft nicht.")
    _require_time(survey)
    silent = MailAddress.objects.undeliverable().values_list("email", flat=True)
    recently = timezone.now() - BETWEEN_REMINDERS
    waiting = survey.invitations.unanswered().exclude(email="").exclude(email__in=set(silent))
    waiting = waiting.exclude(sent_at__gt=recently).exclude(reminded_at__gt=recently)
    found = list(waiting.select_related("organisation"))
    for invitation in found:
        _mail(invitation, is_reminder=True)
    return len(found)


@transaction.atomic
def answer_survey(invitation: SurveyInvitation, outcomes: Mapping[int, str], *, by: By, message: str = "") -> list[int]:
    """Take what an organisation says about its entries, by key: CONFIRMED and ENDED hold at once, TO_CHANGE waits for
    the change. The same answer again changes nothing; another one takes the former back.

    One entry stops no other: what is right but lacks something is TO_CHANGE, and what cannot come back stays ended.
    Returns the keys of those.
    """
    refused = []
    invitation = _answerable(invitation, by)
    given = {answer.offer_id: answer for answer in invitation.answers.all()}
    for offer in asking.offers_of(invitation, by).filter(pk__in=outcomes.keys()).select_for_update(of=("self",)):
        outcome = Outcome(outcomes[offer.pk])
        former = given[offer.pk].outcome if offer.pk in given else Outcome.OPEN
        if outcome == former or (former, outcome) == (Outcome.CHANGED, Outcome.TO_CHANGE):
            continue
        try:
            with transaction.atomic():
                _settle(offer, outcome, invitation, by)
        except (TransitionError, PermissionDenied):
            refused.append(offer.pk)
            if offer.status != Offer.Status.HIDDEN:
                continue
            outcome = Outcome.TO_CHANGE
        _note(invitation, offer, outcome)
    invitation.message = message
    if outcomes or message or not asking.offers_of(invitation, by).exists():
        _mark_answered(invitation, by)
    return refused


@transaction.atomic
def note_survey_change(invitation: SurveyInvitation, offer: Offer, *, by: By, changed: bool = True) -> None:
    """An entry that was to be changed is changed, or its people found that all of it is right."""
    invitation = _answerable(invitation, by)
    if not asking.offers_of(invitation, by).filter(pk=offer.pk).exists():
        raise PermissionDenied("note_survey_change is not allowed")
    _note(invitation, offer, Outcome.CHANGED if changed else Outcome.CONFIRMED)
    _mark_answered(invitation, by)


@transaction.atomic
def add_to_survey(invitation: SurveyInvitation, offer: Offer, *, by: By) -> None:
    """Count an entry that came in through this round."""
    invitation = _answerable(invitation, by)
    if offer.provider_id != invitation.organisation_id:
        raise PermissionDenied("add_to_survey is not allowed")
    _note(invitation, offer, Outcome.ADDED)
    _mark_answered(invitation, by)


@transaction.atomic
def start_survey_offer(invitation: SurveyInvitation, key: UUID, *, by: By) -> tuple[Offer, AccessLink | None]:
    """Begin an entry that the register lacks; the same form sent twice leads to the same draft.

    Returned is the draft, with the link that opens it for whoever has no account.
    """
    invitation = _answerable(invitation, by)
    offer = Offer(provider=invitation.organisation, submission_key=key, submitter_language=get_language() or "de")
    link = None
    if isinstance(by, AccessLink):
        offer.submitter_email, offer.is_address_proven = by.email, True
        link = start_draft(offer)
        offer = Offer.objects.get(pk=link.target_id)
    elif isinstance(by, User):
        offer = start_own_draft(offer, by=by)
    _note(invitation, offer, Outcome.ADDED)
    _mark_answered(invitation, by)
    return offer, link


# How


def _locked(survey: OfferSurvey, by: By) -> OfferSurvey:
    survey = OfferSurvey.objects.select_for_update().get(pk=survey.pk)
    if not can_run_survey(by, survey):
        raise PermissionDenied("running a survey is not allowed")
    if survey.status == _S.CLOSED:
        raise SomebodyWasFaster("Diese Bestandsaufnahme ist abgeschlossen.")
    return survey


def _require_time(survey: OfferSurvey) -> None:
    """No mail asks for an answer by a day that is over; what comes in late still counts."""
    if survey.status == _S.OPEN and survey.answer_by < timezone.localdate():
        raise TransitionError(LATE)


def _answerable(invitation: SurveyInvitation, by: By) -> SurveyInvitation:
    """The invitation as it is now, kept from others until the answer is stored."""
    rows = SurveyInvitation.objects.select_for_update(of=("self",)).select_related("survey", "organisation")
    invitation = rows.get(pk=invitation.pk)
    if not can_answer_survey(by, invitation):
        raise PermissionDenied("answering is not allowed")
    if invitation.survey.status != _S.OPEN:
        raise SomebodyWasFaster(_("Diese Bestandsaufnahme ist abgeschlossen. Ihre Einträge können Sie weiter pflegen."))
    return invitation


def _ask(invitation: SurveyInvitation) -> None:
    """Note what the organisation is asked about, and write to it where an address is known."""
    open_answers = [SurveyAnswer(invitation=invitation, offer=offer) for offer in asking.offers_of(invitation)]
    SurveyAnswer.objects.bulk_create(open_answers, ignore_conflicts=True)
    if invitation.email:
        _mail(invitation, is_reminder=False)


def _mail(invitation: SurveyInvitation, *, is_reminder: bool) -> None:
    now, link = timezone.now(), invitation.link
    if link is None or link.revoked_at is not None or timezone.localdate(link.expires_at) < invitation.survey.answer_by:
        link = links.issue(AccessLink.Purpose.CARE_ALL, invitation.organisation, invitation.email)
        invitation.link = link
    if is_reminder:
        invitation.reminded_at = now
    else:
        invitation.sent_at = now
    invitation.save(update_fields=["link", "sent_at", "reminded_at"])
    enqueue(
        "offers.send_survey_invitation",
        str(link.pk),
        invitation.pk,
        is_reminder,
        title=f"E-Mail: {invitation.survey} – {invitation.organisation}",
    )


def _settle(offer: Offer, outcome: SurveyAnswer.Outcome, invitation: SurveyInvitation, by: By) -> None:
    reason = str(invitation.survey)
    if outcome == Outcome.ENDED:
        if offer.status != Offer.Status.ARCHIVED:
            archive(offer, by=by, reason=reason)
        return
    if offer.status == Offer.Status.ARCHIVED:
        restore(offer, by=by, reason=reason)
    if outcome == Outcome.CONFIRMED:
        confirm(offer, by=by, on=timezone.localdate())


def _note(invitation: SurveyInvitation, offer: Offer, outcome: SurveyAnswer.Outcome) -> None:
    SurveyAnswer.objects.update_or_create(
        invitation=invitation, offer=offer, defaults={"outcome": outcome, "answered_at": timezone.now()}
    )


def _mark_answered(invitation: SurveyInvitation, by: By) -> None:
    invitation.answered_at = timezone.now()
    invitation.answered_by = by if isinstance(by, User) else None
    invitation.save(update_fields=["message", "answered_at", "answered_by"])
