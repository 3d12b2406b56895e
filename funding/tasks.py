"""Jobs of this room: the PDFs and the mails about Verwendungsnachweise."""

from datetime import date
from typing import Any

from django.utils import timezone

from funding import notifications, pdf
from funding.models import UseOfFundsReport
from funding.permissions import can_manage_funding
from kiportal.common.jobs import JobRefused, Run, job
from kiportal.common.models import User


@job
def render_document(run: Run, kind: str, first: str, last: str) -> dict[str, Any]:
    """Print the sheet or the numbers of a year; `funding.pdf.name` says where the file lies."""
    document = pdf.render_pdf(
        pdf.Kind(kind),
        pdf.time_of(first, last),
        timezone.localdate(),
        run.id,
        on_progress=lambda page, _section: run.progress(0, 1, f"Seite {page}"),
    )
    pdf.store(run.id, document)
    return {"pages": document.pages}


@job
def send_report_reminder(run: Run, pk: int, user_pk: int, due_on: str) -> dict[str, Any] | None:
    """What was handed in, got another day or is no longer this person's business needs no mail."""
    found = UseOfFundsReport.objects.select_related("grant__programme").filter(pk=pk).first()
    if found is None:
        raise JobRefused("Den Verwendungsnachweis gibt es nicht mehr.")
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    if (
        user is None
        or not can_manage_funding(user)
        or not found.is_waiting
        or found.due_on != date.fromisoformat(due_on)
    ):
        return {
            "skipped": "Der Nachweis ist eingereicht, hat einen anderen Termin, oder das Konto ist nicht zuständig."
        }
    notifications.report_reminder(found, user, run=run)
    return None
