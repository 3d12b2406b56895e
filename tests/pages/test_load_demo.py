"""`load_demo`: the content a newcomer sees, the same in every Kreis, with histories and without mails."""

import re
from datetime import timedelta
from itertools import pairwise
from typing import ClassVar
from unittest import mock
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, Q
from django.http import QueryDict
from django.test import TestCase
from django.utils import timezone
from pytest_django import Settings

from actors.models import ContactPerson, FunderNote, Municipality, Organisation
from kiportal.common.models import ChangeProposal, Consent, FollowUp, Job, StatusChange, User
from kiportal.common.richtext import sanitise
from kiportal.pages import data, demo
from kiportal.pages.models import BarrierReport
from kiportal.pages.setup import set_up
from offers import local, recurrence, school_holidays, vain
from offers.filters import OfferFilters
from offers.models import (
    AccessFeature,
    Hint,
    Need,
    Offer,
    OfferDate,
    OfferSurvey,
    OfferType,
    OpeningHours,
    Partner,
    Recurrence,
    TargetGroup,
    Topic,
    Touched,
    VainSearch,
)
from offers.permissions import municipalities_of
from offers.querysets import OfferQuerySet
from offers.review import records
from offers.surveys import results
from offers.upkeep import board, due

KREISE = data.profile_slugs()
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("slug", KREISE)
def test_demo_fills_every_kreis(slug: str) -> None:
    set_up(slug)
    demo.load()
    today = timezone.localdate()
    public = Offer.objects.visible_to_public(today)
    assert Organisation.objects.filter(status="published").count() >= 25
    assert public.count() >= 80
    assert public.projects().count() >= 20
    assert Offer.objects.awaiting_review().count() == 6
    assert Offer.objects.due_for_confirmation(today, 12).count() == 10
    for model in (Topic, TargetGroup, OfferType):
        assert not model.objects.exclude(offers__in=public).exists()
    assert not Municipality.objects.exclude(offers__in=public.filter(is_countywide=False)).exists()
    assert not Municipality.objects.exclude(organisations__status="published").exists()


