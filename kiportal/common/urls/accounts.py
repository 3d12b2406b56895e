"""Account pages below /konto/: django-allauth's views under the names that library reverses itself.

Only what is listed here can be reached: there is no sign-up, no login by code, no third-party login.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path

from kiportal.common.views import accounts as views

urlpatterns = [
    path("anmelden/", account.login, name="account_login"),
    path("abmelden/", views.logout, name="account_logout"),
    path("abgeschaltet/", account.account_inactive, name="account_inactive"),
    path("bestaetigen/", account.reauthenticate, name="account_reauthenticate"),
    path("e-mail/", account.email, name="account_email"),
    path("e-mail/bestaetigen/", account.email_verification_sent, name="account_email_verification_sent"),
    path("e-mail/bestaetigen/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("passwort/", account.password_change, name="account_change_password"),
    path("passwort/vergessen/", views.PasswordReset.as_view(), name="account_reset_password"),
    path("passwort/vergessen/gesendet/", account.password_reset_done, name="account_reset_password_done"),
    path("passwort/neu/fertig/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^passwort/neu/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("zwei-faktor/", mfa.index, name="mfa_index"),
    path("zwei-faktor/anmelden/", mfa.authenticate, name="mfa_authenticate"),
    path("zwei-faktor/bestaetigen/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("zwei-faktor/app/einrichten/", totp.activate_totp, name="mfa_activate_totp"),
    path("zwei-faktor/app/abschalten/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("zwei-faktor/codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("zwei-faktor/codes/neu/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("zwei-faktor/codes/datei/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
]
