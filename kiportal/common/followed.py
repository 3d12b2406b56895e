"""Which kinds of records can have a Wiedervorlage, and how each is named and found.

Each room registers its kinds when it is ready; so the list of follow-ups knows records of rooms above its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.signals import post_delete

from kiportal.common.models import FollowUp


@dataclass(frozen=True)
class Kind:
    """`known` gives what staff know of it, with all that title and address need; `word` stands in addresses."""

    word: str
    model: type[models.Model]
    known: Callable[[], models.QuerySet[Any]]
    title: Callable[[Any], str]
    url: Callable[[Any], str]


@dataclass(frozen=True)
class Followed:
    """A follow-up with the name and the page of its record."""

    entry: FollowUp
    title: str
    url: str


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """What is noted about a record goes with it."""
    _kinds[kind.word] = kind
    post_delete.connect(_forget, sender=kind.model, dispatch_uid=f"follow-ups of {kind.word}")


def _forget(sender: type[models.Model], instance: models.Model, **kwargs: Any) -> None:
    FollowUp.objects.for_target(instance).delete()


def kind_called(word: str) -> Kind | None:
    return _kinds.get(word)


def kind_of(record: models.Model) -> Kind:
    return next(kind for kind in _kinds.values() if kind.model is type(record))


def words() -> list[str]:
    return list(_kinds)


def with_records(entries: Iterable[FollowUp]) -> list[Followed]:
    """In their order, without those whose record staff do not know; one look for each kind."""
    entries = list(entries)
    found: dict[tuple[int, int], tuple[str, str]] = {}
    for kind in _kinds.values():
        type_id = ContentType.objects.get_for_model(kind.model).pk
        if keys := [entry.target_id for entry in entries if entry.target_type_id == type_id]:
            for record in kind.known().filter(pk__in=keys):
                found[type_id, record.pk] = (kind.title(record), kind.url(record))
    return [
        Followed(entry, *found[entry.target_type_id, entry.target_id])
        for entry in entries
        if (entry.target_type_id, entry.target_id) in found
    ]
