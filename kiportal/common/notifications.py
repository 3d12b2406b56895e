"""Mails about accounts."""

from datetime import date

from allauth.account import app_settings
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from kiportal.common import mail
from kiportal.common.jobs import Run
from kiportal.common.models import User

# What django-allauth reports, by the name of its own mail template.
EVENTS = {
    "password_changed": _("Ihr Passwort wurde geändert"),
    "password_reset": _("Ihr Passwort wurde neu gesetzt"),
    "email_changed": _("Die E-Mail-Adresse Ihres Kontos wurde geändert"),
    "email_deleted": _("Der Wechsel Ihrer E-Mail-Adresse ist abgebrochen"),
    "totp_activated": _("Die Anmeldung in zwei Schritten ist eingeschaltet"),
    "totp_deactivated": _("Die Anmeldung in zwei Schritten ist abgeschaltet"),
    "recovery_codes_generated": _("Für Ihr Konto gibt es neue Ersatz-Codes"),
}


def invitation(user: User, organisation: str = "", *, run: Run) -> None:
    """The way in; who has a password already only learns of the organisation that came with this invitation."""
    is_known = bool(organisation) and user.has_usable_password()
    german = settings.LANGUAGE_CODE
    context = {
        "user": user,
        "organisation": organisation,
        "is_known": is_known,
        "action_url": _url("account_login", german) if is_known else _password_url(user, german),
        "action_label": "Anmelden" if is_known else "Passwort festlegen",
    }
    mail.send("account_invitation", to=user.email, context=context, run=run)


def password_reset(user: User, *, run: Run, language: str) -> None:
    context = {"user": user, "action_url": _password_url(user, language), "action_label": _("Neues Passwort festlegen")}
    mail.send("account_password_reset", to=user.email, context=context, run=run, language=language)


def email_confirmation(address: EmailAddress, *, run: Run, language: str) -> None:
    url = _url("account_confirm_email", language, key=EmailConfirmationHMAC.create(address).key)
    context = {"user": address.user, "action_url": url, "action_label": _("Adresse bestätigen")}
    mail.send("account_email_confirmation", to=address.email, context=context, run=run, language=language)


def account_notice(user: User, event: str, email: str, *, run: Run, language: str) -> None:
    context = {
        "user": user,
        "event": EVENTS[event],
        "now": timezone.now(),
        "action_url": _url("account_reset_password", language),
        "action_label": _("Das war ich nicht: Passwort neu setzen"),
    }
    mail.send("account_notice", to=email, context=context, run=run, language=language)


def unused_notice(user: User, erased_on: date, *, run: Run) -> None:
    context = {
        "user": user,
        "erased_on": erased_on,
        "action_url": _url("account_login", settings.LANGUAGE_CODE),
        "action_label": "Anmelden",
    }
    mail.send("account_unused", to=user.email, context=context, run=run)


def _password_url(user: User, language: str) -> str:
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    return _url("account_reset_password_from_key", language, uidb36=user_pk_to_url_str(user), key=key)


def _url(name: str, language: str, **arguments: str) -> str:
    with translation.override(language):
        return settings.KIPORTAL_BASE_URL + reverse(name, kwargs=arguments)
