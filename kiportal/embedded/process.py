"""Processes that outlive the one that started them: is it alive, is it still the same one, end it."""

import hashlib
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from kiportal.embedded.preflight import Refusal


def _ps(pid: int, field: str) -> str:
    return subprocess.run(
        ["ps", "-o", f"{field}=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()


def started_at(pid: int) -> str | None:
    """A process's start, which tells it from a later one with the same number; None when it is dead or a zombie."""
    if Path("/proc/self/stat").exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in "ZX" else fields[19]
    state = _ps(pid, "stat")
    return _ps(pid, "lstart") if state and not state.startswith("Z") else None


def command_line(pid: int) -> str:
    """The process's arguments, separated by blanks; empty when there is no such process."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return _ps(pid, "command")


def remember(path: Path, pid: int) -> None:
    path.write_text(f"{pid} {started_at(pid)}\n")


def recall(path: Path) -> int | None:
    """The pid written by `remember` if that very process still runs."""
    try:
        pid, _, started = path.read_text().strip().partition(" ")
        return int(pid) if started and started_at(int(pid)) == started else None
    except (OSError, ValueError):
        return None


def wait_for_end(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while started_at(pid) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def send(pid: int, number: signal.Signals, *, group: bool = False) -> None:
    with suppress(ProcessLookupError):
        (os.killpg if group else os.kill)(pid, number)


def socket_folder(home: Path) -> Path:
    """`home`, or a short folder in /tmp where a socket's path would exceed its limit (103 bytes on some systems)."""
    if len(os.fsencode(home)) <= 80:
        return home
    # Not TMPDIR: the next start must look in the same place, whatever its environment.
    return Path("/tmp") / f"kiportal-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"  # noqa: S108


def private_folder(path: Path, owner: int | None = None) -> None:
    """A folder of mode 700 that belongs to `owner` (default: to us); one that somebody else put there is refused."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.stat().st_uid not in {os.geteuid(), owner}:
        raise Refusal(f"{path} belongs to another user: remove it, or choose another state folder with VAR=.")
    path.chmod(0o700)
    if owner is not None and path.stat().st_uid != owner:
        os.chown(path, owner, -1)


def drop_socket_folder(folder: Path, home: Path) -> None:
    """Remove the short folder of `socket_folder` when its server has gone."""
    if folder != home and folder.exists() and not any(folder.iterdir()):
        folder.rmdir()


def truncate_log(path: Path, limit: int, keep: int = 3) -> None:
    """Copy a log over `limit` bytes to .1 (.1 to .2 ...) and empty it in place, so that its writers need not know."""
    if not path.exists() or path.stat().st_size <= limit:
        return
    for number in range(keep, 1, -1):
        older = path.with_name(f"{path.name}.{number - 1}")
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{number}"))
    shutil.copyfile(path, path.with_name(f"{path.name}.1"))
    os.truncate(path, 0)


def last_line(path: Path) -> str:
    """The last line with text of a log, for a sentence that names the cause."""
    try:
        lines = path.read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1].strip() if lines else ""
