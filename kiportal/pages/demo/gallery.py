"""Pictures of the demo's entries: drawn once, stored as if their authors had uploaded them."""

import uuid
from datetime import datetime
from functools import cache

from kiportal.common.models import AccessLink, User
from kiportal.common.pictures import Picture
from kiportal.pages import data
from kiportal.pages.demo.scenes import SCENES
from offers import lifecycle, rows
from offers.models import Offer, OfferImage

_drawn = cache(lambda scene: SCENES[scene]().sizes())


def add(offer: Offer, key: str, *, by: User | AccessLink, at: datetime) -> None:
    """The pictures of an entry that is being written."""
    if entries := data.read("demo/pictures").get(key):
        images = [keep(offer, entry["scene"], entry["alternative"], by=by, at=at) for entry in entries]
        rows.write(offer, {"images": images})


def keep(offer: Offer, scene: str, alternative: str, *, by: User | AccessLink, at: datetime) -> list[str]:
    """Store one picture and return its row for a form; it waits until the entry or a proposal takes it."""
    large, small = _sizes(scene)
    rights = offer.provider.name
    image = lifecycle.keep_picture(
        offer, uuid.uuid4(), large, small, alternative=alternative, rights=rights, confirmed=True, by=by
    )
    OfferImage.objects.filter(pk=image.pk).update(uploaded_at=at, rights_confirmed_at=at)
    return [str(image.uuid), alternative, rights]


def _sizes(scene: str) -> tuple[Picture, Picture]:
    sizes: tuple[Picture, Picture] = _drawn(scene)
    return sizes
