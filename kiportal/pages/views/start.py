"""The start page."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kiportal.common.models import CentreText
from kiportal.common.templatetags.ui import site_url
from kiportal.pages.start import start as collect


@require_safe
@login_not_required
def start(request: HttpRequest) -> HttpResponse:
    shown = collect(timezone.now())
    offers = site_url("/angebote/")
    context = {
        "start": shown,
        "text": CentreText.objects.in_language(CentreText.Page.WELCOME, get_language() or "de"),
        "tiles": [
            {
                "label": place.name,
                "count": place.number,
                "url": f"{offers}?kommune={place.slug}",
                "column": place.tile_column,
                "row": place.tile_row,
                "selected": False,
            }
            for place in shown.municipalities
        ],
    }
    return render(request, "pages/start.html", context)
