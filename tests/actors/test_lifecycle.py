"""Every step of an organisation from every status by everybody."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from actors import lifecycle
from actors.lifecycle import ORGANISATION
from actors.models import Organisation
from actors.permissions import can_change_organisation, can_review_organisation
from kiportal.common import links
from kiportal.common.models import AccessLink, StatusChange
from kiportal.common.transitions import By, SomebodyWasFaster, possible
from tests import factories
from tests.concurrency import at_once

S = Organisation.Status
# DESIGN 4: proposed -> published | rejected; published <-> archived. Nothing else.
STEPS = {
    (S.PROPOSED, "publish"): S.PUBLISHED,
    (S.PROPOSED, "reject"): S.REJECTED,
    (S.PUBLISHED, "archive"): S.ARCHIVED,
    (S.ARCHIVED, "restore"): S.PUBLISHED,
    # Told in the Verlauf of both, without a new status.
    **{(s, "merge"): s for s in S},
}
STAFF = {"editor", "lead"}


def everybody(organisation: Organisation) -> dict[str, By]:
    return {
        "member": factories.make_user("provider", organisation=organisation),
        "municipality": factories.make_user("municipality", organisation=organisation),
        **{role: factories.make_user(role) for role in ("editor", "lead", "council", "admin")},
        **{purpose: links.issue(purpose, organisation) for purpose in AccessLink.Purpose},
    }


def outcome(organisation: Organisation, verb: str, by: By) -> str:
    record = Organisation.objects.get(pk=organisation.pk)
    with transaction.atomic():
        try:
            step: Any = getattr(lifecycle, verb)
            change = step(record, by=by, reason="Darum.")
        except PermissionDenied:
            result = "denied"
        except SomebodyWasFaster:
            result = "too late"
        else:
            assert StatusChange.objects.for_target(organisation).get() == change
            assert (change.from_status, change.to_status, change.reason) == (
                organisation.status,
                record.status,
                "Darum.",
            )
            result = Organisation.objects.get(pk=organisation.pk).status
        transaction.set_rollback(True)
    return result


def test_table_has_the_verbs_of_the_contract() -> None:
    assert set(ORGANISATION) == {verb for _status, verb in STEPS}


@pytest.mark.django_db
@pytest.mark.parametrize("status", list(S))
def test_every_step_by_everybody_is_as_the_contract_says(status: str) -> None:
    organisation = factories.make_organisation(status=status)
    people = everybody(organisation)
    found = {(verb, name): outcome(organisation, verb, by) for verb in ORGANISATION for name, by in people.items()}
    assert found == {
        (verb, name): STEPS.get((S(status), verb), "too late") if name in STAFF else "denied"
        for verb in ORGANISATION
        for name in people
    }
    for name, by in people.items():
        wanted = [verb for verb in ORGANISATION if (S(status), verb) in STEPS and name in STAFF]
        assert possible(ORGANISATION, organisation, by) == wanted


@pytest.mark.django_db
def test_organisations_are_reviewed_and_changed_by_staff() -> None:
    organisation = factories.make_organisation()
    for name, by in everybody(organisation).items():
        assert can_review_organisation(by, organisation) is (name in STAFF)
        assert can_change_organisation(by, organisation) is (name in STAFF)


@pytest.mark.django_db
def test_add_stores_a_new_organisation_as_proposed() -> None:
    organisation = lifecycle.add(Organisation(name="Café Übersee", kind=Organisation.Kind.ASSOCIATION))
    assert (organisation.slug, organisation.status) == ("cafe-uebersee", S.PROPOSED)
    assert not Organisation.objects.visible_to_public().exists()
    assert Organisation.objects.awaiting_review().get() == organisation


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "slug"), [("AWO", "awo-3"), ("AWO Nord", "awo-nord"), ("!!!", "organisation")])
def test_add_takes_an_address_that_is_free(name: str, slug: str) -> None:
    for taken in ("awo", "awo-2", "awo-nordwest"):
        factories.make_organisation(slug=taken)
    assert lifecycle.add(Organisation(name=name, kind=Organisation.Kind.ASSOCIATION)).slug == slug


@pytest.mark.django_db(transaction=True)
def test_add_of_equal_names_at_once_gives_different_addresses() -> None:
    def add() -> Organisation:
        return lifecycle.add(Organisation(name="AWO", kind=Organisation.Kind.ASSOCIATION))

    results = at_once(*[add] * 6)
    assert all(isinstance(result, Organisation) for result in results), results
    assert set(Organisation.objects.values_list("slug", flat=True)) == {"awo", *(f"awo-{n}" for n in range(2, 7))}


@pytest.mark.django_db
@pytest.mark.parametrize("status", list(S))
def test_public_sees_published_organisations_only(status: str) -> None:
    factories.make_organisation(status=status)
    assert Organisation.objects.visible_to_public().exists() is (status == S.PUBLISHED)


@pytest.mark.django_db
def test_member_sees_own_organisations() -> None:
    own = factories.make_organisation()
    member = factories.make_user("provider", organisation=own)
    factories.make_user("provider", organisation=own)
    factories.make_organisation()
    assert list(Organisation.objects.of_member(member)) == [own]
