"""Pictures of a concept: type by content, size before opening, stored anew without what cameras write into them."""

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Any, ClassVar

from django import forms
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from concepts.models import Concept, ConceptImage

MAXIMUM_BYTES = 10 * 1024 * 1024
MAXIMUM_PIXELS = 40_000_000
# An A4 page between its margins in 300 dots an inch is 2000 pixels wide.
LONGEST_SIDE = 3000
FORMATS = ("JPEG", "PNG", "WEBP")
_UNREADABLE = "Diese Datei ist kein Bild, das wir öffnen können. Bitte wählen Sie eine Datei in JPEG, PNG oder WebP."


@dataclass(frozen=True)
class Picture:
    """A picture as it is stored."""

    content: bytes
    extension: str
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def reencoded(upload: UploadedFile) -> Picture:
    """Return the picture in sRGB as JPEG or PNG without metadata; raises ValidationError with a sentence."""
    if (upload.size or 0) > MAXIMUM_BYTES:
        raise forms.ValidationError("Das Bild ist größer als 10 MB. Bitte verkleinern Sie es.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(upload, formats=FORMATS) as header:  # reads the size, not the picture
                _check_size(header)
                header.verify()
            upload.seek(0)
            with Image.open(upload, formats=FORMATS) as image:
                return _encode(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise forms.ValidationError(_too_many_pixels()) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise forms.ValidationError(_UNREADABLE) from error


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAXIMUM_PIXELS:
        raise forms.ValidationError(_too_many_pixels())


def _too_many_pixels() -> str:
    return f"Das Bild hat mehr als {MAXIMUM_PIXELS // 1_000_000} Millionen Bildpunkte. Bitte verkleinern Sie es."


def _encode(image: Image.Image) -> Picture:
    is_photo = image.format == "JPEG"
    image = _in_srgb(ImageOps.exif_transpose(image))
    if max(image.size) > LONGEST_SIDE:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    image.info = {}
    out = BytesIO()
    if is_photo:
        image.convert("RGB").save(out, "JPEG", quality=90, optimize=True)
    else:
        image.save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), "jpg" if is_photo else "png", image.width, image.height)


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


class ImageForm(forms.ModelForm):
    """`save()` stores a picture once for a concept: the same one again gives the row that is there."""

    picture: Picture

    class Meta:
        model = ConceptImage
        fields = ["file", "alternative", "rights"]
        widgets: ClassVar[dict[str, Any]] = {
            "file": forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
            "alternative": forms.Textarea(attrs={"rows": 2}),
        }
        error_messages: ClassVar[dict[str, Any]] = {
            "file": {"required": "Bitte wählen Sie eine Bilddatei aus.", "invalid_image": _UNREADABLE},
            "alternative": {"required": "Bitte beschreiben Sie, was das Bild zeigt."},
            "rights": {"required": "Bitte schreiben Sie, wer die Nutzung des Bildes erlaubt hat."},
        }
        field_classes: ClassVar[dict[str, Any]] = {"file": forms.FileField}
        help_texts: ClassVar[dict[str, Any]] = {"file": "JPEG, PNG oder WebP, höchstens 10 MB."}

    def __init__(self, *args: Any, concept: Concept, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.concept = concept

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        self.picture = reencoded(upload)
        # The name the file had on somebody's computer is not kept.
        return ContentFile(self.picture.content, name=f"bild.{self.picture.extension}")  # type: ignore[return-value]

    @transaction.atomic
    def save(self, commit: bool = True) -> ConceptImage:
        Concept.objects.select_for_update().get(pk=self.instance.concept_id)
        known = ConceptImage.objects.filter(concept=self.instance.concept_id, sha256=self.picture.sha256).first()
        if known is not None:
            return known
        image = self.instance
        image.sha256 = self.picture.sha256
        name = image.file.field.generate_filename(image, image.file.name)
        if image.file.storage.exists(name):  # another concept has the same picture
            image.file = name
        return super().save(commit)
