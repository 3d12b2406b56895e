"""Mails: plain text and HTML from `templates/emails/`, sender of the centre, a Message-ID that stays when sent twice.

The Message-ID is the job's, so a job sends one mail; what goes to several people is several jobs.

Only jobs send mails. `send()` is called by the functions of a room's `notifications.py`:

    send("offer_decision", to=offer.contact_email, context={...}, run=run, language="de")

renders emails/offer_decision.subject.txt, .txt and .html; every template gets `centre`, `base_url` and `heading`.
"""

import email.utils
import re
import smtplib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import timezone, translation

from kiportal.common import addresses
from kiportal.common.jobs import JobRefused, Run
from kiportal.common.models import Centre

# Answers that speak of the message or of us (sign-in, policy), not of the address (RFC 3463: X.7.X; RFC 4954).
_NOT_THE_ADDRESS = re.compile(r"^\s*5\.7\.\d+")
_SIGN_IN = frozenset({530, 534, 535, 538})


def send(
    template: str,
    *,
    to: str,
    context: dict[str, Any],
    run: Run,
    language: str = "de",
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send one mail; raises what the transport raises, so that the job tries again.

    A mail server that refuses the address for good is believed: the address is marked, and the job is refused.
    """
    centre = Centre.objects.current()
    with translation.override(language):
        values = {"centre": centre, "base_url": settings.KIPORTAL_BASE_URL, **context}
        subject = " ".join(_render_text(f"emails/{template}.subject.txt", values).split())
        values["heading"] = subject
        text = _render_text(f"emails/{template}.txt", values)
        html = render_to_string(f"emails/{template}.html", values)
    message = EmailMultiAlternatives(
        subject=subject,
        body=text,
        from_email=sender(centre),
        to=[to],
        reply_to=[centre.email] if centre.email else None,
        headers={
            "Message-ID": f"<{run.id}@{urlsplit(settings.KIPORTAL_BASE_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
            **(headers or {}),
        },
    )
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except smtplib.SMTPException as error:
        if (answer := _permanent_refusal(error, to)) is None:
            raise
        addresses.mark_undeliverable(to, reason=answer)
        raise JobRefused(f"Der Mailserver nimmt für diese Adresse keine Post an: {answer}") from error
    addresses.mark_delivered(to)


def _permanent_refusal(error: smtplib.SMTPException, to: str) -> str | None:
    """The server's words if it refused this address (RCPT) or the mail to it (DATA) for good, else None."""
    answer: bytes | str
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, answer = error.recipients.get(to, (0, b""))
        case smtplib.SMTPDataError():
            code, answer = error.smtp_code, error.smtp_error
        case _:
            return None
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    if code // 100 != 5 or code in _SIGN_IN or _NOT_THE_ADDRESS.match(words):
        return None
    return " ".join(f"{code} {words}".split())


def _render_text(name: str, values: dict[str, Any]) -> str:
    """Render without escaping: "Spiel & Spaß" is no HTML here."""
    return str(get_template(name).template.render(Context(values, autoescape=False)))  # type: ignore[attr-defined]


def sender(centre: Centre) -> str:
    """Return the From line: the centre's name and the address the mail server may send for."""
    _name, address = email.utils.parseaddr(settings.DEFAULT_FROM_EMAIL)
    return email.utils.formataddr((str(centre), address))


def forget(jobs: Iterable[UUID]) -> None:
    """Delete the files that hold the mails of these jobs; only demo mode writes any."""
    if (folder := settings.KIPORTAL_MAIL_FOLDER) is not None:
        for job in jobs:
            for file in folder.glob(f"*-{job}.eml"):
                file.unlink(missing_ok=True)


class MailFolderBackend(BaseEmailBackend):
    """Demo mode without a mail server: every mail becomes a file <time>-<id>.eml that staff can read in the portal."""

    def __init__(self, folder: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.folder = folder

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            content = message.message()
            identifier = content["Message-ID"].strip("<>").partition("@")[0]
            name = f"{timezone.now():%Y%m%d-%H%M%S-%f}-{identifier}.eml"
            partial = self.folder / f".{name}"
            partial.write_bytes(content.as_bytes())
            partial.replace(self.folder / name)
        return len(email_messages)
