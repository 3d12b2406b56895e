"""The link by which an author sees the entry as everybody will see it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kiportal.common import links
from kiportal.common.models import AccessLink, User
from offers import lifecycle
from offers.models import Offer
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(db: None, centre: object) -> Offer:
    return factories.make_offer("Nähkurs", status=Offer.Status.SUBMITTED, internal_note="Nur intern")


def preview(offer: Offer) -> str:
    link = links.issue(AccessLink.Purpose.PREVIEW, offer, offer.submitter_email)
    return reverse("offers:offer_preview", args=[links.token(link)])


def test_preview_shows_the_entry_and_asks_robots_to_stay_away(client: Client, offer: Offer) -> None:
    answer = client.get(preview(offer))
    assert answer.status_code == 200
    assert "Nähkurs" in answer.text
    assert "noch nicht öffentlich" in answer.text
    assert "Nur intern" not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_preview_is_over_after_two_weeks(client: Client, offer: Offer) -> None:
    url = preview(offer)
    AccessLink.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    answer = client.get(url)
    assert answer.status_code == 410
    assert "Die Vorschau ist abgelaufen." in answer.text


def test_preview_of_a_published_entry_leads_to_its_page(client: Client, offer: Offer, lead: User) -> None:
    url = preview(offer)
    lifecycle.publish(offer, by=lead)
    assert client.get(url).url == offer.get_absolute_url()


def test_link_of_another_purpose_opens_no_preview(client: Client, offer: Offer) -> None:
    link = links.issue(AccessLink.Purpose.CONFIRM, offer, offer.submitter_email)
    assert client.get(reverse("offers:offer_preview", args=[links.token(link)])).status_code == 404


def test_staff_mail_the_author_a_preview(
    client: Client, offer: Offer, editor: User, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    client.force_login(editor)
    url = reverse("offers:review_preview", args=[offer.pk])
    answer = client.post(url, follow=True)
    assert "Der Link zur Vorschau geht an verein@example.org." in answer.text
    run_jobs()
    (mail,) = mailoutbox
    link = AccessLink.objects.get(purpose=AccessLink.Purpose.PREVIEW)
    assert (mail.to, mail.subject) == (["verein@example.org"], "Vorschau: „Nähkurs“")
    assert reverse("offers:offer_preview", args=[links.token(link)]) in mail.body


def test_entry_without_an_address_has_nobody_to_mail(client: Client, offer: Offer, editor: User) -> None:
    Offer.objects.update(submitter_email="")
    client.force_login(editor)
    answer = client.post(reverse("offers:review_preview", args=[offer.pk]), follow=True)
    assert "keine E-Mail-Adresse" in answer.text
    assert not AccessLink.objects.exists()
