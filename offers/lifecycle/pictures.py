"""Pictures that wait: stored when they are uploaded, taken over with the entry or a proposal, or deleted."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from kiportal.common.models import AccessLink, User
from kiportal.common.pictures import Picture
from kiportal.common.transitions import By
from offers.models import Offer, OfferImage


def keep_picture(
    offer: Offer, key: UUID, large: Picture, small: Picture, *, alternative: str, rights: str, confirmed: bool, by: By
) -> OfferImage:
    """Store what was uploaded, before anything else can fail; the same form sent twice stores one picture.

    `key` comes from the form. One that another entry has is not ours to use, so the picture gets a new one.
    """
    values: dict[str, Any] = {
        "offer": offer,
        "file": ContentFile(large.content, name=f"gross.{large.extension}"),
        "small": ContentFile(small.content, name=f"klein.{small.extension}"),
        "width": large.width,
        "height": large.height,
        "small_width": small.width,
        "alternative": alternative,
        "rights": rights,
        "rights_confirmed_at": timezone.now() if confirmed else None,
        **_author(by),
    }
    if (known := OfferImage.objects.filter(offer=offer, uuid=key).first()) is not None:
        return known
    try:
        with transaction.atomic():
            return OfferImage.objects.create(uuid=key, **values)
    except IntegrityError:
        known = OfferImage.objects.filter(offer=offer, uuid=key).first()
        return known or OfferImage.objects.create(uuid=uuid4(), **values)


def confirm_picture_rights(offer: Offer, keys: Collection[str], *, by: By) -> None:
    """Somebody says of pictures that still lack it that they may be shown."""
    for image in OfferImage.objects.filter(offer=offer, uuid__in=keys, rights_confirmed_at=None):
        image.rights_confirmed_at = timezone.now()
        image.by_user, image.by_link = _author(by).values()
        image.save(update_fields=["rights_confirmed_at", "by_user", "by_link"])


def drop_waiting(offer: Offer, changes: Mapping[str, Any], *, but: Mapping[str, Any] | None = None) -> None:
    """Delete the pictures that a proposal brought and that did not become part of the entry.

    `but` are the changes that go on waiting: the same proposal after its author changed it.
    """
    gone = proposed_pictures(changes) - proposed_pictures(but or {})
    for image in OfferImage.objects.waiting().filter(offer=offer, uuid__in=gone):
        image.delete()


def proposed_pictures(changes: Mapping[str, Any]) -> set[str]:
    """The keys of the pictures that a proposal would show."""
    return {row[0] for row in changes.get("images", {}).get("new", [])}


def _author(by: By) -> dict[str, Any]:
    return {
        "by_user": by if isinstance(by, User) else None,
        "by_link": by if isinstance(by, AccessLink) else None,
    }
