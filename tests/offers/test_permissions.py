"""Who may do what with an offer: accounts by role and membership, holders of links by purpose and target."""

from collections.abc import Callable
from typing import Any

import pytest

from kiportal.common.models import ChangeProposal
from kiportal.common.transitions import By
from offers import permissions
from offers.models import Offer
from tests import factories
from tests.offers.test_lifecycle import STAFF, everybody

pytestmark = pytest.mark.django_db

MEMBERS = {"care link", "member", "municipality", *STAFF}


@pytest.mark.parametrize(
    ("allowed", "who"),
    [
        (permissions.can_review_offer, STAFF),
        (permissions.can_change_offer, STAFF),
        (permissions.can_add_offer, STAFF),
        (permissions.can_send_offer, {"draft link", *STAFF}),
        (permissions.can_answer_offer, {"draft link", "member", "municipality", *STAFF}),
        (permissions.can_confirm_offer, {"confirm link"}),
        (permissions.can_care_for_offer, MEMBERS),
        (permissions.can_restore_offer, STAFF),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_permission_is_for(allowed: Callable[[By, Offer], bool], who: set[str]) -> None:
    offer = factories.make_offer()
    assert {name for name, by in everybody(offer).items() if allowed(by, offer)} == who


@pytest.mark.parametrize(("is_trusted", "who"), [(True, {"member", "municipality"}), (False, set())])
def test_only_accounts_of_a_trusted_organisation_need_no_review(is_trusted: bool, who: set[str]) -> None:
    offer = factories.make_offer(provider=factories.make_organisation(is_trusted=is_trusted))
    proposal = ChangeProposal.objects.create(target=offer, lock_version=1, changes={}, by_account=True)
    able = {name for name, by in everybody(offer).items() if permissions.can_apply_proposal(by, proposal)}
    assert able == who
    proposal.by_account = False  # it came by a link, whoever looks at it
    assert not any(permissions.can_apply_proposal(by, proposal) for by in everybody(offer).values())


def test_proposals_are_decided_by_staff() -> None:
    offer = factories.make_offer()
    proposal: Any = ChangeProposal.objects.create(target=offer, lock_version=1, changes={})
    assert {name for name, by in everybody(offer).items() if permissions.can_decide_proposal(by, proposal)} == STAFF
