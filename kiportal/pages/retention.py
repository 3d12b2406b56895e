"""How long this room keeps personal data."""

from datetime import datetime

from kiportal.common.retention import erase, rule
from kiportal.pages.models import BarrierReport


@rule("Beantwortete Meldungen von Barrieren", days=183)
def answered_barrier_reports(before: datetime, *, delete: bool) -> int:
    return erase(BarrierReport.objects.answered_before(before), delete=delete)
