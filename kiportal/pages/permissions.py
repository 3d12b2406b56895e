"""Who may do what with the rows of this room."""

from kiportal.common.models import User
from kiportal.common.transitions import By
from kiportal.pages.models import BarrierReport


def can_answer_barrier_report(by: By, report: BarrierReport) -> bool:
    return isinstance(by, User) and by.has_perm("pages.answer_barrierreport")
