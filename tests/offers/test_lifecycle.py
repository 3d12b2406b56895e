"""Every step of an offer from every status by everybody, and what follows from a step."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from actors.models import Organisation
from kiportal.common import links
from kiportal.common.models import AccessLink, Job, StatusChange, User
from kiportal.common.transitions import By, SomebodyWasFaster, TransitionError, apply, possible
from offers import lifecycle, retention
from offers.lifecycle import OFFER
from offers.models import Offer
from tests import factories
from tests.concurrency import Thread, at_once

S = Offer.Status
Purpose = AccessLink.Purpose

# DESIGN 4, word for word: (from, verb) -> to. Nothing else.
STEPS = {
    (S.DRAFT, "send"): S.UNCONFIRMED,
    (S.DRAFT, "submit"): S.SUBMITTED,
    (S.UNCONFIRMED, "confirm_submission"): S.SUBMITTED,
    (S.SUBMITTED, "request_changes"): S.CHANGES_REQUESTED,
    (S.SUBMITTED, "publish"): S.PUBLISHED,
    (S.SUBMITTED, "reject"): S.REJECTED,
    (S.CHANGES_REQUESTED, "resubmit"): S.SUBMITTED,
    (S.PUBLISHED, "hide"): S.HIDDEN,
    (S.HIDDEN, "unhide"): S.PUBLISHED,
    (S.PUBLISHED, "archive"): S.ARCHIVED,
    (S.HIDDEN, "archive"): S.ARCHIVED,
    (S.ARCHIVED, "restore"): S.PUBLISHED,
    (S.PUBLISHED, "hide_overdue"): S.HIDDEN,
    (S.HIDDEN, "show_confirmed"): S.PUBLISHED,
    (S.PUBLISHED, "confirm"): S.PUBLISHED,
    (S.HIDDEN, "rewrite"): S.HIDDEN,
    (S.ARCHIVED, "rewrite"): S.ARCHIVED,
    (S.DRAFT, "import"): S.SUBMITTED,  # a row of a table
    (S.DRAFT, "record"): S.DRAFT,  # told in the Verlauf, without a new status
    # Told in the Verlauf of both, without a new status.
    **{(s, "merge"): s for s in (S.SUBMITTED, S.PUBLISHED, S.HIDDEN, S.ARCHIVED, S.REJECTED)},
}
STAFF = {"editor", "lead"}
MAY = {
    "send": STAFF | {"draft link"},
    "submit": STAFF,
    "confirm_submission": {"confirm link"},
    "request_changes": STAFF,
    "publish": STAFF,
    "reject": STAFF,
    "resubmit": STAFF | {"draft link", "member", "municipality"},
    "hide": STAFF,
    "rewrite": STAFF,
    "unhide": STAFF,
    "archive": STAFF | {"care link", "member", "municipality"},
    "confirm": STAFF | {"care link", "member", "municipality"},
    "restore": STAFF,
    "merge": STAFF,
    "import": STAFF,
    "record": set(),  # only what staff have written down for somebody
    "hide_overdue": set(),  # the time alone
    "show_confirmed": set(),  # only what the time has hidden
}


def make(status: str = S.SUBMITTED, **fields: Any) -> Offer:
    was_public = status in {S.HIDDEN, S.ARCHIVED}
    dated: dict[str, Any] = {"slug": f"angebot-{status}", "published_at": timezone.now()} if was_public else {}
    return factories.make_offer(status=status, **(dated | fields))


def everybody(offer: Offer) -> dict[str, By]:
    """One of each kind of person and link there is."""
    other = factories.make_offer()
    revoked = links.issue(Purpose.CARE, offer)
    links.revoke(AccessLink.objects.filter(pk=revoked.pk))
    revoked.refresh_from_db()
    return {
        "member": factories.make_user("provider", organisation=offer.provider),
        "municipality": factories.make_user("municipality", organisation=offer.provider),
        "foreign member": factories.make_user("provider", organisation=other.provider),
        "account without organisation": factories.make_user("provider"),
        "editor": factories.make_user("editor"),
        "lead": factories.make_user("lead"),
        "council": factories.make_user("council"),
        "admin": factories.make_user("admin"),
        "switched off editor": factories.make_user("editor", is_active=False),
        "draft link": links.issue(Purpose.DRAFT, offer),
        "confirm link": links.issue(Purpose.CONFIRM, offer),
        "care link": links.issue(Purpose.CARE, offer),
        "revoked care link": revoked,
        **{f"{purpose} link of another offer": links.issue(purpose, other) for purpose in Purpose},
        "care link of a record with the same number": links.issue(
            Purpose.CARE, Organisation.objects.filter(pk=offer.pk).first() or factories.make_organisation(pk=offer.pk)
        ),
    }


@contextmanager
def tried() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def stored_status(offer: Offer) -> str:
    return Offer.objects.values_list("status", flat=True).get(pk=offer.pk)


def outcome(offer: Offer, verb: str, by: By) -> str:
    """What became of the step: the new status, or why not."""
    record = Offer.objects.get(pk=offer.pk)
    with tried():
        try:
            apply(OFFER, record, verb, by=by, **_needed(verb))
        except PermissionDenied:
            result = "denied"
        except SomebodyWasFaster:
            result = "too late"
        else:
            change = StatusChange.objects.for_target(offer).get()
            assert (change.verb, change.from_status, change.to_status) == (verb, offer.status, record.status)
            assert (change.by_user or change.by_link) == by
            result = stored_status(offer)
        if result in {"denied", "too late"}:
            assert stored_status(offer) == offer.status
            assert not StatusChange.objects.for_target(offer).exists()
    return result


def _needed(verb: str) -> dict[str, Any]:
    return {"slug": "angebot", "published_at": timezone.now()} if verb == "publish" else {}


def test_table_has_the_verbs_of_the_contract() -> None:
    assert set(OFFER) == {verb for _status, verb in STEPS} == set(MAY)


@pytest.mark.django_db
@pytest.mark.parametrize("status", list(S))
def test_every_step_by_everybody_is_as_the_contract_says(status: str) -> None:
    offer = make(status)
    people = everybody(offer)
    expected, found = {}, {}
    for verb in OFFER:
        for name, by in people.items():
            found[verb, name] = outcome(offer, verb, by)
            expected[verb, name] = STEPS.get((S(status), verb), "too late") if name in MAY[verb] else "denied"
    assert found == expected


@pytest.mark.django_db
@pytest.mark.parametrize("status", list(S))
def test_possible_steps_are_those_that_succeed(status: str) -> None:
    offer = make(status)
    for name, by in everybody(offer).items():
        wanted = [verb for verb in OFFER if (S(status), verb) in STEPS and name in MAY[verb]]
        assert possible(OFFER, offer, by) == wanted, name


# What refuses a step


@pytest.mark.parametrize(
    ("verb", "status"),
    [("send", S.DRAFT), ("submit", S.DRAFT), ("resubmit", S.CHANGES_REQUESTED), ("publish", S.SUBMITTED)],
)
def test_incomplete_entry_is_refused_with_what_is_missing(editor: User, verb: str, status: str) -> None:
    offer = make(status, summary="", cost_kind="")
    step: Callable[..., StatusChange] = getattr(lifecycle, verb)
    with pytest.raises(TransitionError) as caught:
        step(offer, by=editor)
    assert (str(caught.value), caught.value.status) == ("Es fehlt noch: Kurz gesagt, Kosten.", 400)
    assert stored_status(offer) == status


@pytest.mark.parametrize(("verb", "status"), [("unhide", S.HIDDEN), ("restore", S.ARCHIVED)])
def test_entry_that_lost_its_contact_does_not_come_back(editor: User, verb: str, status: str) -> None:
    offer = make(status)
    Offer.objects.update(contact=None)
    with pytest.raises(TransitionError, match=r"^Es fehlt noch: Kontakt\.$"):
        getattr(lifecycle, verb)(Offer.objects.get(pk=offer.pk), by=editor)


@pytest.mark.parametrize("status", [Organisation.Status.REJECTED, Organisation.Status.ARCHIVED])
def test_entry_of_an_organisation_that_is_not_public_is_not_published(editor: User, status: str) -> None:
    offer = make(provider=factories.make_organisation(status=status))
    with pytest.raises(TransitionError, match="Die Organisation dieses Eintrags ist nicht veröffentlicht"):
        lifecycle.publish(offer, by=editor)


@pytest.mark.django_db
def test_entry_without_an_address_cannot_ask_for_confirmation() -> None:
    offer = make(S.DRAFT, submitter_email="")
    with pytest.raises(TransitionError, match="E-Mail-Adresse für Rückfragen"):
        lifecycle.send(offer, by=links.issue(Purpose.DRAFT, offer))


@pytest.mark.parametrize("verb", ["request_changes", "reject", "hide"])
@pytest.mark.parametrize("reason", ["", "  \n "])
def test_step_that_needs_a_reason_is_refused_without_one(editor: User, verb: str, reason: str) -> None:
    offer = make(S.PUBLISHED if verb == "hide" else S.SUBMITTED)
    with pytest.raises(TransitionError, match="Bitte geben Sie eine Begründung an"):
        getattr(lifecycle, verb)(offer, by=editor, reason=reason)
    assert not Job.objects.exists()


# What follows from a step


def kinds() -> list[str]:
    return list(Job.objects.order_by("created_at").values_list("kind", flat=True))


@pytest.mark.django_db
def test_send_mails_a_link_to_confirm() -> None:
    offer = make(S.DRAFT)
    lifecycle.send(offer, by=links.issue(Purpose.DRAFT, offer))
    link = AccessLink.objects.get(purpose=Purpose.CONFIRM)
    assert (link.target, link.email) == (offer, offer.submitter_email)
    assert [(job.kind, job.arguments) for job in Job.objects.all()] == [("offers.send_confirmation", [str(link.pk)])]


@pytest.mark.django_db
def test_ask_again_mails_the_same_link_while_it_is_open_and_then_a_new_one() -> None:
    offer = make(S.DRAFT)
    draft_link = links.issue(Purpose.DRAFT, offer)
    lifecycle.send(offer, by=draft_link)
    first = AccessLink.objects.get(purpose=Purpose.CONFIRM)
    lifecycle.ask_again(offer, by=draft_link, email=offer.submitter_email, client="192.0.2.1")
    assert Job.objects.latest("created_at").arguments == [str(first.pk)]
    AccessLink.objects.filter(pk=first.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    lifecycle.ask_again(offer, by=draft_link, email=offer.submitter_email, client="192.0.2.1")
    second = AccessLink.objects.filter(purpose=Purpose.CONFIRM).exclude(pk=first.pk).get()
    assert Job.objects.latest("created_at").arguments == [str(second.pk)]


@pytest.mark.django_db
def test_ask_again_at_another_address_closes_the_first_link() -> None:
    offer = make(S.DRAFT)
    draft_link = links.issue(Purpose.DRAFT, offer)
    lifecycle.send(offer, by=draft_link)
    lifecycle.ask_again(offer, by=draft_link, email="richtig@example.org", client="192.0.2.1")
    first, second = AccessLink.objects.filter(purpose=Purpose.CONFIRM).order_by("created_at")
    assert first.revoked_at is not None
    assert (second.email, second.revoked_at) == ("richtig@example.org", None)
    assert Offer.objects.get(pk=offer.pk).submitter_email == "richtig@example.org"


@pytest.mark.django_db
def test_choose_provider_leaves_the_contact_of_other_entries_where_it_is() -> None:
    published = factories.make_offer()
    offer = make(S.DRAFT, provider=published.provider, contact=published.contact)
    other = factories.make_organisation()
    lifecycle.choose_provider(offer, other)
    stored = Offer.objects.get(pk=offer.pk)
    assert stored.contact is not None
    assert (stored.provider, stored.contact.organisation) == (other, other)
    kept = Offer.objects.get(pk=published.pk).contact
    assert kept is not None
    assert kept.organisation == published.provider


@pytest.mark.django_db
def test_choose_provider_takes_the_organisation_that_came_along_with_it() -> None:
    came_along = factories.make_organisation(status=Organisation.Status.PROPOSED)
    offer = make(S.DRAFT, provider=came_along)
    other = factories.make_organisation()
    lifecycle.choose_provider(offer, other)
    assert Offer.objects.get(pk=offer.pk).provider == other
    assert not Organisation.objects.filter(pk=came_along.pk).exists()


@pytest.mark.django_db
def test_confirm_submission_dates_it_and_tells_both_sides() -> None:
    offer = make(S.UNCONFIRMED, submitted_at=None)
    change = lifecycle.confirm_submission(offer, by=links.issue(Purpose.CONFIRM, offer))
    offer.refresh_from_db()
    assert offer.submitted_at == pytest.approx(timezone.now(), abs=timedelta(minutes=1))
    assert kinds() == ["offers.send_receipt", "offers.send_submission_notice"]
    assert all(job.arguments == [change.pk] for job in Job.objects.all())


def test_publish_gives_an_address_dates_and_a_care_link(editor: User) -> None:
    offer = make(title="Sprachcafé für Frauen")
    change = lifecycle.publish(offer, by=editor, reason="Alles da.")
    stored = Offer.objects.get(pk=offer.pk)
    assert (stored.slug, stored.last_confirmed_on) == ("sprachcafe-fuer-frauen", timezone.localdate())
    assert stored.published_at is not None
    link = AccessLink.objects.get()
    assert (link.purpose, link.email) == (Purpose.CARE, offer.submitter_email)
    assert [(job.kind, job.arguments) for job in Job.objects.all()] == [
        ("offers.send_decision", [change.pk, str(link.pk)])
    ]


def test_publish_takes_an_organisation_that_came_with_it_along(editor: User) -> None:
    offer = make(provider=factories.make_organisation(status=Organisation.Status.PROPOSED))
    lifecycle.publish(offer, by=editor, reason="Willkommen.")
    assert Organisation.objects.get(pk=offer.provider_id).status == Organisation.Status.PUBLISHED
    assert StatusChange.objects.for_target(offer.provider).get().reason == "Willkommen."
    assert Offer.objects.visible_to_public(timezone.localdate()).get() == offer


def test_publish_a_second_time_keeps_the_address(editor: User) -> None:
    offer = make(S.SUBMITTED, slug="schon-lange-so")
    lifecycle.publish(offer, by=editor)
    assert Offer.objects.get(pk=offer.pk).slug == "schon-lange-so"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Melden", "melden-2"),
        ("Pflege", "pflege-2"),
        ("Feed", "feed-2"),
        ("!!!", "angebot"),
        ("Angebot A", "angebot-a-3"),
    ],
)
def test_publish_never_takes_an_address_that_is_taken(editor: User, title: str, slug: str) -> None:
    factories.make_offer(slug="angebot-a")
    factories.make_offer(slug="angebot-a-2")
    offer = make(title=title)
    lifecycle.publish(offer, by=editor)
    assert offer.slug == slug


def test_decision_about_an_entry_without_an_address_mails_nobody(editor: User) -> None:
    lifecycle.publish(make(submitter_email=""), by=editor)
    assert kinds() == []
    assert not AccessLink.objects.exists()


def test_request_changes_mails_a_link_to_the_form(editor: User) -> None:
    lifecycle.request_changes(make(), by=editor, reason="Wann?")
    assert AccessLink.objects.get().purpose == Purpose.DRAFT
    assert kinds() == ["offers.send_decision"]


def test_reject_and_hide_mail_the_decision_without_a_link(editor: User) -> None:
    lifecycle.reject(make(), by=editor, reason="Kein Angebot im Kreis.")
    lifecycle.hide(make(S.PUBLISHED), by=editor, reason="Telefonnummer stimmt nicht.")
    assert kinds() == ["offers.send_decision"] * 2
    assert not AccessLink.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["care link", "member"])
def test_archive_by_its_author_tells_the_centre(who: str) -> None:
    offer = make(S.PUBLISHED)
    lifecycle.archive(offer, by=everybody(offer)[who])
    assert kinds() == ["offers.send_ended_notice"]


def test_archive_by_the_centre_tells_the_author(editor: User) -> None:
    lifecycle.archive(make(S.PUBLISHED), by=editor)
    assert kinds() == ["offers.send_decision"]


# Bringing back


def restored(offer: Offer, by: By) -> bool:
    with tried():
        try:
            lifecycle.restore(Offer.objects.get(pk=offer.pk), by=by)
        except PermissionDenied:
            return False
        return stored_status(offer) == S.PUBLISHED


@pytest.mark.django_db
@pytest.mark.parametrize("ended_by", ["care link", "member"])
def test_author_brings_back_what_an_author_ended(ended_by: str) -> None:
    offer = make(S.PUBLISHED)
    people = everybody(offer)
    lifecycle.archive(offer, by=people[ended_by])
    able = {name for name, by in people.items() if restored(offer, by)}
    assert able == STAFF | {"care link", "member", "municipality"}


@pytest.mark.django_db
def test_only_the_centre_brings_back_what_the_centre_ended() -> None:
    offer = make(S.PUBLISHED)
    people = everybody(offer)
    lifecycle.archive(offer, by=people["editor"])
    assert {name for name, by in people.items() if restored(offer, by)} == STAFF


@pytest.mark.django_db
def test_ending_a_hidden_entry_is_no_way_around_the_hiding() -> None:
    offer = make(S.PUBLISHED)
    people = everybody(offer)
    lifecycle.hide(offer, by=factories.make_user("editor"), reason="Bitte klären.")
    lifecycle.archive(offer, by=people["care link"])
    assert {name for name, by in people.items() if restored(offer, by)} == STAFF


@pytest.mark.django_db
def test_nobody_but_the_centre_brings_back_what_somebody_unknown_ended() -> None:
    """The account that ended it was deleted: then nobody can say whether it was the centre's."""
    offer = make(S.PUBLISHED)
    people = everybody(offer)
    editor = factories.make_user("editor")
    lifecycle.archive(offer, by=editor)
    editor.delete()
    assert {name for name, by in people.items() if restored(offer, by)} == STAFF


