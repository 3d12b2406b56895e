"""How long this room keeps personal data; `lifecycle.erasing` says how an entry goes without a trace."""

from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Model, Q
from django.db.models.functions import Lower
from django.utils import timezone

from actors.models import ContactPerson, Organisation
from kiportal.common.models import AccessLink, ChangeProposal, Job, MailAddress, User
from kiportal.common.retention import NOTICE_DAYS, erase, rule
from offers.coverage import pdf as coverage_pdf
from offers.lifecycle import UNUSED_DRAFT, erase_imports, erase_searches, proposed_pictures
from offers.lifecycle.erasing import erase_entries, erase_jobs, mails_about
from offers.lifecycle.saved_searches import ANSWER_WITHIN
from offers.models import (
    Brochure,
    DataImport,
    DataImportRow,
    Hint,
    Need,
    Offer,
    OfferImage,
    SavedSearch,
    SurveyInvitation,
    Touched,
    VainSearch,
    imports,
)
from offers.models.brochures import FOLDER as BROCHURES
from offers.models.images import FOLDER
from offers.models.imports import EXPORTS

_DECIDED = [ChangeProposal.Status.ACCEPTED, ChangeProposal.Status.PARTLY_ACCEPTED, ChangeProposal.Status.REJECTED]


@rule("Entwürfe und unbestätigte Meldungen", days=14)
def unconfirmed_submissions(before: datetime, *, delete: bool) -> int:
    """What is still being written by link, counted from the last change, and what nobody confirmed."""
    drafts = AccessLink.objects.filter(target_type=_type(Offer), purpose=AccessLink.Purpose.DRAFT)
    abandoned = Q(status=Offer.Status.DRAFT, recorded_by=None, pk__in=drafts.values("target_id"))
    unconfirmed = Q(status=Offer.Status.UNCONFIRMED)
    return erase_entries(Offer.objects.filter(abandoned | unconfirmed, updated_at__lt=before), delete=delete)


@rule("Für Vereine erfasste Entwürfe", days=60)
def recorded_drafts(before: datetime, *, delete: bool) -> int:
    """What staff wrote down and nobody confirmed, counted from the last change: as long as its link is good."""
    return erase_entries(Offer.objects.recorded().filter(updated_at__lt=before), delete=delete)


@rule("Entwürfe von Konten, an denen trotz Hinweis niemand schreibt", days=NOTICE_DAYS)
def unused_drafts(before: datetime, *, delete: bool) -> int:
    """12 months without a change; `remind_unused_drafts` has written to the accounts in time."""
    untouched = Q(updated_at__lt=timezone.now() - UNUSED_DRAFT) & Q(updated_at__lt=F("draft_notice_at"))
    unused = Offer.objects.drafts_of_accounts().filter(untouched, draft_notice_at__lt=before)
    return erase_entries(unused, delete=delete)


@rule("Abgelehnte Meldungen", days=183)
def rejected_submissions(before: datetime, *, delete: bool) -> int:
    rejected = Offer.objects.filter(status=Offer.Status.REJECTED, updated_at__lt=before)
    return erase_entries(rejected, delete=delete)


@rule("Entschiedene Änderungsvorschläge", days=183)
def decided_proposals(before: datetime, *, delete: bool) -> int:
    """They hold the address of their author; what was taken over stands in the entry or the organisation."""
    types = [_type(Offer), _type(Organisation), _type(ContactPerson)]
    proposals = ChangeProposal.objects.filter(target_type__in=types, status__in=_DECIDED, updated_at__lt=before)
    with transaction.atomic():
        if delete:
            erase_jobs(mails_about(proposals=list(proposals.values_list("pk", flat=True))))
        return erase(proposals, delete=delete)


