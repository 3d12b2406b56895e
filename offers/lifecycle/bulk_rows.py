"""Writing many records at once, as an import does: new ones in a few statements, changed ones in groups.

Values are those of `offers.changes`. Whoever calls this has checked them and holds a transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone

import actors.lifecycle
from actors.models import ContactPerson, Organisation
from kiportal.common.models import StatusChange, User
from kiportal.common.text import sort_key
from offers import changes, recurrence
from offers.lifecycle.tables import OFFER
from offers.models import AccessFeature, Offer, OfferDate, OpeningHours, Partner, Recurrence
from offers.rows import MOVES_DATES, DateRow, recurrence_from_json

BATCH = 1000
MANY = ("topics", "target_groups", "languages", "municipalities")
ROWS = ("opening_hours", "recurrence", "dates", "access_features", "partners")
CONTACT = tuple(changes.CONTACT)
INTERNAL = {"submitter_email", "internal_note"}

type Values = Mapping[str, Any]


class Change[R: models.Model](NamedTuple):
    """A record as it was read, locked, and what is new."""

    record: R
    values: Values


# New ones


def add_organisations(found: Sequence[Values]) -> list[Organisation]:
    """As `proposed`: the centre looks at each before it is public."""
    return actors.lifecycle.add_all([Organisation(**_columns(Organisation, values)) for values in found])


def add_offers(found: Sequence[Values], *, by: User) -> list[Offer]:
    """As `submitted`, past the step of being complete: the review sees what is missing. Four eyes hold from here on."""
    transition, now = OFFER["import"], timezone.now()
    contacts = _contacts(found)
    offers = [
        Offer(
            **_columns(Offer, values),
            contact_id=contacts.get(_contact_key(values)),
            status=transition.target,
            submitted_at=now,
            edited_by=by,
            sort_key=sort_key(values["title"]),
        )
        for values in found
    ]
    if any(not transition.permission(by, offer) for offer in offers[:1]):
        raise PermissionDenied("import is not allowed")
    Offer.objects.bulk_create(offers, BATCH)
    written = list(zip([offer.pk for offer in offers], found, strict=True))
    for name in MANY:
        _add_many(name, written)
    for name in ROWS:
        _add_rows(name, written)
    for offer, values in zip(offers, found, strict=True):
        if values.get("recurrence"):
            recurrence.materialise(offer, timezone.localdate())
    _tell("import", Offer.Status.DRAFT, transition.target, [offer.pk for offer in offers], by)
    return offers


def _columns(model: type[models.Model], values: Values) -> dict[str, Any]:
    """The values that are columns of the row, by the names that the model's constructor takes."""
    return {
        definition.attname: value
        for name, value in values.items()
        if name not in CONTACT and name not in ROWS and name not in MANY
        for definition in [model._meta.get_field(name)]
        if isinstance(definition, models.Field)
    }


def _contact_key(values: Values) -> tuple[Any, ...]:
    """Whose it is and what it says; the function comes first."""
    return values["provider"], *(values.get(name, "") for name in CONTACT)


def _contacts(found: Sequence[Values]) -> dict[tuple[Any, ...], int]:
    """The contacts of new entries: those that their organisations have already, and the missing ones, each once."""
    wanted = {key for values in found if (key := _contact_key(values))[1]}
    stored = ContactPerson.objects.filter(organisation__in={key[0] for key in wanted}).order_by("-pk")
    parts = tuple(changes.CONTACT.values())
    known = {tuple(row[:-1]): row[-1] for row in stored.values_list("organisation", *parts, "pk")}
    fresh = [
        ContactPerson(organisation_id=provider, **dict(zip(parts, values, strict=True)))
        for provider, *values in sorted(wanted - known.keys())
    ]
    for contact in ContactPerson.objects.bulk_create(fresh, BATCH):
        known[contact.organisation_id, *(getattr(contact, part) for part in parts)] = contact.pk
    return known


def _add_many(name: str, written: Iterable[tuple[int, Values]]) -> None:
    field: Any = Offer._meta.get_field(name)
    through: type[models.Model] = field.remote_field.through
    offer, other = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    through._default_manager.bulk_create(
        [through(**{offer: pk, other: key}) for pk, values in written for key in values.get(name, ())], BATCH
    )


def _add_rows(name: str, written: Iterable[tuple[int, Values]]) -> None:
    make = _MAKERS[name]
    rows = [make(pk, number, row) for pk, values in written for number, row in enumerate(values.get(name, ()))]
    _MODELS[name]._default_manager.bulk_create(rows, BATCH)


def _hours(offer: int, _number: int, row: list[Any]) -> OpeningHours:
    opens, closes = map(time.fromisoformat, row[1:])
    return OpeningHours(offer_id=offer, weekday=row[0], opens_at=opens, closes_at=closes)


