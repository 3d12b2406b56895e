"""Mails about entries, one function each: subject, words, one link, why it comes and how to stop it.

The words lie in `templates/emails/offer/<matter>.txt` and make both parts of the mail. Authors are written to in the
language of their form, the centre in German.
"""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actors.models import Organisation
from actors.permissions import Profile, organisation_of
from kiportal.common import links, mail
from kiportal.common.jobs import Run
from kiportal.common.models import AccessLink, Centre, ChangeProposal, StatusChange, User
from offers import changes
from offers.models import Offer

# An address and what the button to it says.
type Action = tuple[str, str]
type Record = Offer | Profile

_DECISIONS = {
    "publish": gettext_lazy("Veröffentlicht: „%(title)s“"),
    "request_changes": gettext_lazy("Rückfrage zu „%(title)s“"),
    "reject": gettext_lazy("Nicht veröffentlicht: „%(title)s“"),
    "hide": gettext_lazy("Vorübergehend nicht sichtbar: „%(title)s“"),
    "unhide": gettext_lazy("Wieder sichtbar: „%(title)s“"),
    "archive": gettext_lazy("Beendet: „%(title)s“"),
    "restore": gettext_lazy("Wieder sichtbar: „%(title)s“"),
}
_PROPOSAL_DECISIONS = {
    "accepted": gettext_lazy("Ihre Änderung ist übernommen: „%(title)s“"),
    "partly_accepted": gettext_lazy("Ihre Änderung ist zum Teil übernommen: „%(title)s“"),
    "rejected": gettext_lazy("Ihre Änderung ist nicht übernommen: „%(title)s“"),
    "changes_requested": gettext_lazy("Rückfrage zu Ihrer Änderung: „%(title)s“"),
}


def _in_language_of_author[**P](function: Callable[P, None]) -> Callable[P, None]:
    """The first argument is the offer, or what an account cares for: the workspace speaks German."""

    @wraps(function)
    def in_language(*args: P.args, **kwargs: P.kwargs) -> None:
        record: Any = args[0]
        language = record.submitter_language if isinstance(record, Offer) else settings.LANGUAGE_CODE
        with translation.override(language):
            function(*args, **kwargs)

    return in_language


# To the author


@_in_language_of_author
def confirmation(offer: Offer, link: AccessLink, *, run: Run) -> None:
    """To an address that may be a stranger's, so no words of the author stand in the subject."""
    _send(
        "confirmation",
        offer,
        to=link.email,
        run=run,
        subject=_("Bitte bestätigen: Ihre Meldung bei %(centre)s"),
        action=(_url("submission_confirm", token=links.token(link)), _("Meldung bestätigen")),
        stop=_("Waren Sie das nicht? Dann müssen Sie nichts tun. Wir löschen die Meldung nach 14 Tagen."),
        link=link,
    )


@_in_language_of_author
def draft_link(offer: Offer, link: AccessLink, *, run: Run) -> None:
    """As above: the address need not be confirmed."""
    _send(
        "draft_link",
        offer,
        to=offer.submitter_email,
        run=run,
        subject=_("Ihr Entwurf bei %(centre)s"),
        action=(_url("submission_resume", token=links.token(link)), _("Weiterschreiben")),
        stop=""
        if offer.recorded_by_id
        else _("Waren Sie das nicht? Dann müssen Sie nichts tun. Wir löschen den Entwurf nach 14 Tagen."),
    )


@_in_language_of_author
def recorded_link(offer: Offer, link: AccessLink, *, is_reminder: bool, run: Run) -> None:
    """What staff wrote down for an organisation: it checks and confirms, or says that it is wrong."""
    subject = _("Erinnerung: Bitte prüfen Sie „%(title)s“") if is_reminder else _("Bitte prüfen: „%(title)s“")
    _send(
        "recorded_link",
        offer,
        to=link.email,
        run=run,
        subject=subject,
        action=(_url("submission_resume", token=links.token(link)), _("Prüfen und bestätigen")),
        stop=_(
            "Stimmt das nicht? Auf der Seite können Sie den Entwurf löschen. Ohne Antwort löschen wir ihn von selbst."
        ),
        link=link,
        is_reminder=is_reminder,
    )


