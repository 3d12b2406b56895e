"""The fields beside the first ones: asked where a type of offer has them, stored, proposed, shown."""

from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from kiportal.common import links
from kiportal.common.fieldsets import form_parts
from kiportal.common.models import AccessLink, ChangeProposal
from offers import changes, rows
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
        groups = [group for part in form_parts(form) for group in part.groups]
        group = next(group for group in groups if "nur wenige" in str(group.legend))
        assert (group.is_folded, group.is_open) == (True, is_open)


def test_steps_keep_the_simple_fields(draft: Draft) -> None:
    Offer.objects.update(offer_type=factories.make_offer_type(has_participants=True))
    draft.send(
        "zielgruppe",
        age_from="6",
        age_to="12",
        german_level="a2",
        childcare="auf-anfrage",
        has_interpreting="on",
        only_for="frauen",
        residence_condition="auch mit Duldung",
        refunds_travel_costs="on",
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
        age_from=6,
        age_to=12,
        only_for="frauen",
        german_level="a1",
        childcare="ja",
        residence_condition="auch mit Duldung",
        has_interpreting=True,
        refunds_travel_costs=True,
        transit_note="Bus 12 bis Rathaus",
        places=14,
        has_waiting_list=True,
        valid_from=tomorrow,
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
    asked = set(changes.FIELDS) - changes.CONTACT.keys() - rows.ROWS.keys() - {"schedule"}
    assert asked - form.fields.keys() == set()


# Rows of their own


def words(client: Client, offer: Offer) -> str:
    page = html(client, offer.get_absolute_url())
    return " ".join(unescape(strip_tags(page[page.index("<main") :].replace("<", " <"))).split())


def rows_of(offer: Offer, name: str) -> Any:
    return changes.current(offer, name)


def test_step_keeps_accessibility_feature_by_feature(draft: Draft) -> None:
    draft.send("gut-zu-wissen", access_stufenlos="ja", access_wc="teilweise", access_wc_note="Tür 80 cm breit")
    assert rows_of(draft.offer, "access_features") == [["stufenlos", "ja", ""], ["wc", "teilweise", "Tür 80 cm breit"]]
    draft.send("gut-zu-wissen", access_stufenlos="unbekannt", access_wc_note="")
    assert rows_of(draft.offer, "access_features") == [["wc", "teilweise", ""]]


def test_page_says_accessibility_in_words(client: Client) -> None:
    offer = factories.make_offer()
    assert "Barrierefreiheit</h2>" not in html(client, offer.get_absolute_url())
    rows.write(offer, {"access_features": [["stufenlos", "ja", ""], ["aufzug", "nein", "nur zwei Stufen"]]})
    page = words(client, offer)
    assert "Zugang ohne Stufen: ja Aufzug: nein nur zwei Stufen" in page, page


def test_partner_of_the_registry_is_found_by_its_name(draft: Draft) -> None:
    registered = factories.make_organisation("Türkischer Elternverein")
    draft.send(
        "gut-zu-wissen",
        partner_1="türkischer  Elternverein".replace("  ", " "),
        partner_2="Café Süd",
        partner_2_role="foerderer",
    )
    assert rows_of(draft.offer, "partners") == [["kooperation", registered.pk, ""], ["foerderer", None, "Café Süd"]]


def test_partner_that_is_the_provider_or_stands_twice_is_refused(draft: Draft) -> None:
    other = factories.make_organisation("Anbieter e. V.")
    Offer.objects.update(provider=other)
    answer = draft.send("gut-zu-wissen", partner_1="Anbieter e. V.")
    assert errors(answer) == {"partner_1"}
    answer = draft.send("gut-zu-wissen", partner_1="Café Süd", partner_2="Café Süd")
    assert errors(answer) == {"partner_2"}


def test_partner_stands_on_both_pages(client: Client) -> None:
    partner, hidden = (
        factories.make_organisation("Sportverein"),
        factories.make_organisation("Heimlich", status="archived"),
    )
    offer = factories.make_offer("Schwimmkurs")
    rows.write(
        offer,
        {"partners": [["kooperation", partner.pk, ""], ["foerderer", None, "Stiftung"], ["traeger", hidden.pk, ""]]},
    )
    page = html(client, offer.get_absolute_url())
    assert partner.get_absolute_url() in page
    assert "Stiftung" in page
    assert "Heimlich" not in page
    assert "Schwimmkurs" in html(client, partner.get_absolute_url())


def test_opening_hours_have_two_slots_a_day(draft: Draft) -> None:
    Offer.objects.update(offer_type=factories.make_offer_type(has_opening_hours=True))
    draft.send("ort-und-zeit", opens_0_1="09:00", closes_0_1="12:00", opens_0_2="14:00", closes_0_2="16:30")
    assert rows_of(draft.offer, "opening_hours") == [[0, "09:00", "12:00"], [0, "14:00", "16:30"]]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"opens_1_1": "09:00"}, "closes_1_1"),
        ({"opens_1_1": "12:00", "closes_1_1": "09:00"}, "closes_1_1"),
        ({"opens_1_1": "09:00", "closes_1_1": "12:00", "opens_1_2": "11:00", "closes_1_2": "13:00"}, "opens_1_1"),
    ],
)
def test_opening_hours_that_cannot_be_say_so(draft: Draft, values: dict[str, str], field: str) -> None:
    Offer.objects.update(offer_type=factories.make_offer_type(has_opening_hours=True))
    assert errors(draft.send("ort-und-zeit", **values)) == {field}


