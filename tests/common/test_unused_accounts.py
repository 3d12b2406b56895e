"""Accounts that nobody uses: a notice after 23 months, erased after 24, kept by one sign-in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from kiportal.common import roles
from kiportal.common.models import Centre, Job, User
from kiportal.common.retention import NOTICE_DAYS, UNUSED
from tests import factories
from tests.common.test_links import whole_database
from tests.smtp import Mailbox

type RunJobs = Callable[[], list[Job]]


def unused(days: int, role: str = roles.EDITOR) -> User:
    user = factories.make_user(role, f"rotkehlchen{days}{role}")
    user.last_login = timezone.now() - timedelta(days=days)
    user.save()
    return user


def test_unused_account_gets_one_notice_and_is_erased_a_month_later(
    centre: Centre, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    user = unused(UNUSED.days - NOTICE_DAYS + 1)
    call_command("remind_unused_accounts")
    call_command("remind_unused_accounts")
    run_jobs()
    [message] = mailbox.messages
    assert message["To"] == user.email
    call_command("purge")
    assert User.objects.filter(pk=user.pk).exists()

    later = timedelta(days=NOTICE_DAYS + 1)
    User.objects.filter(pk=user.pk).update(
        last_login=user.last_login - later, inactivity_notice_at=timezone.now() - later
    )
    Job.objects.all().delete()
    call_command("purge")
    assert "rotkehlchen" not in whole_database()


def test_unused_account_is_kept_by_a_sign_in_after_the_notice(centre: Centre) -> None:
    user = unused(UNUSED.days + 1)
    call_command("remind_unused_accounts")
    User.objects.filter(pk=user.pk).update(
        inactivity_notice_at=timezone.now() - timedelta(days=NOTICE_DAYS + 1), last_login=timezone.now()
    )
    call_command("purge")
    assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize(("days", "role"), [(30, roles.EDITOR), (UNUSED.days + 100, roles.ADMIN)])
def test_account_in_use_and_administration_get_no_notice(centre: Centre, days: int, role: str) -> None:
    unused(days, role)
    call_command("remind_unused_accounts")
    assert not Job.objects.exists()
