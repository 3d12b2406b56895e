"""/angebote/pflege/<token>/: confirm, change or end a published entry without an account."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from actors.models import ContactPerson
from kiportal.common import links
from kiportal.common.models import AccessLink, ChangeProposal, Consent, Job, StatusChange, User
from offers import changes, lifecycle
from offers.models import Offer
from tests import factories
from tests.offers.journey import shown
from tests.smtp import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

LONG_AGO = date(2025, 1, 31)


@pytest.fixture
def offer(db: None) -> Offer:
    return factories.make_offer("Deutsch am Abend", last_confirmed_on=LONG_AGO)


@pytest.fixture
def link(offer: Offer) -> AccessLink:
    return links.issue(AccessLink.Purpose.CARE, offer, offer.submitter_email)


@pytest.fixture
def path(link: AccessLink) -> str:
    return f"/angebote/pflege/{links.token(link)}/"


def act(client: Client, path: str, verb: str) -> Any:
    return client.post(path, {"verb": verb})


def change(client: Client, path: str, **fields: Any) -> Any:
    """Send the form with some fields changed."""
    form = client.get(f"{path}aendern/").context["form"]
    return client.post(f"{path}aendern/", shown(form) | fields)


def open_proposal() -> ChangeProposal:
    return ChangeProposal.objects.open().get()


# The page


def test_page_shows_entry_and_three_actions(client: Client, path: str) -> None:
    page = client.get(path)
    text = page.content.decode()
    for words in ("Deutsch am Abend", "Zuletzt bestätigt am 31.01.2025", "Ja, stimmt alles", "Ändern", "Beenden"):
        assert words in text
    assert page["Referrer-Policy"] == "strict-origin"
    assert "noindex" in page["X-Robots-Tag"]
    assert "sessionid" not in client.cookies


def test_opening_pages_changes_nothing(client: Client, offer: Offer, path: str) -> None:
    before = Offer.objects.values().get(), AccessLink.objects.values().get()
    client.get(path)
    client.get(f"{path}aendern/")
    assert (Offer.objects.values().get(), AccessLink.objects.values().get()) == before
    assert not ChangeProposal.objects.exists()
    assert not Job.objects.exists()


def test_unknown_token_and_unknown_verb_do_nothing(client: Client, offer: Offer, path: str) -> None:
    assert client.get("/angebote/pflege/unbekannt/").status_code == 404
    assert act(client, path, "loeschen").status_code == 200
    assert Offer.objects.get().status == Offer.Status.PUBLISHED


def test_page_of_a_hidden_entry_offers_nothing_public(client: Client, offer: Offer, path: str, editor: User) -> None:
    lifecycle.hide(offer, by=editor, reason="Bitte prüfen")
    assert "zurzeit nicht auf den öffentlichen Seiten" in client.get(path).content.decode()
    assert client.get(f"{path}aendern/")["Location"] == path
    assert act(client, path, "bestaetigen").status_code == 409


# "Stimmt alles"


def test_confirming_renews_the_day(client: Client, path: str) -> None:
    response = act(client, path, "bestaetigen")
    assert response.status_code == 302
    assert "als aktuell bestätigt" in client.get(response["Location"]).content.decode()
    assert Offer.objects.get().last_confirmed_on == timezone.localdate()
    assert AccessLink.objects.get().used_at is not None


# "Ändern"


def test_change_waits_for_the_centre(client: Client, offer: Offer, path: str) -> None:
    response = change(client, path, title="Deutsch am Morgen", message="Neue Zeit")
    assert response.status_code == 302
    proposal = open_proposal()
    assert proposal.changes == {"title": {"old": "Deutsch am Abend", "new": "Deutsch am Morgen"}}
    assert (proposal.message, proposal.author_email) == ("Neue Zeit", offer.submitter_email)
    assert Offer.objects.get().title == "Deutsch am Abend"
    page = client.get(path).content.decode()
    assert "Ihre Änderung wird geprüft" in page
    assert "Deutsch am Morgen" in page


def test_change_of_contact_and_dates_is_proposed_and_taken_over(
    client: Client, offer: Offer, path: str, editor: User
) -> None:
    Offer.objects.update(offer_type=factories.make_offer_type(has_schedule=True))
    past = timezone.now() - timedelta(days=3)
    offer.dates.create(starts_at=past, note="vorbei")
    day = timezone.localdate() + timedelta(days=5)
    change(client, path, contact_phone="0271 333", date_1=day.isoformat(), start_1="09:30", note_1="neu")
    proposal = open_proposal()
    assert set(proposal.changes) == {"contact_phone", "dates"}
    assert "09:30 (neu)" in changes.shown("dates", proposal.changes["dates"]["new"])
    lifecycle.accept_proposal(proposal, {"contact_phone", "dates"}, by=editor)
    stored = Offer.objects.get()
    assert stored.contact is not None
    assert (stored.contact.phone, stored.contact.email) == ("0271 333", "kursbuero@example.org")
    assert [entry.note for entry in stored.dates.all()] == ["vorbei", "neu"]
    assert stored.last_confirmed_on == timezone.localdate()


def test_contact_that_other_entries_share_keeps_its_details(
    client: Client, offer: Offer, path: str, editor: User
) -> None:
    other = factories.make_offer(provider=offer.provider, contact=offer.contact)
    change(client, path, contact_phone="0271 333")
    lifecycle.accept_proposal(open_proposal(), {"contact_phone"}, by=editor)
    other.refresh_from_db()
    assert other.contact is not None
    assert other.contact.phone == ""
    assert ContactPerson.objects.get(phone="0271 333").organisation == offer.provider


def test_second_change_joins_the_open_one(client: Client, path: str) -> None:
    change(client, path, title="Deutsch am Morgen", contact_phone="0271 333", message="Erstens")
    assert client.get(f"{path}aendern/").context["form"]["title"].value() == "Deutsch am Morgen"
    change(client, path, summary="Ganz neu.", message="Zweitens")
    proposal = ChangeProposal.objects.get()
    assert set(proposal.changes) == {"title", "contact_phone", "summary"}
    assert proposal.changes["title"]["old"] == "Deutsch am Abend"
    assert proposal.message == "Erstens\n\nZweitens"
    assert not StatusChange.objects.exists()


def test_field_that_goes_back_leaves_the_proposal(client: Client, path: str) -> None:
    change(client, path, title="Deutsch am Morgen", summary="Ganz neu.")
    change(client, path, title="Deutsch am Abend")
    assert set(open_proposal().changes) == {"summary"}
    response = change(client, path, summary="Gemeinsam Deutsch lernen.")
    assert "zurückgenommen" in client.get(response["Location"]).content.decode()
    assert not ChangeProposal.objects.exists()


def test_sending_without_a_change_confirms(client: Client, path: str) -> None:
    response = change(client, path)
    assert "nichts geändert" in client.get(response["Location"]).content.decode()
    assert Offer.objects.get().last_confirmed_on == timezone.localdate()
    assert not ChangeProposal.objects.exists()


def test_message_alone_is_not_lost(client: Client, path: str) -> None:
    response = change(client, path, message="Wir ziehen um.")
    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"message"}
    assert "Wir ziehen um." in response.content.decode()
    assert Offer.objects.get().last_confirmed_on == LONG_AGO


def test_formatting_of_an_editor_survives_a_change_elsewhere(client: Client, path: str) -> None:
    Offer.objects.update(description="<p>Mit <strong>Tee</strong>.</p>")
    change(client, path, title="Deutsch am Morgen")
    assert set(open_proposal().changes) == {"title"}


def test_change_ignores_fields_that_are_not_asked(client: Client, path: str) -> None:
    change(client, path, status="archived", provider="1", internal_note="x", kind="projekt", title="Neu")
    assert set(open_proposal().changes) == {"title"}


def test_wrong_change_comes_back_with_all_input(client: Client, path: str) -> None:
    response = change(client, path, title="", postcode="1", summary="Ganz neu.")
    assert set(response.context["form"].errors) == {"title", "postcode"}
    assert "Ganz neu." in response.content.decode()
    assert not ChangeProposal.objects.exists()


def test_change_over_somebody_elses_shows_both(client: Client, offer: Offer, path: str) -> None:
    form = shown(client.get(f"{path}aendern/").context["form"])
    Offer.objects.update(title="Von der Redaktion", lock_version=2)
    late = client.post(f"{path}aendern/", form | {"summary": "Von uns."})
    assert late.status_code == 409
    text = late.content.decode()
    assert "Von der Redaktion" in text
    assert "Von uns." in text
    assert not ChangeProposal.objects.exists()
    again = client.post(f"{path}aendern/", shown(late.context["form"]) | {"title": "Von der Redaktion"})
    assert again.status_code == 302
    assert set(open_proposal().changes) == {"summary"}


def test_change_by_link_waits_even_for_a_trusted_organisation(client: Client, offer: Offer, path: str) -> None:
    offer.provider.is_trusted = True
    offer.provider.save()
    for page in (path, f"{path}aendern/"):
        assert "Bis dahin bleibt der Eintrag, wie er ist." in client.get(page).content.decode()
    change(client, path, title="Deutsch am Morgen")
    assert set(open_proposal().changes) == {"title"}
    assert Offer.objects.get().title == "Deutsch am Abend"


# "Beenden"


def test_ending_hides_the_entry_and_can_be_undone(
    client: Client, offer: Offer, path: str, mailbox: Mailbox, run_jobs: Callable[[], list[Job]]
) -> None:
    response = act(client, path, "beenden")
    assert "Rückgängig machen" in client.get(response["Location"]).content.decode()
    assert Offer.objects.get().status == Offer.Status.ARCHIVED
    run_jobs()
    assert [message["Subject"] for message in mailbox.messages] == ["Eintrag beendet: „Deutsch am Abend“"]
    act(client, path, "wiederherstellen")
    assert Offer.objects.get().status == Offer.Status.PUBLISHED


@pytest.mark.parametrize("verbs", [["beenden"], ["beenden", "wiederherstellen"]])
def test_button_pressed_twice_acts_once(client: Client, path: str, verbs: list[str]) -> None:
    for verb in verbs:
        assert act(client, path, verb).status_code == 302
    assert act(client, path, verbs[-1]).status_code == 302
    assert StatusChange.objects.count() == len(verbs)


def test_what_the_centre_ended_its_author_cannot_bring_back(
    client: Client, offer: Offer, path: str, editor: User
) -> None:
    lifecycle.archive(offer, by=editor, reason="Gibt es nicht mehr")
    page = client.get(path)
    assert not page.context["can_restore"]
    assert "Rückgängig machen" not in page.content.decode()
    assert act(client, path, "wiederherstellen").status_code == 403
    assert Offer.objects.get().status == Offer.Status.ARCHIVED


# A name


def test_withdrawing_hides_the_name_at_once(client: Client, offer: Offer, path: str) -> None:
    consent = Consent.objects.create(
        purpose="publish-name", wording="Ja.", given_on=LONG_AGO, channel=Consent.Channel.MAIL
    )
    ContactPerson.objects.update(name="Amal Beispiel", consent=consent)
    assert "Amal Beispiel" in client.get(offer.get_absolute_url()).content.decode()
    response = act(client, path, "name-verbergen")
    assert "Amal Beispiel" not in client.get(response["Location"]).content.decode()
    assert "Amal Beispiel" not in client.get(offer.get_absolute_url()).content.decode()
    consent.refresh_from_db()
    assert consent.withdrawn_on == timezone.localdate()


# A link that is over


def test_expired_link_can_be_renewed_at_the_known_address(
    client: Client, path: str, mailbox: Mailbox, run_jobs: Callable[[], list[Job]]
) -> None:
    AccessLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(path).status_code == 410
    for _ in range(3):
        assert client.post(path).status_code == 200
    assert client.post(path).status_code == 429
    run_jobs()
    assert [message["To"] for message in mailbox.messages] == ["verein@example.org"] * 3
    fresh = mailbox.link("Pflege-Link")
    assert client.get("/" + fresh.split("/", 3)[3]).status_code == 200


def test_revoked_link_cannot_be_renewed(client: Client, path: str) -> None:
    links.revoke(AccessLink.objects.all())
    assert client.post(path).status_code == 410
    assert not Job.objects.exists()


# One contact of several


def test_author_chooses_another_contact_of_the_organisation(
    client: Client, offer: Offer, path: str, editor: User
) -> None:
    """The entry gets that contact itself, and neither contact changes."""
    office = ContactPerson.objects.create(organisation=offer.provider, function="Vorstand", phone="0271 1")
    sister = factories.make_offer("Chor", provider=offer.provider, contact=office)
    own = offer.contact
    hidden = ContactPerson.objects.create(organisation=offer.provider, function="Nur intern", phone="0271 999")
    page = client.get(f"{path}aendern/")
    choices = [key for key, _label in page.context["form"].fields["contact_known"].choices]
    assert choices == ["", str(office.pk)]
    assert hidden.phone not in page.text
    change(client, path, contact_known=str(office.pk))
    proposal = open_proposal()
    assert set(proposal.changes) == {"contact_function", "contact_phone", "contact_email"}
    lifecycle.accept_proposal(proposal, set(proposal.changes), by=editor)
    assert {Offer.objects.get(pk=row.pk).contact_id for row in (offer, sister)} == {office.pk}
    assert own is not None
    assert list(ContactPerson.objects.filter(pk=own.pk).values_list("function", "email")) == [
        ("Kursbüro", "kursbuero@example.org")
    ]


def test_contact_typed_for_one_entry_leaves_those_of_others(
    client: Client, offer: Offer, path: str, editor: User
) -> None:
    sister = factories.make_offer("Chor", provider=offer.provider, contact=offer.contact)
    change(client, path, contact_phone="0271 12")
    proposal = open_proposal()
    lifecycle.accept_proposal(proposal, set(proposal.changes), by=editor)
    phones = {row.pk: row.contact.phone for row in Offer.objects.select_related("contact") if row.contact}
    assert phones == {offer.pk: "0271 12", sister.pk: ""}


def test_choice_of_somebody_elses_contact_is_refused(client: Client, offer: Offer, path: str) -> None:
    office = ContactPerson.objects.create(organisation=offer.provider, function="Vorstand", phone="0271 1")
    factories.make_offer("Chor", provider=offer.provider, contact=office)
    stranger = factories.make_offer("Fremd").contact
    assert stranger is not None
    assert change(client, path, contact_known=str(stranger.pk)).status_code == 200
    assert not ChangeProposal.objects.exists()