class ReadDemoTests(TestCase):
    """These only read, so one load serves them all."""

    loaded: demo.Loaded

    @classmethod
    def setUpTestData(cls) -> None:
        set_up("kreis-siegen-wittgenstein")
        cls.loaded = demo.load()

    def test_demo_asks_organisations_and_has_some_answers(self) -> None:
        survey = OfferSurvey.objects.get()
        answered = survey.invitations.answered().count()
        assert survey.status == OfferSurvey.Status.OPEN
        assert 0 < answered < survey.invitations.count()
        total = results.sheet(survey).total
        assert total.confirmed >= 8
        assert total.open > 0

    def test_demo_records_are_valid(self) -> None:
        for model in (Organisation, ContactPerson, Offer, OfferDate):
            for record in model._default_manager.all():
                record.full_clean()
        texts = [offer.description for offer in Offer.objects.all()]
        assert all(sanitise(text) == text and "{" not in text for text in texts)

    def test_demo_names_nobody_real(self) -> None:
        addresses = {
            *User.objects.values_list("email", flat=True),
            *ContactPerson.objects.values_list("email", flat=True),
            *Organisation.objects.values_list("email", flat=True),
            *Offer.objects.values_list("submitter_email", flat=True),
        }
        assert [address for address in addresses if not address.endswith((".example.org", "@example.org"))] == []
        assert all(
            re.fullmatch(r"0221 4710-\d{3}", phone) for phone in Organisation.objects.values_list("phone", flat=True)
        )
        websites = Organisation.objects.values_list("website", flat=True)
        assert all(website.endswith(".example.org/") for website in websites)

    def test_demo_shows_names_with_consent_only(self) -> None:
        named = ContactPerson.objects.exclude(name="")
        assert named.count() == Consent.objects.count() == 7
        assert all(contact.public_name for contact in named)

    def test_demo_offers_have_a_history(self) -> None:
        for offer in Offer.objects.all():
            changes = list(StatusChange.objects.for_target(offer))
            assert changes[-1].to_status == offer.status
            assert [change.from_status for change in changes[1:]] == [change.to_status for change in changes[:-1]]
            assert all(earlier.at < later.at for earlier, later in pairwise(changes))
            assert changes[-1].at <= timezone.now()
            if offer.published_at:
                assert offer.submitted_at is not None
                assert offer.submitted_at < offer.published_at
                assert timezone.localdate(offer.published_at) <= offer.last_confirmed_on
        statuses = Offer.objects.values_list("status", flat=True)
        counts = {status: list(statuses).count(status) for status in set(statuses) - {"published"}}
        assert counts == {"draft": 2, "submitted": 6, "changes_requested": 2, "rejected": 1, "archived": 2, "hidden": 1}

    def test_demo_words_searched_in_vain_really_find_nothing(self) -> None:
        searches = VainSearch.objects.all()
        assert {search.typed for search in searches} >= {"einbürgerungstest üben", "kinderarzt türkisch"}
        public = Offer.objects.visible_to_public(timezone.localdate())
        problems = []
        for search in searches:
            assert vain.words_of(search.typed).folded == search.words
            filters = OfferFilters(QueryDict(urlencode({"q": search.typed, "kommune": search.municipality})), public)
            if filters.bits() or filters.advice().corrected:
                problems.append(search.typed)
        assert problems == []

    def test_demo_leaves_no_work_and_no_mail(self) -> None:
        assert not Job.objects.unfinished().exists()
        assert 5 <= Job.objects.filter(state="done", finished_at__gte=timezone.now() - timedelta(days=8)).count() <= 40
        assert mail.outbox == []

    def test_demo_has_open_proposals_and_reports(self) -> None:
        proposals = ChangeProposal.objects.open()
        assert proposals.count() == 4
        assert {type(proposal.target) for proposal in proposals} == {Offer, Organisation, ContactPerson}
        for proposal in proposals:
            assert proposal.changes
            owner = records.owner_of(proposal)
            assert owner.status == "published"
        assert proposals.filter(by_user__username="verein").count() == 3
        assert proposals.exclude(by_link=None).count() == 1
        assert set(BarrierReport.objects.values_list("status", flat=True)) == {"open", "answered"}
        assert FunderNote.objects.valid(timezone.localdate()).count() == 1

    def test_demo_has_follow_ups_of_three_times(self) -> None:
        today = timezone.localdate()
        days = [(follow_up.due_on - today).days for follow_up in FollowUp.objects.open()]
        assert [days[0] < 0, days[1] == 0, 27 < days[2] < 32] == [True] * 3
        assert len(days) == 3
        assert all(follow_up.target for follow_up in FollowUp.objects.open())

    def test_demo_has_asked_about_all_that_is_due(self) -> None:
        today = timezone.localdate()
        found = board.board(today)
        reachable = [row for row in (*found.overdue, *found.due) if row.is_reachable]
        assert len(found.overdue) >= 8
        assert all(row.asked_on for row in reachable)
        assert all(row.entry.hidden_on > today for row in found.overdue)
        assert due.to_ask(today) == []
        assert school_holidays.missing(today) == []

    def test_demo_has_an_offer_with_several_rules(self) -> None:
        offer = Offer.objects.get(title__startswith="Kleiderkammer")
        assert {timezone.localtime(entry.starts_at).weekday() for entry in offer.dates.all()} == {1, 3}

    def test_demo_kommune_has_written_and_was_answered(self) -> None:
        kommune = User.objects.get(username="kommune")
        place = municipalities_of(kommune).get()
        assert local.summary(place, timezone.localdate(), 12).stale >= 1
        for model, states in ((Hint, {"open", "answered"}), (Need, {"open", "noted"})):
            written = model.objects.from_kommune(place)
            assert set(written.values_list("status", flat=True)) == states
            assert set(written.values_list("by_user__username", flat=True)) == {"kommune"}
            assert any(entry.answer for entry in local.with_answers(model, written))

    def test_demo_has_an_account_of_every_role(self) -> None:
        roles = dict(User.objects.values_list("username", "groups__name"))
        assert roles == {
            "admin": "admin",
            "leitung": "lead",
            "redaktion": "editor",
            "verein": "provider",
            "kommune": "municipality",
            "kreistag": "council",
        }
        assert EmailAddress.objects.filter(verified=True, primary=True).count() == 6
        assert all(user.check_password(self.loaded.password) for user in User.objects.all())
        assert len(self.loaded.password) >= 12
        verein = User.objects.get(username="verein")
        assert {"published", "changes_requested"} <= set(
            Offer.objects.of_member(verein).values_list("status", flat=True)
        )
        kommune = Organisation.objects.get(memberships__user__username="kommune")
        assert kommune.kind == Organisation.Kind.MUNICIPALITY
        assert kommune.municipality is not None


