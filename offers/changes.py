"""Field changes of an offer as JSON: what a ChangeProposal holds, how it is shown, how it is written.

A relation's value is its primary key, a many-to-many's the sorted list of keys, a date its ISO text, a Decimal its
text; `offers.rows` says what rows of their own look like. Contact details count as fields of the offer.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any, cast

from django.db import models, transaction
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from actors.models import ContactPerson
from kiportal.common.models import Consent
from kiportal.common.richtext import RichTextField
from offers import rows
from offers.models import Offer
from offers.rows import ROWS, DateRow

DATES = "dates"
CONTACT = {"contact_function": "function", "contact_phone": "phone", "contact_email": "email"}
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
    "partners",
    "images",
    *CONTACT,
)

type Changes = Mapping[str, Mapping[str, Any]]


def field(name: str) -> models.Field:
    """The model field behind a name; what stands in rows of its own has none."""
    if name not in FIELDS or name in ROWS:
        raise ValueError(f"{name} is no field that can be proposed")
    if name in CONTACT:
        return cast("models.Field", ContactPerson._meta.get_field(CONTACT[name]))
    return cast("models.Field", Offer._meta.get_field(name))


def label(name: str) -> str:
    if name in CONTACT:
        return _("Kontakt: %(part)s") % {"part": field(name).verbose_name}
    return str(ROWS[name].label if name in ROWS else field(name).verbose_name)


def is_rich(name: str) -> bool:
    """Whether `shown` gives HTML."""
    return name not in ROWS and isinstance(field(name), RichTextField)


def current(offer: Offer, name: str) -> Any:
    """The field's value as JSON."""
    if name in ROWS:
        return ROWS[name].read(offer)
    definition = field(name)
    if name in CONTACT:
        return getattr(offer.contact, CONTACT[name]) if offer.contact else ""
    if isinstance(definition, models.ManyToManyField):
        return sorted(getattr(offer, name).values_list("pk", flat=True))
    return encode(getattr(offer, definition.attname))


def encode(value: Any) -> Any:
    """JSON for a cleaned form value or a model value."""
    match value:
        case [DateRow(), *_rest]:
            return [row.as_json() for row in sorted(value, key=attrgetter("starts_at"))]
        case [list(), *_rest]:
            return value
        case models.QuerySet() | list() | tuple():
            return sorted(item.pk if isinstance(item, models.Model) else item for item in value)
        case models.Model():
            return value.pk
        case Decimal():
            return f"{value:.2f}"
        case date():
            return value.isoformat()
        case _:
            return value


def between(offer: Offer, cleaned: Mapping[str, Any], overlay: Changes | None = None) -> dict[str, dict[str, Any]]:
    """Return {"field": {"old": ..., "new": ...}} for every field of a cleaned form that differs from what it showed.

    It showed the offer, or the offer with an open proposal over it: then a field that went back to what is published
    comes with old and new the same, and `lifecycle.propose` takes it out of the proposal.
    """
    result = {}
    for name in FIELDS:
        if name in cleaned:
            old, new = current(offer, name), encode(cleaned[name])
            before = overlay[name]["new"] if overlay and name in overlay else old
            if new != before:
                result[name] = {"old": old, "new": new}
    return result


def values(proposed: Changes) -> dict[str, Any]:
    """The proposed values as forms take them for `initial`."""
    return {name: _decoded(name, change["new"]) for name, change in proposed.items()}


def _decoded(name: str, value: Any) -> Any:
    if name in ROWS:
        return [DateRow.from_json(row) for row in value] if name == DATES else value
    definition = field(name)
    return value if isinstance(definition, models.ManyToManyField) else definition.to_python(value)


def shown(name: str, value: Any) -> str:
    """The value as people read it; rich text stays HTML."""
    if value in (None, "", []):
        return ""
    if name in ROWS:
        return rows.in_words(name, value)
    definition = field(name)
    if isinstance(definition, models.ManyToManyField):
        chosen = definition.related_model._default_manager.filter(pk__in=value)
        return ", ".join(str(row) for row in chosen)
    if isinstance(definition, models.ForeignKey):
        row = definition.related_model._default_manager.filter(pk=value).first()
        return str(row or "")
    if isinstance(definition, models.BooleanField):
        return _("ja") if value else _("nein")
    if definition.choices:
        return str(dict(definition.flatchoices).get(value, value))
    if isinstance(definition, models.DateField):
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if isinstance(definition, models.DecimalField):
        return number_format(Decimal(value), decimal_pos=2, force_grouping=True)
    return str(value)


def write(offer: Offer, new: Mapping[str, Any]) -> None:
    """Set the JSON values, check the whole record, and store what hangs on it; the caller saves the offer."""
    many, contact = {}, {}
    for name, value in new.items():
        if name in ROWS:
            continue
        definition = field(name)
        if name in CONTACT:
            contact[name] = value
        elif isinstance(definition, models.ManyToManyField):
            many[name] = value
        else:
            setattr(offer, definition.attname, definition.to_python(value))
    if contact:
        write_contact(offer, contact)
    offer.full_clean()
    for name, keys in many.items():
        getattr(offer, name).set(keys)
    rows.write(offer, new)


@transaction.atomic
def write_contact(offer: Offer, new: Mapping[str, str]) -> ContactPerson:
    """Store contact details; the caller saves the offer. Other entries with the same contact keep theirs."""
    contact = ContactPerson(organisation=offer.provider)
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
