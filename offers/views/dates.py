"""/termine/: what takes place next, by day."""

from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property

from offers.filters import DateFilters
from offers.models import OfferDate
from offers.querysets import OfferDateQuerySet
from offers.views.lists import PublicList


class DateList(PublicList):
    template_name = "offers/date_list.html"
    context_object_name = "dates"
    paginate_by = 30

    @cached_property
    def filters(self) -> DateFilters:
        dates = OfferDate.objects.visible_to_public(self.today).upcoming(timezone.now())
        return DateFilters(self.request.GET, dates)

    def get_queryset(self) -> OfferDateQuerySet:
        dates: Any = self.filters.qs
        return dates.with_day().order_by("starts_at", "pk")
