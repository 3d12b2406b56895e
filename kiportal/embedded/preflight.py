"""What must hold before anything is started, each with one sentence for the person at the keyboard.

The Makefile runs this file by its path, with a bare interpreter, before the environment exists. It imports nothing of
the project for that reason.
"""

import errno
import os
import shutil
import socket
import sys
from pathlib import Path

INSTALL_MB = 1200  # .venv and node_modules of a fresh clone, with room to unpack
FIRST_START_MB = 500  # a new PostgreSQL cluster, its write-ahead log, demo data, static files
LATER_START_MB = 100
FULL_MB = 20  # less than a segment of the write-ahead log: PostgreSQL cannot start


class Refusal(Exception):
    """Something the operator has to put right; the message is one sentence that says what."""


def _free_megabytes(folder: Path) -> int:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free // 1_000_000


def failure(folder: Path, sentence: str) -> Refusal:
    """Why something that writes to `folder` failed: `sentence`, unless the disk is simply full."""
    if os.strerror(errno.ENOSPC) in sentence or _free_megabytes(folder) < FULL_MB:
        return Refusal(f"The disk that holds {folder} is full: make room and start again.")
    return Refusal(sentence)


def require_space(folder: Path, megabytes: int) -> None:
    free = _free_megabytes(folder)
    if free < megabytes:
        raise Refusal(
            f"The disk that holds {folder} has {free} MB left and {megabytes} MB are needed: make room first."
        )


def require_port(port: int) -> None:
    """Refuse a port that somebody else listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Refusal(f"Port {port} needs administrator rights: choose one from 1024 on, PORT=8000.") from error
            raise Refusal(f"Port {port} is taken by another program: choose another one, PORT={port + 1}.") from error


def require_tools() -> None:
    if os.name != "posix":
        raise Refusal("The portal needs Linux, macOS or WSL.")
    if not shutil.which("npm"):
        raise Refusal("npm is missing: install Node.js 20 or newer (Debian: apt install npm).")


def main() -> int:
    checkout = Path(__file__).resolve().parents[2]
    try:
        require_tools()
        if not (checkout / "node_modules").exists() or not (checkout / ".venv").exists():
            require_space(checkout, INSTALL_MB)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
