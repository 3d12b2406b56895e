"""What the centre decides."""

from django.db import transaction
from django.utils import timezone

import actors.lifecycle
from actors.models import Organisation
from kiportal.common.models import StatusChange, User
from kiportal.common.slugs import free_slug
from kiportal.common.transitions import apply
from offers.lifecycle.mails import mail_decision
from offers.lifecycle.tables import OFFER, require_reason
from offers.models import Offer

# Path parts below /angebote/ that are no offer.
RESERVED_SLUGS = frozenset({"melden", "bestaetigen", "pflege", "feed"})


@transaction.atomic
def request_changes(offer: Offer, *, by: User, reason: str) -> StatusChange:
    """Ask back. The mail carries a link to the form."""
    require_reason(reason)
    change = apply(OFFER, offer, "request_changes", by=by, reason=reason)
    mail_decision(offer, change)
    return change


@transaction.atomic
def publish(offer: Offer, *, by: User, reason: str = "") -> StatusChange:
    """Publish, together with an organisation that is still proposed."""
    offer.provider = Organisation.objects.select_for_update().get(pk=offer.provider_id)
    change = apply(
        OFFER,
        offer,
        "publish",
        by=by,
        reason=reason,
        slug=offer.slug or free_slug(Offer.objects.all(), offer.title, fallback="angebot", reserved=RESERVED_SLUGS),
        published_at=timezone.now(),
        last_confirmed_on=timezone.localdate(),
    )
    if offer.provider.status == Organisation.Status.PROPOSED:
        actors.lifecycle.publish(offer.provider, by=by, reason=reason)
    mail_decision(offer, change)
    return change


@transaction.atomic
def reject(offer: Offer, *, by: User, reason: str) -> StatusChange:
    require_reason(reason)
    change = apply(OFFER, offer, "reject", by=by, reason=reason)
    mail_decision(offer, change)
    return change


@transaction.atomic
def hide(offer: Offer, *, by: User, reason: str) -> StatusChange:
    """Take a published entry off the public pages for a while."""
    require_reason(reason)
    change = apply(OFFER, offer, "hide", by=by, reason=reason)
    mail_decision(offer, change)
    return change


@transaction.atomic
def unhide(offer: Offer, *, by: User, reason: str = "") -> StatusChange:
    # What was hidden for want of a confirmation has been looked at now, or it would be hidden again tomorrow.
    overdue = Offer.objects.hidden_as_overdue().filter(pk=offer.pk).exists()
    dates = {"last_confirmed_on": timezone.localdate()} if overdue else {}
    change = apply(OFFER, offer, "unhide", by=by, reason=reason, **dates)
    mail_decision(offer, change)
    return change
