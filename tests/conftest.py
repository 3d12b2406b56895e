"""Fixtures of all tests: the fixed cast of accounts, and jobs that really run."""

from collections.abc import Callable, Iterator

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.utils import translation
from pytest_django.fixtures import Settings

from kiportal.common import jobs, roles
from kiportal.common.models import Centre, Job, User
from tests import factories
from tests.smtp import Mailbox, free_port


@pytest.fixture(autouse=True)
def _in_german() -> Iterator[None]:
    """A page that a test opens below /en/ leaves its language on; the next test starts in German again."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def centre(db: None) -> Centre:
    return factories.make_centre()


@pytest.fixture
def cast(db: None) -> dict[str, User]:
    """One account of every role, by the role's slug."""
    return {role: factories.make_user(role) for role in roles.ROLE_PERMISSIONS}


@pytest.fixture
def editor(db: None) -> User:
    return factories.make_user(roles.EDITOR, first_name="Rita", last_name="Redaktion")


@pytest.fixture
def lead(db: None) -> User:
    return factories.make_user(roles.LEAD)


@pytest.fixture
def run_jobs(db: None) -> Callable[[], list[Job]]:
    """Do what a worker does until nothing is left, and return the jobs that were done."""

    def run() -> list[Job]:
        done = []
        while pk := Job.objects.claimable().values_list("pk", flat=True).order_by("created_at").first():
            jobs.run(pk)
            done.append(Job.objects.get(pk=pk))
        return done

    return run


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    """Mails of this test go over SMTP into this box."""
    mailbox = Mailbox()
    port = free_port()
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    options = {"host": "127.0.0.1", "port": port, "timeout": 5}
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
    yield mailbox
    server.stop()
