"""Pages that a signed link opens: no account, no session, and an address that must not get into other hands."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kiportal.common import links
from kiportal.common.models import AccessLink
from kiportal.common.views import errors
from offers import lifecycle
from offers.models import Offer

type LinkView = Callable[..., HttpResponse]
# Reads what a link opens; raises DoesNotExist.
type Reader = Callable[[AccessLink], models.Model]


def _offer(link: AccessLink) -> Offer:
    return Offer.objects.select_related("provider", "offer_type", "contact__consent").get(pk=link.target_id)


def opened_by_link(purpose: AccessLink.Purpose, read: Reader = _offer) -> Callable[[LinkView], LinkView]:
    """Give the view the link and its offer (or what `read` finds); an unknown token answers 404, one that is over 410.

    `strict-origin`: under `no-referrer` browsers post `Origin: null`, and the CSRF check would refuse the form.
    """

    def decorate(view: LinkView) -> LinkView:
        @login_not_required
        @never_cache
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def opened(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
            response = _open(view, request, purpose, read, token, kwargs)
            response.headers["Referrer-Policy"] = "strict-origin"
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
            return response

        return opened

    return decorate


def _open(
    view: LinkView, request: HttpRequest, purpose: AccessLink.Purpose, read: Reader, token: str, kwargs: dict[str, Any]
) -> HttpResponse:
    try:
        link = links.find(purpose, token)
        record = read(link)
    except ObjectDoesNotExist:
        return errors.not_found(request)
    except links.LinkGone as gone:
        return _gone(request, gone.link)
    if request.method == "POST":
        AccessLink.objects.filter(pk=link.pk).update(used_at=timezone.now())
    return view(request, link, record, **kwargs)


def _gone(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """A care link that only ran out can be asked for again; the new one goes to the address we know."""
    recorded = Offer.objects.recorded().filter(pk=link.target_id) if link.purpose == AccessLink.Purpose.DRAFT else ()
    context: dict[str, Any] = {"link": link, "can_renew": _can_renew(link), "is_recorded": bool(recorded)}
    status = 410
    if request.method == "POST" and context["can_renew"]:
        try:
            if link.purpose == AccessLink.Purpose.CARE_ALL:
                lifecycle.renew_care_all_link(link)
            else:
                lifecycle.renew_care_link(link)
            context["renewed"], status = True, 200
        except lifecycle.TooManyMails as error:
            context["error"], status = error, error.status
    return render(request, "offers/link_gone.html", context, status=status)


def _can_renew(link: AccessLink) -> bool:
    if link.purpose == AccessLink.Purpose.CARE_ALL:
        return link.revoked_at is None and Offer.objects.in_care_of(link.target_id, link.email).exists()
    offer = Offer.objects.filter(pk=link.target_id).first()
    return (
        link.purpose == AccessLink.Purpose.CARE
        and link.revoked_at is None
        and offer is not None
        and offer.status in {Offer.Status.PUBLISHED, Offer.Status.HIDDEN, Offer.Status.ARCHIVED}
        and bool(offer.submitter_email)
    )
