"""Counts from bitmaps are those of the database, whatever was written, in every process."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from subprocess import PIPE, Popen

import pytest
from django.conf import settings as settings_of_django
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from actors.models import Organisation
from kiportal.common import retention
from offers import counting, lifecycle
from offers.facets import facet_counts
from offers.filters import RANKED_AT_MOST, Hits, OfferFilters
from offers.models import Offer, Touched
from offers.vocabulary import FACETS
from tests import factories
from tests.concurrency import Thread


def filters(query: str = "") -> OfferFilters:
    return OfferFilters(QueryDict(query), Offer.objects.visible_to_public(timezone.localdate()))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Each test begins like a new process."""
    counting.forget()
    yield
    counting.forget()


# What is in the index is what the database says


@pytest.mark.parametrize("packed", [[], [1], [7, 8, 9], [1, 70000]])
def test_bitmap_holds_its_keys(packed: list[int]) -> None:
    bits = counting.bitmap(counting.packed_keys(packed))
    assert counting.keys_of(bits) == packed
    assert bits.bit_count() == len(packed)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_count_equals_the_plain_query(data: st.DataObject) -> None:
    """Random offers, random filters: `facet_counts` and the hits against the ORM with joins."""
    with transaction.atomic():
        places = [factories.make_municipality(slug=f"ort-{n}") for n in range(3)]
        topics = [factories.make_topic(f"thema-{n}") for n in range(3)]
        languages = [factories.make_language(f"l{n}") for n in range(2)]
        providers = [factories.make_organisation(slug=f"traeger-{n}") for n in range(2)]
        providers.append(factories.make_organisation(slug="archiv", status=Organisation.Status.ARCHIVED))
        today = timezone.localdate()
        for number in range(data.draw(st.integers(0, 8))):
            pick = lambda rows: data.draw(st.lists(st.sampled_from(rows), unique=True, max_size=2))  # noqa: E731
            factories.make_offer(
                f"Angebot {number} {data.draw(st.sampled_from(['Chor', 'Kurs', 'Nähtreff']))}",
                status=data.draw(st.sampled_from(["published", "published", "published", "hidden", "submitted"])),
                slug=f"a-{number}",
                published_at=timezone.now() - timedelta(days=data.draw(st.integers(0, 5))),
                valid_until=data.draw(st.sampled_from([None, today, today - timedelta(days=1)])),
                provider=data.draw(st.sampled_from(providers)),
                municipalities=pick(places),
                is_countywide=data.draw(st.booleans()),
                topics=pick(topics),
                languages=pick(languages),
                kind=data.draw(st.sampled_from(Offer.Kind.values)),
                cost_kind=data.draw(st.sampled_from(["", "kostenfrei"])),
                is_online=data.draw(st.booleans()),
            )
        query = QueryDict(mutable=True)
        for name, values in (
            ("kommune", ["ort-0", "ort-1"]),
            ("thema", ["thema-0", "thema-1"]),
            ("sprache", ["l0"]),
            ("nur", ["projekte"]),
            ("ort", ["online", "vor-ort"]),
            ("traeger", ["traeger-0"]),
            ("q", ["chor", "kurs traeger", "naehtreff"]),
        ):
            if data.draw(st.booleans()):
                query.setlist(name, [data.draw(st.sampled_from(values))])
        current = filters(query.urlencode())
        counts = facet_counts(current)
        for name in FACETS:
            for value in current.vocabulary[name]:
                alone = filters(current.query(**{name: [value]}).lstrip("?"))
                assert counts[name][value] == alone.qs.count(), (query, name, value)
        assert {offer.pk for offer in current.hits[0:50]} == set(current.qs.values_list("pk", flat=True))
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_each_kind_of_change_is_seen_with_the_next_request() -> None:
    """By the lifecycle, by SQL in bulk, by a relation alone, by the state of the organisation, by a new name."""
    topic, editor = factories.make_topic("musik"), factories.make_user("editor")
    offer = factories.make_offer(status="submitted", topics=[topic], slug=None)

    def number() -> int:
        return facet_counts(filters())["thema"]["musik"]

    assert number() == 0
    lifecycle.publish(offer, by=editor)
    assert number() == 1
    lifecycle.hide(offer, by=editor, reason="Pause")
    assert number() == 0
    Offer.objects.filter(pk=offer.pk).update(status="published")
    assert number() == 1
    offer.topics.clear()
    assert number() == 0
    offer.topics.set([topic])
    Organisation.objects.filter(pk=offer.provider_id).update(status="archived")
    assert number() == 0
    Organisation.objects.filter(pk=offer.provider_id).update(status="published")
    topic.name = "Musik und Tanz"
    topic.save()
    assert filters().vocabulary["thema"]["musik"].label == "Musik und Tanz"
    Offer.objects.filter(pk=offer.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
    assert number() == 0
    offer.delete()
    assert not filters().bits()


# What a web worker does: hold its index, and say for each line it gets how many offers there are.
WORKER = """
import sys
import django
django.setup()
from django.db import connection
from django.utils import timezone
connection.settings_dict["NAME"] = sys.argv[1]
from offers import counting
for _line in sys.stdin:
    print(counting.current().visible(timezone.localdate()).bit_count(), flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_change_is_counted_by_two_other_processes_at_once() -> None:
    offer = factories.make_offer(status="hidden", slug="a", published_at=timezone.now())
    command = [sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"])]
    with ExitStack() as stack:
        workers = [
            stack.enter_context(Popen(command, stdin=PIPE, stdout=PIPE, text=True, cwd=settings_of_django.BASE_DIR))
            for _ in range(2)
        ]

        def numbers() -> list[int]:
            for worker in workers:
                assert worker.stdin
                worker.stdin.write("\n")
                worker.stdin.flush()
            return [int(worker.stdout.readline()) for worker in workers if worker.stdout]

        assert numbers() == [0, 0]
        Offer.objects.filter(pk=offer.pk).update(status="published")
        started = time.monotonic()
        assert numbers() == [1, 1]
        assert time.monotonic() - started < 1
        Offer.objects.filter(pk=offer.pk).update(status="archived")
        assert numbers() == [0, 0]


@pytest.mark.django_db(transaction=True)
def test_change_of_many_at_once_loads_everything() -> None:
    topic = factories.make_topic("musik")
    Offer.objects.bulk_create(
        Offer(title=f"Chor {n}", provider=factories.make_organisation(), kind="angebot") for n in range(2)
    )
    assert filters().bits() == 0
    provider = factories.make_organisation()
    made = Offer.objects.bulk_create(
        Offer(title=f"Chor {n}", slug=f"chor-{n}", provider=provider, status="published", published_at=timezone.now())
        for n in range(600)
    )
    topic.offers.set(made)
    assert Touched.objects.filter(offer=None).exists()
    assert facet_counts(filters())["thema"] == {"musik": 600}


@pytest.mark.django_db(transaction=True)
def test_transaction_that_ends_later_than_a_younger_one_is_not_missed() -> None:
    """The older one has the smaller number; who asked in between has seen the younger one only."""
    first, second = (factories.make_offer(status="hidden", slug=f"a-{n}", published_at=timezone.now()) for n in "12")
    assert filters().bits() == 0
    written, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            Offer.objects.filter(pk=first.pk).update(status="published")
            written.set()
            assert may_end.wait(10)

    thread = Thread(slow)
    assert written.wait(10)
    Offer.objects.filter(pk=second.pk).update(status="published")
    assert counting.keys_of(filters().bits()) == [second.pk]
    may_end.set()
    assert thread.result() is None
    assert counting.keys_of(filters().bits()) == [first.pk, second.pk]


@pytest.mark.django_db(transaction=True)
def test_work_that_is_not_committed_is_seen_by_its_author_alone() -> None:
    offer = factories.make_offer(status="hidden", slug="a", published_at=timezone.now())
    assert filters().bits() == 0
    with transaction.atomic():
        Offer.objects.filter(pk=offer.pk).update(status="published")
        assert counting.keys_of(filters().bits()) == [offer.pk]
        transaction.set_rollback(True)
    assert filters().bits() == 0


@pytest.mark.django_db(transaction=True)
def test_notes_are_kept_for_a_day_and_then_forgotten() -> None:
    factories.make_offer()
    assert Touched.objects.exists()
    counting.current()
    Touched.objects.update(at=timezone.now() - timedelta(days=2))
    retention.carry_out(delete=True)
    assert not Touched.objects.exists()
    assert filters().bits().bit_count() == 1


# The list


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("query", ["", "?q=angebot&thema=musik&sortierung=termin", "?seite=2"])
def test_list_needs_few_queries_however_many_offers(
    centre: object, client: Client, query: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    topic = factories.make_topic("musik")
    used = []
    for number in (1, 29):
        for _ in range(number):
            factories.make_offer(topics=[topic])
        client.get("/angebote/")
        with django_assert_max_num_queries(8) as captured:
            assert client.get(f"/angebote/{query}").status_code == 200
        used.append(len(captured))
    assert used[0] == used[1]


@pytest.mark.django_db
@pytest.mark.parametrize("sorting", ["neu", "name", "termin"])
def test_long_lists_are_sorted_as_short_ones(sorting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above RANKED_AT_MOST the index, or a column, gives the order."""
    for number in range(7):
        published = timezone.now() - timedelta(days=number * 3 % 7)
        factories.make_offer(f"{'gecafbd'[number]} Chor", published_at=published)
    short = [offer.pk for offer in filters(f"sortierung={sorting}").hits[0:5]]
    monkeypatch.setattr("offers.filters.RANKED_AT_MOST", 3)
    current = filters(f"sortierung={sorting}")
    assert not current.hits.is_ranked
    assert [offer.pk for offer in current.hits[0:5]] == short
    assert len(Hits(current)[5:10]) == 2
    assert RANKED_AT_MOST == 2000


@pytest.mark.django_db
def test_long_list_for_a_word_says_that_it_is_sorted_by_date(
    centre: object, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        factories.make_offer("Chor")
    sentence = "die neuesten zuerst"
    assert sentence not in client.get("/angebote/?q=chor").text
    monkeypatch.setattr("offers.filters.RANKED_AT_MOST", 2)
    assert sentence in client.get("/angebote/?q=chor").text
    assert connection.vendor == "postgresql"
