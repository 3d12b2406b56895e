"""Rate limits that hold for every process and keep no address."""

from datetime import timedelta

import pytest
import time_machine
from django.test import RequestFactory

from kiportal.common import limits
from kiportal.common.limits import exceeded
from kiportal.common.models import RateCount
from tests.concurrency import at_once

HOUR = timedelta(hours=1)


def send(key: str = "192.0.2.7", *, name: str = "form", limit: int = 3, window: timedelta = HOUR) -> bool:
    return exceeded(name, key, limit=limit, window=window)


@pytest.mark.django_db
def test_exceeded_from_the_first_beyond_the_limit_on() -> None:
    assert [send() for _ in range(5)] == [False, False, False, True, True]


@pytest.mark.django_db
def test_exceeded_counts_each_key_and_each_form_for_itself() -> None:
    assert [send() for _ in range(4)][-1]
    assert not send("192.0.2.8")
    assert not send(name="report")


@pytest.mark.django_db
def test_exceeded_takes_an_address_for_the_same_however_it_is_written() -> None:
    sent = ["Verein@Example.org", "verein@example.org", " verein@example.org ", "VEREIN@EXAMPLE.ORG"]
    assert [send(address) for address in sent][-1]


@pytest.mark.django_db
def test_exceeded_begins_anew_with_the_next_window() -> None:
    with time_machine.travel("2026-11-22T10:00:00+00:00", tick=False) as now:
        assert [send() for _ in range(4)][-1]
        now.shift(timedelta(minutes=59, seconds=59))
        assert send()
        now.shift(timedelta(seconds=1))
        assert not send()


@pytest.mark.django_db
def test_exceeded_stores_no_address() -> None:
    send("verein@example.org")
    stored = RateCount.objects.get()
    assert "verein" not in stored.key
    assert len(stored.key) == 64
    assert "verein" not in str(stored)


@pytest.mark.django_db(transaction=True)
def test_exceeded_counts_requests_at_the_same_moment_exactly() -> None:
    results = at_once(*[lambda: send(limit=5)] * 12)
    assert sorted(results) == [False] * 5 + [True] * 7
    assert RateCount.objects.get().count == 12


@pytest.mark.django_db
def test_a_fourth_mail_a_day_to_an_address_is_one_too_many() -> None:
    assert [limits.mail_exceeded("verein@example.org") for _ in range(4)] == [False, False, False, True]


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_address_of_ipv6_is_its_network(client: str, counted: str) -> None:
    assert limits.address(RequestFactory().get("/", REMOTE_ADDR=client)) == counted
