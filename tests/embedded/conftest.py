"""State folders for the launcher's tests, and a look at the processes that belong to them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiportal.embedded import Servers, process


@pytest.fixture
def var() -> Iterator[Path]:
    """A short path that other users may enter, unlike pytest's own folders; whatever runs on it is stopped."""
    folder = Path(tempfile.mkdtemp(prefix="ki-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder / "var"
    Servers(folder / "var", environ={}).stop()
    shutil.rmtree(folder)


def processes_of(folder: Path) -> list[str]:
    """The command lines of all living processes that name the folder or have it in their environment."""
    found = []
    for pid in (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            environment = b""
        command = process.command_line(pid)
        ours = str(folder) in command or f"KIPORTAL_VAR={folder}".encode() in environment
        if ours and pid != os.getpid() and process.started_at(pid) is not None:
            found.append(command)
    return found
