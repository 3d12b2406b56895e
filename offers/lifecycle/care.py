"""What becomes of a published entry: it is confirmed, ended, brought back."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from actors import consents
from kiportal.common import links
from kiportal.common.four_eyes import require_reason_alone
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, StatusChange, User
from kiportal.common.transitions import By, SomebodyWasFaster, TransitionError, apply
from offers.lifecycle.mails import count_mail, mail_decision
from offers.lifecycle.tables import OFFER
from offers.models import Offer
from offers.permissions import can_care_for_offer, can_review_offer, can_show_again, can_show_confirmed, has_rewritten

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


def require_reason_of_author(offer: Offer, *, by: By, reason: str) -> None:
    """Who makes an own text public again, because nobody else could, says why."""
    if has_rewritten(by, offer) and can_show_again(by, offer):
        require_reason_alone(reason)


@transaction.atomic
def end_all(link: AccessLink) -> int:
    """The organisation closes: end every entry the link cares for; returns how many there were. Each can be undone."""
    offers = Offer.objects.in_care_of(link.target_id, link.email)
    hidden = offers.filter(pk__in=Offer.objects.hidden_as_overdue().values("pk"))
    running = offers.filter(status=_S.PUBLISHED) | hidden
    found = list(running.order_by("pk").select_for_update(of=("self",)))
    for offer in found:
        archive(offer, by=link)
    return len(found)


@transaction.atomic
def restore(offer: Offer, *, by: By, reason: str = "") -> StatusChange:
    require_reason_of_author(offer, by=by, reason=reason)
    change = apply(OFFER, offer, "restore", by=by, reason=reason, last_confirmed_on=timezone.localdate())
    if can_review_offer(by, offer):
        mail_decision(offer, change)
    return change


@transaction.atomic
def confirm(offer: Offer, *, by: By, on: date, reason: str = "") -> None:
    """ "Stimmt alles": the entry is as it should be on that day. One that was hidden for want of this comes back.

    `reason` says who told the centre, where somebody did.
    """
    if offer.status == _S.HIDDEN and can_care_for_offer(by, offer) and is_overdue(offer):
        show_confirmed(offer, by=by, reason=reason, last_confirmed_on=on)
        return
    if offer.status != _S.PUBLISHED and can_care_for_offer(by, offer):
        raise SomebodyWasFaster(_("Dieser Eintrag ist nicht mehr veröffentlicht."))
    apply(OFFER, offer, "confirm", by=by, reason=reason, last_confirmed_on=on)


def is_overdue(offer: Offer) -> bool:
    """Whether it is hidden for want of a confirmation alone."""
    return Offer.objects.hidden_as_overdue().filter(pk=offer.pk).exists()


def show_confirmed(offer: Offer, *, by: By, reason: str = "", **changes: Any) -> StatusChange:
    """What was hidden for want of a word is public again; four eyes hold here, too."""
    if has_rewritten(by, offer) and not can_show_confirmed(by, offer):
        raise TransitionError(
            _("Sie haben diesen Eintrag geändert, während er verborgen war. Jemand anderes zeigt ihn wieder.")
        )
    require_reason_of_author(offer, by=by, reason=reason)
    return apply(OFFER, offer, "show_confirmed", by=by, reason=reason, **changes)


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
