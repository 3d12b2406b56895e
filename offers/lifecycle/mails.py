"""Which mail follows from which step. Nothing is sent here: mails are jobs of the same transaction."""

from django.utils.translation import gettext as _

from kiportal.common import limits, links
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange
from kiportal.common.transitions import TransitionError
from offers.models import Offer

_L = AccessLink.Purpose
# The link that goes with the mail about a step.
_LINKS = {"request_changes": _L.DRAFT, "publish": _L.CARE, "unhide": _L.CARE, "restore": _L.CARE}


class TooManyMails(TransitionError):
    """An anonymous request would cause one mail too many to the same address."""

    status = 429


def count_mail(email: str) -> None:
    if limits.mail_exceeded(email):
        raise TooManyMails(
            _(
                "An diese Adresse gingen heute schon drei E-Mails. Ihre Eingaben sind gespeichert. "
                "Bitte versuchen Sie es morgen noch einmal oder rufen Sie uns an."
            )
        )


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
    kind, email = "offers.send_proposal_decision", proposal.author_email
    mail_author(kind, offer, change, "Änderungsvorschlag", email=email, link=_L.CARE)


def tell_centre(offer: Offer, change: StatusChange) -> None:
    enqueue("offers.send_submission_notice", change.pk, title=f"E-Mail an das KI: zu prüfen – {offer}")
