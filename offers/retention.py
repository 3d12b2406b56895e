"""How long this room keeps personal data, and how an entry goes without a trace.

Beside the entry these go: dates, links, Verlauf, proposals, the field history, contact and consent that came with it,
an organisation that nobody else has, the jobs of its mails, and in demo mode the mails themselves.
"""

from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Lower

from actors.models import ContactPerson, Organisation
from kiportal.common import mail
from kiportal.common.models import AccessLink, ChangeProposal, Consent, Job, MailAddress, StatusChange, User
from kiportal.common.retention import erase, locked_keys, rule
from offers.models import Hint, Need, Offer

_DECIDED = [ChangeProposal.Status.ACCEPTED, ChangeProposal.Status.PARTLY_ACCEPTED, ChangeProposal.Status.REJECTED]


@rule("Entwürfe und unbestätigte Meldungen", days=14)
def unconfirmed_submissions(before: datetime, *, delete: bool) -> int:
    """What is still being written by link, counted from the last change, and what nobody confirmed."""
    drafts = AccessLink.objects.filter(target_type=_type(Offer), purpose=AccessLink.Purpose.DRAFT)
    abandoned = Q(status=Offer.Status.DRAFT, pk__in=drafts.values("target_id"))
    unconfirmed = Q(status=Offer.Status.UNCONFIRMED)
    return _erase_entries(Offer.objects.filter(abandoned | unconfirmed, updated_at__lt=before), delete=delete)


@rule("Abgelehnte Meldungen", days=183)
def rejected_submissions(before: datetime, *, delete: bool) -> int:
    rejected = Offer.objects.filter(status=Offer.Status.REJECTED, updated_at__lt=before)
    return _erase_entries(rejected, delete=delete)


@rule("Entschiedene Änderungsvorschläge", days=183)
def decided_proposals(before: datetime, *, delete: bool) -> int:
    """They hold the address of their author; what was taken over stands in the entry or the organisation."""
    types = [_type(Offer), _type(Organisation), _type(ContactPerson)]
    proposals = ChangeProposal.objects.filter(target_type__in=types, status__in=_DECIDED, updated_at__lt=before)
    with transaction.atomic():
        if delete:
            _erase_jobs(_mails_about(proposals=list(proposals.values_list("pk", flat=True))))
        return erase(proposals, delete=delete)


@rule("Namen nach dem Widerruf der Einwilligung", days=30)
def withdrawn_names(before: datetime, *, delete: bool) -> int:
    """The name was hidden at once; now it goes. The record of the consent stays as proof, it names nobody."""
    contacts = ContactPerson.objects.filter(consent__withdrawn_on__lt=before.date()).exclude(name="")
    keys = list(contacts.values_list("pk", flat=True))
    if delete:
        contacts.update(name="")
        ContactPerson.pgh_event_model.objects.filter(pgh_obj_id__in=keys).update(name="")  # type: ignore[attr-defined]
    return len(keys)


@rule("Erledigte Hinweise und beantwortete Lücken", days=183)
def worked_off_feedback(before: datetime, *, delete: bool) -> int:
    """Gaps that count for planning stay, see below."""
    hints = Hint.objects.closed_before(before)
    needs = Need.objects.closed_before(before).exclude(status=Need.Status.NOTED)
    return erase(hints, delete=delete) + erase(needs, delete=delete)


@rule("Namen und Adressen zu vorgemerkten Lücken", days=183)
def authors_of_noted_needs(before: datetime, *, delete: bool) -> int:
    """What is missing stays as a number for planning; who said so goes, in the field history, too."""
    noted = Need.objects.closed_before(before).filter(status=Need.Status.NOTED).exclude(name="", email="")
    keys = list(noted.values_list("pk", flat=True))
    if delete:
        Need.objects.filter(pk__in=keys).update(name="", email="")
        Need.pgh_event_model.objects.filter(pgh_obj_id__in=keys).update(name="", email="")  # type: ignore[attr-defined]
    return len(keys)


@rule("Gemerkte E-Mail-Adressen, die nirgends mehr stehen", days=30)
def forgotten_addresses(before: datetime, *, delete: bool) -> int:
    """That nothing arrives there, or that somebody wants no reminders, matters while a record names the address."""
    old = Q(undeliverable_since__lt=before) | Q(reminders_stopped_on__lt=before.date())
    named = [
        *(Offer.objects.values_list(Lower("submitter_email"), flat=True)),
        *(Organisation.objects.values_list(Lower("email"), flat=True)),
        *(User.objects.values_list(Lower("email"), flat=True)),
    ]
    return erase(MailAddress.objects.filter(old).exclude(email__in=named), delete=delete)


@transaction.atomic
def _erase_entries(entries: QuerySet[Offer], *, delete: bool) -> int:
    if not delete:
        return entries.count()
    keys = locked_keys(entries)
    came_along = ContactPerson.objects.filter(offers__in=keys, created_at__gte=F("offers__created_at"))
    contacts = list(came_along.values_list("pk", "consent"))
    providers = list(Offer.objects.filter(pk__in=keys).values_list("provider", flat=True))
    used_elsewhere = Offer.objects.exclude(pk__in=keys)
    going = ContactPerson.objects.filter(pk__in=[pk for pk, _ in contacts]).exclude(offers__in=used_elsewhere)
    proposals = ChangeProposal.objects.filter(
        Q(target_type=_type(Offer), target_id__in=keys) | Q(target_type=_type(ContactPerson), target_id__in=going)
    )
    _erase_jobs(_mails_about(offers=keys, proposals=list(proposals.values_list("pk", flat=True))))
    erase(Offer.objects.filter(pk__in=keys), delete=True)
    erase(ContactPerson.objects.filter(pk__in=[pk for pk, _ in contacts], offers=None), delete=True)
    consents = Consent.objects.filter(pk__in=[consent for _, consent in contacts if consent])
    erase(consents.exclude(pk__in=ContactPerson.objects.exclude(consent=None).values("consent")), delete=True)
    never_public = [Organisation.Status.PROPOSED, Organisation.Status.REJECTED]
    erase(
        Organisation.objects.filter(pk__in=providers, status__in=never_public, offers=None, memberships=None),
        delete=True,
    )
    return len(keys)


def _mails_about(*, offers: list[int] | None = None, proposals: list[int] | None = None) -> QuerySet[Job]:
    """The jobs of all mails about these entries and proposals: their first argument is a link, a step or a proposal."""
    about = Q(target_type=_type(Offer), target_id__in=offers or []) | Q(
        target_type=_type(ChangeProposal), target_id__in=proposals or []
    )
    steps = list(StatusChange.objects.filter(about).values_list("pk", flat=True))
    links = [str(pk) for pk in AccessLink.objects.filter(about).values_list("pk", flat=True)]
    of_proposal = Q(kind="offers.send_proposal_notice")
    of_feedback = Q(kind__in=["offers.send_need_notice", "offers.send_hint_notice"])
    return Job.objects.filter(kind__startswith="offers.").filter(
        Q(arguments__0__in=links)
        | of_proposal & Q(arguments__0__in=proposals or [])
        | ~of_proposal & ~of_feedback & Q(arguments__0__in=steps)
    )


def _erase_jobs(jobs: QuerySet[Job]) -> None:
    mail.forget(jobs.values_list("pk", flat=True))
    jobs.delete()


def _type(model: type[Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)
