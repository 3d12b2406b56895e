"""What staff wrote down for organisations and nobody confirmed yet: how long it waits, and whom to remind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone

from kiportal.common.models import AccessLink, MailAddress, StatusChange
from kiportal.common.models.links import AccessLinkQuerySet
from offers.models import Offer
from offers.querysets import OfferQuerySet

# The verb of the Verlauf.
REMINDED = "remind"
# Without an answer for so long the organisation is reminded, and then staff.
PATIENCE = timedelta(days=10)
OVERDUE = timedelta(days=14)


@dataclass(frozen=True)
class Recording:
    """A draft with its newest link, when its organisation last saved something with one, and when it was reminded."""

    offer: Offer
    link: AccessLink | None
    used_at: datetime | None
    reminded_at: datetime | None
    is_reachable: bool

    @property
    def is_overdue(self) -> bool:
        return timezone.localdate(self.offer.created_at) <= timezone.localdate() - OVERDUE


def open_links() -> AccessLinkQuerySet:
    """Links with which an organisation can confirm now."""
    links = AccessLink.objects.filter(target_type=_type(), purpose=AccessLink.Purpose.DRAFT, revoked_at=None)
    return links.filter(expires_at__gt=timezone.now())


def waiting() -> OfferQuerySet:
    """The drafts, the oldest first."""
    return Offer.objects.recorded().select_related("provider", "recorded_by").order_by("created_at", "pk")


def overdue(on: date) -> OfferQuerySet:
    return waiting().filter(created_at__date__lte=on - OVERDUE)


def with_links(offers: Iterable[Offer]) -> list[Recording]:
    offers = list(offers)
    keys = [offer.pk for offer in offers]
    links, used = {}, dict[int, datetime]()
    for link in open_links().filter(target_id__in=keys).order_by("created_at"):
        links[link.target_id] = link
        if link.used_at:
            used[link.target_id] = max(link.used_at, used.get(link.target_id, link.used_at))
    reminders = StatusChange.objects.filter(target_type=_type(), target_id__in=keys, verb=REMINDED)
    reminded = {step.target_id: step.at for step in reminders}
    addresses = {offer.submitter_email.lower() for offer in offers} - {""}
    silent = set(MailAddress.objects.undeliverable().filter(email__in=addresses).values_list("email", flat=True))
    return [
        Recording(
            offer,
            links.get(offer.pk),
            used.get(offer.pk),
            reminded.get(offer.pk),
            bool(offer.submitter_email) and offer.submitter_email.lower() not in silent,
        )
        for offer in offers
    ]


def to_remind(on: date) -> list[int]:
    """The drafts whose organisation has a link, has not used it for ten days, and was not reminded before."""
    last = on - PATIENCE
    links = open_links().filter(target_id=OuterRef("pk"), email=OuterRef("submitter_email"))
    fresh = links.filter(Q(created_at__date__gt=last) | Q(used_at__date__gt=last))
    reminders = StatusChange.objects.filter(target_type=_type(), target_id=OuterRef("pk"), verb=REMINDED)
    silent = MailAddress.objects.unreminded().filter(email=OuterRef("address")).order_by()
    drafts = Offer.objects.recorded().annotate(address=Lower(F("submitter_email")))
    found = drafts.filter(Exists(links), ~Exists(fresh), ~Exists(reminders), ~Exists(silent))
    return list(found.order_by("pk").values_list("pk", flat=True))


def _type() -> ContentType:
    return ContentType.objects.get_for_model(Offer)
