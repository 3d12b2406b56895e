"""The kinds of records that staff review and follow up, by the word that stands for them in addresses."""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse

from actors.models import ContactPerson, Organisation
from kiportal.common.models import ChangeProposal
from offers.models import Offer
from offers.querysets import known_to_staff

OFFER, CHANGE, ORGANISATION = "angebot", "aenderung", "organisation"


def known(kind: str) -> models.QuerySet:
    """What staff know of that kind; an unknown kind has no rows."""
    match kind:
        case "angebot":
            return Offer.objects.for_staff()
        case "aenderung":
            types = ContentType.objects.get_for_models(Offer, Organisation, ContactPerson)
            return ChangeProposal.objects.filter(target_type__in=types.values())
        case "organisation":
            return known_to_staff(Organisation.objects.all())
        case _:
            return Offer.objects.none()


def kind_of(record: models.Model) -> str:
    return {Offer: OFFER, ChangeProposal: CHANGE, Organisation: ORGANISATION}[type(record)]  # type: ignore[index]


def title_of(record: models.Model) -> str:
    if not isinstance(record, ChangeProposal):
        return str(record)
    target = record.target
    if isinstance(target, ContactPerson):
        return f"Änderung am Kontakt „{target.function}“ von „{target.organisation}“"
    return f"Änderung an „{target}“"


def owner_of(proposal: ChangeProposal) -> Offer | Organisation:
    """Whose page and whose Verlauf the change belongs to: a contact has none of its own."""
    target = proposal.target
    assert isinstance(target, Offer | Organisation | ContactPerson)  # noqa: S101  (see `known`)
    return target.organisation if isinstance(target, ContactPerson) else target


def url_of(record: models.Model) -> str:
    """Its page in the workspace; what waits for a decision opens where one decides."""
    match record:
        case Offer(status=Offer.Status.SUBMITTED):
            name = "review_detail"
        case Offer(status=Offer.Status.DRAFT):
            name = "recording_edit"
        case Offer():
            name = "staff_offer_detail"
        case ChangeProposal():
            name = "proposal_detail"
        case _:
            name = "staff_organisation_detail"
    return reverse(f"offers:{name}", args=[record.pk])
