"""A real mail server on loopback, for tests that follow a mail to its reader."""

import email
import email.policy
import re
import socket
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Keeps what it gets; answers the first `refusals` deliveries with `answer`, and these recipients with theirs."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.refusals, self.answer = 0, "451 Requested action aborted: try again later"

        self.refused: dict[str, str] = {}

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.refused.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refusals:
            self.refusals -= 1
            return self.answer
        self.envelopes.append(envelope)
        assert isinstance(envelope.content, bytes)
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"

    def link(self, subject: str, part: str = "") -> str:
        """The first address with `part` in the text of the newest mail whose subject contains `subject`."""
        found = re.search(rf"https?://\S*{part}\S*", self.text(subject))
        assert found, f"no link in {subject}"
        return found.group()

    def text(self, subject: str) -> str:
        """The plain text of that mail."""
        message = next(entry for entry in reversed(self.messages) if subject in str(entry["Subject"]))
        body = message.get_body(preferencelist=("plain",))
        assert body is not None
        return str(body.get_content())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
