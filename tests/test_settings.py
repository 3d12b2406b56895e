"""Settings come from the environment: production refuses to start on a mistake and names the variable."""

import json
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.settings import SERVERS

BASE = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "DATABASE_URL": "postgresql://portal:secret@db.example.org:5432/portal?sslmode=require",
    "KIPORTAL_BROKER_URL": "redis://broker.example.org:6379/0",
    "KIPORTAL_BASE_URL": "https://portal.example.org",
    "KIPORTAL_SECRET_KEY": "s" * 40,
    "KIPORTAL_LINK_KEY": "l" * 40,
    "KIPORTAL_SMTP_HOST": "mail.example.org",
    "KIPORTAL_MAIL_FROM": "portal@example.org",
}
DEMO = {name: PRODUCTION[name] for name in PRODUCTION if "SMTP" not in name and "MAIL" not in name} | {
    "KIPORTAL_DEMO": "1",
    "KIPORTAL_BASE_URL": "http://127.0.0.1:8000",
}
SHOW = """
import json, sys
from kiportal import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))
"""


def _python(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=BASE, env=environment, capture_output=True, text=True, timeout=60, check=False)


def _values(environment: dict[str, str], *names: str) -> dict[str, Any]:
    done = _python(environment, "-c", SHOW, *names)
    assert done.returncode == 0, done.stderr
    values: dict[str, Any] = json.loads(done.stdout)
    return values


def _refusal(environment: dict[str, str]) -> str:
    """The last line of what `manage.py check` says when the settings do not load."""
    done = _python(environment, "manage.py", "check")
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1]


# Refusals


@pytest.mark.parametrize("name", PRODUCTION)
def test_production_refuses_to_start_without(name: str) -> None:
    environment = {key: value for key, value in PRODUCTION.items() if key != name}
    assert name in _refusal(environment)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KIPORTAL_SECRET_KEY", "short"),
        ("KIPORTAL_LINK_KEY", "short"),
        ("KIPORTAL_LINK_KEY", PRODUCTION["KIPORTAL_SECRET_KEY"]),
        ("KIPORTAL_DEBUG", "1"),
        ("KIPORTAL_DEBUG", "perhaps"),
        ("KIPORTAL_ALLOWED_HOSTS", "*"),
        ("KIPORTAL_ALLOWED_HOSTS", "portal.example.org,.example.org"),
        ("KIPORTAL_BASE_URL", "portal.example.org"),
        ("KIPORTAL_BASE_URL", "https://portal.example.org/ki"),
        ("KIPORTAL_SMTP_PORT", "none"),
        ("DATABASE_URL", "mysql://db.example.org/portal"),
    ],
)
def test_production_refuses_to_start_with(name: str, value: str) -> None:
    assert name in _refusal(PRODUCTION | {name: value})


def test_production_passes_the_checks_for_deployment() -> None:
    # Some checks ask the database for its version, one measures the secret.
    environment = PRODUCTION | {
        "DATABASE_URL": SERVERS.database_url,
        "KIPORTAL_SECRET_KEY": secrets.token_urlsafe(50),
    }
    done = _python(environment, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


# Secrets in files


def test_secrets_are_read_from_files(tmp_path: Path) -> None:
    environment = dict(PRODUCTION)
    for name in ("KIPORTAL_SECRET_KEY", "DATABASE_URL"):
        file = tmp_path / name
        file.write_text(environment.pop(name) + "\n")
        environment[f"{name}_FILE"] = str(file)
    values = _values(environment, "SECRET_KEY", "DATABASES")
    assert values["SECRET_KEY"] == PRODUCTION["KIPORTAL_SECRET_KEY"]
    assert values["DATABASES"]["default"]["PASSWORD"] == "secret"


def test_file_of_a_secret_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    environment = {key: value for key, value in PRODUCTION.items() if key != "KIPORTAL_LINK_KEY"}
    assert "KIPORTAL_LINK_KEY_FILE" in _refusal(environment | {"KIPORTAL_LINK_KEY_FILE": str(tmp_path / "none")})


# What the base address decides


@pytest.mark.parametrize("environment", [PRODUCTION, DEMO | {"KIPORTAL_BASE_URL": "https://127.0.0.1:8443"}])
def test_https_makes_cookies_secure_and_binds_browsers_to_it(environment: dict[str, str]) -> None:
    assert _values(
        environment,
        *("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE"),
        *("CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE"),
        *("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS"),
    ) == {
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    }


def test_http_on_one_machine_works_without_them() -> None:
    assert _values(
        DEMO, "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS"
    ) == {
        "SESSION_COOKIE_NAME": "sessionid",
        "SESSION_COOKIE_SECURE": False,
        "SECURE_SSL_REDIRECT": False,
        "SECURE_HSTS_SECONDS": 0,
    }


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://portal.example.org", "portal.example.org"),
        ("https://portal.example.org:8443", "portal.example.org"),
        ("http://[::1]:8000", "::1"),
    ],
)
def test_only_the_host_of_the_base_address_is_served(base_url: str, host: str) -> None:
    environment = PRODUCTION | {"KIPORTAL_BASE_URL": base_url}
    assert _values(environment, "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS") == {
        "ALLOWED_HOSTS": [host],
        "CSRF_TRUSTED_ORIGINS": [base_url],
    }


# Demo mode


def test_demo_mode_is_production_with_mails_in_files(tmp_path: Path) -> None:
    values = _values(DEMO | {"KIPORTAL_VAR": str(tmp_path)}, "DEBUG", "MAILERS", "KIPORTAL_MAIL_FOLDER")
    assert values["DEBUG"] is False
    assert values["MAILERS"]["default"]["BACKEND"] == "kiportal.common.mail.MailFolderBackend"
    assert values["KIPORTAL_MAIL_FOLDER"] == str(tmp_path / "mail")


def test_demo_mode_with_a_mail_server_sends() -> None:
    values = _values(DEMO | {"KIPORTAL_SMTP_HOST": "localhost", "KIPORTAL_SMTP_STARTTLS": "0"}, "MAILERS")
    assert values["MAILERS"]["default"]["BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert values["MAILERS"]["default"]["OPTIONS"]["use_tls"] is False


def test_proxies_are_this_machine_unless_named() -> None:
    assert _values(PRODUCTION, "KIPORTAL_TRUSTED_PROXIES") == {"KIPORTAL_TRUSTED_PROXIES": ["127.0.0.1"]}
    named = PRODUCTION | {"KIPORTAL_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.1"}
    assert _values(named, "KIPORTAL_TRUSTED_PROXIES") == {"KIPORTAL_TRUSTED_PROXIES": ["10.0.0.0/8", "192.0.2.1"]}
