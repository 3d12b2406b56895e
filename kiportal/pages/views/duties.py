"""The pages every public body owes its visitors; their words come from CentreText."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from actors.models import ContactPerson
from funding.models import FundingSummary
from kiportal.common.models import CentreText
from offers.models import Offer


@require_safe
@login_not_required
def text(request: HttpRequest, page: CentreText.Page) -> HttpResponse:
    return _show(request, "pages/text.html", page)


@require_safe
@login_not_required
def about(request: HttpRequest) -> HttpResponse:
    has_summary = FundingSummary.objects.visible_to_public().exists()
    return _show(request, "pages/about.html", CentreText.Page.ABOUT, has_summary=has_summary)


@require_safe
@login_not_required
def contact(request: HttpRequest) -> HttpResponse:
    # A contact that came with an entry is public with that entry only: anybody may have sent it.
    shown = Q(offers=None) | Q(offers__in=Offer.objects.visible_to_public(timezone.localdate()))
    team = ContactPerson.objects.of_county().filter(shown).with_consent().distinct()
    return _show(request, "pages/contact.html", CentreText.Page.CONTACT, team=team)


@require_safe
@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    return _show(request, "pages/accessibility.html", CentreText.Page.ACCESSIBILITY)


def _show(request: HttpRequest, template: str, page: CentreText.Page, **context: Any) -> HttpResponse:
    """A centre that has not written a text yet still has the page, with its name and a way to ask."""
    words = CentreText.objects.in_language(page, get_language() or "de")
    return render(request, template, {"text": words, "title": words.title if words else page.label, **context})
