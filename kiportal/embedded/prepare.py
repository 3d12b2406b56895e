"""What has to be true before the web server starts: schema, static files, translations, and once the first content.

Each step costs seconds, so it is left out while what it depends on has not changed since it last succeeded.
"""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from kiportal.embedded import process
from kiportal.embedded.messages import compile_messages
from kiportal.embedded.preflight import failure
from kiportal.embedded.servers import Servers
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
        cause = process.last_line(log_path)
        raise failure(state.var, f"manage.py {arguments[0]} failed: {cause} (see {log_path})")


def _stamps(sources: Iterable[Path]) -> str:
    """Name, size and time of all files in the sources."""
    files = (file for source in sources for file in ([source] if source.is_file() else source.rglob("*")))
    stats = ((file, file.stat()) for file in sorted(files) if file.is_file() and file.suffix != ".pyc")
    return "".join(f"{file} {stat.st_size} {stat.st_mtime_ns}\n" for file, stat in stats)


def _static_state(root: Path) -> str:
    return f"{root} {root.exists()}\n" + _stamps(CHECKOUT / name for name in STATIC_SOURCES)


def _schema_state(servers: Servers) -> str:
    """The code (migrations, and the roles that are synced after them) and what the database says it has got."""
    packages = [path.parent for path in CHECKOUT.glob("*/__init__.py") if path.parent.name != "tests"]
    query = "SELECT count(*), max(id) FROM django_migrations"
    applied = subprocess.run(
        [str(servers.postgres.programs / "psql"), "-XAtc", query, servers.database_url],
        capture_output=True,
        text=True,
        check=False,
    )
    return applied.stdout + _stamps([*packages, CHECKOUT / "uv.lock"])


def _content_state(servers: Servers) -> str:
    """The cluster: one that was made anew is empty again."""
    version_file = servers.postgres.data / "PG_VERSION"
    made = version_file.stat().st_mtime_ns if servers.postgres in servers.own else ""
    return f"{servers.database_url} {made}"


def _unless_done(state: State, name: str, current: Callable[[], str], step: Callable[[], None]) -> None:
    """Do the step unless it succeeded when `current()` was the same as now."""
    mark = state.var / f"{name}.done"

    def digest() -> str:
        return hashlib.sha256(current().encode()).hexdigest()

    if not mark.exists() or mark.read_text() != digest():
        step()
        mark.write_text(digest())


def _load_content(state: State, environment: dict[str, str]) -> None:
    # Both commands add nothing twice: an interrupted first start is simply done again.
    print("First start: loading the Kreis and the demo content.", flush=True)
    profile = state.profile()
    manage(state, environment, "setup_centre", *(["--profile", profile] if profile else []))
    state.settle_profile(profile)
    manage(state, environment, "load_demo", show=True)


def prepare(state: State, servers: Servers, environment: dict[str, str]) -> None:
    static_root = Path(environment["KIPORTAL_STATIC_ROOT"])
    compile_messages()
    _unless_done(
        state,
        "static",
        lambda: _static_state(static_root),
        lambda: manage(state, environment, "collectstatic", "--noinput", "--verbosity=0"),
    )
    _unless_done(
        state,
        "schema",
        lambda: _schema_state(servers),
        lambda: manage(state, environment, "migrate", "--noinput", "--verbosity=0"),
    )
    _unless_done(state, "content", lambda: _content_state(servers), lambda: _load_content(state, environment))
