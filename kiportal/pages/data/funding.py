"""Programmes, rates and posts of the data files, written for `setup_centre`."""

from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Q

from funding.models import FundingProgramme, FundingRate, HeardBody, Position
from funding.models.hearings import BODIES

_NAMESPACE = UUID("5b0c39a4-7a46-4b0e-9d3e-6a2f4d4c1f6e")


def identity(*parts: str) -> UUID:
    """The stable key of a row of the files."""
    return uuid5(_NAMESPACE, "/".join(parts))


def write_programmes(rows: list[dict[str, Any]]) -> int:
    """Add missing programmes and rates and return how many rates; what would overlap one the centre has keeps out."""
    written = 0
    for row in rows:
        values = {name: row[name] for name in ("name", "authority", "note")}
        programme, _made = FundingProgramme.objects.get_or_create(slug=row["slug"], defaults=values)
        for entry in row["rates"]:
            key = identity("rate", entry["id"])
            if not FundingRate.objects.filter(_at_the_same_time(entry) | Q(key=key), programme=programme).exists():
                rate = FundingRate(programme=programme, key=key, **_fields(entry))
                rate.full_clean()
                rate.save()
                written += 1
    return written


def write_posts(rows: list[dict[str, Any]]) -> int:
    """Write the posts that the sources name, unless the centre has any: from then on they are the centre's own."""
    if Position.objects.exists():
        return 0
    programmes = {programme.slug: programme for programme in FundingProgramme.objects.all()}
    for row in rows:
        values = _fields(row) | {"programme": programmes[row["programme"]]}
        post = Position(key=identity("post", row["source"], row["id"]), **values)
        post.full_clean()
        post.save()
    return len(rows)


def write_heard_bodies() -> int:
    return sum(HeardBody.objects.get_or_create(kind=kind)[1] for kind in BODIES)


def _at_the_same_time(entry: dict[str, Any]) -> Q:
    ends_later = Q(ends_on=None) | Q(ends_on__gte=entry["starts_on"])
    starts_before = Q(starts_on__lte=entry["ends_on"]) if entry["ends_on"] else Q()
    return Q(role=entry["role"]) & ends_later & starts_before


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(row[name]) for name in ("starts_on", "ends_on") if row.get(name)}
    return {name: value for name, value in row.items() if name not in {"id", "programme"}} | days
