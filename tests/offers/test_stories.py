"""No order of steps, by anybody, leads where DESIGN 4 does not allow, and the Verlauf names each step.

Hypothesis plays an entry and the changes proposed for it: any verb, by any role or link, at any time. What the rules
say is written here once more as data, apart from the tables of the code.
"""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kiportal.common import links
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange
from kiportal.common.transitions import By, TransitionError
from offers import lifecycle
from offers.models import Offer
from tests import factories

# DESIGN 4: from where an entry and a proposal may go where.
OFFER_WAYS = {
    ("draft", "unconfirmed"),
    ("draft", "submitted"),
    ("unconfirmed", "submitted"),
    ("submitted", "published"),
    ("submitted", "changes_requested"),
    ("submitted", "rejected"),
    ("changes_requested", "submitted"),
    ("published", "hidden"),
    ("hidden", "published"),
    ("published", "archived"),
    ("hidden", "archived"),
    ("archived", "published"),
}
PROPOSAL_WAYS = {
    ("open", "changes_requested"),
    ("changes_requested", "open"),
    ("open", "accepted"),
    ("open", "partly_accepted"),
    ("open", "rejected"),
}
AUTHORS = ("provider", "draft", "confirm", "care")
PEOPLE = ("editor", "other editor", "lead", "municipality", "council", "admin", "stranger", *AUTHORS)
REASONED = ("request_changes", "reject", "hide", "publish", "unhide", "archive", "restore")
PLAIN = ("send", "submit", "confirm_submission", "resubmit")


