import fcntl
from pathlib import Path

import pytest

from kiportal.embedded import Refusal, Servers
from kiportal.embedded.state import State


@pytest.fixture
def state(var: Path) -> State:
    state = State(var, environ={})
    state.create()
    return state


def test_secret_asked_twice_is_the_same_and_closed_to_others(state: State) -> None:
    secret = state.secret("link_key")
    assert len(secret) >= 32
    assert State(state.var, environ={}).secret("link_key") == secret
    assert state.secret("secret_key") != secret
    assert (state.var / "secrets" / "link_key").stat().st_mode & 0o777 == 0o600


def test_environment_names_the_servers_and_demo_mode(state: State) -> None:
    servers = Servers(state.var, environ={})
    environment = state.environment(servers, 8100)
    assert environment["DATABASE_URL"] == servers.database_url
    assert environment["KIPORTAL_BROKER_URL"] == servers.broker_url
    assert environment["KIPORTAL_BASE_URL"] == "http://127.0.0.1:8100"
    assert environment["KIPORTAL_DEMO"] == "1"


def test_environment_of_the_operator_wins(var: Path) -> None:
    exported = {"KIPORTAL_BASE_URL": "https://ki.example.org", "KIPORTAL_LINK_KEY_FILE": "/run/secrets/link_key"}
    state = State(var, environ=exported)
    state.create()
    environment = state.environment(Servers(var, environ=exported), 8100)
    assert environment["KIPORTAL_BASE_URL"] == "https://ki.example.org"
    assert environment["KIPORTAL_LINK_KEY_FILE"] == "/run/secrets/link_key"
    assert "KIPORTAL_LINK_KEY" not in environment


def test_lock_of_a_running_portal_refuses_a_second_one(state: State) -> None:
    with (state.var / "portal.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()
        assert state.running_portal() == 4711
        with pytest.raises(Refusal, match=r"^A portal \(process 4711\) already runs on "):
            state.lock()
    assert state.running_portal() is None
    state.lock()


@pytest.mark.parametrize("value", ["0", "65536", "http", "-1", "80.5"])
def test_port_out_of_range_is_refused(var: Path, value: str) -> None:
    with pytest.raises(Refusal, match="PORT must be a number from 1 to 65535"):
        State(var, environ={"PORT": value}).port()


def test_port_of_the_last_start_is_used_by_manage(state: State) -> None:
    assert State(state.var, environ={"PORT": "8123"}).settle_port() == 8123
    assert state.port() == 8123
    assert state.settle_port() == 8000


def test_profile_after_the_first_start_cannot_change(state: State) -> None:
    assert State(state.var, environ={"PROFILE": "kreis-borken"}).profile() == "kreis-borken"
    assert state.profile() == ""  # nothing was set up
    state.settle_profile("kreis-borken")
    assert state.profile() == "kreis-borken"
    with pytest.raises(Refusal, match="belongs to kreis-borken"):
        State(state.var, environ={"PROFILE": "kreis-wesel"}).profile()
