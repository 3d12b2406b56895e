"""Finding among 100,000 offers: each page against a bare list of twenty and against itself among 1,000.

Two web workers as `make run` starts them, one request at a time over loopback, each round all pages in turn, so that
what else the machine does hits them alike. What a worker does on its first request is told apart, and so is a list
whose results no process has kept yet.
"""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from statistics import median
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from bench.memory import memory_of_children
from offers.filters import OfferFilters
from offers.models import Offer

FEW, MANY = 1_000, 100_000
PORT = 8797
ROUNDS, REQUESTS, WARM = 5, 12, 8
BARE = "/list20/"
# Of all public offers: a word that hardly any has, one that some have, one that half of them have.
RARE, SOME, HALF = 0.0005, 0.05, 0.5
# page: at most so many times a bare list; at most so many times itself among FEW
TARGETS: dict[str, tuple[float | None, float | None]] = {
    "no word": (2, 1.3),
    "one filter": (2, 1.3),
    "rare word": (2.5, None),
    "word and two filters": (5, None),
    "three filters": (5, None),
    "word that 5 % have": (5, 4),
    "word that half have": (18, 10),
    "an offer": (None, 1.3),
}
UNSEEN = ", unseen"
WORKER_MB = 90
LOADING_SECONDS = 60

type Times = dict[str, list[float]]


def measure() -> list[dict[str, Any]]:
    call_command("setup_centre", verbosity=0)
    call_command("load_demo", offers=FEW, verbosity=0)
    few, _cold, _memory = _visit(_pages())
    begun = time.perf_counter()
    call_command("load_demo", offers=MANY, verbosity=0)
    loading = time.perf_counter() - begun
    pages = _pages()
    many, cold, memory = _visit(pages)
    return [
        {
            "name": f"load_demo --offers {MANY}",
            "value": round(loading, 1),
            "target": LOADING_SECONDS,
            "unit": "seconds",
            "details": {"offers afterwards": Offer.objects.count()},
        },
        *_against_bare(many, pages, cold),
        *_against_few(many, few),
        {
            "name": "Memory of a web worker after all that",
            "value": memory,
            "target": WORKER_MB,
            "unit": "MB",
            "details": {},
        },
    ]


def _pages() -> dict[str, str]:
    """Addresses, with words and filters that this many offers really have."""
    rare, some, half = (_word(share) for share in (RARE, SOME, HALF))
    topic, audience, place = (_most_used(name) for name in ("topics", "target_groups", "municipalities"))
    offer = Offer.objects.filter(status=Offer.Status.PUBLISHED).order_by("-pk").first()
    queries: dict[str, dict[str, str]] = {
        "no word": {},
        "one filter": {"thema": topic},
        "rare word": {"q": rare},
        "word and two filters": {"q": some, "thema": topic, "kommune": place},
        "three filters": {"thema": topic, "zielgruppe": audience, "kommune": place},
        "word that 5 % have": {"q": some},
        "word that half have": {"q": half},
    }
    lists = {name: f"/angebote/?{urlencode(query)}" for name, query in queries.items()}
    return {"bare": BARE, **lists, "an offer": offer.get_absolute_url() if offer else "/"}


def _word(share: float) -> str:
    """The word whose number of hits, as the portal counts them, comes nearest to that share of all."""
    wanted = share * Offer.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM ts_stat('SELECT search_vector FROM offers_offer') WHERE length(word) >= 4"
            " AND word ~ '^[a-z]+$' ORDER BY abs(ndoc - %s), word LIMIT 12",
            [wanted],
        )
        words = [word for (word,) in cursor.fetchall()]
    return min(words, key=lambda word: abs(_hits(word) - wanted))


def _hits(word: str) -> int:
    public = Offer.objects.visible_to_public(timezone.localdate())
    return len(OfferFilters(QueryDict(urlencode({"q": word})), public).hits)


