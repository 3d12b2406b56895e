"""Health for the operator, and what happens when PostgreSQL really goes away and comes back."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from kiportal.common.models import Centre
from kiportal.embedded.postgres import Postgres
from tests.embedded.conftest import free_port, state_folder

pytestmark = pytest.mark.django_db


def test_live_asks_nobody(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        response = client.get("/healthz/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_ready_when_database_and_broker_answer(client: Client) -> None:
    response = client.get("/healthz/ready")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": {"database": "ok", "broker": "ok"}}
    assert response.headers["Cache-Control"].startswith("max-age=0")
    assert response.cookies == {}


def test_ready_without_a_broker_only_warns(client: Client, settings: object) -> None:
    from kiportal.celery import app

    broker = app.conf.broker_url
    app.conf.broker_url = "redis://127.0.0.1:1/0"
    try:
        response = client.get("/healthz/ready")
    finally:
        app.conf.broker_url = broker
    assert response.status_code == 200
    assert response.json()["checks"] == {"database": "ok", "broker": "warning"}


def test_not_ready_before_all_migrations_ran(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'pages'")
    response = client.get("/healthz/ready")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "migrations missing"


def test_not_ready_without_the_cache_table(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE common_cache")
    assert client.get("/healthz/ready").status_code == 503


def test_health_takes_no_other_method(client: Client) -> None:
    assert client.post("/healthz/live").status_code == 405


# A real outage


@dataclass
class Portal:
    """A web server of its own on a database of its own."""

    port: int
    postgres: Postgres

    def get(self, path: str) -> tuple[int, str, float]:
        """Status, body and seconds."""
        begun = time.monotonic()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as link:
            link.request("GET", path)
            response = link.getresponse()
            return response.status, response.read().decode(), time.monotonic() - begun

    def wait(self, path: str, status: int, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if self.get(path)[0] == status:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{path} did not answer {status} within {seconds} s")


@pytest.fixture
def portal() -> Iterator[Portal]:
    with state_folder() as var:
        var.mkdir(mode=0o711)
        postgres = Postgres(var / "postgres", var / "postgres.log", durable=False)
        postgres.start()
        environment = os.environ | {"DATABASE_URL": postgres.url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "-v0"]
        subprocess.run(command, env=environment, check=True, timeout=120)
        port = free_port()
        with Path(var / "web.log").open("w") as log:
            web = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--no-control-socket", "-b", f"127.0.0.1:{port}", "kiportal.wsgi"],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=log,
                stderr=log,
            )
        running = Portal(port, postgres)
        try:
            running.wait("/healthz/live", 200)
            yield running
        finally:
            web.terminate()
            web.wait(20)
            postgres.stop()


def test_outage_of_the_database_answers_503_at_once_and_ends_by_itself(portal: Portal) -> None:
    assert portal.get("/")[0] == 200
    portal.postgres.stop()
    for path in ("/", "/impressum/", "/gibt/es/nicht/"):
        status, body, seconds = portal.get(path)
        assert (status, "macht gerade eine Pause" in body) == (503, True)
        assert seconds < 5
    assert portal.get("/healthz/live")[0] == 200
    status, body, seconds = portal.get("/healthz/ready")
    assert (status, '"unreachable"' in body) == (503, True)
    assert seconds < 5

    portal.postgres.start()
    portal.wait("/", 200, 10)
    assert portal.get("/healthz/ready")[0] == 200


def test_cache_table_is_made_with_the_migrations(centre: Centre) -> None:
    call_command("createcachetable", dry_run=True, verbosity=0)
    assert settings.CACHES["default"]["LOCATION"] in connection.introspection.table_names()
