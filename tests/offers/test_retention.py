"""What is erased when, and that nothing of it stays in any table or file."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

import actors.lifecycle
from actors.models import ContactPerson, Organisation
from kiportal.common import links, roles
from kiportal.common.models import AccessLink, ChangeProposal, Consent, Job, User
from kiportal.common.retention import erase
from offers import changes, lifecycle
from offers.models import Offer
from tests import factories
from tests.offers.journey import Draft, complete
from tests.smtp import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

CANARY = "kanarienvogel"
RunJobs = Callable[[], list[Job]]


def traces(word: str = CANARY) -> set[str]:
    """Every table and column that holds the word, in text, JSON, or anything else that can be read as text."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND is_generated = 'NEVER'"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT 1 FROM "{table}" WHERE "{column}"::text ILIKE %s LIMIT 1', [f"%{word}%"])  # noqa: S608
            if cursor.fetchone():
                found.add(f"{table}.{column}")
    return found


@pytest.fixture
def mail_folder(settings: Settings, tmp_path: Path) -> Path:
    """The mails of demo mode."""
    folder = tmp_path / "mail"
    backend = {"BACKEND": "kiportal.common.mail.MailFolderBackend", "OPTIONS": {"folder": folder}}
    settings.MAILERS = {"default": backend}
    settings.KIPORTAL_MAIL_FOLDER = folder
    return folder


@pytest.fixture
def sent(client: Client, mail_folder: Path) -> Draft:
    """A submission with the word in everything that its author writes."""
    draft = complete(client, name=f"Verein {CANARY}", submitter_email=f"{CANARY}@example.org")
    draft.send("angebot", title=f"Kurs {CANARY}")
    contact = {"contact_function": CANARY, "contact_email": f"{CANARY}@example.net"}
    draft.send("kontakt", contact_name=CANARY, contact_consent="on", submitter_note=CANARY, **contact)
    draft.send("angebot", verb="spaeter")
    draft.send("pruefen", rules="on")
    return draft


def age(days: int) -> None:
    Offer.objects.update(updated_at=timezone.now() - timedelta(days=days))


def purge() -> None:
    call_command("purge", verbosity=0)


def test_unconfirmed_submission_goes_without_a_trace(sent: Draft, run_jobs: RunJobs, mail_folder: Path) -> None:
    run_jobs()
    assert {"offers_offer.submitter_email", "offers_offerevent.submitter_email", "common_job.title"} <= traces()
    assert any(CANARY in file.read_text() for file in mail_folder.iterdir())
    age(15)
    purge()
    assert traces() == set()
    assert list(mail_folder.iterdir()) == []
    left = [model.objects.count() for model in (Offer, Organisation, ContactPerson, Consent, AccessLink, Job)]
    assert left == [0] * 6


def test_rejected_submission_goes_without_a_trace(
    sent: Draft, run_jobs: RunJobs, editor: User, mail_folder: Path
) -> None:
    offer = sent.offer
    lifecycle.confirm_submission(offer, by=AccessLink.objects.get(purpose=AccessLink.Purpose.CONFIRM))
    lifecycle.request_changes(offer, by=editor, reason=f"Liebe {CANARY}?")
    answer = AccessLink.objects.filter(purpose=AccessLink.Purpose.DRAFT).latest("created_at")
    lifecycle.resubmit(offer, by=answer, answer=f"Ich bin {CANARY}.")
    lifecycle.reject(offer, by=editor, reason=f"Leider nicht, {CANARY}.")
    run_jobs()
    Job.objects.filter(kind="offers.send_decision").update(error=f"550 {CANARY}@example.org")
    age(182)
    purge()
    assert traces() != set()
    age(184)
    purge()
    assert traces() == set()
    assert list(mail_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "days", "gone"),
    [
        ("draft", 13, False),
        ("draft", 15, True),
        ("unconfirmed", 13, False),
        ("unconfirmed", 15, True),
        ("submitted", 400, False),
        ("changes_requested", 400, False),
        ("rejected", 182, False),
        ("rejected", 184, True),
    ],
)
def test_each_status_has_its_time(client: Client, status: str, days: int, gone: bool) -> None:
    complete(client)
    Offer.objects.update(status=status)
    age(days)
    purge()
    assert Offer.objects.exists() != gone