class Story(RuleBasedStateMachine):
    @initialize(
        start=st.sampled_from(["draft", "draft", "submitted", "published", "hidden"]),
        proven=st.booleans(),
        recorded=st.booleans(),
    )
    def begin(self, start: str, proven: bool, recorded: bool) -> None:
        was_public = start in {"published", "hidden"}
        dated = {"slug": "naehkurs", "published_at": timezone.now()} if was_public else {"slug": None}
        self.offer, self.start = factories.make_offer(status=start, **dated), start
        self.people: dict[str, By] = {
            "editor": factories.make_user("editor"),
            "other editor": factories.make_user("editor"),
            "lead": factories.make_user("lead"),
            "provider": factories.make_user("provider", organisation=self.offer.provider),
            "municipality": factories.make_user("municipality"),
            "council": factories.make_user("council"),
            "admin": factories.make_user("admin"),
            "stranger": links.issue(AccessLink.Purpose.CARE, factories.make_offer(), "fremd@example.org"),
            **{
                purpose: links.issue(AccessLink.Purpose(purpose), self.offer, "verein@example.org")
                for purpose in ("draft", "confirm", "care")
            },
        }
        self.proven, self.recorded = proven or recorded, recorded
        if recorded:  # typed in by staff for the organisation, which got its link by mail
            Offer.objects.filter(pk=self.offer.pk).update(recorded_by=self.people["editor"])
            lifecycle.revise_recorded(self.fresh(), by=self.people["editor"])
        Offer.objects.filter(pk=self.offer.pk).update(is_address_proven=self.proven)
        self.offer_status, self.proposals = start, {}
        self.written: set[str] = set()

    def attempt(self, function: Any, *arguments: Any, **keywords: Any) -> Any:
        """A refusal is an answer; whatever was half done is undone."""
        try:
            with transaction.atomic():
                return function(*arguments, **keywords)
        except (PermissionDenied, TransitionError):
            return None

    @rule(verb=st.sampled_from(REASONED), who=st.sampled_from(PEOPLE), reason=st.sampled_from(["", "Darum."]))
    def decide(self, verb: str, who: str, reason: str) -> None:
        writer = self.fresh().edited_by
        if (
            self.attempt(getattr(lifecycle, verb), self.fresh(), by=self.people[who], reason=reason)
            and verb == "publish"
        ):
            assert writer != self.people[who] or (who == "lead" and reason), f"{who} released what {who} wrote down"
            assert who not in self.written or (who == "lead" and reason), f"{who} released an own entry"

    @rule(verb=st.sampled_from(PLAIN), who=st.sampled_from(PEOPLE))
    def hand_in(self, verb: str, who: str) -> None:
        if self.attempt(getattr(lifecycle, verb), self.fresh(), by=self.people[who]):
            self.written.add(who)
            if verb == "submit":
                assert who != "draft" or self.proven, "an address that no mail has reached was taken as proven"
                assert who != "provider" or not self.recorded, "a member sent what the centre still writes down"

    @rule(who=st.sampled_from(PEOPLE))
    def send_link(self, who: str) -> None:
        self.attempt(lifecycle.send_recorded_link, self.fresh(), by=self.people[who])
        sent = AccessLink.objects.for_target(self.offer).filter(purpose=AccessLink.Purpose.DRAFT).count()
        assert sent == 1 or self.recorded

    @rule(who=st.sampled_from(PEOPLE))
    def throw_away(self, who: str) -> None:
        """What others may not delete is still there; what may be deleted, outside this story."""
        offer = self.fresh()
        may = self.recorded and offer.status == "draft" and who in {"editor", "other editor", "lead", "draft"}
        try:
            with transaction.atomic():
                lifecycle.discard_recorded(offer, by=self.people[who])
                assert may, f"{who} deleted an entry"
                transaction.set_rollback(True)
        except (PermissionDenied, TransitionError):
            assert not may

    @rule(who=st.sampled_from(PEOPLE))
    def edit(self, who: str) -> None:
        self.attempt(lifecycle.note_editor, self.fresh(), by=self.people[who])

    @rule(
        who=st.sampled_from(PEOPLE),
        text=st.sampled_from(["Eins", "Zwei", "Drei"]),
        message=st.sampled_from(["", "Bitte"]),
    )
    def propose(self, who: str, text: str, message: str) -> None:
        offer = self.fresh()
        change = {"summary": {"old": offer.summary, "new": text}, "city": {"old": offer.city, "new": text}}
        self.attempt(lifecycle.propose, offer, change, by=self.people[who], message=message, email="verein@example.org")

    @rule(
        verb=st.sampled_from(["accept", "partly", "reject", "question"]),
        who=st.sampled_from(PEOPLE),
        reason=st.sampled_from(["", "Darum."]),
    )
    def answer(self, verb: str, who: str, reason: str) -> None:
        proposal = self.of_offer().last()
        if proposal is None:
            return
        by = self.people[who]
        match verb:
            case "accept":
                self.attempt(lifecycle.accept_proposal, proposal, set(proposal.changes), by=by, reason=reason)
            case "partly":
                self.attempt(lifecycle.accept_proposal, proposal, set(list(proposal.changes)[:1]), by=by, reason=reason)
            case "reject":
                self.attempt(lifecycle.reject_proposal, proposal, by=by, reason=reason)
            case _:
                self.attempt(lifecycle.question_proposal, proposal, by=by, reason=reason)

    @invariant()
    def every_step_is_allowed_and_told(self) -> None:
        if not hasattr(self, "offer"):
            return
        now = self.fresh().status
        self.check(self.offer, self.offer_status, now, OFFER_WAYS, self.start)
        self.offer_status = now
        proposals = {proposal.pk: proposal for proposal in self.of_offer()}
        for pk, proposal in proposals.items():
            self.check(proposal, self.proposals.get(pk, "open"), proposal.status, PROPOSAL_WAYS, "open")
        self.proposals = {pk: proposal.status for pk, proposal in proposals.items()}

    def check(self, record: Any, before: str, now: str, ways: set[tuple[str, str]], start: str) -> None:
        """One step at a time, along the ways; the Verlauf is one unbroken chain from the first status to this one."""
        assert before == now or (before, now) in ways
        told = StatusChange.objects.for_target(record).exclude(from_status=F("to_status"))
        steps = list(told.values_list("from_status", "to_status"))
        assert set(steps) <= ways
        chain = [start, *(to for _from, to in steps)]
        assert [from_status for from_status, _to in steps] == chain[:-1]
        assert chain[-1] == now

    def fresh(self) -> Offer:
        return Offer.objects.get(pk=self.offer.pk)

    def of_offer(self) -> Any:
        return ChangeProposal.objects.for_target(self.offer).order_by("pk")


@pytest.mark.django_db
def test_no_order_of_steps_leaves_the_rules() -> None:
    class Rolled(Story):
        """Each story in a savepoint of its own, undone at its end."""

        def __init__(self) -> None:
            super().__init__()
            self.savepoint = transaction.savepoint_create()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.savepoint)

    assert connection.in_atomic_block
    run_state_machine_as_test(
        Rolled,
        settings=settings(
            max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
