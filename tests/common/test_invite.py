"""`manage.py invite`: the first account of an installation."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from kiportal.common.models import Centre, Job, User
from tests.smtp import Mailbox


def test_invite_sends_a_link_to_choose_a_password(
    centre: Centre, mailbox: Mailbox, run_jobs: Callable[[], list[Job]]
) -> None:
    call_command("invite", "amira", "amira@kreis.example.org")
    user = User.objects.get(username="amira")
    assert user.roles == {"admin"}
    assert not user.has_usable_password()
    run_jobs()
    [message] = mailbox.messages
    assert message["To"] == "amira@kreis.example.org"
    assert "/konto/" in mailbox.link("")


def test_invite_refuses_a_name_that_exists(centre: Centre) -> None:
    call_command("invite", "amira", "amira@kreis.example.org", "--role", "editor")
    with pytest.raises(CommandError, match="gibt es schon"):
        call_command("invite", "Amira", "andere@kreis.example.org")
    assert User.objects.count() == 1
