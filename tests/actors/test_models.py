"""What the database itself holds to about actors, and whose name may be shown."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from actors import consents
from actors.models import ContactPerson, FunderNote, Municipality, Organisation
from kiportal.common.models import Consent
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)


@pytest.fixture
def contact(db: None) -> ContactPerson:
    return ContactPerson.objects.create(
        organisation=factories.make_organisation(), function="Kursbüro", name="Vera Muster", phone="0271 12"
    )


def agree(contact: ContactPerson) -> Consent:
    return consents.record(contact, wording="Ich bin einverstanden.", channel=Consent.Channel.LETTER, given_on=TODAY)


def test_name_without_consent_is_not_public(contact: ContactPerson) -> None:
    assert (contact.public_name, str(contact)) == ("", "Kursbüro")


def test_name_with_consent_is_public(contact: ContactPerson) -> None:
    agree(contact)
    assert ContactPerson.objects.get().public_name == "Vera Muster"


def test_name_is_hidden_at_once_when_the_person_withdraws(contact: ContactPerson) -> None:
    agree(contact)
    consents.withdraw(contact, on=TODAY)
    assert (contact.public_name, ContactPerson.objects.get().public_name) == ("", "")
    assert Consent.objects.get().withdrawn_on == TODAY


def test_withdrawing_twice_keeps_the_first_day(contact: ContactPerson) -> None:
    agree(contact)
    consents.withdraw(contact, on=TODAY)
    consents.withdraw(contact, on=date(2027, 1, 1))
    assert Consent.objects.get().withdrawn_on == TODAY


def test_withdrawing_without_consent_changes_nothing(contact: ContactPerson) -> None:
    consents.withdraw(contact, on=TODAY)
    assert not Consent.objects.exists()


def test_consent_given_again_shows_the_name_and_keeps_the_proof_of_the_first(contact: ContactPerson) -> None:
    agree(contact)
    consents.withdraw(contact, on=TODAY)
    agree(contact)
    assert contact.public_name == "Vera Muster"
    assert Consent.objects.count() == 2


def test_consent_in_use_cannot_be_deleted(contact: ContactPerson) -> None:
    with pytest.raises(ProtectedError):
        agree(contact).delete()


def test_contact_needs_a_way_to_reach_it() -> None:
    contact = ContactPerson(organisation=factories.make_organisation(), function="Büro")
    with pytest.raises(ValidationError, match="Telefonnummer oder eine E-Mail-Adresse"):
        contact.full_clean()
    with pytest.raises(IntegrityError, match="actors_contactperson_reachable"), transaction.atomic():
        contact.save()


@pytest.mark.parametrize("ags", ["", "5970004", "0597000x", " 5970004"])
def test_municipality_needs_a_key_of_eight_digits(ags: str) -> None:
    with pytest.raises(IntegrityError, match="actors_municipality_ags"), transaction.atomic():
        factories.make_municipality(ags=ags)


def test_municipality_has_its_tile_alone() -> None:
    factories.make_municipality(tile_column=3, tile_row=4)
    with pytest.raises(IntegrityError, match="actors_municipality_tile"), transaction.atomic():
        factories.make_municipality(tile_column=3, tile_row=4)


def test_municipalities_stand_in_german_order() -> None:
    for name in ("Wilnsdorf", "Ödingen", "Olpe", "Bad Berleburg"):
        factories.make_municipality(name)
    assert [str(row) for row in Municipality.objects.all()] == ["Bad Berleburg", "Ödingen", "Olpe", "Wilnsdorf"]


def test_organisation_starts_as_proposed_and_is_not_trusted() -> None:
    organisation = Organisation.objects.create(name="AWO", slug="awo", kind=Organisation.Kind.ASSOCIATION)
    assert (organisation.status, organisation.is_trusted, organisation.lock_version) == ("proposed", False, 1)


def test_history_of_contacts_keeps_what_was_before(contact: ContactPerson) -> None:
    ContactPerson.objects.update(name="")
    events = ContactPerson.pgh_event_model.objects.order_by("pgh_id")  # type: ignore[attr-defined]
    assert [event.name for event in events] == ["Vera Muster", ""]


def test_account_belongs_to_an_organisation_once() -> None:
    organisation = factories.make_organisation()
    user = factories.make_user("provider", organisation=organisation)
    with pytest.raises(IntegrityError, match="actors_membership_unique"), transaction.atomic():
        organisation.memberships.create(user=user)
    assert str(organisation.memberships.get()) == f"{user} – {organisation}"


def test_funder_note_ends_after_it_begins() -> None:
    with pytest.raises(IntegrityError, match="actors_fundernote_period"), transaction.atomic():
        FunderNote.objects.create(text="x", valid_from=TODAY, valid_until=date(2026, 11, 21))


@pytest.mark.parametrize(
    ("start", "end", "is_valid"),
    [
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (date(2026, 11, 23), None, False),
        (date(2020, 1, 1), date(2026, 11, 21), False),
    ],
)
def test_funder_note_is_shown_while_it_is_valid(start: date, end: date | None, is_valid: bool) -> None:
    FunderNote.objects.create(text="Gefördert durch das Land", valid_from=start, valid_until=end)
    assert FunderNote.objects.valid(TODAY).exists() is is_valid


def test_funder_note_is_valid_from_today_on_unless_said_otherwise() -> None:
    assert FunderNote.objects.create(text="x").valid_from == timezone.localdate()
