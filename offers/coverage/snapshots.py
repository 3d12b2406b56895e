"""Keeping the numbers of a day, so that later ones can be compared with them."""

from datetime import date, timedelta

from offers import counting, coverage
from offers.models import CoverageSnapshot, Offer

# Every day for so long, after that the first one of each month.
DAILY = timedelta(days=60)


def take(on: date) -> CoverageSnapshot:
    """Keep the numbers as they are; once more on the same day, the later ones take the place of the earlier."""
    index = counting.current()
    return _keep(on, coverage.figures(index, index.visible(on)))


def take_earlier(on: date) -> CoverageSnapshot:
    """The numbers of a day in the past, as far as one can tell now: what was published by then and is still there.

    For a portal that begins with entries older than itself. What has ended since or was changed is not known any more.
    """
    index = counting.current()
    later = Offer.objects.filter(published_at__date__gt=on)
    known = index.visible(on) & ~counting.bitmap(counting.packed_keys(sorted(later.values_list("pk", flat=True))))
    return _keep(on, coverage.figures(index, known))


def thin_out(today: date) -> int:
    """Delete what nobody needs day by day any more; returns how many."""
    return CoverageSnapshot.objects.outdated(today - DAILY).delete()[0]


def _keep(on: date, figures: dict[str, object]) -> CoverageSnapshot:
    return CoverageSnapshot.objects.update_or_create(taken_on=on, defaults={"figures": figures})[0]
