"""Confirmations run out: mails 30, 14 and 0 days before, one link for all entries, hiding and coming back."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actors.models import Organisation
from kiportal.common import addresses, links
from kiportal.common.models import AccessLink, ChangeProposal, Job, MailAddress, StatusChange, User
from kiportal.common.transitions import Clock, apply
from offers import lifecycle
from offers.models import ConfirmationRequest, Offer
from offers.upkeep import due
from tests import factories
from tests.offers.journey import shown
from tests.smtp import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

KIND = "offers.send_confirmation_request"
type RunJobs = Callable[[], list[Job]]


@pytest.fixture
def organisation(db: None) -> Organisation:
    return factories.make_organisation("Sprachtreff e. V.", email="verein@example.org")


def confirmed_so_that_due_in(days: int) -> date:
    """The day of a confirmation that runs out in so many days."""
    return timezone.localdate() + timedelta(days=days) - relativedelta(months=12)


def make_entry(organisation: Organisation, days: int, title: str = "", **fields: Any) -> Offer:
    return factories.make_offer(
        title, provider=organisation, last_confirmed_on=confirmed_so_that_due_in(days), **fields
    )


def ask() -> int:
    return lifecycle.ask_for_confirmation(timezone.localdate())


def mails() -> int:
    return Job.objects.filter(kind=KIND).count()


def path(link: AccessLink) -> str:
    return f"/angebote/pflege/organisation/{links.token(link)}/"


@pytest.fixture
def link(organisation: Organisation) -> AccessLink:
    return links.issue(AccessLink.Purpose.CARE_ALL, organisation, "verein@example.org")


# Who is asked, and when


@pytest.mark.parametrize(
    ("days", "stage"), [(31, None), (30, 30), (15, 30), (14, 14), (1, 14), (0, 0), (-1, 0), (-400, 0)]
)
def test_entry_reaches_its_stages(organisation: Organisation, days: int, stage: int | None) -> None:
    make_entry(organisation, days)
    found = due.entries(Offer.objects.all(), timezone.localdate())
    assert [entry.stage for entry in found] == ([] if stage is None else [stage])
    assert ask() == (0 if stage is None else 1)


def test_one_mail_lists_all_entries_that_are_due(
    organisation: Organisation, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    make_entry(organisation, 30, "Kurs am Morgen")
    make_entry(organisation, -10, "Kurs am Abend")
    make_entry(organisation, 200, "Kurs im Sommer")
    assert ask() == 1
    run_jobs()
    [message] = mailbox.messages
    body = message.get_body(preferencelist=("plain",))
    assert body is not None
    text = body.get_content()
    assert message["Subject"] == "Stimmt noch alles? 2 Einträge von Sprachtreff e. V."
    assert "Kurs am Morgen" in text
    assert "Kurs am Abend" in text
    assert "Kurs im Sommer" not in text
    assert text.count("/angebote/pflege/organisation/") == 1
    assert "abbestellen" in text


def test_second_run_of_a_day_asks_nobody_again(organisation: Organisation) -> None:
    make_entry(organisation, 30)
    call_command("ask_for_confirmation")
    call_command("ask_for_confirmation")
    assert mails() == 1


def noon() -> datetime:
    """Far from midnight, which a change of clocks would cross."""
    return timezone.make_aware(datetime.combine(timezone.localdate(), time(12)))


def test_a_year_brings_three_mails_and_then_the_word_that_it_is_hidden(organisation: Organisation) -> None:
    offer = make_entry(organisation, 40)
    start, sent = noon(), []
    for day in range(200):
        with time_machine.travel(start + timedelta(days=day), tick=False):
            call_command("hide_overdue")
            if ask():
                sent.append(day)
    due_on, hidden_on = timezone.localdate() + timedelta(days=40), Offer.objects.get().last_confirmed_on
    assert hidden_on is not None
    hidden = (hidden_on + relativedelta(months=12) + relativedelta(months=3) - timezone.localdate()).days
    assert due_on == hidden_on + relativedelta(months=12)
    assert sent == [10, 26, 40, hidden]
    assert Offer.objects.get(pk=offer.pk).status == Offer.Status.HIDDEN


def test_stages_missed_while_the_portal_stood_still_are_not_made_up_for(organisation: Organisation) -> None:
    make_entry(organisation, 40)
    start, sent = noon(), []
    for day in range(27, 60):  # nothing ran on the days of the first and the second mail
        with time_machine.travel(start + timedelta(days=day), tick=False):
            if ask():
                sent.append(day)
    assert sent == [27, 40]


def test_address_hears_of_entries_with_different_days_once_a_week(organisation: Organisation) -> None:
    for days in range(30, 40):
        make_entry(organisation, days)
    start, sent = noon(), []
    for day in range(12):
        with time_machine.travel(start + timedelta(days=day), tick=False):
            if ask():
                sent.append(day)
    assert sent == [0, 7]


def test_day_is_counted_in_berlin(organisation: Organisation) -> None:
    factories.make_offer(provider=organisation, last_confirmed_on=date(2025, 7, 1))
    with time_machine.travel("2026-05-31T21:59:00Z", tick=False):
        assert ask() == 0
    with time_machine.travel("2026-05-31T22:01:00Z", tick=False):
        assert ask() == 1


def test_nobody_is_asked_about_entries_that_are_over_or_not_public(organisation: Organisation, editor: User) -> None:
    make_entry(organisation, 0, valid_until=timezone.localdate() - timedelta(days=1))
    make_entry(organisation, 0, status=Offer.Status.ARCHIVED)
    lifecycle.hide(make_entry(organisation, 0), by=editor, reason="Bitte prüfen")
    archived = factories.make_organisation(status=Organisation.Status.ARCHIVED)
    make_entry(archived, 0)
    assert ask() == 0


def test_each_address_is_asked_about_its_own_entries(
    organisation: Organisation, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    make_entry(organisation, 0, "Vom Vorstand", submitter_email="")
    make_entry(organisation, 0, "Vom Gast", submitter_email="gast@example.org")
    assert ask() == 2
    run_jobs()
    texts = {str(mail["To"]): mail.get_body(("plain",)).get_content() for mail in mailbox.messages}  # type: ignore[union-attr]
    assert "Vom Vorstand" not in texts["gast@example.org"]
    assert "Vom Vorstand" in texts["verein@example.org"]


def test_mail_speaks_the_language_of_the_form(organisation: Organisation, mailbox: Mailbox, run_jobs: RunJobs) -> None:
    make_entry(organisation, 0, submitter_language="en")
    ask()
    run_jobs()
    assert mailbox.link("", "/en/angebote/pflege/organisation/")


def test_mail_is_not_sent_once_everything_is_confirmed(
    organisation: Organisation, mailbox: Mailbox, run_jobs: RunJobs, editor: User
) -> None:
    offer = make_entry(organisation, 0)
    ask()
    lifecycle.confirm(offer, by=editor, on=timezone.localdate())
    [job] = run_jobs()
    assert "bestätigt" in job.result["skipped"]
    assert mailbox.messages == []


def test_undeliverable_address_and_one_that_wants_no_reminders_are_left_alone(organisation: Organisation) -> None:
    Organisation.objects.update(email="")
    make_entry(organisation, 0, submitter_email="weg@example.org")
    make_entry(organisation, 0, submitter_email="nein@example.org")
    MailAddress.objects.create(email="weg@example.org", undeliverable_since=timezone.now())
    MailAddress.objects.create(email="nein@example.org", reminders_stopped_on=timezone.localdate())
    assert ask() == 0


# What nobody confirms is hidden, and comes back


def overdue(organisation: Organisation, **fields: Any) -> Offer:
    """Two weeks beyond the second period, asked in time."""
    offer = make_entry(organisation, -110, **fields)
    assert offer.last_confirmed_on is not None
    ConfirmationRequest.objects.create(
        offer=offer, confirmed_on=offer.last_confirmed_on, stage=0, sent_on=timezone.localdate() - timedelta(days=110)
    )
    return offer


def hide() -> int:
    return lifecycle.hide_overdue(timezone.localdate())


def test_entry_is_hidden_after_the_second_period_and_nothing_else_happens(organisation: Organisation) -> None:
    offer, later = overdue(organisation), make_entry(organisation, -80)
    assert hide() == 1
    assert hide() == 0
    assert {row.pk: row.status for row in Offer.objects.all()} == {offer.pk: "hidden", later.pk: "published"}
    change = StatusChange.objects.get()
    assert (change.verb, change.by_user, change.by_link) == ("hide_overdue", None, None)


def test_people_who_can_be_reached_are_told_two_weeks_before(organisation: Organisation) -> None:
    make_entry(organisation, -400)
    assert hide() == 0
    ask()
    with time_machine.travel(timezone.now() + timedelta(days=13)):
        assert hide() == 0
    with time_machine.travel(timezone.now() + timedelta(days=14)):
        assert hide() == 1


def test_entry_without_an_address_is_hidden_on_its_day() -> None:
    make_entry(factories.make_organisation(), -110, submitter_email="")
    assert hide() == 1


@pytest.mark.parametrize("role", ["provider", "municipality", "editor", "lead", "council", "admin"])
def test_nobody_but_the_clock_hides_an_entry_as_overdue(organisation: Organisation, role: str) -> None:
    offer = overdue(organisation)
    with pytest.raises(PermissionDenied):
        apply(lifecycle.OFFER, offer, "hide_overdue", by=factories.make_user(role, organisation=organisation))


def test_the_clock_may_take_no_other_step(organisation: Organisation) -> None:
    offer = overdue(organisation)
    for verb in set(lifecycle.OFFER) - {"hide_overdue"}:
        with pytest.raises(PermissionDenied):
            apply(lifecycle.OFFER, offer, verb, by=Clock())


def test_hidden_entry_comes_back_when_it_is_confirmed(
    client: Client, organisation: Organisation, link: AccessLink
) -> None:
    offer = overdue(organisation, title="Nähcafé")
    hide()
    assert client.get(offer.get_absolute_url()).status_code == 404
    assert "Zurzeit nicht sichtbar" in client.get(path(link)).content.decode()
    client.post(path(link), {"verb": f"bestaetigen:{offer.pk}"})
    assert client.get(offer.get_absolute_url()).status_code == 200
    assert Offer.objects.get().last_confirmed_on == timezone.localdate()
    assert StatusChange.objects.last().verb == "show_confirmed"  # type: ignore[union-attr]


def test_old_care_link_of_the_entry_brings_it_back_too(client: Client, organisation: Organisation) -> None:
    offer = overdue(organisation)
    hide()
    single = links.issue(AccessLink.Purpose.CARE, offer, "verein@example.org")
    page = client.get(f"/angebote/pflege/{links.token(single)}/").content.decode()
    assert "lange niemand bestätigt" in page
    client.post(f"/angebote/pflege/{links.token(single)}/", {"verb": "bestaetigen"})
    assert Offer.objects.get().status == Offer.Status.PUBLISHED


def test_what_the_centre_hid_is_not_brought_back_by_its_author(
    client: Client, organisation: Organisation, link: AccessLink, editor: User
) -> None:
    offer = overdue(organisation)
    hide()
    lifecycle.unhide(offer_again(offer), by=editor)
    lifecycle.hide(offer_again(offer), by=editor, reason="Beschwerde")
    client.post(path(link), {"verb": f"bestaetigen:{offer.pk}"})
    client.post(path(link), {"verb": "alle-bestaetigen"})
    assert Offer.objects.get().status == Offer.Status.HIDDEN


def test_entry_that_staff_show_again_is_not_hidden_the_next_day(organisation: Organisation, editor: User) -> None:
    offer = overdue(organisation)
    hide()
    lifecycle.unhide(offer_again(offer), by=editor)
    assert hide() == 0
    assert Offer.objects.get().last_confirmed_on == timezone.localdate()


def offer_again(offer: Offer) -> Offer:
    return Offer.objects.get(pk=offer.pk)


def test_overdue_entry_is_marked_on_public_pages(client: Client, organisation: Organisation) -> None:
    offer = make_entry(organisation, -10)
    assert "Länger nicht bestätigt" in client.get(offer.get_absolute_url()).content.decode()
    assert "Länger nicht bestätigt" in client.get("/angebote/").content.decode()


# The page behind the link


def test_one_click_confirms_everything(client: Client, organisation: Organisation, link: AccessLink) -> None:
    make_entry(organisation, 5)
    make_entry(organisation, -20)
    overdue(organisation)
    hide()
    response = client.post(path(link), {"verb": "alle-bestaetigen"})
    assert "3 Einträge sind als aktuell bestätigt" in client.get(response["Location"]).content.decode()
    assert set(Offer.objects.values_list("status", "last_confirmed_on")) == {("published", timezone.localdate())}


def test_opening_the_page_changes_nothing(client: Client, organisation: Organisation, link: AccessLink) -> None:
    make_entry(organisation, -20)
    before = list(Offer.objects.values()), AccessLink.objects.values().get()
    page = client.get(path(link))
    assert page["Referrer-Policy"] == "strict-origin"
    assert "noindex" in page["X-Robots-Tag"]
    assert (list(Offer.objects.values()), AccessLink.objects.values().get()) == before


def test_entry_is_ended_and_brought_back(client: Client, organisation: Organisation, link: AccessLink) -> None:
    offer = make_entry(organisation, -20)
    client.post(path(link), {"verb": f"beenden:{offer.pk}"})
    assert Offer.objects.get().status == Offer.Status.ARCHIVED
    assert Job.objects.filter(kind="offers.send_ended_notice").exists()
    assert "Rückgängig machen" in client.get(path(link)).content.decode()
    client.post(path(link), {"verb": f"wiederherstellen:{offer.pk}"})
    assert Offer.objects.get().status == Offer.Status.PUBLISHED


def test_organisation_that_closes_ends_everything_at_once(
    client: Client, organisation: Organisation, link: AccessLink
) -> None:
    """One page asks, one POST ends, each entry has its way back, and others' entries stay."""
    own = [make_entry(organisation, -20, "Kurs"), make_entry(organisation, 20, "Treff")]
    other = factories.make_offer("Fremd")
    assert f"{path(link)}beenden/" in client.get(path(link)).text
    page = client.get(f"{path(link)}beenden/").text
    assert ("Kurs" in page, "Treff" in page, "Fremd" in page) == (True, True, False)
    assert set(Offer.objects.values_list("status", flat=True)) == {"published"}
    answer = client.post(f"{path(link)}beenden/", follow=True)
    assert "2 Einträge sind beendet." in answer.text
    assert answer.text.count("Rückgängig machen") == 2
    assert dict(Offer.objects.values_list("pk", "status")) == {
        own[0].pk: "archived",
        own[1].pk: "archived",
        other.pk: "published",
    }
    assert client.post(f"{path(link)}beenden/")["Location"] == path(link)
    client.post(path(link), {"verb": f"wiederherstellen:{own[0].pk}"})
    assert offer_again(own[0]).status == Offer.Status.PUBLISHED


