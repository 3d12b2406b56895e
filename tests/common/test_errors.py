"""Error pages: German, with a reference number, and the right status wherever the fault lies."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.test import Client

from kiportal.common.models import Centre, User
from kiportal.pages.views import start

pytestmark = pytest.mark.django_db


def _break(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def raise_error(*args: object) -> None:
        raise error

    monkeypatch.setattr(start, "collect", raise_error)


def test_unknown_address_is_answered_in_german_with_its_reference(client: Client, centre: Centre) -> None:
    response = client.get("/gibt/es/nicht/")
    assert response.status_code == 404
    assert "Diese Seite gibt es nicht" in response.text
    assert response.headers["X-Request-ID"] in response.text


def test_page_for_another_role_is_forbidden(client: Client, centre: Centre, cast: dict[str, User]) -> None:
    client.force_login(cast["council"])
    response = client.get("/arbeitsplatz/barrieren/")
    assert response.status_code == 403
    assert "nicht für Sie freigegeben" in response.text


def test_denied_permission_anywhere_becomes_the_403_page(
    client: Client, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break(monkeypatch, PermissionDenied("no"))
    assert client.get("/").status_code == 403


def test_form_without_token_asks_to_send_again(centre: Centre) -> None:
    response = Client(enforce_csrf_checks=True).post("/barriere-melden/", {"description": "x"})
    assert response.status_code == 403
    assert "Bitte senden Sie noch einmal" in response.text


def test_foreign_host_name_is_a_bad_request(client: Client, centre: Centre) -> None:
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "Diese Anfrage verstehen wir nicht" in response.text
    assert "evil.example" not in response.text


def test_request_that_is_too_big_gets_the_413_page(client: Client, centre: Centre) -> None:
    response = client.post("/barriere-melden/", {"description": "x" * 3_000_000})
    assert response.status_code == 413
    assert "zu viel auf einmal" in response.text


def test_request_with_too_many_fields_is_a_bad_request(client: Client, centre: Centre) -> None:
    assert client.post("/barriere-melden/", {f"f{number}": "" for number in range(2100)}).status_code == 400


def test_fault_of_ours_needs_neither_database_nor_session(
    client: Client, centre: Centre, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: object
) -> None:
    client.raise_request_exception = False
    _break(monkeypatch, RuntimeError("bug"))
    with django_assert_num_queries(0):  # type: ignore[operator]
        response = client.get("/")
    assert response.status_code == 500
    assert "Da ist etwas schiefgegangen" in response.text
    assert response.headers["X-Request-ID"] in response.text
    assert "bug" not in response.text


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_lost_database_is_503_with_a_time_to_come_back(
    client: Client, centre: Centre, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    client.raise_request_exception = False
    _break(monkeypatch, error)
    response = client.get("/")
    assert response.status_code == 503
    assert "macht gerade eine Pause" in response.text
    assert response.headers["Retry-After"] == "30"


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 429])
def test_error_page_exists_and_carries_the_frame(client: Client, centre: Centre, status: int, rf: object) -> None:
    from django.contrib.auth.models import AnonymousUser

    from kiportal.common.views.errors import page

    request = rf.get("/")  # type: ignore[attr-defined]
    request.user = AnonymousUser()
    response = page(request, status)
    assert response.status_code == status
    assert centre.name in response.text
    assert '<meta name="robots" content="noindex">' in response.text