def test_demo_takes_the_password_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIPORTAL_DEMO_PASSWORD", "ein anderes Passwort")
    set_up("kreis-wesel")
    demo.load()
    assert User.objects.get(username="redaktion").check_password("ein anderes Passwort")


def test_demo_run_again_adds_synthetic_offers_only() -> None:
    set_up("kreis-coesfeld")
    demo.load()
    again = demo.load()
    assert (again.organisations, again.offers, again.accounts) == (0, 0, [])

    before = set(Offer.objects.values_list("pk", flat=True))
    assert demo.load(30).offers == demo.load(25).offers + 5 == 30
    added = Offer.objects.exclude(pk__in=before)
    assert added.count() == 55
    for offer in added:
        offer.full_clean()
        assert offer.topics.exists()
        assert offer.target_groups.exists()
        assert offer.languages.filter(slug="de").exists()
        assert offer.is_countywide or offer.municipalities.exists()
        assert sanitise(offer.description) == offer.description


class SyntheticOffersTests(TestCase):
    """These only read, so one load serves them all; enough for every share, and for the indexes to be made anew."""

    NUMBER = 600
    before: ClassVar[set[int]]

    @classmethod
    def setUpTestData(cls) -> None:
        set_up("kreis-siegen-wittgenstein")
        demo.load()
        cls.before = set(Offer.objects.values_list("pk", flat=True))
        with mock.patch("kiportal.pages.demo.copying.WORTH_AN_INDEX", cls.NUMBER):
            Touched.objects.all().delete()
            demo.load(cls.NUMBER)

    @property
    def added(self) -> OfferQuerySet:
        return Offer.objects.exclude(pk__in=self.before)

    def test_synthetic_offers_fill_every_field(self) -> None:
        """Every column that an author can fill in has more than one value; some of them stay empty."""
        written = {field.name for field in Offer._meta.concrete_fields if field.editable and not field.primary_key}
        left_out = {"submitter_note", "internal_note"}
        same = {name for name in written - left_out if self.added.order_by().values(name).distinct().count() < 2}
        assert same == set()
        for name in ("access_features", "partners", "opening_hours", "recurrences", "dates", "programme"):
            share = self.added.exclude(**{name: None}).distinct().count() / self.NUMBER
            assert 0.01 < share < 0.6, name

    def test_synthetic_contacts_are_reached_and_named_with_consent_only(self) -> None:
        contacts = ContactPerson.objects.filter(offers__in=self.added).distinct()
        share = {name: contacts.exclude(**{name: ""}).count() / contacts.count() for name in ("phone", "name")}
        assert share["phone"] > 0.5
        assert 0.02 < share["name"] < 0.6
        assert all(bool(contact.public_name) == bool(contact.name) for contact in contacts.select_related("consent"))
        assert self.added.exclude(closed_until=None).filter(is_closed=True).exists()
        phones = {*contacts.values_list("phone", flat=True), *Organisation.objects.values_list("phone", flat=True)}
        assert all(re.fullmatch(r"0221 4710-\d{3}", phone) for phone in phones - {""})

    def test_synthetic_records_are_valid(self) -> None:
        for model in (AccessFeature, Partner, OpeningHours, Recurrence, OfferDate):
            for record in model._default_manager.filter(offer__in=self.added)[:200]:
                record.full_clean()
                assert record.offer.provider_id
        for offer in self.added.exclude(kind="projekt")[:100]:
            offer.full_clean()

    def test_synthetic_dates_follow_from_their_rule(self) -> None:
        today = timezone.localdate()
        for rule in Recurrence.objects.filter(offer__in=self.added)[:30]:
            stored = [timezone.localdate(entry.starts_at) for entry in rule.offer.dates.order_by("starts_at")]
            assert stored == recurrence.days(rule, today, rule.last_on, [])

    def test_synthetic_offers_are_spread_unevenly(self) -> None:
        for name in ("municipalities", "topics", "languages", "provider"):
            counts = sorted(
                self.added.exclude(**{name: None})
                .order_by()
                .values_list(name)
                .annotate(n=Count("pk"))
                .values_list("n", flat=True)
            )
            assert counts[-1] > 4 * counts[len(counts) // 2], name

    def test_synthetic_offers_are_in_different_states(self) -> None:
        statuses = dict(self.added.order_by().values_list("status").annotate(Count("pk")))
        assert set(statuses) == {"published", "hidden", "archived"}
        assert statuses["published"] > 0.8 * self.NUMBER
        assert 0 < self.added.due_for_confirmation(timezone.localdate(), 12).count() < 0.1 * self.NUMBER
        projects = self.added.projects()
        assert 0.01 * self.NUMBER < projects.count() < 0.1 * self.NUMBER
        assert not projects.filter(Q(project_goal="") | Q(project_needs="")).exists()

    def test_synthetic_offers_are_found_and_counted(self) -> None:
        """Search columns, indexes and the note for the counting engine are there, though triggers were off."""
        titles = self.added.filter(title__startswith="Frauen").values_list("title", flat=True)
        word = titles[0].split()[0]
        filters = OfferFilters(QueryDict(f"q={word}"), Offer.objects.visible_to_public(timezone.localdate()))
        assert filters.hits.number >= 1
        with connection.cursor() as cursor:
            constraints = connection.introspection.get_constraints(cursor, "offers_offer")
            cursor.execute("SHOW session_replication_role")
            assert cursor.fetchone() == ("origin",)
        assert {"offers_offer_search", "offers_offer_trigram"} <= set(constraints)
        assert Touched.objects.filter(offer=None).exists()
        assert not Offer.pgh_event_model.objects.filter(pgh_obj_id__in=self.added.values("pk")).exists()


def test_synthetic_offers_need_no_superuser() -> None:
    """A role that may not switch triggers off writes the same, without a history."""
    set_up("kreis-siegen-wittgenstein")
    demo.load()
    number = Offer.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE kiportal_plain; GRANT ALL ON ALL TABLES IN SCHEMA public TO kiportal_plain")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO kiportal_plain; SET LOCAL ROLE kiportal_plain")
    demo.load(20)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert Offer.objects.count() == number + 20
    assert (
        Offer.pgh_event_model.objects.filter(pgh_obj_id__in=Offer.objects.order_by("-pk")[:20].values("pk")).count()
        == 0
    )


def test_demo_refuses_outside_demo_mode(settings: Settings) -> None:
    settings.KIPORTAL_DEMO = False
    set_up("kreis-wesel")
    with pytest.raises(CommandError, match="demo mode only"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_demo_refuses_without_a_centre() -> None:
    with pytest.raises(CommandError, match="run setup_centre first"):
        call_command("load_demo")


def test_demo_refuses_a_negative_number() -> None:
    with pytest.raises(CommandError, match="must not be negative"):
        call_command("load_demo", "--offers=-1")
