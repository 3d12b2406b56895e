"""Which mail follows from which step. Nothing is sent here: mails are jobs of the same transaction."""

from datetime import timedelta

from django.utils.translation import gettext as _

from kiportal.common import limits, links
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange
from kiportal.common.transitions import TransitionError
from offers.models import Offer

_L = AccessLink.Purpose
# The link that goes with the mail about a step.
_LINKS = {"request_changes": _L.DRAFT, "publish": _L.CARE, "unhide": _L.CARE, "restore": _L.CARE}
# Until its address is confirmed, an entry may write to people who never heard of it.
ADDRESS_OPEN = frozenset({Offer.Status.DRAFT, Offer.Status.UNCONFIRMED})
# Different addresses that such an entry may name in all: a mistyped one and a second thought.
ADDRESSES_PER_ENTRY = 3
# Mails an hour that one connection may cause; a Verein's office may share one.
MAILS_PER_CLIENT = 30


class TooManyMails(TransitionError):
    """An anonymous request would cause one mail too many."""

    status = 429


def count_mail(email: str) -> None:
    if limits.mail_exceeded(email):
        raise TooManyMails(
            _(
                "An diese Adresse gingen heute schon drei E-Mails. Ihre Eingaben sind gespeichert. "
                "Bitte versuchen Sie es morgen noch einmal oder rufen Sie uns an."
            )
        )


def count_anonymous_mail(offer: Offer, *, client: str) -> None:
    """Count a mail to the address that the author named, before its link is made. The row of the entry is locked."""
    email = offer.submitter_email
    named = set(AccessLink.objects.for_target(offer).exclude(email="").values_list("email", flat=True))
    if offer.status in ADDRESS_OPEN and email not in named and len(named) >= ADDRESSES_PER_ENTRY:
        raise TooManyMails(
            _(
                "Zu dieser Meldung haben Sie schon drei verschiedene E-Mail-Adressen angegeben. "
                "Bitte nehmen Sie eine davon oder rufen Sie uns an. Ihre Eingaben sind gespeichert."
            )
        )
    if limits.exceeded("author-mail", client, limit=MAILS_PER_CLIENT, window=timedelta(hours=1)):
        raise TooManyMails(
            _(
                "Von Ihrem Anschluss kamen gerade sehr viele Meldungen. "
                "Bitte versuchen Sie es in einer Stunde noch einmal."
            )
        )
    count_mail(email)


def mail_author(
    kind: str, offer: Offer, change: StatusChange, matter: str, *, email: str, link: AccessLink.Purpose | None = None
) -> None:
    """Nobody is told where no address is known. A link goes to the same address."""
    if email:
        arguments = [change.pk, *([str(links.issue(link, offer, email).pk)] if link else [])]
        enqueue(kind, *arguments, title=f"E-Mail: {matter} – {offer}")


def mail_decision(offer: Offer, change: StatusChange) -> None:
    link = _LINKS.get(change.verb)
    mail_author("offers.send_decision", offer, change, "Entscheidung", email=offer.submitter_email, link=link)


def mail_proposal_decision(offer: Offer, proposal: ChangeProposal, change: StatusChange) -> None:
    """Who proposed by an account goes on in the workspace, everybody else by a care link."""
    kind, email, link = "offers.send_proposal_decision", proposal.author_email, None if proposal.by_account else _L.CARE
    mail_author(kind, offer, change, "Änderungsvorschlag", email=email, link=link)


def tell_centre(offer: Offer, change: StatusChange) -> None:
    enqueue("offers.send_submission_notice", change.pk, title=f"E-Mail an das KI: zu prüfen – {offer}")
