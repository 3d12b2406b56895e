"""Whom the portal believes, what it logs, and which headers every answer carries."""

import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from kiportal.common.middleware import TrustedProxyMiddleware
from kiportal.common.models import Centre


def _seen(rf: RequestFactory, remote: str, **headers: str) -> HttpRequest:
    """The request as the portal sees it behind the middleware."""
    request = rf.get("/", REMOTE_ADDR=remote, **headers)
    TrustedProxyMiddleware(lambda _request: HttpResponse())(request)
    return request


# Proxies


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),  # what the client itself sent stands on the left
        ("203.0.113.9, 127.0.0.1", "203.0.113.9"),
        ("203.0.113.9, unknown", "unknown"),
        ("", "127.0.0.1"),
        ("2001:db8::7", "2001:db8::7"),
    ],
)
def test_trusted_proxy_tells_the_address_of_the_client(rf: RequestFactory, forwarded: str, client: str) -> None:
    assert _seen(rf, "127.0.0.1", HTTP_X_FORWARDED_FOR=forwarded).META["REMOTE_ADDR"] == client


def test_proxy_on_a_unix_socket_is_trusted(rf: RequestFactory) -> None:
    request = _seen(rf, "", HTTP_X_FORWARDED_FOR="203.0.113.9", HTTP_X_FORWARDED_PROTO="https")
    assert request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert request.is_secure()


def test_stranger_cannot_pretend_an_address_or_https(rf: RequestFactory) -> None:
    request = _seen(rf, "203.0.113.9", HTTP_X_FORWARDED_FOR="10.0.0.1", HTTP_X_FORWARDED_PROTO="https")
    assert request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert not request.is_secure()
    assert "HTTP_X_FORWARDED_FOR" not in request.META


def test_list_of_proxies_takes_networks(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "KIPORTAL_TRUSTED_PROXIES", ["10.1.0.0/16"])
    assert _seen(rf, "10.1.2.3", HTTP_X_FORWARDED_PROTO="https").is_secure()
    assert not _seen(rf, "10.2.2.3", HTTP_X_FORWARDED_PROTO="https").is_secure()
    assert not _seen(rf, "127.0.0.1", HTTP_X_FORWARDED_PROTO="https").is_secure()


# Logs


@pytest.mark.django_db
def test_log_has_one_line_a_request_without_secrets(
    client: Client, centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "cabcd1-0123456789abcdef0123456789abcdef"
    with caplog.at_level(logging.INFO, logger="kiportal.request"):
        response = client.get(f"/konto/passwort/neu/1-{secret}/?next=/geheim/")
    (record,) = [record for record in caplog.records if record.name == "kiportal.request"]
    assert record.path == "/konto/passwort/neu/<uidb36>-<key>/"
    assert (record.method, record.status) == ("GET", response.status_code)
    assert record.milliseconds > 0
    assert secret not in str(record.__dict__)
    assert "127.0.0.1" not in str(record.__dict__)


@pytest.mark.django_db
def test_every_answer_has_a_reference_of_its_own(client: Client, centre: Centre) -> None:
    assert len({client.get("/impressum/").headers["X-Request-ID"] for _ in range(3)}) == 3


# Headers


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/gibt/es/nicht/", 404),
        ("/arbeitsplatz/", 302),
        ("/impressum", 301),
        ("/konto/anmelden/", 200),
        ("/admin/", 302),
        ("/healthz/live", 200),
        ("/robots.txt", 200),
        ("/static/favicon.svg", 200),
    ],
)
def test_every_kind_of_answer_carries_the_headers(
    centre: Centre, path: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "favicon.svg").write_text("<svg/>")
    monkeypatch.setattr(settings, "STATIC_ROOT", tmp_path)
    response = Client().get(path)  # a client of its own: WhiteNoise looks for files when it starts
    assert response.status_code == status
    headers = response.headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"]
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.django_db
def test_redirect_to_https_carries_the_headers_too(client: Client, centre: Centre, settings: object) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
    response = Client().get("/")
    assert response.headers["Location"] == "https://testserver/"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/impressum/", "/leichte-sprache/", "/sitemap.xml", "/gibt/es/nicht/"])
def test_reading_sets_no_cookie(client: Client, centre: Centre, path: str) -> None:
    assert client.get(path).cookies == {}
