"""How an entry goes without a trace.

Beside the entry these go: dates, pictures with their files, links, Verlauf, proposals, the field history, contact and
consent that came with it, an organisation that nobody else has, the jobs of its mails, and in demo mode the mails
themselves.
"""

from collections.abc import Collection

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet

from actors.models import ContactPerson, Organisation
from kiportal.common import mail
from kiportal.common.models import AccessLink, ChangeProposal, Consent, Job, StatusChange
from kiportal.common.retention import erase, locked_keys
from offers.models import Offer


@transaction.atomic
def erase_entries(entries: QuerySet[Offer], *, delete: bool, made: Collection[int] | None = None) -> int:
    """Count the entries; with `delete` remove them. `made` are the organisations that came with them, if known."""
    if not delete:
        return entries.count()
    keys = locked_keys(entries)
    came_along = ContactPerson.objects.filter(offers__in=keys, created_at__gte=F("offers__created_at"))
    contacts = list(came_along.values_list("pk", "consent"))
    found = Offer.objects.filter(pk__in=keys).select_related("provider")
    providers = [offer.provider_id for offer in found if offer.brought_its_provider] if made is None else list(made)
    used_elsewhere = Offer.objects.exclude(pk__in=keys)
    going = ContactPerson.objects.filter(pk__in=[pk for pk, _ in contacts]).exclude(offers__in=used_elsewhere)
    proposals = ChangeProposal.objects.filter(
        Q(target_type=_type(Offer), target_id__in=keys) | Q(target_type=_type(ContactPerson), target_id__in=going)
    )
    erase_jobs(mails_about(offers=keys, proposals=list(proposals.values_list("pk", flat=True))))
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


def mails_about(*, offers: list[int] | None = None, proposals: list[int] | None = None) -> QuerySet[Job]:
    """The jobs of all mails about these entries and proposals: their first argument is a link, a step or a proposal."""
    about = Q(target_type=_type(Offer), target_id__in=offers or []) | Q(
        target_type=_type(ChangeProposal), target_id__in=proposals or []
    )
    steps = list(StatusChange.objects.filter(about).values_list("pk", flat=True))
    links = [str(pk) for pk in AccessLink.objects.filter(about).values_list("pk", flat=True)]
    of_proposal = Q(kind="offers.send_proposal_notice")
    of_feedback = Q(kind__in=["offers.send_need_notice", "offers.send_hint_notice", "offers.send_survey_invitation"])
    of_draft = Q(kind="offers.send_draft_notice")
    return Job.objects.filter(kind__startswith="offers.").filter(
        Q(arguments__0__in=links)
        | of_proposal & Q(arguments__0__in=proposals or [])
        | of_draft & Q(arguments__0__in=offers or [])
        | ~of_proposal & ~of_feedback & ~of_draft & Q(arguments__0__in=steps)
    )


def erase_jobs(jobs: QuerySet[Job]) -> None:
    mail.forget(jobs.values_list("pk", flat=True))
    jobs.delete()


def _type(model: type[Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)
