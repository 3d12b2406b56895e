"""Mails about barrier reports."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from kiportal.common import mail
from kiportal.common.jobs import Run
from kiportal.common.models import Centre, StatusChange
from kiportal.pages.models import BarrierReport


def barrier_notice(report: BarrierReport, *, run: Run) -> None:
    """Tell the centre; the words of the report stay in the workspace."""
    with translation.override(settings.LANGUAGE_CODE):
        url = settings.KIPORTAL_BASE_URL + reverse("pages:barrier_detail", args=[report.pk])
    mail.send(
        "barrier_notice",
        to=Centre.objects.current().email,
        context={"report": report, "action_url": url, "action_label": "Meldung öffnen"},
        run=run,
    )


def barrier_receipt(report: BarrierReport, *, run: Run) -> None:
    mail.send("barrier_receipt", to=report.email, context={"report": report}, run=run, language=report.language)


def barrier_message(report: BarrierReport, change: StatusChange, *, run: Run) -> None:
    """The interim message or the answer, with the note on the Ombudsverfahren that the law asks for."""
    context = {"report": report, "text": change.reason, "is_answer": change.verb == "answer"}
    mail.send("barrier_message", to=report.email, context=context, run=run, language=report.language)
