"""`/list20/`, before the addresses of the portal."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path
from django.utils import timezone

from kiportal.urls import handler400, handler403, handler404, handler429, handler500, urlpatterns
from offers.models import Offer

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]

PAGE = Engine().from_string(
    "<!DOCTYPE html><title>20</title><ul>{% for offer in offers %}<li>{{ offer.title }}</li>{% endfor %}</ul>"
)


@login_not_required
def list20(request: HttpRequest) -> HttpResponse:
    offers = Offer.objects.visible_to_public(timezone.localdate()).order_by("-published_at", "-pk")[:20]
    return HttpResponse(PAGE.render(Context({"offers": offers})))


urlpatterns = [path("list20/", list20), *urlpatterns]
