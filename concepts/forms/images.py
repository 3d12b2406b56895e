"""Pictures of a concept, stored as large as a printed page needs them."""

from typing import Any, ClassVar

from django import forms
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from concepts.models import Concept, ConceptImage
from kiportal.common import pictures

# An A4 page between its margins in 300 dots an inch is 2000 pixels wide.
LONGEST_SIDE = 3000


class ImageForm(forms.ModelForm):
    """`save()` stores a picture once for a concept: the same one again gives the row that is there."""

    picture: pictures.Picture

    class Meta:
        model = ConceptImage
        fields = ["file", "alternative", "rights"]
        widgets: ClassVar[dict[str, Any]] = {
            "file": forms.FileInput(attrs={"accept": pictures.ACCEPT}),
            "alternative": forms.Textarea(attrs={"rows": 2}),
        }
        error_messages: ClassVar[dict[str, Any]] = {
            "file": {"required": "Bitte wählen Sie eine Bilddatei aus.", "invalid_image": pictures.UNREADABLE},
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
        self.picture = pictures.for_print(pictures.read(upload), LONGEST_SIDE)
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
