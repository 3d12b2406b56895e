"""Signed links: the token is written in mails and stands nowhere else."""

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from actors.models import Organisation
from kiportal.common import links
from kiportal.common.links import DAYS, LinkGone
from kiportal.common.models import AccessLink
from tests import factories

Purpose = AccessLink.Purpose
pytestmark = pytest.mark.django_db


@pytest.fixture
def target(db: None) -> Organisation:
    return factories.make_organisation()


@pytest.fixture
def link(target: Organisation) -> AccessLink:
    return links.issue(Purpose.CARE, target, "verein@example.org")


def whole_database() -> str:
    """Every column of every table as text, binary ones in hexadecimal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608  (our own tables)
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows)


def test_issue_stores_purpose_target_address_and_end(target: Organisation, link: AccessLink) -> None:
    stored = AccessLink.objects.get()
    assert (stored.purpose, stored.target, stored.email) == (Purpose.CARE, target, "verein@example.org")
    assert stored.expires_at - stored.created_at == pytest.approx(timedelta(days=60), abs=timedelta(seconds=1))
    assert stored.revoked_at is None


def test_days_are_those_of_the_contract() -> None:
    assert (DAYS[Purpose.CONFIRM], DAYS[Purpose.CARE]) == (14, 60)
    assert set(DAYS) == set(Purpose)


def test_token_has_256_bits_and_fits_a_path(link: AccessLink) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", links.token(link))


def test_token_is_stored_nowhere(link: AccessLink) -> None:
    token = links.token(link)
    content = whole_database()
    assert link.token_hash in content
    assert token not in content
    raw = base64.urlsafe_b64decode(token + "=")
    assert raw.hex() not in content
    assert base64.b64encode(raw).decode().rstrip("=") not in content


def test_token_is_the_same_whenever_the_stored_link_is_read(link: AccessLink) -> None:
    assert links.token(AccessLink.objects.get(pk=link.pk)) == links.token(link)


def test_token_differs_by_link_and_by_key(link: AccessLink, target: Organisation, settings: Settings) -> None:
    token = links.token(link)
    assert links.token(links.issue(Purpose.CARE, target, "verein@example.org")) != token
    settings.KIPORTAL_LINK_KEY = b"another-key-" * 4
    assert links.token(link) != token


def test_token_cannot_be_made_from_what_the_database_holds(link: AccessLink) -> None:
    """Who reads the database but not the key has id, nonce and hash."""
    guesses = [link.token_hash, hashlib.sha256(link.id.bytes + bytes(link.nonce)).hexdigest(), link.nonce.hex()]
    for guess in guesses:
        with pytest.raises(AccessLink.DoesNotExist):
            links.find(Purpose.CARE, guess)


def test_find_returns_the_link_of_a_token(link: AccessLink) -> None:
    assert links.find(Purpose.CARE, links.token(link)) == link


def test_find_asks_for_the_hash_never_for_the_token(link: AccessLink) -> None:
    """An index on the hash leaks nothing about how many characters of a guess were right."""
    token = links.token(link)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        links.find(Purpose.CARE, token)
    [query] = queries.captured_queries
    assert link.token_hash in query["sql"]
    assert token not in query["sql"]


@pytest.mark.parametrize("secret", ["", "x", "ä" * 43, "A" * 43, "\x00", "' OR 1=1 --"])
def test_find_of_an_unknown_token_says_so(link: AccessLink, secret: str) -> None:
    with pytest.raises(AccessLink.DoesNotExist):
        links.find(Purpose.CARE, secret)


@pytest.mark.parametrize("purpose", [Purpose.DRAFT, Purpose.CONFIRM])
def test_find_for_another_purpose_does_not_know_the_link(link: AccessLink, purpose: Purpose) -> None:
    with pytest.raises(AccessLink.DoesNotExist):
        links.find(purpose, links.token(link))


@pytest.mark.parametrize("purpose", list(Purpose))
def test_find_of_an_expired_link_says_that_it_is_gone(target: Organisation, purpose: Purpose) -> None:
    with time_machine.travel(timezone.now(), tick=False) as now:
        token = links.token(links.issue(purpose, target))
        now.shift(timedelta(days=DAYS[purpose]))
        links.find(purpose, token)
        now.shift(timedelta(seconds=1))
        with pytest.raises(LinkGone):
            links.find(purpose, token)


def test_find_of_a_revoked_link_says_that_it_is_gone(link: AccessLink, target: Organisation) -> None:
    assert links.revoke(AccessLink.objects.for_target(target)) == 1
    with pytest.raises(LinkGone):
        links.find(Purpose.CARE, links.token(link))


def test_revoke_a_second_time_keeps_the_first_moment(link: AccessLink) -> None:
    links.revoke(AccessLink.objects.all())
    first = AccessLink.objects.get().revoked_at
    assert links.revoke(AccessLink.objects.all()) == 0
    assert AccessLink.objects.get().revoked_at == first


def test_for_target_tells_models_with_the_same_number_apart(link: AccessLink, target: Organisation) -> None:
    other = factories.make_municipality(pk=target.pk)
    assert AccessLink.objects.for_target(target).get() == link
    assert not AccessLink.objects.for_target(other).exists()


def test_link_of_an_erased_target_opens_nothing(link: AccessLink, target: Organisation) -> None:
    token: Any = links.token(link)
    Organisation.objects.all().delete()
    assert links.find(Purpose.CARE, token).target is None
