"""The one door for status, tried with a table of its own on an organisation."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from actors.models import Organisation
from kiportal.common import jobs, links, transitions
from kiportal.common.models import AccessLink, Job, StatusChange, User
from kiportal.common.transitions import By, SomebodyWasFaster, Transition, TransitionError, apply, possible, table
from tests import factories
from tests.concurrency import Thread, at_once


def is_user(by: By, _record: Any) -> bool:
    return isinstance(by, User)


def is_anybody(_by: By, _record: Any) -> bool:
    return True


def has_website(record: Any) -> str:
    return "" if record.website else "Bitte tragen Sie eine Internetseite ein."


TABLE = table(
    Transition("publish", frozenset({"proposed"}), "published", is_user),
    Transition("reject", frozenset({"proposed"}), "rejected", is_anybody),
    Transition("archive", frozenset({"published", "rejected"}), "archived", is_user, has_website),
)


def make(status: str = "proposed", **fields: Any) -> Organisation:
    return factories.make_organisation(status=status, **fields)


def stored_status(record: Organisation) -> str:
    return Organisation.objects.values_list("status", flat=True).get(pk=record.pk)


def test_apply_moves_the_row_and_the_instance(editor: User) -> None:
    record = make()
    apply(TABLE, record, "publish", by=editor)
    assert (record.status, stored_status(record)) == ("published", "published")


def test_apply_writes_one_entry_of_the_verlauf(editor: User) -> None:
    record = make()
    before = timezone.now()
    change = apply(TABLE, record, "publish", by=editor, reason="  Alles da.\n")
    assert list(StatusChange.objects.for_target(record)) == [change]
    change.refresh_from_db()
    assert (change.verb, change.from_status, change.to_status) == ("publish", "proposed", "published")
    assert (change.by_user, change.by_link, change.reason) == (editor, None, "Alles da.")
    assert change.at >= before


def test_apply_by_link_names_the_link(db: None) -> None:
    record = make()
    link = links.issue(AccessLink.Purpose.CARE, record, "verein@example.org")
    change = apply(TABLE, record, "reject", by=link)
    assert (change.by_user, change.by_link) == (None, link)


def test_apply_sets_further_fields_and_the_date_of_the_change(editor: User) -> None:
    record = make(updated_at=None)
    Organisation.objects.update(updated_at="2020-01-01T00:00:00Z")
    apply(TABLE, record, "publish", by=editor, short_name="AWO", is_trusted=True)
    stored = Organisation.objects.get(pk=record.pk)
    assert (stored.short_name, stored.is_trusted, stored.updated_at.year) == ("AWO", True, timezone.now().year)
    assert (record.short_name, record.updated_at) == ("AWO", stored.updated_at)


def test_apply_leaves_other_fields_as_the_database_has_them(editor: User) -> None:
    record = make()
    Organisation.objects.update(name="Inzwischen umbenannt")
    apply(TABLE, record, "publish", by=editor)
    assert Organisation.objects.get(pk=record.pk).name == "Inzwischen umbenannt"


def test_apply_without_permission_is_denied(db: None) -> None:
    record = make()
    link = links.issue(AccessLink.Purpose.CARE, record)
    with pytest.raises(PermissionDenied):
        apply(TABLE, record, "publish", by=link)
    assert stored_status(record) == "proposed"
    assert not StatusChange.objects.exists()


@pytest.mark.parametrize("status", ["published", "rejected", "archived"])
def test_apply_from_another_state_says_that_somebody_was_faster(editor: User, status: str) -> None:
    record = make(status)
    with pytest.raises(SomebodyWasFaster) as caught:
        apply(TABLE, record, "publish", by=editor)
    assert caught.value.status == 409
    assert str(caught.value).endswith(".")
    assert stored_status(record) == status
    assert not StatusChange.objects.exists()


def test_apply_refused_by_its_guard_says_why(editor: User) -> None:
    record = make("published")
    with pytest.raises(TransitionError, match=r"^Bitte tragen Sie eine Internetseite ein\.$") as caught:
        apply(TABLE, record, "archive", by=editor)
    assert caught.value.status == 400
    assert (record.status, stored_status(record)) == ("published", "published")
    assert not StatusChange.objects.exists()


def test_apply_asks_permission_before_state_and_guard(db: None) -> None:
    """Who may not take the step learns nothing about the record."""
    record = make("proposed")
    with pytest.raises(PermissionDenied):
        apply(TABLE, record, "archive", by=links.issue(AccessLink.Purpose.CARE, record))


def test_apply_on_an_instance_read_before_the_step_of_another_is_refused(editor: User) -> None:
    record = make()
    stale = Organisation.objects.get(pk=record.pk)
    apply(TABLE, record, "publish", by=editor)
    with pytest.raises(SomebodyWasFaster):
        apply(TABLE, stale, "reject", by=editor)
    assert (stale.status, stored_status(record)) == ("proposed", "published")
    assert StatusChange.objects.count() == 1


def test_apply_of_an_unknown_verb_is_a_mistake_of_the_programmer(editor: User) -> None:
    with pytest.raises(KeyError):
        apply(TABLE, make(), "burn", by=editor)


def test_save_of_an_instance_read_before_a_step_keeps_the_step(editor: User) -> None:
    record = make()
    stale = Organisation.objects.get(pk=record.pk)
    apply(TABLE, record, "publish", by=editor)
    stale.name = "Neuer Name"
    stale.save()
    stored = Organisation.objects.get(pk=record.pk)
    assert (stored.name, stored.status) == ("Neuer Name", "published")


def test_save_of_a_new_record_stores_its_status(db: None) -> None:
    assert stored_status(make("archived")) == "archived"


def test_save_of_an_erased_record_does_not_bring_it_back(db: None) -> None:
    record = make()
    Organisation.objects.all().delete()
    with pytest.raises(Organisation.NotUpdated), transaction.atomic():
        record.save()
    assert not Organisation.objects.exists()


def test_save_with_deferred_columns_leaves_them_unread(db: None, django_assert_num_queries: Any) -> None:
    make()
    record = Organisation.objects.defer("description").get()
    with django_assert_num_queries(1):
        record.save()


def test_possible_lists_the_verbs_in_the_order_of_the_table(editor: User) -> None:
    record = make()
    link = links.issue(AccessLink.Purpose.CARE, record)
    assert possible(TABLE, record, editor) == ["publish", "reject"]
    assert possible(TABLE, record, link) == ["reject"]
    record.status = "published"
    assert possible(TABLE, record, editor) == ["archive"]
    record.status = "archived"
    assert possible(TABLE, record, editor) == []


def test_effects_are_stored_with_the_step(editor: User) -> None:
    record = make()
    with transaction.atomic():
        apply(TABLE, record, "publish", by=editor)
        jobs.enqueue("jobsapp.count", 3)
    assert Job.objects.count() == 1


def test_effects_of_a_step_that_was_rolled_back_are_gone(editor: User) -> None:
    record = make()

    def publish_and_break() -> None:
        with transaction.atomic():
            apply(TABLE, record, "publish", by=editor)
            jobs.enqueue("jobsapp.count", 3)
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011  (raised two lines above)
        publish_and_break()
    assert stored_status(record) == "proposed"
    assert not Job.objects.exists()
    assert not StatusChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_editors_at_once_one_decides_and_the_other_is_told() -> None:
    first, second = factories.make_user("editor"), factories.make_user("editor")
    record = make()
    theirs = Organisation.objects.get(pk=record.pk)
    with transaction.atomic():
        apply(TABLE, record, "publish", by=first)
        late = Thread(lambda: apply(TABLE, theirs, "reject", by=second))
        assert late.blocked(), "without a wait there was no race"
    assert isinstance(late.result(), SomebodyWasFaster)
    assert stored_status(record) == "published"
    assert [change.by_user for change in StatusChange.objects.all()] == [first]


@pytest.mark.django_db(transaction=True)
def test_eight_editors_at_once_leave_one_decision() -> None:
    editor = factories.make_user("editor")
    record = make()
    copies = [Organisation.objects.get(pk=record.pk) for _ in range(8)]
    results = at_once(*(lambda copy=copy: apply(TABLE, copy, "publish", by=editor) for copy in copies))
    assert sum(isinstance(result, StatusChange) for result in results) == 1
    assert sum(isinstance(result, SomebodyWasFaster) for result in results) == 7
    assert StatusChange.objects.count() == 1


def test_module_stays_under_a_hundred_lines() -> None:
    assert len(Path(transitions.__file__).read_text().splitlines()) < 100
