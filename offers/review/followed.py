"""The records of this room and of the one below that can have a Wiedervorlage."""

from typing import Any

from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db import models
from django.urls import reverse

from actors.models import ContactPerson, Organisation
from kiportal.common.followed import Kind, register
from kiportal.common.models import ChangeProposal
from offers.models import DataImport, Hint, Need, Offer, OfferSurvey
from offers.querysets import known_to_staff
from offers.review import records


def register_kinds() -> None:
    register(Kind(records.OFFER, Offer, Offer.objects.for_staff, records.title_of, records.url_of))
    register(Kind(records.ORGANISATION, Organisation, _organisations, records.title_of, records.url_of))
    register(Kind(records.CHANGE, ChangeProposal, _proposals, records.title_of, records.url_of))
    register(Kind("kontakt", ContactPerson, _contacts, _contact_title, _contact_url))
    register(Kind("luecke", Need, Need.objects.all, lambda need: f"Hier fehlt ein Angebot {need.number}", _url))
    register(Kind("hinweis", Hint, _hints, lambda hint: f"Hinweis {hint.number}: {hint.about}", _url))
    register(Kind("bestandsaufnahme", OfferSurvey, OfferSurvey.objects.all, str, _url))
    register(Kind("import", DataImport, DataImport.objects.all, str, _url))


def _organisations() -> models.QuerySet[Organisation]:
    return known_to_staff(Organisation.objects.all())


def _proposals() -> models.QuerySet[ChangeProposal]:
    people = ContactPerson.objects.select_related("organisation")
    targets = GenericPrefetch("target", [Offer.objects.all(), Organisation.objects.all(), people])
    return records.known(records.CHANGE).prefetch_related(targets)


def _contacts() -> models.QuerySet[ContactPerson]:
    return ContactPerson.objects.filter(organisation__in=_organisations()).select_related("organisation", "consent")


def _contact_title(contact: ContactPerson) -> str:
    """By function: a name may be withdrawn."""
    return f"Kontakt „{contact.function}“ von „{contact.organisation}“"


def _contact_url(contact: ContactPerson) -> str:
    return reverse("offers:staff_contact_edit", args=[contact.organisation_id, contact.pk])


def _hints() -> models.QuerySet[Hint]:
    return Hint.objects.select_related("offer", "organisation")


def _url(record: Any) -> str:
    return str(record.get_absolute_url())
