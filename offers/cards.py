"""What the card of an offer shows, as plain values: equal cards are written once (`templatetags.offers`)."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from offers.counting import Index
from offers.models import Offer, OfferDate
from offers.querysets import OfferQuerySet

# All that a card reads of an offer itself.
_COLUMNS = (
    *("title", "slug", "summary", "kind", "cost_kind", "is_countywide", "is_online", "schedule", "schedule_text"),
    *("last_confirmed_on", "published_at", "provider__name"),
)
# More places or languages than these are only counted.
NAMED = 3


def offers() -> OfferQuerySet:
    """Offers with the columns of a card, for `completed`."""
    return Offer.objects.select_related("provider").only(*_COLUMNS)


def completed(found: list[Offer], index: Index) -> list[Offer]:
    """The same with all else that a card shows: one query for the next dates, the rest from the index."""
    index.attach(found)
    coming = OfferDate.objects.next_of([offer.pk for offer in found], timezone.now())
    dates = {entry.offer_id: [entry] for entry in coming}
    for offer in found:
        offer.upcoming_dates = dates.get(offer.pk, [])
    return found


@dataclass(frozen=True)
class Card:
    language: str
    level: int
    url: str
    title: str
    provider: str
    summary: str
    topic: str
    place: str
    time: str
    # The provider's own words, which stay German in every language.
    is_time_typed: bool
    languages: str
    is_project: bool
    free: str
    confirmed_on: date | None
    is_stale: bool


def card(offer: Offer, *, months: int, on: date, level: int) -> Card:
    """`offer` from `for_cards()`; `months` is how long a confirmation holds."""
    topics, languages = offer.topics.all(), [str(row) for row in offer.languages.all()]
    is_free = offer.cost_kind == Offer.CostKind.FREE
    return Card(
        language=get_language() or "",
        level=level,
        url=offer.get_absolute_url(),
        title=offer.title,
        provider=offer.provider.name,
        summary=offer.summary,
        topic=topics[0].slug if topics else "",
        place=place_in_words(offer),
        time=time_in_words(offer),
        is_time_typed=is_time_typed(offer),
        languages=_some(languages),
        is_project=offer.is_project,
        free=str(Offer.CostKind.FREE.label) if is_free else "",
        confirmed_on=offer.last_confirmed_on,
        is_stale=offer.is_stale(on, months),
    )


def place_in_words(offer: Offer) -> str:
    places = [_("im ganzen Kreis")] if offer.is_countywide else [str(place) for place in offer.municipalities.all()]
    words = [_some(places)] if places else []
    return ", ".join([*words, _("online")] if offer.is_online else words)


def time_in_words(offer: Offer) -> str:
    """The next date, else the times as they were typed, else how often."""
    if (coming := offer.next_date) is not None:
        starts_at = timezone.localtime(coming.starts_at)
        day, time = date_format(starts_at, "SHORT_DATE_FORMAT"), date_format(starts_at, "H:i")
        return f"{date_format(starts_at, 'D')}, {_('%(day)s, %(time)s Uhr') % {'day': day, 'time': time}}"
    if offer.schedule_text:
        return offer.schedule_text
    if offer.schedule in {"", Offer.Schedule.BY_APPOINTMENT}:
        return _("nach Vereinbarung")
    return str(offer.get_schedule_display())


def is_time_typed(offer: Offer) -> bool:
    return offer.next_date is None and bool(offer.schedule_text)


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:NAMED])
    more = len(names) - NAMED
    return f"{shown} {_('und %(number)s weitere') % {'number': more}}" if more > 0 else shown
