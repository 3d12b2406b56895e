"""Similar offers: who stands first, and who does not stand there."""

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from offers import counting
from offers.models import Offer
from offers.similar import similar
from tests import factories

pytestmark = pytest.mark.django_db


def found(offer: Offer, number: int) -> list[Offer]:
    return similar(offer, number, counting.current())


def test_similar_offers_stand_near_first_then_share_more_topics_then_are_newer() -> None:
    a, b, c = (factories.make_topic() for _number in range(3))
    here, there = factories.make_municipality(), factories.make_municipality()
    offer = factories.make_offer(topics=[a, b, c], municipalities=[here])
    far = factories.make_offer(topics=[a, b, c], municipalities=[there])
    one = factories.make_offer(topics=[b], municipalities=[here])
    two = factories.make_offer(topics=[a, c], municipalities=[here, there])
    newer = factories.make_offer(topics=[c], municipalities=[here])
    everywhere = factories.make_offer(topics=[b, c], is_countywide=True, municipalities=[])
    factories.make_offer(topics=[factories.make_topic()], municipalities=[here])
    factories.make_offer(topics=[a], municipalities=[here], status=Offer.Status.HIDDEN)
    factories.make_offer(topics=[a], municipalities=[here], valid_until=timezone.localdate().replace(year=2020))
    assert found(offer, 10) == [everywhere, two, newer, one, far]
    assert found(offer, 3) == [everywhere, two, newer]


def test_offer_without_topics_has_no_similar_ones() -> None:
    factories.make_offer()
    assert found(factories.make_offer(topics=[]), 3) == []


@pytest.mark.parametrize("number", [1, 30])
def test_similar_offers_take_the_same_queries_for_one_and_for_many(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    topic = factories.make_topic()
    for _offer in range(number):
        factories.make_offer(topics=[topic])
    offer = Offer.objects.for_detail().get(pk=factories.make_offer(topics=[topic]).pk)
    index = counting.current()
    with django_assert_num_queries(2):
        similar(offer, 3, index)
