"""docker-compose.yml and Dockerfile say what the contract says; no Docker is needed to notice a drift."""

import re
from typing import Any

import pytest
import yaml

from kiportal.embedded.state import CHECKOUT

APP = {"web", "worker", "beat", "migrate"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    return loaded


@pytest.fixture(scope="module")
def dockerfile() -> list[str]:
    return (CHECKOUT / "Dockerfile").read_text().splitlines()


def test_services_are_the_six_of_the_contract(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == APP | {"postgres", "valkey"}


def test_migrate_runs_once_and_the_others_wait_for_it(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["migrate"]["restart"] == "no"
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in APP - {"migrate"}:
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_postgres_volume_lies_where_version_18_wants_it(compose: dict[str, Any]) -> None:
    postgres = compose["services"]["postgres"]
    assert postgres["image"].startswith("postgres:18")
    assert postgres["volumes"] == ["postgres:/var/lib/postgresql"]


def test_only_the_web_server_has_a_port_and_only_on_this_machine(compose: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert list(ports) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in ports["web"])
    assert compose["networks"]["backend"]["internal"] is True
    assert {name for name in ("postgres", "valkey") if compose["services"][name]["networks"] != ["backend"]} == set()


def test_images_name_their_version(compose: dict[str, Any], dockerfile: list[str]) -> None:
    images = [compose["services"][name]["image"] for name in ("postgres", "valkey")]
    images += [line.split()[1] for line in dockerfile if line.startswith("FROM ")]
    assert images
    assert [image for image in images if not re.search(r":\d", image)] == []


def test_application_runs_without_root_and_rights(compose: dict[str, Any], dockerfile: list[str]) -> None:
    last_stage = dockerfile[max(number for number, line in enumerate(dockerfile) if line.startswith("FROM ")) :]
    assert [line.split()[1] for line in last_stage if line.startswith("USER ")] == ["10001"]
    for name in APP:
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "user" not in service


def test_health_is_checked_wherever_something_answers(compose: dict[str, Any], dockerfile: list[str]) -> None:
    assert any(line.startswith("HEALTHCHECK") and "healthcheck.py" in line and "live" in line for line in dockerfile)
    unchecked = {
        name for name, service in compose["services"].items() if service.get("healthcheck", {}).get("disable") is True
    }
    assert unchecked == {"beat", "migrate"}
    assert all("test" in compose["services"][name]["healthcheck"] for name in ("postgres", "valkey", "worker"))


def test_environment_names_only_what_the_settings_read(compose: dict[str, Any]) -> None:
    settings = (CHECKOUT / "kiportal" / "settings.py").read_text() + (CHECKOUT / "kiportal" / "env.py").read_text()
    known = set(re.findall(r'"((?:KIPORTAL|DATABASE)_[A-Z_]+)"', settings))
    for name in APP:
        used = {variable.removesuffix("_FILE") for variable in compose["services"][name]["environment"]}
        assert used - known == set()


def test_secrets_come_from_files_only(compose: dict[str, Any]) -> None:
    secret = {"DATABASE_URL", "KIPORTAL_SECRET_KEY", "KIPORTAL_LINK_KEY", "KIPORTAL_SMTP_PASSWORD"}
    for name in APP:
        service = compose["services"][name]
        assert secret & set(service["environment"]) == set()
        for variable in secret:
            path = service["environment"][f"{variable}_FILE"]
            assert path.removeprefix("/run/secrets/") in service["secrets"]
    assert set(compose["secrets"]) == {*compose["services"]["web"]["secrets"], "database_password"}


def test_commands_start_modules_that_exist(compose: dict[str, Any], dockerfile: list[str]) -> None:
    assert all((CHECKOUT / path).exists() for path in ("kiportal/celery.py", "kiportal/wsgi.py", "manage.py"))
    assert compose["services"]["worker"]["command"][:3] == ["celery", "-A", "kiportal.celery"]
    assert compose["services"]["migrate"]["command"][:3] == ["python", "manage.py", "migrate"]
    assert '"kiportal.wsgi"' in dockerfile[-1]


def test_image_holds_every_installed_room(dockerfile: list[str]) -> None:
    taken = {line[1:] for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    rooms = {path.parent.name for path in CHECKOUT.glob("*/apps.py")}
    assert rooms
    assert rooms - taken == set()
    assert {"kiportal", "locale", "static", "templates", "manage.py", "uv.lock", "package-lock.json"} <= taken
