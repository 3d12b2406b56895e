"""While an entry is being written, until the centre sees it; and again while the centre waits for an answer."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

import actors.lifecycle
from actors.models import Organisation
from kiportal.common import links
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, StatusChange, User
from kiportal.common.retention import NOTICE_DAYS, erase
from kiportal.common.transitions import By, SomebodyWasFaster, apply
from offers import changes
from offers.lifecycle.mails import count_anonymous_mail, mail_author, tell_centre
from offers.lifecycle.tables import OFFER
from offers.models import Offer
from offers.permissions import can_add_offer, can_send_offer, can_write_draft

_S = Offer.Status
_L = AccessLink.Purpose
# A draft of an account that nobody touches for so long is erased, after a notice.
UNUSED_DRAFT = timedelta(days=365)
# What an author types about a new organisation.
PROVIDER_FIELDS = ("name", "kind", "municipality", "street", "postcode", "city", "website")


@transaction.atomic
def start_draft(offer: Offer) -> AccessLink:
    """Store a draft with its link; an organisation that is new comes with it as `proposed`.

    A form that is sent twice (same `submission_key`) leads to the draft that it made the first time.
    """
    one_after_the_other()
    made = Offer.objects.filter(submission_key=offer.submission_key).exclude(submission_key=None).first()
    if made is not None and made.submitter_email == offer.submitter_email:
        if made.status == _S.DRAFT:
            choose_provider(made, offer.provider)
        return AccessLink.objects.for_target(made).filter(purpose=_L.DRAFT).latest("created_at")
    if made is not None:  # another person at the same machine went back to a form that was already sent
        offer.submission_key = uuid4()
    is_new = offer.provider._state.adding
    if is_new:
        offer.provider = actors.lifecycle.add(offer.provider)
    offer.save()
    link = links.issue(_L.DRAFT, offer, offer.submitter_email)
    if is_new:
        actors.lifecycle.enter(offer.provider, by=link)
    return link


def one_after_the_other() -> None:
    """Equal forms meet, and equal names get different slugs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('offers.start_draft', 0))")


@transaction.atomic
def choose_provider(offer: Offer, provider: Organisation) -> None:
    """Name the organisation of an entry that is being written; a new one is not stored yet.

    An organisation that came with the entry follows what its author types now, or goes when another one is chosen.
    One that staff wrote down with several entries is corrected for all of them, as long as it keeps its name.
    """
    former = offer.provider
    others = former.offers.exclude(pk=offer.pk)
    is_proposed = former.status == Organisation.Status.PROPOSED
    came_along = is_proposed and offer.brought_its_provider and not others.exists()
    if provider._state.adding and (came_along or (is_proposed and _is_corrected(offer, provider.name))):
        for name in PROVIDER_FIELDS:
            setattr(former, name, getattr(provider, name))
        former.lock_version += 1
        former.save()
        return
    if provider._state.adding:
        author = AccessLink.objects.for_target(offer).filter(purpose=_L.DRAFT, revoked_at=None)
        provider = actors.lifecycle.add(provider, by=author.order_by("created_at").last())
    offer.provider = provider
    if (contact := offer.contact) is not None:
        if contact.offers.exclude(pk=offer.pk).exists():  # other entries keep theirs
            contact.pk, contact._state.adding = None, True
        contact.organisation = provider
        contact.save()
        offer.contact = contact
    offer.save(update_fields=["provider", "contact", "updated_at"])
    if came_along and former != provider:
        erase(Organisation.objects.filter(pk=former.pk), delete=True)


def _is_corrected(offer: Offer, name: str) -> bool:
    others = offer.provider.offers.exclude(pk=offer.pk)
    theirs = others.recorded().filter(submitter_email=offer.submitter_email)
    is_recorded = offer.recorded_by_id is not None
    return is_recorded and name == offer.provider.name and not others.exclude(pk__in=theirs.values("pk")).exists()


@transaction.atomic
def mail_draft_link(link: AccessLink, *, client: str) -> None:
    """The author wants to go on writing later; `client` is where the request comes from. May raise TooManyMails."""
    offer = Offer.objects.select_for_update().get(pk=link.target_id)
    count_anonymous_mail(offer, client=client)
    link = link_to_author(_L.DRAFT, offer)
    enqueue("offers.send_draft_link", str(link.pk), title=f"E-Mail: Link zum Weiterschreiben – {offer}")


@transaction.atomic
def send(offer: Offer, *, by: By) -> StatusChange:
    """The author is done: ask for a click in a mail before the centre sees it."""
    change = apply(OFFER, offer, "send", by=by)
    _mail_confirmation(offer)
    return change


@transaction.atomic
def send_anonymously(offer: Offer, *, by: AccessLink, client: str) -> StatusChange:
    """The same from the public form, whose mails are counted: TooManyMails."""
    change = apply(OFFER, offer, "send", by=by)
    count_anonymous_mail(offer, client=client)
    _mail_confirmation(offer)
    return change


