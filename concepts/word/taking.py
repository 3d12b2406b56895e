"""Taking a Word file over into a draft, and back. Nothing of it reaches the concept before somebody says so."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from json import dumps
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from concepts import changes
from concepts.models import Concept, ConceptImage, ConceptVersion, Section, SectionNote, WordImport
from concepts.permissions import can_edit_concepts
from concepts.word.notes import Note
from concepts.word.reading import Part, ReadPicture, read
from kiportal.common import jobs
from kiportal.common.models import Job, User
from kiportal.common.transitions import SomebodyWasFaster, TransitionError

_RIGHTS = "Aus der Datei „{}“ übernommen; Rechte bitte prüfen"
_WITHOUT = "Bild aus „{}“, noch ohne Beschreibung"


@transaction.atomic
def keep(found: WordImport, content: bytes, *, by: User) -> WordImport:
    """Keep a file and have it read; the same form sent twice is one file."""
    changes.locked_draft(found.version_id)
    if known := WordImport.objects.filter(pk=found.pk).first():
        return known
    found.created_by = by
    found.file.save("datei.docx", ContentFile(content), save=False)
    found.save(force_insert=True)
    jobs.enqueue("concepts.read_word", str(found.pk), title=f"Word-Datei lesen: {found}", by=by)
    return found


def job_of(found: WordImport) -> Job | None:
    return Job.objects.filter(kind="concepts.read_word", arguments=[str(found.pk)]).first()


def fill(found: WordImport, on_progress: Callable[[int, int], None]) -> None:
    """Read the file and keep what it would become. Raises WordRefused."""
    with found.file.open("rb") as file:
        content = file.read()
    concept = found.version.concept
    known = {image.sha256: (image.uuid, image.width, image.height) for image in concept.images.all()}
    result = read(content, found.key, known, on_progress)
    found.parts = [{**part.__dict__, "uuid": str(part.uuid)} for part in result.parts]
    found.notes = [note.as_json() for note in result.notes]
    found.pictures = [_stored(found, picture) for picture in result.pictures]
    found.read_at = timezone.now()
    found.save()


def _stored(found: WordImport, picture: ReadPicture) -> dict[str, str]:
    name = f"{found.folder}/{picture.picture.sha256}.{picture.picture.extension}"
    if not default_storage.exists(name):
        name = default_storage.save(name, ContentFile(picture.picture.content))
    return {"uuid": str(picture.uuid), "name": name, "alternative": picture.alternative}


def parts_of(found: WordImport) -> list[Part]:
    return [Part(**{**part, "uuid": UUID(part["uuid"])}) for part in found.parts]


def notes_of(found: WordImport) -> list[Note]:
    return [Note(**note) for note in found.notes]


def open_notes_that_go(found: WordImport) -> int:
    """How many open notes are deleted where the file takes the place of the draft: a section it knows keeps its own."""
    kept = [part["uuid"] for part in found.parts]
    notes = SectionNote.objects.filter(section__version=found.version_id).exclude(section__uuid__in=kept)
    return notes.open().count()


@transaction.atomic
def take(found: WordImport, way: str, *, by: User, comments: bool = False) -> WordImport:
    """Write the chapters into the draft, with `comments` also those as internal notes.

    Raises SomebodyWasFaster when it is no draft any more or was done before.
    """
    if not can_edit_concepts(by):
        raise PermissionDenied("take is not allowed")
    version = _locked_with_sections(found)
    found = WordImport.objects.select_for_update().get(pk=found.pk)
    if found.taken_at is not None:
        raise SomebodyWasFaster("Diese Datei ist schon übernommen.")
    if found.read_at is None:
        raise TransitionError("Diese Datei ist noch nicht gelesen.")
    before = changes.snapshot(version)
    added = _as_sections(found, before, way)
    for old, new in _take_pictures(found).items():
        for each in added:
            each["body"] = each["body"].replace(old, new)
    changes.set_sections(version, added if way == WordImport.Way.REPLACE else [*before, *added])
    if comments:
        _note_comments(found, version, [each["uuid"] for each in added], by)
    found.before, found.way, found.taken_at = before, way, timezone.now()
    found.written = _digest(changes.snapshot(version), _own(before, way))
    found.save()
    return found


def _locked_with_sections(found: WordImport) -> ConceptVersion:
    """The draft. Nobody adds a note to its sections before the transaction ends, which would be lost with them."""
    version = changes.locked_draft(found.version_id)
    list(version.sections.select_for_update(of=["self"]).only("pk"))
    return version


def _as_sections(found: WordImport, before: Sequence[dict[str, Any]], way: str) -> list[dict[str, Any]]:
    """The parts as sections. One that the concept knows keeps its uuid, so that versions can be compared."""
    known = set(Section.objects.filter(version__concept=found.version.concept_id).values_list("uuid", flat=True))
    taken = {each["uuid"] for each in before} if way == WordImport.Way.APPEND else set()
    olds = {each["uuid"]: each for each in before}
    parts = parts_of(found)
    names = {
        str(part.uuid): str(part.uuid) if part.uuid in known and str(part.uuid) not in taken else str(uuid4())
        for part in parts
    }
    above: list[str] = []
    sections: list[dict[str, Any]] = []
    for part in parts:
        del above[part.depth - 1 :]
        body = part.body
        for old, new in names.items():
            if old != new and old in body:
                body = body.replace(f"#section:{old}", f"#section:{new}")
        own = names[str(part.uuid)]
        was = olds.get(own)
        is_same = was is not None and (was["title"], was["body"]) == (part.title, body)
        sections.append(
            {
                "uuid": own,
                "parent": above[-1] if above else None,
                "areas": [],
                "title": part.title,
                "is_numbered": part.is_numbered,
                "body": body,
                "state": was["state"] if was is not None and is_same else Section.State.WRITING,
            }
        )
        above.append(own)
    return sections


def _take_pictures(found: WordImport) -> dict[str, str]:
    """Make pictures of the concept of those of the file; addresses of those that it has already, by new address."""
    concept = Concept.objects.select_for_update().get(pk=found.version.concept_id)
    addresses: dict[str, str] = {}
    for row in found.pictures:
        with default_storage.open(row["name"]) as file:
            content = file.read()
        digest = sha256(content).hexdigest()
        image = ConceptImage.objects.filter(concept=concept, sha256=digest).first()
        if image is None:
            image = ConceptImage(
                uuid=row["uuid"],
                concept=concept,
                sha256=digest,
                alternative=row["alternative"] or _WITHOUT.format(found.file_name[:120]),
                rights=_RIGHTS.format(found.file_name[:120]),
            )
            extension = row["name"].rpartition(".")[2]
            image.file = ContentFile(content, name=f"bild.{extension}")
            name = image.file.field.generate_filename(image, f"bild.{extension}")
            if image.file.storage.exists(name):  # another concept has the same picture
                image.file = name
            image.save()
        if str(image.uuid) != row["uuid"]:
            addresses[f"/konzepte/bilder/{row['uuid']}/"] = image.get_absolute_url()
    return addresses


def comments_of(found: WordImport) -> list[Note]:
    return [note for note in notes_of(found) if note.kind == "comment"]


def _note_comments(found: WordImport, version: ConceptVersion, uuids: Sequence[str], by: User) -> None:
    """`uuids` are the sections that the parts have become; what stands before the first belongs to that."""
    sections = {str(section.uuid): section for section in version.sections.defer("body")}
    SectionNote.objects.bulk_create(
        SectionNote(section=sections[uuids[note.part or 0]], text=note.sentence, by=by) for note in comments_of(found)
    )


def can_be_undone(found: WordImport) -> bool:
    """Whether what was written still stands there as it was written: nobody's work since then gets lost."""
    if found.taken_at is None or found.undone_at is not None or not found.version.is_draft:
        return False
    return _digest(changes.snapshot(found.version), _own(found.before, found.way)) == found.written


