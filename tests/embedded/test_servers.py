"""The two servers on real processes: adopt, share, kill, recover."""

import os
import shutil
import signal
from pathlib import Path

import psycopg
import pytest
import redis

from kiportal.embedded import Refusal, Servers, process
from tests.embedded.conftest import processes_of


def ping(servers: Servers) -> bool:
    return bool(redis.Redis(unix_socket_path=str(servers.valkey.socket)).ping())


def kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert process.wait_for_end(pid, 10)


def test_servers_started_answer(var: Path) -> None:
    with Servers(var, environ={}) as servers:
        with psycopg.connect(servers.database_url) as connection:
            row = connection.execute("SELECT current_database(), current_setting('default_text_search_config')")
            assert row.fetchone() == ("kiportal", "pg_catalog.german")
        assert ping(servers)


def test_servers_listen_on_no_network_port(var: Path) -> None:
    with Servers(var, environ={}) as servers:
        with psycopg.connect(servers.database_url) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert redis.Redis(unix_socket_path=str(servers.valkey.socket)).config_get("port") == {"port": "0"}


def test_servers_left_end_their_processes(var: Path) -> None:
    with Servers(var, environ={}):
        assert len(processes_of(var)) >= 2
    assert processes_of(var) == {}


def test_servers_shared_run_until_the_last_user_leaves(var: Path) -> None:
    with Servers(var, environ={}) as first:
        pids = first.postgres.pid(), first.valkey.pid()
        with Servers(var, environ={}) as second:
            assert (second.postgres.pid(), second.valkey.pid()) == pids
        assert ping(first)
        assert first.postgres.answers()
    assert processes_of(var) == {}


def test_servers_kept_are_adopted_until_stop(var: Path) -> None:
    with Servers(var, environ={}) as servers:
        servers.keep()
        pids = servers.postgres.pid(), servers.valkey.pid()
    with Servers(var, environ={}) as servers:
        assert (servers.postgres.pid(), servers.valkey.pid()) == pids
    assert servers.postgres.answers()
    servers.stop()
    assert processes_of(var) == {}


def test_servers_killed_lose_no_row(var: Path) -> None:
    with Servers(var, environ={}) as servers:
        with psycopg.connect(servers.database_url) as connection:
            connection.execute("CREATE TABLE acknowledged AS SELECT 42 AS number")
        queue = redis.Redis(unix_socket_path=str(servers.valkey.socket))
        queue.config_set("appendfsync", "always")
        queue.rpush("kiportal", "job")
        kill(servers.postgres.pid())
        kill(servers.valkey.pid())
        assert sorted(servers.revive()) == ["PostgreSQL", "Valkey"]
        with psycopg.connect(servers.database_url) as connection:
            assert connection.execute("SELECT number FROM acknowledged").fetchone() == (42,)
        assert redis.Redis(unix_socket_path=str(servers.valkey.socket)).lrange("kiportal", 0, -1) == [b"job"]


def test_servers_revive_without_a_death_starts_nothing(var: Path) -> None:
    with Servers(var, environ={}) as servers:
        assert servers.revive() == []


def test_postgres_pid_file_of_a_living_stranger_is_ignored(var: Path) -> None:
    with Servers(var, environ={}) as servers:
        left_over = (servers.postgres.data / "postmaster.pid").read_text()
        kill(servers.postgres.pid())
        stranger = left_over.replace(left_over.split()[0], str(os.getpid()), 1)
        (servers.postgres.data / "postmaster.pid").write_text(stranger)
        assert servers.postgres.pid() is None
        assert servers.revive() == ["PostgreSQL"]


def test_postgres_creation_interrupted_is_done_again(var: Path) -> None:
    (var / "postgres.new" / "base").mkdir(parents=True)
    with Servers(var, environ={}) as servers:
        assert servers.postgres.answers()
    assert not (var / "postgres.new").exists()


def test_postgres_of_another_version_is_refused_with_one_sentence(var: Path) -> None:
    with Servers(var, environ={}):
        pass
    (var / "postgres" / "PG_VERSION").write_text("12\n")
    with (
        pytest.raises(Refusal, match=r"was made by PostgreSQL 12, and this is PostgreSQL \d+\.$"),
        Servers(var, environ={}),
    ):
        pass


def test_postgres_without_fsync_is_restarted_for_who_needs_it(var: Path) -> None:
    def fsync(servers: Servers) -> object:
        with psycopg.connect(servers.database_url) as connection:
            return connection.execute("SHOW fsync").fetchone()

    with Servers(var, durable=False, environ={}) as tests:
        assert fsync(tests) == ("off",)
        with Servers(var, environ={}) as portal:
            assert fsync(portal) == ("on",)


def test_valkey_with_a_broken_file_starts_empty(var: Path) -> None:
    with Servers(var, environ={}):
        pass
    for file in (var / "valkey" / "appendonlydir").glob("*.aof"):
        file.write_bytes(b"*3\r\n$3\r\nSET\r\nnonsense" + bytes(100))
    with Servers(var, environ={}) as servers:
        assert ping(servers)
    assert (var / "valkey" / "appendonlydir.broken").exists()


def test_servers_in_a_long_path_answer(var: Path) -> None:
    long = var / ("long" * 25)
    with Servers(long, environ={}) as servers:
        psycopg.connect(servers.database_url).close()
        assert ping(servers)
        short = servers.postgres.socket_folder, servers.valkey.socket.parent
        assert all(folder.stat().st_mode & 0o777 == 0o700 for folder in short)
    assert not any(folder.exists() for folder in short)


def test_servers_in_a_path_with_blanks_and_umlauts_answer(var: Path) -> None:
    with Servers(var / "Büro für Integration", environ={}) as servers:
        psycopg.connect(servers.database_url).close()
        assert ping(servers)


def test_servers_in_a_closed_home_answer(var: Path) -> None:
    home = var / "home"
    home.mkdir(parents=True, mode=0o700)
    with Servers(home / "var", environ={}) as servers:
        psycopg.connect(servers.database_url).close()
    home.chmod(0o711)  # and back: under root the files get their owner again
    with Servers(home / "var", environ={}) as servers:
        psycopg.connect(servers.database_url).close()


def test_servers_of_the_operator_are_used_as_they_are(var: Path) -> None:
    environ = {"DATABASE_URL": "postgresql://somewhere/else", "KIPORTAL_BROKER_URL": "redis://somewhere"}
    with Servers(var, environ=environ) as servers:
        assert servers.database_url == "postgresql://somewhere/else"
        assert servers.broker_url == "redis://somewhere"
        assert processes_of(var) == {}


def test_postgres_programs_missing_are_refused_with_one_sentence(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(var / "nowhere"))
    with pytest.raises(Refusal, match="nowhere does not hold"), Servers(var, environ={}):
        pass


def test_state_folder_removed_starts_anew(var: Path) -> None:
    with Servers(var, environ={}):
        pass
    shutil.rmtree(var)
    with Servers(var, environ={}) as servers:
        assert servers.postgres.answers()
