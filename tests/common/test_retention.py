"""Erasing reaches everything that goes with a record, in the field history, too."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.models.deletion import ProtectedError
from django.utils import timezone

from actors.models import ContactPerson, Municipality, Organisation
from kiportal.common import links, retention
from kiportal.common.models import AccessLink, ChangeProposal, Job, RateCount, StatusChange, User
from offers import lifecycle
from offers.models import Offer, OfferDate
from tests import factories
from tests.common.test_links import whole_database
from tests.concurrency import Thread

WORD = "Rotkehlchen"
pytestmark = pytest.mark.django_db


def note_step(target: models.Model, **fields: Any) -> StatusChange:
    return StatusChange.objects.create(target=target, verb="x", from_status="a", to_status="b", reason=WORD, **fields)


@pytest.fixture
def offer(editor: User) -> Offer:
    """An offer with the word in everything that hangs on it."""
    contact = ContactPerson.objects.create(
        organisation=factories.make_organisation(), function=WORD, email="rotkehlchen@example.org"
    )
    offer = factories.make_offer(
        WORD, provider=contact.organisation, contact=contact, submitter_email=f"{WORD}@example.org", internal_note=WORD
    )
    offer.summary = f"{WORD} singt"
    offer.save()
    OfferDate.objects.create(offer=offer, starts_at=timezone.now(), note=WORD)
    link = links.issue(AccessLink.Purpose.CARE, offer, f"{WORD}@example.org")
    proposal = ChangeProposal.objects.create(
        target=offer, lock_version=1, changes={"title": {"old": WORD, "new": "Amsel"}}, message=WORD, by_link=link
    )
    note_step(offer, by_link=link)
    note_step(proposal, by_user=editor)
    return offer


def test_erase_leaves_no_trace_of_an_offer(offer: Offer) -> None:
    assert retention.erase(Offer.objects.filter(pk=offer.pk), delete=True) == 1
    contact = offer.contact
    assert contact is not None
    assert retention.erase(Organisation.objects.filter(pk=offer.provider_id), delete=True) == 1
    content = whole_database()
    assert WORD not in content
    assert WORD.lower() not in content


def test_erase_takes_children_and_their_field_history(offer: Offer) -> None:
    offer.contact = None
    offer.save()
    ContactPerson.objects.update(name=WORD)
    other = ContactPerson.objects.create(organisation=factories.make_organisation(), function="Büro", phone="1")
    retention.erase(Offer.objects.all(), delete=True)
    retention.erase(Organisation.objects.filter(pk=offer.provider_id), delete=True)
    events = ContactPerson.pgh_event_model.objects  # type: ignore[attr-defined]
    assert ContactPerson.objects.get() == other
    assert {event.pgh_obj_id for event in events.all()} == {other.pk}


def test_erase_leaves_others_as_they_are(offer: Offer) -> None:
    other = factories.make_offer()
    link = links.issue(AccessLink.Purpose.CARE, other)
    step = note_step(other)
    same_number = {"target_type": ContentType.objects.get_for_model(Municipality), "target_id": offer.pk}
    foreign = StatusChange.objects.create(verb="x", from_status="a", to_status="b", **same_number)
    retention.erase(Offer.objects.filter(pk=offer.pk), delete=True)
    assert list(Offer.objects.all()) == [other]
    assert list(AccessLink.objects.all()) == [link]
    assert set(StatusChange.objects.all()) == {step, foreign}
    assert Offer.pgh_event_model.objects.filter(pgh_obj_id=other.pk).exists()  # type: ignore[attr-defined]


def test_erase_without_delete_only_counts(offer: Offer) -> None:
    before = whole_database()
    assert retention.erase(Offer.objects.all(), delete=False) == 1
    assert whole_database() == before


def test_erase_of_nothing_counts_nothing(db: None) -> None:
    assert retention.erase(Offer.objects.none(), delete=True) == 0


def test_erase_of_what_others_need_is_refused_and_changes_nothing(offer: Offer) -> None:
    before = whole_database()
    with pytest.raises(ProtectedError):
        retention.erase(Organisation.objects.filter(pk=offer.provider_id), delete=True)
    assert whole_database() == before


def test_erase_that_fails_half_way_changes_nothing(offer: Offer) -> None:
    """A worker that dies between the rows and their history would leave the history for good."""
    before = whole_database()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'disk full'; END $$;"
            "CREATE TRIGGER refuse BEFORE DELETE ON offers_offerevent EXECUTE FUNCTION refuse()"
        )
    with pytest.raises(DatabaseError):
        retention.erase(Offer.objects.all(), delete=True)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON offers_offerevent; DROP FUNCTION refuse()")
    assert whole_database() == before


@pytest.mark.django_db(transaction=True)
def test_erase_spares_what_is_confirmed_at_that_moment() -> None:
    """An acknowledged submission is not lost because the nightly purge had its number already."""
    offer = factories.make_offer(status=Offer.Status.UNCONFIRMED)
    with transaction.atomic():
        lifecycle.confirm_submission(offer, by=links.issue(AccessLink.Purpose.CONFIRM, offer))
        unconfirmed = Offer.objects.filter(status=Offer.Status.UNCONFIRMED)
        purge = Thread(lambda: retention.erase(unconfirmed, delete=True))
        assert purge.blocked()
    assert purge.result() == 0
    assert Offer.objects.get().status == Offer.Status.SUBMITTED


def test_history_of_what_was_deleted_otherwise_goes_later(offer: Offer) -> None:
    Offer.objects.all().delete()
    events = Offer.pgh_event_model.objects  # type: ignore[attr-defined]
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        assert retention.history_of_deleted(timezone.now() - timedelta(days=30), delete=True) == 0
    assert events.exists()
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        before = timezone.now() - timedelta(days=30)
        assert retention.history_of_deleted(before, delete=False) == events.count()
        assert retention.history_of_deleted(before, delete=True) == 2
    assert not events.exists()
    assert Organisation.pgh_event_model.objects.exists()  # type: ignore[attr-defined]


def test_purge_erases_links_jobs_and_counters_whose_time_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    organisation = factories.make_organisation()
    with time_machine.travel("2026-01-01T12:00:00+00:00"):
        link = links.issue(AccessLink.Purpose.CARE, organisation)
        RateCount.objects.create(key="x", window_start=timezone.now())
        Job.objects.create(kind="jobsapp.count", state=Job.State.DONE, finished_at=timezone.now())
        waiting = Job.objects.create(kind="jobsapp.count")
    with time_machine.travel(link.expires_at + timedelta(days=29)):
        call_command("purge")
        assert list(AccessLink.objects.all()) == [link]
    with time_machine.travel(link.expires_at + timedelta(days=31)):
        call_command("purge", "--dry-run")
        assert (AccessLink.objects.count(), Job.objects.count()) == (1, 2)
        call_command("purge")
    assert not AccessLink.objects.exists()
    assert not RateCount.objects.exists()
    assert list(Job.objects.all()) == [waiting]
    assert "Nichts gelöscht (--dry-run).\n" in capsys.readouterr().out


def test_purge_names_every_rule_with_its_count(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("purge", "--dry-run")
    printed = capsys.readouterr().out.splitlines()
    assert printed == [
        *(f"     0  {rule.title} (nach {rule.days} Tagen)" for rule in retention.RULES),
        "Nichts gelöscht (--dry-run).",
    ]


def test_every_rule_is_registered_once(db: None) -> None:
    titles = [rule.title for rule in retention.RULES]
    assert len(titles) == len(set(titles))


def test_every_generic_holder_is_reached_by_erase() -> None:
    """A new model that points at anything by content type must be erased with it."""
    holders = {
        model
        for model in apps.get_models()
        if any(field.related_model is ContentType for field in model._meta.concrete_fields)
        and model._meta.app_label not in {"admin", "auth"}
        and not hasattr(model, "pgh_tracked_model")
    }
    assert holders == set(retention._holders(Offer))
