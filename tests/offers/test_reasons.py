"""Ready-made reasons: editors add, change, order and delete them."""

from typing import Any

import pytest
from django.test import Client

from kiportal.common.models import User
from offers.models import ReasonTemplate
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/arbeitsplatz/pruefung/textbausteine/"
TYPED = {"verb": "reject", "label": "Doppelt", "text": "Das Angebot steht schon im Portal.", "lock_version": "1"}


@pytest.fixture(autouse=True)
def _signed_in(client: Client, editor: User, centre: Any) -> None:
    client.force_login(editor)


def labels(verb: str = "reject") -> list[str]:
    return list(ReasonTemplate.objects.filter(verb=verb).values_list("label", flat=True))


def test_new_reason_is_stored_once_and_offered_in_the_review(client: Client) -> None:
    for _time in range(2):
        assert client.post(f"{LIST}neu/", TYPED).status_code == 302
    reason = ReasonTemplate.objects.get()
    assert (reason.slug, reason.label) == ("doppelt", "Doppelt")
    offer = factories.make_offer(status="submitted")
    page = client.get(f"/arbeitsplatz/pruefung/{offer.pk}/").text
    assert "Doppelt" in page
    assert f'href="{LIST}"' in page


def test_label_of_the_same_step_is_refused(client: Client) -> None:
    client.post(f"{LIST}neu/", TYPED)
    answer = client.post(f"{LIST}neu/", TYPED | {"text": "Ein anderer Text"})
    assert answer.status_code == 200
    assert "gibt es für diesen Schritt schon" in answer.text
    assert client.post(f"{LIST}neu/", TYPED | {"verb": "publish"}).status_code == 302
    assert ReasonTemplate.objects.count() == 2


def test_stale_change_shows_both_texts(client: Client) -> None:
    client.post(f"{LIST}neu/", TYPED)
    reason = ReasonTemplate.objects.get()
    assert client.post(f"{LIST}{reason.pk}/", TYPED | {"text": "Zweiter Text"}).status_code == 302
    stale = client.post(f"{LIST}{reason.pk}/", TYPED | {"text": "Dritter Text"})
    assert stale.status_code == 409
    assert "Zweiter Text" in stale.text
    assert "Dritter Text" in stale.text


def test_reasons_move_within_their_step(client: Client) -> None:
    for number, (verb, label) in enumerate([("reject", "A"), ("publish", "P"), ("reject", "B"), ("reject", "C")]):
        ReasonTemplate.objects.create(slug=f"s-{number}", verb=verb, label=label, text="x", sort_order=number * 10)
    last = ReasonTemplate.objects.get(label="C")
    for expected in (["A", "C", "B"], ["C", "A", "B"], ["C", "A", "B"]):
        assert client.post(f"{LIST}{last.pk}/verschieben/", {"richtung": "hoch"}).status_code == 302
        assert labels() == expected
    client.post(f"{LIST}{last.pk}/verschieben/", {"richtung": "runter"})
    assert labels() == ["A", "C", "B"]
    assert labels("publish") == ["P"]


def test_deleted_reason_is_gone(client: Client) -> None:
    client.post(f"{LIST}neu/", TYPED)
    assert client.post(f"{LIST}{ReasonTemplate.objects.get().pk}/loeschen/").status_code == 302
    assert not ReasonTemplate.objects.exists()
    assert "noch keinen Textbaustein" in client.get(LIST).text
