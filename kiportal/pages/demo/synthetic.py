"""Any number of further offers, to see the portal with much in it: plausible at a glance, unevenly spread as real ones.

They are copied into the tables past the lifecycle: nobody looks at the history of thousands. Few municipalities,
topics, languages and organisations have most of them. `invented` makes them up.
"""

from collections.abc import Sequence
from itertools import batched
from typing import Any

from django.db import models

from kiportal.pages.demo.copying import copy, in_bulk, keys
from kiportal.pages.demo.invented import Invented, Inventor
from kiportal.pages.demo.places import Places
from offers.models import AccessFeature, Offer, OfferDate, OpeningHours, Partner, Recurrence

BATCH = 5000
RELATIONS = ("topics", "target_groups", "languages", "municipalities")
DETAILS: dict[type[models.Model], Sequence[str]] = {
    AccessFeature: ("feature", "state", "note", "sort_order"),
    Partner: ("role", "organisation_id", "name", "sort_order"),
    OpeningHours: ("weekday", "opens_at", "closes_at"),
    Recurrence: (
        *("rule", "first_on", "last_on", "begins_at", "ends_at"),
        *("skips_school_holidays", "skips_public_holidays", "cancelled_on", "sort_order"),
    ),
    OfferDate: ("starts_at", "ends_at", "note", "is_generated"),
}


def add(number: int, places: Places) -> None:
    if number:
        inventor = Inventor(places, number)
        with in_bulk(number):
            for batch in batched(range(number), BATCH):
                _write([inventor.offer() for _ in batch])


def _write(offers: list[Invented]) -> None:
    numbered = list(zip(keys(Offer, len(offers)), offers, strict=True))
    columns = [*offers[0].columns]
    copy(Offer, ["id", *columns], ([key, *offer.columns.values()] for key, offer in numbered))
    for name in RELATIONS:
        field: Any = Offer._meta.get_field(name)
        target = f"{field.m2m_reverse_field_name()}_id"
        rows = ((key, other) for key, offer in numbered for other in sorted(offer.related[name]))
        copy(field.remote_field.through, ("offer_id", target), rows)
    for model, names in DETAILS.items():
        details = ((key, *row) for key, offer in numbered for row in offer.details.get(model, ()))
        copy(model, ("offer_id", *names), details)
