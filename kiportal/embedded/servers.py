"""Both servers of one state folder, shared by everybody who uses it: the last one out turns them off.

`make manage` beside a running `make run`, or two of them at once, work on the same servers. Each user holds a shared
lock on `servers.users` (the system frees it however the process ends); who gets it exclusively on leaving is the last.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from kiportal.embedded import process
from kiportal.embedded.postgres import Postgres
from kiportal.embedded.valkey import Valkey


class Servers:
    """A context manager: inside it both servers answer at `database_url` and `broker_url`.

    `durable=False` trades safety for speed (fsync off), for tests. A DATABASE_URL or KIPORTAL_BROKER_URL in `environ`
    is taken as it is, and no server of our own is started for it.
    """

    def __init__(self, var: Path, *, durable: bool = True, environ: Mapping[str, str] = os.environ) -> None:
        self.var = var.resolve()
        self.postgres = Postgres(self.var / "postgres", self.var / "log" / "postgres.log", durable=durable)
        self.valkey = Valkey(self.var / "valkey", self.var / "log" / "valkey.log")
        self.database_url = environ.get("DATABASE_URL", self.postgres.url)
        self.broker_url = environ.get("KIPORTAL_BROKER_URL", self.valkey.url)
        self.own: list[Postgres | Valkey] = []
        if "DATABASE_URL" not in environ and "DATABASE_URL_FILE" not in environ:
            self.own.append(self.postgres)
        if "KIPORTAL_BROKER_URL" not in environ and "KIPORTAL_BROKER_URL_FILE" not in environ:
            self.own.append(self.valkey)
        self._kept = self.var / "servers.kept"
        self._users: int | None = None

    def __enter__(self) -> Self:
        # Open to others at the top only (PostgreSQL has a uid of its own under root); what is in it is closed.
        self.var.mkdir(parents=True, exist_ok=True, mode=0o711)
        process.private_folder(self.var / "log")
        with self._alone():
            self._users = os.open(self.var / "servers.users", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._users, fcntl.LOCK_SH)
            try:
                for server in self.own:
                    server.start()
            except BaseException:
                self._leave()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._alone():
            self._leave()

    def keep(self) -> None:
        """Leave the servers running after the last user, until `stop`."""
        self._kept.touch()

    def stop(self) -> None:
        """Stop the servers, whoever uses them."""
        if not self.var.exists():
            return
        with self._alone():
            self._kept.unlink(missing_ok=True)
            for server in reversed(self.own):
                server.stop()

    def revive(self) -> list[str]:
        """Start what has died; return the names."""
        if all(server.pid() for server in self.own):
            return []
        with self._alone():
            return [server.label for server in self.own if server.start()]

    def _leave(self) -> None:
        users, self._users = self._users, None
        if users is None:
            return
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not self._kept.exists():
                for server in reversed(self.own):
                    server.stop()
        except BlockingIOError:
            pass  # somebody else still needs them
        finally:
            os.close(users)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops servers of this folder."""
        lock = os.open(self.var / "servers.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
