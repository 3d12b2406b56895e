"""Entries are kept fresh: their people are asked in time, what nobody confirms is hidden until somebody does."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from actors.models import Organisation
from kiportal.common import links
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, MailAddress
from kiportal.common.transitions import By, Clock, TransitionError, apply
from offers.lifecycle.care import confirm
from offers.lifecycle.mails import count_mail
from offers.lifecycle.tables import OFFER
from offers.models import ConfirmationRequest, Offer
from offers.permissions import can_care_for_offer
from offers.upkeep import due

_L = AccessLink.Purpose


def hide_overdue(on: date) -> int:
    """Hide what nobody has confirmed although the second period is over; nothing is deleted. Returns how many."""
    last = [entry.offer.pk for entry in due.entries(Offer.objects.all(), on) if entry.hidden_on <= on]
    return sum(_hide(pk, on) for pk in last)


@transaction.atomic
def _hide(pk: int, on: date) -> bool:
    offer = Offer.objects.select_for_update(of=("self",)).select_related("provider").get(pk=pk)
    if offer.status != Offer.Status.PUBLISHED or not due.to_be_hidden(offer, on):
        return False
    apply(OFFER, offer, "hide_overdue", by=Clock())
    return True


def ask_for_confirmation(on: date) -> int:
    """Start the mails of that day, one for each address of an organisation; a second run finds none left."""
    return sum(_ask(organisation, email, on) for organisation, email in due.to_ask(on))


@transaction.atomic
def _ask(organisation_pk: int, email: str, on: date) -> bool:
    # Two runs at once meet here, and the second one sees what the first has written.
    organisation = Organisation.objects.select_for_update().get(pk=organisation_pk)
    entries = due.asked_at(organisation, email, on)
    if not due.may_be_asked(entries, on):
        return False
    link = links.issue(_L.CARE_ALL, organisation, email)
    for entry in entries:  # the word that went to an address which took none is given to this one
        told = ConfirmationRequest.objects.filter(offer=entry.offer, confirmed_on=entry.confirmed_on, stage=entry.stage)
        told.exclude(link=None).exclude(link__email__iexact=email).update(link=link, sent_on=on)
    ConfirmationRequest.objects.bulk_create(
        [
            ConfirmationRequest(
                offer=entry.offer, link=link, confirmed_on=entry.confirmed_on, stage=entry.stage, sent_on=on
            )
            for entry in entries
        ],
        ignore_conflicts=True,  # an entry that is named for the second time at the same stage
    )
    enqueue("offers.send_confirmation_request", str(link.pk), title=f"E-Mail: Bitte bestätigen – {organisation}")
    return True


@transaction.atomic
def confirm_all(link: AccessLink, *, on: date) -> int:
    """One click for every entry the link cares for; returns how many were confirmed.

    An entry that cannot come back as it is (`refusal_to_show`) stops no other.
    """
    offers = Offer.objects.in_care_of(link.target_id, link.email)
    mine = offers.filter(status=Offer.Status.PUBLISHED) | offers.filter(
        pk__in=Offer.objects.hidden_as_overdue().values("pk")
    )
    found = list(mine.order_by("pk").select_for_update(of=("self",)))
    confirmed = 0
    for offer in found:
        try:
            with transaction.atomic():
                confirm(offer, by=link, on=on)
                confirmed += 1
        except TransitionError:
            continue
    return confirmed


def refusal_to_show(offer: Offer) -> str:
    """The sentence that says why an entry that is not public cannot become so as it is, or ""."""
    return "" if offer.status == Offer.Status.PUBLISHED else OFFER["show_confirmed"].guard(offer)


@transaction.atomic
def renew_care_all_link(link: AccessLink) -> None:
    """A link to an organisation's entries ran out: a new one goes to the same address, if it still has entries."""
    if not Offer.objects.in_care_of(link.target_id, link.email).exists():
        raise PermissionDenied("renew_care_all_link is not allowed")
    count_mail(link.email)
    _mail_link(Organisation.objects.get(pk=link.target_id), link.email)


@transaction.atomic
def send_care_all_link(organisation: Organisation, email: str, *, by: By) -> AccessLink:
    """Staff ask again, by hand, whatever was sent before."""
    entries = due.asked_at(organisation, email, timezone.localdate())
    if not entries or not can_care_for_offer(by, entries[0].offer):
        raise TransitionError("Zu dieser Adresse gibt es keinen Eintrag, der bald bestätigt werden muss.")
    return _mail_link(organisation, email)


def _mail_link(organisation: Organisation, email: str) -> AccessLink:
    link = links.issue(_L.CARE_ALL, organisation, email)
    enqueue("offers.send_care_all_link", str(link.pk), title=f"E-Mail: Pflege-Link – {organisation}")
    return link


def stop_reminders(link: AccessLink, *, on: date) -> None:
    """The owner of the address wants no reminders; it holds for all its entries until the owner takes it back."""
    MailAddress.objects.update_or_create(email=link.email.lower(), defaults={"reminders_stopped_on": on})


@transaction.atomic
def resume_reminders(link: AccessLink) -> None:
    rows = MailAddress.objects.known_as(link.email).select_for_update()
    rows.filter(undeliverable_since=None).delete()
    rows.update(reminders_stopped_on=None)
