"""State folders for the launcher's tests, the whole portal on one of them, and a look at its processes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from kiportal.embedded import process
from kiportal.embedded.state import CHECKOUT


@contextmanager
def state_folder() -> Iterator[Path]:
    """A short path that other users may enter, unlike pytest's own folders; whatever runs on it is stopped."""
    folder = Path(tempfile.mkdtemp(prefix="ki-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder / "var"
    finally:
        for pid in processes_of(folder / "var"):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def var() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


def processes_of(folder: Path) -> dict[int, str]:
    """The living processes that name the folder or have it in their environment, with their command lines."""
    found = {}
    for pid in (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            environment = b""
        command = process.command_line(pid)
        ours = str(folder) in command or f"VAR={folder}\0".encode() in environment
        if ours and pid != os.getpid() and process.started_at(pid) is not None:
            found[pid] = command
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Launcher:
    """`python -m kiportal.embedded` as an operator starts it, without the environment of the test run."""

    def __init__(self, var: Path, **exported: str) -> None:
        self.var, self.port, self.exported = var, free_port(), exported

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("KIPORTAL_", "DATABASE_URL", "DJANGO_")) and name not in {"VAR", "PORT", "PROFILE"}
        }
        return subprocess.Popen(
            [sys.executable, "-m", "kiportal.embedded", *arguments],
            cwd=CHECKOUT,
            env={**inherited, "VAR": str(self.var), "PORT": str(self.port), **self.exported},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def call(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        done = self.start(*arguments)
        out, err = done.communicate(timeout=120)
        return done.returncode, out, err