@transaction.atomic
def ask_again(offer: Offer, *, by: AccessLink, email: str, client: str) -> None:
    """Send the link to confirm once more, to the same or to a corrected address. May raise TooManyMails."""
    if not can_send_offer(by, offer):
        raise PermissionDenied("ask_again is not allowed")
    if not Offer.objects.filter(pk=offer.pk, status=_S.UNCONFIRMED).update(submitter_email=email):
        raise SomebodyWasFaster(_("Diese Meldung wartet nicht mehr auf eine Bestätigung."))
    offer.submitter_email = email
    count_anonymous_mail(offer, client=client)
    _mail_confirmation(offer)


def _mail_confirmation(offer: Offer) -> None:
    """The link goes to the address that it confirms; links to another address are closed."""
    earlier = AccessLink.objects.for_target(offer).filter(purpose=_L.CONFIRM)
    links.revoke(earlier.exclude(email=offer.submitter_email))
    link = link_to_author(_L.CONFIRM, offer)
    enqueue("offers.send_confirmation", str(link.pk), title=f"E-Mail: Meldung bestätigen – {offer}")


def link_to_author(purpose: AccessLink.Purpose, offer: Offer) -> AccessLink:
    """The open link that belongs to the address of the entry, or a new one."""
    theirs = AccessLink.objects.for_target(offer).filter(purpose=purpose, email=offer.submitter_email)
    open_ones = theirs.filter(revoked_at=None, expires_at__gt=timezone.now())
    return open_ones.order_by("expires_at").last() or links.issue(purpose, offer, offer.submitter_email)


@transaction.atomic
def start_own_draft(offer: Offer, *, by: User) -> Offer:
    """An account begins an entry for its organisation; the same form sent twice leads to the same draft."""
    if not can_write_draft(by, offer):
        raise PermissionDenied("start_own_draft is not allowed")
    offer.submitter_email = by.email
    one_after_the_other()
    same = Offer.objects.filter(submission_key=offer.submission_key).exclude(submission_key=None)
    if made := same.filter(submitter_email=by.email, provider=offer.provider).first():
        return made
    if same.exists():  # somebody else's form
        offer.submission_key = uuid4()
    offer.save()
    return offer


@transaction.atomic
def discard_draft(offer: Offer, *, by: User) -> None:
    """Delete what was never sent, with its contact and its field history."""
    if offer.status != _S.DRAFT or not can_write_draft(by, offer):
        raise PermissionDenied("discard_draft is not allowed")
    changes.remove_contact(offer)
    erase(Offer.objects.filter(pk=offer.pk, status=_S.DRAFT), delete=True)


@transaction.atomic
def remind_of_unused_drafts(now: datetime) -> int:
    """Write to the accounts of an organisation whose drafts `purge` will erase in a month; return how many drafts."""
    erased_on = timezone.localdate(now + timedelta(days=NOTICE_DAYS)).isoformat()
    unused = Offer.objects.drafts_of_accounts().filter(updated_at__lt=now - UNUSED_DRAFT + timedelta(days=NOTICE_DAYS))
    # A notice from before the last change is an old story.
    unreminded = unused.filter(Q(draft_notice_at=None) | Q(draft_notice_at__lt=F("updated_at")))
    drafts = list(unreminded.select_for_update(of=("self",)).select_related("provider"))
    for draft in drafts:
        Offer.objects.filter(pk=draft.pk).update(draft_notice_at=now)  # save() would count as a change
        for user in User.objects.filter(memberships__organisation=draft.provider, is_active=True):
            title = f"E-Mail: Entwurf lange nicht bearbeitet – {draft.provider}"
            enqueue("offers.send_draft_notice", draft.pk, user.pk, erased_on, title=title)
    return len(drafts)


@transaction.atomic
def submit(offer: Offer, *, by: User | AccessLink, reason: str = "") -> StatusChange:
    """Its author hands over an entry, by account or by a link that came by mail, or staff one that they entered for
    somebody; it is reviewed like every other. Staff say in `reason` how it was confirmed.
    """
    if can_add_offer(by, offer):
        return apply(OFFER, offer, "submit", by=by, reason=reason, submitted_at=timezone.now())
    change = apply(OFFER, offer, "submit", by=by, submitted_at=timezone.now(), submitter_email=by.email)
    if isinstance(by, AccessLink):
        mail_author("offers.send_receipt", offer, change, "Meldung eingegangen", email=by.email)
    tell_centre(offer, change)
    return change


@transaction.atomic
def confirm_submission(offer: Offer, *, by: AccessLink) -> StatusChange:
    """The link in the mail was used, so the address is right."""
    change = apply(OFFER, offer, "confirm_submission", by=by, submitted_at=timezone.now())
    mail_author("offers.send_receipt", offer, change, "Meldung eingegangen", email=offer.submitter_email)
    tell_centre(offer, change)
    return change


@transaction.atomic
def resubmit(offer: Offer, *, by: By, answer: str = "") -> StatusChange:
    """The author answered the question of the centre."""
    change = apply(OFFER, offer, "resubmit", by=by, reason=answer, submitted_at=timezone.now())
    mail_author("offers.send_receipt", offer, change, "Antwort eingegangen", email=offer.submitter_email)
    tell_centre(offer, change)
    return change
