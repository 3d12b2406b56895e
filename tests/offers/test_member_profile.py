"""Accounts change their organisation and its contacts; the centre decides about what is public."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import actors.lifecycle
from actors import consents
from actors.changes import ORGANISATION
from actors.models import ContactPerson, Organisation
from kiportal.common import links, roles
from kiportal.common.models import AccessLink, ChangeProposal, Consent, StatusChange, User
from kiportal.common.transitions import TransitionError
from offers import lifecycle
from offers.models import Offer
from offers.review import queue
from tests import factories
from tests.offers.journey import shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(centre: object) -> Organisation:
    return factories.make_organisation("Verein Brücke", phone="0271 1", city="Siegen", internal_note="Zwergdommel")


@pytest.fixture
def member(own: Organisation) -> User:
    return factories.make_user(roles.PROVIDER, organisation=own, first_name="Vera", last_name="Verein")


@pytest.fixture
def signed_in(client: Client, member: User) -> Client:
    client.force_login(member)
    return client


@pytest.fixture
def staff(editor: User, centre: object) -> Client:
    client = Client()
    client.force_login(editor)
    return client


def trust(organisation: Organisation) -> None:
    Organisation.objects.filter(pk=organisation.pk).update(is_trusted=True)


def profile(organisation: Organisation) -> str:
    return reverse("offers:member_profile", args=[organisation.pk])


def edit(organisation: Organisation) -> str:
    return reverse("offers:member_profile_edit", args=[organisation.pk])


def contact_page(contact: ContactPerson, page: str = "edit") -> str:
    return reverse(f"offers:member_contact_{page}", args=[contact.organisation_id, contact.pk])


def decide(proposal: ChangeProposal) -> str:
    return reverse("offers:proposal_detail", args=[proposal.pk])


def send(client: Client, url: str, **changed: Any) -> Any:
    return client.post(url, shown(client.get(url).context["form"]) | changed)


def steps(record: Any) -> list[str]:
    return list(StatusChange.objects.for_target(record).values_list("verb", flat=True))


def public_contact(own: Organisation, **fields: Any) -> ContactPerson:
    offer = factories.make_offer("Nähkurs", provider=own)
    assert offer.contact is not None
    ContactPerson.objects.filter(pk=offer.contact.pk).update(**fields)
    return ContactPerson.objects.with_consent().get(pk=offer.contact.pk)


def named(contact: ContactPerson, name: str = "Zoë Beispiel") -> ContactPerson:
    contact.name = name
    contact.save()
    consents.record(contact, wording="Ja.", channel=Consent.Channel.MAIL, given_on=timezone.localdate())
    return contact


# The organisation


def test_change_of_a_published_organisation_waits_and_is_accepted(
    signed_in: Client, staff: Client, own: Organisation, member: User, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    answer = send(signed_in, edit(own), phone="0271 99", description="Wir sind da.\n\n- montags", message="Umzug")
    assert answer.url == profile(own)
    own.refresh_from_db()
    assert (own.phone, own.description, steps(own)) == ("0271 1", "", [])
    proposal = ChangeProposal.objects.get()
    assert (proposal.target, proposal.by_user, proposal.by_account) == (own, member, True)
    assert proposal.changes.keys() == {"phone", "description"}
    text = signed_in.get(profile(own)).text
    assert "Ihre Änderung wird geprüft" in text
    assert "0271 99" in text
    assert "Änderung wird geprüft" in signed_in.get(reverse("pages:workspace_home")).text
    run_jobs()
    [notice] = mailoutbox
    assert (notice.subject, notice.to) == ("Änderung zu prüfen: „Verein Brücke“", ["ki@example.org"])
    assert decide(proposal) in notice.body
    page = staff.get(decide(proposal)).text
    for part in ("Änderung an „Verein Brücke“", "99</ins>", "Umzug", "Vera Verein"):
        assert part in page
    staff.post(decide(proposal), {"verb": "accept_all", "reason": "Danke"})
    own.refresh_from_db()
    assert (own.phone, own.lock_version) == ("0271 99", 2)
    assert own.description == "<p>Wir sind da.</p><ul><li>montags</li></ul>"
    assert steps(proposal) == ["accept_proposal"]
    run_jobs()
    subjects = {mail.subject: mail for mail in mailoutbox}
    decision = subjects["Ihre Änderung ist übernommen: „Verein Brücke“"]
    assert decision.to == [member.email]
    assert profile(own) in decision.body
    assert "Danke" in decision.body
    assert "Übernommen: " in decision.body
    assert "Nicht übernommen" not in decision.body


def test_some_fields_are_accepted_and_the_rest_is_left(signed_in: Client, staff: Client, own: Organisation) -> None:
    send(signed_in, edit(own), phone="0271 99", city="Netphen")
    proposal = ChangeProposal.objects.get()
    staff.post(decide(proposal), {"verb": "accept", "fields_taken": ["city"]})
    own.refresh_from_db()
    assert (own.phone, own.city, steps(proposal)) == ("0271 1", "Netphen", ["accept_proposal_partly"])


def test_question_is_shown_and_answered_in_the_workspace(
    signed_in: Client, staff: Client, own: Organisation, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    send(signed_in, edit(own), phone="0271 99")
    proposal = ChangeProposal.objects.get()
    staff.post(decide(proposal), {"verb": "question", "reason": "Ab wann gilt das?"})
    run_jobs()
    assert "Rückfrage zu Ihrer Änderung: „Verein Brücke“" in [mail.subject for mail in mailoutbox]
    for url in (profile(own), edit(own), reverse("pages:workspace_home")):
        assert "Ab wann gilt das?" in signed_in.get(url).text
    assert queue.waiting() == []
    send(signed_in, edit(own), message="Ab Januar.")
    proposal.refresh_from_db()
    assert (proposal.status, proposal.message, steps(proposal)) == (
        "open",
        "Ab Januar.",
        ["question_proposal", "answer_proposal"],
    )
    assert [entry.marks for entry in queue.waiting()] == [(queue.Mark.CHANGE, queue.Mark.ANSWER)]
    text = staff.get(reverse("offers:staff_organisation_detail", args=[own.pk])).text
    assert decide(proposal) in text
    assert "Rückfrage zum Änderungsvorschlag beantwortet" in text


def test_rejection_needs_a_reason_and_tells_it(
    signed_in: Client, staff: Client, own: Organisation, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    send(signed_in, edit(own), name="Ganz anders")
    proposal = ChangeProposal.objects.get()
    assert "Bitte schreiben Sie eine Begründung." in staff.post(decide(proposal), {"verb": "reject"}).text
    staff.post(decide(proposal), {"verb": "reject", "reason": "Der Name steht im Register anders."})
    run_jobs()
    mail = next(mail for mail in mailoutbox if mail.subject.startswith("Ihre Änderung ist nicht übernommen"))
    assert "Der Name steht im Register anders." in mail.body
    own.refresh_from_db()
    assert own.name == "Verein Brücke"


def test_colleagues_add_to_one_proposal_and_take_it_back(signed_in: Client, own: Organisation, member: User) -> None:
    send(signed_in, edit(own), phone="0271 99")
    colleague = Client()
    colleague.force_login(factories.make_user(roles.PROVIDER, organisation=own))
    form = colleague.get(edit(own)).context["form"]
    assert form["phone"].value() == "0271 99"
    send(colleague, edit(own), city="Netphen")
    assert ChangeProposal.objects.get().changes.keys() == {"phone", "city"}
    send(colleague, edit(own), phone="0271 1")
    assert ChangeProposal.objects.get().changes.keys() == {"city"}
    colleague.post(profile(own), {"verb": "zuruecknehmen"})
    assert not ChangeProposal.objects.exists()


def test_form_that_is_stale_shows_both_and_loses_nothing(signed_in: Client, own: Organisation) -> None:
    data = shown(signed_in.get(edit(own)).context["form"])
    send(signed_in, edit(own), phone="0271 99")
    answer = signed_in.post(edit(own), data | {"phone": "0271 55"})
    assert answer.status_code == 409
    assert "0271 99" in answer.text
    assert "0271 55" in answer.text
    assert ChangeProposal.objects.get().changes["phone"]["new"] == "0271 99"
    signed_in.post(edit(own), shown(answer.context["form"]))
    assert ChangeProposal.objects.get().changes["phone"]["new"] == "0271 55"


def test_what_somebody_changed_meanwhile_is_not_overwritten(
    signed_in: Client, staff: Client, own: Organisation
) -> None:
    send(signed_in, edit(own), phone="0271 99")
    Organisation.objects.update(phone="0271 55")
    answer = staff.post(decide(ChangeProposal.objects.get()), {"verb": "accept_all", "reason": "Passt"})
    assert answer.status_code == 409
    assert "inzwischen anders geändert: Telefon" in answer.text
    assert "Passt" in answer.text


def test_change_of_a_trusted_organisation_counts_at_once(
    signed_in: Client, own: Organisation, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    trust(own)
    answer = signed_in.post(
        edit(own), shown(signed_in.get(edit(own)).context["form"]) | {"phone": "0271 99"}, follow=True
    )
    assert "Ihre Änderung gilt ab sofort." in answer.text
    own.refresh_from_db()
    assert own.phone == "0271 99"
    assert steps(ChangeProposal.objects.get()) == ["apply_proposal"]
    run_jobs()
    [mail] = mailoutbox
    assert (mail.subject, mail.to) == ("Geändert: „Verein Brücke“", ["ki@example.org"])
    assert queue.waiting() == []


def test_change_before_publication_counts_at_once_and_stands_in_the_verlauf(
    signed_in: Client, own: Organisation, member: User, mailoutbox: list[Any]
) -> None:
    Organisation.objects.update(status="proposed")
    send(signed_in, edit(own), phone="0271 99")
    own.refresh_from_db()
    assert (own.phone, own.edited_by, steps(own)) == ("0271 99", member, ["edit"])
    assert not ChangeProposal.objects.exists()


@pytest.mark.parametrize("status", ["archived", "rejected"])
def test_what_is_not_public_any_more_is_read_only(signed_in: Client, own: Organisation, status: str) -> None:
    contact = ContactPerson.objects.create(organisation=own, function="Büro", phone="1")
    Organisation.objects.update(status=status)
    assert "lässt sich hier nichts ändern" in signed_in.get(profile(own)).text
    for url in (edit(own), contact_page(contact), reverse("offers:member_contact_add", args=[own.pk])):
        assert signed_in.post(url, {"phone": "2"}).url == profile(own)
    with pytest.raises(TransitionError):
        lifecycle.remove_contact(contact, by=own.memberships.get().user)


def test_form_takes_nothing_that_is_for_staff(signed_in: Client, own: Organisation) -> None:
    forbidden = {"is_trusted": "on", "internal_note": "Neu", "status": "archived", "slug": "neu", "edited_by": "1"}
    send(signed_in, edit(own), phone="0271 99", **forbidden)
    assert ChangeProposal.objects.get().changes.keys() == {"phone"}
    own.refresh_from_db()
    assert (own.is_trusted, own.internal_note, own.status) == (False, "Zwergdommel", "published")


def test_note_of_the_centre_is_on_no_page_of_members(signed_in: Client, own: Organisation) -> None:
    contact = public_contact(own)
    for url in (profile(own), edit(own), contact_page(contact), reverse("pages:workspace_home")):
        assert "Zwergdommel" not in signed_in.get(url).text


@pytest.mark.parametrize("kind", ["kommune", "kreis"])
def test_only_the_centre_makes_an_organisation_a_public_body(signed_in: Client, own: Organisation, kind: str) -> None:
    answer = send(signed_in, edit(own), kind=kind)
    assert "kind" in answer.context["form"].errors
    Organisation.objects.update(kind=kind)
    fields = signed_in.get(edit(own)).context["form"].fields
    assert not {"kind", "municipality"} & fields.keys()
    own.refresh_from_db()
    change = {"municipality": {"old": None, "new": factories.make_municipality().pk}}
    with pytest.raises(PermissionDenied):
        actors.lifecycle.change_profile(own, change, by=own.memberships.get().user)


def test_strangers_and_staff_propose_nothing(own: Organisation, editor: User) -> None:
    stranger = factories.make_user(roles.PROVIDER, organisation=factories.make_organisation())
    change = {"phone": {"old": own.phone, "new": "1"}}
    for by in (editor, stranger):
        with pytest.raises(PermissionDenied):
            actors.lifecycle.change_profile(own, change, by=by)
        with pytest.raises(PermissionDenied):
            actors.lifecycle.withdraw_proposal(own, by=by)


def test_every_field_goes_there_and_back(own: Organisation) -> None:
    place = factories.make_municipality()
    new = {
        **{name: f"{name} neu" for name in ("name", "short_name", "street", "city", "phone")},
        "kind": "mso",
        "municipality": place.pk,
        "description": "<p>Neu</p>",
        "postcode": "57072",
        "email": "neu@example.org",
        "website": "https://neu.example.org/",
    }
    assert new.keys() == set(ORGANISATION.names)
    ORGANISATION.write(own, new)
    own.save()
    stored = Organisation.objects.get(pk=own.pk)
    assert {name: ORGANISATION.current(stored, name) for name in new} == new
    for name, value in new.items():
        assert ORGANISATION.label(name)
        assert ORGANISATION.plain(name, value)


# Contacts


def test_contact_is_added_once_with_name_and_consent(signed_in: Client, own: Organisation) -> None:
    url = reverse("offers:member_contact_add", args=[own.pk])
    data = shown(signed_in.get(url).context["form"]) | {"function": "Vorstand", "phone": "0271 5"}
    assert "consent" in signed_in.post(url, data | {"name": "Zoë Beispiel"}).context["form"].errors
    for _ in range(2):
        assert signed_in.post(url, data | {"name": "Zoë Beispiel", "consent": "on"}).status_code == 302
    contact = own.contacts.get()
    assert contact.public_name == "Zoë Beispiel"
    assert contact.consent is not None
    assert (contact.consent.channel, contact.consent.given_on) == ("web-form", timezone.localdate())
    assert "als Ansprechperson der Organisation" in contact.consent.wording
    assert "jederzeit" in contact.consent.wording
    assert steps(own) == ["add_contact"]


def test_contact_needs_a_way_to_reach_it(signed_in: Client, own: Organisation) -> None:
    url = reverse("offers:member_contact_add", args=[own.pk])
    answer = signed_in.post(url, shown(signed_in.get(url).context["form"]) | {"function": "Vorstand"})
    assert (
        answer.text.count("Bitte geben Sie eine Telefonnummer oder eine E-Mail-Adresse an.") == 2
    )  # summary and field
    assert not own.contacts.exists()


def test_contact_that_nobody_sees_changes_at_once(signed_in: Client, own: Organisation) -> None:
    contact = ContactPerson.objects.create(organisation=own, function="Büro", phone="1")
    send(signed_in, contact_page(contact), phone="2", name="Zoë Beispiel", consent="on")
    contact = ContactPerson.objects.with_consent().get()
    assert (contact.phone, contact.public_name, contact.lock_version) == ("2", "Zoë Beispiel", 2)
    assert (steps(own), ChangeProposal.objects.exists()) == (["change_contact"], False)


def test_change_of_a_public_contact_waits_and_the_name_comes_with_its_consent(
    signed_in: Client, staff: Client, own: Organisation, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    contact = public_contact(own, phone="1")
    send(signed_in, contact_page(contact), phone="2", name="Zoë Beispiel", consent="on")
    contact.refresh_from_db()
    assert (contact.phone, contact.name, Consent.objects.exists()) == ("1", "", False)
    proposal = ChangeProposal.objects.get()
    assert proposal.target == contact
    form = signed_in.get(contact_page(contact)).context["form"]
    assert (form["name"].value(), form["consent"].value()) == ("Zoë Beispiel", True)
    assert "Zoë Beispiel" in signed_in.get(profile(own)).text
    assert "Zoë" not in Client().get(own.get_absolute_url()).text
    text = staff.get(decide(proposal)).text
    assert "Änderung am Kontakt „Kursbüro“ von „Verein Brücke“" in text
    assert "Zoë Beispiel</ins>" in text
    staff.post(decide(proposal), {"verb": "accept_all"})
    contact = ContactPerson.objects.with_consent().get()
    assert (contact.phone, contact.public_name) == ("2", "Zoë Beispiel")
    assert contact.consent is not None
    assert contact.consent.channel == Consent.Channel.WEB_FORM
    assert "Zoë Beispiel" in Client().get(own.get_absolute_url()).text
    run_jobs()
    assert "Ihre Änderung ist übernommen: „Verein Brücke, Kursbüro“" in [mail.subject for mail in mailoutbox]
    verlauf = staff.get(reverse("offers:staff_organisation_detail", args=[own.pk])).text
    assert "Änderungsvorschlag angenommen" in verlauf


def test_name_is_not_taken_when_only_the_number_is(signed_in: Client, staff: Client, own: Organisation) -> None:
    contact = public_contact(own, phone="1")
    send(signed_in, contact_page(contact), phone="2", name="Zoë Beispiel", consent="on")
    staff.post(decide(ChangeProposal.objects.get()), {"verb": "accept", "fields_taken": ["phone"]})
    contact.refresh_from_db()
    assert (contact.phone, contact.name, Consent.objects.exists()) == ("2", "", False)


def test_unchanged_name_keeps_its_consent(signed_in: Client, own: Organisation) -> None:
    trust(own)
    contact = named(public_contact(own))
    consent = contact.consent
    send(signed_in, contact_page(contact), phone="2")
    contact = ContactPerson.objects.with_consent().get()
    assert (contact.phone, contact.consent, Consent.objects.count()) == ("2", consent, 1)


def test_removed_name_is_hidden_at_once_and_the_rest_waits(signed_in: Client, own: Organisation) -> None:
    contact = named(public_contact(own, phone="1"))
    assert "Zoë" in Client().get(own.get_absolute_url()).text
    send(signed_in, contact_page(contact), name="", phone="2")
    assert "Zoë" not in Client().get(own.get_absolute_url()).text
    contact = ContactPerson.objects.with_consent().get()
    assert contact.consent is not None
    assert contact.consent.withdrawn_on == timezone.localdate()
    assert contact.phone == "1"
    assert ChangeProposal.objects.get().changes.keys() == {"phone"}
    assert steps(own) == ["withdraw_name"]


def test_withdrawal_needs_no_review_and_leaves_another_name_waiting(
    signed_in: Client, own: Organisation, staff: Client
) -> None:
    contact = named(public_contact(own))
    send(signed_in, contact_page(contact), name="Ali Muster", consent="on")
    for _ in range(2):
        signed_in.post(contact_page(contact, "step"), {"verb": "name-verbergen"})
    assert "Zoë" not in Client().get(own.get_absolute_url()).text
    assert steps(own) == ["withdraw_name"]
    staff.post(decide(ChangeProposal.objects.get()), {"verb": "accept_all"})
    assert ContactPerson.objects.with_consent().get().public_name == "Ali Muster"


def test_contact_that_an_entry_needs_is_not_removed(signed_in: Client, own: Organisation) -> None:
    contact = public_contact(own)
    assert "Dieser Kontakt gehört zu „Nähkurs“." in signed_in.get(profile(own)).text
    answer = signed_in.post(contact_page(contact, "step"), {"verb": "entfernen"}, follow=True)
    assert "Dieser Kontakt gehört zu „Nähkurs“." in answer.text
    assert own.contacts.exists()


@pytest.mark.parametrize("status", ["archived", "rejected"])
def test_contact_of_what_is_over_is_removed_with_what_was_proposed(
    signed_in: Client, own: Organisation, status: str
) -> None:
    contact = named(public_contact(own))
    send(signed_in, contact_page(contact), phone="2")
    assert ChangeProposal.objects.exists()
    Offer.objects.update(status=status)
    signed_in.post(contact_page(contact, "step"), {"verb": "entfernen"})
    assert not own.contacts.exists()
    assert not ChangeProposal.objects.exists()
    assert Consent.objects.get().withdrawn_on is not None
    assert steps(own) == ["remove_contact"]


def test_change_of_a_contact_is_taken_back(signed_in: Client, own: Organisation) -> None:
    contact = public_contact(own)
    send(signed_in, contact_page(contact), phone="2")
    signed_in.post(contact_page(contact, "step"), {"verb": "zuruecknehmen"})
    assert not ChangeProposal.objects.exists()


def test_change_of_a_contact_that_left_the_public_pages_counts_at_once(signed_in: Client, own: Organisation) -> None:
    contact = public_contact(own, phone="1")
    send(signed_in, contact_page(contact), phone="2")
    Offer.objects.update(status="archived")
    send(signed_in, contact_page(contact), function="Vorstand")
    contact.refresh_from_db()
    assert (contact.phone, contact.function, ChangeProposal.objects.exists()) == ("2", "Vorstand", False)


def test_contact_of_a_hidden_entry_waits_too(signed_in: Client, own: Organisation) -> None:
    contact = public_contact(own)
    Offer.objects.update(status="hidden")
    send(signed_in, contact_page(contact), phone="2")
    assert ChangeProposal.objects.exists()


def test_contacts_of_the_county_stand_on_the_contact_page_so_they_are_reviewed(own: Organisation, member: User) -> None:
    contact = ContactPerson.objects.create(organisation=own, function="Büro", phone="1")
    Organisation.objects.update(kind="kreis")
    contact = ContactPerson.objects.with_consent().select_related("organisation").get()
    with pytest.raises(TransitionError, match="Seite „Kontakt“"):
        lifecycle.add_contact(
            contact.organisation, {"function": "Neu", "phone": "2", "email": "", "name": ""}, by=member
        )
    with pytest.raises(TransitionError, match="Seite „Kontakt“"):
        lifecycle.remove_contact(contact, by=member)
    assert lifecycle.change_contact(contact, {"phone": {"old": "1", "new": "2"}}, by=member) is not None


def test_contact_that_somebody_types_by_a_link_is_not_the_members_business(
    signed_in: Client, own: Organisation
) -> None:
    offer = factories.make_offer("Fremd", provider=own, status=Offer.Status.DRAFT)
    links.issue(AccessLink.Purpose.DRAFT, offer, "irgendwer@example.org")
    assert offer.contact is not None
    assert "Kursbüro" not in signed_in.get(profile(own)).text
    assert signed_in.get(contact_page(offer.contact)).status_code == 404
    assert signed_in.post(contact_page(offer.contact, "step"), {"verb": "entfernen"}).status_code == 404


# The queue


def test_queue_shows_changes_of_organisations_and_contacts(signed_in: Client, staff: Client, own: Organisation) -> None:
    contact = public_contact(own)
    send(signed_in, edit(own), phone="0271 99")
    send(signed_in, contact_page(contact), phone="2")
    entries = queue.waiting()
    assert {(entry.kind, entry.title, entry.provider) for entry in entries} == {
        (queue.Kind.CHANGE, "Verein Brücke", "Organisation, Verein"),
        (queue.Kind.CHANGE, "Kontakt „Kursbüro“", "Verein Brücke"),
    }
    assert queue.length() == 2
    place, topic = factories.make_municipality(), factories.make_topic()
    assert queue.waiting(queue.Filters(municipality=place)) == queue.waiting(queue.Filters(topic=topic)) == []
    Organisation.objects.update(municipality=place)
    assert len(queue.waiting(queue.Filters(municipality=place))) == 2
    page = reverse("offers:review_list")
    assert staff.post(page, {"verb": "publish", "auswahl": [entry.key for entry in entries]}).context["failed"] == []
    assert set(ChangeProposal.objects.values_list("status", flat=True)) == {"accepted"}
    Organisation.objects.update(status="archived")
    assert (queue.length(), queue.waiting()) == (0, [])


def test_change_is_assigned_and_followed_up(signed_in: Client, staff: Client, own: Organisation, editor: User) -> None:
    send(signed_in, contact_page(public_contact(own)), phone="2")
    proposal = ChangeProposal.objects.get()
    staff.post(reverse("offers:review_assign", args=["aenderung", proposal.pk]), {"verb": "take"})
    assert queue.waiting()[0].assignee == editor
    url = reverse("offers:follow_up_add", args=["aenderung", proposal.pk])
    staff.post(url, {"due_on": timezone.localdate().isoformat(), "note": "Anrufen"})
    text = staff.get(reverse("offers:follow_up_list")).text
    assert "Änderung am Kontakt „Kursbüro“ von „Verein Brücke“" in text


def test_change_of_an_archived_organisation_waits(
    signed_in: Client, own: Organisation, editor: User, staff: Client
) -> None:
    send(signed_in, edit(own), phone="0271 99")
    proposal = ChangeProposal.objects.get()
    actors.lifecycle.archive(own, by=editor, reason="Aufgelöst.")
    answer = staff.post(decide(proposal), {"verb": "accept_all"})
    assert answer.status_code == 409
    assert "nicht mehr veröffentlicht" in answer.text
    assert staff.post(decide(proposal), {"verb": "reject", "reason": "Aufgelöst."}).status_code == 302


# Counting


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_pages_cost_the_same_with_one_and_with_thirty_contacts(
    signed_in: Client, staff: Client, own: Organisation, member: User
) -> None:
    def add(number: int) -> None:
        contact = named(public_contact(own), f"Person {number}")
        change = {"phone": {"old": "", "new": str(number)}}
        proposal = lifecycle.change_contact(contact, change, by=member)
        assert proposal is not None

    home, page = reverse("pages:workspace_home"), reverse("offers:review_list")
    add(0)
    before = [queries(signed_in, profile(own)), queries(signed_in, home), queries(staff, page)]
    for number in range(1, 20):
        add(number)
    assert [queries(signed_in, profile(own)), queries(signed_in, home), queries(staff, page)] == before
