"""Who sees which version: every status, published or not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from concepts.models import Concept, ConceptVersion
from concepts.permissions import readable_versions
from concepts.querysets import counting_offers
from kiportal.common import roles
from kiportal.common.models import User
from offers.models import Offer
from tests import factories
from tests.concepts.factories import freeze, make_concept, make_section, make_version

pytestmark = pytest.mark.django_db

S = ConceptVersion.Status
TODAY = timezone.localdate()


@pytest.mark.parametrize(
    ("status", "published", "council", "public"),
    [
        (S.DRAFT, False, False, False),
        (S.FROZEN, False, False, False),
        (S.FROZEN, True, True, True),
        (S.COMMITTEE, False, True, False),
        (S.COMMITTEE, True, True, True),
        (S.ADOPTED, False, True, False),
        (S.ADOPTED, True, True, True),
        (S.SUPERSEDED, False, True, False),
        (S.SUPERSEDED, True, True, True),
    ],
)
def test_version_visible_by_status_and_publication(status: str, published: bool, council: bool, public: bool) -> None:
    make_version(status, published=published)
    versions = ConceptVersion.objects.all()
    assert versions.visible_to_public(TODAY).exists() is public
    assert versions.visible_to_council(TODAY).exists() is council
    assert versions.finished().exists() is (status != S.DRAFT)


def test_version_published_tomorrow_is_not_public_today() -> None:
    version = make_version(S.ADOPTED, published=True)
    ConceptVersion.objects.filter(pk=version.pk).update(published_on=TODAY + timedelta(days=1))
    assert not ConceptVersion.objects.visible_to_public(TODAY).exists()
    assert ConceptVersion.objects.visible_to_public(TODAY + timedelta(days=1)).exists()


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (roles.EDITOR, {S.FROZEN, S.COMMITTEE, S.ADOPTED}),
        (roles.LEAD, {S.FROZEN, S.COMMITTEE, S.ADOPTED}),
        (roles.COUNCIL, {S.COMMITTEE, S.ADOPTED}),
        (roles.PROVIDER, set()),
        (roles.MUNICIPALITY, set()),
        (roles.ADMIN, set()),
    ],
)
def test_readable_versions_of_each_role(cast: dict[str, User], role: str, statuses: set[str]) -> None:
    for status in (S.DRAFT, S.FROZEN, S.COMMITTEE, S.ADOPTED):
        make_version(status)
    assert {version.status for version in readable_versions(cast[role], TODAY)} == statuses


def test_current_version_is_the_one_in_force_then_the_newest() -> None:
    first = make_version(S.SUPERSEDED, published=True)
    second = make_version(S.ADOPTED, published=True, concept=first.concept)
    third = make_version(S.COMMITTEE, published=True, concept=first.concept)
    assert list(ConceptVersion.objects.current_first()) == [second, third, first]


def test_concepts_come_with_their_readable_versions() -> None:
    adopted = make_version(S.ADOPTED, published=True)
    make_version(S.COMMITTEE, concept=adopted.concept)
    make_version(S.COMMITTEE)
    make_concept("Nur ein Entwurf")
    (concept,) = Concept.objects.with_versions(ConceptVersion.objects.visible_to_public(TODAY))
    assert concept.readable_versions == [adopted]  # type: ignore[attr-defined]


def test_integration_concept_comes_before_papers() -> None:
    paper = make_concept("Arbeitspapier", kind=Concept.Kind.WORKING_PAPER).concept
    main = make_concept("Zukunft", kind=Concept.Kind.INTEGRATION_CONCEPT).concept
    assert list(Concept.objects.main_first()) == [main, paper]


def test_in_force_gives_the_integration_concept_first() -> None:
    paper = make_version(S.ADOPTED, kind=Concept.Kind.WORKING_PAPER)
    main = make_version(S.ADOPTED)
    make_version(S.SUPERSEDED)
    make_version(S.COMMITTEE)
    assert list(ConceptVersion.objects.in_force()) == [main, paper]


def test_action_areas_count_public_offers_once() -> None:
    version = make_concept()
    topics = [factories.make_topic(), factories.make_topic()]
    area = version.action_areas.create(title="Bildung", strand="bildung")
    area.topics.set(topics)
    version.action_areas.create(title="Ohne Themen", strand="bildung", sort_order=1)
    factories.make_offer(topics=topics)
    factories.make_offer(topics=topics[:1])
    factories.make_offer(topics=topics, status=Offer.Status.SUBMITTED)
    found = counting_offers(version.action_areas.all(), TODAY)
    assert [(each.title, each.offer_count) for each in found] == [("Bildung", 2), ("Ohne Themen", 0)]  # type: ignore[attr-defined]


def test_chapters_are_the_sections_of_the_first_level() -> None:
    version = make_concept()
    first = make_section(version, "Eins")
    make_section(version, "Eins eins", parent=first)
    second = make_section(version, "Zwei")
    freeze(version)
    assert list(version.sections.chapters()) == [first, second]
