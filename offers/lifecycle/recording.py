"""What staff write down for an organisation, on the phone or from paper, until somebody confirms it.

A recorded entry is a draft with `recorded_by`. Its link goes to an address by mail, so using it proves the address.
"""

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

import actors.lifecycle
from actors.models import Organisation
from kiportal.common import links
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, MailAddress, StatusChange, User
from kiportal.common.transitions import SomebodyWasFaster, TransitionError, apply
from offers.lifecycle.drafts import choose_provider, link_to_author, one_after_the_other
from offers.lifecycle.erasing import erase_entries
from offers.lifecycle.tables import OFFER
from offers.models import Offer
from offers.permissions import can_add_offer, can_discard_recorded, can_record_offer
from offers.upkeep import recordings

_L = AccessLink.Purpose


@transaction.atomic
def record(offer: Offer, provider: Organisation, *, by: User, key: UUID, how: str) -> Offer | None:
    """Store a new draft for an organisation, which may be new, too; `how` it came stands in the Verlauf.

    Returns None when a form with this key was stored before: equal forms meet here, and the second one waits.
    """
    if not can_add_offer(by, offer):
        raise PermissionDenied("record is not allowed")
    one_after_the_other()
    if Offer.objects.filter(submission_key=key).exists():
        return None
    offer.provider = actors.lifecycle.add(provider) if provider._state.adding else provider
    offer.submission_key, offer.recorded_by, offer.edited_by = key, by, by
    offer.save()
    apply(OFFER, offer, "record", by=by, reason=how)
    return offer


def hold_recorded(pk: int) -> Offer:
    """Keep others from the row until the transaction ends. What was sent meanwhile is no longer written here."""
    offer = Offer.objects.recorded().select_for_update(of=("self",)).filter(pk=pk).first()
    if offer is None:
        raise SomebodyWasFaster(_("Dieser Entwurf ist inzwischen abgesendet oder gelöscht."))
    return offer


@transaction.atomic
def revise_recorded(offer: Offer, *, by: User, provider: Organisation | None = None) -> None:
    """What follows when staff have written on: who wrote it, for whom, and that only its address can open it."""
    if not can_record_offer(by, offer):
        raise PermissionDenied("revise_recorded is not allowed")
    if provider is not None and provider != offer.provider:
        choose_provider(offer, provider)
    Offer.objects.filter(pk=offer.pk).update(edited_by=by)
    offer.edited_by = by
    mailed = AccessLink.objects.for_target(offer).filter(purpose=_L.DRAFT)
    links.revoke(mailed.exclude(email=offer.submitter_email))


@transaction.atomic
def send_recorded_link(offer: Offer, *, by: User, again: bool = True) -> None:
    """Mail the link with which the organisation checks and confirms; unless `again`, only if it has none yet."""
    if not can_record_offer(by, offer):
        raise PermissionDenied("send_recorded_link is not allowed")
    offer = hold_recorded(offer.pk)
    if not offer.submitter_email:
        raise TransitionError("Es fehlt noch die E-Mail-Adresse des Vereins.")
    if MailAddress.objects.undeliverable().known_as(offer.submitter_email).exists():
        raise TransitionError(f"An {offer.submitter_email} kommt keine Post an. Bitte fragen Sie nach der Adresse.")
    if not again and recordings.open_links().for_target(offer).filter(email=offer.submitter_email).exists():
        return
    Offer.objects.filter(pk=offer.pk).update(is_address_proven=True)
    earlier = AccessLink.objects.for_target(offer).filter(purpose=_L.DRAFT)
    links.revoke(earlier.exclude(email=offer.submitter_email))
    link = links.issue(_L.DRAFT, offer, offer.submitter_email)
    enqueue("offers.send_recorded_link", str(link.pk), title=f"E-Mail: Bitte prüfen – {offer}", by=by)


@transaction.atomic
def discard_recorded(offer: Offer, *, by: User | AccessLink, words: str = "") -> None:
    """Erase a draft without a trace. If the organisation wants that, the centre is told, with what it says about it."""
    if not can_discard_recorded(by, offer):
        raise PermissionDenied("discard_recorded is not allowed")
    offer = hold_recorded(offer.pk)
    title, provider = offer.title, offer.provider.name
    erase_entries(Offer.objects.filter(pk=offer.pk), delete=True)
    if isinstance(by, AccessLink):
        enqueue("offers.send_discarded_notice", title, provider, words, title="E-Mail an das KI: Entwurf gelöscht")


def remind_of_recorded(on: date) -> int:
    """Write once to everybody who has not answered for ten days; a second run finds none left."""
    return sum(_remind(pk, on) for pk in recordings.to_remind(on))


@transaction.atomic
def _remind(pk: int, on: date) -> bool:
    # Two runs at once meet here, and the second one sees what the first has written.
    offer = Offer.objects.recorded().select_for_update(of=("self",)).filter(pk=pk).first()
    if offer is None or pk not in recordings.to_remind(on):
        return False
    link = link_to_author(_L.DRAFT, offer)
    # No step of `apply`: it would count as a change, and what is not answered is kept 60 days from the last one.
    StatusChange.objects.create(
        target=offer, verb=recordings.REMINDED, from_status=offer.status, to_status=offer.status
    )
    enqueue("offers.send_recorded_reminder", str(link.pk), title=f"E-Mail: Erinnerung – {offer}")
    return True
