"""Jobs whose traces are lines in a file, because the worker is another process."""

import os
import time
from pathlib import Path
from typing import Any

from kiportal.common import mail
from kiportal.common.jobs import JobRefused, Run, job


def write_line(path: str, line: str) -> None:
    """Append in one system call, so that the lines of two workers do not mix."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


def lines(path: str | Path) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


@job
def note(run: Run, path: str) -> dict[str, Any]:
    """Write which attempt this is."""
    write_line(path, f"{run.id} {run.attempt}")
    return {"lines": len(lines(path))}


@job
def wait_for(run: Run, path: str, gate: str) -> None:
    """Write a line, then wait until the file `gate` is there."""
    write_line(path, f"begun {os.getpid()}")
    while not Path(gate).exists():
        time.sleep(0.05)
    write_line(path, f"done {os.getpid()}")


@job
def break_down(run: Run) -> None:
    raise OSError("the printer is on fire")


@job
def refuse(run: Run) -> None:
    raise JobRefused("Diese Version ist schon eingefroren.")


@job
def count(run: Run, steps: int) -> None:
    for step in range(1, steps + 1):
        run.progress(step, steps, f"Seite {step}")


@job
def greet(run: Run, address: str, name: str, language: str = "de") -> None:
    mail.send("hello", to=address, context={"name": name}, run=run, language=language)
