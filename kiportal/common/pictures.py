"""Pictures that people upload: the one home of opening, storing anew and serving them.

The type is told by the content, never by a name; bytes and pixels are counted before anything is unpacked; what is
stored is a new picture, upright, in sRGB, without what cameras and programs write into files (place, time, names).
"""

import mimetypes
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath
from typing import Any, NamedTuple
from uuid import UUID
from warnings import catch_warnings, simplefilter

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

MAXIMUM_BYTES = 10 * 1024 * 1024
MAXIMUM_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
ACCEPT = "image/jpeg,image/png,image/webp"
UNREADABLE = gettext_lazy(
    "Diese Datei ist kein Bild, das wir öffnen können. Bitte wählen Sie eine Datei in JPEG, PNG oder WebP."
)
# How long a page may go on showing a picture that is not public: `signature`.
SIGNED_SECONDS = 2 * 3600
# A public picture never changes under its address.
CACHED_SECONDS = 30 * 24 * 3600


class Picture(NamedTuple):
    """A picture as it is stored."""

    content: bytes
    extension: str
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


# Opening


def read(upload: UploadedFile) -> Image.Image:
    """Return the picture upright and in sRGB, with its `format`; raises ValidationError with a sentence."""
    if (upload.size or 0) > MAXIMUM_BYTES:
        raise ValidationError(_("Das Bild ist größer als 10 MB. Bitte wählen Sie ein kleineres."))
    upload.seek(0)
    try:
        with catch_warnings():
            simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(upload, formats=FORMATS) as header:  # reads the size, not the picture
                _check_pixels(header)
                header.verify()
            upload.seek(0)
            with Image.open(upload, formats=FORMATS) as image:
                kind = image.format
                upright = _in_srgb(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(_too_many_pixels()) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ValidationError(str(UNREADABLE)) from error
    upright.info = {}
    upright.format = kind
    return upright


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > MAXIMUM_PIXELS:
        raise ValidationError(_too_many_pixels())


def _too_many_pixels() -> str:
    return _("Das Bild hat mehr als %(number)s Millionen Bildpunkte. Bitte verkleinern Sie es.") % {
        "number": MAXIMUM_PIXELS // 1_000_000
    }


def _in_srgb(image: Image.Image) -> Image.Image:
    """Pictures carry no colour profile here: what they mean by their numbers has to be sRGB."""
    profile = image.info.get("icc_profile")
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    if profile and image.mode in {"RGB", "CMYK", "L"} and not has_alpha:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except ImageCms.PyCMSError:
            return image.convert("RGB")
        return converted or image.convert("RGB")
    if image.mode in {"L", "1"} and not has_alpha:
        return image.convert("L")
    return image.convert("RGBA" if has_alpha else "RGB")


# Storing anew


def for_print(image: Image.Image, longest_side: int) -> Picture:
    """A photograph as JPEG, anything else as PNG without loss."""
    is_photo = image.format == "JPEG"
    image = _fitted(image, longest_side)
    if is_photo:
        return Picture(_saved(image.convert("RGB"), "JPEG", quality=90, optimize=True), "jpg", *image.size)
    return Picture(_saved(image, "PNG", optimize=True), "png", *image.size)


def for_pages(image: Image.Image, longest_side: int, most_bytes: int) -> Picture:
    """WebP on white of at most so many pixels a side and so many bytes: first with less quality, then smaller."""
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = _fitted(image.convert("RGB"), longest_side)
    while True:
        for quality in (82, 70, 55):
            content = _saved(image, "WEBP", quality=quality)
            if len(content) <= most_bytes:
                return Picture(content, "webp", *image.size)
        image = _fitted(image, max(image.size) * 3 // 4)


def _fitted(image: Image.Image, longest_side: int) -> Image.Image:
    if max(image.size) <= longest_side:
        return image
    smaller = image.copy()
    smaller.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    return smaller


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


# Serving


def download(file: FieldFile, name: UUID, *, is_public: bool) -> FileResponse:
    """The stored picture under a name of ours; opened by itself it is a download, never a page of this site.

    Every answer of the portal says nosniff. What is not public is kept by no cache.
    """
    file_name = f"{name}{PurePath(str(file.name)).suffix}"
    content_type = mimetypes.guess_type(file_name)[0] or "application/octet-stream"
    try:
        content = file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    answer = FileResponse(content, as_attachment=True, filename=file_name, content_type=content_type)
    if is_public:
        patch_cache_control(answer, public=True, max_age=CACHED_SECONDS)
    else:
        patch_cache_control(answer, private=True, no_cache=True)
    return answer


def signature(name: UUID) -> str:
    """What a page that a link from a mail opens puts into the address of a picture that only its reader may see."""
    return signing.TimestampSigner(salt="pictures").sign(str(name)).partition(":")[2]


def is_signed(name: UUID, text: str) -> bool:
    try:
        signing.TimestampSigner(salt="pictures").unsign(f"{name}:{text}", max_age=SIGNED_SECONDS)
    except signing.BadSignature:
        return False
    return True
