"""Log lines carry the request's reference and no secret of a signed link, whoever writes them."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pghistory.models
import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve
from django.utils.module_loading import import_string

from kiportal.common import links, logs
from kiportal.common.logs import masked
from kiportal.common.models import AccessLink, Centre
from offers.models import Offer
from tests import factories


@pytest.fixture
def offer(db: None) -> Offer:
    return factories.make_offer(last_confirmed_on=None)


@pytest.fixture
def token(offer: Offer, centre: Centre) -> str:
    return links.token(links.issue(AccessLink.Purpose.CARE, offer, "verein@example.org"))


@pytest.fixture
def lines() -> Iterator[Any]:
    """What the configured handler writes, as objects."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    configured: dict[str, Any] = settings.LOGGING
    description = dict(configured["formatters"]["json"])
    formatter = import_string(description.pop("()"))
    handler.setFormatter(formatter(description["format"], rename_fields=description["rename_fields"]))
    handler.addFilter(logs.RequestFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/angebote/pflege/{token}/", "/angebote/pflege/<token>/"),
        ("/angebote/pflege/{token}", "/angebote/pflege/<token>"),
        ("/en/angebote/melden/{token}/kontakt/", "/en/angebote/melden/<token>/kontakt/"),
        ("/angebote/pflege/{token}=", "/angebote/pflege/<token>="),
        ("/nirgendwo/{token}/", "/nirgendwo/<token>/"),
        ("/konto/e-mail/bestaetigen/MTI:1tGkXX:aBcDeFgHiJkLmNoPqRsTuVwXyZ/", "/konto/e-mail/bestaetigen/<token>/"),
        ("/angebote/sprachcafe-fuer-frauen-in-der-altstadt-von-siegen/", None),
        ("/arbeitsplatz/auftraege/0f8fad5b-d9cb-469f-a165-70867728950e/", None),
        ("/static/css/tokens.3f2a1b.css", None),
    ],
)
def test_masked_takes_secrets_out_and_leaves_slugs(token: str, path: str, shown: str | None) -> None:
    assert masked(path.format(token=token)) == (shown or path)


@pytest.mark.parametrize("length", [43, 40, 30, 20])
def test_masked_takes_out_what_a_mail_program_left_of_a_token(token: str, length: int) -> None:
    assert token[:12] not in masked(f"/angebote/pflege/{token[:length]}")


def test_masked_by_its_view_takes_out_the_key_of_a_new_password() -> None:
    path = "/konto/passwort/neu/1a-cxyz12-0123456789abcdef0123456789abcdef/"
    shown = masked(path, resolve(path))
    assert "0123456789abcdef" not in shown
    assert shown == "/konto/passwort/neu/<uidb36>-<key>/"


@pytest.mark.parametrize("path", ["/angebote/pflege/{token}/", "/angebote/pflege/{token}", "/nirgendwo/{token}/"])
def test_request_line_never_holds_a_token(lines: Any, client: Client, token: str, path: str) -> None:
    client.get(path.format(token=token))
    written = lines()
    assert [line["path"] for line in written if line["message"] == "request"] == [path.format(token="<token>")]
    assert token not in json.dumps(written)


def test_refused_form_is_logged_without_the_token(lines: Any, token: str) -> None:
    """Django writes the path of what its CSRF check refuses; browsers behind some proxies meet it every day."""
    Client(enforce_csrf_checks=True).post(f"/angebote/pflege/{token}/")
    refusal = next(line for line in lines() if line["logger"] == "django.security.csrf")
    assert "/angebote/pflege/<token>/" in refusal["message"]
    assert token not in json.dumps(lines())


def test_fault_is_logged_without_the_token(
    lines: Any, token: str, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(links, "find", broken)
    client.raise_request_exception = False
    assert client.get(f"/angebote/pflege/{token}/").status_code == 500
    fault = next(line for line in lines() if line["logger"] == "django.request")
    assert fault["message"].endswith("/angebote/pflege/<token>/")
    assert token not in fault["message"]


def test_every_line_of_a_request_has_its_reference(lines: Any, token: str) -> None:
    response = Client(enforce_csrf_checks=True).post(f"/angebote/pflege/{token}/")
    assert {line["request"] for line in lines()} == {response["X-Request-ID"]}


def test_line_outside_a_request_has_none(lines: Any) -> None:
    logging.getLogger("kiportal").warning("path %s, number %d", "/a/", 5)
    [line] = lines()
    assert (line["message"], line["level"], "request" in line) == ("path /a/, number 5", "WARNING", False)


def test_history_knows_the_page_but_not_the_token(client: Client, token: str, offer: Offer) -> None:
    response = client.post(f"/angebote/pflege/{token}/", {"verb": "bestaetigen"})
    assert response.status_code == 302
    context = pghistory.models.Context.objects.latest("created_at")
    assert context.metadata == {"user": None, "url": "/angebote/pflege/<token>/"}
    event = offer.pgh_event_model.objects.latest("pgh_id")  # type: ignore[attr-defined]
    assert event.pgh_context == context
