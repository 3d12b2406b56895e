"""Named reads. What the public sees is decided in one place."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone

from actors.models import Organisation
from offers.models import AccessFeature, Offer, OfferDate, OpeningHours, Recurrence
from offers.querysets import counting_offers
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
S = Offer.Status


def make(status: str = S.PUBLISHED, **fields: Any) -> Offer:
    dated: dict[str, Any] = (
        {"slug": f"x-{status}", "published_at": timezone.now()} if status in {S.HIDDEN, S.ARCHIVED} else {}
    )
    return factories.make_offer(status=status, **(dated | fields))


@pytest.mark.parametrize("status", list(S))
@pytest.mark.parametrize("provider_status", list(Organisation.Status))
def test_public_sees_what_is_published_by_whom_is_published(status: str, provider_status: str) -> None:
    make(status, provider=factories.make_organisation(status=provider_status))
    is_public = (status, provider_status) == ("published", "published")
    assert Offer.objects.visible_to_public(TODAY).exists() is is_public


@pytest.mark.parametrize(("until", "is_public"), [(None, True), (-1, False), (0, True), (1, True)])
def test_public_sees_an_offer_on_its_last_day(until: int | None, is_public: bool) -> None:
    make(valid_until=None if until is None else TODAY + timedelta(days=until))
    assert Offer.objects.visible_to_public(TODAY).exists() is is_public


def test_public_dates_are_those_of_public_offers() -> None:
    for status in S:
        OfferDate.objects.create(offer=make(status), starts_at=timezone.now())
    assert [entry.offer.status for entry in OfferDate.objects.visible_to_public(TODAY)] == [S.PUBLISHED]


@pytest.mark.parametrize("status", list(S))
def test_ended_is_what_was_public_once_and_is_over(status: str) -> None:
    make(status)
    assert Offer.objects.ended(TODAY).exists() is (status == S.ARCHIVED)


def test_ended_by_its_last_day() -> None:
    offer = make(valid_until=TODAY)
    assert not Offer.objects.ended(TODAY).exists()
    assert Offer.objects.ended(TODAY + timedelta(days=1)).get() == offer


def test_staff_see_what_was_sent() -> None:
    for status in S:
        make(status)
    assert {offer.status for offer in Offer.objects.for_staff()} == set(S) - {S.DRAFT, S.UNCONFIRMED}


def test_queue_holds_what_was_submitted_oldest_first() -> None:
    now = timezone.now()
    late = make(S.SUBMITTED, submitted_at=now)
    early = make(S.SUBMITTED, submitted_at=now - timedelta(days=3))
    make(S.UNCONFIRMED, submitted_at=now - timedelta(days=9))
    make(S.CHANGES_REQUESTED, submitted_at=now - timedelta(days=9))
    assert list(Offer.objects.awaiting_review()) == [early, late]


def test_member_sees_the_offers_of_own_organisations_once() -> None:
    first, second = factories.make_organisation(), factories.make_organisation()
    member = factories.make_user("provider", organisation=first)
    second.memberships.create(user=member)
    colleague = factories.make_user("provider", organisation=first)
    own = {make(provider=first), make(S.DRAFT, provider=second)}
    make()
    assert set(Offer.objects.of_member(member)) == own
    assert Offer.objects.of_member(member).count() == 2
    assert Offer.objects.of_member(colleague).count() == 1
    assert set(Offer.objects.of_organisations(Organisation.objects.of_member(member))) == own


def test_countywide_offer_is_in_every_municipality() -> None:
    here, there = factories.make_municipality(), factories.make_municipality()
    local = make(municipalities=[here])
    everywhere = make(municipalities=[], is_countywide=True)
    assert set(Offer.objects.in_municipality(here)) == {local, everywhere}
    assert set(Offer.objects.in_municipality(there)) == {everywhere}


def test_due_for_confirmation_are_published_entries_nobody_confirmed_for_long() -> None:
    never = make(last_confirmed_on=None)
    old = make(last_confirmed_on=date(2025, 11, 21))
    make(last_confirmed_on=date(2025, 11, 22))
    make(S.HIDDEN, last_confirmed_on=date(2020, 1, 1))
    assert list(Offer.objects.due_for_confirmation(TODAY, months=12)) == [never, old]


def test_due_for_confirmation_agrees_with_the_mark_on_the_entry() -> None:
    for days in range(360, 372):
        make(last_confirmed_on=TODAY - timedelta(days=days))
    due = set(Offer.objects.due_for_confirmation(TODAY, months=12))
    assert due == {offer for offer in Offer.objects.all() if offer.is_stale(TODAY, 12)}
    assert 0 < len(due) < 12


def test_dates_count_until_they_have_ended() -> None:
    offer, now = make(), timezone.now()
    hour = timedelta(hours=1)
    OfferDate.objects.create(offer=offer, starts_at=now - hour)
    OfferDate.objects.create(offer=offer, starts_at=now - 3 * hour, ends_at=now - hour)
    running = OfferDate.objects.create(offer=offer, starts_at=now - 2 * hour, ends_at=now + hour)
    later = OfferDate.objects.create(offer=offer, starts_at=now + hour)
    assert list(OfferDate.objects.upcoming(now)) == [running, later]


@pytest.mark.parametrize("number", [1, 12])
def test_cards_take_the_same_queries_for_one_and_for_many(number: int, django_assert_num_queries: Any) -> None:
    for _ in range(number):
        OfferDate.objects.create(offer=make(), starts_at=timezone.now() + timedelta(days=1))
    with django_assert_num_queries(5):
        for offer in Offer.objects.for_cards():
            assert [offer.provider.name, offer.offer_type, *offer.municipalities.all(), *offer.languages.all()]
            assert [*offer.topics.all(), offer.next_date]


def test_counting_offers_counts_public_ones() -> None:
    provider = factories.make_organisation()
    for status in S:
        make(status, provider=provider)
    make(provider=provider, valid_until=TODAY - timedelta(days=1))
    counted = counting_offers(Organisation.objects.filter(pk=provider.pk), TODAY).get()
    assert counted.offer_count == 1


def test_entry_read_for_its_page_has_the_same_rows_as_read_one_by_one() -> None:
    offer = factories.make_offer("Nähcafé")
    now = timezone.now().replace(microsecond=0)
    for day in (3, 1, 2):
        OfferDate.objects.create(offer=offer, starts_at=now + timedelta(days=day), note="Saal")
    OfferDate.objects.create(offer=offer, starts_at=now - timedelta(days=1))
    AccessFeature.objects.create(offer=offer, feature="wc", state="ja", note="Schlüssel am Tresen")
    OpeningHours.objects.create(offer=offer, weekday=2, opens_at=time(9), closes_at=time(12, 30))
    Recurrence.objects.create(
        offer=offer, rule="FREQ=WEEKLY", first_on=date(2026, 1, 5), begins_at=time(17), cancelled_on=[date(2026, 2, 2)]
    )
    picture = factories.make_picture(offer)
    read, stored = Offer.objects.page_of(offer.slug), Offer.objects.for_detail().get(pk=offer.pk)
    assert read is not None
    assert [entry.starts_at for entry in read.upcoming_dates] == [now + timedelta(days=day) for day in (1, 2, 3)]
    assert read.pictures[0].url("klein") == picture.url("klein")
    for name in ("upcoming_dates", "pictures", "access_features", "opening_hours", "recurrences"):
        both = [getattr(entry, name) for entry in (read, stored)]
        inside, beside = (
            [model_to_row(row) for row in getattr(rows, "all", lambda rows=rows: rows)()] for rows in both
        )
        assert inside
        assert inside == beside


def model_to_row(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_entry_that_is_not_there_has_no_page() -> None:
    assert Offer.objects.page_of("gibt-es-nicht") is None
