"""Files of a Verwendungsnachweis: told by their content, never by a name; pictures are stored anew."""

import zipfile
from hashlib import sha256
from typing import Any, ClassVar

from django import forms
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from funding.models import ReportAttachment, UseOfFundsReport
from kiportal.common import pictures

MAXIMUM_BYTES = 10 * 1024 * 1024
MAXIMUM_UNPACKED = 64 * 1024 * 1024
MAXIMUM_ENTRIES = 2000
# A page of A4 in 200 dots an inch.
LONGEST_SIDE = 2400
PDF = "application/pdf"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_OFFICE = {"xl/workbook.xml": ("xlsx", EXCEL), "word/document.xml": ("docx", WORD)}
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff")
REFUSED = "Bitte wählen Sie ein PDF, ein Bild (JPEG, PNG) oder eine Datei aus Excel oder Word ohne Makros."


class AttachmentForm(forms.ModelForm):
    content: bytes
    media_type: str

    class Meta:
        model = ReportAttachment
        fields = ["title", "file"]
        widgets: ClassVar[dict[str, Any]] = {
            "file": forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.xlsx,.docx"})
        }
        help_texts: ClassVar[dict[str, Any]] = {"file": "PDF, JPEG, PNG, Excel oder Word, höchstens 10 MB."}
        error_messages: ClassVar[dict[str, Any]] = {"file": {"required": "Bitte wählen Sie eine Datei aus."}}

    def __init__(self, *args: Any, use_report: UseOfFundsReport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.use_report = use_report

    def clean_file(self) -> ContentFile:
        upload: UploadedFile = self.cleaned_data["file"]
        if (upload.size or 0) > MAXIMUM_BYTES:
            raise forms.ValidationError("Die Datei ist größer als 10 MB. Bitte teilen Sie sie auf.")
        self.content, extension, self.media_type = _told(upload)
        # The name the file had on somebody's computer is not kept.
        return ContentFile(self.content, name=f"anlage.{extension}")

    @transaction.atomic
    def save(self, commit: bool = True) -> ReportAttachment:
        """Store the file once: the same one again gives the row that is there."""
        UseOfFundsReport.objects.select_for_update().get(pk=self.instance.use_report_id)
        digest = sha256(self.content).hexdigest()
        known = ReportAttachment.objects.filter(use_report=self.instance.use_report_id, sha256=digest).first()
        if known is not None:
            return known
        attachment = self.instance
        attachment.media_type, attachment.size, attachment.sha256 = self.media_type, len(self.content), digest
        return super().save(commit)


def _told(upload: UploadedFile) -> tuple[bytes, str, str]:
    """(content to store, extension, media type); raises ValidationError with a sentence."""
    upload.seek(0)
    content = upload.read()
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return content, "pdf", PDF
    if content.startswith(_PICTURES):
        picture = pictures.for_print(pictures.read(upload), LONGEST_SIDE)
        return picture.content, picture.extension, "image/jpeg" if picture.extension == "jpg" else "image/png"
    if content.startswith(b"PK\x03\x04"):
        upload.seek(0)
        return content, *_office(upload)
    raise forms.ValidationError(REFUSED)


def _office(upload: UploadedFile) -> tuple[str, str]:
    """Sizes are read from the list of contents; nothing is unpacked."""
    try:
        with zipfile.ZipFile(upload) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise forms.ValidationError(REFUSED) from error
    names = {entry.filename for entry in entries}
    if len(entries) > MAXIMUM_ENTRIES or sum(entry.file_size for entry in entries) > MAXIMUM_UNPACKED:
        raise forms.ValidationError("Die Datei wird ausgepackt zu groß. Bitte teilen Sie sie auf.")
    kind = next((kind for part, kind in _OFFICE.items() if part in names), None)
    has_macros = any(name.rpartition("/")[2].lower() == "vbaproject.bin" for name in names)
    if kind is None or "[Content_Types].xml" not in names or has_macros:
        raise forms.ValidationError(REFUSED)
    return kind
