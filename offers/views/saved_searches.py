""" "Suche merken": new offers by mail, without an account. One link confirms, changes and ends it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from kiportal.common import links
from kiportal.common.models import AccessLink
from kiportal.common.transitions import SomebodyWasFaster
from offers import lifecycle
from offers.forms.saved_searches import RhythmForm, SavedSearchForm
from offers.models import SavedSearch
from offers.saved_searches import finding
from offers.views.by_link import opened_by_link

TOO_LONG = _("Das sind zu viele Filter für eine gemerkte Suche. Bitte wählen Sie weniger aus.")
# What was just done, told after the redirect.
DONE = {
    "bestaetigen": _("Danke. Sie bekommen jetzt eine E-Mail, wenn es neue Angebote gibt."),
    "anhalten": _("Die Suche ist angehalten. Sie bekommen keine E-Mails, bis Sie sie fortsetzen."),
    "fortsetzen": _("Die Suche läuft wieder."),
    "behalten": _("Danke. Wir schicken Ihnen weiter neue Angebote."),
    "rhythmus": _("Ihre Änderung ist gespeichert."),
}
_STEPS: dict[str, Callable[..., None]] = {
    "bestaetigen": lifecycle.confirm_search,
    "anhalten": lifecycle.pause_search,
    "fortsetzen": lifecycle.resume_search,
    "behalten": lifecycle.keep_search,
}


def _search(link: AccessLink) -> SavedSearch:
    return SavedSearch.objects.get(pk=link.target_id)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def search_save(request: HttpRequest) -> HttpResponse:
    """The form; the filters stand in its address, as in that of the list it was opened from."""
    filters = finding.filters_for(request.GET)
    query, status = finding.stored(filters), 200
    posted = request.POST if request.method == "POST" else None
    form = SavedSearchForm(posted, request=request)
    if form.is_valid():
        try:
            _ask(form, query)
            return redirect("offers:search_saved")
        except ValueError:
            form.add_error(None, TOO_LONG)
        except lifecycle.TooManyMails as refused:
            form.add_error(None, str(refused))
            status = refused.status
    context = {
        "form": form,
        "asked_for": finding.in_words(filters),
        "notices": filters.notices,
        "number": filters.hits.number,
        "list_url": f"{reverse('offers:offer_list')}{filters.query()}",
    }
    return render(request, "offers/search_form.html", context, status=429 if form.too_many else status)


def _ask(form: SavedSearchForm, query: str) -> None:
    """Raises TooManyMails, or ValueError if the query has no room."""
    if len(query) > (SavedSearch._meta.get_field("query").max_length or 0):
        raise ValueError("query is too long")
    words = form.cleaned_data
    lifecycle.request_search(
        words["key"],
        email=words["email"],
        query=query,
        rhythm=words["rhythm"],
        language=get_language() or "de",
    )


@require_safe
@login_not_required
def search_saved(request: HttpRequest) -> HttpResponse:
    """Says nothing of address and words, and the same whether the address was known or not."""
    return render(request, "offers/search_saved.html")


@require_safe
@login_not_required
def search_ended(request: HttpRequest) -> HttpResponse:
    return render(request, "offers/search_ended.html")


@opened_by_link(AccessLink.Purpose.SEARCH, _search)
def search_detail(request: HttpRequest, link: AccessLink, search: SavedSearch) -> HttpResponse:
    """See the search in words, confirm it, change the rhythm, pause, end it. A button pressed twice did it once."""
    verb, form = request.POST.get("verb", ""), RhythmForm(initial={"rhythm": search.rhythm})
    if request.method == "POST":
        if verb == "loeschen":
            lifecycle.end_search(search, by=link)
            return redirect("offers:search_ended")
        if verb in _STEPS:
            with suppress(SomebodyWasFaster):
                _STEPS[verb](search, by=link)
            return redirect(_url(link, verb))
        form = RhythmForm(request.POST)
        if form.is_valid():
            lifecycle.change_rhythm(search, form.cleaned_data["rhythm"], by=link)
            return redirect(_url(link, "rhythmus"))
    filters = finding.filters_for(search.query)
    asked_for = finding.in_words(filters)
    if search.status == SavedSearch.Status.UNCONFIRMED:
        asked_for.append((str(form.fields["rhythm"].label), search.get_rhythm_display()))
    context: dict[str, Any] = {
        "search": search,
        "form": form,
        "done": DONE.get(request.GET.get("getan", "")),
        "asked_for": asked_for,
        "notices": filters.notices,
        "number": filters.hits.number,
        "list_url": f"{reverse('offers:offer_list')}{filters.query(sortierung='neu')}",
    }
    return render(request, "offers/search_detail.html", context)


@csrf_exempt
@opened_by_link(AccessLink.Purpose.SEARCH, _search)
def search_unsubscribe(request: HttpRequest, link: AccessLink, search: SavedSearch) -> HttpResponse:
    """The address in List-Unsubscribe (RFC 8058): mail programs post there without a page, a cookie or a CSRF token.

    The secret in the address is what allows it. Who opens it gets the page with the buttons.
    """
    if request.method == "POST":
        lifecycle.end_search(search, by=link)
        return render(request, "offers/search_ended.html")
    return redirect(_url(link))


def _url(link: AccessLink, done: str = "") -> str:
    url = reverse("offers:search_detail", kwargs={"token": links.token(link)})
    return f"{url}?getan={done}" if done else url
