"""Verwendungsnachweise: states, mails before the day, files that are told by their content."""

import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook
from PIL import Image

from funding import lifecycle, retention
from funding.models import Assignment, ReportAttachment, UseOfFundsReport
from kiportal.common import roles
from kiportal.common.models import Job, StatusChange, User
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.pages import overview
from offers.models import SchoolHoliday
from tests import factories
from tests.funding.factories import make_assignment, make_attachment, make_position, make_report
from tests.smtp import Mailbox

pytestmark = pytest.mark.django_db
Run = Callable[[], list[Job]]


# States


def test_report_goes_its_way(lead: User) -> None:
    use_report = make_report()
    lifecycle.submit(use_report, by=lead, submitted_on=timezone.localdate() - timedelta(days=1))
    lifecycle.request_changes(use_report, by=lead, due_on=timezone.localdate() + timedelta(days=14), reason="Belege?")
    lifecycle.submit(use_report, by=lead)
    lifecycle.accept(use_report, by=lead)
    use_report.refresh_from_db()
    assert (use_report.status, use_report.accepted_on) == ("accepted", timezone.localdate())
    verbs = StatusChange.objects.for_target(use_report).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["submit", "request_changes", "submit", "accept"]
    lifecycle.reopen(use_report, by=lead, reason="Versehen")
    assert (use_report.status, use_report.submitted_on) == ("open", None)


def test_report_is_the_business_of_the_head_alone(editor: User) -> None:
    with pytest.raises(PermissionDenied):
        lifecycle.submit(make_report(), by=editor)


def test_report_accepted_before_it_was_submitted_refused(lead: User) -> None:
    with pytest.raises(SomebodyWasFaster):
        lifecycle.accept(make_report(), by=lead)


def test_report_cannot_be_submitted_tomorrow(lead: User) -> None:
    with pytest.raises(TransitionError, match="Zukunft"):
        lifecycle.submit(make_report(), by=lead, submitted_on=timezone.localdate() + timedelta(days=1))


@pytest.mark.parametrize("verb", ["request_changes", "reopen"])
def test_steps_that_need_a_reason_ask_for_it(lead: User, verb: str) -> None:
    use_report = make_report()
    lifecycle.submit(use_report, by=lead)
    values = {"due_on": timezone.localdate()} if verb == "request_changes" else {}
    with pytest.raises(TransitionError, match="Bitte schreiben"):
        getattr(lifecycle, verb)(use_report, by=lead, reason=" ", **values)


# Mails


def days_before(days: int) -> UseOfFundsReport:
    return make_report(due_on=timezone.localdate() + timedelta(days=days))


@pytest.mark.parametrize(("days", "mails"), [(31, 0), (30, 1), (8, 1), (7, 1), (0, 1), (-3, 1)])
def test_head_is_reminded_when_the_day_comes_near(lead: User, days: int, mails: int) -> None:
    days_before(days)
    assert lifecycle.remind_of_reports(timezone.localdate()) == mails
    assert lifecycle.remind_of_reports(timezone.localdate()) == 0


def test_each_threshold_reminds_once(lead: User) -> None:
    use_report, today = days_before(40), timezone.localdate()
    days = [day for day in range(60) if lifecycle.remind_of_reports(today + timedelta(days=day))]
    assert [40 - day for day in days] == [30, 7, 0, -7, -14]
    lifecycle.submit(use_report, by=lead)
    assert lifecycle.remind_of_reports(today + timedelta(days=70)) == 0


def test_weeks_on_which_nothing_ran_are_made_up_for_by_one_mail(lead: User) -> None:
    days_before(-20)
    assert lifecycle.remind_of_reports(timezone.localdate()) == 1
    assert lifecycle.remind_of_reports(timezone.localdate()) == 0
    assert lifecycle.remind_of_reports(timezone.localdate() + timedelta(days=1)) == 1


