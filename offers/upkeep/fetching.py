"""Ask a web address that strangers typed whether it answers, without letting it reach into our own network (SSRF).

Each hop of a redirect goes the same way: http or https on its usual port, a name whose addresses are all public, and a
connection to exactly the address that was looked at, so that a second look-up cannot lead elsewhere. Only the head of
an answer is read. One deadline holds for everything: an address that drips its answer does not hold the worker.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from offers.models import LinkCheck

Outcome = LinkCheck.Outcome
type Address = ipaddress.IPv4Address | ipaddress.IPv6Address

PORTS = {"http": 80, "https": 443}
SECONDS = 20
SECONDS_TO_CONNECT = 5
HOPS = 5
# Answers to HEAD after which GET is asked: many servers know no HEAD and say so in many ways.
HEAD_REFUSED = frozenset({400, 403, 404, 405, 406, 500, 501, 503})
# The page may well be there: it only lets no machine in, or not just now.
KEPT_OUT = frozenset({401, 402, 403, 405, 406, 407, 418, 421, 423, 425, 429, 451, 503, 999})
_KEPT_IN_URLS = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True)
class Result:
    outcome: LinkCheck.Outcome
    code: int | None = None

    @property
    def is_failure(self) -> bool:
        return self.outcome != Outcome.REACHED

    @property
    def is_silence(self) -> bool:
        """Nothing came back at all: the fault may be ours."""
        return self.outcome in {Outcome.UNKNOWN_HOST, Outcome.NO_CONNECTION, Outcome.TIMEOUT}


class _Stop(Exception):
    def __init__(self, outcome: LinkCheck.Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


def is_public(address: Address) -> bool:
    """Whether an address belongs to the Internet at large. IPv6 addresses that hold an IPv4 one lead who knows where:
    those mapped or translated count as reserved, those of tunnels are no site's.
    """
    if isinstance(address, ipaddress.IPv6Address) and (address.sixtofour or address.teredo or address.is_site_local):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def is_ordinary(scheme: str, port: int | None) -> bool:
    """Whether the port is the one that web servers have."""
    return port in {None, PORTS[scheme]}


def check(url: str, *, user_agent: str) -> Result:
    """Follow the address to its end and say how that answers. Never raises for what the other side does."""
    deadline = time.monotonic() + SECONDS
    try:
        for _hop in range(HOPS):
            code, target = _ask(url, user_agent, deadline)
            if not target:
                return Result(Outcome.REACHED if code < 400 or code in KEPT_OUT else Outcome.ERROR, code)
            url = urljoin(url, target)
    except _Stop as stop:
        return Result(stop.outcome)
    return Result(Outcome.REDIRECTS)


def _ask(url: str, user_agent: str, deadline: float) -> tuple[int, str]:
    """The status of one hop and where it leads on, by HEAD, or by GET where HEAD is refused."""
    code, target = _request("HEAD", url, user_agent, deadline)
    return _request("GET", url, user_agent, deadline) if code in HEAD_REFUSED else (code, target)


def _request(method: str, url: str, user_agent: str, deadline: float) -> tuple[int, str]:
    parts, host, port = _parsed(url)
    with closing(_connect(parts.scheme, host, port, deadline)) as wire:
        watchdog = threading.Timer(_left(deadline), _cut, [wire])
        watchdog.start()
        connection = http.client.HTTPConnection(host, port)
        connection.sock = wire
        try:
            path = quote(parts.path or "/", safe=_KEPT_IN_URLS) + (
                f"?{quote(parts.query, safe=_KEPT_IN_URLS)}" if parts.query else ""
            )
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            shown = f"[{host}]" if ":" in host else host
            connection.putheader("Host", shown if port == PORTS[parts.scheme] else f"{shown}:{port}")
            connection.putheader("User-Agent", user_agent)
            connection.putheader("Accept", "text/html, */*;q=0.5")
            connection.putheader("Connection", "close")
            connection.endheaders()
            answer = connection.getresponse()
        except (http.client.HTTPException, ValueError) as error:
            raise _Stop(Outcome.TIMEOUT if time.monotonic() >= deadline else Outcome.BAD_ANSWER) from error
        except OSError as error:
            late = isinstance(error, TimeoutError) or time.monotonic() >= deadline
            raise _Stop(Outcome.TIMEOUT if late else Outcome.NO_CONNECTION) from error
        finally:
            watchdog.cancel()
        if time.monotonic() >= deadline:  # a head that was cut off reads like one that ended
            raise _Stop(Outcome.TIMEOUT)
        is_redirect = answer.status in {301, 302, 303, 307, 308}
        return answer.status, answer.headers.get("Location", "") if is_redirect else ""


def _parsed(url: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode() if ":" not in (parts.hostname or "") else parts.hostname
        port = parts.port
    except ValueError as error:  # a port that is no number, a name that cannot be one
        raise _Stop(Outcome.REFUSED) from error
    if parts.scheme not in PORTS or not host or parts.username is not None or not is_ordinary(parts.scheme, port):
        raise _Stop(Outcome.REFUSED)
    return parts, host, port or PORTS[parts.scheme]


def _connect(scheme: str, host: str, port: int, deadline: float) -> socket.socket:
    """A connection to one of the addresses of that name, all of which must be public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _Stop(Outcome.UNKNOWN_HOST) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses or not all(is_public(ipaddress.ip_address(text)) for text in addresses):
        raise _Stop(Outcome.REFUSED)
    trouble: OSError | None = None
    for address in addresses:
        try:
            wire = socket.create_connection((address, port), timeout=min(SECONDS_TO_CONNECT, _left(deadline)))
        except OSError as error:
            trouble = error
        else:
            wire.settimeout(_left(deadline))
            return _encrypted(wire, host) if scheme == "https" else wire
    raise _Stop(Outcome.TIMEOUT if isinstance(trouble, TimeoutError) else Outcome.NO_CONNECTION) from trouble


def _encrypted(wire: socket.socket, host: str) -> socket.socket:
    try:
        return ssl.create_default_context().wrap_socket(wire, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        wire.close()
        raise _Stop(Outcome.CERTIFICATE) from error
    except OSError as error:
        wire.close()
        late = isinstance(error, TimeoutError)
        raise _Stop(Outcome.TIMEOUT if late else Outcome.NO_CONNECTION) from error


def _cut(wire: socket.socket) -> None:
    """End a connection from outside, whatever it is waiting for; on the socket itself, not on its encryption."""
    with suppress(OSError):
        socket.socket.shutdown(wire, socket.SHUT_RDWR)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise _Stop(Outcome.TIMEOUT)
    return left
