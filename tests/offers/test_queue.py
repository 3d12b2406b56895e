"""The queue: who takes care, what is filtered, and several decisions at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actors.models import Organisation
from kiportal.common.models import Assignment, ChangeProposal, StatusChange, User
from kiportal.common.transitions import TransitionError
from offers import lifecycle
from offers.models import Offer
from offers.review import assignment, queue
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "offers:review_list"


@pytest.fixture
def staff(client: Client, editor: User, centre: object) -> Client:
    client.force_login(editor)
    return client


def submitted(title: str = "", *, days: int = 0, **fields: Any) -> Offer:
    offer = factories.make_offer(title, status=Offer.Status.SUBMITTED, **fields)
    Offer.objects.filter(pk=offer.pk).update(submitted_at=timezone.now() - timedelta(days=days))
    return offer


def proposed(offer: Offer) -> ChangeProposal:
    member = factories.make_user("provider", organisation=offer.provider)
    change = {"summary": {"old": offer.summary, "new": "Neu."}}
    proposal = lifecycle.propose(offer, change, by=member, message="", email=member.email)
    assert proposal is not None
    return proposal


def titles(client: Client, **query: str) -> list[str]:
    return [entry.title for entry, _days in client.get(reverse(LIST), query).context["rows"]]


# Filters


def test_filters_narrow_the_queue(staff: Client, editor: User, lead: User) -> None:
    topic = factories.make_topic("sprache")
    own, others = submitted("Meins", topics=[topic]), submitted("Ihres", days=8)
    assignment.hand_over(own, editor)
    assignment.hand_over(others, lead)
    submitted("Frei", days=3)
    answered = submitted("Beantwortet")
    lifecycle.request_changes(answered, by=editor, reason="Wann?")
    lifecycle.resubmit(answered, by=lead, answer="Montags")
    changed = factories.make_offer("Geändert")
    proposed(changed)
    assert titles(staff, zustaendig="meine") == ["Meins"]
    assert set(titles(staff, zustaendig="frei")) == {"Frei", "Beantwortet", "Geändert"}
    assert titles(staff, thema="sprache") == ["Meins"]
    assert titles(staff, anlass="antwort") == ["Beantwortet"]
    assert titles(staff, anlass="aenderung") == ["Geändert"]
    assert titles(staff, alter="3") == ["Ihres", "Frei"]
    assert titles(staff, alter="7", zustaendig="frei") == []
    assert len(titles(staff, alter="x", zustaendig="y", anlass="z", thema="w")) == 5


def test_entry_names_who_takes_care(staff: Client, lead: User) -> None:
    User.objects.filter(pk=lead.pk).update(first_name="Lena", last_name="Leitung")
    assignment.hand_over(submitted(), User.objects.get(pk=lead.pk))
    assert "Lena Leitung" in staff.get(reverse(LIST)).text


# Who takes care


def test_take_hand_over_and_free(staff: Client, editor: User, lead: User) -> None:
    offer = submitted()
    url = reverse("offers:review_assign", args=["angebot", offer.pk])
    staff.post(url, {"verb": "take"})
    assert assignment.assignee_of(offer) == editor
    staff.post(url, {"verb": "hand_over", "assignee": lead.pk})
    assert assignment.assignee_of(offer) == lead
    answer = staff.post(url, {"verb": "take"}, follow=True)
    assert "Darum kümmert sich schon" in answer.text
    assert assignment.assignee_of(offer) == lead
    staff.post(url, {"verb": "free"})
    assert assignment.assignee_of(offer) is None
    assert not Assignment.objects.exists()


def test_hand_over_to_somebody_who_does_not_review_is_refused(staff: Client) -> None:
    offer = submitted()
    url = reverse("offers:review_assign", args=["angebot", offer.pk])
    assert staff.post(url, {"verb": "hand_over", "assignee": factories.make_user("council").pk}).status_code == 400
    assert staff.post(url, {"verb": "hand_over"}).status_code == 400
    assert assignment.assignee_of(offer) is None


def test_take_what_somebody_else_has_is_refused(editor: User, lead: User) -> None:
    offer = submitted()
    assignment.take(offer, lead)
    assignment.take(offer, lead)
    with pytest.raises(TransitionError, match="kümmert sich schon"):
        assignment.take(offer, editor)


def test_next_entry_is_not_somebody_elses(staff: Client, lead: User) -> None:
    first, second, third = submitted(days=3), submitted(days=2), submitted(days=1)
    assignment.hand_over(second, lead)
    answer = staff.post(reverse("offers:review_detail", args=[first.pk]), {"verb": "reject", "reason": "Nein"})
    assert answer.url == reverse("offers:review_detail", args=[third.pk])


# Several at once


def keys() -> list[str]:
    return [entry.key for entry in queue.waiting()]


def test_bulk_publishes_each_on_its_own_and_says_what_failed(staff: Client, editor: User, lead: User) -> None:
    fine, incomplete = submitted("Gut"), submitted("Unvollständig", cost_kind="")
    own = factories.make_offer("Eigener", status=Offer.Status.DRAFT)
    lifecycle.submit(own, by=editor)
    changed = factories.make_offer("Geändert")
    proposal = proposed(changed)
    lone = factories.make_organisation("Verein allein", status=Organisation.Status.PROPOSED)
    answer = staff.post(reverse(LIST), {"verb": "publish", "auswahl": keys(), "reason": "Danke"})
    assert answer.status_code == 200
    errors = {result.title: result.error for result in answer.context["results"]}
    assert errors == {
        "Gut": "",
        "Unvollständig": "Es fehlt noch: Kosten.",
        "Eigener": "Das ist Ihr eigener Eintrag. Jemand anderes muss ihn freigeben.",
        "Änderung an „Geändert“": "",
        "Verein allein": "",
    }
    assert "2 von 5 nicht erledigt" in answer.text
    assert "Es fehlt noch: Kosten." in answer.text
    for record in (fine, incomplete, own, changed, proposal, lone):
        record.refresh_from_db()
    assert (fine.status, incomplete.status, own.status) == ("published", "submitted", "submitted")
    assert (changed.summary, proposal.status, lone.status) == ("Neu.", "accepted", "published")
    assert StatusChange.objects.for_target(fine).get().reason == "Danke"


def test_bulk_rejects_with_one_reason(staff: Client, run_jobs: Any, mailoutbox: list[Any]) -> None:
    offers = [submitted(submitter_email=f"v{number}@example.org") for number in range(2)]
    assert (
        "Bitte schreiben Sie eine Begründung." in staff.post(reverse(LIST), {"verb": "reject", "auswahl": keys()}).text
    )
    assert Offer.objects.filter(status="submitted").count() == 2
    answer = staff.post(reverse(LIST), {"verb": "reject", "auswahl": keys(), "reason": "Nicht im Kreis."})
    assert "Alle 2 erledigt" in answer.text
    assert [StatusChange.objects.for_target(offer).get().reason for offer in offers] == ["Nicht im Kreis."] * 2
    run_jobs()
    assert {mail.to[0] for mail in mailoutbox} == {"v0@example.org", "v1@example.org"}


def test_bulk_assigns(staff: Client, lead: User) -> None:
    first, second = submitted(), submitted()
    staff.post(reverse(LIST), {"verb": "assign", "auswahl": keys(), "assignee": lead.pk})
    assert [assignment.assignee_of(first), assignment.assignee_of(second)] == [lead, lead]


def test_bulk_without_a_choice_asks_for_one(staff: Client) -> None:
    submitted()
    text = staff.post(reverse(LIST), {"verb": "publish", "reason": "Mein Text"}).text
    assert "Bitte wählen Sie mindestens einen Eintrag aus" in text
    assert "Mein Text" in text


def test_bulk_of_what_is_decided_meanwhile_changes_nothing(staff: Client, lead: User) -> None:
    offer, other = submitted(), submitted()
    chosen = keys()
    lifecycle.reject(offer, by=lead, reason="Schon entschieden")
    answer = staff.post(reverse(LIST), {"verb": "publish", "auswahl": chosen})
    assert "Bitte wählen Sie mindestens einen Eintrag aus" in answer.text
    other.refresh_from_db()
    assert other.status == "submitted"