def test_mail_about_a_day_that_has_passed_says_so(lead: User, mailbox: Mailbox, run_jobs: Run, centre: object) -> None:
    use_report = days_before(-7)
    lifecycle.remind_of_reports(timezone.localdate())
    run_jobs()
    [message] = mailbox.messages
    assert message["Subject"] == f"Verwendungsnachweis überfällig seit dem {use_report.due_on:%d.%m.%Y}"
    assert "noch nicht als eingereicht eingetragen" in message.get_body(("plain",)).get_content()


def test_reminder_is_a_mail_without_amounts_and_names(
    lead: User, mailbox: Mailbox, run_jobs: Run, centre: object
) -> None:
    use_report = days_before(7)
    make_assignment(make_position(), "Ada Beispiel")
    call_command("remind_of_reports", verbosity=0)
    run_jobs()
    [message] = mailbox.messages
    text = message.get_body(("plain",)).get_content()
    assert message["To"] == lead.email
    assert f"{use_report.due_on:%d.%m.%Y}" in message["Subject"]
    assert use_report.get_absolute_url() in text
    assert "Beispiel" not in text
    assert "170.000" not in text


def test_reminder_that_is_no_longer_true_is_not_sent(
    lead: User, mailbox: Mailbox, run_jobs: Run, centre: object
) -> None:
    first, second = days_before(7), days_before(7)
    lifecycle.remind_of_reports(timezone.localdate())
    lifecycle.submit(first, by=lead)
    UseOfFundsReport.objects.filter(pk=second.pk).update(due_on=timezone.localdate() + timedelta(days=90))
    assert all("skipped" in job.result for job in run_jobs())
    assert mailbox.messages == []


def test_due_report_is_work_of_the_head_only(lead: User, editor: User) -> None:
    days_before(20)
    days_before(60)
    centre, today = factories.make_centre(), timezone.localdate()
    SchoolHoliday.objects.create(name="Immer Ferien", first_day=today, last_day=today + timedelta(days=500))
    assert [task.kind for task in overview.due_today(lead, centre)] == ["Nachweis"]
    assert overview.due_today(editor, centre) == []


def test_new_due_date_has_mails_of_its_own(client: Client, lead: User) -> None:
    use_report = days_before(7)
    lifecycle.remind_of_reports(timezone.localdate())
    client.force_login(lead)
    day = timezone.localdate() + timedelta(days=28)
    data = {"starts_on": "2025-01-01", "ends_on": "2025-12-31", "due_on": day.isoformat(), "lock_version": "1"}
    assert client.post(reverse("funding:report_edit", args=[use_report.pk]), data).status_code == 302
    assert lifecycle.remind_of_reports(timezone.localdate()) == 1


# Files


def image() -> bytes:
    stream = BytesIO()
    Image.new("RGB", (40, 30), "green").save(stream, "PNG")
    return stream.getvalue()


def workbook(extra: str = "") -> bytes:
    stream = BytesIO()
    Workbook().save(stream)
    if extra:
        with zipfile.ZipFile(stream, "a") as archive:
            archive.writestr(extra, b"x")
    return stream.getvalue()


def upload(client: Client, use_report: UseOfFundsReport, content: bytes, name: str = "Müller, Ada.exe") -> str:
    data = {"title": "Sachbericht", "file": SimpleUploadedFile(name, content, "text/html")}
    answer = client.post(reverse("funding:attachment_add", args=[use_report.pk]), data, follow=True)
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def head(client: Client, lead: User) -> Client:
    client.force_login(lead)
    return client


