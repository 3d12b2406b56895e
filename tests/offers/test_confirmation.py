"""/angebote/bestaetigen/<token>/: the click in the first mail."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kiportal.common import links
from kiportal.common.models import AccessLink, Job, StatusChange
from offers.models import Offer
from tests.offers.journey import Draft, complete

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]


@pytest.fixture
def sent(client: Client) -> Draft:
    draft = complete(client)
    draft.send("pruefen", rules="on")
    return draft


@pytest.fixture
def path(sent: Draft) -> str:
    link = AccessLink.objects.get(purpose=AccessLink.Purpose.CONFIRM)
    return f"/angebote/bestaetigen/{links.token(link)}/"


def test_opening_the_link_changes_nothing(client: Client, sent: Draft, path: str) -> None:
    for _ in range(2):
        page = client.get(path)
        assert page.status_code == 200
        assert "Meldung bestätigen" in page.content.decode()
    assert sent.offer.status == Offer.Status.UNCONFIRMED
    assert AccessLink.objects.get(purpose=AccessLink.Purpose.CONFIRM).used_at is None
    assert (page["Referrer-Policy"], page["Cache-Control"].count("no-store")) == ("strict-origin", 1)
    assert "noindex" in page["X-Robots-Tag"]


def test_button_sends_the_entry_to_the_review(client: Client, sent: Draft, path: str) -> None:
    response = client.post(path)
    assert response["Location"] == path
    assert "wird geprüft" in client.get(path).content.decode()
    assert sent.offer.status == Offer.Status.SUBMITTED
    assert sent.offer.submitted_at is not None
    kinds = set(Job.objects.values_list("kind", flat=True))
    assert {"offers.send_receipt", "offers.send_submission_notice"} <= kinds


def test_button_a_second_time_is_a_friendly_page(client: Client, sent: Draft, path: str) -> None:
    client.post(path)
    jobs = Job.objects.count()
    assert client.post(path)["Location"] == path
    assert client.get(path).status_code == 200
    assert StatusChange.objects.filter(verb="confirm_submission").count() == 1
    assert Job.objects.count() == jobs


def test_unknown_token_answers_404(client: Client) -> None:
    assert client.get("/angebote/bestaetigen/unbekannt/").status_code == 404
    assert client.post("/angebote/bestaetigen/unbekannt/").status_code == 404


def test_token_of_another_purpose_answers_404(client: Client, sent: Draft) -> None:
    assert client.post(f"/angebote/bestaetigen/{sent.token}/").status_code == 404
    assert sent.offer.status == Offer.Status.UNCONFIRMED


@pytest.mark.parametrize("field", ["expires_at", "revoked_at"])
def test_link_that_is_over_answers_410(client: Client, sent: Draft, path: str, field: str) -> None:
    AccessLink.objects.update(**{field: timezone.now() - timedelta(seconds=1)})
    for response in (client.get(path), client.post(path)):
        assert response.status_code == 410
        assert "Dieser Link gilt nicht mehr" in response.content.decode()
    assert Offer.objects.get().status == Offer.Status.UNCONFIRMED


def test_form_without_csrf_token_is_refused(sent: Draft, path: str) -> None:
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403
    assert sent.offer.status == Offer.Status.UNCONFIRMED
