"""django-allauth as this portal wants it: accounts by invitation, mails as jobs, sentences in formal German."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmationMixin
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kiportal.common import limits
from kiportal.common.jobs import enqueue
from kiportal.common.models import User

WRONG = _("Der Anmeldename oder das Passwort stimmt nicht. Bitte prüfen Sie beides.")
WRONG_CODE = _("Dieser Code stimmt nicht oder ist abgelaufen. Bitte geben Sie einen neuen ein.")
TOO_OFT = _("Das waren zu viele Versuche. Bitte warten Sie fünf Minuten.")


class InvitationOnlyAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Dieses Konto ist abgeschaltet."),
        "duplicate_email": _("Diese Adresse gehört schon zu Ihrem Konto."),
        "email_password_mismatch": WRONG,
        "username_password_mismatch": WRONG,
        "invalid_login": WRONG,
        "enter_current_password": _("Das ist nicht Ihr jetziges Passwort."),
        "incorrect_password": _("Das Passwort stimmt nicht."),
        "incorrect_code": WRONG_CODE,
        "invalid_password_reset": _("Dieser Link gilt nicht mehr."),
        "too_many_login_attempts": TOO_OFT,
        "rate_limited": TOO_OFT,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return limits.address(request)

    # Mails: allauth would send them before it answers. A job sends them later, and again if the server is away.

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: EmailConfirmationMixin, signup: bool
    ) -> None:
        address: EmailAddress = emailconfirmation.email_address
        enqueue("common.send_email_confirmation", address.pk, get_language(), title="E-Mail: Adresse bestätigen")

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the owner what was changed; `email` is the old address when it is the address that changed."""
        event = template_prefix.rpartition("/")[2]
        enqueue(
            "common.send_account_notice", user.pk, event, email or user.email, get_language(), title="E-Mail: Konto"
        )


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "unverified_email": _("Bitte bestätigen Sie zuerst Ihre E-Mail-Adresse."),
        "cannot_generate_recovery_codes": _("Richten Sie zuerst eine App ein. Dann gibt es auch Ersatz-Codes."),
    }
