"""Searches kept for somebody: asked for without an account, confirmed by mail, changed and ended by one link."""

import uuid
from collections.abc import Collection
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kiportal.common import limits, links
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, Job
from kiportal.common.retention import erase, locked_keys
from kiportal.common.transitions import Transition, apply, table
from offers.lifecycle.erasing import erase_jobs
from offers.lifecycle.mails import TooManyMails
from offers.models import SavedSearch, SearchHit
from offers.permissions import can_change_search

_S, _R = SavedSearch.Status, SavedSearch.Rhythm
PERIODS = {_R.DAILY: timedelta(days=1), _R.WEEKLY: timedelta(days=7)}
# Who does not answer the yearly question by then does not want it any more.
ANSWER_WITHIN = timedelta(days=30)
# A mail's link is good for at least so long.
_LINK_LEFT = timedelta(days=200)

SEARCH = table(
    Transition("confirm", frozenset({_S.UNCONFIRMED}), _S.ACTIVE, can_change_search),
    Transition("pause", frozenset({_S.ACTIVE}), _S.PAUSED, can_change_search),
    Transition("resume", frozenset({_S.PAUSED}), _S.ACTIVE, can_change_search),
    Transition("keep", frozenset({_S.ACTIVE, _S.PAUSED}), "", can_change_search),
)


@transaction.atomic
def request_search(key: uuid.UUID, *, email: str, query: str, rhythm: str, language: str) -> None:
    """Keep a search until its address is confirmed, and mail the link; may raise TooManyMails.

    Whoever asks learns nothing about the address: one that has this search already gets its link once more, and what
    was confirmed stays as it is. A form that arrives twice causes one mail.
    """
    values = {"key": key, "rhythm": rhythm, "form_language": language}
    search, is_new = SavedSearch.objects.get_or_create(email=email.lower(), query=query, defaults=values)
    if not is_new:
        search = SavedSearch.objects.select_for_update().get(pk=search.pk)
        if search.key == key:
            return
        if search.status != _S.UNCONFIRMED:
            values = {"key": key}
        SavedSearch.objects.filter(pk=search.pk).update(**values)
    if limits.mail_exceeded(search.email):
        raise TooManyMails(
            _("An diese Adresse gingen heute schon drei E-Mails. Bitte versuchen Sie es morgen noch einmal.")
        )
    enqueue("offers.send_search_link", str(_link(search).pk), title=f"E-Mail: {search} bestätigen")


def confirm_search(search: SavedSearch, *, by: AccessLink) -> None:
    """The second half of the double opt-in. New is what is published from now on."""
    on = timezone.localdate()
    next_on = on + PERIODS[_R(search.rhythm)]
    apply(SEARCH, search, "confirm", by=by, since=timezone.now(), next_on=next_on, wanted_on=on)


def pause_search(search: SavedSearch, *, by: AccessLink) -> None:
    apply(SEARCH, search, "pause", by=by)


def resume_search(search: SavedSearch, *, by: AccessLink) -> None:
    """What was published in between is not told of: it stands in the list."""
    next_on = timezone.localdate() + PERIODS[_R(search.rhythm)]
    apply(SEARCH, search, "resume", by=by, since=timezone.now(), next_on=next_on)


def keep_search(search: SavedSearch, *, by: AccessLink) -> None:
    """The owner wants it for another year."""
    apply(SEARCH, search, "keep", by=by, wanted_on=timezone.localdate(), asked_on=None)


def change_rhythm(search: SavedSearch, rhythm: str, *, by: AccessLink) -> None:
    if not can_change_search(by, search):
        raise PermissionDenied("change_rhythm is not allowed")
    if rhythm != search.rhythm:
        changed = {"rhythm": rhythm, "next_on": timezone.localdate() + PERIODS[_R(rhythm)]}
        SavedSearch.objects.filter(pk=search.pk).exclude(status=_S.UNCONFIRMED).update(**changed)


@transaction.atomic
def end_search(search: SavedSearch, *, by: AccessLink) -> None:
    """The search goes with its address. Its links stay for a while, empty, to say so to whoever opens an old mail."""
    if not can_change_search(by, search):
        raise PermissionDenied("end_search is not allowed")
    former = list(AccessLink.objects.for_target(search))
    erase_searches(SavedSearch.objects.filter(pk=search.pk), delete=True)
    now = timezone.now()
    for link in former:
        link.email, link.revoked_at, link.expires_at = "", now, now
    AccessLink.objects.bulk_create(former)


@transaction.atomic
def tell_of_search(pk: int, offers: Collection[int], on: date) -> bool:
    """Start the mail about these offers, if any is new to the search; a second run of the day finds nothing to do."""
    search = SavedSearch.objects.due(on).select_for_update(of=("self",)).filter(pk=pk).first()
    if search is None:
        return False
    SavedSearch.objects.filter(pk=pk).update(next_on=on + PERIODS[_R(search.rhythm)])
    known = set(search.told.filter(offer__in=offers).values_list("offer_id", flat=True))
    fresh = [offer for offer in offers if offer not in known]
    if not fresh:
        return False
    SearchHit.objects.bulk_create(SearchHit(search=search, offer_id=offer, told_on=on) for offer in fresh)
    enqueue("offers.send_search_hits", str(_link(search).pk), on.isoformat(), title=f"E-Mail: Neues zu {search}")
    return True


@transaction.atomic
def ask_about_search(pk: int, on: date) -> bool:
    """Ask once a year whether it is still wanted; without an answer it is erased (`offers.retention`)."""
    search = SavedSearch.objects.to_ask(on).select_for_update(of=("self",)).filter(pk=pk).first()
    if search is None:
        return False
    SavedSearch.objects.filter(pk=pk).update(asked_on=on)
    enqueue("offers.send_search_question", str(_link(search).pk), title=f"E-Mail: Nachfrage zu {search}")
    return True


@transaction.atomic
def erase_searches(searches: QuerySet[SavedSearch], *, delete: bool) -> int:
    """Count the searches; with `delete` remove them with links, Verlauf and the jobs of their mails."""
    if not delete:
        return searches.count()
    kept = SavedSearch.objects.filter(pk__in=locked_keys(searches))
    of_them = [
        str(link) for search in kept for link in AccessLink.objects.for_target(search).values_list("pk", flat=True)
    ]
    mails = ("offers.send_search_link", "offers.send_search_hits", "offers.send_search_question")
    erase_jobs(Job.objects.filter(kind__in=mails, arguments__0__in=of_them))
    return erase(kept, delete=True)


def _link(search: SavedSearch) -> AccessLink:
    """The link of this search that is good for a while, or a new one."""
    good = AccessLink.objects.for_target(search).filter(revoked_at=None, expires_at__gt=timezone.now() + _LINK_LEFT)
    return good.first() or links.issue(AccessLink.Purpose.SEARCH, search, search.email)