def _date(offer: int, _number: int, row: list[Any]) -> OfferDate:
    starts, ends, note = DateRow.from_json(row)
    return OfferDate(offer_id=offer, starts_at=starts, ends_at=ends, note=note)


def _rule(offer: int, number: int, row: list[Any]) -> Recurrence:
    rule = recurrence_from_json(row)
    rule.offer_id, rule.sort_order = offer, number
    return rule


def _access(offer: int, _number: int, row: list[Any]) -> AccessFeature:
    feature, state, note = row
    order = AccessFeature.Feature.values.index(feature)
    return AccessFeature(offer_id=offer, feature=feature, state=state, note=note, sort_order=order)


def _partner(offer: int, number: int, row: list[Any]) -> Partner:
    role, organisation, name = row
    return Partner(offer_id=offer, role=role, organisation_id=organisation, name=name, sort_order=number)


_MAKERS: dict[str, Any] = {
    "opening_hours": _hours,
    "recurrence": _rule,
    "dates": _date,
    "access_features": _access,
    "partners": _partner,
}
_MODELS: dict[str, type[models.Model]] = {
    "opening_hours": OpeningHours,
    "recurrence": Recurrence,
    "dates": OfferDate,
    "access_features": AccessFeature,
    "partners": Partner,
}


# Those that we have


def before(record: Any, names: Iterable[str]) -> dict[str, Any]:
    """What the columns hold now, to set it back: JSON as `offers.changes` has it."""
    if isinstance(record, Offer):
        return {
            name: changes.current(record, name) if name in changes.FIELDS else _encoded(record, name) for name in names
        }
    return {name: _encoded(record, name) for name in names}


def _encoded(record: Any, name: str) -> Any:
    return changes.encode(getattr(record, record._meta.get_field(name).attname))


def change_organisations(found: Sequence[Change[Organisation]]) -> None:
    _update_columns(Organisation, found)


def change_offers(found: Sequence[Change[Offer]], *, by: User) -> None:
    """Of what the public reads, `by` is then the author: in the review somebody else releases it."""
    for offer, values in found:
        if contact := {name: values[name] for name in CONTACT if name in values}:
            changes.write_contact(offer, contact)
        if values.keys() - INTERNAL:
            offer.edited_by = by
    for status in OFFER["rewrite"].sources:
        rewritten = [row.pk for row, values in found if row.status == status and values.keys() - INTERNAL]
        _tell("rewrite", status, status, rewritten, by)
    _update_columns(Offer, found, always=("contact", "edited_by"))
    for name in (*MANY, *ROWS):
        touched = [(change.record.pk, change.values) for change in found if name in change.values]
        if not touched:
            continue
        keys = [pk for pk, _values in touched]
        if name in MANY:
            field: Any = Offer._meta.get_field(name)
            column = f"{field.m2m_field_name()}__in"
            field.remote_field.through._default_manager.filter(**{column: keys}).delete()
            _add_many(name, touched)
        else:
            stored = _MODELS[name]._default_manager.filter(offer__in=keys)
            # Dates of a rule that fall on one that is named give way to it.
            (_make_room(stored, touched) if name == "dates" else stored).delete()
            _add_rows(name, touched)
    for offer, values in found:
        if MOVES_DATES & values.keys():
            recurrence.materialise(offer, timezone.localdate())


def _make_room(stored: models.QuerySet[Any], touched: list[tuple[int, Values]]) -> models.QuerySet[Any]:
    named = [DateRow.from_json(row).starts_at for _pk, values in touched for row in values["dates"]]
    return stored.filter(models.Q(is_generated=False) | models.Q(starts_at__in=named))


def _update_columns[R: models.Model](model: type[R], found: Sequence[Change[R]], always: tuple[str, ...] = ()) -> None:
    """Records with the same columns go together, so that a statement names no column that stays as it was."""
    now = timezone.now()
    together: dict[frozenset[str], list[Any]] = defaultdict(list)
    for change in found:
        record: Any = change.record
        columns = _columns(model, change.values)
        for attname, value in columns.items():
            definition: Any = model._meta.get_field(attname.removesuffix("_id"))
            setattr(record, attname, definition.to_python(value) if value is not None else None)
        record.lock_version += 1
        record.updated_at, record.sort_key = now, sort_key(record.sort_name())
        together[frozenset(change.values.keys() - {*CONTACT, *ROWS, *MANY})].append(record)
    for names, records in together.items():
        fields = [*sorted(names), *always, "lock_version", "updated_at", "sort_key"]
        model._default_manager.bulk_update(records, fields, batch_size=200)


def _tell(verb: str, source: str, target: str, keys: Sequence[int], by: User) -> None:
    kind = ContentType.objects.get_for_model(Offer)
    StatusChange.objects.bulk_create(
        [
            StatusChange(target_type=kind, target_id=pk, verb=verb, from_status=source, to_status=target, by_user=by)
            for pk in keys
        ],
        BATCH,
    )