def _most_used(name: str) -> str:
    through = getattr(Offer, name).through
    field = Offer._meta.get_field(name)
    column = field.m2m_reverse_field_name()  # type: ignore[union-attr]
    rows = through.objects.values_list(f"{column}__slug", flat=True)
    return str(rows.annotate(number=Count("pk")).order_by("-number")[0])


def _visit(pages: dict[str, str]) -> tuple[Times, list[float], int]:
    """Seconds of every request by page, of the first ones of each worker, and the memory of the larger worker (MB)."""
    found: Times = {name + seen: [] for name in pages for seen in ("", UNSEEN)}
    number = count()
    with _web() as server:
        cold = [_seconds("/angebote/") for _request in range(WARM)]
        for address in pages.values():
            for _request in range(WARM):
                _seconds(address)
        for _round in range(ROUNDS):
            for name, address in pages.items():
                found[name] += [_seconds(address) for _request in range(REQUESTS)]
            # Another address for the same page: nobody has asked for it, so no process has kept its results.
            for name, address in pages.items():
                new = (f"{address}{'&' if '?' in address else '?'}neu={next(number)}" for _request in range(REQUESTS))
                found[f"{name}{UNSEEN}"] += [_seconds(address) for address in new]
        memory = max(memory_of_children(server.pid))
    return found, cold, memory


@contextmanager
def _web() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "gunicorn", "bench.wsgi", "--bind", f"127.0.0.1:{PORT}", "--workers", "2"]
    options = ["--threads", "4", "--preload", "--no-control-socket", "--log-level", "warning"]
    environment = os.environ | {"KIPORTAL_BASE_URL": f"http://127.0.0.1:{PORT}"}
    with (
        (settings.KIPORTAL_VAR / "log" / "web.log").open("w") as log,
        subprocess.Popen([*command, *options], cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log) as web,
    ):
        try:
            _wait()
            yield web
        finally:
            web.terminate()


def _wait(seconds: int = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            _seconds("/healthz/live")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the web server did not start")


def _seconds(address: str) -> float:
    """From the first byte asked to the last byte read, on a connection of its own as gunicorn's workers take turns."""
    asking = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    begun = time.perf_counter()
    asking.request("GET", address, headers={"Accept-Language": "de", "User-Agent": "bench"})
    answer = asking.getresponse()
    answer.read()
    seconds = time.perf_counter() - begun
    asking.close()
    if answer.status != 200:
        raise RuntimeError(f"{address} answered {answer.status}")
    return seconds


def _against_bare(many: Times, pages: dict[str, str], cold: list[float]) -> Iterator[dict[str, Any]]:
    bare = median(many["bare"])
    for name, (target, _few) in TARGETS.items():
        if target is not None:
            yield {
                "name": f"Page of the list among {MANY}, {name}, against a bare list of twenty",
                "value": round(median(many[name]) / bare, 2),
                "target": target,
                "unit": "times as long",
                "details": {
                    "address": pages[name],
                    "milliseconds": round(1000 * median(many[name]), 1),
                    "results that nobody has asked for yet (ms)": round(1000 * median(many[name + UNSEEN]), 1),
                    "these against a bare list (times as long)": round(median(many[name + UNSEEN]) / bare, 2),
                    "bare list (ms)": round(1000 * bare, 1),
                    **({"slowest of the first requests (ms)": round(1000 * max(cold))} if name == "no word" else {}),
                },
            }


def _against_few(many: Times, few: Times) -> Iterator[dict[str, Any]]:
    for name, (_bare, target) in TARGETS.items():
        if target is not None:
            yield {
                "name": f"The same among {MANY} against {FEW}, {name}",
                "value": round(median(many[name]) / median(few[name]), 2),
                "target": target,
                "unit": "times as long",
                "details": {
                    f"among {MANY} (ms)": round(1000 * median(many[name]), 1),
                    f"among {FEW} (ms)": round(1000 * median(few[name]), 1),
                },
            }
