"""What hangs on an offer in rows of its own, as JSON: read, written, put into words. `changes` treats it as fields.

A value is a list of rows, each a list. Dates have a type of their own because forms work with moments.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actors.models import Organisation
from offers import recurrence
from offers.models import AccessFeature, Offer, OfferDate, OfferImage, Partner, Recurrence, Weekday

type Rows = list[list[Any]]


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


class RowSet(NamedTuple):
    label: str | Promise
    read: Callable[[Offer], Rows]
    write: Callable[[Offer, Rows], None]
    # One row as people read it.
    in_words: Callable[[list[Any]], str]


# Dates


def dates_of(offer: Offer) -> list[DateRow]:
    """The dates that people entered; those of a rule follow from it."""
    entered = offer.dates.filter(is_generated=False).order_by("starts_at")
    return [DateRow(entry.starts_at, entry.ends_at, entry.note) for entry in entered]


def write_dates(offer: Offer, rows: Iterable[DateRow]) -> None:
    """Make these the dates of the offer; one that stays keeps its row."""
    kept = {row.starts_at: row for row in rows}
    offer.dates.filter(is_generated=False).exclude(starts_at__in=kept).delete()
    for row in kept.values():
        entry = offer.dates.filter(starts_at=row.starts_at).first() or OfferDate(offer=offer, starts_at=row.starts_at)
        entry.ends_at, entry.note, entry.is_generated = row.ends_at, row.note, False
        entry.full_clean()
        entry.save()


# Rows with a key


def _replace(rows: models.QuerySet[Any], offer: Offer, key: tuple[str, ...], wanted: list[dict[str, Any]]) -> None:
    """Store the wanted rows; one with the same key keeps its row and is written only if it differs."""
    stored = {tuple(getattr(row, part) for part in key): row for row in rows}
    for values in wanted:
        row = stored.pop(tuple(values[part] for part in key), None) or rows.model(offer=offer)
        if row.pk is None or any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.full_clean()
            row.save()
    rows.filter(pk__in=[row.pk for row in stored.values()]).delete()


def _read_access(offer: Offer) -> Rows:
    return [[row.feature, row.state, row.note] for row in offer.access_features.all()]


def _write_access(offer: Offer, rows: Rows) -> None:
    order = AccessFeature.Feature.values
    wanted = [
        {"feature": feature, "state": state, "note": note, "sort_order": order.index(feature)}
        for feature, state, note in rows
    ]
    _replace(offer.access_features.all(), offer, ("feature",), wanted)


def _access_in_words(row: list[Any]) -> str:
    feature, state, note = row
    text = f"{AccessFeature.Feature(feature).label}: {AccessFeature.State(state).label}"
    return f"{text} ({note})" if note else text


def _read_partners(offer: Offer) -> Rows:
    return [[row.role, row.organisation_id, row.name] for row in offer.partners.all()]


def _write_partners(offer: Offer, rows: Rows) -> None:
    wanted = [
        {"role": role, "organisation_id": organisation, "name": name, "sort_order": number}
        for number, (role, organisation, name) in enumerate(rows)
    ]
    _replace(offer.partners.all(), offer, ("role", "organisation_id", "name"), wanted)


def _partner_in_words(row: list[Any]) -> str:
    role, organisation, name = row
    if organisation:
        name = Organisation.objects.filter(pk=organisation).values_list("name", flat=True).first() or ""
    return f"{name} ({Partner.Role(role).label})"


def _read_hours(offer: Offer) -> Rows:
    return [[row.weekday, _time(row.opens_at), _time(row.closes_at)] for row in offer.opening_hours.all()]


def _write_hours(offer: Offer, rows: Rows) -> None:
    wanted = [
        {"weekday": weekday, "opens_at": time.fromisoformat(opens), "closes_at": time.fromisoformat(closes)}
        for weekday, opens, closes in rows
    ]
    _replace(offer.opening_hours.all(), offer, ("weekday", "opens_at"), wanted)


def _hours_in_words(row: list[Any]) -> str:
    weekday, opens, closes = row
    return f"{Weekday(weekday).label} {opens}–{closes}"


# The rules of recurring dates


_RULE_FIELDS = (
    *("rule", "first_on", "last_on", "begins_at", "ends_at"),
    *("skips_school_holidays", "skips_public_holidays", "cancelled_on"),
)


def _read_recurrence(offer: Offer) -> Rows:
    return [recurrence_as_json(row) for row in Recurrence.objects.filter(offer=offer)]


def recurrence_as_json(row: Recurrence) -> list[Any]:
    return [
        row.rule,
        row.first_on.isoformat(),
        row.last_on.isoformat() if row.last_on else None,
        _time(row.begins_at),
        _time(row.ends_at) if row.ends_at else None,
        row.skips_school_holidays,
        row.skips_public_holidays,
        [day.isoformat() for day in sorted(row.cancelled_on)],
    ]


def recurrence_from_json(value: list[Any]) -> Recurrence:
    rule, first, last, begins, ends, school, public, cancelled = value
    return Recurrence(
        rule=str(recurrence.Rule.parse(rule)),
        first_on=date.fromisoformat(first),
        last_on=date.fromisoformat(last) if last else None,
        begins_at=time.fromisoformat(begins),
        ends_at=time.fromisoformat(ends) if ends else None,
        skips_school_holidays=school,
        skips_public_holidays=public,
        cancelled_on=[date.fromisoformat(day) for day in cancelled],
    )


def _write_recurrence(offer: Offer, rows: Rows) -> None:
    wanted = [
        {name: getattr(recurrence_from_json(row), name) for name in _RULE_FIELDS} | {"sort_order": number}
        for number, row in enumerate(rows)
    ]
    _replace(offer.recurrences.all(), offer, ("rule", "begins_at", "first_on"), wanted)


def _recurrence_in_words(value: list[Any]) -> str:
    row = recurrence_from_json(value)
    text = recurrence.sentence(row)
    cancelled = ", ".join(date_format(day, "SHORT_DATE_FORMAT") for day in row.cancelled_on)
    return f"{text} ({_('fällt aus am %(days)s') % {'days': cancelled}})" if cancelled else text


# Pictures: their files are there since the upload; the value says which belong to the entry, in which order, with
# which words


def _read_images(offer: Offer) -> Rows:
    return [[str(row.uuid), row.alternative, row.rights] for row in OfferImage.objects.shown().filter(offer=offer)]


def _write_images(offer: Offer, rows: Rows) -> None:
    """A picture that is taken out goes with its files; one that is gone already cannot come back."""
    wanted = {key: (number, alternative, rights) for number, (key, alternative, rights) in enumerate(rows)}
    for row in OfferImage.objects.filter(offer=offer):
        values = wanted.get(str(row.uuid))
        if values is None and row.is_shown:
            row.delete()
        elif values is not None and (row.sort_order, row.alternative, row.rights, row.is_shown) != (*values, True):
            row.sort_order, row.alternative, row.rights = values
            row.is_shown = True
            row.full_clean()
            row.save()


def _image_in_words(row: list[Any]) -> str:
    _key, alternative, rights = row
    return _("%(alternative)s (Foto: %(rights)s)") % {"alternative": alternative, "rights": rights}


def _time(value: time) -> str:
    return f"{value:%H:%M}"


ROWS: Mapping[str, RowSet] = {
    "recurrence": RowSet(gettext_lazy("Wiederholung"), _read_recurrence, _write_recurrence, _recurrence_in_words),
    "dates": RowSet(
        gettext_lazy("Termine"),
        lambda offer: [row.as_json() for row in dates_of(offer)],
        lambda offer, rows: write_dates(offer, map(DateRow.from_json, rows)),
        lambda row: str(DateRow.from_json(row)),
    ),
    "opening_hours": RowSet(gettext_lazy("Öffnungszeiten"), _read_hours, _write_hours, _hours_in_words),
    "access_features": RowSet(gettext_lazy("Barrierefreiheit"), _read_access, _write_access, _access_in_words),
    "partners": RowSet(gettext_lazy("Partner"), _read_partners, _write_partners, _partner_in_words),
    "images": RowSet(gettext_lazy("Bilder"), _read_images, _write_images, _image_in_words),
}
# After these the dates of the rules are not what they were.
MOVES_DATES = {"recurrence", "dates", "valid_until"}


def write(offer: Offer, new: Mapping[str, Any]) -> None:
    """Store the rows among the new values, and what follows from them."""
    for name in ROWS.keys() & new.keys():
        ROWS[name].write(offer, new[name])
    if MOVES_DATES & new.keys():
        recurrence.materialise(offer, timezone.localdate())


def in_words(name: str, rows: Rows) -> str:
    return "; ".join(ROWS[name].in_words(row) for row in rows)
