"""Mails that keep the register right, one function each; their words lie in `templates/emails/upkeep/<matter>.txt`."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kiportal.common import links, mail
from kiportal.common.jobs import Run
from kiportal.common.models import AccessLink, Centre, StatusChange
from offers.models import Hint, Need, Offer, SurveyInvitation
from offers.upkeep.due import Entry, Stage

# An address and what the button to it says.
type Action = tuple[str, str]


def confirmation_request(link: AccessLink, entries: list[Entry], *, run: Run) -> None:
    """All entries of an address that run out, have run out or are hidden, and one link to confirm them."""
    newest = max((entry.offer for entry in entries), key=lambda offer: offer.submitted_at or offer.created_at)
    with translation.override(newest.submitter_language):
        number = len(entries)
        subject = ngettext(
            "Stimmt noch alles? %(number)d Eintrag von %(organisation)s",
            "Stimmt noch alles? %(number)d Einträge von %(organisation)s",
            number,
        )
        _send(
            "confirmation_request",
            to=link.email,
            run=run,
            subject=subject % {"number": number, "organisation": link.target},
            action=(_care_all_url(link), _("Ansehen und bestätigen")),
            why=_("Sie erhalten diese Nachricht, weil diese Adresse zu diesen Einträgen angegeben wurde."),
            stop=_("Möchten Sie keine Erinnerungen mehr? Auf der Seite können Sie sie mit einem Klick abbestellen."),
            organisation=link.target,
            link=link,
            waiting=[entry for entry in entries if entry.stage > Stage.DUE],
            overdue=[entry for entry in entries if entry.stage == Stage.DUE],
            hidden=[entry for entry in entries if entry.stage == Stage.HIDDEN],
        )


def care_all_link(link: AccessLink, *, run: Run) -> None:
    """A link that was asked for: again, or by the centre for somebody."""
    offers = Offer.objects.in_care_of(link.target_id, link.email).order_by("-submitted_at")
    newest = offers.first()
    with translation.override(newest.submitter_language if newest else settings.LANGUAGE_CODE):
        _send(
            "care_all_link",
            to=link.email,
            run=run,
            subject=_("Ihr Pflege-Link für die Einträge von %(organisation)s") % {"organisation": link.target},
            action=(_care_all_url(link), _("Einträge pflegen")),
            why=_("Sie erhalten diese Nachricht, weil diese Adresse zu diesen Einträgen angegeben wurde."),
            stop=_("Haben Sie den Link nicht angefordert? Dann müssen Sie nichts tun."),
            organisation=link.target,
            link=link,
        )


def survey_invitation(invitation: SurveyInvitation, link: AccessLink, *, run: Run, is_reminder: bool) -> None:
    """The centre asks what an organisation offers: the first time, or once more because nobody has answered."""
    survey, offers = invitation.survey, Offer.objects.in_care_of(link.target_id, link.email)
    newest = offers.order_by("-submitted_at").first()
    with translation.override(newest.submitter_language if newest else settings.LANGUAGE_CODE):
        subject = _("Erinnerung: %(survey)s, bitte bis %(day)s") if is_reminder else _("%(survey)s: Ihre Angebote")
        day = date_format(survey.answer_by, "SHORT_DATE_FORMAT")
        _send(
            "survey_reminder" if is_reminder else "survey_invitation",
            to=link.email,
            run=run,
            subject=subject % {"survey": survey.title, "day": day},
            action=(_url("survey_answer", token=links.token(link)), _("Fragen beantworten")),
            why=_("Sie erhalten diese Nachricht, weil diese Adresse zu Ihrer Organisation angegeben wurde."),
            stop=_("Sind Sie nicht mehr zuständig? Dann antworten Sie einfach auf diese E-Mail."),
            organisation=invitation.organisation,
            survey=survey,
            offers=[answer.offer for answer in invitation.answers.select_related("offer").order_by("offer__sort_key")],
            link=link,
        )


def need_notice(need: Need, *, run: Run) -> None:
    _tell_centre("need_notice", need, run=run, subject=f"Hier fehlt ein Angebot: {need.number}")


def hint_notice(hint: Hint, *, run: Run) -> None:
    _tell_centre("hint_notice", hint, run=run, subject=f"Hinweis auf einen Fehler: {hint.number}")


def _tell_centre(matter: str, message: Need | Hint, *, run: Run, subject: str) -> None:
    """The words of the person stay in the workspace."""
    with translation.override(settings.LANGUAGE_CODE):
        _send(
            matter,
            to=Centre.objects.current().email,
            run=run,
            subject=subject,
            action=(settings.KIPORTAL_BASE_URL + message.get_absolute_url(), "Öffnen"),
            why="Sie erhalten diese Nachricht, weil diese Adresse im Portal als Adresse des Zentrums steht.",
            stop="Eine andere Adresse tragen Sie in der Verwaltung beim Integrationszentrum ein.",
            message=message,
        )


def need_answer(need: Need, change: StatusChange, *, run: Run) -> None:
    with translation.override(need.form_language):
        fits = Offer.objects.visible_to_public(timezone.localdate()).filter(pk__in=[need.offer_id]).first()
        action = _of_kommune(need, "local_gap_list", "Ihre gemeldeten Bedarfe")
        if fits:
            action = (settings.KIPORTAL_BASE_URL + fits.get_absolute_url(), _("Angebot ansehen"))
        subject = _("Zu Ihrer Meldung %(number)s: Hier fehlt ein Angebot") % {"number": need.number}
        _answer("need_answer", need, change, run=run, subject=subject, action=action, offer=fits)


def hint_answer(hint: Hint, change: StatusChange, *, run: Run) -> None:
    with translation.override(hint.form_language):
        subject = _("Zu Ihrem Hinweis %(number)s") % {"number": hint.number}
        _answer(
            "hint_answer",
            hint,
            change,
            run=run,
            subject=subject,
            action=_of_kommune(hint, "local_hint_list", "Ihre Hinweise"),
        )


def _of_kommune(message: Need | Hint, page: str, label: str) -> Action | None:
    """Who wrote for a Kommune finds the answer on a page, too."""
    body = message.by_organisation
    if body is None or body.municipality is None:
        return None
    return _url(page, slug=body.municipality.slug), label


def _answer(
    matter: str,
    message: Need | Hint,
    change: StatusChange,
    *,
    run: Run,
    subject: str,
    action: Action | None,
    **context: Any,
) -> None:
    why = _("Sie erhalten diese Nachricht, weil diese Adresse in unserem Formular angegeben wurde.")
    if message.by_organisation:
        why = "Sie erhalten diese Nachricht, weil Sie uns im Portal für Ihre Kommune geschrieben haben."
    _send(
        matter,
        to=message.email,
        run=run,
        subject=subject,
        action=action,
        why=why,
        stop=_("Weitere Nachrichten dazu bekommen Sie nicht."),
        message=message,
        text=change.reason,
        **context,
    )


def hint_forward(hint: Hint, change: StatusChange, link: AccessLink, *, run: Run) -> None:
    """To those who know, without the address of the person."""
    offer = hint.offer
    with translation.override(offer.submitter_language if offer else settings.LANGUAGE_CODE):
        _send(
            "hint_forward",
            to=link.email,
            run=run,
            subject=_("Ein Hinweis zu „%(title)s“") % {"title": hint.about},
            action=(_care_all_url(link), _("Einträge pflegen")),
            why=_("Sie erhalten diese Nachricht, weil diese Adresse zu diesen Einträgen angegeben wurde."),
            stop=_("Haben Sie Fragen dazu? Dann antworten Sie einfach auf diese E-Mail."),
            hint=hint,
            text=change.reason,
        )


def _send(
    matter: str, *, to: str, run: Run, subject: str, action: Action | None, why: str, stop: str, **context: Any
) -> None:
    values = context | {
        "words": f"emails/upkeep/{matter}.txt",
        "subject": subject,
        "why": why,
        "stop": stop,
        "action_url": action[0] if action else "",
        "action_label": action[1] if action else "",
        "today": timezone.localdate(),
    }
    mail.send("offer", to=to, context=values, run=run, language=translation.get_language() or settings.LANGUAGE_CODE)


def _care_all_url(link: AccessLink) -> str:
    return _url("care_all", token=links.token(link))


def _url(name: str, **arguments: Any) -> str:
    return settings.KIPORTAL_BASE_URL + reverse(f"offers:{name}", kwargs=arguments)
