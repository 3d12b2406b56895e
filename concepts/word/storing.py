"""The Word file of a finished version in the storage: made with its PDF, under the name of its content."""

from hashlib import sha256

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from concepts.models import ConceptVersion, VersionWord
from concepts.word.writing import render_version_word


def stored(version: ConceptVersion) -> VersionWord | None:
    """The Word file of a version, if it is there."""
    found = VersionWord.objects.filter(version=version).first()
    return found if found and found.file.storage.exists(str(found.file.name)) else None


def store(version: ConceptVersion) -> VersionWord:
    content = render_version_word(version)
    digest = sha256(content).hexdigest()
    name = f"concepts/word/versions/{digest}.docx"
    if not default_storage.exists(name):
        name = default_storage.save(name, ContentFile(content))
    values = {"file": name, "sha256": digest, "size": len(content)}
    return VersionWord.objects.update_or_create(version=version, defaults=values)[0]
