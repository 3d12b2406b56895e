"""What the centre decides."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

import actors.lifecycle
from actors.models import Organisation
from kiportal.common import links
from kiportal.common.four_eyes import require_reason, require_reason_alone
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, StatusChange, User
from kiportal.common.slugs import free_slug
from kiportal.common.transitions import TransitionError, apply
from offers.lifecycle.care import require_reason_of_author
from offers.lifecycle.mails import mail_decision
from offers.lifecycle.tables import OFFER
from offers.models import Offer
from offers.permissions import can_change_offer, can_release_offer, can_review_offer, is_own_release

# Path parts below /angebote/ that are no offer.
RESERVED_SLUGS = frozenset(
    {
        "melden",
        "bestaetigen",
        "pflege",
        "feed",
        "vorschau",
        "aehnlich",
        "fehlt",
        "hinweis",
        "bilder",
        "bestandsaufnahme",
        "wegweiser",
        "suche-merken",
        "export",
    }
)


@transaction.atomic
def note_editor(offer: Offer, *, by: User, reason: str = "") -> None:
    """Keep who wrote the text: somebody else releases it, or makes it public again."""
    if not can_change_offer(by, offer):
        raise PermissionDenied("note_editor is not allowed")
    if offer.status in OFFER["rewrite"].sources:
        apply(OFFER, offer, "rewrite", by=by, reason=reason)
    Offer.objects.filter(pk=offer.pk).update(edited_by=by)
    offer.edited_by = by


@transaction.atomic
def send_preview_link(offer: Offer, *, by: User) -> AccessLink:
    """Mail the author a link to the entry as the public will see it."""
    if not can_review_offer(by, offer):
        raise PermissionDenied("send_preview_link is not allowed")
    if offer.status not in {Offer.Status.SUBMITTED, Offer.Status.CHANGES_REQUESTED}:
        raise TransitionError("Eine Vorschau gibt es nur für Einträge, die noch in der Prüfung sind.")
    if not offer.submitter_email:
        raise TransitionError("Zu diesem Eintrag ist keine E-Mail-Adresse für Rückfragen gespeichert.")
    link = links.issue(AccessLink.Purpose.PREVIEW, offer, offer.submitter_email)
    enqueue("offers.send_preview_link", str(link.pk), title=f"E-Mail: Vorschau – {offer}", by=by)
    return link


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
    if can_release_offer(by, offer) and is_own_release(by, offer):
        require_reason_alone(reason)
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
    require_reason_of_author(offer, by=by, reason=reason)
    # What was hidden for want of a confirmation has been looked at now, or it would be hidden again tomorrow.
    overdue = Offer.objects.hidden_as_overdue().filter(pk=offer.pk).exists()
    dates = {"last_confirmed_on": timezone.localdate()} if overdue else {}
    change = apply(OFFER, offer, "unhide", by=by, reason=reason, **dates)
    mail_decision(offer, change)
    return change
