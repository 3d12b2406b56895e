"""Words searched in vain: how the list of offers counts them, and what the centre sees of them."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from actors.models import Municipality
from offers import vain
from offers.filters import OfferFilters
from offers.models import HiddenWords, SavedSearch, VainSearch

PERMISSION = "offers.answer_need"
PAGE_LENGTH = 50
DAYS = (30, 90, 365)
HIDDEN = "ausgeblendet"
IN_CHART = 10

# How programs call themselves; CUBOT makes telephones.
_MACHINE = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|archiver|preview|facebookexternal|headless|lighthouse|monitor|scan"
    r"|curl|wget|python|java/|go-http|okhttp|axios|node-fetch|libwww|ruby|perl",
    re.IGNORECASE,
)


def count(request: HttpRequest, filters: OfferFilters) -> None:
    """Count a search without a hit, if a person has just typed it."""
    words = vain.words_of(filters.chosen["q"])
    if words and _is_person(request) and _is_first_look(request, words):
        places = filters.chosen["kommune"]
        place = places[0] if len(places) == 1 else ""
        vain.count(words, language=(get_language() or "de").partition("-")[0], municipality=place)


def _is_person(request: HttpRequest) -> bool:
    """Browsers name a language; crawlers mostly do not, or say what they are."""
    agent = request.headers.get("User-Agent", "")
    return bool(request.headers.get("Accept-Language") and agent) and _MACHINE.search(agent) is None


def _is_first_look(request: HttpRequest, words: vain.Words) -> bool:
    """Not the next page, not a filter set for the same words, no reload, nothing fetched in advance."""
    headers = request.headers
    if request.method != "GET" or request.GET.get("seite", "1") != "1":
        return False
    if headers.get("Sec-Purpose") or headers.get("Cache-Control") in {"no-cache", "max-age=0"}:
        return False
    before = urlsplit(headers.get("HX-Current-URL") or headers.get("Referer", ""))
    return vain.words_of(QueryDict(before.query).get("q") or "").folded != words.folded


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def vain_list(request: HttpRequest) -> HttpResponse:
    chosen = request.GET.get("tage", "")
    days = int(chosen) if chosen in map(str, DAYS) else DAYS[0]
    context: dict[str, Any] = {
        "days": days,
        "is_hidden": chosen == HIDDEN,
        "tabs": [
            *(
                {"label": f"{number} Tage", "url": f"?tage={number}", "current": number == days and chosen != HIDDEN}
                for number in DAYS
            ),
            {"label": "Ausgeblendet", "url": f"?tage={HIDDEN}", "current": chosen == HIDDEN},
        ],
    }
    page = request.GET.get("seite")
    if chosen == HIDDEN:
        context["page_obj"] = Paginator(HiddenWords.objects.all(), PAGE_LENGTH).get_page(page)
        return render(request, "offers/vain_list.html", context)
    rows = VainSearch.objects.since(timezone.localdate() - timedelta(days=days - 1)).by_words()
    names = dict(Municipality.objects.values_list("slug", "name"))
    context |= {
        "page_obj": (shown := Paginator(rows, PAGE_LENGTH).get_page(page)),
        "rows": [_shown(row, names) for row in shown],
        "chart": [(row["typed"], row["total"]) for row in rows[:IN_CHART]],
        "saved_searches": SavedSearch.objects.active().count(),
    }
    return render(request, "offers/vain_list.html", context)


def _shown(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """With the form for a gap, filled in with what was looked for."""
    places = [slug for slug in row["places"] if slug in names]
    asked = {"q": row["typed"]} | ({"kommune": places[0]} if len(places) == 1 else {})
    return row | {
        "places": sorted(names[slug] for slug in places),
        "need_url": f"{reverse('offers:need_add')}?{urlencode(asked)}",
        "search_url": f"{reverse('offers:offer_list')}?{urlencode({'q': row['typed']})}",
    }


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def vain_hide(request: HttpRequest) -> HttpResponse:
    """Leave these words out, now and in future; the numbers stay."""
    words = request.POST.get("words", "").strip()[: vain.LONGEST]
    if not words:
        raise BadRequest("no words")
    typed = VainSearch.objects.spelling(words)
    hidden, _created = HiddenWords.objects.get_or_create(words=words, defaults={"typed": typed})
    messages.success(request, f"„{hidden}“ ist ausgeblendet.")
    days = request.POST.get("tage", "")
    return redirect(f"{reverse('offers:vain_list')}?tage={days if days in map(str, DAYS) else DAYS[0]}")


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def vain_show(request: HttpRequest, pk: int) -> HttpResponse:
    hidden = get_object_or_404(HiddenWords, pk=pk)
    hidden.delete()
    messages.success(request, f"„{hidden}“ steht wieder in der Liste.")
    return redirect(f"{reverse('offers:vain_list')}?tage={HIDDEN}")
