"""Roles as groups, their permissions as strings."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from kiportal.common import roles
from kiportal.common.models import User
from kiportal.common.roles import ROLE_NAMES, ROLE_PERMISSIONS
from tests import factories

pytestmark = pytest.mark.django_db


def names(group: Group) -> set[str]:
    return {f"{found.content_type.app_label}.{found.codename}" for found in group.permissions.all()}


def test_every_permission_of_a_role_exists() -> None:
    known = {f"{found.content_type.app_label}.{found.codename}" for found in Permission.objects.all()}
    missing = {role: sorted(wanted - known) for role, wanted in ROLE_PERMISSIONS.items() if wanted - known}
    assert not missing


def test_roles_are_those_of_the_contract_and_have_a_name() -> None:
    assert set(ROLE_PERMISSIONS) == {"provider", "municipality", "editor", "lead", "council", "admin"}
    assert set(ROLE_NAMES) == set(ROLE_PERMISSIONS)


@pytest.mark.parametrize("role", list(ROLE_PERMISSIONS))
def test_group_has_exactly_the_permissions_of_its_role(role: str) -> None:
    assert names(Group.objects.get(name=role)) == ROLE_PERMISSIONS[role]


def test_sync_takes_away_what_somebody_added_by_hand() -> None:
    group = Group.objects.get(name=roles.PROVIDER)
    group.permissions.add(Permission.objects.get(codename="review_offer"))
    roles.sync_groups()
    assert names(group) == ROLE_PERMISSIONS[roles.PROVIDER]


def test_sync_leaves_groups_alone_that_are_no_roles() -> None:
    group = Group.objects.create(name="Runder Tisch")
    group.permissions.add(Permission.objects.get(codename="view_offer"))
    roles.sync_groups()
    assert names(group) == {"offers.view_offer"}


def test_migrate_makes_the_groups() -> None:
    Group.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert {group.name for group in Group.objects.all()} == set(ROLE_PERMISSIONS)
    assert names(Group.objects.get(name=roles.EDITOR)) == ROLE_PERMISSIONS[roles.EDITOR]


def test_every_role_may_open_the_workspace(cast: dict[str, User]) -> None:
    assert [role for role, user in cast.items() if not user.has_perm("common.use_workspace")] == []


def test_only_the_role_admin_opens_the_django_admin(cast: dict[str, User]) -> None:
    assert [role for role, user in cast.items() if user.is_staff] == [roles.ADMIN]
    assert not any(user.is_superuser for user in cast.values())


def test_only_staff_of_the_centre_review(cast: dict[str, User]) -> None:
    reviewers = {role for role, user in cast.items() if user.has_perm("offers.review_offer")}
    assert reviewers == {roles.EDITOR, roles.LEAD}
    assert {role for role, user in cast.items() if user.has_perm("actors.review_organisation")} == reviewers


def test_admin_has_reference_data_and_no_offers(cast: dict[str, User]) -> None:
    wanted = cast[roles.ADMIN].get_all_permissions()
    assert not {name for name in wanted if name.startswith(("offers.", "actors.")) and "offer_" in name}
    assert not {name for name in wanted if name.partition(".")[2] in {"view_offer", "change_offer", "delete_user"}}


def test_lead_may_all_that_an_editor_may() -> None:
    assert ROLE_PERMISSIONS[roles.LEAD] >= ROLE_PERMISSIONS[roles.EDITOR]


def test_inactive_account_may_nothing() -> None:
    user = factories.make_user(roles.ADMIN, is_active=False)
    assert not user.is_staff
    assert user.get_all_permissions() == set()


def test_user_roles_are_its_groups() -> None:
    assert factories.make_user(roles.EDITOR).roles == {"editor"}
