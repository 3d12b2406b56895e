"""Which web addresses entries name, which of them are looked at on a day, and what is remembered of the answers."""

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape, unescape
from itertools import groupby
from typing import Any
from urllib.parse import urldefrag, urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from actors.models import Organisation
from kiportal.common.jobs import enqueue
from kiportal.common.models import CentreText
from offers.models import LinkCheck, Offer, Programme
from offers.upkeep import fetching
from offers.upkeep.fetching import Result

# What answered is looked at again after so many days, what failed on the next day.
AGAIN_AFTER = timedelta(days=30)
A_DAY = 200
# One site gets so many requests a day at the most; the rest waits.
A_HOST = 10
A_PART = 10
PAUSE_BETWEEN_PARTS = timedelta(minutes=10)
PAUSE_AT_A_HOST = 2  # seconds
# So many different sites silent at once: our own connection is down.
SIGNS_OF_OURS = 3
# Names for examples and tests (RFC 2606, RFC 6761): nobody is there.
_INVENTED = ("example", "invalid", "localhost", "test", "example.com", "example.net", "example.org")


type Named = Offer | Organisation | Programme | CentreText
# The texts that can hold links; every kind but the centre's own pages has a field for its website, too.
_TEXTS: dict[type[Any], tuple[str, ...]] = {
    Offer: ("description", "project_goal", "project_steps", "project_needs", "project_results"),
    Organisation: ("description",),
    Programme: (),
    CentreText: ("body",),
}
_EDIT_PAGES: dict[type[Any], str] = {
    Offer: "offers:staff_offer_edit",
    Organisation: "offers:staff_organisation_edit",
    # Reference data and the centre's own texts are kept by the role `admin`.
    Programme: "admin:offers_programme_change",
    CentreText: "admin:common_centretext_change",
}
_HREF = re.compile(r'href="(https?://[^"]+)"', re.IGNORECASE)
LONGEST = LinkCheck._meta.get_field("url").max_length or 0


@dataclass(frozen=True)
class Source:
    """Where an address stands, for those who mend it: the record and the name of its field."""

    record: Named
    url: str
    name: str

    @property
    def label(self) -> str:
        """ "Nähkurs: Beschreibung"."""
        definition: Any = type(self.record)._meta.get_field(self.name)
        return f"{self.record}: {definition.verbose_name}"

    @property
    def edit_url(self) -> str:
        return f"{reverse(_EDIT_PAGES[type(self.record)], args=[self.record.pk])}#id_{self.name}"


def sources(on: date, only: Collection[str] = ()) -> Iterator[Source]:
    """Every web address that stands on a public page, in its field or in a text, or `only` some of them."""
    for records in (
        Offer.objects.visible_to_public(on).select_related("provider").defer("search_vector", "search_text"),
        Organisation.objects.visible_to_public(),
        Programme.objects.all(),
        CentreText.objects.all(),
    ):
        texts, columns = _TEXTS[records.model], _columns(records.model)
        for record in records.filter(_names_links(records.model, only)):
            for name in columns:
                url = getattr(record, name)
                if url and (not only or url in only):
                    yield Source(record, url, name)
            for name in texts:
                for url in links_in(getattr(record, name)):
                    if not only or url in only:
                        yield Source(record, url, name)


def links_in(text: str) -> list[str]:
    """The web addresses of a text, each once; places inside a page are one address."""
    found = (urldefrag(unescape(match)).url for match in _HREF.findall(text))
    return list(dict.fromkeys(url for url in found if len(url) <= LONGEST))


def _names_links(model: type[Any], only: Collection[str]) -> Q:
    """The rows worth reading: most texts have no link at all."""
    found = Q()
    for name in _TEXTS[model]:
        for url in only or ("http",):
            found |= Q(**{f"{name}__icontains": f'href="{escape(url)}'})
    for name in _columns(model):
        found |= Q(**{f"{name}__in": only}) if only else ~Q(**{name: ""})
    return found


def _columns(model: type[Any]) -> list[str]:
    """The fields that hold nothing but an address."""
    return [field.name for field in model._meta.concrete_fields if field.name in {"website", "social_url"}]


