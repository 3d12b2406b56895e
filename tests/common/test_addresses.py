"""Addresses that refuse mail for good: one attempt, a mark, and how it goes again."""

import pytest

from kiportal.common import addresses, jobs
from kiportal.common.jobs import enqueue
from kiportal.common.models import Job, MailAddress, User
from tests import factories
from tests.smtp import Mailbox

pytestmark = pytest.mark.django_db

EMAIL = "verein@example.org"


@pytest.fixture(autouse=True)
def _centre(db: None) -> None:
    factories.make_centre()


def greet(email: str = EMAIL) -> Job:
    record = enqueue("jobsapp.greet", email, "Zoë")
    jobs.run(record.pk)
    return Job.objects.get(pk=record.pk)


@pytest.mark.parametrize(
    "answer",
    ["550 5.1.1 No such user here", "550 mailbox unavailable", "552 5.2.2 Mailbox full", "501 5.1.3 Bad address"],
)
def test_permanent_refusal_of_the_recipient_is_not_tried_again(mailbox: Mailbox, answer: str) -> None:
    mailbox.refused[EMAIL] = answer
    job = greet()
    assert (job.state, job.attempts) == (Job.State.FAILED, 1)
    address = MailAddress.objects.undeliverable().get()
    assert (address.email, address.reason, address.marked_by) == (EMAIL, answer, None)
    assert answer in job.error


def test_permanent_refusal_of_the_content_is_not_tried_again(mailbox: Mailbox) -> None:
    mailbox.refusals, mailbox.answer = 1, "554 5.2.1 Mailbox disabled"
    assert greet().state == Job.State.FAILED
    assert MailAddress.objects.undeliverable().get().reason == mailbox.answer


@pytest.mark.parametrize("answer", ["450 4.2.1 Try later", "550 5.7.1 Relaying denied", "530 5.7.0 Must sign in first"])
def test_what_is_no_fault_of_the_address_is_tried_again(mailbox: Mailbox, answer: str) -> None:
    mailbox.refused[EMAIL] = answer
    assert greet().state == Job.State.QUEUED
    assert not MailAddress.objects.exists()


def test_refusal_of_spam_leaves_the_address_alone(mailbox: Mailbox) -> None:
    mailbox.refusals, mailbox.answer = 1, "554 5.7.1 Message looks like spam"
    assert greet().state == Job.State.QUEUED
    assert not MailAddress.objects.exists()


def test_mail_that_arrives_clears_what_a_server_said(mailbox: Mailbox) -> None:
    mailbox.refused[EMAIL] = "550 5.1.1 No such user here"
    greet()
    mailbox.refused.clear()
    assert greet().state == Job.State.DONE
    assert not MailAddress.objects.exists()


def test_mark_of_staff_outlives_a_mail_that_arrives(mailbox: Mailbox, editor: User) -> None:
    addresses.mark_undeliverable(EMAIL.upper(), reason="Brief kam zurück", by=editor)
    greet()
    assert MailAddress.objects.undeliverable().get().reason == "Brief kam zurück"
    addresses.mark_deliverable(EMAIL)
    assert not MailAddress.objects.exists()


def test_mark_keeps_its_first_day_and_the_wish_for_no_reminders(mailbox: Mailbox) -> None:
    first = addresses.mark_undeliverable(EMAIL, reason="550 weg")
    assert addresses.mark_undeliverable(EMAIL, reason="550 immer noch weg").pk == first.pk
    row = MailAddress.objects.get()
    assert (row.undeliverable_since, row.reason) == (first.undeliverable_since, "550 immer noch weg")
    MailAddress.objects.update(reminders_stopped_on=first.undeliverable_since)
    addresses.mark_deliverable(EMAIL)
    assert MailAddress.objects.get().undeliverable_since is None


def test_long_answer_of_a_server_is_cut(mailbox: Mailbox) -> None:
    mailbox.refused[EMAIL] = "550 5.1.1 " + "weg " * 100
    greet()
    assert len(MailAddress.objects.get().reason) == 300
