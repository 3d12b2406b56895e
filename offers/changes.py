"""Which fields of an offer may be proposed, beside `kiportal.common.changes`: rows of their own, and the contact.

`offers.rows` says what rows of their own look like. Contact details count as fields of the offer.
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, cast

from django.db import models, transaction
from django.utils.translation import gettext as _

import actors.changes
from actors.models import ContactPerson, Organisation
from kiportal.common import changes
from kiportal.common.changes import Proposable
from kiportal.common.models import Consent
from offers import rows
from offers.models import Offer
from offers.rows import ROWS, DateRow

DATES = "dates"
CONTACT = {
    "contact_function": "function",
    "contact_phone": "phone",
    "contact_email": "email",
    "contact_office_hours": "office_hours",
}
# Fields that an author may propose to change, in the order of the form.
FIELDS = (
    "title",
    "summary",
    "description",
    "offer_type",
    "topics",
    "project_state",
    "project_period",
    "project_goal",
    "project_steps",
    "project_needs",
    "project_cost_range",
    "project_results",
    "target_groups",
    "languages",
    "has_interpreting",
    "german_level",
    "childcare",
    "age_from",
    "age_to",
    "only_for",
    "residence_condition",
    "cost_kind",
    "cost_amount",
    "cost_note",
    "refunds_travel_costs",
    "is_countywide",
    "municipalities",
    "is_on_site",
    "is_online",
    "is_outreach",
    "place_name",
    "street",
    "postcode",
    "city",
    "district",
    "transit_note",
    "access_features",
    "schedule",
    "schedule_text",
    "recurrence",
    DATES,
    "opening_hours",
    "is_closed",
    "closed_until",
    "closed_reason",
    "valid_from",
    "valid_until",
    "registration",
    "registration_note",
    "places",
    "has_waiting_list",
    "website",
    "social_url",
    "partners",
    "funding_note",
    "images",
    *CONTACT,
)


class _OfferFields(Proposable[Offer]):
    def field(self, name: str) -> models.Field:
        """What stands in rows of its own has no field."""
        if name in ROWS:
            raise ValueError(f"{name} is no field that can be proposed")
        if name in CONTACT:
            return cast("models.Field", ContactPerson._meta.get_field(CONTACT[name]))
        return super().field(name)

    def label(self, name: str) -> str:
        if name in ROWS:
            return str(ROWS[name].label)
        if name in CONTACT:
            return _("Kontakt: %(part)s") % {"part": self.field(name).verbose_name}
        return super().label(name)

    def is_rich(self, name: str) -> bool:
        return name not in ROWS and super().is_rich(name)

    def current(self, record: Offer, name: str) -> Any:
        if name in ROWS:
            return ROWS[name].read(record)
        if name in CONTACT:
            return getattr(record.contact, CONTACT[name]) if record.contact else ""
        return super().current(record, name)

    def encode(self, value: Any) -> Any:
        match value:
            case [DateRow(), *_rest]:
                return [row.as_json() for row in sorted(value, key=attrgetter("starts_at"))]
            case _:
                return changes.encode(value)

    def decoded(self, name: str, value: Any) -> Any:
        if name in ROWS:
            return [DateRow.from_json(row) for row in value] if name == DATES else value
        return super().decoded(name, value)

    def shown(self, name: str, value: Any) -> str:
        if name in ROWS:
            return rows.in_words(name, value) if value else ""
        return super().shown(name, value)

    def write(self, record: Offer, new: Mapping[str, Any]) -> None:
        if contact := {name: value for name, value in new.items() if name in CONTACT}:
            write_contact(record, contact)
        super().write(record, {name: value for name, value in new.items() if name not in CONTACT and name not in ROWS})
        rows.write(record, new)


def public_contacts(organisation: int | None) -> models.QuerySet[ContactPerson]:
    """Contacts of an organisation that stand at its published entries: an entry may name one of these, too."""
    named = ContactPerson.objects.filter(organisation=organisation, offers__status=Offer.Status.PUBLISHED)
    return named.select_related("consent").distinct().order_by("function", "pk")


@transaction.atomic
def write_contact(offer: Offer, new: Mapping[str, str], *, reuse: bool = True) -> ContactPerson:
    """Store contact details; the caller saves the offer. Other entries with the same contact keep theirs.

    Where the details are those of another public contact of the organisation, the entry gets that one (`reuse`), so
    that nobody has to write it again and a later change reaches all its entries.
    """
    contact = ContactPerson(organisation=offer.provider)
    details = {CONTACT[name]: new.get(name, current(offer, name)) for name in CONTACT}
    if reuse and (known := public_contacts(offer.provider_id).filter(**details).first()):
        offer.contact = known
        return known
    if offer.contact is not None:
        contact = ContactPerson.objects.select_for_update().get(pk=offer.contact.pk)
        if contact.offers.exclude(pk=offer.pk).exists():
            contact.pk, contact._state.adding, contact.lock_version = None, True, 1
        else:
            contact.lock_version += 1
    for name, value in new.items():
        setattr(contact, CONTACT[name], value)
    contact.full_clean()
    contact.save()
    offer.contact = contact
    return contact


def remove_contact(offer: Offer) -> None:
    """Take the contact off an entry; it goes altogether, with its consent, when no other entry has it."""
    contact, offer.contact = offer.contact, None
    offer.save(update_fields=["contact"])
    if contact is not None and not contact.offers.exists():
        contact.delete()
        remove_unused(contact.consent)


def remove_unused(consent: Consent | None) -> None:
    """Delete the consent to a name that was never shown, once no contact refers to it."""
    if consent is not None and not ContactPerson.objects.filter(consent=consent).exists():
        consent.delete()


OFFER = _OfferFields(Offer, FIELDS)
# By their short names, as most callers speak of an offer.
field, label, is_rich, current, encode = OFFER.field, OFFER.label, OFFER.is_rich, OFFER.current, OFFER.encode
between, values, shown, write = OFFER.between, OFFER.values, OFFER.shown, OFFER.write


def fields_of(record: Any) -> Proposable[Any]:
    """What may be proposed for a record of any kind that accounts and links care for."""
    kinds: dict[type[models.Model], Proposable[Any]] = {
        Offer: OFFER,
        Organisation: actors.changes.ORGANISATION,
        ContactPerson: actors.changes.CONTACT,
    }
    return kinds[type(record)]
