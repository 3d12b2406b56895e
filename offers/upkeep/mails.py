"""Mails that keep the register right, one function each; their words lie in `templates/emails/upkeep/<matter>.txt`."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kiportal.common import links, mail
from kiportal.common.jobs import Run
from kiportal.common.models import AccessLink
from offers.models import Offer
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
