"""Jobs of this room: ids in, one function called."""

from kiportal.common.jobs import JobRefused, Run, job
from kiportal.common.models import Centre, StatusChange
from kiportal.pages import notifications
from kiportal.pages.models import BarrierReport


@job
def send_barrier_notice(run: Run, pk: int) -> None:
    if not Centre.objects.current().email:
        raise JobRefused("Das Integrationszentrum hat noch keine E-Mail-Adresse. Bitte in der Verwaltung eintragen.")
    notifications.barrier_notice(_report(pk), run=run)


@job
def send_barrier_receipt(run: Run, pk: int) -> None:
    notifications.barrier_receipt(_report(pk), run=run)


@job
def send_barrier_message(run: Run, change_pk: int) -> None:
    change = StatusChange.objects.get(pk=change_pk)
    notifications.barrier_message(_report(change.target_id), change, run=run)


def _report(pk: int) -> BarrierReport:
    report = BarrierReport.objects.filter(pk=pk).first()
    if report is None:
        raise JobRefused("Die Meldung ist inzwischen gelöscht.")
    return report
