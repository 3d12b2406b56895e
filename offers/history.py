"""The Verlauf as staff read it: every step of a record and of the proposals that were made for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from actors.models import ContactPerson, Organisation
from kiportal.common.models import ChangeProposal, StatusChange
from offers.models import Offer

STEPS = {
    "record": "Für die Organisation aufgeschrieben",
    "remind": "An die Bestätigung erinnert",
    "send": "Gesendet, wartet auf Bestätigung der E-Mail",
    "submit": "Erfasst und zur Prüfung gegeben",
    "import": "Aus einer Tabelle importiert und zur Prüfung gegeben",
    "confirm_submission": "Gemeldet und per E-Mail bestätigt",
    "request_changes": "Rückfrage gestellt",
    "resubmit": "Rückfrage beantwortet",
    "publish": "Veröffentlicht",
    "reject": "Abgelehnt",
    "hide": "Verborgen",
    "unhide": "Wieder gezeigt",
    "hide_overdue": "Verborgen, weil niemand den Eintrag bestätigt hat",
    "show_confirmed": "Bestätigt und wieder gezeigt",
    "confirm": "Als aktuell bestätigt",
    "rewrite": "Bearbeitet, während der Eintrag nicht öffentlich war",
    "archive": "Beendet",
    "restore": "Wiederhergestellt",
    "enter": "Angelegt",
    "edit": "Von der Organisation geändert",
    "add_contact": "Kontakt hinzugefügt",
    "change_contact": "Kontakt geändert",
    "remove_contact": "Kontakt entfernt",
    "withdraw_name": "Einwilligung in den Namen widerrufen",
    "give_access": "Zugang gegeben",
    "take_access": "Zugang entzogen",
    "leave": "Zugang zurückgegeben",
    "hand_over": "Zugang übergeben",
    "take_over": "Übergabe angenommen, bisherige Zugänge beendet",
    "revoke_hand_over": "Übergabe zurückgezogen",
    "accept_proposal": "Änderungsvorschlag angenommen",
    "accept_proposal_partly": "Änderungsvorschlag teilweise angenommen",
    "question_proposal": "Rückfrage zum Änderungsvorschlag gestellt",
    "answer_proposal": "Rückfrage zum Änderungsvorschlag beantwortet",
    "reject_proposal": "Änderungsvorschlag abgelehnt",
    "apply_proposal": "Änderung einer vertrauenswürdigen Organisation übernommen",
    "open_survey": "Gestartet",
    "close_survey": "Abgeschlossen",
    "reopen_survey": "Wieder geöffnet",
    "merge": "Zusammengeführt",
    "replace_proposal": "Änderungsvorschlag durch einen neueren ersetzt",
}
SUBMITTED_BY_LINK = "Über den Link bestätigt und abgesendet"


@dataclass(frozen=True)
class Step:
    when: datetime
    title: str
    text: str
    by: str


def timeline(record: models.Model, *, with_names: bool = True, titles: Mapping[str, str] = STEPS) -> list[Step]:
    """Return the steps, newest first.

    Names of staff are for staff only, and so are the steps of what was merged into this record: leave them out for
    everybody else.
    """
    proposals = ChangeProposal.objects.for_target(record)
    if isinstance(record, Organisation):
        of_contacts = Q(
            target_type=ContentType.objects.get_for_model(ContactPerson), target_id__in=record.contacts.all()
        )
        proposals = ChangeProposal.objects.filter(Q(pk__in=proposals) | of_contacts)
    keys = [record.pk]
    if with_names and isinstance(record, Organisation | Offer):
        keys += record.merged.values_list("pk", flat=True)
    changes = StatusChange.objects.filter(
        Q(target_type=ContentType.objects.get_for_model(record), target_id__in=keys)
        | Q(target_type=ContentType.objects.get_for_model(ChangeProposal), target_id__in=proposals.values("pk"))
    )
    return [
        Step(change.at, _title(change, titles), change.reason, _by(change, with_names=with_names))
        for change in changes.select_related("by_user").order_by("-at", "-pk")
    ]


def _title(change: StatusChange, titles: Mapping[str, str]) -> str:
    if change.verb == "submit" and change.by_link_id:
        return SUBMITTED_BY_LINK
    return titles.get(change.verb, change.verb)


def _by(change: StatusChange, *, with_names: bool) -> str:
    if change.by_user is not None:
        return change.by_user.get_full_name() if with_names else "Integrationszentrum"
    return "über den Link aus der E-Mail" if change.by_link_id else "automatisch"