@pytest.mark.parametrize(
    ("content", "extension", "media_type"),
    [
        (b"%PDF-1.7\nInhalt\n%%EOF\n", "pdf", "application/pdf"),
        (image(), "png", "image/png"),
        (workbook(), "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_attachment_is_told_by_its_content(head: Client, content: bytes, extension: str, media_type: str) -> None:
    use_report = make_report()
    upload(head, use_report, content)
    attachment = use_report.attachments.get()
    assert str(attachment.file.name).endswith(f"{attachment.uuid}.{extension}")
    answer = head.get(attachment.get_absolute_url())
    assert answer["Content-Type"] == media_type
    assert answer["Content-Disposition"] == f'attachment; filename="anlage-{attachment.pk}.{extension}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.7 abgeschnitten",
        b"MZ\x90\x00 Programm",
        b"PK\x03\x04 kein Archiv",
        workbook("xl/vbaProject.bin"),
        b"\x89PNG\r\n\x1a\n kein Bild",
    ],
)
def test_attachment_of_another_kind_refused(head: Client, content: bytes) -> None:
    use_report = make_report()
    text = upload(head, use_report, content, "bericht.pdf")
    assert "Bitte" in text
    assert not use_report.attachments.exists()


def test_attachment_sent_twice_is_stored_once(head: Client) -> None:
    use_report = make_report()
    for _ in range(2):
        upload(head, use_report, b"%PDF-1.7\nInhalt\n%%EOF\n")
    assert use_report.attachments.count() == 1


def test_attachment_is_not_reached_past_the_portal(head: Client, client: Client) -> None:
    attachment = make_attachment(make_report())
    client.logout()
    assert client.get(f"/media/{attachment.file.name}").status_code == 404
    assert client.get(attachment.get_absolute_url()).status_code == 302


def test_attachment_deleted_with_its_file(
    head: Client, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    attachment = make_attachment(make_report())
    name = str(attachment.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        head.post(reverse("funding:attachment_delete", args=[attachment.uuid]))
    assert not ReportAttachment.objects.exists()
    assert not default_storage.exists(name)


# How long it is kept


def test_names_of_former_staff_are_erased_from_row_and_history() -> None:
    position = make_position()
    ended = date(2020, 6, 30)
    old = make_assignment(position, "Ada Beispiel", ends_on=ended)
    make_assignment(position, "Bo Beispiel")
    before = timezone.now() - timedelta(days=retention.FIVE_YEARS)
    assert retention.names(before, delete=False) == 1
    assert retention.names(before, delete=True) == 1
    assert retention.names(before, delete=True) == 0
    assert list(Assignment.objects.order_by("pk").values_list("name", flat=True)) == ["", "Bo Beispiel"]
    old.refresh_from_db()
    assert (old.share, old.ends_on) == (1, ended)
    events = Assignment.pgh_event_model.objects.filter(pgh_obj_id=old.pk)  # type: ignore[attr-defined]
    assert set(events.values_list("name", flat=True)) == {""}


def test_attachments_of_checked_reports_are_erased_with_their_files(lead: User) -> None:
    checked, other = make_report(), make_report()
    attachment, kept = make_attachment(checked), make_attachment(other)
    lifecycle.submit(checked, by=lead)
    lifecycle.accept(checked, by=lead, accepted_on=date(2010, 1, 1))
    before = timezone.now() - timedelta(days=retention.TEN_YEARS)
    assert retention.attachments(before, delete=False) == 1
    assert retention.attachments(before, delete=True) == 1
    assert list(ReportAttachment.objects.all()) == [kept]
    assert not default_storage.exists(str(attachment.file.name))


def test_files_without_a_row_are_erased_a_day_later() -> None:
    attachment = make_attachment(make_report())
    name = str(attachment.file.name)
    ReportAttachment.objects.all().delete()
    assert retention.orphaned_files(timezone.now() - timedelta(days=1), delete=True) == 0
    retention.orphaned_files(timezone.now() + timedelta(minutes=1), delete=True)
    assert not default_storage.exists(name)


def test_head_role_is_needed_for_mails() -> None:
    factories.make_user(roles.EDITOR)
    days_before(7)
    assert lifecycle.remind_of_reports(timezone.localdate()) == 0
