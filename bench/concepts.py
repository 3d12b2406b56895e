"""Concepts: printing 120 pages; of 220 pages opening a section, saving it by itself, comparing two versions."""

import os
import subprocess
import sys
import time
from statistics import median
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.memory import Peak
from bench.samples import draft_concept, frozen_concept, two_versions
from concepts import pdf, synopsis
from concepts.comparison import Change, compare
from concepts.comparison.showing import Shown
from concepts.models import ConceptVersion
from kiportal.common import jobs, roles
from kiportal.common.models import Job, User
from kiportal.common.pdf import documents, fonts, resources

RUNS = 5
SECTIONS_OF_120_PAGES = 76
SECTIONS_OF_220_PAGES = 140
AUTOSAVED_BYTES, AUTOSAVES = 20_000, 20


def measure() -> list[dict[str, Any]]:
    version = frozen_concept(SECTIONS_OF_120_PAGES)
    long = draft_concept(SECTIONS_OF_220_PAGES)
    return [_time(version), _memory(version), _queries(long), _autosave(long), _comparison(*two_versions(long))]


def _time(version: ConceptVersion) -> dict[str, Any]:
    """Our path (process of its own, checks, PDF/UA) against WeasyPrint alone, in turns, after a round to warm up."""
    html = pdf.render_version_html(version)
    ours, alone, pages = [], [], 0
    for _round in range(RUNS + 1):
        begun = time.perf_counter()
        pages = documents.render(html, identifier=b"0123456789abcdef").pages
        ours.append(time.perf_counter() - begun)
        alone.append(_weasyprint_alone(html))
    ours, alone = ours[1:], alone[1:]
    return {
        "name": "PDF of a concept, our path against WeasyPrint alone",
        "value": round(median(ours) / median(alone), 3),
        "target": 1.15,
        "unit": "times as long",
        "details": {
            "pages": pages,
            "ours (s)": [round(seconds, 2) for seconds in ours],
            "WeasyPrint alone (s)": [round(seconds, 2) for seconds in alone],
        },
    }


def _weasyprint_alone(html: str) -> float:
    """Seconds of `HTML(...).write_pdf()` in this process, tagged and with the same files and fonts."""
    import weasyprint

    from kiportal.common.pdf.typesetter import PortalFetcher

    def read(address: str) -> tuple[bytes, str]:
        found = resources.read(address)
        return found.content, found.media_type

    begun = time.perf_counter()
    source = weasyprint.HTML(string=html, base_url="document:", url_fetcher=PortalFetcher(read))
    source.write_pdf(pdf_variant="pdf/a-3a", stylesheets=fonts.stylesheets(html))
    return time.perf_counter() - begun


def _memory(version: ConceptVersion) -> dict[str, Any]:
    """The job itself in a worker as `make run` starts it."""
    command = [sys.executable, "-m", "celery", "-A", "kiportal.celery", "worker", "--concurrency", "1"]
    quiet = ["--loglevel", "warning", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    with (
        (settings.KIPORTAL_VAR / "log" / "worker.log").open("w") as log,
        subprocess.Popen([*command, *quiet], cwd=settings.BASE_DIR, env=os.environ, stdout=log, stderr=log) as worker,
        Peak(worker.pid) as peak,
    ):
        try:
            job = jobs.enqueue("concepts.render_version", version.pk)
            begun = time.perf_counter()
            while job.state in {Job.State.QUEUED, Job.State.RUNNING}:
                time.sleep(0.2)
                job.refresh_from_db()
            seconds = time.perf_counter() - begun
        finally:
            worker.terminate()
    if job.state != Job.State.DONE:
        raise RuntimeError(job.error)
    return {
        "name": "Memory of the worker, all its processes, at its highest",
        "value": peak.shared_mb,
        "target": 350,
        "unit": "MB",
        "details": {
            "pages": job.result["pages"],
            "seconds from order to file, worker starting": round(seconds, 1),
            "processes": peak.processes,
            "shared memory counted again in each process (MB)": peak.resident_mb,
        },
    }


def _signed_in() -> Client:
    user, _made = User.objects.get_or_create(username="bench", defaults={"email": "bench@example.org"})
    user.groups.set(Group.objects.filter(name=roles.EDITOR))
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def _autosave(version: ConceptVersion) -> dict[str, Any]:
    """The request that the editor sends some seconds after the last key, with a long text in its history."""
    client = _signed_in()
    section = version.sections.order_by("pk").first()
    if section is None:
        raise RuntimeError("the draft has no section")
    body = section.body * (AUTOSAVED_BYTES // len(section.body.encode()) + 1)
    address = reverse("concepts:staff_section_edit", args=[section.pk])
    headers = {"Accept": "application/json", "X-Autosave": "1"}
    lock, taken = section.lock_version, []
    for run in range(AUTOSAVES + 1):
        data = {"title": section.title, "body": f"{body}<p>{run}</p>", "state": section.state, "lock_version": lock}
        begun = time.perf_counter()
        answer = client.post(address, data, headers=headers)
        taken.append(1000 * (time.perf_counter() - begun))
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
        lock = answer.json()["lock_version"]
    return {
        "name": "Saving a section of 20 kB by itself, on the server",
        "value": round(median(taken[1:]), 1),
        "target": 30,
        "unit": "ms",
        "details": {"bytes": len(body.encode()), "slowest (ms)": round(max(taken[1:]), 1), "saves": AUTOSAVES},
    }


def _queries(version: ConceptVersion) -> dict[str, Any]:
    client = _signed_in()
    section = version.sections.order_by("pk").last()
    address = reverse("concepts:staff_section_edit", args=[section.pk if section else 0])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        begun = time.perf_counter()
        answer = client.get(address)
        seconds = time.perf_counter() - begun
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return {
        "name": "Queries to open a section of a concept of 220 pages in the editor",
        "value": len(queries),
        "target": 8,
        "unit": "queries",
        "details": {"sections": version.sections.count(), "milliseconds": round(1000 * seconds)},
    }


def _comparison(old: ConceptVersion, new: ConceptVersion) -> dict[str, Any]:
    """From the two versions in the database to the HTML of all their changes; beside it the synopsis as PDF."""
    seconds = []
    for _round in range(RUNS):
        begun = time.perf_counter()
        found = compare(old, new)
        shown = Shown(found)
        letters = sum(len(shown.change(group)) for group in found.groups() if isinstance(group, Change))
        seconds.append(time.perf_counter() - begun)
    begun = time.perf_counter()
    document = synopsis.render_pdf(old, new)
    printing = time.perf_counter() - begun
    return {
        "name": "Comparison of two versions of 220 pages, word by word",
        "value": round(median(seconds), 2),
        "target": 3,
        "unit": "seconds",
        "details": {
            "sections": found.counts,
            "letters of HTML": letters,
            "every round (s)": [round(each, 2) for each in seconds],
            "synopsis as PDF (s)": round(printing, 1),
            "pages of the synopsis": document.pages,
        },
    }
