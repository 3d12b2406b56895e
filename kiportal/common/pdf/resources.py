"""The files that a PDF may contain: `static:css/pdf/document.css` and `media:centre/logo.png`, nothing else.

A printed text comes from many hands. Whatever address stands in it, the renderer reads no path, no network, no data
address, and of the stored files only pictures.
"""

from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage

FONTS = frozenset({"font/woff2"})
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"})
STYLES = frozenset({"text/css"})


class ResourceRefused(Exception):
    """The address may not be read, or nothing stands there."""


@dataclass(frozen=True)
class Resource:
    content: bytes
    media_type: str


def read(address: str) -> Resource:
    """Return the file of a `static:` or `media:` address; raises ResourceRefused for every other one."""
    scheme, _colon, quoted = address.partition(":")
    name = unquote(quoted)
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise ResourceRefused(address)
    media_type = guess_type(name)[0] or ""
    try:
        if scheme == "static" and media_type in STYLES | FONTS | IMAGES:
            return Resource(_static(name), media_type)
        if scheme == "media" and media_type in IMAGES:
            with default_storage.open(name) as file:
                return Resource(file.read(), media_type)
    except (OSError, ValueError, SuspiciousFileOperation) as error:
        raise ResourceRefused(address) from error
    raise ResourceRefused(address)


def _static(name: str) -> bytes:
    """Read from the sources, or where these are not installed (npm packages in production) what was collected."""
    found = finders.find(name)
    if found and Path(found).is_file():
        return Path(found).read_bytes()
    stored_name = getattr(staticfiles_storage, "stored_name", str)  # a manifest knows the name with its hash
    with staticfiles_storage.open(stored_name(name)) as file:
        content: bytes = file.read()
    return content
