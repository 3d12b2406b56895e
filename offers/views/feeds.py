"""/angebote/feed/: the list as Atom."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date, quote_etag
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kiportal.common.models import Centre
from offers import feeds
from offers.filters import OfferFilters
from offers.models import Offer


@require_safe
@login_not_required
def offer_feed(request: HttpRequest) -> HttpResponse:
    """The filters of /angebote/; what the list would ignore is ignored here, too. Most answers are 304."""
    filters = OfferFilters(request.GET, Offer.objects.visible_to_public(timezone.localdate()))
    centre = Centre.objects.current()
    title = f"{_('Angebote')} – {centre}"
    if subject := filters.subject:
        title = f"{_('Angebote')} ({subject}) – {centre}"
    newest = feeds.Newest.of(filters.bits())
    language = get_language() or settings.LANGUAGE_CODE
    etag = quote_etag(newest.digest(language, title, filters.own_query))
    changed = int(newest.last.timestamp())
    answer = get_conditional_response(request, etag=etag, last_modified=changed)
    if answer is None:
        page, address = (
            f"{settings.KIPORTAL_BASE_URL}{reverse(name)}{filters.own_query}"
            for name in ("offers:offer_list", "offers:offer_feed")
        )
        text = feeds.render(newest, title=title, author=str(centre), language=language, page=page, address=address)
        answer = HttpResponse(text, content_type=feeds.OfferFeed.content_type)
        answer.headers["Last-Modified"] = http_date(changed)
    answer.headers["ETag"] = etag
    patch_cache_control(answer, public=True, no_cache=True)
    return answer
