"""Jobs about accounts: ids in, one mail out. An account that was switched off meanwhile gets none."""

from datetime import date
from typing import Any

from allauth.account.models import EmailAddress

from kiportal.common import notifications
from kiportal.common.jobs import Run, job
from kiportal.common.models import User


@job
def send_invitation(run: Run, user_pk: int, organisation: str = "") -> dict[str, Any] | None:
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    if user is None:
        return {"skipped": "Das Konto ist inzwischen abgeschaltet oder gelöscht."}
    notifications.invitation(user, organisation, run=run)
    return None


@job
def send_password_reset(run: Run, user_pk: int | None, language: str) -> None:
    """`user_pk` is None when nobody has the address: that request does the same work as any other."""
    if user_pk and (user := User.objects.filter(pk=user_pk, is_active=True).first()):
        notifications.password_reset(user, run=run, language=language)


@job
def send_email_confirmation(run: Run, address_pk: int, language: str) -> None:
    if address := EmailAddress.objects.filter(pk=address_pk).select_related("user").first():
        notifications.email_confirmation(address, run=run, language=language)


@job
def send_account_notice(run: Run, user_pk: int, event: str, email: str, language: str) -> None:
    if user := User.objects.filter(pk=user_pk).first():
        notifications.account_notice(user, event, email, run=run, language=language)


@job
def send_unused_notice(run: Run, user_pk: int, erased_on: str) -> None:
    if user := User.objects.filter(pk=user_pk, is_active=True).first():
        notifications.unused_notice(user, date.fromisoformat(erased_on), run=run)
