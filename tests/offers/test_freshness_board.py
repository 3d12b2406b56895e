"""/arbeitsplatz/aktualitaet/: five lists, one action each."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import actors.access
from actors.models import ContactPerson
from kiportal.common import addresses
from kiportal.common.models import Job, MailAddress, StatusChange, User
from offers import lifecycle
from offers.models import LinkCheck, Offer, OfferSurvey
from tests import factories
from tests.smtp import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

URL = "/arbeitsplatz/aktualitaet/"


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def titles(client: Client, view: str) -> list[str]:
    page = client.get(URL, {"ansicht": view})
    return [str(row.entry.offer) for row in page.context["page_obj"]]


def make(title: str, days: int, **fields: Any) -> Offer:
    day = timezone.localdate() + timedelta(days=days) - relativedelta(months=12)
    return factories.make_offer(title, last_confirmed_on=day, **fields)


def test_lists_show_the_oldest_first(staff: Client) -> None:
    for title, days in (("Jünger", -10), ("Älter", -90), ("Bald", 20), ("Später", 100)):
        make(title, days)
    hidden = make("Verborgen", -110, submitter_email="")
    lifecycle.hide_overdue(timezone.localdate())
    assert titles(staff, "ueberfaellig") == ["Älter", "Jünger"]
    assert titles(staff, "bald") == ["Bald"]
    assert titles(staff, "verborgen") == [hidden.title]
    counts = [tab["count"] for tab in staff.get(URL).context["tabs"]]
    assert counts == [2, 1, 1, 0, 0]


def test_first_list_with_something_in_it_is_shown_and_unknown_ones_are_none(staff: Client) -> None:
    make("Bald", 20)
    assert titles(staff, "") == titles(staff, "unbekannt") == ["Bald"]


def test_link_is_sent_at_once(staff: Client, mailbox: Mailbox, run_jobs: Callable[[], list[Job]]) -> None:
    offer = make("Kurs", -10)
    response = staff.post(f"{URL}{offer.pk}/fragen/", {"ansicht": "ueberfaellig"})
    assert response["Location"] == f"{URL}?ansicht=ueberfaellig"
    run_jobs()
    assert mailbox.link("Pflege-Link", "/angebote/pflege/organisation/")


def test_address_that_takes_no_mail_is_named_with_its_entries(staff: Client) -> None:
    offer = make("Kurs", -10, submitter_email="Weg@example.org")
    address = addresses.mark_undeliverable("weg@example.org", reason="550 No such user")
    page = staff.get(URL, {"ansicht": "unzustellbar"}).content.decode()
    assert "550 No such user" in page
    assert f"/arbeitsplatz/angebote/{offer.pk}/" in page
    assert f"{URL}adresse/{address.pk}/neu/" in page
    assert "Adresse eintragen" in staff.get(URL, {"ansicht": "ueberfaellig"}).content.decode()
    staff.post(f"{URL}adresse/{address.pk}/")
    assert not MailAddress.objects.exists()


def test_changed_address_leaves_the_list(staff: Client) -> None:
    make("Kurs", 100, submitter_email="weg@example.org")
    addresses.mark_undeliverable("weg@example.org", reason="550 No such user")
    Offer.objects.update(submitter_email="da@example.org")
    assert staff.get(URL, {"ansicht": "unzustellbar"}).context["tabs"][3]["count"] == 0


def test_staff_mark_an_address(staff: Client, editor: User) -> None:
    make("Kurs", 100, submitter_email="weg@example.org")
    staff.post(f"{URL}adresse/", {"email": "weg@example.org", "reason": "Brief kam zurück"})
    address = MailAddress.objects.get()
    assert (address.email, address.reason, address.marked_by) == ("weg@example.org", "Brief kam zurück", editor)
    wrong = staff.post(f"{URL}adresse/", {"email": "falsch@example.org", "reason": "x"})
    assert "bei keinem Eintrag" in wrong.content.decode()
    assert MailAddress.objects.count() == 1


def test_broken_link_is_shown_with_the_entry_to_mend(staff: Client) -> None:
    offer = factories.make_offer(website="https://weg.de/kurs")
    day = timezone.localdate() - timedelta(days=3)
    LinkCheck.objects.create(
        url=offer.website, outcome="error", code=404, failures=2, failing_since=day, checked_on=day
    )
    page = staff.get(URL, {"ansicht": "links"}).content.decode()
    assert "weg.de/kurs" in page
    assert "(404)" in page
    assert f"/arbeitsplatz/angebote/{offer.pk}/bearbeiten/" in page


def test_first_page_of_the_workspace_counts_them(staff: Client) -> None:
    offer = make("Kurs", -10, submitter_email="weg@example.org", website="https://weg.de/")
    addresses.mark_undeliverable("weg@example.org", reason="550")
    LinkCheck.objects.create(url=offer.website, outcome="error", code=404, failures=2, checked_on=timezone.localdate())
    figures = staff.get("/arbeitsplatz/").context["figures"]
    assert (figures.stale, figures.undeliverable, figures.broken_links) == (1, 1, 1)


@pytest.mark.parametrize("view", ["ueberfaellig", "unzustellbar", "links"])
def test_number_of_queries_does_not_grow(staff: Client, view: str, django_assert_max_num_queries: Any) -> None:
    for number in range(3):
        make("Kurs", -10, submitter_email=f"{number}@example.org", website=f"https://{number}.de/")
        addresses.mark_undeliverable(f"{number}@example.org", reason="550")
        LinkCheck.objects.create(
            url=f"https://{number}.de/", outcome="error", failures=2, failing_since=timezone.localdate()
        )
    staff.get(URL)
    with django_assert_max_num_queries(25):
        staff.get(URL, {"ansicht": view})


# One new address for everything


def dead(email: str = "weg@example.org") -> MailAddress:
    return addresses.mark_undeliverable(email, reason="550 No such user")


def replace(client: Client, address: MailAddress, email: str = "neu@example.org") -> Any:
    return client.post(f"{URL}adresse/{address.pk}/neu/", {"email": email}, follow=True)


def test_new_address_is_written_wherever_the_old_one_stood(
    staff: Client, editor: User, run_jobs: Callable[[], list[Job]], mailbox: Mailbox
) -> None:
    organisation = factories.make_organisation("Sprachtreff", email="Weg@example.org")
    offers = [make(title, 100, submitter_email="WEG@example.org", provider=organisation) for title in ("Eins", "Zwei")]
    other = make("Anderer", 100, submitter_email="anders@example.org")
    contact = organisation.contacts.create(function="Büro", email="weg@example.org")
    survey = OfferSurvey.objects.create(title="Herbst", answer_by=timezone.localdate() + timedelta(days=9))
    lifecycle.invite(survey, [organisation.pk], by=editor)
    lifecycle.open_survey(OfferSurvey.objects.get(), by=editor)
    Job.objects.all().delete()
    address = dead()
    page = staff.get(f"{URL}adresse/{address.pk}/neu/").text
    for words in ("Organisation", "Kontakt „Büro“", "Eins", "Zwei", "Herbst"):
        assert words in page
    versions = [offer.lock_version for offer in offers]
    answer = replace(staff, address, "Neu@Example.org")
    assert "Statt weg@example.org gilt jetzt überall neu@example.org." in answer.text
    for record in (organisation, contact, other, *offers):
        record.refresh_from_db()
    assert {offer.submitter_email for offer in offers} == {"neu@example.org"}
    assert [offer.lock_version for offer in offers] == [version + 1 for version in versions]
    assert (organisation.email, contact.email) == ("neu@example.org", "neu@example.org")
    assert other.submitter_email == "anders@example.org"
    assert answer.context["tabs"][3]["count"] == 0
    run_jobs()
    assert [message["To"] for message in mailbox.messages] == ["neu@example.org"]


def test_new_address_that_takes_no_mail_either_is_refused(staff: Client) -> None:
    offer = make("Kurs", 100, submitter_email="weg@example.org")
    address = dead()
    dead("neu@example.org")
    answer = replace(staff, address)
    assert "Auch an diese Adresse kommt keine Post." in answer.text
    offer.refresh_from_db()
    assert offer.submitter_email == "weg@example.org"


def test_invitation_that_was_refused_is_named_and_sent_again(
    staff: Client, editor: User, run_jobs: Callable[[], list[Job]], mailbox: Mailbox
) -> None:
    organisation = factories.make_organisation("Sprachtreff")
    lifecycle.hand_over(
        organisation, email="weg@example.org", first_name="Nina", last_name="Neu", reason="Wechsel", by=editor
    )
    Job.objects.all().delete()
    address = dead()
    page = staff.get(URL, {"ansicht": "unzustellbar"}).text
    assert "Einladung von Nina Neu" in page
    assert "statt" not in replace(staff, address).text
    run_jobs()
    assert [message["To"] for message in mailbox.messages] == ["neu@example.org"]
    [waiting] = actors.access.waiting(organisation.memberships.all())
    assert (waiting.user.email, waiting.user.first_name) == ("neu@example.org", "Nina")
    assert organisation.memberships.count() == 1


@pytest.mark.parametrize("role", ["editor", "provider"])
def test_address_of_an_account_is_changed_by_its_owner_or_the_administration(staff: Client, role: str) -> None:
    """Staff must not send the way into an account of the centre, or one in use, to an address of their own."""
    user = factories.make_user(role, organisation=factories.make_organisation())
    if role == "editor":
        user.set_unusable_password()
        user.save()
    address = dead(user.email)
    page = staff.get(URL, {"ansicht": "unzustellbar"}).text
    assert f"Konto von {user}" in page
    assert f"adresse/{address.pk}/neu/" not in page
    assert replace(staff, address).status_code == 400
    user.refresh_from_db()
    assert user.email == address.email


def test_names_of_an_address_are_found_in_the_same_number_of_queries(staff: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            staff.get(URL, {"ansicht": "unzustellbar"})
        return len(captured)

    def fill(number: int) -> None:
        organisation = factories.make_organisation(email=f"{number}@example.org")
        user = factories.make_user("provider", organisation=organisation)
        user.set_unusable_password()
        user.save()
        make("Kurs", 100, submitter_email=f"{number}@example.org", provider=organisation)
        dead(f"{number}@example.org")
        dead(user.email)

    fill(0)
    queries()
    one = queries()
    for number in range(1, 12):
        fill(number)
    assert queries() == one


def test_board_shows_one_kommune_and_what_is_for_the_whole_kreis(staff: Client) -> None:
    netphen, wilnsdorf = factories.make_municipality("Netphen"), factories.make_municipality("Wilnsdorf")
    make("Hier", -10, municipalities=[netphen])
    make("Dort", -20, municipalities=[wilnsdorf])
    make("Überall", -30, is_countywide=True)
    page = staff.get(URL, {"ansicht": "ueberfaellig", "kommune": netphen.slug})
    assert [row.entry.offer.title for row in page.context["page_obj"]] == ["Überall", "Hier"]
    assert [tab["count"] for tab in page.context["tabs"]][:2] == [2, 0]
    assert page.context["tabs"][0]["url"] == f"?ansicht=ueberfaellig&kommune={netphen.slug}"
    assert titles(staff, "ueberfaellig") == ["Überall", "Dort", "Hier"]
    unknown = staff.get(URL, {"ansicht": "ueberfaellig", "kommune": "unbekannt"})
    assert len(unknown.context["page_obj"]) == 3


def test_ticked_entries_get_one_mail_for_each_address(
    staff: Client, mailbox: Mailbox, run_jobs: Callable[[], list[Job]]
) -> None:
    provider = factories.make_organisation(email="verein@example.org")
    chosen = [make(title, -10, provider=provider, submitter_email="") for title in ("Eins", "Zwei")]
    silent = make("Stumm", -10, submitter_email="weg@example.org")
    addresses.mark_undeliverable("weg@example.org", reason="550")
    other = make("Nicht gewählt", -10, submitter_email="andere@example.org")
    answer = staff.post(
        f"{URL}fragen/",
        {"auswahl": [row.pk for row in (*chosen, silent)] + ["x"], "ansicht": "ueberfaellig"},
        follow=True,
    )
    assert "Der Pflege-Link geht an 1 Adresse." in answer.text
    assert f"Ohne Adresse, die Post annimmt, oder schon bestätigt: {silent.provider}." in answer.text
    assert len(run_jobs()) == 1
    assert other.title in answer.text
    assert "mindestens einen" in staff.post(f"{URL}fragen/", follow=True).text


def test_phone_call_confirms_with_one_click_and_says_who_was_called(staff: Client, editor: User) -> None:
    offer = make("Kurs", -10)
    offer.contact = ContactPerson.objects.create(
        organisation=offer.provider, function="Kursbüro", phone="0271 4711", name="Zoë Zwerg"
    )
    offer.save()
    page = staff.get(URL, {"ansicht": "ueberfaellig"}).text
    assert 'href="tel:' in page
    assert "0271 4711" in page
    response = staff.post(f"{URL}{offer.pk}/telefon/", {"ansicht": "ueberfaellig"})
    assert response["Location"] == f"{URL}?ansicht=ueberfaellig"
    offer.refresh_from_db()
    assert offer.last_confirmed_on == timezone.localdate()
    change = StatusChange.objects.for_target(offer).last()
    assert change is not None
    assert (change.by_user, change.reason) == (editor, "Am Telefon bestätigt: Kursbüro, 0271 4711")


def test_phone_call_about_an_ended_entry_is_refused_with_a_sentence(staff: Client) -> None:
    offer = make("Kurs", -10, status=Offer.Status.ARCHIVED)
    answer = staff.post(f"{URL}{offer.pk}/telefon/", {"ansicht": "bald"}, follow=True)
    assert "nicht mehr veröffentlicht" in answer.text