def test_page_shows_opening_hours_and_that_it_is_closed(client: Client) -> None:
    until = timezone.localdate() + timedelta(days=3)
    offer = factories.make_offer(
        is_closed=True, closed_until=until, closed_reason="Umbau", schedule="nach-vereinbarung"
    )
    rows.write(offer, {"opening_hours": [[0, "09:00", "12:00"], [0, "14:00", "16:30"], [4, "09:00", "11:00"]]})
    page = words(client, offer)
    assert "Montag 09:00 bis 12:00 Uhr, 14:00 bis 16:30 Uhr Freitag 09:00 bis 11:00 Uhr" in page, page
    assert "nur nach Vereinbarung" in page
    assert f"bis {until:%d.%m.%Y}: Umbau" in page
    Offer.objects.update(closed_until=timezone.localdate() - timedelta(days=1))
    assert "Umbau" not in html(client, offer.get_absolute_url())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("access_features", [["stufenlos", "ja", ""], ["ruhiger-raum", "unbekannt", "bitte fragen"]]),
        ("partners", [["foerderer", None, "Stiftung"]]),
        ("opening_hours", [[2, "09:00", "12:00"]]),
        ("recurrence", [["FREQ=WEEKLY;INTERVAL=1;BYDAY=TU", "2026-12-01", None, "17:00", "19:00", True, False, []]]),
        (
            "recurrence",
            [
                ["FREQ=WEEKLY;INTERVAL=1;BYDAY=TU", "2026-12-01", None, "09:00", "11:00", False, True, []],
                ["FREQ=MONTHLY;BYDAY=-1TH", "2026-12-01", "2027-06-30", "14:00", None, False, True, ["2027-01-28"]],
            ],
        ),
    ],
)
def test_rows_survive_the_way_through_a_proposal(name: str, value: Any) -> None:
    offer = factories.make_offer()
    changes.write(offer, {name: value})
    stored = Offer.objects.get()
    assert changes.current(stored, name) == value
    form = CareForm(instance=stored, proposal=None)
    assert changes.shown(name, value)
    assert changes.between(stored, {name: value}) == {}
    changes.write(offer, {name: []})
    assert changes.current(Offer.objects.get(), name) == []
    assert form.fields


def test_rows_that_stay_keep_their_row() -> None:
    offer = factories.make_offer()
    rows.write(offer, {"access_features": [["stufenlos", "ja", ""], ["wc", "nein", ""]]})
    kept = offer.access_features.get(feature="wc").pk
    rows.write(offer, {"access_features": [["wc", "teilweise", ""]]})
    assert [(row.pk, row.state) for row in offer.access_features.all()] == [(kept, "teilweise")]