@transaction.atomic
def due_today(on: date) -> list[LinkCheck]:
    """Bring the list of addresses up to date, and return those whose turn it is, sorted by host."""
    named = {source.url for source in sources(on)}
    real = sorted(url for url in named if not is_invented(url))
    LinkCheck.objects.exclude(url__in=named).delete()
    LinkCheck.objects.bulk_create([LinkCheck(url=url) for url in real], ignore_conflicts=True)
    is_due = Q(checked_on=None) | Q(failures__gt=0, checked_on__lt=on) | Q(checked_on__lte=on - AGAIN_AFTER)
    per_host: Counter[str] = Counter()
    chosen: list[LinkCheck] = []
    for check in LinkCheck.objects.filter(is_due, url__in=real).order_by(F("checked_on").asc(nulls_first=True), "url"):
        host = host_of(check.url)
        per_host[host] += 1
        if per_host[host] <= A_HOST and len(chosen) < A_DAY:
            chosen.append(check)
    return sorted(chosen, key=lambda check: (host_of(check.url), check.url))


def start(on: date) -> int:
    """Enqueue today's checks and return how many; parts of a few addresses, spread over the day, a site in one part."""
    parts: list[list[LinkCheck]] = []
    for _host, checks in groupby(due_today(on), key=lambda check: host_of(check.url)):
        together = list(checks)
        if parts and len(parts[-1]) + len(together) <= A_PART:
            parts[-1] += together
        else:
            parts.append(together)
    now = timezone.now()
    for number, part in enumerate(parts):
        keys, at = [check.pk for check in part], now + number * PAUSE_BETWEEN_PARTS
        enqueue("offers.check_links", keys, title=f"Internetadressen prüfen ({len(part)})", run_after=at)
    return sum(map(len, parts))


def look(check_keys: list[int], on: date, *, progress: Callable[[int, int], None]) -> dict[str, int]:
    """Look at these addresses, one after the other, and keep what was found.

    Where not one of several sites gives a sign of life, the fault is likely ours: nothing is held against them.
    """
    checks = list(LinkCheck.objects.filter(pk__in=check_keys).order_by("url"))
    user_agent = f"KI-Portal link check (+{settings.KIPORTAL_BASE_URL}/)"
    results: list[tuple[LinkCheck, Result]] = []
    for number, check in enumerate(checks):
        if number and host_of(check.url) == host_of(checks[number - 1].url):
            time.sleep(PAUSE_AT_A_HOST)
        results.append((check, fetching.check(check.url, user_agent=user_agent)))
        progress(number + 1, len(checks))
    if len({host_of(check.url) for check, _ in results}) >= SIGNS_OF_OURS and all(r.is_silence for _, r in results):
        return {"checked": 0, "silent": len(results)}
    for check, result in results:
        record(check, result, on)
    return {"checked": len(results), "failed": sum(result.is_failure for _, result in results)}


def record(check: LinkCheck, result: Result, on: date) -> None:
    """Keep the answer. A second failure on the same day counts once."""
    row = LinkCheck.objects.filter(pk=check.pk)
    values = {"checked_on": on, "outcome": result.outcome, "code": result.code}
    if not result.is_failure:
        row.update(failures=0, failing_since=None, **values)
    elif check.failures and check.checked_on == on:
        row.update(**values)
    else:
        row.update(failures=F("failures") + 1, failing_since=check.failing_since or on, **values)


def broken(on: date) -> list[tuple[LinkCheck, list[Source]]]:
    """Broken addresses, the oldest trouble first, each with the entries that name it."""
    checks = list(LinkCheck.objects.broken())
    named: dict[str, list[Source]] = {}
    if checks:
        for source in sources(on, only={check.url for check in checks}):
            named.setdefault(source.url, []).append(source)
    return [(check, named[check.url]) for check in checks if check.url in named]


def host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def is_invented(url: str) -> bool:
    host = host_of(url)
    return any(host == name or host.endswith(f".{name}") for name in _INVENTED)
