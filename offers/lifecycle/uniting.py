"""What a merge proposes for each field and part, and what "both" means: lists are united, gaps are filled.

A list of the record that is kept stays as it is and comes first; of the other it gets what it has not, as far as an
entry has room for it. What does not fit stays with the record that is ended.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from operator import itemgetter
from typing import Any

from django.db import models
from django.db.models import Max

from actors.models import Organisation
from offers import rows
from offers.models import Offer, OfferImage
from offers.models.images import MAXIMUM as MAXIMUM_IMAGES

type Record = Organisation | Offer
type Key = Callable[[list[Any]], Any]

MAXIMUM = {"topics": 5, "offers.Partner": 10}
SLOTS_A_DAY = 4
IMAGES = OfferImage._meta.label
# Parts by the name that `offers.rows` has for them, but for the rule of recurring dates: it is chosen as a whole.
RULE = "offers.Recurrence"
ROWS = {
    "offers.Partner": "partners",
    "offers.OfferDate": "dates",
    "offers.OpeningHours": "opening_hours",
    "offers.AccessFeature": "access_features",
    IMAGES: "images",
}
# An empty field of these says something: no end, no limit, open to all.
_MEANT_EMPTY = frozenset(
    {"valid_from", "valid_until", "age_from", "age_to", "only_for", "residence_condition", "closed_until"}
    | {"closed_reason", "slug"}
)
# Fields that only make sense together: a gap is filled where the two do not contradict each other.
_TOGETHER = (
    frozenset({"place_name", "street", "postcode", "city", "district", "latitude", "is_on_site"}),
    frozenset({"cost_kind", "cost_amount", "cost_note"}),
    frozenset({"registration", "registration_note"}),
    frozenset({"schedule", "schedule_text"}),
)


class Side(StrEnum):
    """Whose value is to hold."""

    KEPT = "kept"
    OTHER = "other"
    BOTH = "both"


def proposed(kept: Record, other: Record, name: str) -> Side:
    """What loses nothing and says nothing wrong; people may choose otherwise."""
    if name in ROWS or _is_many(kept, name):
        return Side.BOTH
    if name == RULE:
        return Side.KEPT if rows.ROWS["recurrence"].read(_offer(kept)) else Side.OTHER
    if name in _MEANT_EMPTY or not _is_gap(kept, name):
        return Side.KEPT
    if name.startswith("project_") and not _offer(kept).is_project:
        return Side.KEPT  # an Angebot has no use for what only a Projekt says
    for group in _TOGETHER:
        if name in group and any(_contradict(kept, other, part) for part in group if hasattr(kept, part)):
            return Side.KEPT
    return Side.OTHER


def united(kept: Record, other: Record, name: str) -> list[Any]:
    """Both lists as one: rows of a relation, or of a part as `offers.rows` has them."""
    if name not in ROWS:
        own = list(getattr(kept, name).all())
        return [*own, *(row for row in getattr(other, name).all() if row not in own)][: _room(name, own)]
    read = rows.ROWS[ROWS[name]].read
    own = read(_offer(kept))
    if name == "offers.OpeningHours":
        return _with_slots(own, read(_offer(other)))
    known = {_KEYS[name](row) for row in own}
    missing = [row for row in read(_offer(other)) if _KEYS[name](row) not in known]
    if name == "offers.Partner":  # whose entry it is takes part anyway
        missing = [row for row in missing if row[1] is None or row[1] != _offer(kept).provider_id]
    found = [*own, *missing][: _room(name, own)]
    return sorted(found, key=itemgetter(0)) if name == "offers.OfferDate" else found


def changes(kept: Record, other: Record, name: str, side: Side) -> bool:
    """Whether the kept record gets anything by this choice."""
    if side is Side.BOTH:
        return not same(united(kept, other, name), united(kept, kept, name))
    if side is Side.KEPT:
        return False
    if name in _PARTS:
        return shown(kept, name) != shown(other, name)
    return _is_many(kept, name) or getattr(kept, name) != getattr(other, name)


def unite(kept: Record, other: Record, name: str) -> None:
    """Give the kept record what `united` says; the other keeps its own rows, but for pictures: a file has one place."""
    wanted = united(kept, other, name)
    if name == IMAGES:
        _move_pictures(_offer(kept), [row[0] for row in wanted])
    elif name in ROWS:
        rows.ROWS[ROWS[name]].write(_offer(kept), wanted)
    else:
        getattr(kept, name).set(wanted)


def same(these: Sequence[Any], those: Sequence[Any]) -> bool:
    """Whether two lists hold the same, in whatever order."""
    return len(these) == len(those) and all(row in those for row in these)


def shown(record: Record, name: str) -> str:
    """What a part of the record holds, in words."""
    return in_words(name, rows.ROWS[_PARTS[name]].read(_offer(record)))


def in_words(name: str, values: Sequence[Any]) -> str:
    if name in _PARTS:
        return "\n".join(rows.ROWS[_PARTS[name]].in_words(row) for row in values)
    return ", ".join(sorted(str(row) for row in values))


_PARTS = ROWS | {RULE: "recurrence"}
_KEYS: Mapping[str, Key] = {
    "offers.Partner": tuple,
    "offers.OfferDate": lambda row: row[0],
    "offers.AccessFeature": lambda row: row[0],
    IMAGES: lambda row: row[0],
}


def _room(name: str, own: Sequence[Any]) -> int | None:
    most = MAXIMUM_IMAGES if name == IMAGES else MAXIMUM.get(name)
    return None if most is None else max(most, len(own))


def _with_slots(own: list[list[Any]], others: list[list[Any]]) -> list[list[Any]]:
    """Slots that do not overlap with one of the same day; two that do are two versions of the same."""
    found = list(own)
    for weekday, opens, closes in others:
        same_day = [slot for slot in found if slot[0] == weekday]
        if len(same_day) < SLOTS_A_DAY and all(closes <= slot[1] or opens >= slot[2] for slot in same_day):
            found.append([weekday, opens, closes])
    return sorted(found)


def _move_pictures(kept: Offer, keys: list[str]) -> None:
    last = OfferImage.objects.shown().filter(offer=kept).aggregate(last=Max("sort_order"))["last"]
    number = 0 if last is None else last + 1
    coming = {str(image.uuid): image for image in OfferImage.objects.filter(uuid__in=keys).exclude(offer=kept)}
    for image in (coming[key] for key in keys if key in coming):
        image.offer, image.sort_order = kept, number
        image.save(update_fields=["offer", "sort_order"])
        number += 1


def _is_many(record: Record, name: str) -> bool:
    return any(field.name == name for field in record._meta.many_to_many)


def _is_gap(record: Record, name: str) -> bool:
    return "." not in name and getattr(record, name) in (None, "")


def _contradict(kept: Record, other: Record, name: str) -> bool:
    own, theirs = getattr(kept, name), getattr(other, name)
    return own not in (None, "") and theirs not in (None, "") and own != theirs


def _offer(record: models.Model) -> Offer:
    assert isinstance(record, Offer)  # noqa: S101  (only offers have parts)
    return record