@rule("Namen nach dem Widerruf der Einwilligung", days=30)
def withdrawn_names(before: datetime, *, delete: bool) -> int:
    """The name was hidden at once; now it goes. The record of the consent stays as proof, it names nobody."""
    contacts = ContactPerson.objects.filter(consent__withdrawn_on__lt=timezone.localdate(before)).exclude(name="")
    keys = list(contacts.values_list("pk", flat=True))
    if delete:
        contacts.update(name="")
        ContactPerson.pgh_event_model.objects.filter(pgh_obj_id__in=keys).update(name="")  # type: ignore[attr-defined]
    return len(keys)


@rule("Erledigte Hinweise und beantwortete Lücken", days=183)
def worked_off_feedback(before: datetime, *, delete: bool) -> int:
    """Gaps that count for planning stay, see below."""
    hints = Hint.objects.closed_before(before)
    needs = Need.objects.closed_before(before).exclude(status=Need.Status.NOTED)
    return erase(hints, delete=delete) + erase(needs, delete=delete)


@rule("Namen und Adressen zu vorgemerkten Lücken", days=183)
def authors_of_noted_needs(before: datetime, *, delete: bool) -> int:
    """What is missing stays as a number for planning; who said so goes, in the field history, too."""
    noted = Need.objects.closed_before(before).filter(status=Need.Status.NOTED)
    noted = noted.exclude(name="", email="", by_user=None)
    keys = list(noted.values_list("pk", flat=True))
    if delete:
        nobody: dict[str, Any] = {"name": "", "email": "", "by_user": None}
        Need.objects.filter(pk__in=keys).update(**nobody)
        Need.pgh_event_model.objects.filter(pgh_obj_id__in=keys).update(**nobody)  # type: ignore[attr-defined]
    return len(keys)


@rule("Adressen und Mitteilungen abgeschlossener Bestandsaufnahmen", days=183)
def addresses_of_closed_surveys(before: datetime, *, delete: bool) -> int:
    """The numbers stay; who was asked where, and what was written, goes with the jobs of the mails."""
    closed = SurveyInvitation.objects.filter(survey__closed_at__lt=before).exclude(email="", message="")
    keys = list(closed.values_list("pk", flat=True))
    if delete:
        with transaction.atomic():
            erase_jobs(Job.objects.filter(kind="offers.send_survey_invitation", arguments__1__in=keys))
            SurveyInvitation.objects.filter(pk__in=keys).update(email="", message="", link=None)
    return len(keys)


@rule("Gemerkte E-Mail-Adressen, die nirgends mehr stehen", days=30)
def forgotten_addresses(before: datetime, *, delete: bool) -> int:
    """That nothing arrives there, or that somebody wants no reminders, matters while a record names the address."""
    old = Q(undeliverable_since__lt=before) | Q(reminders_stopped_on__lt=timezone.localdate(before))
    named = [
        *(Offer.objects.values_list(Lower("submitter_email"), flat=True)),
        *(Organisation.objects.values_list(Lower("email"), flat=True)),
        *(User.objects.values_list(Lower("email"), flat=True)),
        *(SurveyInvitation.objects.values_list(Lower("email"), flat=True)),
        *(SavedSearch.objects.values_list("email", flat=True)),
    ]
    return erase(MailAddress.objects.filter(old).exclude(email__in=named), delete=delete)


@rule("Merker geänderter Einträge", days=1)
def old_notes(before: datetime, *, delete: bool) -> int:
    """No data of persons: who has not counted for so long counts everything anew (`offers.counting`)."""
    notes = Touched.objects.filter(at__lt=before)
    return notes.delete()[0] if delete else notes.count()


@rule("Gemerkte Suchen, deren Adresse niemand bestätigt", days=14)
def unconfirmed_searches(before: datetime, *, delete: bool) -> int:
    unconfirmed = SavedSearch.objects.filter(status=SavedSearch.Status.UNCONFIRMED, requested_at__lt=before)
    return erase_searches(unconfirmed, delete=delete)


