"""The fields beside the first ones: asked where a type of offer has them, stored, proposed, shown."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from kiportal.common import links
from kiportal.common.fieldsets import field_groups
from kiportal.common.models import AccessLink, ChangeProposal
from offers import changes
from offers.forms.care import CareForm
from offers.forms.staff import StaffOfferForm
from offers.models import Offer
from tests import factories
from tests.offers.journey import Draft, complete, shown
from tests.offers.pages import html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

PARTICIPANTS = {"german_level", "childcare", "age_from", "age_to", "places", "has_waiting_list"}


@pytest.fixture
def draft(client: Client) -> Draft:
    return complete(client)


def errors(response: Any) -> set[str]:
    return set(response.context["form"].errors)


# Simple fields


@pytest.mark.parametrize("has_participants", [True, False])
def test_what_groups_have_is_asked_of_offers_with_participants(has_participants: bool) -> None:
    kind = factories.make_offer_type(has_participants=has_participants)
    form = CareForm(instance=factories.make_offer(offer_type=kind), proposal=None)
    assert PARTICIPANTS & form.fields.keys() == (PARTICIPANTS if has_participants else set())


def test_what_is_stored_is_asked_whatever_the_type() -> None:
    kind = factories.make_offer_type(has_participants=False)
    form = CareForm(instance=factories.make_offer(offer_type=kind, age_from=6), proposal=None)
    assert PARTICIPANTS & form.fields.keys() == {"age_from"}


def test_rare_fields_wait_folded_until_they_are_filled_in() -> None:
    for condition, is_open in (("", False), ("auch mit Duldung", True)):
        form = CareForm(instance=factories.make_offer(residence_condition=condition), proposal=None)
        group = next(group for group in field_groups(form) if "nur wenige" in str(group.legend))
        assert (group.is_folded, group.is_open) == (True, is_open)


def test_steps_keep_the_simple_fields(draft: Draft) -> None:
    Offer.objects.update(offer_type=factories.make_offer_type(has_participants=True))
    draft.send(
        "zielgruppe",
        **{"age_from": "6", "age_to": "12", "german_level": "a2", "childcare": "auf-anfrage", "has_interpreting": "on"},
        **{"only_for": "frauen", "residence_condition": "auch mit Duldung", "refunds_travel_costs": "on"},
    )
    draft.send("ort-und-zeit", transit_note="Bus 12", valid_from="2027-01-04", valid_until="2027-03-01")
    draft.send("kontakt", places="14", has_waiting_list="on")
    offer = draft.offer
    assert (offer.age_from, offer.age_to, offer.german_level, offer.childcare) == (6, 12, "a2", "auf-anfrage")
    assert (offer.has_interpreting, offer.only_for, offer.refunds_travel_costs) == (True, "frauen", True)
    assert (offer.transit_note, offer.valid_from, offer.places) == ("Bus 12", date(2027, 1, 4), 14)
    assert (offer.residence_condition, offer.has_waiting_list) == ("auch mit Duldung", True)


@pytest.mark.parametrize(
    ("step", "values", "field"),
    [
        ("zielgruppe", {"age_from": "12", "age_to": "6"}, "age_to"),
        ("zielgruppe", {"age_from": "-1"}, "age_from"),
        ("zielgruppe", {"age_to": "121"}, "age_to"),
        ("zielgruppe", {"german_level": "d7"}, "german_level"),
        ("ort-und-zeit", {"valid_from": "2027-03-02", "valid_until": "2027-03-01"}, "valid_until"),
        ("kontakt", {"places": "0"}, "places"),
    ],
)
def test_step_with_a_value_that_cannot_be_says_so(draft: Draft, step: str, values: dict[str, str], field: str) -> None:
    Offer.objects.update(offer_type=factories.make_offer_type(has_participants=True))
    assert errors(draft.send(step, **values)) == {field}


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"age_from": 12, "age_to": 6}, "offers_offer_age"),
        ({"valid_from": date(2027, 2, 1), "valid_until": date(2027, 1, 1)}, "offers_offer_validity"),
    ],
)
def test_database_refuses_what_ends_before_it_begins(values: dict[str, Any], constraint: str) -> None:
    offer = factories.make_offer()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Offer.objects.filter(pk=offer.pk).update(**values)
    for name, value in values.items():
        setattr(offer, name, value)
    with pytest.raises(ValidationError):
        offer.full_clean()


def test_page_shows_the_simple_fields_in_words(client: Client) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    offer = factories.make_offer(
        **{"age_from": 6, "age_to": 12, "only_for": "frauen", "german_level": "a1", "childcare": "ja"},
        **{"residence_condition": "auch mit Duldung", "has_interpreting": True, "refunds_travel_costs": True},
        **{"transit_note": "Bus 12 bis Rathaus", "places": 14, "has_waiting_list": True, "valid_from": tomorrow},
    )
    page = html(client, offer.get_absolute_url())
    for words in (
        *("6 bis 12 Jahre", "nur für Frauen", "A1: erste Wörter", "Kinderbetreuung", "auch mit Duldung"),
        *("Dolmetschen ist möglich.", "Fahrtkosten werden erstattet", "Bus 12 bis Rathaus", "Es gibt 14 Plätze."),
        *("Es gibt eine Warteliste.", f"Das Angebot beginnt am {tomorrow:%d.%m.%Y}."),
    ):
        assert words in page, words


@pytest.mark.parametrize(
    ("ages", "words"),
    [((0, None), "ab 0 Jahren"), ((None, 3), "bis 3 Jahre"), ((4, 4), "4 Jahre"), ((0, 3), "0 bis 3 Jahre")],
)
def test_age_is_said_as_people_say_it(client: Client, ages: tuple[int | None, int | None], words: str) -> None:
    offer = factories.make_offer(age_from=ages[0], age_to=ages[1])
    assert f"<p>{words}</p>" in html(client, offer.get_absolute_url())


def test_simple_fields_go_through_a_proposal(client: Client) -> None:
    offer = factories.make_offer(offer_type=factories.make_offer_type(has_participants=True), places=8)
    token = links.token(links.issue(AccessLink.Purpose.CARE, offer, "verein@example.org"))
    form = client.get(f"/angebote/pflege/{token}/aendern/").context["form"]
    data = shown(form) | {"places": "12", "german_level": "b1", "is_countywide": "on", "contact_email": "a@example.org"}
    assert client.post(f"/angebote/pflege/{token}/aendern/", data).status_code == 302
    proposal = ChangeProposal.objects.get()
    assert {name: proposal.changes[name]["new"] for name in ("places", "german_level")} == {
        "places": 12,
        "german_level": "b1",
    }
    assert changes.shown("german_level", "b1").startswith("B1")


def test_staff_form_has_every_field_that_can_be_proposed() -> None:
    form = StaffOfferForm(instance=factories.make_offer(offer_type=factories.make_offer_type(has_participants=True)))
    asked = set(changes.FIELDS) - changes.CONTACT.keys() - {changes.DATES, "schedule"}
    assert asked - form.fields.keys() == set()