@transaction.atomic
def undo(found: WordImport, *, by: User) -> None:
    """Make the draft and its notes what they were before the file was taken over; pictures stay with the concept."""
    if not can_edit_concepts(by):
        raise PermissionDenied("undo is not allowed")
    version = _locked_with_sections(found)
    found = WordImport.objects.select_for_update().select_related("version").get(pk=found.pk)
    if found.undone_at is not None:
        raise SomebodyWasFaster("Die Übernahme ist schon rückgängig gemacht.")
    if not can_be_undone(found):
        raise SomebodyWasFaster(
            "Seit der Übernahme hat jemand an diesem Text gearbeitet oder an seinen internen Notizen. Rückgängig würde "
            "diese Arbeit löschen."
        )
    if found.way == WordImport.Way.REPLACE:
        changes.set_sections(version, found.before)
        kept = [note["pk"] for each in found.before for note in each["notes"]]
        SectionNote.objects.filter(section__version=version).exclude(pk__in=kept).delete()
    else:
        mine = _own(found.before, found.way)
        changes.set_sections(version, [each for each in changes.snapshot(version) if not mine(each)])
    found.undone_at = timezone.now()
    found.save()


def discard(found: WordImport) -> None:
    """Forget a file with all that was made of it; what was taken over stays in the draft."""
    names = [found.file.name, *(row["name"] for row in found.pictures)]
    found.delete()
    for name in filter(None, names):
        default_storage.delete(name)


def _own(before: Sequence[dict[str, Any]], way: str) -> Any:
    """Which sections a file has written: all, or those that were not there before."""
    there = {each["uuid"] for each in before} if way == WordImport.Way.APPEND else set()
    return lambda each: each["uuid"] not in there


def _digest(sections: Sequence[dict[str, Any]], is_own: Any) -> str:
    told = [{**each, "areas": []} for each in sections if is_own(each)]
    return sha256(dumps(told, sort_keys=True, default=str).encode()).hexdigest()