def test_restore_counts_as_confirmed_today(editor: User) -> None:
    offer = make(S.ARCHIVED, last_confirmed_on=None)
    lifecycle.restore(offer, by=editor)
    assert Offer.objects.get(pk=offer.pk).last_confirmed_on == timezone.localdate()


# "Stimmt alles"


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["care link", "member", "municipality", "editor", "lead"])
def test_confirm_dates_the_entry(who: str) -> None:
    offer = make(S.PUBLISHED, last_confirmed_on=None)
    today = timezone.localdate()
    lifecycle.confirm(offer, by=everybody(offer)[who], on=today)
    assert (offer.last_confirmed_on, Offer.objects.get(pk=offer.pk).last_confirmed_on) == (today, today)


@pytest.mark.django_db
def test_confirm_is_denied_to_others() -> None:
    offer = make(S.PUBLISHED)
    for name, by in everybody(offer).items():
        if name not in {"care link", "member", "municipality", *STAFF}:
            with pytest.raises(PermissionDenied):
                lifecycle.confirm(offer, by=by, on=timezone.localdate())


@pytest.mark.parametrize("status", [status for status in S if status != S.PUBLISHED])
def test_confirm_of_an_entry_that_is_not_published_says_so(editor: User, status: str) -> None:
    with pytest.raises(SomebodyWasFaster):
        lifecycle.confirm(make(status), by=editor, on=timezone.localdate())


