"""termine.ics: the dates of one offer, or of all with the filters of /termine/."""

from collections.abc import Iterable
from hashlib import sha256

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kiportal.common.models import Centre
from offers.calendar import calendar
from offers.filters import DateFilters
from offers.models import Offer, OfferDate

# Offers in one file, the soonest first: a phone takes no more, and each may have a date for every week.
MOST = 300


@require_safe
@login_not_required
def offer_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Without a date to come it is empty: a calendar that subscribed to it waits for the next ones."""
    offers = Offer.objects.visible_to_public(timezone.localdate())
    offer = get_object_or_404(offers.for_calendar(), slug=slug)
    return _file(request, offer.title, [offer], f"{offer.slug}.ics")


@require_safe
@login_not_required
def date_calendar(request: HttpRequest) -> HttpResponse:
    today, now = timezone.localdate(), timezone.now()
    filters = DateFilters(request.GET, OfferDate.objects.visible_to_public(today).upcoming(now))
    offers = Offer.objects.filter(pk__in=filters.qs.order_by().values("offer")).with_coming_date(now)
    found = list(offers.for_calendar()[: MOST + 1])
    about = ""
    if len(found) > MOST:
        about = _("Es stehen nur die ersten %(number)s Angebote darin. Wählen Sie eine Kommune oder ein Thema.")
        about %= {"number": MOST}
    name = _("Termine")
    if chosen := filters.labels:
        name = f"{name}: {', '.join(chosen)}"
    return _file(request, f"{name} – {Centre.objects.current()}", found[:MOST], "termine.ics", about)


def _file(request: HttpRequest, name: str, offers: Iterable[Offer], file_name: str, about: str = "") -> HttpResponse:
    content = calendar(name, offers, timezone.now(), about=about)
    etag = quote_etag(sha256(content).hexdigest())
    answer = get_conditional_response(request, etag=etag) or HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )
    answer.headers["ETag"] = etag
    patch_cache_control(answer, public=True, no_cache=True)
    return answer
