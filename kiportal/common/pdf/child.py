"""The rendering process: gets HTML, asks for files, tells its page, and sends a PDF or why there is none.

It sends its process number and receives `Work`. Then its messages are: ("file", address), answered by (content, media
type); ("page", number, section); then one of ("done", Typeset), ("unavailable",), ("memory",), ("fault", traceback).
"""

import os
import resource
import signal
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Work:
    html: str
    identifier: bytes
    stylesheets: list[str]  # of the fonts
    seconds: int
    megabytes: int


@dataclass(frozen=True)
class Typeset:
    content: bytes
    pages: int
    missing: str  # characters that no font has
    errors: list[str]  # what WeasyPrint could not do, in English


def serve(connection: Connection) -> None:
    connection.send(os.getpid())
    work: Work = connection.recv()
    signal.alarm(work.seconds)  # ends this process even when the worker that would end it is gone
    resource.setrlimit(resource.RLIMIT_DATA, (work.megabytes * MEGABYTE, work.megabytes * MEGABYTE))

    def read_file(address: str) -> tuple[bytes, str]:
        connection.send(("file", address))
        answer: tuple[bytes, str] = connection.recv()
        return answer

    def report(page: int, section: str) -> None:
        connection.send(("page", page, section))

    try:
        from kiportal.common.pdf.typesetter import typeset
    except OSError:
        connection.send(("unavailable",))
        return
    try:
        connection.send(("done", typeset(work, read_file, report)))
    except MemoryError:
        connection.send(("memory",))
    except Exception:
        connection.send(("fault", traceback.format_exc()))
