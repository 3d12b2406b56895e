"""Two versions side by side as PDF ("Synopse"): the old on the left, the new on the right, what changed marked.

Of two finished versions it is made once, by a job, and stored. With a draft it is true for as long as nobody writes:
it lies beside the previews and goes after a day.
"""

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format

from concepts import pdf
from concepts.comparison import Change, compare
from concepts.comparison.showing import Shown
from concepts.models import ConceptVersion, Synopsis
from concepts.rendering import pictured
from kiportal.common.jobs import JobRefused
from kiportal.common.pdf import documents
from kiportal.common.pdf.documents import Document, OnProgress


def render_html(old: ConceptVersion, new: ConceptVersion) -> str:
    """Return the document that WeasyPrint prints."""
    found = compare(old, new)
    shown_pictures = pictured(piece.html for entry in found.entries for piece in entry.pieces)
    images = {image.uuid: image for image in new.concept.images.filter(uuid__in=shown_pictures)}
    if shown_pictures - images.keys():
        raise JobRefused("Ein Bild gehört nicht zu diesem Konzept. Bitte laden Sie es dort hoch und fügen es neu ein.")
    shown = Shown(found, images=images, hidden="heard")
    cover = pdf.cover_of_today() if new.is_draft else new.cover
    context = {
        "old": old,
        "new": new,
        "cover": cover,
        "counts": found.counts,
        "changes": found.changes,
        "groups": [
            {"change": group, "heading": shown.heading(group), "rows": shown.rows(group)}
            if isinstance(group, Change)
            else {"fold": group}
            for group in found.groups()
        ],
        "stands": [_stand(version) for version in (old, new)],
        "created": (new.frozen_at or datetime.combine(timezone.localdate(), datetime.min.time(), UTC))
        .astimezone(UTC)
        .replace(microsecond=0),
    }
    return render_to_string("concepts/synopsis_pdf.html", context)


def render_pdf(old: ConceptVersion, new: ConceptVersion, *, on_progress: OnProgress | None = None) -> Document:
    """Return the PDF; raises JobRefused with a sentence when it cannot be made."""
    name = f"{new.concept.slug}/{old.number}-{new.number}/{old.frozen_at}/{new.frozen_at}"
    return documents.render(render_html(old, new), identifier=uuid5(NAMESPACE_URL, name).bytes, on_progress=on_progress)


def store(old: ConceptVersion, new: ConceptVersion, document: Document) -> Synopsis | None:
    """Keep the PDF; None of a draft, where it lies as `preview_name` says."""
    if _has_draft(old, new):
        default_storage.delete(preview_name(old, new))
        default_storage.save(preview_name(old, new), ContentFile(document.content))
        return None
    name = f"concepts/pdf/{document.sha256[:2]}/{document.sha256}.pdf"
    if not default_storage.exists(name):
        name = default_storage.save(name, ContentFile(document.content))
    values = {"file": name, "sha256": document.sha256, "pages": document.pages, "size": len(document.content)}
    return Synopsis.objects.update_or_create(old=old, new=new, defaults=values)[0]


def stored(old: ConceptVersion, new: ConceptVersion) -> Synopsis | None:
    """That of two finished versions, if its file is there, too."""
    found = Synopsis.objects.filter(old=old, new=new).first()
    return found if found and found.file.storage.exists(str(found.file.name)) else None


def preview_name(old: ConceptVersion, new: ConceptVersion) -> str:
    return f"{pdf.PREVIEWS}/synopse-{old.pk}-{new.pk}.pdf"


def has_preview(old: ConceptVersion, new: ConceptVersion) -> bool:
    return _has_draft(old, new) and default_storage.exists(preview_name(old, new))


def file_name(old: ConceptVersion, new: ConceptVersion) -> str:
    return f"{new.concept.slug}-synopse-fassung-{old.number}-{new.number}.pdf"


def _has_draft(old: ConceptVersion, new: ConceptVersion) -> bool:
    return old.is_draft or new.is_draft


def _stand(version: ConceptVersion) -> str:
    state = "Entwurf" if version.is_draft else ""
    stand = f"Stand {date_format(version.as_of, 'd.m.Y')}" if version.as_of else ""
    return ", ".join(filter(None, [f"Fassung {version.number}", state, stand]))
