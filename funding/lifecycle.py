"""The only door for the state of Verwendungsnachweise and of public summaries.

A Verwendungsnachweis: open -> submitted -> accepted, with questions of the authority in between. A summary: draft <->
published; its figures are taken when it is published and stay as they were until that is done again.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from funding.models import FundingSummary, UseOfFundsReport
from funding.overview import summary
from funding.permissions import MANAGE, can_manage_funding
from kiportal.common.jobs import enqueue
from kiportal.common.models import StatusChange, User
from kiportal.common.transitions import Transition, TransitionError, apply, table

_R = UseOfFundsReport.Status
_S = FundingSummary.Status
# Days before a Verwendungsnachweis is due on which the centre's head gets a mail; afterwards there is one a week.
REMIND_DAYS = (30, 7, 0)
OVERDUE_DAYS = 7

USE_REPORT = table(
    Transition("submit", frozenset({_R.OPEN, _R.CHANGES_REQUESTED}), _R.SUBMITTED, can_manage_funding),
    Transition("request_changes", frozenset({_R.SUBMITTED}), _R.CHANGES_REQUESTED, can_manage_funding),
    Transition("accept", frozenset({_R.SUBMITTED}), _R.ACCEPTED, can_manage_funding),
    Transition("reopen", frozenset({_R.SUBMITTED, _R.ACCEPTED}), _R.OPEN, can_manage_funding),
)
SUMMARY = table(
    Transition("publish", frozenset({_S.DRAFT, _S.PUBLISHED}), _S.PUBLISHED, can_manage_funding),
    Transition("withdraw", frozenset({_S.PUBLISHED}), _S.DRAFT, can_manage_funding),
)


# Verwendungsnachweise


def submit(
    use_report: UseOfFundsReport, *, by: User, submitted_on: date | None = None, reason: str = ""
) -> StatusChange:
    """It was handed in on that day, today unless told otherwise."""
    day = _not_in_future(submitted_on or timezone.localdate())
    return apply(USE_REPORT, use_report, "submit", by=by, reason=reason, submitted_on=day)


def request_changes(use_report: UseOfFundsReport, *, by: User, due_on: date, reason: str) -> StatusChange:
    """The authority asks back; the answer has a due date of its own, with mails of its own."""
    if not reason.strip():
        raise TransitionError("Bitte schreiben Sie, was die Behörde wissen will.")
    return apply(USE_REPORT, use_report, "request_changes", by=by, reason=reason, due_on=due_on, reminded_days=None)


def accept(
    use_report: UseOfFundsReport, *, by: User, accepted_on: date | None = None, reason: str = ""
) -> StatusChange:
    day = _not_in_future(accepted_on or timezone.localdate())
    return apply(USE_REPORT, use_report, "accept", by=by, reason=reason, accepted_on=day)


def reopen(use_report: UseOfFundsReport, *, by: User, reason: str) -> StatusChange:
    """Taken back: entered by mistake."""
    if not reason.strip():
        raise TransitionError("Bitte schreiben Sie, warum der Nachweis wieder offen ist.")
    return apply(USE_REPORT, use_report, "reopen", by=by, reason=reason, submitted_on=None, accepted_on=None)


def _not_in_future(day: date) -> date:
    if day > timezone.localdate():
        raise TransitionError("Das Datum liegt in der Zukunft. Bitte wählen Sie heute oder einen früheren Tag.")
    return day


@transaction.atomic
def remind_of_reports(today: date) -> int:
    """Start a mail to each head for each Verwendungsnachweis whose day comes near or has passed; returns how many.

    A day on which nothing ran is made up for by one mail, not by several: the nearest threshold counts.
    """
    heads = list(User.objects.holding(MANAGE).exclude(email=""))
    started = 0
    due = UseOfFundsReport.objects.due_by(today + timedelta(days=REMIND_DAYS[0])).select_for_update(of=("self",))
    for use_report in due:
        left = (use_report.due_on - today).days
        threshold = _threshold(left)
        if use_report.reminded_days is not None and use_report.reminded_days <= threshold:
            continue
        UseOfFundsReport.objects.filter(pk=use_report.pk).update(reminded_days=threshold)
        for head in heads:
            title = f"E-Mail: {use_report} ist {'überfällig' if left < 0 else 'bald fällig'}"
            enqueue("funding.send_report_reminder", use_report.pk, head.pk, use_report.due_on.isoformat(), title=title)
            started += 1
    return started


def _threshold(left: int) -> int:
    """The reminder that belongs to so many days before the due date; negative once it has passed."""
    if left > 0:
        return min(days for days in REMIND_DAYS if days >= left)
    return -(-left // OVERDUE_DAYS) * OVERDUE_DAYS


# The public summary


def publish(summary_row: FundingSummary, *, by: User, reason: str = "") -> StatusChange:
    """Show posts and sums of that year to everybody, as they are now."""
    figures: dict[str, Any] = summary.public_figures(summary_row.year)
    return apply(SUMMARY, summary_row, "publish", by=by, reason=reason, figures=figures, published_at=timezone.now())


def withdraw(summary_row: FundingSummary, *, by: User, reason: str = "") -> StatusChange:
    return apply(SUMMARY, summary_row, "withdraw", by=by, reason=reason, figures={}, published_at=None)