def test_draft_of_staff_is_no_submission() -> None:
    factories.make_offer(status="draft", submission_key=uuid4())
    age(400)
    purge()
    assert Offer.objects.exists()


def test_dry_run_counts_and_erases_nothing(sent: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    age(15)
    before = traces()
    call_command("purge", dry_run=True)
    assert "1  Entwürfe und unbestätigte Meldungen (nach 14 Tagen)" in capsys.readouterr().out
    assert traces() == before


def test_what_others_need_stays(client: Client) -> None:
    """A public organisation with its contact, and an organisation that another submission has too."""
    known = factories.make_organisation("Initiative Brückenschlag")
    older = ContactPerson.objects.create(organisation=known, function="Vorstand", email="vorstand@example.org")
    first = complete(client, name="Initiative Brückenschlag", existing=str(known.pk))
    second = complete(client, name="Ganz neuer Verein")
    factories.make_offer(status="submitted", provider=second.offer.provider, contact=second.offer.contact)
    kept = second.offer.provider, second.offer.contact
    assert first.offer.provider == known
    Offer.objects.filter(status="draft").update(updated_at=timezone.now() - timedelta(days=15))
    purge()
    assert set(Organisation.objects.all()) == {known, kept[0]}
    assert set(ContactPerson.objects.all()) == {older, kept[1]}


def test_decided_proposals_go_after_half_a_year(run_jobs: RunJobs, editor: User, mail_folder: Path) -> None:
    offer = factories.make_offer("Sprachcafé")
    link = links.issue(AccessLink.Purpose.CARE, offer, f"{CANARY}@example.org")
    proposed = changes.between(offer, {"title": "Sprachtreff"})
    proposal = lifecycle.propose(offer, proposed, by=link, message=CANARY, email=f"{CANARY}@example.org")
    assert proposal is not None
    lifecycle.accept_proposal(proposal, {"title"}, by=editor, reason=CANARY)
    run_jobs()
    ChangeProposal.objects.update(updated_at=timezone.now() - timedelta(days=184))
    AccessLink.objects.update(expires_at=timezone.now() - timedelta(days=31))
    purge()
    assert traces() == set()
    assert Offer.objects.get().title == "Sprachtreff"


def proposed_by_account(run_jobs: RunJobs) -> tuple[Organisation, list[ChangeProposal]]:
    """An organisation and its contact with a proposal each, the word in everything that is proposed."""
    offer = factories.make_offer()
    member = factories.make_user("provider", organisation=offer.provider)
    assert offer.contact is not None
    found = []
    for record in (offer.provider, offer.contact):
        change = {"phone": {"old": record.phone, "new": CANARY}}
        found.append(actors.lifecycle.propose(record, change, by=member, message=CANARY))
    run_jobs()
    assert {"common_changeproposal.changes", "common_changeproposal.message"} <= traces()
    return offer.provider, [proposal for proposal in found if proposal is not None]


def test_decided_proposals_of_organisations_and_contacts_go_too(run_jobs: RunJobs, editor: User) -> None:
    _organisation, proposals = proposed_by_account(run_jobs)
    for proposal in proposals:
        actors.lifecycle.reject_proposal(proposal, by=editor, reason=CANARY)
    run_jobs()
    purge()
    assert traces() != set()
    ChangeProposal.objects.update(updated_at=timezone.now() - timedelta(days=184))
    purge()
    assert traces() == set()
    assert not Job.objects.filter(kind__contains="proposal").exists()


def test_erased_organisation_takes_its_proposals_and_those_of_its_contacts(run_jobs: RunJobs) -> None:
    organisation, _proposals = proposed_by_account(run_jobs)
    Offer.objects.all().delete()
    erase(Organisation.objects.filter(pk=organisation.pk), delete=True)
    assert not ChangeProposal.objects.exists()


def test_open_proposals_stay() -> None:
    offer = factories.make_offer("Sprachcafé")
    link = links.issue(AccessLink.Purpose.CARE, offer, "verein@example.org")
    lifecycle.propose(offer, changes.between(offer, {"title": "Neu"}), by=link, message="", email="")
    ChangeProposal.objects.update(updated_at=timezone.now() - timedelta(days=400))
    purge()
    assert ChangeProposal.objects.exists()


def test_name_goes_a_month_after_its_consent_was_withdrawn() -> None:
    consent = Consent.objects.create(
        purpose="publish-name", wording="Ja.", given_on="2025-01-31", channel=Consent.Channel.MAIL
    )
    offer = factories.make_offer()
    ContactPerson.objects.update(name=CANARY, consent=consent)
    assert offer.contact is not None
    Consent.objects.update(withdrawn_on=timezone.localdate() - timedelta(days=29))
    purge()
    assert "actors_contactperson.name" in traces()
    Consent.objects.update(withdrawn_on=timezone.localdate() - timedelta(days=31))
    purge()
    assert traces() == set()
    assert Consent.objects.get().withdrawn_on is not None


# Drafts of accounts


def draft_of_account(days: int, **fields: Any) -> Offer:
    """A draft that its accounts have not touched for so many days."""
    draft = factories.make_offer(f"Entwurf {CANARY}", status="draft", **fields)
    age(days)
    return draft


def test_unused_draft_of_an_account_gets_one_notice_and_goes_a_month_later(
    run_jobs: RunJobs, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    own = factories.make_organisation()
    first, second = (factories.make_user(roles.PROVIDER, organisation=own) for _ in range(2))
    factories.make_user(roles.PROVIDER, organisation=own, is_active=False)
    draft = draft_of_account(336, provider=own)
    call_command("remind_unused_drafts")
    call_command("remind_unused_drafts")
    run_jobs()
    assert {str(message["To"]) for message in mailbox.messages} == {first.email, second.email}
    assert len(mailbox.messages) == 2
    assert f"/arbeitsplatz/eigene-angebote/{draft.pk}/" in mailbox.link("Ihr Entwurf wird bald gelöscht")
    purge()
    assert Offer.objects.exists()

    Offer.objects.update(
        updated_at=timezone.now() - timedelta(days=367), draft_notice_at=timezone.now() - timedelta(days=31)
    )
    call_command("purge", dry_run=True)
    assert "1  Entwürfe von Konten, an denen trotz Hinweis niemand schreibt (nach 30 Tagen)" in capsys.readouterr().out
    assert Offer.objects.exists()
    purge()
    assert traces() == set()
    assert not Job.objects.filter(kind="offers.send_draft_notice").exists()


@pytest.mark.parametrize(
    ("untouched", "reminded", "gone"), [(366, 29, False), (364, 31, False), (366, 31, True), (10, 31, False)]
)
def test_draft_of_an_account_needs_a_year_and_a_month_after_the_notice(
    untouched: int, reminded: int, gone: bool
) -> None:
    draft_of_account(untouched, draft_notice_at=timezone.now() - timedelta(days=reminded))
    purge()
    assert Offer.objects.exists() != gone


def test_draft_that_somebody_touched_after_the_notice_is_reminded_of_anew() -> None:
    own = factories.make_organisation()
    factories.make_user(roles.PROVIDER, organisation=own)
    draft_of_account(340, provider=own, draft_notice_at=timezone.now() - timedelta(days=400))
    call_command("remind_unused_drafts")
    assert Job.objects.filter(kind="offers.send_draft_notice").count() == 1


@pytest.mark.parametrize("change", ["touched", "sent", "left"])
def test_notice_that_is_no_longer_true_is_not_sent(run_jobs: RunJobs, mailbox: Mailbox, change: str) -> None:
    own = factories.make_organisation()
    member = factories.make_user(roles.PROVIDER, organisation=own)
    draft = draft_of_account(340, provider=own)
    call_command("remind_unused_drafts")
    match change:
        case "touched":
            Offer.objects.get(pk=draft.pk).save()
        case "sent":
            Offer.objects.update(status="submitted")
        case "left":
            member.memberships.all().delete()
    run_jobs()
    assert mailbox.messages == []


def test_drafts_in_use_and_drafts_by_link_get_no_notice(client: Client) -> None:
    draft_of_account(334)
    complete(client)
    Offer.objects.exclude(title__contains=CANARY).update(updated_at=timezone.now() - timedelta(days=400))
    call_command("remind_unused_drafts")
    assert not Offer.objects.exclude(draft_notice_at=None).exists()
