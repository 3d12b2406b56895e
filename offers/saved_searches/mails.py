"""Mails about saved searches, one function each; their words lie in `templates/emails/searches/<matter>.txt`."""

from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kiportal.common import links, mail
from kiportal.common.jobs import Run
from kiportal.common.models import AccessLink
from offers.models import Offer, SavedSearch
from offers.saved_searches.finding import filters_for, in_words

# So many offers stand in one mail; the others are in the list.
AT_MOST = 20


def confirmation(search: SavedSearch, link: AccessLink, *, run: Run) -> None:
    """The link for a search that was asked for: to confirm it, or to see what it is like."""
    with translation.override(search.form_language):
        is_open = search.status == SavedSearch.Status.UNCONFIRMED
        _send(
            "confirmation",
            search,
            link,
            run=run,
            subject=_("Bitte bestätigen: neue Angebote per E-Mail") if is_open else _("Ihre gemerkte Suche"),
            label=_("Suche bestätigen") if is_open else _("Suche ansehen"),
            stop=_("Haben Sie das nicht bestellt? Dann müssen Sie nichts tun. Wir löschen die Adresse nach 14 Tagen.")
            if is_open
            else _("Haben Sie das nicht bestellt? Dann müssen Sie nichts tun."),
            is_open=is_open,
        )


def hits(search: SavedSearch, link: AccessLink, offers: list[Offer], *, run: Run) -> None:
    """What is new, each with the address of its page, and one link to change or end the search."""
    with translation.override(search.form_language):
        number = len(offers)
        subject = ngettext("%(number)d neues Angebot für Sie", "%(number)d neue Angebote für Sie", number)
        _send(
            "hits",
            search,
            link,
            run=run,
            subject=subject % {"number": number},
            label=_("Suche ändern oder beenden"),
            stop=_("Möchten Sie das nicht mehr? Auf der Seite beenden Sie die Suche mit einem Klick, ohne Anmeldung."),
            offers=[(offer, settings.KIPORTAL_BASE_URL + offer.get_absolute_url()) for offer in offers[:AT_MOST]],
            more=max(0, number - AT_MOST),
        )


def question(search: SavedSearch, link: AccessLink, *, run: Run, until: date) -> None:
    with translation.override(search.form_language):
        _send(
            "question",
            search,
            link,
            run=run,
            subject=_("Möchten Sie weiter neue Angebote per E-Mail bekommen?"),
            label=_("Ja oder nein sagen"),
            stop=_("Möchten Sie das nicht mehr? Dann müssen Sie nichts tun: Wir löschen die Suche und Ihre Adresse."),
            until=until,
        )


def _send(
    matter: str, search: SavedSearch, link: AccessLink, *, run: Run, subject: str, label: str, stop: str, **context: Any
) -> None:
    filters = filters_for(search.query)
    token = links.token(link)
    values = context | {
        "words": f"emails/searches/{matter}.txt",
        "subject": subject,
        "why": _("Sie erhalten diese Nachricht, weil diese Adresse für eine gemerkte Suche angegeben wurde."),
        "stop": stop,
        "action_url": _url("search_detail", token=token),
        "action_label": label,
        "search": search,
        "asked_for": in_words(filters),
        "left_out": filters.notices,
        "list_url": f"{_url('offer_list')}{filters.query(sortierung='neu')}",
    }
    unsubscribe = {
        "List-Unsubscribe": f"<{_url('search_unsubscribe', token=token)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    mail.send("offer", to=search.email, context=values, run=run, language=search.form_language, headers=unsubscribe)


def _url(name: str, **arguments: Any) -> str:
    return settings.KIPORTAL_BASE_URL + reverse(f"offers:{name}", kwargs=arguments)