@rule("Gemerkte Suchen ohne Antwort auf die jährliche Nachfrage", days=ANSWER_WITHIN.days)
def unwanted_searches(before: datetime, *, delete: bool) -> int:
    return erase_searches(SavedSearch.objects.filter(asked_on__lt=timezone.localdate(before)), delete=delete)


@rule("Gemerkte Suchen an Adressen, die keine Post annehmen", days=30)
def unreachable_searches(before: datetime, *, delete: bool) -> int:
    dead = MailAddress.objects.undeliverable().filter(undeliverable_since__lt=before).order_by()
    return erase_searches(SavedSearch.objects.filter(email__in=dead.values("email")), delete=delete)


@rule("Vergebliche Suchworte", days=396)
def old_vain_searches(before: datetime, *, delete: bool) -> int:
    """Thirteen months: the same month of the year before stands beside this one."""
    old = VainSearch.objects.filter(day__lt=timezone.localdate(before))
    return erase(old, delete=delete)


@rule("Hochgeladene Bilder, die kein Eintrag zeigt", days=2)
def unused_pictures(before: datetime, *, delete: bool) -> int:
    """What nobody sent, and files without a row: an upload that broke off. What a proposal names waits with it."""
    undecided = ChangeProposal.objects.filter(target_type=_type(Offer)).undecided()
    proposed = {key for changes in undecided.values_list("changes", flat=True) for key in proposed_pictures(changes)}
    waiting = OfferImage.objects.waiting().filter(uploaded_at__lt=before).exclude(uuid__in=proposed)
    lost = _lost(FOLDER, {name for row in OfferImage.objects.values_list("file", "small") for name in row}, before)
    if delete:
        for name in lost:
            default_storage.delete(name)
    return erase(waiting, delete=delete) + len(lost)


@rule("PDF-Dateien der Abdeckung", days=1)
def coverage_files(before: datetime, *, delete: bool) -> int:
    """They are for the moment: whoever needs one again has it made anew."""
    return coverage_pdf.purge(before, delete=delete)


@rule("Gespeicherte Wegweiser", days=7)
def old_brochures(before: datetime, *, delete: bool) -> int:
    """A name in them may be withdrawn any day: what is not true any more is not handed out, and goes in a week."""
    old = Brochure.objects.filter(created_at__lt=before)
    names = {name for name in old.values_list("file", flat=True) if name}
    lost = _lost(BROCHURES, set(Brochure.objects.values_list("file", flat=True)), before)
    count = erase(old, delete=delete)
    if delete:
        for name in names.union(lost):
            default_storage.delete(name)
    return count + len(lost)


@rule("Hochgeladene Tabellen, die niemand importiert hat", days=14)
def unfinished_imports(before: datetime, *, delete: bool) -> int:
    """With rows and file; and files without a row: an upload that broke off."""
    lost = _lost(imports.FOLDER, set(DataImport.objects.values_list("file", flat=True)), before)
    if delete:
        for name in lost:
            default_storage.delete(name)
    return erase_imports(DataImport.objects.unfinished().filter(updated_at__lt=before), delete=delete) + len(lost)


@rule("Zeilen importierter Tabellen", days=30)
def rows_of_imports(before: datetime, *, delete: bool) -> int:
    """What stood in the table stands in the entries; after that the import cannot be taken back any more."""
    return erase(DataImportRow.objects.filter(data_import__imported_at__lt=before), delete=delete)


@rule("Exportierte Excel-Dateien", days=2)
def exported_files(before: datetime, *, delete: bool) -> int:
    old = _lost(EXPORTS, set(), before)
    if delete:
        for name in old:
            default_storage.delete(name)
    return len(old)


def _lost(folder: str, known: set[str], before: datetime) -> list[str]:
    """The old files of a folder that no row knows."""
    if not default_storage.exists(folder):
        return []
    files = (f"{folder}/{name}" for name in default_storage.listdir(folder)[1])
    return [name for name in files if name not in known and default_storage.get_modified_time(name) < before]


def _type(model: type[Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)
