"""How long this room keeps names and files. Shares and amounts stay: they are the figures of their year."""

from datetime import datetime

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from funding import pdf
from funding.models import Assignment, ReportAttachment, UseOfFundsReport
from kiportal.common.retention import rule

FIVE_YEARS, TEN_YEARS = 1826, 3652


@rule("PDF zu Stellen und Förderung", days=1)
def documents(before: datetime, *, delete: bool) -> int:
    return pdf.purge(before, delete=delete)


@rule("Namen beendeter Besetzungen", days=FIVE_YEARS)
def names(before: datetime, *, delete: bool) -> int:
    """The name goes out of the row and of its history; who held a post that long ago matters to nobody."""
    old = Assignment.objects.filter(ends_on__lt=before.date()).exclude(name="")
    if not delete:
        return old.count()
    with transaction.atomic():
        keys = list(old.select_for_update().values_list("pk", flat=True))
        Assignment.objects.filter(pk__in=keys).update(name="")
        events = Assignment.pgh_event_model  # type: ignore[attr-defined]
        events.objects.filter(pgh_obj_id__in=keys).update(name="")
    return len(keys)


@rule("Anlagen geprüfter Verwendungsnachweise", days=TEN_YEARS)
def attachments(before: datetime, *, delete: bool) -> int:
    done = Q(use_report__status=UseOfFundsReport.Status.ACCEPTED, use_report__accepted_on__lt=before.date())
    old = ReportAttachment.objects.filter(done)
    files = list(old.values_list("file", flat=True))
    if delete:
        old.delete()
        for file in files:
            default_storage.delete(file)
    return len(files)


@rule("Dateien von Anlagen, die es nicht mehr gibt", days=1)
def orphaned_files(before: datetime, *, delete: bool) -> int:
    """What was left when its row went with a transaction that failed, or the other way round."""
    folder = "funding/attachments"
    if not default_storage.exists(folder):
        return 0
    known = set(ReportAttachment.objects.values_list("file", flat=True))
    files = [f"{folder}/{file}" for file in default_storage.listdir(folder)[1]]
    old = [file for file in files if file not in known and default_storage.get_modified_time(file) < before]
    if delete:
        for file in old:
            default_storage.delete(file)
    return len(old)
