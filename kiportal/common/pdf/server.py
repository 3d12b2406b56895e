"""The process that keeps WeasyPrint warm and forks one process for each document.

multiprocessing has such a server, too, but Celery's workers count as daemons, which multiprocessing lets start nothing.
This one ends by itself when the worker has gone.
"""

import gc
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
# What finding libraries and temporary files may need. Passwords and keys of the worker stay with the worker.
ENVIRONMENT = ("HOME", "LANG", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "PATH", "TMPDIR", "TZ")


class Server:
    """The worker's side: starts the process when it is needed, again if it has died, and connects to new forks."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._commands: socket.socket | None = None
        self._owner = 0

    def connect(self) -> Connection:
        """Return the connection to a new rendering process (`child.serve`)."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._running(), [b"1"], [theirs.fileno()])
            except OSError:  # it was killed while nobody needed it
                self._process = None
                socket.send_fds(self._running(), [b"1"], [theirs.fileno()])
        return Connection(ours.detach())

    def _running(self) -> socket.socket:
        if self._commands and self._process and self._process.poll() is None and self._owner == os.getpid():
            return self._commands
        self._commands, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kiportal.common.pdf.server", str(theirs.fileno())],
                cwd=CHECKOUT,
                env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._owner = os.getpid()
        return self._commands


def main(commands: socket.socket) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker
    with suppress(OSError):  # without Pango, every document is told so (`child.serve`)
        import kiportal.common.pdf.typesetter  # noqa: F401
    from kiportal.common.pdf.child import serve

    gc.freeze()  # what is loaded now is never written to again, so the documents' processes share it

    while True:
        word, descriptors, _flags, _address = socket.recv_fds(commands, 1, 1)
        if not word:
            return
        # The last document's process is forgotten only now, so that its number cannot be another's when it is killed.
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if os.fork() == 0:
            commands.close()
            serve(Connection(descriptors[0]))
            os._exit(0)
        os.close(descriptors[0])


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
