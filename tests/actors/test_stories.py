"""No order of steps, by anybody, leads an organisation or its proposals where DESIGN 4 does not allow.

Hypothesis plays an organisation, its contact and the changes proposed for both: any verb, by any role or link, at any
time. What the rules say is written here once more as data, apart from the tables of the code.
"""

from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from actors import lifecycle
from actors.changes import CONTACT, ORGANISATION
from actors.models import ContactPerson, Organisation
from kiportal.common import links
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange
from kiportal.common.transitions import By, TransitionError
from tests import factories

ORGANISATION_WAYS = {
    ("proposed", "published"),
    ("proposed", "rejected"),
    ("published", "archived"),
    ("archived", "published"),
}
PROPOSAL_WAYS = {
    ("open", "changes_requested"),
    ("changes_requested", "open"),
    ("open", "accepted"),
    ("open", "partly_accepted"),
    ("open", "rejected"),
}
STAFF = ("editor", "other editor", "lead")
MEMBERS = ("member", "colleague")
PEOPLE = (*STAFF, *MEMBERS, "other member", "council", "admin", "link")
# What leaves the status as it is.
IN_PLACE = {"enter", "edit", "add_contact", "change_contact", "remove_contact", "withdraw_name"}


class Story(RuleBasedStateMachine):
    @initialize(start=st.sampled_from(["proposed", "published", "archived"]), is_trusted=st.booleans())
    def begin(self, start: str, is_trusted: bool) -> None:
        self.organisation, self.start = factories.make_organisation(status=start, is_trusted=is_trusted), start
        self.contact = ContactPerson.objects.create(organisation=self.organisation, function="Büro", phone="1")
        self.people: dict[str, By] = {
            "editor": factories.make_user("editor"),
            "other editor": factories.make_user("editor"),
            "lead": factories.make_user("lead"),
            "member": factories.make_user("provider", organisation=self.organisation),
            "colleague": factories.make_user("municipality", organisation=self.organisation),
            "other member": factories.make_user("provider", organisation=factories.make_organisation()),
            "council": factories.make_user("council"),
            "admin": factories.make_user("admin"),
            "link": links.issue(AccessLink.Purpose.CARE_ALL, self.organisation, "verein@example.org"),
        }
        self.status = start
        self.proposals: dict[int, str] = {}
        self.entered: set[str] = set()
        self.edited = ""

    def attempt(self, function: Any, *arguments: Any, **keywords: Any) -> bool:
        """Whether it was done. A refusal is an answer; whatever was half done is undone."""
        try:
            with transaction.atomic():
                function(*arguments, **keywords)
        except (PermissionDenied, TransitionError):
            return False
        return True

    @rule(
        verb=st.sampled_from(["publish", "reject", "archive", "restore"]),
        who=st.sampled_from(PEOPLE),
        reason=st.sampled_from(["", "Darum."]),
    )
    def decide(self, verb: str, who: str, reason: str) -> None:
        if self.attempt(getattr(lifecycle, verb), self.fresh(), by=self.people[who], reason=reason):
            assert who in STAFF
            if verb == "publish" and who in self.entered | {self.edited}:
                assert who == "lead", f"{who} released an own organisation"
                assert reason
                assert set(STAFF) <= self.entered | {self.edited}, "somebody else could have"

    @rule(who=st.sampled_from(PEOPLE))
    def enter(self, who: str) -> None:
        if self.attempt(lifecycle.enter, self.fresh(), by=self.people[who]):
            assert who in STAFF
            self.entered.add(who)

    @rule(who=st.sampled_from(PEOPLE))
    def edit_as_staff(self, who: str) -> None:
        if self.attempt(lifecycle.note_editor, self.fresh(), by=self.people[who]):
            assert who in STAFF
            self.edited = who

    @rule(who=st.sampled_from(PEOPLE), text=st.sampled_from(["Eins", "Zwei"]), message=st.sampled_from(["", "Bitte"]))
    def change_profile(self, who: str, text: str, message: str) -> None:
        before, by = self.fresh(), self.people[who]
        own = self.of(self.organisation).undecided().first()
        wanted = {"phone": text, "city": text}
        change = ORGANISATION.between(before, wanted, own.changes if own else None)
        if not self.attempt(lifecycle.change_profile, before, change, by=by, message=message):
            return
        by_link = who == "link" and before.status == "published"
        assert who in MEMBERS or by_link
        after = self.fresh()
        if before.status == "proposed":
            self.edited = who
        is_public_unreviewed = before.status == "published" and (by_link or not before.is_trusted)
        assert not is_public_unreviewed or (after.phone, after.city) == (before.phone, before.city)

    @rule(who=st.sampled_from(PEOPLE), text=st.sampled_from(["Eins", "Zwei"]), is_public=st.booleans())
    def change_contact(self, who: str, text: str, is_public: bool) -> None:
        contact = ContactPerson.objects.with_consent().select_related("organisation").get(pk=self.contact.pk)
        before = contact.phone
        change = CONTACT.between(contact, {"phone": text, "function": text})
        done = self.attempt(
            lifecycle.change_contact, contact, change, by=self.people[who], message="", is_public=is_public
        )
        assert not done or who in MEMBERS
        if is_public and not contact.organisation.is_trusted:
            assert ContactPerson.objects.get(pk=self.contact.pk).phone == before

    @rule(who=st.sampled_from(PEOPLE), of_contact=st.booleans())
    def withdraw(self, who: str, of_contact: bool) -> None:
        record = self.contact if of_contact else self.organisation
        own = self.of(record).undecided().filter(by_account=who != "link")
        waited = own.exists()
        if self.attempt(lifecycle.withdraw_proposal, record, by=self.people[who]):
            assert who in MEMBERS or (who == "link" and not of_contact)
            assert not own.exists()
        else:
            assert own.exists() == waited

    @rule(
        verb=st.sampled_from(["accept", "partly", "reject", "question"]),
        who=st.sampled_from(PEOPLE),
        reason=st.sampled_from(["", "Darum."]),
        of_contact=st.booleans(),
    )
    def answer(self, verb: str, who: str, reason: str, of_contact: bool) -> None:
        proposal = self.of(self.contact if of_contact else self.organisation).order_by("pk").last()
        if proposal is None:
            return
        by, fields = self.people[who], set(proposal.changes)
        match verb:
            case "accept":
                done = self.attempt(lifecycle.accept_proposal, proposal, fields, by=by, reason=reason)
            case "partly":
                done = self.attempt(lifecycle.accept_proposal, proposal, {min(fields)}, by=by, reason=reason)
            case "reject":
                done = self.attempt(lifecycle.reject_proposal, proposal, by=by, reason=reason)
            case _:
                done = self.attempt(lifecycle.question_proposal, proposal, by=by, reason=reason)
        assert not done or who in STAFF
        assert not done or verb in {"accept", "partly"} or reason

    @invariant()
    def every_step_is_allowed_and_told(self) -> None:
        if not hasattr(self, "people"):
            return
        now = self.fresh().status
        self.check(self.organisation, self.status, now, ORGANISATION_WAYS, self.start)
        self.status = now
        found = [*self.of(self.organisation), *self.of(self.contact)]
        for proposal in found:
            before = self.proposals.get(proposal.pk, "open")
            self.check(proposal, before, proposal.status, PROPOSAL_WAYS, "open")
        self.proposals = {proposal.pk: proposal.status for proposal in found}
        # The accounts share one, what came by a link is another.
        for record, by_account in product((self.organisation, self.contact), (True, False)):
            assert self.of(record).undecided().filter(by_account=by_account).count() <= 1

    def check(self, record: Any, before: str, now: str, ways: set[tuple[str, str]], start: str) -> None:
        """One step at a time, along the ways; the Verlauf is one unbroken chain from the first status to this one."""
        assert before == now or (before, now) in ways
        rows = list(StatusChange.objects.for_target(record).values_list("verb", "from_status", "to_status"))
        assert all(start_of == end for verb, start_of, end in rows if verb in IN_PLACE)
        steps = [(start_of, end) for verb, start_of, end in rows if verb not in IN_PLACE]
        assert set(steps) <= ways
        chain = [start, *(end for _start, end in steps)]
        assert [start_of for start_of, _end in steps] == chain[:-1]
        assert chain[-1] == now

    def fresh(self) -> Organisation:
        return Organisation.objects.get(pk=self.organisation.pk)

    def of(self, record: Any) -> Any:
        return ChangeProposal.objects.for_target(record)


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
