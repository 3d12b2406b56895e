"""What becomes of a published entry: it is confirmed, ended, brought back."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from actors import consents
from kiportal.common import links
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, StatusChange, User
from kiportal.common.transitions import By, SomebodyWasFaster, TransitionError, apply
from offers.lifecycle.mails import count_mail, mail_decision
from offers.lifecycle.tables import OFFER
from offers.models import Offer
from offers.permissions import can_care_for_offer, can_review_offer, can_show_confirmed

_S = Offer.Status
_L = AccessLink.Purpose


@transaction.atomic
def archive(offer: Offer, *, by: By, reason: str = "") -> StatusChange:
    """End an entry. When its author did it, the centre is told and can undo it."""
    change = apply(OFFER, offer, "archive", by=by, reason=reason)
    if can_review_offer(by, offer):
        mail_decision(offer, change)
    else:
        enqueue("offers.send_ended_notice", change.pk, title=f"E-Mail an das KI: Eintrag beendet – {offer}")
    return change


@transaction.atomic
def restore(offer: Offer, *, by: By, reason: str = "") -> StatusChange:
    change = apply(OFFER, offer, "restore", by=by, reason=reason, last_confirmed_on=timezone.localdate())
    if can_review_offer(by, offer):
        mail_decision(offer, change)
    return change


@transaction.atomic
def confirm(offer: Offer, *, by: By, on: date, reason: str = "") -> None:
    """ "Stimmt alles": the entry is as it should be on that day. One that was hidden for want of this comes back.

    `reason` says who told the centre, where somebody did.
    """
    is_hidden = offer.status == _S.HIDDEN and can_show_confirmed(by, offer)
    if not is_hidden and offer.status != _S.PUBLISHED and can_care_for_offer(by, offer):
        raise SomebodyWasFaster(_("Dieser Eintrag ist nicht mehr veröffentlicht."))
    apply(OFFER, offer, "show_confirmed" if is_hidden else "confirm", by=by, reason=reason, last_confirmed_on=on)


@transaction.atomic
def withdraw_name(offer: Offer, *, by: By, on: date) -> None:
    """The person no longer wants to be named; the name is gone from the public pages at once."""
    if not can_care_for_offer(by, offer):
        raise PermissionDenied("withdraw_name is not allowed")
    if offer.contact is not None:
        consents.withdraw(offer.contact, on=on)


@transaction.atomic
def send_care_link(offer: Offer, *, by: User) -> AccessLink:
    """Mail a care link to the address of the entry; earlier ones stay valid until they expire."""
    if not can_review_offer(by, offer):
        raise PermissionDenied("send_care_link is not allowed")
    if offer.status != _S.PUBLISHED:
        raise TransitionError("Einen Pflege-Link gibt es nur für veröffentlichte Einträge.")
    if not offer.submitter_email:
        raise TransitionError("Zu diesem Eintrag ist keine E-Mail-Adresse für Rückfragen gespeichert.")
    link = links.issue(_L.CARE, offer, offer.submitter_email)
    enqueue("offers.send_care_link", str(link.pk), title=f"E-Mail: Pflege-Link – {offer}", by=by)
    return link


@transaction.atomic
def renew_care_link(link: AccessLink) -> None:
    """A care link ran out: a new one goes to the address that is stored with the entry."""
    offer = Offer.objects.get(pk=link.target_id)
    count_mail(offer.submitter_email)
    fresh = links.issue(_L.CARE, offer, offer.submitter_email)
    enqueue("offers.send_care_link", str(fresh.pk), title=f"E-Mail: neuer Pflege-Link – {offer}")
