"""allauth's forms with our labels: no placeholders (they vanish while one types), one sentence about passwords."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kiportal.common import limits
from kiportal.common.jobs import enqueue

GOOD_PASSWORD = _("Mindestens 12 Zeichen. Gut sind mehrere Wörter hintereinander, die nur Sie so zusammenstellen.")
CODE_HINT = _("Sechs Ziffern aus Ihrer App – oder einer Ihrer Ersatz-Codes.")


class _Plain(forms.Form):
    """Give the fields the labels and hints of `texts`; all other hints of allauth go."""

    texts: dict[str, tuple[Any, Any]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, hint) in self.texts.items():
            field = self.fields[name]
            field.label, field.help_text = label, hint
            field.widget.attrs.pop("placeholder", None)


class _TwoPasswords(_Plain):
    def clean(self) -> dict[str, Any]:
        # Past allauth's own comparison, whose sentence says "du".
        cleaned = super(account.PasswordVerificationMixin, self).clean() or self.cleaned_data
        if {"password1", "password2"} <= cleaned.keys() and cleaned["password1"] != cleaned["password2"]:
            self.add_error(
                "password2", _("Die beiden Passwörter sind nicht gleich. Bitte geben Sie beide noch einmal ein.")
            )
        return cleaned


class LoginForm(_Plain, account.LoginForm):
    texts = {"login": (_("Anmeldename oder E-Mail-Adresse"), ""), "password": (_("Passwort"), "")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ReauthenticateForm(_Plain, account.ReauthenticateForm):
    texts = {"password": (_("Ihr Passwort"), "")}


class ChangePasswordForm(_TwoPasswords, account.ChangePasswordForm):
    texts = {
        "oldpassword": (_("Jetziges Passwort"), ""),
        "password1": (_("Neues Passwort"), GOOD_PASSWORD),
        "password2": (_("Neues Passwort noch einmal"), ""),
    }


class ResetPasswordKeyForm(_TwoPasswords, account.ResetPasswordKeyForm):
    texts = {
        "password1": (_("Neues Passwort"), GOOD_PASSWORD),
        "password2": (_("Neues Passwort noch einmal"), ""),
    }


class ResetPasswordForm(_Plain, account.ResetPasswordForm):
    """Known and unknown addresses get the same answer and the same work: one job, which knows whom to write to."""

    texts = {"email": (_("E-Mail-Adresse Ihres Kontos"), "")}
    too_many = False

    def clean_email(self) -> str:
        email: str = super().clean_email()
        if limits.mail_exceeded(email):
            self.too_many = True
            raise forms.ValidationError(
                _("Für diese Adresse wurde heute schon mehrmals ein Link angefordert. Bitte versuchen Sie es morgen.")
            )
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        user = self.users[0].pk if self.users else None
        enqueue("common.send_password_reset", user, get_language(), title="E-Mail: Passwort neu setzen")
        return str(self.cleaned_data["email"])


class AddEmailForm(_Plain, account.AddEmailForm):
    texts = {"email": (_("Neue E-Mail-Adresse"), "")}
    action_add = forms.CharField(widget=forms.HiddenInput, initial="1", required=False)  # names the verb to allauth


class AuthenticateForm(_Plain, mfa.AuthenticateForm):
    texts = {"code": (_("Code"), CODE_HINT)}


class SecondFactorReauthenticateForm(_Plain, mfa.ReauthenticateForm):
    texts = {"code": (_("Code"), CODE_HINT)}


class ActivateTOTPForm(_Plain, totp.ActivateTOTPForm):
    texts = {"code": (_("Code aus der App"), _("Sechs Ziffern. Die App zeigt alle 30 Sekunden neue."))}
