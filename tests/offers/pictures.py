"""Sending forms of pictures in tests as a browser does."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from offers.models import Offer, OfferImage
from offers.models.images import FOLDER
from tests.common.test_pictures import photo
from tests.offers.journey import shown

WORDS = {"new_alternative": "Ein Haus mit Rampe", "new_rights": "Vera Verein", "new_confirmed": "on"}


def upload(content: bytes | None = None, name: str = "IMG_2041.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo(400, 200) if content is None else content, content_type="image/jpeg")


def press(client: Client, url: str, verb: str, **fields: Any) -> Any:
    """Open the page, fill in `fields` and press a button."""
    return press_again(client, url, client.get(url), verb, **fields)


def press_again(client: Client, url: str, page: Any, verb: str, **fields: Any) -> Any:
    """The same on a page that is open already."""
    return client.post(url, shown(page.context["form"]) | {"verb": verb} | fields)


def add(client: Client, url: str, verb: str = "bild", **fields: Any) -> Any:
    return press(client, url, verb, **({"new_file": upload()} | WORDS | fields))


def errors(answer: Any) -> dict[str, list[str]]:
    """The sentences by the part of the field's name before the picture's key."""
    return {
        name.split("_")[0] if "new_" not in name else name: list(found)
        for name, found in answer.context["form"].errors.items()
    }


def words(offer: Offer) -> list[str]:
    return [image.alternative for image in OfferImage.objects.shown().filter(offer=offer)]


def files() -> set[str]:
    """The names of all stored files."""
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    return {file.name for file in folder.iterdir()} if folder.exists() else set()