# At the same moment


@pytest.mark.django_db(transaction=True)
def test_publish_of_equal_titles_at_once_gives_different_addresses() -> None:
    editor = factories.make_user("editor")
    offers = [make(title="Sprachcafé") for _ in range(5)]
    results = at_once(*(lambda offer=offer: lifecycle.publish(offer, by=editor) for offer in offers))
    assert all(isinstance(result, StatusChange) for result in results), results
    assert set(Offer.objects.values_list("slug", flat=True)) == {
        "sprachcafe",
        *(f"sprachcafe-{n}" for n in range(2, 6)),
    }


@pytest.mark.django_db(transaction=True)
def test_publish_and_reject_at_once_leave_one_decision_and_one_mail() -> None:
    editor = factories.make_user("editor")
    offer = make()
    late_copy = Offer.objects.get(pk=offer.pk)
    with transaction.atomic():
        lifecycle.publish(offer, by=editor)
        late = Thread(lambda: lifecycle.reject(late_copy, by=editor, reason="Nein."))
        assert late.blocked()
    assert isinstance(late.result(), SomebodyWasFaster)
    assert stored_status(offer) == S.PUBLISHED
    assert StatusChange.objects.for_target(offer).count() == 1
    assert kinds() == ["offers.send_decision"]


@pytest.mark.django_db(transaction=True)
def test_two_entries_of_a_new_organisation_published_at_once_publish_it_once() -> None:
    editor = factories.make_user("editor")
    organisation = factories.make_organisation(status=Organisation.Status.PROPOSED)
    offers = [make(provider=organisation) for _ in range(2)]
    copies = [Offer.objects.select_related("provider").get(pk=offer.pk) for offer in offers]
    results = at_once(*(lambda offer=offer: lifecycle.publish(offer, by=editor) for offer in copies))
    assert all(isinstance(result, StatusChange) for result in results), results
    assert StatusChange.objects.for_target(organisation).count() == 1
    assert Offer.objects.visible_to_public(timezone.localdate()).count() == 2


@pytest.mark.django_db(transaction=True)
def test_submission_confirmed_while_the_purge_runs_is_kept() -> None:
    offer = make(S.UNCONFIRMED)
    link = links.issue(Purpose.CONFIRM, offer)
    with transaction.atomic():
        lifecycle.confirm_submission(offer, by=link)
        purge = Thread(lambda: retention.unconfirmed_submissions(timezone.now() + timedelta(days=1), delete=True))
        assert purge.blocked()
    assert purge.result() == 0
    assert stored_status(offer) == S.SUBMITTED


def test_step_that_fails_later_leaves_neither_status_nor_mail(editor: User) -> None:
    offer = make(provider=factories.make_organisation(status=Organisation.Status.PROPOSED))

    def publish_and_break() -> None:
        with transaction.atomic():
            lifecycle.publish(offer, by=editor)
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011  (raised two lines above)
        publish_and_break()
    assert stored_status(offer) == S.SUBMITTED
    assert Organisation.objects.get(pk=offer.provider_id).status == Organisation.Status.PROPOSED
    assert not Job.objects.exists()
    assert not AccessLink.objects.exists()
