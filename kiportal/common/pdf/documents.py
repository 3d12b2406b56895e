"""HTML to PDF in a process of its own: `render()` is what the rooms call, in their jobs.

Each document gets a new process, forked from one that has WeasyPrint loaded (`server`). So it starts at once, cannot
leave anything behind, and may be ended at any moment.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from multiprocessing.connection import Connection
from time import monotonic

from django.conf import settings

from kiportal.common.jobs import JobRefused
from kiportal.common.pdf import child
from kiportal.common.pdf.fonts import named, stylesheets
from kiportal.common.pdf.resources import ResourceRefused, read
from kiportal.common.pdf.server import Server

type OnProgress = Callable[[int, str], None]

# A page that takes its time must not cost the job its claim (jobs.CLAIM): progress is told at least this often.
HEARTBEAT_SECONDS = 10
# And at most this often: WeasyPrint lays out ten pages a second.
PAUSE_SECONDS = 0.5

_server = Server()


@dataclass(frozen=True)
class Document:
    content: bytes
    pages: int

    @cached_property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


def render(html: str, *, identifier: bytes, on_progress: OnProgress | None = None) -> Document:
    """Return the document as PDF/A-3a and PDF/UA-1; the same arguments give the same bytes.

    `html` names its files as `static:...` and `media:...`, its language on <html>, its title, and in
    <meta name="dcterms.created"> its date. `identifier` is the stable id of the document, 16 bytes.
    `on_progress` gets the number of the page being laid out and the id of the last linked section before it; 0 before
    the first page, and from 1 again when page numbers in the text have moved pages. What it raises ends the rendering.
    Raises JobRefused with a sentence for the user.
    """
    work = child.Work(
        html, identifier, stylesheets(html), settings.KIPORTAL_PDF_SECONDS, settings.KIPORTAL_PDF_MEMORY_MB
    )
    with _server.connect() as connection:
        process = connection.recv()
        try:
            connection.send(work)
            return _converse(connection, on_progress or _silent)
        except (EOFError, ConnectionError):
            # Killed: libraries written in C end the process when they get no memory.
            raise _too_big() from None
        finally:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def _converse(connection: Connection, on_progress: OnProgress) -> Document:
    """Answer the process until it has finished."""
    deadline = monotonic() + settings.KIPORTAL_PDF_SECONDS
    place = (0, "")
    on_progress(*place)
    told = monotonic()
    while (left := deadline - monotonic()) > 0:
        if not connection.poll(min(HEARTBEAT_SECONDS, left)):
            on_progress(*place)
            continue
        kind, *content = connection.recv()
        if kind == "file":
            connection.send(_file(*content))
        elif kind != "page":
            return _result(kind, *content)
        else:
            place = (content[0], content[1])
            if monotonic() - told >= PAUSE_SECONDS:
                on_progress(*place)
                told = monotonic()
    raise JobRefused(
        f"Das PDF war nach {settings.KIPORTAL_PDF_SECONDS} Sekunden noch nicht fertig. "
        "Teilen Sie das Dokument, oder bitten Sie den Betrieb, die Grenze KIPORTAL_PDF_SECONDS anzuheben."
    )


def _result(kind: str, content: child.Typeset | str = "") -> Document:
    """Return the document, or raise why there is none."""
    if kind == "memory":
        raise _too_big()
    if kind == "unavailable":
        raise JobRefused(
            "Auf dem Server fehlen Programme für PDF. Der Betrieb muss die Debian-Pakete libpango-1.0-0, "
            "libpangoft2-1.0-0 und libharfbuzz-subset0 einrichten."
        )
    if not isinstance(content, child.Typeset):
        raise RuntimeError(content)
    if content.missing:
        raise JobRefused(f"Diese Zeichen gibt es in keiner Schrift des Portals: {named(content.missing)}.")
    if any("no required alt description" in error for error in content.errors):
        raise JobRefused("Ein Bild hat keinen Alternativtext. Ergänzen Sie ihn.")
    if content.errors:
        raise JobRefused(f"Das PDF wäre fehlerhaft, deshalb gibt es keines: {content.errors[0]}")
    return Document(content.content, content.pages)


def _file(address: str) -> tuple[bytes, str]:
    try:
        resource = read(address)
    except ResourceRefused:
        raise JobRefused(
            f"Das Dokument enthält eine Datei, die fehlt oder nicht eingebunden werden darf: {address[:120]}"
        ) from None
    return resource.content, resource.media_type


def _silent(_page: int, _section: str) -> None:
    """For callers that show no progress."""


def _too_big() -> JobRefused:
    return JobRefused(
        f"Für dieses PDF haben {settings.KIPORTAL_PDF_MEMORY_MB} MB Arbeitsspeicher nicht gereicht. Verkleinern Sie "
        "Bilder und große Tabellen, oder bitten Sie den Betrieb, die Grenze KIPORTAL_PDF_MEMORY_MB anzuheben."
    )
