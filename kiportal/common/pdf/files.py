"""PDFs that a job makes and that are kept for a day: one file a job, in a folder of its own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from kiportal.common.pdf.documents import Document


@dataclass(frozen=True)
class Files:
    folder: str

    def name(self, job: UUID) -> str:
        """Where the file of a job lies."""
        return f"{self.folder}/{job}.pdf"

    def store(self, job: UUID, document: Document) -> None:
        default_storage.delete(self.name(job))
        default_storage.save(self.name(job), ContentFile(document.content))

    def purge(self, before: datetime, *, delete: bool) -> int:
        """Count files made before that time; with `delete` remove them."""
        if not default_storage.exists(self.folder):
            return 0
        files = [f"{self.folder}/{file}" for file in default_storage.listdir(self.folder)[1]]
        old = [file for file in files if default_storage.get_modified_time(file) < before]
        if delete:
            for file in old:
                default_storage.delete(file)
        return len(old)