def test_change_becomes_a_proposal(client: Client, organisation: Organisation, link: AccessLink) -> None:
    offer = make_entry(organisation, -20, "Kurs")
    form_path = f"{path(link)}{offer.pk}/"
    form = client.get(form_path).context["form"]
    response = client.post(form_path, shown(form) | {"title": "Neuer Kurs"})
    assert response.status_code == 302
    proposal = ChangeProposal.objects.get()
    assert (proposal.changes["title"]["new"], proposal.by_link, proposal.author_email) == (
        "Neuer Kurs",
        link,
        "verein@example.org",
    )
    page = client.get(response["Location"]).content.decode()
    assert "Ihre Änderung wird geprüft" in page
    assert Offer.objects.get().title == "Kurs"


def test_link_reaches_no_entry_of_another_address_or_organisation(client: Client, organisation: Organisation) -> None:
    own = make_entry(organisation, -20, "Eigener", submitter_email="gast@example.org")
    others = [make_entry(organisation, -20, "Fremder"), make_entry(factories.make_organisation(), -20, "Ganz fremd")]
    guest = links.issue(AccessLink.Purpose.CARE_ALL, organisation, "gast@example.org")
    page = client.get(path(guest)).content.decode()
    assert "Eigener" in page
    assert "Fremder" not in page
    for other in others:
        for verb in ("bestaetigen", "beenden"):
            client.post(path(guest), {"verb": f"{verb}:{other.pk}"})
        assert client.get(f"{path(guest)}{other.pk}/").status_code == 404
    client.post(path(guest), {"verb": "alle-bestaetigen"})
    today = timezone.localdate()
    fresh = {row.pk: row.last_confirmed_on == today for row in Offer.objects.all()}
    assert fresh == {own.pk: True, others[0].pk: False, others[1].pk: False}
    assert not Offer.objects.filter(status=Offer.Status.ARCHIVED).exists()


