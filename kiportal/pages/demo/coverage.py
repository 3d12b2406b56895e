"""The numbers of coverage of today and of a year ago, from the days on which the demo's entries were published."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from offers.coverage import snapshots


def load() -> None:
    today = timezone.localdate()
    for earlier in (relativedelta(years=1), relativedelta(months=6), timedelta(days=30)):
        snapshots.take_earlier(today - earlier)
    snapshots.take(today)
