"""`make run` as a whole, on an own state folder: up, down, killed, and everything a person may do wrong."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from kiportal.embedded import Servers
from tests.embedded.conftest import Launcher, processes_of, state_folder


def read_until_ready(portal: subprocess.Popen[str]) -> list[str]:
    """Standard output up to the line that says where the portal answers."""
    assert portal.stdout is not None
    lines = []
    for line in portal.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith("KI-Portal: "):
            return lines
    assert portal.stderr is not None
    raise AssertionError("\n".join([*lines, portal.stderr.read()]))


def status(port: int, path: str = "/") -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def eventually(condition: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def interrupt(portal: subprocess.Popen[str]) -> tuple[int, str, str]:
    portal.send_signal(signal.SIGINT)
    out, err = portal.communicate(timeout=60)
    return portal.returncode, out, err


@pytest.fixture(scope="module")
def first_start() -> Iterator[tuple[Launcher, list[str]]]:
    """A launcher whose state folder has seen its first start, and what that start printed."""
    with state_folder() as var:
        launcher = Launcher(var)
        portal = launcher.start("run")
        lines = read_until_ready(portal)
        assert status(launcher.port) == 200
        assert interrupt(portal) == (0, "KI-Portal stopped.\n", "")
        assert processes_of(var) == {}
        yield launcher, lines


@pytest.fixture
def launcher(first_start: tuple[Launcher, list[str]]) -> Launcher:
    return first_start[0]


@contextmanager
def running(launcher: Launcher) -> Iterator[subprocess.Popen[str]]:
    portal = launcher.start("run")
    try:
        read_until_ready(portal)
        yield portal
    finally:
        if portal.poll() is None:
            interrupt(portal)


def database(launcher: Launcher) -> psycopg.Connection:
    return psycopg.connect(Servers(launcher.var, environ={}).database_url, autocommit=True)


def test_first_start_prints_the_accounts_and_one_address(first_start: tuple[Launcher, list[str]]) -> None:
    launcher, lines = first_start
    assert [line for line in lines if "KI-Portal" in line] == [f"KI-Portal: http://127.0.0.1:{launcher.port}/"]
    printed = "\n".join(lines)
    password = (launcher.var / "secrets" / "demo_password").read_text()
    assert password in printed
    for account in ("verein", "kommune", "redaktion", "leitung", "kreistag", "admin"):
        assert account in printed


def test_later_start_prints_the_address_only_and_keeps_data(launcher: Launcher) -> None:
    portal = launcher.start("run")
    assert read_until_ready(portal) == [f"KI-Portal: http://127.0.0.1:{launcher.port}/"]
    with database(launcher) as connection:
        offers = connection.execute("SELECT count(*) FROM offers_offer").fetchone()
    assert interrupt(portal)[0] == 0
    with running(launcher), database(launcher) as connection:
        assert connection.execute("SELECT count(*) FROM offers_offer").fetchone() == offers
    assert offers is not None
    assert offers[0] >= 80


def test_terminated_portal_leaves_no_process(launcher: Launcher) -> None:
    with running(launcher) as portal:
        portal.terminate()
        assert portal.wait(60) == 0
        assert processes_of(launcher.var) == {}


def test_everything_killed_loses_no_row(launcher: Launcher) -> None:
    with running(launcher) as portal:
        with database(launcher) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS acknowledged (number int)")
            connection.execute("INSERT INTO acknowledged VALUES (42)")
        for pid in processes_of(launcher.var):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        portal.wait(10)
    with running(launcher), database(launcher) as connection:
        assert connection.execute("DELETE FROM acknowledged RETURNING number").fetchone() == (42,)


def test_supervisor_killed_leaves_nothing_that_stops_the_next_start(launcher: Launcher) -> None:
    with running(launcher) as portal:
        os.killpg(portal.pid, signal.SIGKILL)
        portal.wait(10)
    orphans = set(processes_of(launcher.var))
    assert orphans
    with running(launcher):
        servers = Servers(launcher.var, environ={})
        assert orphans & set(processes_of(launcher.var)) == {servers.postgres.pid(), servers.valkey.pid()}
    assert processes_of(launcher.var) == {}


def test_dead_processes_are_started_again(launcher: Launcher) -> None:
    with running(launcher) as portal:
        servers = Servers(launcher.var, environ={})
        web = int((launcher.var / "run" / "web.pid").read_text().split()[0])
        for pid in (web, servers.postgres.pid(), servers.valkey.pid()):
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: servers.postgres.answers() and servers.valkey.answers())
        assert eventually(lambda: status(launcher.port) == 200)
        _, out, _ = interrupt(portal)
    assert "PostgreSQL had ended and runs again." in out
    assert "Valkey had ended and runs again." in out
    assert "The web process ended (exit code -9) and starts again in 1 s; see " in out


def test_second_portal_on_the_same_folder_is_refused_with_one_sentence(launcher: Launcher) -> None:
    with running(launcher) as portal:
        code, out, err = launcher.call("run")
        assert (code, out) == (1, "")
        assert err.startswith(f"A portal (process {portal.pid}) already runs on {launcher.var}: ")
        assert err.count("\n") == 1
        assert status(launcher.port) == 200


def test_port_taken_is_refused_with_one_sentence(launcher: Launcher) -> None:
    with socket.create_server(("127.0.0.1", launcher.port)):
        code, out, err = launcher.call("run")
    assert (code, out) == (1, "")
    assert err == f"Port {launcher.port} is taken by another program: choose another one, PORT={launcher.port + 1}.\n"
    assert processes_of(launcher.var) == {}


def test_manage_beside_the_running_portal_leaves_its_servers_alone(launcher: Launcher) -> None:
    with running(launcher):
        assert launcher.call("manage", "check", "--database", "default")[0] == 0
        assert status(launcher.port, "/healthz/ready") == 200


def test_manage_alone_starts_and_stops_the_servers(launcher: Launcher) -> None:
    code, out, _ = launcher.call(
        "manage", "shell", "-c", "from offers.models import Offer; print(Offer.objects.count())"
    )
    assert code == 0
    assert int(out.split()[-1]) >= 80
    assert processes_of(launcher.var) == {}


def test_manage_failing_hands_on_the_exit_code(launcher: Launcher) -> None:
    code, _, err = launcher.call("manage", "no-such-command")
    assert code == 1
    assert "no-such-command" in err


def test_stop_ends_the_running_portal(launcher: Launcher) -> None:
    with running(launcher) as portal:
        assert launcher.call("status")[0] == 0
        assert launcher.call("stop") == (0, "", "")
        assert portal.wait(10) == 0
        assert processes_of(launcher.var) == {}
        assert launcher.call("status")[0] == 3


def test_first_start_with_an_unknown_profile_is_refused_with_one_sentence(var: Path) -> None:
    code, _, err = Launcher(var, PROFILE="kreis-nirgendwo").call("run")
    assert code == 1
    assert "kreis-nirgendwo" in err
    assert err.count("\n") == 1
    assert processes_of(var) == {}


def test_first_start_interrupted_is_completed_by_the_next(var: Path) -> None:
    launcher = Launcher(var, PROFILE="kreis-borken")
    portal = launcher.start("run")
    assert portal.stdout is not None
    assert next(line for line in portal.stdout if line.startswith("First start: "))
    time.sleep(1)
    assert interrupt(portal)[0] == 0
    assert processes_of(var) == {}
    with running(launcher), database(launcher) as connection:
        assert connection.execute("SELECT count(*) >= 80 FROM offers_offer").fetchone() == (True,)
