"""What the database itself holds to: constraints, generated columns, field history."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import TestCase
from django.utils import timezone, translation

from actors.models import ContactPerson
from offers.models import Offer, OfferDate, Programme, Topic
from tests import factories

pytestmark = pytest.mark.django_db


def refused(**values: Any) -> str:
    """The name of the constraint that refuses the values."""
    offer = factories.make_offer()
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Offer.objects.filter(pk=offer.pk).update(**values)
    return str(caught.value)


def test_amount_belongs_to_the_kind_of_cost_that_has_one() -> None:
    assert "offers_offer_amount" in refused(cost_kind="kostenfrei", cost_amount=Decimal("5"))
    offer = factories.make_offer(cost_kind="betrag", cost_amount=Decimal("5.00"))
    assert offer.cost_amount == Decimal("5.00")


@pytest.mark.parametrize("values", [{"slug": None}, {"published_at": None}])
def test_published_entry_has_an_address_and_a_date(values: dict[str, Any]) -> None:
    assert "offers_offer_published" in refused(**values)


def test_slug_and_submission_key_are_unique_and_may_be_missing() -> None:
    drafts = [factories.make_offer(status=Offer.Status.DRAFT) for _ in range(2)]
    assert [draft.slug for draft in drafts] == [None, None]
    taken = factories.make_offer().slug
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=drafts[0].pk).update(slug=taken)


@pytest.mark.parametrize("amount", ["0", "-5", "0.00"])
def test_amount_below_a_cent_is_no_amount(amount: str) -> None:
    offer = factories.make_offer(cost_kind="betrag", cost_amount=Decimal(amount))
    with pytest.raises(ValidationError) as caught:
        offer.full_clean()
    assert list(caught.value.error_dict) == ["cost_amount"]


def test_new_offer_is_a_draft_that_nobody_sees() -> None:
    offer = Offer.objects.create(title="Neu", provider=factories.make_organisation())
    assert offer.status == Offer.Status.DRAFT
    assert not Offer.objects.visible_to_public(timezone.localdate()).exists()


def test_sort_key_follows_the_title_in_every_save() -> None:
    offer = factories.make_offer("Öffnung 9")
    assert offer.sort_key == "offnung 00000009"
    offer.title = "Zähne"
    offer.save(update_fields=["title"])
    assert Offer.objects.get().sort_key == "zahne"


def test_search_columns_follow_bulk_writes() -> None:
    factories.make_offer("Kochen")
    Offer.objects.update(title="Nähen für Größere", description="<p>Straße</p>")
    offer = Offer.objects.get()
    assert offer.search_text.startswith("naehen fuer groessere ")
    assert "'strasse'" in offer.search_vector


def test_history_keeps_every_old_value_from_bulk_writes_too() -> None:
    offer = factories.make_offer("Eins")
    Offer.objects.filter(pk=offer.pk).update(title="Zwei")
    offer.title = "Drei"
    offer.internal_note = "Vermerk"
    Offer.objects.bulk_update([offer], ["title", "internal_note"])
    events = Offer.pgh_event_model.objects.order_by("pgh_id")  # type: ignore[attr-defined]
    assert [event.title for event in events] == ["Eins", "Zwei", "Drei"]
    assert events.last().internal_note == "Vermerk"


def test_history_is_silent_about_a_save_that_changes_nothing() -> None:
    offer = factories.make_offer()
    events = Offer.pgh_event_model.objects  # type: ignore[attr-defined]
    before = events.count()
    Offer.objects.filter(pk=offer.pk).update(title=offer.title)
    assert events.count() == before


def test_organisation_with_offers_cannot_be_deleted() -> None:
    offer = factories.make_offer()
    with pytest.raises(ProtectedError):
        offer.provider.delete()


def test_reference_data_in_use_cannot_be_deleted() -> None:
    offer = factories.make_offer()
    assert offer.offer_type is not None
    with pytest.raises(ProtectedError):
        offer.offer_type.delete()


def test_contact_that_goes_leaves_the_offer() -> None:
    offer = factories.make_offer()
    ContactPerson.objects.all().delete()
    offer.refresh_from_db()
    assert offer.contact is None


def test_date_ends_after_it_begins_and_stands_once() -> None:
    offer, now = factories.make_offer(), timezone.now()
    with pytest.raises(IntegrityError, match="offers_offerdate_order"), transaction.atomic():
        OfferDate.objects.create(offer=offer, starts_at=now, ends_at=now)
    OfferDate.objects.create(offer=offer, starts_at=now)
    with pytest.raises(IntegrityError, match="offers_offerdate_unique"), transaction.atomic():
        OfferDate.objects.create(offer=offer, starts_at=now)


def test_next_date_is_the_first_that_has_not_ended() -> None:
    offer, now, _hour = factories.make_offer(), timezone.now(), timedelta(hours=1)
    OfferDate.objects.create(offer=offer, starts_at=now - timedelta(days=1))
    assert offer.next_date is None
    later = OfferDate.objects.create(offer=offer, starts_at=now + timedelta(days=2))
    running = OfferDate.objects.create(
        offer=offer, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1)
    )
    assert offer.next_date == running
    assert [date.pk for date in Offer.objects.for_cards().get().upcoming_dates] == [running.pk, later.pk]


def test_next_date_of_a_list_asks_the_database_once() -> None:
    for _ in range(3):
        OfferDate.objects.create(offer=factories.make_offer(), starts_at=timezone.now() + timedelta(days=1))
    offers = list(Offer.objects.for_cards())
    with TestCase().assertNumQueries(0):
        assert all(offer.next_date for offer in offers)


@pytest.mark.parametrize(
    ("confirmed", "is_stale"), [(None, True), ("2025-11-21", True), ("2025-11-22", False), ("2026-11-22", False)]
)
def test_entry_is_stale_a_day_after_its_months(confirmed: str | None, is_stale: bool) -> None:
    day = date.fromisoformat(confirmed) if confirmed else None
    assert Offer(last_confirmed_on=day).is_stale(date(2026, 11, 22), months=12) is is_stale


def test_names_of_reference_data_follow_the_language_of_the_page() -> None:
    topic = Topic(name="Sprache", translations={"en": {"name": "Language"}})
    with translation.override("en-gb"):
        assert str(topic) == "Language"
    with translation.override("fr"):
        assert str(topic) == "Sprache"
    assert str(Topic(name="Gesundheit")) == "Gesundheit"


def test_addresses_are_german_paths() -> None:
    assert factories.make_offer(slug="kurs").get_absolute_url() == "/angebote/kurs/"
    assert factories.make_organisation(slug="awo").get_absolute_url() == "/akteure/awo/"
    assert Programme(slug="griffbereit").get_absolute_url() == "/programme/griffbereit/"
