"""Field changes of an offer as JSON: what a ChangeProposal holds, how it is shown, how it is written.

A relation's value is its primary key, a many-to-many's the sorted list of keys, a date its ISO text, a Decimal its
text, the dates of an offer are [start, end, note] in UTC. Contact details count as fields of the offer.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple, cast

from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from actors.models import ContactPerson
from kiportal.common.models import Consent
from offers.models import Offer, OfferDate

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
    "schedule",
    "schedule_text",
    DATES,
    "valid_from",
    "valid_until",
    "registration",
    "registration_note",
    "places",
    "has_waiting_list",
    "website",
    *CONTACT,
)

type Changes = Mapping[str, Mapping[str, Any]]


class DateRow(NamedTuple):
    starts_at: datetime
    ends_at: datetime | None
    note: str

    def as_json(self) -> list[str | None]:
        ends = self.ends_at.astimezone(UTC).isoformat() if self.ends_at else None
        return [self.starts_at.astimezone(UTC).isoformat(), ends, self.note]

    @classmethod
    def from_json(cls, value: list[Any]) -> "DateRow":
        starts, ends, note = value
        return cls(datetime.fromisoformat(starts), datetime.fromisoformat(ends) if ends else None, note)

    def __str__(self) -> str:
        text = date_format(timezone.localtime(self.starts_at), "SHORT_DATETIME_FORMAT")
        if self.ends_at:
            text += date_format(timezone.localtime(self.ends_at), "–H:i")
        return f"{text} ({self.note})" if self.note else text


def field(name: str) -> models.Field:
    """The model field behind a name; DATES has none."""
    if name not in FIELDS or name == DATES:
        raise ValueError(f"{name} is no field that can be proposed")
    if name in CONTACT:
        return cast("models.Field", ContactPerson._meta.get_field(CONTACT[name]))
    return cast("models.Field", Offer._meta.get_field(name))


def label(name: str) -> str:
    if name in CONTACT:
        return _("Kontakt: %(part)s") % {"part": field(name).verbose_name}
    return _("Termine") if name == DATES else str(field(name).verbose_name)


def current(offer: Offer, name: str) -> Any:
    """The field's value as JSON."""
    if name == DATES:
        return encode(dates_of(offer))
    definition = field(name)
    if name in CONTACT:
        return getattr(offer.contact, CONTACT[name]) if offer.contact else ""
    if isinstance(definition, models.ManyToManyField):
        return sorted(getattr(offer, name).values_list("pk", flat=True))
    return encode(getattr(offer, definition.attname))


def dates_of(offer: Offer) -> list[DateRow]:
    return [DateRow(entry.starts_at, entry.ends_at, entry.note) for entry in offer.dates.order_by("starts_at")]


def encode(value: Any) -> Any:
    """JSON for a cleaned form value or a model value."""
    match value:
        case [DateRow(), *_rest]:
            return [row.as_json() for row in sorted(value, key=attrgetter("starts_at"))]
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
    if name == DATES:
        return [DateRow.from_json(row) for row in value]
    definition = field(name)
    return value if isinstance(definition, models.ManyToManyField) else definition.to_python(value)


def shown(name: str, value: Any) -> str:
    """The value as people read it; rich text stays HTML."""
    if value in (None, "", []):
        return ""
    if name == DATES:
        return "; ".join(str(DateRow.from_json(row)) for row in value)
    definition = field(name)
    if isinstance(definition, models.ManyToManyField):
        rows = definition.related_model._default_manager.filter(pk__in=value)
        return ", ".join(str(row) for row in rows)
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
        if name == DATES:
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
    if DATES in new:
        write_dates(offer, [DateRow.from_json(row) for row in new[DATES]])


@transaction.atomic
def write_contact(offer: Offer, new: Mapping[str, str]) -> ContactPerson:
    """Store contact details; the caller saves the offer. Other entries with the same contact keep theirs."""
    contact = ContactPerson.objects.select_for_update().filter(pk=offer.contact_id).first()
    if contact is None:
        contact = ContactPerson(organisation=offer.provider)
    elif contact.offers.exclude(pk=offer.pk).exists():
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


def write_dates(offer: Offer, rows: Iterable[DateRow]) -> None:
    """Make these the dates of the offer; one that stays keeps its row."""
    kept = {row.starts_at: row for row in rows}
    offer.dates.exclude(starts_at__in=kept).delete()
    for row in kept.values():
        entry = offer.dates.filter(starts_at=row.starts_at).first() or OfferDate(offer=offer, starts_at=row.starts_at)
        entry.ends_at, entry.note = row.ends_at, row.note
        entry.full_clean()
        entry.save()
