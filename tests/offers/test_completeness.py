"""What an entry needs before it can be sent and published."""

from typing import Any

import pytest

from offers.completeness import FILLED, PROJECT, gaps, missing
from offers.models import Offer
from tests import factories

pytestmark = pytest.mark.django_db


def test_complete_offer_misses_nothing() -> None:
    assert gaps(factories.make_offer()) == {}


def test_empty_offer_misses_everything_in_the_order_of_the_form() -> None:
    offer = Offer.objects.create(provider=factories.make_organisation(), is_on_site=False)
    assert missing(offer) == [
        "Titel",
        "Kurz gesagt",
        "Beschreibung",
        "Art des Angebots",
        "Themen",
        "Zielgruppen",
        "Sprachen",
        "Kommunen",
        "vor Ort, online oder aufsuchend",
        "Kosten",
        "Anmeldung",
        "Kontakt",
    ]


@pytest.mark.parametrize(
    ("fields", "gap"),
    [
        ({"summary": ""}, "summary"),
        ({"description": "<p> </p>"}, "description"),
        ({"topics": []}, "topics"),
        ({"target_groups": []}, "target_groups"),
        ({"languages": []}, "languages"),
        ({"municipalities": []}, "municipalities"),
        ({"is_on_site": False}, "is_on_site"),
        ({"cost_kind": ""}, "cost_kind"),
        ({"registration": ""}, "registration"),
    ],
)
def test_offer_without_one_thing_misses_that(fields: dict[str, Any], gap: str) -> None:
    assert list(gaps(factories.make_offer(**fields))) == [gap]


@pytest.mark.parametrize(
    "fields", [{"municipalities": [], "is_countywide": True}, {"is_on_site": False, "is_online": True}]
)
def test_offer_with_an_alternative_is_complete(fields: dict[str, Any]) -> None:
    assert gaps(factories.make_offer(**fields)) == {}


def test_project_needs_what_others_need_to_copy_it() -> None:
    project = factories.make_offer(kind=Offer.Kind.PROJECT)
    assert list(gaps(project)) == list(PROJECT)
    project.project_goal = project.project_needs = "<p>Ja</p>"
    assert gaps(project) == {}


def test_fields_named_here_exist() -> None:
    names = {field.name for field in Offer._meta.get_fields()}
    assert {*FILLED, *PROJECT} <= names