def draft_notice(offer: Offer, user: User, erased_on: date, *, run: Run) -> None:
    """To an account: the draft will go unless somebody touches it."""
    _send(
        "draft_notice",
        offer,
        to=user.email,
        run=run,
        subject="Ihr Entwurf wird bald gelöscht: „%(title)s“",
        action=(_url("member_offer_detail", pk=offer.pk), "Weiterschreiben"),
        why="Sie erhalten diese Nachricht, weil Sie im Portal für diese Organisation handeln.",
        stop="Brauchen Sie den Entwurf nicht mehr? Dann müssen Sie nichts tun.",
        erased_on=erased_on,
    )


@_in_language_of_author
def receipt(offer: Offer, change: StatusChange, *, run: Run) -> None:
    """The entry, or the answer to a question, has arrived. The link shows how things stand."""
    is_answer = change.verb == "resubmit"
    drafts = AccessLink.objects.for_target(offer).filter(purpose=AccessLink.Purpose.DRAFT, revoked_at=None)
    link = drafts.order_by("created_at").last()
    state_url = link and _url("submission_step", token=links.token(link), step="gesendet")
    _send(
        "receipt",
        offer,
        to=offer.submitter_email,
        run=run,
        subject=_("Ihre Antwort ist da: „%(title)s“") if is_answer else _("Eingegangen: „%(title)s“"),
        action=(state_url, _("Stand ansehen")) if state_url else None,
        is_answer=is_answer,
    )


@_in_language_of_author
def decision(offer: Offer, change: StatusChange, link: AccessLink | None, *, run: Run) -> None:
    """What the centre decided, in its own words, and where the author can go on."""
    action = _care(link) if link else None
    if link and link.purpose == AccessLink.Purpose.DRAFT:
        action = (_url("submission_step", token=links.token(link), step="pruefen"), _("Ergänzen und antworten"))
    _send(
        f"decision_{change.verb}",
        offer,
        to=offer.submitter_email,
        run=run,
        subject=str(_DECISIONS[change.verb]),
        action=action,
        change=change,
        link=link,
        public_url=settings.KIPORTAL_BASE_URL + offer.get_absolute_url() if offer.slug else "",
    )


@_in_language_of_author
def proposal_decision(
    record: Record, proposal: ChangeProposal, change: StatusChange, link: AccessLink | None, *, run: Run
) -> None:
    """Which of the proposed changes were taken over, with the reason; or what the centre asks about them."""
    is_question, fields = change.verb == "question_proposal", changes.fields_of(record)
    if not isinstance(record, Offer) and link is not None:
        label = _("Ansehen und antworten") if is_question else _("Angaben der Organisation")
        action = (_url("care_all_organisation", token=links.token(link)), label)
    elif not isinstance(record, Offer):
        profile_url = _url("member_profile", organisation_pk=organisation_of(record).pk)
        action = (profile_url, "Ansehen und antworten" if is_question else "Zu Ihrer Organisation")
    elif link is None:
        action = (settings.KIPORTAL_BASE_URL + reverse("pages:workspace_home"), _("Zu Ihren Angeboten"))
    elif is_question:
        action = (_url("care_edit", token=links.token(link)), _("Ansehen und antworten"))
    else:
        action = _care(link)
    taken = [name for name, values in proposal.changes.items() if fields.current(record, name) == values["new"]]
    _send(
        "proposal_question" if is_question else "proposal_decision",
        record,
        to=proposal.author_email,
        run=run,
        subject=str(_PROPOSAL_DECISIONS[change.to_status]),
        action=action,
        has_care_link=not proposal.by_account and isinstance(record, Offer),
        change=change,
        taken=[fields.label(name) for name in taken],
        left=[fields.label(name) for name in proposal.changes if name not in taken],
    )


@_in_language_of_author
def care_link(offer: Offer, link: AccessLink, *, run: Run) -> None:
    subject = _("Ihr Pflege-Link für „%(title)s“")
    _send("care_link", offer, to=link.email, run=run, subject=subject, action=_care(link), link=link)


@_in_language_of_author
def preview_link(offer: Offer, link: AccessLink, *, run: Run, is_change: bool = False) -> None:
    """The entry as everybody will see it, before it or a change of it is released."""
    action = (_url("offer_preview", token=links.token(link)), _("Vorschau ansehen"))
    subject = _("Vorschau: „%(title)s“")
    _send("preview_link", offer, to=link.email, run=run, subject=subject, action=action, link=link, is_change=is_change)


# To the centre


