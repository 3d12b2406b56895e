"""Wiedervorlage: a date and a note on any record."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kiportal.common import retention
from kiportal.common.models import ChangeProposal, FollowUp, User
from kiportal.common.targets import pointing_models
from offers.models import Offer
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "offers:follow_up_list"


@pytest.fixture
def staff(client: Client, editor: User, centre: object) -> Client:
    client.force_login(editor)
    return client


def make(target: object, days: int = 0, **fields: object) -> FollowUp:
    due = timezone.localdate() + timedelta(days=days)
    return FollowUp.objects.create(target=target, **({"due_on": due, "note": "Nachfragen"} | fields))


def test_follow_up_on_each_kind_of_record(staff: Client, editor: User) -> None:
    offer = factories.make_offer("Nähkurs")
    proposal = ChangeProposal.objects.create(target=offer, lock_version=1, changes={})
    for kind, record in (("angebot", offer), ("organisation", offer.provider), ("aenderung", proposal)):
        url = reverse("offers:follow_up_add", args=[kind, record.pk])
        assert staff.get(url).status_code == 200
        answer = staff.post(url, {"due_on": "2030-01-02", "note": f"Anrufen wegen {kind}", "for_user": ""}, follow=True)
        assert f"Anrufen wegen {kind}" in answer.text
        follow_up = FollowUp.objects.for_target(record).get()
        assert (follow_up.created_by, follow_up.for_user) == (editor, None)
    assert staff.get(reverse(LIST)).text.count("Anrufen wegen") == 6  # each as text and as the label of its button


def test_follow_up_in_the_past_is_refused(staff: Client) -> None:
    url = reverse("offers:follow_up_add", args=["angebot", factories.make_offer().pk])
    answer = staff.post(url, {"due_on": "2020-01-02", "note": "Anrufen"})
    assert "Dieser Tag ist vorbei." in answer.text
    assert "Anrufen" in answer.text
    assert not FollowUp.objects.exists()


def test_follow_up_of_somebody_else_is_not_shown(staff: Client, lead: User, editor: User) -> None:
    offer = factories.make_offer()
    foreign = make(offer, for_user=lead, note="Nur für die Leitung")
    make(offer, for_user=editor, note="Für mich")
    text = staff.get(reverse(LIST)).text
    assert "Für mich" in text
    assert "Nur für die Leitung" not in text
    assert staff.post(reverse("offers:follow_up_done", args=[foreign.pk])).status_code == 404


def test_done_with_one_click(staff: Client, editor: User) -> None:
    offer = factories.make_offer()
    follow_up = make(offer)
    url = reverse("offers:follow_up_done", args=[follow_up.pk])
    assert staff.post(url).url == reverse(LIST)
    follow_up.refresh_from_db()
    first = follow_up.done_at
    assert (first is not None, follow_up.done_by) == (True, editor)
    back = staff.post(url, {"zurueck": "eintrag"})
    assert back.url == reverse("offers:staff_offer_detail", args=[offer.pk])
    follow_up.refresh_from_db()
    assert follow_up.done_at == first
    assert "Nachfragen" not in staff.get(reverse(LIST)).text.replace("„Nachfragen“ ist erledigt.", "")


def test_due_ones_stand_on_the_workspace_home(staff: Client) -> None:
    offer = factories.make_offer("Nähkurs")
    make(offer, note="Heute anrufen")
    make(offer, days=1, note="Morgen anrufen")
    text = staff.get(reverse("pages:workspace_home")).text
    assert "Heute anrufen" in text
    assert "Morgen anrufen" not in text


def test_done_ones_are_purged_after_half_a_year() -> None:
    offer = factories.make_offer()
    old = make(offer, done_at=timezone.now() - timedelta(days=184))
    kept = make(offer, done_at=timezone.now() - timedelta(days=182))
    retention.carry_out(delete=True)
    assert not FollowUp.objects.filter(pk=old.pk).exists()
    assert FollowUp.objects.filter(pk=kept.pk).exists()


def test_erased_record_takes_what_points_at_it() -> None:
    offer = factories.make_offer(status=Offer.Status.REJECTED)
    make(offer)
    retention.erase(Offer.objects.filter(pk=offer.pk), delete=True)
    assert not FollowUp.objects.exists()


def test_every_row_that_points_at_a_record_is_known() -> None:
    names = {model.__name__ for model in pointing_models()}
    assert {"AccessLink", "Assignment", "ChangeProposal", "FollowUp", "StatusChange"} <= names
