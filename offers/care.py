"""Looking after published entries: the link by which an organisation keeps its own entry up to date."""

from django.db import transaction

from kiportal.common import links
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, User
from kiportal.common.transitions import TransitionError
from offers.models import Offer


@transaction.atomic
def send_link(offer: Offer, *, by: User) -> AccessLink:
    """Mail a care link to the address of the entry; earlier links stay valid until they expire."""
    if offer.status != Offer.Status.PUBLISHED:
        raise TransitionError("Einen Pflege-Link gibt es nur für veröffentlichte Einträge.")
    if not offer.submitter_email:
        raise TransitionError("Zu diesem Eintrag ist keine E-Mail-Adresse für Rückfragen gespeichert.")
    link = links.issue(AccessLink.Purpose.CARE, offer, offer.submitter_email)
    enqueue("offers.send_care_link", str(link.pk), title=f"E-Mail: Pflege-Link – {offer}", by=by)
    return link
