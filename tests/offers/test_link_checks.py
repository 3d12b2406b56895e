"""Looking at web addresses that strangers typed: a real server on loopback, and everything that must not be reached."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.utils import timezone

from actors.models import Organisation
from kiportal.common.models import CentreText, Job
from offers.models import LinkCheck, Programme
from offers.upkeep import fetching, link_checks
from offers.upkeep.fetching import Result, is_public
from tests import factories

Outcome = LinkCheck.Outcome
AGENT = "KI-Portal link check (+https://ki.example.org/)"
TODAY = date(2026, 11, 22)


@dataclass
class Site:
    """A web server; `answers` maps a path to its status, its headers and how long it thinks."""

    port: int = 0
    answers: dict[str, tuple[int, dict[str, str], float]] = field(default_factory=dict)
    no_head: bool = False
    requests: list[tuple[str, str, str, str]] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def says(self, path: str, status: int, *, after: float = 0, **headers: str) -> str:
        self.answers[path] = (status, headers, after)
        return self.url(path)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site that may be asked although it stands on loopback; its port counts as a usual one."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            headers = self.headers
            site.requests.append((self.command, self.path, headers.get("Host", ""), headers.get("User-Agent", "")))
            status, extra, seconds = site.answers.get(self.path, (200, {}, 0))
            time.sleep(seconds)
            self.send_response(405 if site.no_head and self.command == "HEAD" else status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    loopback = ipaddress.ip_address("127.0.0.1")
    monkeypatch.setattr(fetching, "is_public", lambda address: address == loopback or is_public(address))
    monkeypatch.setattr(fetching, "is_ordinary", lambda _scheme, port: port == site.port)
    yield site
    server.shutdown()
    server.server_close()


def check(url: str) -> Result:
    return fetching.check(url, user_agent=AGENT)


# What an answer means


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((code, Outcome.REACHED) for code in (200, 204, 401, 403, 429, 503)),
        *((code, Outcome.ERROR) for code in (404, 410, 500, 502)),
    ],
)
def test_status_is_kept_and_judged(site: Site, status: int, outcome: LinkCheck.Outcome) -> None:
    assert check(site.says("/", status)) == Result(outcome, status)


def test_request_names_the_portal_and_the_host(site: Site) -> None:
    check(site.url("/kurse/?art=größer"))
    assert site.requests == [("HEAD", "/kurse/?art=gr%C3%B6%C3%9Fer", f"127.0.0.1:{site.port}", AGENT)]


def test_get_is_asked_where_head_is_refused(site: Site) -> None:
    site.no_head = True
    assert check(site.says("/weg", 404)) == Result(Outcome.ERROR, 404)
    assert check(site.url()) == Result(Outcome.REACHED, 200)
    assert [method for method, *_rest in site.requests] == ["HEAD", "GET", "HEAD", "GET"]


def test_redirects_are_followed_to_their_end(site: Site) -> None:
    site.says("/alt", 301, Location="neu")
    site.says("/neu", 302, Location=site.url("/ende"))
    assert check(site.says("/start", 308, Location="/alt")) == Result(Outcome.REACHED, 200)
    assert [path for _method, path, *_rest in site.requests] == ["/start", "/alt", "/neu", "/ende"]


def test_endless_redirects_end(site: Site) -> None:
    assert check(site.says("/", 302, Location="/")).outcome == Outcome.REDIRECTS
    assert len(site.requests) == fetching.HOPS


def test_slow_answer_runs_out_of_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.3)
    assert check(site.says("/", 200, after=2)).outcome == Outcome.TIMEOUT


@pytest.fixture
def wire(site: Site) -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Return a function that lets a server talk as it likes, and gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    site.port = listener.getsockname()[1]

    def serve(talk: Callable[[socket.socket], None]) -> str:
        def run() -> None:
            while True:
                try:
                    client, _address = listener.accept()
                except OSError:
                    return
                with client:
                    try:
                        talk(client)
                    except OSError:
                        continue

        threading.Thread(target=run, daemon=True).start()
        return site.url()

    yield serve
    listener.close()


def test_answer_that_drips_ends_with_the_deadline(
    wire: Callable[[Callable[[socket.socket], None]], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(b"HTTP/1.1 200 OK\r\n")
        for _second in range(100):
            client.sendall(b"X-Slow: 1\r\n")
            time.sleep(0.1)

    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    began = time.monotonic()
    assert check(wire(drip)).outcome == Outcome.TIMEOUT
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9\r\n", b"", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000])
def test_what_is_no_answer_is_a_failure(wire: Callable[[Callable[[socket.socket], None]], str], answer: bytes) -> None:
    def talk(client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(answer)

    assert check(wire(talk)).outcome in {Outcome.BAD_ANSWER, Outcome.NO_CONNECTION}


def test_body_is_not_read(wire: Callable[[Callable[[socket.socket], None]], str]) -> None:
    sent: list[int] = []

    def flood(client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        sent.extend(client.send(b"x" * 65536) for _block in range(1000))

    assert check(wire(flood)) == Result(Outcome.REACHED, 200)
    assert sum(sent) < 16 * 2**20


def test_server_that_speaks_no_tls_is_no_connection(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fetching.PORTS, "https", site.port)
    assert check(f"https://127.0.0.1:{site.port}/").outcome == Outcome.NO_CONNECTION


def test_nobody_listening_is_no_connection(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        site.port = probe.getsockname()[1]
    assert check(site.url()).outcome == Outcome.NO_CONNECTION


def test_unknown_name_is_named_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check("http://gibt-es-nicht.invalid/").outcome == Outcome.UNKNOWN_HOST


# What is never asked


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.178.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a00:1]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[ff02::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::1]/",
        "http://[::7f00:1]/",
        "http://[fec0::1]/",
        "http://[2001:0:7f00:1::]/",
        "http://[2002:7f00:1::]/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "http://user:password@93.184.216.34/",
        "http://93.184.216.34:22/",
        "http://93.184.216.34:8080/",
        "https://93.184.216.34:80/",
        "http://93.184.216.34:99999/",
        "http:///pfad",
        "http://[::1/",
    ],
)
def test_address_that_is_not_public_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object, **keywords: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "create_connection", never)
    assert check(url) == Result(Outcome.REFUSED)


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "//192.168.0.1/",
        "http://127.0.0.1:22/",
    ],
)
def test_redirect_into_our_own_network_is_refused(site: Site, target: str) -> None:
    assert check(site.says("/", 302, Location=target)) == Result(Outcome.REFUSED)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "1.1.1.1"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


# Which are looked at, and what is remembered


@pytest.mark.django_db
def test_every_address_of_a_public_page_is_looked_at_about_once_a_month() -> None:
    provider = factories.make_organisation(website="https://verein.de/")
    factories.make_offer(provider=provider, website="https://verein.de/kurs")
    factories.make_offer(provider=provider, website="https://entwurf.de/", status="draft")
    factories.make_organisation(website="https://alt.de/", status=Organisation.Status.ARCHIVED)
    Programme.objects.create(name="P", slug="p", summary="P", strand="bildung", website="https://programm.de/")
    factories.make_organisation(website="https://erfunden.example.org/")
    named = ["https://programm.de/", "https://verein.de/", "https://verein.de/kurs"]
    assert [check.url for check in link_checks.due_today(TODAY)] == named
    for row in LinkCheck.objects.all():
        link_checks.record(row, Result(Outcome.REACHED, 200), TODAY)
    assert link_checks.due_today(TODAY + timedelta(days=29)) == []
    assert len(link_checks.due_today(TODAY + timedelta(days=30))) == 3
    Programme.objects.all().delete()
    link_checks.due_today(TODAY)
    assert LinkCheck.objects.count() == 2


@pytest.mark.django_db
def test_links_in_texts_are_named_with_their_field() -> None:
    long_one = "https://lang.de/" + "x" * 1000
    offer = factories.make_offer(
        website="https://verein.de/kurs",
        description='<p><a href="https://weg.de/a?b=1&amp;c=2#oben">a</a> <a href="https://weg.de/a?b=1&amp;c=2">b</a></p>'
        f'<p><a href="mailto:a@b.de">c</a> <a href="{long_one}">d</a></p>',
        project_steps='<p><a href="http://schritte.de/">e</a></p>',
    )
    factories.make_offer(description='<p><a href="https://entwurf.de/">e</a></p>', status="draft")
    CentreText.objects.create(page="impressum", title="Impressum", body='<p><a href="https://amt.de/">f</a></p>')
    found = {(source.url, source.name) for source in link_checks.sources(timezone.localdate())}
    assert found == {
        ("https://verein.de/kurs", "website"),
        ("https://weg.de/a?b=1&c=2", "description"),
        ("http://schritte.de/", "project_steps"),
        ("https://amt.de/", "body"),
    }
    urls = {check.url for check in link_checks.due_today(timezone.localdate())}
    assert urls == {url for url, _name in found}
    LinkCheck.objects.filter(url__startswith="https://weg.de").update(failures=2)
    [(check, [source])] = link_checks.broken(timezone.localdate())
    assert (check.url, source.record, source.label) == ("https://weg.de/a?b=1&c=2", offer, f"{offer}: Beschreibung")
    assert source.edit_url == f"/arbeitsplatz/angebote/{offer.pk}/bearbeiten/#id_description"
    offer.description = ""
    offer.save()
    assert link_checks.broken(timezone.localdate()) == []


@pytest.mark.django_db
def test_one_site_gets_few_requests_a_day() -> None:
    provider = factories.make_organisation()
    for number in range(link_checks.A_HOST + 2):
        factories.make_offer(provider=provider, website=f"https://kreis.de/{number}")
    assert len(link_checks.due_today(TODAY)) == link_checks.A_HOST


@pytest.mark.django_db
def test_address_is_broken_after_failures_on_two_days() -> None:
    offer = factories.make_offer(website="https://weg.de/")
    gone = Result(Outcome.ERROR, 404)

    def look(day: date, result: Result) -> list[str]:
        link_checks.due_today(day)
        link_checks.record(LinkCheck.objects.get(), result, day)
        return [check.finding for check, _sources in link_checks.broken(timezone.localdate())]

    assert look(TODAY, gone) == []
    assert look(TODAY, gone) == []
    [finding] = look(TODAY + timedelta(days=1), gone)
    assert finding.endswith("(404)")
    [(broken, [source])] = link_checks.broken(timezone.localdate())
    assert (broken.failing_since, source.record) == (TODAY, offer)
    assert look(TODAY + timedelta(days=2), Result(Outcome.REACHED, 200)) == []


@pytest.mark.django_db
def test_changed_address_starts_anew() -> None:
    offer = factories.make_offer(website="https://weg.de/")
    link_checks.due_today(TODAY)
    LinkCheck.objects.update(failures=2, failing_since=TODAY)
    offer.website = "https://neu.de/"
    offer.save()
    assert link_checks.broken(timezone.localdate()) == []
    assert [check.url for check in link_checks.due_today(TODAY)] == ["https://neu.de/"]


@pytest.mark.django_db
def test_command_spreads_jobs_and_keeps_a_site_together() -> None:
    provider = factories.make_organisation()
    for number in range(6):
        for name in ("a", "b", "c"):
            factories.make_offer(provider=provider, website=f"https://{name}.de/{number}")
    call_command("check_links", verbosity=0)
    jobs = list(Job.objects.filter(kind="offers.check_links").order_by("run_after"))
    urls = dict(LinkCheck.objects.values_list("pk", "url"))
    parts = [{link_checks.host_of(urls[key]) for key in job.arguments[0]} for job in jobs]
    assert parts == [{"a.de"}, {"b.de"}, {"c.de"}]
    waits = [(later.run_after - first.run_after).total_seconds() for first, later in pairwise(jobs)]
    assert waits == [600, 600]


@pytest.mark.django_db
def test_job_keeps_what_it_found(
    site: Site, run_jobs: Callable[[], list[Job]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_checks, "PAUSE_AT_A_HOST", 0)
    factories.make_offer(website=site.says("/weg", 404))
    factories.make_organisation(website=site.url("/da"))
    call_command("check_links", verbosity=0)
    Job.objects.update(run_after=timezone.now())
    [job] = run_jobs()
    assert (job.state, job.result) == (Job.State.DONE, {"checked": 2, "failed": 1})
    found = {row.url: (row.code, row.failures) for row in LinkCheck.objects.all()}
    assert found == {site.url("/weg"): (404, 1), site.url("/da"): (200, 0)}


@pytest.mark.django_db
def test_silence_of_all_sites_is_our_own_fault(run_jobs: Callable[[], list[Job]]) -> None:
    for name in ("a", "b", "c"):
        LinkCheck.objects.create(url=f"http://{name}.gibt-es-nicht.invalid/")
    found = link_checks.look(list(LinkCheck.objects.values_list("pk", flat=True)), TODAY, progress=lambda *_steps: None)
    assert found == {"checked": 0, "silent": 3}
    assert not LinkCheck.objects.exclude(checked_on=None).exists()