def test_reminders_are_stopped_and_taken_up_again(client: Client, organisation: Organisation, link: AccessLink) -> None:
    make_entry(organisation, 0)
    client.post(path(link), {"verb": "erinnerungen-aus"})
    assert ask() == 0
    assert "Wieder erinnern" in client.get(path(link)).content.decode()
    client.post(path(link), {"verb": "erinnerungen-an"})
    assert not MailAddress.objects.exists()
    assert ask() == 1


def test_expired_link_sends_a_new_one_to_its_address(
    client: Client, organisation: Organisation, link: AccessLink, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    make_entry(organisation, 0)
    AccessLink.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert client.get(path(link)).status_code == 410
    assert client.post(path(link)).status_code == 200
    run_jobs()
    fresh = urlsplit(mailbox.link("Pflege-Link", "/angebote/pflege/organisation/")).path
    assert client.get(fresh).status_code == 200


def test_unknown_words_do_nothing(client: Client, organisation: Organisation, link: AccessLink) -> None:
    make_entry(organisation, -20)
    for verb in ("", "loeschen", "bestaetigen:", "bestaetigen:abc", "bestaetigen:999999999"):
        assert client.post(path(link), {"verb": verb}).status_code == 302
    assert client.get(f"{path(link)}?getan=bestaetigen:999").status_code == 200
    assert mails() == 0
    assert Offer.objects.get().last_confirmed_on != timezone.localdate()


# An address that takes no mail


def test_second_address_is_asked_when_the_first_takes_no_mail(organisation: Organisation) -> None:
    offer = make_entry(organisation, 30, submitter_email="weg@example.org")
    assert ask() == 1
    addresses.mark_undeliverable("weg@example.org", reason="550 No such user")
    with time_machine.travel(noon() + timedelta(days=1), tick=False):
        assert ask() == 1
        assert ask() == 0
    [request] = ConfirmationRequest.objects.filter(offer=offer)
    assert request.link is not None
    assert request.link.email == "verein@example.org"
    addresses.mark_undeliverable("verein@example.org", reason="550 No such user")
    member = factories.make_user("provider", organisation=organisation)
    factories.make_user("provider", organisation=organisation, is_active=False)
    [entry] = due.entries(Offer.objects.all(), timezone.localdate())
    assert entry.address == member.email


def test_first_address_stays_when_none_takes_mail(organisation: Organisation) -> None:
    make_entry(organisation, 30, submitter_email="weg@example.org")
    for email in ("weg@example.org", "verein@example.org"):
        addresses.mark_undeliverable(email, reason="550 No such user")
    [entry] = due.entries(Offer.objects.all(), timezone.localdate())
    assert entry.address == "weg@example.org"
    assert ask() == 0


def test_entry_is_hidden_only_after_the_second_address_was_told(organisation: Organisation) -> None:
    make_entry(organisation, -120, submitter_email="weg@example.org")
    with time_machine.travel(noon() - timedelta(days=20), tick=False):
        assert ask() == 1
    addresses.mark_undeliverable("weg@example.org", reason="550 No such user")
    call_command("hide_overdue")
    assert Offer.objects.get().status == Offer.Status.PUBLISHED
    assert ask() == 1
    with time_machine.travel(noon() + timedelta(days=14), tick=False):
        call_command("hide_overdue")
    assert Offer.objects.get().status == Offer.Status.HIDDEN


def test_addresses_of_many_entries_are_found_in_the_same_number_of_queries(organisation: Organisation) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            due.entries(Offer.objects.all(), timezone.localdate())
        return len(captured)

    addresses.mark_undeliverable("weg@example.org", reason="550 No such user")
    make_entry(organisation, 10, submitter_email="weg@example.org")
    one = queries()
    for _number in range(30):
        make_entry(factories.make_organisation(), 10, submitter_email="weg@example.org")
    assert queries() == one
