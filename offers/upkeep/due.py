"""Whose confirmation runs out, and whom to ask about it. Days are days in Europe/Berlin."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import Q
from django.utils import timezone

from actors.models import Organisation
from kiportal.common.models import Centre, MailAddress
from offers import reaching
from offers.models import ConfirmationRequest, Offer
from offers.querysets import OfferQuerySet

Stage = ConfirmationRequest.Stage
# The word before the last: entries of an address that can be reached are hidden so many days after it.
WARNED = timedelta(days=14)
# Different entries run out on different days; one address hears of them once in this time at the most.
QUIET = timedelta(days=7)
# Months differ in length: the database's answer is that much too wide, and each entry is counted exactly.
_LEEWAY = timedelta(days=4)


@dataclass(frozen=True)
class Entry:
    """An entry whose confirmation runs out on `due_on`; nobody confirms it: hidden on `hidden_on`.

    Its people are asked at `address` (`offers.reaching`); "" where none is known.
    """

    offer: Offer
    confirmed_on: date
    due_on: date
    hidden_on: date
    stage: Stage
    address: str = ""


def entries(offers: OfferQuerySet, on: date) -> list[Entry]:
    """Those of the offers that run out within 30 days, have run out, or are hidden for it, the oldest first."""
    centre = Centre.objects.current()
    last = on + timedelta(days=Stage.FIRST) + _LEEWAY - relativedelta(months=centre.freshness_months)
    hidden = Offer.objects.hidden_as_overdue().values("pk")
    known = offers.filter(
        Q(status=Offer.Status.PUBLISHED) | Q(pk__in=hidden),
        Q(valid_until=None) | Q(valid_until__gte=on),
        Q(last_confirmed_on=None) | Q(last_confirmed_on__lte=last),
        provider__status=Organisation.Status.PUBLISHED,
    ).select_related("provider")
    found = [entry for offer in known if (entry := _entry(offer, centre, on))]
    asked = reaching.of_offers([entry.offer for entry in found])
    found = [replace(entry, address=asked[entry.offer.pk]) for entry in found]
    return sorted(found, key=lambda entry: (entry.due_on, entry.offer.pk))


def _entry(offer: Offer, centre: Centre, on: date) -> Entry | None:
    confirmed_on = offer.last_confirmed_on or timezone.localdate(offer.published_at)
    due_on = confirmed_on + relativedelta(months=centre.freshness_months)
    hidden_on = due_on + relativedelta(months=centre.hiding_months)
    if offer.status == Offer.Status.HIDDEN:
        return Entry(offer, confirmed_on, due_on, hidden_on, Stage.HIDDEN)
    days = (due_on - on).days
    for stage in (Stage.DUE, Stage.SECOND, Stage.FIRST):
        if days <= stage:
            return Entry(offer, confirmed_on, due_on, hidden_on, stage)
    return None


def of_address(organisation: Organisation, email: str, on: date) -> list[Entry]:
    """What a mail to this address lists."""
    return entries(Offer.objects.in_care_of(organisation.pk, email), on)


def asked_at(organisation: Organisation, email: str, on: date) -> list[Entry]:
    """Those of them whose own address it is: only they are a reason to write."""
    return [entry for entry in of_address(organisation, email, on) if entry.address == email]


def to_ask(on: date) -> list[tuple[int, str]]:
    """The (organisation, address) pairs that get a mail on that day, each with an entry that has reached a stage."""
    groups: dict[tuple[int, str], list[Entry]] = defaultdict(list)
    for entry in entries(Offer.objects.all(), on):
        if entry.address:
            groups[entry.offer.provider_id, entry.address].append(entry)
    silent = set(MailAddress.objects.unreminded().values_list("email", flat=True))
    return [key for key, group in groups.items() if key[1] not in silent and may_be_asked(group, on)]


def may_be_asked(group: Iterable[Entry], on: date) -> bool:
    """Whether one of these entries has reached a stage that nobody was told of, and the last mail is a while ago.

    All entries of a group are asked at the same address; what went to another one, told nobody. A stage that was missed
    (the portal stood still) is not made up for: its next one stands for both.
    """
    group = list(group)
    requests = ConfirmationRequest.objects.filter(offer__in=[entry.offer.pk for entry in group])
    asked = list(requests.filter(_went_to(group[0].address))) if group else []
    if any(request.sent_on > on - QUIET for request in asked):
        return False
    told = {(request.offer_id, request.confirmed_on, request.stage) for request in asked}
    return any(
        not any((entry.offer.pk, entry.confirmed_on, stage) in told for stage in Stage if stage <= entry.stage)
        for entry in group
    )


def to_be_hidden(offer: Offer, on: date) -> bool:
    """Whether the second period is over, too, and its people, if they can be reached, were told 14 days ago."""
    found = entries(Offer.objects.filter(pk=offer.pk), on)
    if not found or found[0].stage != Stage.DUE or on < found[0].hidden_on:
        return False
    entry = found[0]
    if not entry.address or MailAddress.objects.unreminded().known_as(entry.address).exists():
        return True
    told = ConfirmationRequest.objects.filter(offer=offer, confirmed_on=entry.confirmed_on, stage=Stage.DUE)
    return told.filter(_went_to(entry.address), sent_on__lte=on - WARNED).exists()


def _went_to(email: str) -> Q:
    """Requests to that address; of one whose link is gone nobody knows better."""
    return Q(link=None) | Q(link__email__iexact=email)