def submission_notice(offer: Offer, change: StatusChange, *, run: Run) -> None:
    """An entry came in, or an answer to a question."""
    is_answer = change.verb == "resubmit"
    _tell_centre(
        "submission_notice",
        offer,
        run=run,
        subject="Antwort auf Ihre Rückfrage: „%(title)s“" if is_answer else "Neu zu prüfen: „%(title)s“",
        action=(_url("review_detail", pk=offer.pk), "Eintrag prüfen"),
        is_answer=is_answer,
        answer=change.reason,
    )


def proposal_notice(record: Record, proposal: ChangeProposal, *, run: Run) -> None:
    """A change waits for a decision, or was taken over because the organisation is trusted."""
    is_open, is_offer = proposal.status == ChangeProposal.Status.OPEN, isinstance(record, Offer)
    opened = ("Eintrag geändert", "Eintrag öffnen") if is_offer else ("Geändert", "Organisation öffnen")
    matter, label = ("Änderung zu prüfen", "Änderung prüfen") if is_open else opened
    page = "staff_offer_detail" if is_offer else "staff_organisation_detail"
    key = record.pk if isinstance(record, Offer) else organisation_of(record).pk
    fields = changes.fields_of(record)
    _tell_centre(
        "proposal_notice" if is_offer else "profile_notice",
        record,
        run=run,
        subject=f"{matter}: „%(title)s“",
        action=(_url("proposal_detail", pk=proposal.pk) if is_open else _url(page, pk=key), label),
        is_open=is_open,
        labels=[fields.label(name) for name in proposal.changes],
        message=proposal.message,
    )


def ended_notice(offer: Offer, *, run: Run) -> None:
    """The author ended an entry."""
    action = (_url("staff_offer_detail", pk=offer.pk), "Eintrag öffnen")
    _tell_centre("ended_notice", offer, run=run, subject="Eintrag beendet: „%(title)s“", action=action)


def discarded_notice(offer: Offer, words: str, *, run: Run) -> None:
    """An organisation had its draft erased; `offer` is not stored any more."""
    action = (_url("recording_list"), "Erfasste Entwürfe ansehen")
    subject = "Entwurf gelöscht: „%(title)s“"
    _tell_centre("discarded_notice", offer, run=run, subject=subject, action=action, text=words)


# How


def _tell_centre(matter: str, record: Record, *, run: Run, subject: str, action: Action, **context: Any) -> None:
    _send(
        matter,
        record,
        to=Centre.objects.current().email,
        run=run,
        subject=subject,
        action=action,
        why="Sie erhalten diese Nachricht, weil diese Adresse im Portal als Adresse des Zentrums steht.",
        stop="Eine andere Adresse tragen Sie in der Verwaltung beim Integrationszentrum ein.",
        **context,
    )


def _send(
    matter: str,
    record: Record,
    *,
    to: str,
    run: Run,
    subject: str,
    action: Action | None,
    why: str = "",
    stop: str = "",
    **context: Any,
) -> None:
    if not isinstance(record, Offer):
        why = why or "Sie erhalten diese Nachricht, weil Ihr Konto für diese Organisation handelt."
        stop = stop or "Handeln Sie nicht mehr für sie? Dann geben Sie im Arbeitsplatz unter „Zugänge“ Ihren zurück."
    values = context | {
        "words": f"emails/offer/{matter}.txt",
        "offer": record,
        "organisation": record.provider if isinstance(record, Offer) else organisation_of(record),
        "title": _title(record),
        "subject": subject % {"title": _title(record), "centre": Centre.objects.current().name},
        "why": why or _("Sie erhalten diese Nachricht, weil diese Adresse zu diesem Eintrag angegeben wurde."),
        "stop": stop or _("Möchten Sie keine Nachrichten mehr zu diesem Eintrag? Antworten Sie kurz auf diese E-Mail."),
        "action_url": action[0] if action else "",
        "action_label": action[1] if action else "",
    }
    mail.send("offer", to=to, context=values, run=run, language=translation.get_language() or settings.LANGUAGE_CODE)


def _title(record: Record) -> str:
    match record:
        case Offer():
            return record.title or record.provider.name
        case Organisation():
            return record.name
        case _:
            return f"{record.organisation}, {record.function}"


def _care(link: AccessLink) -> Action:
    return _url("care_detail", token=links.token(link)), _("Eintrag pflegen")


def _url(name: str, **arguments: Any) -> str:
    return settings.KIPORTAL_BASE_URL + reverse(f"offers:{name}", kwargs=arguments)
