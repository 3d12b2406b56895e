"""Mails over a real SMTP server on loopback, and as files in demo mode."""

import email
import email.policy
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from kiportal.common import jobs
from kiportal.common.jobs import enqueue
from kiportal.common.mail import MailFolderBackend
from kiportal.common.models import Centre, Job
from tests import factories
from tests.smtp import Mailbox, free_port

NAME = "Ümit & Zoë"


@pytest.fixture
def centre(db: None) -> Centre:
    return factories.make_centre(name="Kommunales Integrationszentrum Kreis Düren", email="ki@kreis-dueren.example.org")


def greet(**keywords: Any) -> Job:
    record = enqueue("jobsapp.greet", "verein@example.org", NAME, *keywords.values())
    jobs.run(record.pk)
    return Job.objects.get(pk=record.pk)


def test_mail_has_plain_text_and_html(mailbox: Mailbox, centre: Centre) -> None:
    assert greet().state == Job.State.DONE
    [message] = mailbox.messages
    assert message.get_content_type() == "multipart/alternative"
    plain, html = (part.get_content() for part in message.iter_parts())
    assert f"Hallo {NAME}, hier geht es weiter: http://testserver/angebote/" in plain
    assert "<p>Hallo Ümit &amp; Zoë</p>" in html
    assert '<html lang="de" dir="ltr">' in html
    assert f"<title>Grüße an {NAME.replace('&', '&amp;')} aus Öhringen</title>" in html


def test_mail_names_the_centre_as_sender_and_where_answers_go(mailbox: Mailbox, centre: Centre) -> None:
    greet()
    [message], [envelope] = mailbox.messages, mailbox.envelopes
    sender = message["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == (centre.name, "ki-portal@example.org")
    assert [address.addr_spec for address in message["Reply-To"].addresses] == [centre.email]
    assert (envelope.mail_from, envelope.rcpt_tos) == ("ki-portal@example.org", ["verein@example.org"])
    assert message["Auto-Submitted"] == "auto-generated"


def test_mail_sender_is_the_address_alone_if_a_name_is_configured(
    mailbox: Mailbox, centre: Centre, settings: Settings
) -> None:
    settings.DEFAULT_FROM_EMAIL = "KI-Portal <portal@example.org>"
    greet()
    sender = mailbox.messages[0]["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == (centre.name, "portal@example.org")


def test_mail_without_an_address_of_the_centre_asks_for_no_answers(mailbox: Mailbox, db: None) -> None:
    factories.make_centre(email="")
    greet()
    assert mailbox.messages[0]["Reply-To"] is None


def test_mail_subject_is_one_line_with_umlauts_and_nothing_escaped(mailbox: Mailbox, centre: Centre) -> None:
    greet()
    assert mailbox.messages[0]["Subject"] == f"Grüße an {NAME} aus Öhringen"


def test_mail_in_english_says_so(mailbox: Mailbox, centre: Centre) -> None:
    greet(language="en")
    [_plain, html] = mailbox.messages[0].iter_parts()
    assert '<html lang="en" dir="ltr">' in html.get_content()


def test_mail_sent_again_has_the_same_message_id(mailbox: Mailbox, centre: Centre) -> None:
    record = greet()
    Job.objects.update(state=Job.State.QUEUED)  # as if the worker had died before it could note that it was done
    jobs.run(record.pk)
    identifiers = [message["Message-ID"] for message in mailbox.messages]
    assert identifiers == [f"<{record.pk}@testserver>"] * 2


def test_mail_of_two_jobs_have_different_message_ids(mailbox: Mailbox, centre: Centre) -> None:
    greet()
    greet()
    assert len({message["Message-ID"] for message in mailbox.messages}) == 2


def test_mail_refused_for_now_is_sent_later(mailbox: Mailbox, centre: Centre) -> None:
    mailbox.refusals = 1
    record = greet()
    assert (record.state, record.attempts) == (Job.State.QUEUED, 1)
    assert "451" in record.error
    Job.objects.update(run_after=record.created_at)
    jobs.run(record.pk)
    assert Job.objects.get().state == Job.State.DONE
    assert len(mailbox.messages) == 1


@pytest.mark.django_db
def test_mail_without_a_server_is_sent_later(settings: Settings) -> None:
    options = {"host": "127.0.0.1", "port": free_port(), "timeout": 5}
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
    record = greet()
    assert (record.state, record.error) == (Job.State.QUEUED, "ConnectionRefusedError: [Errno 111] Connection refused")


def test_mail_to_an_address_with_a_line_break_is_never_sent(mailbox: Mailbox, centre: Centre) -> None:
    record = enqueue("jobsapp.greet", "verein@example.org\nBcc: alle@example.org", NAME)
    jobs.run(record.pk)
    assert mailbox.messages == []
    assert Job.objects.get().state == Job.State.QUEUED


def test_mail_folder_gets_a_file_a_mail(tmp_path: Path, centre: Centre, settings: Settings) -> None:
    folder = tmp_path / "mail"
    backend = f"{MailFolderBackend.__module__}.{MailFolderBackend.__name__}"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"folder": folder}}}
    first, second = greet(), greet()
    files = sorted(folder.iterdir())
    assert [path.suffix for path in files] == [".eml", ".eml"]
    assert [path.stem.split("-", 3)[3] for path in files] == [str(first.pk), str(second.pk)]
    message = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert message["Subject"] == f"Grüße an {NAME} aus Öhringen"
    assert message["To"] == "verein@example.org"
