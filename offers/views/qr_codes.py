"""The QR code of an offer, for posters and handouts: a page that shows it, and two files."""

from hashlib import sha256

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kiportal.common import qr
from offers.models import Offer

# The address of a page does not change; the page itself may be withdrawn, so not for ever.
SECONDS = 24 * 60 * 60


@require_safe
@login_not_required
def offer_code(request: HttpRequest, slug: str) -> HttpResponse:
    offer = _offer(slug)
    return render(request, "offers/offer_code.html", {"offer": offer, "address": _address(offer)})


@require_safe
@login_not_required
def offer_code_svg(request: HttpRequest, slug: str) -> HttpResponse:
    offer = _offer(slug)
    title = _("QR-Code: führt zu „%(title)s“, %(address)s") % {"title": offer.title, "address": _address(offer)}
    return _file(request, qr.svg(_address(offer), title), "image/svg+xml", f"qr-{slug}.svg")


@require_safe
@login_not_required
def offer_code_png(request: HttpRequest, slug: str) -> HttpResponse:
    return _file(request, qr.png(_address(_offer(slug))), "image/png", f"qr-{slug}.png")


def _offer(slug: str) -> Offer:
    return get_object_or_404(Offer.objects.visible_to_public(timezone.localdate()), slug=slug)


def _address(offer: Offer) -> str:
    """In the language of the page on which somebody asked for the code."""
    return settings.KIPORTAL_BASE_URL + offer.get_absolute_url()


def _file(request: HttpRequest, content: bytes, content_type: str, name: str) -> HttpResponse:
    etag = quote_etag(sha256(content).hexdigest())
    answer = get_conditional_response(request, etag=etag) or HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    answer.headers["ETag"] = etag
    patch_cache_control(answer, public=True, max_age=SECONDS)
    return answer
