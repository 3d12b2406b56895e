"""No order of steps, by anybody, leads where DESIGN 4 does not allow, and the Verlauf names each step.

Hypothesis plays an entry, the changes proposed for it, a twin that it may be merged with and a Bestandsaufnahme that
asks for both: any verb, by any role or link, at any time. What the rules say is written here once more as data, apart
from the tables of the code.
"""

from datetime import timedelta
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
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange, User
from kiportal.common.transitions import By, TransitionError
from offers import lifecycle
from offers.history import STEPS
from offers.lifecycle import bulk, merging
from offers.lifecycle.uniting import Side
from offers.models import Offer, OfferSurvey, SurveyAnswer
from tests import factories
from tests.offers.test_merging import everything_kept

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
# By which verb an entry goes where; what is not named leaves the status as it is.
VERBS = {
    "send": {("draft", "unconfirmed")},
    "submit": {("draft", "submitted")},
    "confirm_submission": {("unconfirmed", "submitted")},
    "request_changes": {("submitted", "changes_requested")},
    "resubmit": {("changes_requested", "submitted")},
    "publish": {("submitted", "published")},
    "reject": {("submitted", "rejected")},
    "hide": {("published", "hidden")},
    "hide_overdue": {("published", "hidden")},
    "unhide": {("hidden", "published")},
    "show_confirmed": {("hidden", "published")},
    "archive": {("published", "archived"), ("hidden", "archived")},
    "restore": {("archived", "published")},
}
BACK = {"unhide", "show_confirmed", "restore"}
STAFF = ("editor", "other editor", "lead")
AUTHORS = ("provider", "draft", "confirm", "care", "care-all")
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
        self.offer, self.start = (
            factories.make_offer(status=start, submitter_email="verein@example.org", **dated),
            start,
        )
        self.twin = factories.make_offer("Zwilling", provider=self.offer.provider, submitter_email="verein@example.org")
        self.today = timezone.localdate()
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
            "care-all": links.issue(AccessLink.Purpose.CARE_ALL, self.offer.provider, "verein@example.org"),
        }
        survey = OfferSurvey.objects.create(title="Herbst", answer_by=self.today + timedelta(days=9))
        lifecycle.invite(survey, [self.offer.provider_id], by=self.staff("editor"))
        lifecycle.open_survey(OfferSurvey.objects.get(pk=survey.pk), by=self.staff("editor"))
        self.invitation = survey.invitations.get()
        self.proven, self.recorded = proven or recorded, recorded
        if recorded:  # typed in by staff for the organisation, which got its link by mail
            Offer.objects.filter(pk=self.offer.pk).update(recorded_by=self.people["editor"])
            lifecycle.revise_recorded(self.fresh(), by=self.people["editor"])
        Offer.objects.filter(pk=self.offer.pk).update(is_address_proven=self.proven)
        self.statuses = {self.offer.pk: start, self.twin.pk: "published"}
        self.starts = dict(self.statuses)
        self.proposals: dict[int, str] = {}
        self.written: set[str] = set()
        self.rewritten: set[str] = set()  # since it was last public
        self.told = StatusChange.objects.for_target(self.offer).count()

    def staff(self, who: str) -> User:
        user = self.people[who]
        assert isinstance(user, User)
        return user

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
        if self.fresh().status in {"hidden", "archived"} and who in STAFF:
            self.rewritten.add(who)

    @rule()
    def time_passes(self) -> None:
        """Nobody confirms the entry for so long that it is hidden."""
        Offer.objects.filter(pk=self.offer.pk).update(last_confirmed_on=self.today - timedelta(days=900))
        self.asked()
        before = self.fresh().status
        lifecycle.hide_overdue(self.today)
        assert (before, self.fresh().status) != ("published", "published")

    def asked(self) -> None:
        """The last word before it is hidden went out three weeks ago."""
        earlier = self.today - timedelta(days=21)
        lifecycle.ask_for_confirmation(earlier)

    @rule(gap=st.booleans())
    def lose_or_regain(self, gap: bool) -> None:
        """What a table or the admin may do: the entry lacks something, or has it again."""
        Offer.objects.filter(pk=self.offer.pk).update(cost_kind="" if gap else "kostenfrei")

    @rule(who=st.sampled_from(PEOPLE))
    def confirm(self, who: str) -> None:
        before = self.fresh()
        self.attempt(lifecycle.confirm, self.fresh(), by=self.people[who], on=self.today)
        if before.status == "hidden" and self.fresh().status == "published":
            assert self.last_verb() == "show_confirmed"

    @rule()
    def confirm_all(self) -> None:
        """One entry with a gap stops no other."""
        Offer.objects.filter(pk=self.twin.pk).update(last_confirmed_on=None)
        link = self.people["care-all"]
        assert isinstance(link, AccessLink)
        is_public = Offer.objects.get(pk=self.twin.pk).status == "published"
        lifecycle.confirm_all(link, on=self.today)
        assert not is_public or Offer.objects.get(pk=self.twin.pk).last_confirmed_on == self.today

    @rule(
        who=st.sampled_from(PEOPLE),
        outcome=st.sampled_from(["bestaetigt", "zu-aendern", "beendet"]),
        both=st.booleans(),
    )
    def answer_survey(self, who: str, outcome: str, both: bool) -> None:
        """What cannot be done is named, and what is noted was done."""
        chosen = {self.offer.pk: outcome} | ({self.twin.pk: "bestaetigt"} if both else {})
        before = self.fresh().status
        refused = self.attempt(lifecycle.answer_survey, self.invitation, chosen, by=self.people[who])
        given = SurveyAnswer.objects.filter(invitation=self.invitation, offer=self.offer).first()
        if refused is None or given is None or given.outcome != outcome:
            return
        if outcome == "beendet":
            assert self.fresh().status == "archived"
        if outcome == "bestaetigt" and before != self.fresh().status:
            assert self.fresh().status == "published"

    @rule(who=st.sampled_from(PEOPLE))
    def withdraw(self, who: str) -> None:
        decided = set(self.of_offer().exclude(status__in=["open", "changes_requested"]).values_list("pk", flat=True))
        self.attempt(lifecycle.withdraw_proposal, self.fresh(), by=self.people[who])
        assert decided <= set(self.of_offer().values_list("pk", flat=True)), "a decided proposal was taken back"

    @rule(
        who=st.sampled_from(STAFF), verb=st.sampled_from(["publish", "reject"]), reason=st.sampled_from(["", "Darum."])
    )
    def decide_many(self, who: str, verb: str, reason: str) -> None:
        """The entry, its newest proposal and one that is gone at once: each is decided on its own."""
        proposal, by = self.of_offer().last(), self.staff(who)
        keys = [f"angebot-{self.offer.pk}", "angebot-0", *([f"aenderung-{proposal.pk}"] if proposal else [])]
        own = who in self.written or self.fresh().edited_by == by
        before = self.fresh().status
        results = bulk.decide(keys, verb, by=by, reason=reason, assignee=None)
        assert len(results) == len(keys)
        assert results[1].error == bulk.GONE
        if (before, self.fresh().status) == ("submitted", "published"):
            assert not own or (who == "lead" and reason), f"{who} released an own entry"

    @rule(who=st.sampled_from(PEOPLE), into_twin=st.booleans(), take=st.booleans())
    def merge(self, who: str, into_twin: bool, take: bool) -> None:
        kept, other = (Offer.objects.get(pk=row.pk) for row in (self.offer, self.twin))
        if into_twin:
            kept, other = other, kept
        by, taken = self.people[who], everything_kept() | ({"summary": Side.OTHER} if take else {})
        known = {row.pk: StatusChange.objects.for_target(row).count() for row in (kept, other)}
        read = (kept.lock_version, other.lock_version)
        self.attempt(merging.merge, kept, other, taken, by=by, read=read)
        merged = Offer.objects.get(pk=other.pk)
        if merged.merged_into_id is None or merged.merged_into_id != kept.pk or other.merged_into_id is not None:
            return
        assert who in STAFF
        assert merged.status not in {"published", "hidden", "submitted"}
        for row in (kept, other):
            verbs = StatusChange.objects.for_target(row).values_list("verb", flat=True)
            assert "merge" in list(verbs)[known[row.pk] :]
        if take and kept == self.offer and kept.status == "hidden":
            self.rewritten.add(who)

    def last_verb(self) -> str:
        step = StatusChange.objects.for_target(self.offer).last()
        return step.verb if step else ""

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
        if not hasattr(self, "invitation") or not hasattr(self, "told"):
            return
        for record in (self.offer, self.twin):
            now = Offer.objects.get(pk=record.pk).status
            self.check(record, self.statuses[record.pk], now, OFFER_WAYS, self.starts[record.pk])
            self.statuses[record.pk] = now
        self.check_verbs()
        proposals = {proposal.pk: proposal for proposal in self.of_offer()}
        for pk, proposal in proposals.items():
            self.check(proposal, self.proposals.get(pk, "open"), proposal.status, PROPOSAL_WAYS, "open")
        self.proposals = {pk: proposal.status for pk, proposal in proposals.items()}

    def check_verbs(self) -> None:
        """Each step has a name that people read, goes where its verb leads, and was not taken by who may not."""
        steps = StatusChange.objects.for_target(self.offer).select_related("by_user", "by_link")
        for step in list(steps)[self.told :]:
            assert step.verb in STEPS
            way = (step.from_status, step.to_status)
            assert way in VERBS.get(step.verb, set()) if way[0] != way[1] else step.verb not in VERBS
            names = {name for name, by in self.people.items() if by in {step.by_user, step.by_link}}
            assert names or step.verb == "hide_overdue", "nobody took this step"
            if step.verb in BACK:
                own = names & self.rewritten
                assert not own or (own == {"lead"} and step.reason), f"{own} showed an own text again"
            if step.to_status == "published":
                self.rewritten = set()
            self.told += 1

    def check(self, record: Any, before: str, now: str, ways: set[tuple[str, str]], start: str) -> None:
        """Along the ways; the Verlauf is one unbroken chain from the first status to this one."""
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
