"""Hints while somebody types: what we have already."""

import pytest
from django.test import Client
from django.urls import reverse

from actors.models import Organisation
from kiportal.common.models import User
from offers.models import Offer
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(db: None, centre: object) -> None:
    here, there = factories.make_municipality("Netphen", pk=901), factories.make_municipality("Siegen", pk=902)
    factories.make_organisation("Kulturverein Lale", municipality=there)
    factories.make_organisation("Kulturverein Lale e. V.", municipality=here)
    factories.make_organisation("Kulturverein Lalea", status=Organisation.Status.PROPOSED)
    factories.make_offer("Deutschkurs für Frauen")
    factories.make_offer("Deutschkurse für Frauen", status=Offer.Status.SUBMITTED)


@pytest.mark.usefixtures("rows")
def test_public_hint_names_only_what_is_public(client: Client) -> None:
    url = reverse("offers:public_alike")
    text = client.get(url, {"name": "Kultur-Verein Lale"}).text
    assert "Kulturverein Lale e. V." in text
    assert "Lalea" not in text
    text = client.get(url, {"title": "deutschkurs fuer frauen"}).text
    assert "Deutschkurs für Frauen" in text
    assert "Deutschkurse" not in text


@pytest.mark.usefixtures("rows")
def test_hint_shows_those_of_the_same_place_first(client: Client) -> None:
    url = reverse("offers:public_alike")
    for place, first in (("901", "Kulturverein Lale e. V."), ("902", "Kulturverein Lale<")):
        text = client.get(url, {"name": "Kulturverein Lale", "municipality": place}).text
        assert text.index(first) < max(text.index("Netphen"), text.index("Siegen"))
        assert text.index("Netphen" if place == "901" else "Siegen") == min(text.index("Netphen"), text.index("Siegen"))


@pytest.mark.usefixtures("rows")
def test_staff_hint_names_all_that_is_known(client: Client, editor: User) -> None:
    client.force_login(editor)
    url = reverse("offers:staff_alike")
    assert "Lalea" in client.get(url, {"name": "Kulturverein Lale"}).text
    assert "Deutschkurse für Frauen" in client.get(url, {"title": "Deutschkurs für Frauen"}).text


@pytest.mark.parametrize("view", ["public_alike", "staff_alike"])
def test_hint_takes_the_typed_place_into_account(client: Client, editor: User, centre: object, view: str) -> None:
    """In the same place less has to be alike, and what is there comes first."""
    here, there = factories.make_municipality("Netphen", pk=901), factories.make_municipality("Siegen", pk=902)
    factories.make_offer("Nähtreff im Stadtteil", municipalities=[here])
    factories.make_offer("Nähtreff", municipalities=[there])
    client.force_login(editor)
    url = reverse(f"offers:{view}")
    assert "im Stadtteil" not in client.get(url, {"title": "Nähtreff", "municipalities": "902"}).text
    text = client.get(url, {"title": "Nähtreff", "municipalities": ["901", "x"]}).text
    assert text.index("Nähtreff im Stadtteil") < text.index("Nähtreff<")
    assert text.count("am selben Ort") == 1


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ({"city": "Freudenberg"}, {"city": "freudenberg "}),
        ({"place_name": "Bürgerhaus"}, {"place_name": "Buergerhaus"}),
    ],
)
def test_hint_takes_address_into_account(
    client: Client, centre: object, stored: dict[str, str], typed: dict[str, str]
) -> None:
    factories.make_offer("Nähtreff im Stadtteil", **stored)
    url = reverse("offers:public_alike")
    assert "im Stadtteil" not in client.get(url, {"title": "Nähtreff"}).text
    assert "im Stadtteil" in client.get(url, {"title": "Nähtreff"} | typed).text


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "query", [{}, {"name": "Kul"}, {"title": " "}, {"name": "Ganz anders", "municipality": "9" * 20}]
)
def test_hint_of_little_or_something_else_is_empty(client: Client, query: dict[str, str]) -> None:
    assert client.get(reverse("offers:public_alike"), query).text.strip() == ""


@pytest.mark.parametrize(("name", "field"), [("submission_start", "id_name")])
def test_form_asks_while_somebody_types(client: Client, centre: object, name: str, field: str) -> None:
    text = client.get(reverse(f"offers:{name}")).text
    assert f"from:#{field}" in text
    assert f'id="{field}"' in text
    assert "htmx.min.js" in text
