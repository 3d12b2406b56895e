"""Field changes of an offer as JSON: what a ChangeProposal holds, how it is shown, how it is written.

A relation's value is its primary key, a many-to-many's the sorted list of keys, a date its ISO text, a Decimal its text.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from offers.models import Offer

# Fields that an author may propose to change, in the order of the form.
FIELDS = (
    "title",
    "summary",
    "description",
    "offer_type",
    "topics",
    "target_groups",
    "languages",
    "municipalities",
    "is_countywide",
    "is_on_site",
    "is_online",
    "is_outreach",
    "place_name",
    "street",
    "postcode",
    "city",
    "schedule",
    "schedule_text",
    "valid_until",
    "cost_kind",
    "cost_amount",
    "cost_note",
    "registration",
    "registration_note",
    "website",
    "project_state",
    "project_goal",
    "project_steps",
    "project_needs",
    "project_results",
    "project_period",
)


def field(name: str) -> models.Field:
    if name not in FIELDS:
        raise ValueError(f"{name} cannot be proposed")
    return Offer._meta.get_field(name)  # type: ignore[return-value]


def label(name: str) -> str:
    return str(field(name).verbose_name)


def current(offer: Offer, name: str) -> Any:
    """The field's value as JSON."""
    definition = field(name)
    if isinstance(definition, models.ManyToManyField):
        return sorted(getattr(offer, name).values_list("pk", flat=True))
    return encode(getattr(offer, definition.attname))


def encode(value: Any) -> Any:
    """JSON for a cleaned form value or a model value."""
    match value:
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


def between(offer: Offer, cleaned: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return {"field": {"old": ..., "new": ...}} for every field of a cleaned form that differs from the offer."""
    result = {}
    for name in FIELDS:
        if name in cleaned:
            old, new = current(offer, name), encode(cleaned[name])
            if old != new:
                result[name] = {"old": old, "new": new}
    return result


def shown(name: str, value: Any) -> str:
    """The value as people read it; rich text stays HTML."""
    definition = field(name)
    if value is None or value == "" or value == []:
        return ""
    if isinstance(definition, models.ManyToManyField):
        rows = definition.related_model._default_manager.filter(pk__in=value)
        return ", ".join(str(row) for row in rows)
    if isinstance(definition, models.ForeignKey):
        row = definition.related_model._default_manager.filter(pk=value).first()
        return str(row or "")
    if isinstance(definition, models.BooleanField):
        return "ja" if value else "nein"
    if definition.choices:
        return str(dict(definition.flatchoices).get(value, value))
    if isinstance(definition, models.DateField):
        return f"{date.fromisoformat(value):%d.%m.%Y}"
    return str(value)


def write(offer: Offer, values: dict[str, Any]) -> None:
    """Set the values, check the whole record, and store the relations; the caller saves the offer."""
    many = {}
    for name, value in values.items():
        definition = field(name)
        if isinstance(definition, models.ManyToManyField):
            many[name] = value
        else:
            setattr(offer, definition.attname, definition.to_python(value))
    offer.full_clean()
    for name, keys in many.items():
        getattr(offer, name).set(keys)
