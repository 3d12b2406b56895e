"""What has to be true before the web server starts: schema, static files, translations, and once the first content."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from kiportal.embedded import process
from kiportal.embedded.messages import compile_messages
from kiportal.embedded.preflight import Refusal
from kiportal.embedded.state import CHECKOUT, State

STATIC_SOURCES = ("static", "uv.lock", "package-lock.json", "kiportal/settings.py", "kiportal/common/staticfiles.py")


def manage(state: State, environment: dict[str, str], *arguments: str, show: bool = False) -> None:
    """Run a management command; its messages go to log/setup.log, with `show` its standard output to the console."""
    log_path = state.log / "setup.log"
    with log_path.open("a") as log:
        command = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=None if show else log,
            stderr=log,
            start_new_session=True,
        )
        try:
            code = command.wait()
        except BaseException:
            command.terminate()
            command.wait()
            raise
    if code:
        raise Refusal(f"manage.py {arguments[0]} failed: {process.last_line(log_path)} (see {log_path})")


def _static_state() -> Iterator[str]:
    for name in STATIC_SOURCES:
        source = CHECKOUT / name
        for folder, folders, files in os.walk(source) if source.is_dir() else [(str(CHECKOUT), [], [name])]:
            folders.sort()
            for file in sorted(files):
                path = Path(folder, file)
                if path.exists():
                    yield f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}\n"


def collect_static(state: State, environment: dict[str, str]) -> None:
    """Collect when a source has changed since the last time (compressing everything takes seconds)."""
    root = Path(environment["KIPORTAL_STATIC_ROOT"])
    mark = state.var / "static.fingerprint"
    fingerprint = hashlib.sha256("".join([str(root), *_static_state()]).encode()).hexdigest()
    if root.exists() and mark.exists() and mark.read_text() == fingerprint:
        return
    manage(state, environment, "collectstatic", "--noinput", "--clear", "--verbosity=0")
    mark.write_text(fingerprint)


def prepare(state: State, environment: dict[str, str]) -> None:
    compile_messages()
    collect_static(state, environment)
    manage(state, environment, "migrate", "--noinput", "--verbosity=0")
    profile = state.profile()
    if state.first_start_done.exists():
        return
    # Both commands add nothing twice: an interrupted first start is simply done again.
    print("First start: loading the Kreis and the demo content.", flush=True)
    manage(state, environment, "setup_centre", *(["--profile", profile] if profile else []))
    state.settle_profile(profile)
    manage(state, environment, "load_demo", show=True)
    state.first_start_done.touch()
