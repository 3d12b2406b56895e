"""How long this room keeps personal data; `lifecycle.erasing` says how an entry goes without a trace."""

from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from actors.models import ContactPerson, Organisation
from kiportal.common.models import AccessLink, ChangeProposal, Job, MailAddress, User
from kiportal.common.retention import erase, rule
from offers.lifecycle import proposed_pictures
from offers.lifecycle.erasing import erase_entries, erase_jobs, mails_about
from offers.models import Brochure, Hint, Need, Offer, OfferImage, SurveyInvitation
from offers.models.brochures import FOLDER as BROCHURES
from offers.models.images import FOLDER

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


@rule("Abgelehnte Meldungen", days=183)
def rejected_submissions(before: datetime, *, delete: bool) -> int:
    rejected = Offer.objects.filter(status=Offer.Status.REJECTED, updated_at__lt=before)
    return erase_entries(rejected, delete=delete)


@rule("Entschiedene Änderungsvorschläge", days=183)
def decided_proposals(before: datetime, *, delete: bool) -> int:
    """They hold the address of their author; what was taken over stands in the entry."""
    proposals = ChangeProposal.objects.filter(target_type=_type(Offer), status__in=_DECIDED, updated_at__lt=before)
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
    noted = Need.objects.closed_before(before).filter(status=Need.Status.NOTED).exclude(name="", email="")
    keys = list(noted.values_list("pk", flat=True))
    if delete:
        Need.objects.filter(pk__in=keys).update(name="", email="")
        Need.pgh_event_model.objects.filter(pgh_obj_id__in=keys).update(name="", email="")  # type: ignore[attr-defined]
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
    ]
    return erase(MailAddress.objects.filter(old).exclude(email__in=named), delete=delete)


@rule("Hochgeladene Bilder, die kein Eintrag zeigt", days=2)
def unused_pictures(before: datetime, *, delete: bool) -> int:
    """What nobody sent, and files without a row: an upload that broke off. What a proposal names waits with it."""
    undecided = ChangeProposal.objects.filter(target_type=_type(Offer)).undecided()
    proposed = {key for changes in undecided.values_list("changes", flat=True) for key in proposed_pictures(changes)}
    waiting = OfferImage.objects.waiting().filter(uploaded_at__lt=before).exclude(uuid__in=proposed)
    known = {name for row in OfferImage.objects.values_list("file", "small") for name in row}
    lost = _files_without_row(before, FOLDER, known)
    if delete:
        for name in lost:
            default_storage.delete(name)
    return erase(waiting, delete=delete) + len(lost)


@rule("Gespeicherte Wegweiser", days=7)
def old_brochures(before: datetime, *, delete: bool) -> int:
    """A name in them may be withdrawn any day: what is not true any more is not handed out, and goes in a week."""
    old = Brochure.objects.filter(created_at__lt=before)
    names = {name for name in old.values_list("file", flat=True) if name}
    lost = _files_without_row(before, BROCHURES, set(Brochure.objects.values_list("file", flat=True)))
    count = erase(old, delete=delete)
    if delete:
        for name in names.union(lost):
            default_storage.delete(name)
    return count + len(lost)


def _files_without_row(before: datetime, folder: str, known: set[str]) -> list[str]:
    if not default_storage.exists(folder):
        return []
    files = (f"{folder}/{name}" for name in default_storage.listdir(folder)[1])
    return [name for name in files if name not in known and default_storage.get_modified_time(name) < before]


def _type(model: type[Offer | ChangeProposal]) -> ContentType:
    return ContentType.objects.get_for_model(model)
