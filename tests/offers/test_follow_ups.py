"""Wiedervorlage: a date and a note on any record."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from actors.models import ContactPerson
from kiportal.common import followed, retention
from kiportal.common.models import ChangeProposal, FollowUp, User
from kiportal.common.targets import pointing_models
from kiportal.pages.models import BarrierReport
from offers.models import Hint, Need, Offer, OfferSurvey
from tests import factories
from tests.concepts.factories import make_concept
from tests.offers.tables import csv_bytes, upload

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


def records_of_every_kind(editor: User) -> dict[str, Any]:
    offer = factories.make_offer("Nähkurs")
    return {
        "angebot": offer,
        "organisation": offer.provider,
        "aenderung": ChangeProposal.objects.create(target=offer, lock_version=1, changes={}),
        "kontakt": ContactPerson.objects.create(organisation=offer.provider, function="Büro", email="b@example.org"),
        "luecke": Need.objects.create(text="Ein Chor"),
        "hinweis": Hint.objects.create(offer=offer, kind=Hint.Kind.TIME, text="Später"),
        "bestandsaufnahme": OfferSurvey.objects.create(title="Herbst", answer_by=timezone.localdate()),
        "import": upload(csv_bytes([["A"], ["1"]]), "angebote", editor),
        "konzept": make_concept("Konzept").concept,
        "barriere": BarrierReport.objects.create(description="Zu klein"),
    }


def test_every_kind_that_is_registered_shows_takes_and_lists_follow_ups(staff: Client, editor: User) -> None:
    found = records_of_every_kind(editor)
    assert set(followed.words()) == set(found)
    for word, record in found.items():
        kind = followed.kind_of(record)
        page = kind.url(kind.known().get(pk=record.pk))
        add_url = reverse("offers:follow_up_add", args=[word, record.pk])
        assert f'href="{add_url}"' in staff.get(page, follow=True).text, word
        done = staff.post(add_url, {"due_on": timezone.localdate().isoformat(), "note": f"Zu {word}"}, follow=True)
        assert done.redirect_chain[0] == (page, 302)
        assert f"Zu {word}" in done.text
        assert f'href="{page}"' in staff.get(reverse(LIST)).text
    assert staff.get(reverse(LIST)).text.count('class="queue__entry"') == len(found)
    assert staff.get(reverse("offers:follow_up_add", args=["unbekannt", 1])).status_code == 404


@pytest.mark.parametrize("number", [1, 10])
def test_queries_of_the_list_do_not_grow(
    staff: Client, editor: User, number: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(number):
        found = records_of_every_kind(editor)
        person = ChangeProposal.objects.create(target=found["kontakt"], lock_version=1, changes={})
        for record in (*found.values(), person):
            make(record)
    staff.get(reverse(LIST))
    with django_assert_max_num_queries(30):
        assert staff.get(reverse(LIST)).text.count('class="queue__entry"') == number * 11


def test_deleted_record_takes_its_follow_ups(editor: User) -> None:
    offer = factories.make_offer()
    hint = Hint.objects.create(offer=offer, kind=Hint.Kind.TIME, text="Später")
    make(hint)
    kept = make(offer)
    hint.delete()
    assert FollowUp.objects.get() == kept


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
