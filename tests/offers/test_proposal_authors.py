"""Whose proposal is whose: accounts of one organisation share theirs, what came by a link belongs to its address."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from kiportal.common import links
from kiportal.common.models import AccessLink, ChangeProposal, User
from kiportal.common.transitions import By
from offers import changes, lifecycle
from offers.models import Offer
from offers.permissions import own_proposals
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(centre: object) -> Offer:
    return factories.make_offer("Nähkurs", summary="Montags um zehn.", city="Netphen")


def care_link(offer: Offer, email: str = "verein@example.org") -> AccessLink:
    return links.issue(AccessLink.Purpose.CARE, offer, email)


def member(offer: Offer) -> User:
    return factories.make_user("provider", organisation=offer.provider)


def propose(offer: Offer, by: By, **new: Any) -> ChangeProposal:
    assert isinstance(by, User | AccessLink)
    proposed = {name: {"old": changes.current(offer, name), "new": value} for name, value in new.items()}
    proposal = lifecycle.propose(offer, proposed, by=by, message="", email=by.email)
    assert proposal is not None
    return proposal


def test_member_and_link_have_a_proposal_each(offer: Offer) -> None:
    link = care_link(offer)
    by_link = propose(offer, link, summary="Dienstags.")
    by_member = propose(offer, member(offer), summary="Mittwochs.")
    assert by_link.pk != by_member.pk
    by_link.refresh_from_db()
    assert (by_link.status, by_link.changes["summary"]["new"], by_link.by_link) == ("open", "Dienstags.", link)


def test_trusted_member_applies_the_own_change_only(offer: Offer, run_jobs: Any, mailoutbox: list[Any]) -> None:
    offer.provider.is_trusted = True
    offer.provider.save()
    by_link = propose(offer, care_link(offer), city="Siegen")
    by_member = propose(offer, member(offer), summary="Mittwochs.")
    offer.refresh_from_db()
    by_link.refresh_from_db()
    assert (offer.summary, offer.city) == ("Mittwochs.", "Netphen")
    assert (by_member.status, by_link.status, by_link.by_user) == ("accepted", "open", None)
    run_jobs()
    assert "Eintrag geändert: „Nähkurs“" in [mail.subject for mail in mailoutbox]


def test_colleagues_share_their_proposal(offer: Offer) -> None:
    first = propose(offer, member(offer), summary="Dienstags.")
    colleague = member(offer)
    second = propose(offer, colleague, city="Siegen")
    assert (second.pk, second.changes.keys(), second.by_user) == (first.pk, {"summary", "city"}, colleague)


def test_two_addresses_have_a_proposal_each(offer: Offer) -> None:
    first = propose(offer, care_link(offer), summary="Dienstags.")
    second = propose(offer, care_link(offer, "kollege@example.org"), summary="Mittwochs.")
    assert first.pk != second.pk


def test_own_proposals_are_for_their_authors_only(offer: Offer, editor: User) -> None:
    link, person = care_link(offer), member(offer)
    by_link, by_member = propose(offer, link, summary="Dienstags."), propose(offer, person, summary="Mittwochs.")
    stranger = factories.make_user("provider", organisation=factories.make_organisation())
    draft_link = links.issue(AccessLink.Purpose.DRAFT, offer, "verein@example.org")
    people: dict[str, By] = {
        "link": link,
        "later link": care_link(offer),
        "other address": care_link(offer, "kollege@example.org"),
        "other purpose": draft_link,
        "member": person,
        "colleague": member(offer),
        "stranger": stranger,
        "staff": editor,
    }
    assert {name: list(own_proposals(by, offer)) for name, by in people.items()} == {
        "link": [by_link],
        "later link": [by_link],
        "other address": [],
        "other purpose": [],
        "member": [by_member],
        "colleague": [by_member],
        "stranger": [],
        "staff": [],
    }


def test_care_page_shows_nothing_of_what_accounts_propose(client: Client, offer: Offer) -> None:
    propose(offer, member(offer), summary="Zwergdommel.")
    token = links.token(care_link(offer))
    for name in ("care_detail", "care_edit"):
        assert "Zwergdommel" not in client.get(reverse(f"offers:{name}", args=[token])).text


def test_withdrawing_takes_the_own_proposal_only(offer: Offer) -> None:
    link, person = care_link(offer), member(offer)
    by_link = propose(offer, link, summary="Dienstags.")
    propose(offer, person, summary="Mittwochs.")
    lifecycle.withdraw_proposal(offer, by=person)
    lifecycle.withdraw_proposal(offer, by=person)
    assert list(ChangeProposal.objects.for_target(offer)) == [by_link]
    lifecycle.withdraw_proposal(offer, by=link)
    assert not ChangeProposal.objects.for_target(offer).exists()


def test_staff_and_strangers_propose_nothing(offer: Offer, editor: User) -> None:
    stranger = factories.make_user("provider", organisation=factories.make_organisation())
    for by in (editor, stranger):
        with pytest.raises(PermissionDenied):
            propose(offer, by, summary="Neu.")
        with pytest.raises(PermissionDenied):
            lifecycle.withdraw_proposal(offer, by=by)


def test_saving_again_follows_what_staff_changed_meanwhile(offer: Offer) -> None:
    person = member(offer)
    propose(offer, person, summary="Dienstags.")
    Offer.objects.filter(pk=offer.pk).update(summary="Mittwochs.")
    offer.refresh_from_db()
    proposal = propose(offer, person, city="Siegen")
    assert proposal.changes["summary"] == {"old": "Mittwochs.", "new": "Dienstags."}


def test_proposed_contact_moves_the_version_that_staff_have_read(offer: Offer, editor: User) -> None:
    contact = offer.contact
    assert contact is not None
    proposal = propose(offer, member(offer), contact_phone="0271 12")
    lifecycle.accept_proposal(proposal, {"contact_phone"}, by=editor)
    contact.refresh_from_db()
    assert (contact.phone, contact.lock_version) == ("0271 12", 2)


def test_contact_of_other_entries_is_copied(offer: Offer, editor: User) -> None:
    contact = offer.contact
    assert contact is not None
    factories.make_offer(provider=offer.provider, contact=contact)
    proposal = propose(offer, member(offer), contact_phone="0271 12")
    lifecycle.accept_proposal(proposal, {"contact_phone"}, by=editor)
    offer.refresh_from_db()
    assert offer.contact is not None
    assert (offer.contact.pk != contact.pk, offer.contact.lock_version, offer.contact.phone) == (True, 1, "0271 12")
    contact.refresh_from_db()
    assert (contact.phone, contact.lock_version) == ("", 1)
