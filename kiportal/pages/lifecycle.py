"""Every change of a barrier report: open -> interim -> answered, or answered at once."""

import uuid

from django.db import transaction
from django.utils import timezone

from kiportal.common.jobs import enqueue
from kiportal.common.models import StatusChange, User
from kiportal.common.transitions import Transition, TransitionError, apply, table
from kiportal.pages.models import BarrierReport
from kiportal.pages.permissions import can_answer_barrier_report

_S = BarrierReport.Status

BARRIER_REPORT = table(
    Transition("send_interim", frozenset({_S.OPEN}), _S.INTERIM, can_answer_barrier_report),
    Transition("answer", frozenset({_S.OPEN, _S.INTERIM}), _S.ANSWERED, can_answer_barrier_report),
)


@transaction.atomic
def receive(key: uuid.UUID, *, page: str, description: str, name: str, email: str, language: str) -> BarrierReport:
    """Store a report once, however often its form arrives; the centre and the author get a mail."""
    report, is_new = BarrierReport.objects.get_or_create(
        key=key,
        defaults={
            "page": page,
            "description": description,
            "name": name,
            "email": email,
            "language": language,
        },
    )
    if is_new:
        enqueue("pages.send_barrier_notice", report.pk, title=f"E-Mail an das KI: Barriere {report}")
        if email:
            enqueue("pages.send_barrier_receipt", report.pk, title=f"E-Mail: Meldung eingegangen – {report}")
    return report


@transaction.atomic
def send_interim(report: BarrierReport, *, by: User, text: str) -> StatusChange:
    """Say that it takes longer; the answer is then due within six weeks of the report."""
    _require_text(text)
    change = apply(BARRIER_REPORT, report, "send_interim", by=by, reason=text)
    _mail(report, change)
    return change


@transaction.atomic
def answer(report: BarrierReport, *, by: User, text: str) -> StatusChange:
    """Answer; the mail adds the note on the Ombudsverfahren. Without an address the text stays in the Verlauf."""
    _require_text(text)
    change = apply(BARRIER_REPORT, report, "answer", by=by, reason=text, answered_at=timezone.now())
    _mail(report, change)
    return change


def _mail(report: BarrierReport, change: StatusChange) -> None:
    if report.email:
        enqueue("pages.send_barrier_message", change.pk, title=f"E-Mail: Antwort auf Barriere {report}")


def _require_text(text: str) -> None:
    if not text.strip():
        raise TransitionError("Bitte schreiben Sie einen Text. Ohne Text geht keine Nachricht hinaus.")
