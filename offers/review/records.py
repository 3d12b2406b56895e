"""The kinds of records that staff review and follow up, by the word that stands for them in addresses."""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse

from actors.models import Organisation
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
            return ChangeProposal.objects.filter(target_type=ContentType.objects.get_for_model(Offer))
        case "organisation":
            return known_to_staff(Organisation.objects.all())
        case _:
            return Offer.objects.none()


def kind_of(record: models.Model) -> str:
    return {Offer: OFFER, ChangeProposal: CHANGE, Organisation: ORGANISATION}[type(record)]  # type: ignore[index]


def title_of(record: models.Model) -> str:
    return f"Änderung an „{record.target}“" if isinstance(record, ChangeProposal) else str(record)


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
