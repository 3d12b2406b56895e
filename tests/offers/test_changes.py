"""Field changes as JSON, and proposals that carry them over a published entry."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone

from actors.models import ContactPerson
from kiportal.common import links
from kiportal.common.models import AccessLink, ChangeProposal, Job, StatusChange, User
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from offers import changes, lifecycle
from offers.models import Offer, OfferDate
from offers.rows import ROWS
from tests import factories
from tests.concurrency import Thread
from tests.offers.test_lifecycle import everybody

pytestmark = pytest.mark.django_db
P = ChangeProposal.Status

DATES: list[list[str | None]] = [
    ["2027-03-01T09:00:00+00:00", "2027-03-01T10:30:00+00:00", "im Saal"],
    ["2027-04-01T08:00:00+00:00", None, ""],
]


@pytest.fixture
def offer(db: None) -> Offer:
    return factories.make_offer("Nähkurs", summary="Montags um zehn.", valid_until=date(2027, 1, 31))


@pytest.fixture
def care(offer: Offer) -> AccessLink:
    return links.issue(AccessLink.Purpose.CARE, offer, "verein@example.org")


def to(offer: Offer, **new: Any) -> dict[str, dict[str, Any]]:
    return {name: {"old": changes.current(offer, name), "new": value} for name, value in new.items()}


def propose(offer: Offer, by: Any, **new: Any) -> ChangeProposal:
    proposal = lifecycle.propose(offer, to(offer, **new), by=by, message="", email="verein@example.org")
    assert proposal is not None
    return proposal


# Values


def test_every_field_that_can_be_proposed_is_read_shown_and_named(offer: Offer) -> None:
    for name in changes.FIELDS:
        assert changes.label(name)
        assert isinstance(changes.shown(name, changes.current(offer, name)), str)


@pytest.mark.parametrize(
    "name",
    [
        *("status", "slug", "provider", "internal_note", "submitter_email", "submitter_note", "last_confirmed_on"),
        *("lock_version", "published_at", "uuid", "contact", "kind", "programme", "nothing"),
    ],
)
def test_internal_field_cannot_be_proposed(name: str) -> None:
    with pytest.raises(ValueError, match="no field that can be proposed"):
        changes.field(name)


def test_values_survive_the_way_to_json_and_back(offer: Offer) -> None:
    topics = sorted(factories.make_topic().pk for _ in range(2))
    new = {
        "title": "Nähen & Reden",
        "description": "<p>Neu</p>",
        "topics": topics,
        "is_online": True,
        "valid_until": "2027-06-30",
        "cost_kind": "betrag",
        "cost_amount": "12.50",
        "offer_type": factories.make_offer_type().pk,
        "dates": DATES,
        "contact_phone": "0271 12",
    }
    changes.write(offer, new)
    offer.save()
    stored = Offer.objects.get(pk=offer.pk)
    assert {name: changes.current(stored, name) for name in new} == new
    assert (stored.cost_amount, stored.valid_until) == (Decimal("12.50"), date(2027, 6, 30))


def test_write_of_an_invalid_value_names_the_field(offer: Offer) -> None:
    with pytest.raises(ValidationError) as caught:
        changes.write(offer, {"cost_kind": "geschenkt", "website": "javascript:alert(1)"})
    assert set(caught.value.error_dict) == {"cost_kind", "website"}


def test_write_of_markup_is_sanitised(offer: Offer) -> None:
    changes.write(offer, {"description": "<p onclick=x()>Neu<script>alert(1)</script></p>"})
    offer.save()
    assert Offer.objects.get(pk=offer.pk).description == "<p>Neu</p>"


def test_write_of_dates_keeps_rows_that_stay(offer: Offer) -> None:
    changes.write(offer, {"dates": DATES})
    first = OfferDate.objects.earliest("starts_at")
    changes.write(offer, {"dates": [[*DATES[0][:2], "im Garten"]]})
    assert [(entry.pk, entry.note) for entry in OfferDate.objects.all()] == [(first.pk, "im Garten")]


def test_write_of_a_contact_that_other_entries_have_leaves_theirs(offer: Offer) -> None:
    other = factories.make_offer(provider=offer.provider, contact=offer.contact)
    changes.write(offer, {"contact_phone": "0271 99"})
    offer.save()
    assert Offer.objects.get(pk=offer.pk).contact.phone == "0271 99"  # type: ignore[union-attr]
    assert Offer.objects.get(pk=other.pk).contact.phone == ""  # type: ignore[union-attr]
    assert ContactPerson.objects.count() == 2


def test_between_finds_what_differs_and_nothing_else(offer: Offer) -> None:
    cleaned = {
        "title": "Nähtreff",
        "summary": offer.summary,
        "valid_until": offer.valid_until,
        "topics": offer.topics.all(),
        "offer_type": offer.offer_type,
        "cost_amount": None,
    }
    assert changes.between(offer, cleaned) == {"title": {"old": "Nähkurs", "new": "Nähtreff"}}


def test_between_over_an_open_proposal_takes_a_field_back(offer: Offer) -> None:
    overlay = to(offer, title="Nähtreff")
    assert changes.between(offer, {"title": "Nähtreff"}, overlay) == {}
    assert changes.between(offer, {"title": "Nähkurs"}, overlay) == {"title": {"old": "Nähkurs", "new": "Nähkurs"}}


# Proposals


def test_proposal_leaves_the_entry_as_it_is(offer: Offer, care: AccessLink) -> None:
    proposal = propose(offer, care, title="Nähtreff")
    assert Offer.objects.get().title == "Nähkurs"
    assert (proposal.status, proposal.by_link, proposal.author_email) == (P.OPEN, care, "verein@example.org")
    assert Job.objects.get().kind == "offers.send_proposal_notice"


def test_proposal_is_denied_to_who_does_not_care_for_the_entry(offer: Offer) -> None:
    for name, by in everybody(offer).items():
        if name not in {"care link", "member", "municipality", "editor", "lead"}:
            with pytest.raises(PermissionDenied):
                propose(offer, by, title="Nähtreff")


@pytest.mark.parametrize("status", [status for status in Offer.Status if status != Offer.Status.PUBLISHED])
def test_proposal_for_an_entry_that_is_not_published_says_so(offer: Offer, care: AccessLink, status: str) -> None:
    Offer.objects.update(status=status)
    with pytest.raises(SomebodyWasFaster):
        propose(offer, care, title="Nähtreff")


def test_second_proposal_joins_the_open_one(offer: Offer, care: AccessLink) -> None:
    first = propose(offer, care, title="Nähtreff", summary="Dienstags.")
    second = propose(offer, care, summary="Mittwochs.", city="Netphen")
    assert first.pk == second.pk
    assert {name: change["new"] for name, change in second.changes.items()} == {
        "title": "Nähtreff",
        "summary": "Mittwochs.",
        "city": "Netphen",
    }
    assert Job.objects.count() == 1


def test_proposal_whose_last_field_is_taken_back_is_gone(offer: Offer, care: AccessLink) -> None:
    propose(offer, care, title="Nähtreff")
    assert lifecycle.propose(offer, to(offer, title="Nähkurs"), by=care, message="", email="") is None
    assert not ChangeProposal.objects.exists()


def test_accepted_proposal_is_written_confirmed_and_told(offer: Offer, care: AccessLink, editor: User) -> None:
    Offer.objects.update(last_confirmed_on=date(2025, 1, 1))
    proposal = propose(offer, care, title="Nähtreff", city="Netphen")
    lifecycle.accept_proposal(proposal, {"title", "city"}, by=editor, reason="Danke.")
    stored, decided = Offer.objects.get(), ChangeProposal.objects.get()
    assert (stored.title, stored.city, stored.lock_version) == ("Nähtreff", "Netphen", 2)
    assert (stored.status, stored.last_confirmed_on) == (Offer.Status.PUBLISHED, timezone.localdate())
    assert decided.status == P.ACCEPTED
    change = StatusChange.objects.for_target(proposal).get()
    assert (change.verb, change.to_status, change.by_user, change.reason) == (
        "accept_proposal",
        P.ACCEPTED,
        editor,
        "Danke.",
    )
    assert Job.objects.latest("created_at").kind == "offers.send_proposal_decision"


def test_partly_accepted_proposal_writes_the_chosen_fields(offer: Offer, care: AccessLink, editor: User) -> None:
    proposal = propose(offer, care, title="Nähtreff", city="Netphen")
    lifecycle.accept_proposal(proposal, {"city"}, by=editor)
    assert (Offer.objects.get().title, Offer.objects.get().city) == ("Nähkurs", "Netphen")
    assert ChangeProposal.objects.get().status == P.PARTLY_ACCEPTED


def test_rejected_proposal_needs_a_reason_and_changes_nothing(offer: Offer, care: AccessLink, editor: User) -> None:
    proposal = propose(offer, care, title="Nähtreff")
    with pytest.raises(TransitionError, match="Begründung"):
        lifecycle.reject_proposal(proposal, by=editor, reason=" ")
    lifecycle.reject_proposal(proposal, by=editor, reason="Das ist ein anderes Angebot.")
    assert Offer.objects.get().title == "Nähkurs"
    assert ChangeProposal.objects.get().status == P.REJECTED


def refused(proposal: ChangeProposal, fields: set[str], editor: User) -> TransitionError:
    with pytest.raises(TransitionError) as caught, transaction.atomic():
        lifecycle.accept_proposal(proposal, fields, by=editor)
    assert ChangeProposal.objects.get(pk=proposal.pk).status == P.OPEN
    assert Offer.objects.get().lock_version == 1
    return caught.value


def test_field_that_changed_meanwhile_is_not_overwritten(offer: Offer, care: AccessLink, editor: User) -> None:
    proposal = propose(offer, care, title="Nähtreff", city="Netphen")
    Offer.objects.update(title="Nähwerkstatt")
    error = refused(proposal, {"title", "city"}, editor)
    assert (error.status, str(error)) == (409, "Diese Angaben wurden inzwischen anders geändert: Titel.")
    lifecycle.accept_proposal(proposal, {"city"}, by=editor)
    assert (Offer.objects.get().title, Offer.objects.get().city) == ("Nähwerkstatt", "Netphen")


def test_proposal_that_takes_away_what_an_entry_needs_is_refused(offer: Offer, care: AccessLink, editor: User) -> None:
    proposal = propose(offer, care, topics=[], summary="")
    error = refused(proposal, {"topics", "summary"}, editor)
    assert str(error) == "Danach würde dem Eintrag fehlen: Kurz gesagt, Themen."
    assert Offer.objects.get().topics.exists()


def test_invalid_value_is_refused_with_a_sentence(offer: Offer, care: AccessLink, editor: User) -> None:
    error = refused(propose(offer, care, website="kein Link"), {"website"}, editor)
    assert error.status == 400
    assert str(error)


def test_choice_of_nothing_is_refused(offer: Offer, care: AccessLink, editor: User) -> None:
    refused(propose(offer, care, title="Nähtreff"), set(), editor)


def test_field_that_was_not_proposed_is_a_mistake_of_the_programmer(
    offer: Offer, care: AccessLink, editor: User
) -> None:
    proposal = propose(offer, care, title="Nähtreff")
    with pytest.raises(ValueError, match="not proposed"):
        lifecycle.accept_proposal(proposal, {"title", "status"}, by=editor)


def test_proposal_is_decided_by_staff_only(offer: Offer) -> None:
    people = everybody(offer)
    proposal = propose(offer, people["care link"], title="Nähtreff")
    for name, by in people.items():
        if name not in {"editor", "lead"}:
            with pytest.raises(PermissionDenied), transaction.atomic():
                lifecycle.accept_proposal(proposal, {"title"}, by=by)  # type: ignore[arg-type]
            with pytest.raises(PermissionDenied), transaction.atomic():
                lifecycle.reject_proposal(proposal, by=by, reason="Nein.")  # type: ignore[arg-type]
    assert ChangeProposal.objects.get().status == P.OPEN


def test_proposal_for_another_kind_of_record_touches_no_offer(offer: Offer, editor: User) -> None:
    """The number of an organisation may be the number of an offer."""
    organisation = factories.make_organisation(pk=offer.pk + 1000)
    factories.make_offer(pk=organisation.pk)
    proposal = ChangeProposal.objects.create(
        target=organisation, lock_version=1, changes={"title": {"old": "", "new": "Falsch"}}
    )
    with pytest.raises(ChangeProposal.DoesNotExist):
        lifecycle.accept_proposal(proposal, {"title"}, by=editor)


def test_change_by_an_account_of_a_trusted_organisation_is_written_at_once(offer: Offer) -> None:
    offer.provider.is_trusted = True
    offer.provider.save()
    proposal = propose(offer, factories.make_user("provider", organisation=offer.provider), title="Nähtreff")
    assert Offer.objects.get().title == "Nähtreff"
    assert ChangeProposal.objects.get().status == P.ACCEPTED
    assert StatusChange.objects.for_target(proposal).get().verb == "apply_proposal"
    assert Job.objects.get().kind == "offers.send_proposal_notice"


@pytest.mark.django_db(transaction=True)
def test_two_editors_deciding_at_once_leave_one_decision() -> None:
    first, second = factories.make_user("editor"), factories.make_user("editor")
    offer = factories.make_offer("Nähkurs")
    proposal = propose(offer, links.issue(AccessLink.Purpose.CARE, offer), title="Nähtreff")
    Job.objects.all().delete()
    with transaction.atomic():
        lifecycle.accept_proposal(proposal, {"title"}, by=first)
        late = Thread(lambda: lifecycle.reject_proposal(proposal, by=second, reason="Nein."))
        assert late.blocked()
    assert isinstance(late.result(), SomebodyWasFaster)
    assert ChangeProposal.objects.get().status == P.ACCEPTED
    assert StatusChange.objects.for_target(proposal).count() == 1
    assert Job.objects.count() == 1


def test_relations_are_stored_as_keys(offer: Offer) -> None:
    for name in changes.FIELDS:
        if name not in ROWS and isinstance(changes.field(name), models.ManyToManyField):
            assert all(isinstance(key, int) for key in changes.current(offer, name))
