"""Ready-made reasons of the review: their keys, and their order among those of the same step."""

from django.db import transaction

from kiportal.common.slugs import free_slug
from offers.models import ReasonTemplate

_STEP = 10


@transaction.atomic
def add_reason(template: ReasonTemplate) -> ReasonTemplate:
    """Store a new one as the last of its step."""
    template.slug = free_slug(ReasonTemplate.objects.all(), template.label, fallback="textbaustein")
    last = ReasonTemplate.objects.order_by("sort_order").last()
    template.sort_order = (last.sort_order if last else 0) + _STEP
    template.save()
    return template


@transaction.atomic
def move_reason(template: ReasonTemplate, by: int) -> None:
    """One place up (-1) or down (1) among those of its step; at the end nothing happens."""
    rows = list(ReasonTemplate.objects.select_for_update().order_by("sort_order", "pk"))
    alike = [row for row in rows if row.verb == template.verb]
    place = next(number for number, row in enumerate(alike) if row.pk == template.pk)
    if not 0 <= place + by < len(alike):
        return
    first, second = rows.index(alike[place]), rows.index(alike[place + by])
    rows[first], rows[second] = rows[second], rows[first]
    for number, row in enumerate(rows, start=1):
        row.sort_order = number * _STEP
    ReasonTemplate.objects.bulk_update(rows, ["sort_order"])
