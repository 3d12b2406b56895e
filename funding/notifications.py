"""Mails of this room."""

from django.conf import settings
from django.utils import timezone, translation

from funding.models import UseOfFundsReport
from kiportal.common import mail
from kiportal.common.jobs import Run
from kiportal.common.models import User


def report_reminder(use_report: UseOfFundsReport, user: User, *, run: Run) -> None:
    """No amounts and no names: mails are read on telephones and forwarded."""
    with translation.override(settings.LANGUAGE_CODE):
        url = settings.KIPORTAL_BASE_URL + use_report.get_absolute_url()
    mail.send(
        "funding_report_reminder",
        to=user.email,
        context={
            "report": use_report,
            "is_overdue": use_report.due_on < timezone.localdate(),
            "user": user,
            "action_url": url,
            "action_label": "Nachweis öffnen",
        },
        run=run,
    )
