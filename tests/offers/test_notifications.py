"""Mails about entries, read as their receivers do: over SMTP."""

import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.test import Client

from kiportal.common import jobs, links
from kiportal.common.models import AccessLink, Centre, ChangeProposal, Job, User
from offers import changes, lifecycle
from offers.models import Offer
from tests import factories
from tests.smtp import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

RunJobs = Callable[[], list[Job]]
AUTHOR, CENTRE = "verein@example.org", "ki@example.org"


def parts(message: EmailMessage) -> tuple[str, str]:
    """Plain text and HTML."""
    found = []
    for kind in ("plain", "html"):
        body = message.get_body(preferencelist=(kind,))
        assert body is not None
        found.append(str(body.get_content()))
    return found[0], found[1]


def only(mailbox: Mailbox, to: str = AUTHOR) -> EmailMessage:
    (message,) = [message for message in mailbox.messages if message["To"] == to]
    return message


def addresses(text: str) -> list[str]:
    return re.findall(r"http://testserver\S+", text)


def submitted(title: str = "Deutsch & mehr", **fields: object) -> Offer:
    return factories.make_offer(title, status="submitted", **fields)


def care_link(offer: Offer) -> AccessLink:
    return links.issue(AccessLink.Purpose.CARE, offer, AUTHOR)


def test_mail_has_all_that_a_mail_needs(editor: User, mailbox: Mailbox, run_jobs: RunJobs, centre: Centre) -> None:
    lifecycle.publish(submitted(), by=editor, reason="Schön <gemacht>.")
    run_jobs()
    message = only(mailbox)
    plain, html = parts(message)
    offer = Offer.objects.get()
    care = f"http://testserver/angebote/pflege/{links.token(AccessLink.objects.get())}/"
    assert message["Subject"] == "Veröffentlicht: „Deutsch & mehr“"
    assert message["From"] == f"{centre.name} <ki-portal@example.org>"
    assert message["Reply-To"] == CENTRE
    assert addresses(plain) == [f"http://testserver{offer.get_absolute_url()}", care]
    assert care in html
    assert "Deutsch & mehr" in plain
    assert "Schön <gemacht>." in plain
    assert "Deutsch &amp; mehr" in html
    assert "Schön &lt;gemacht&gt;." in html
    for text in (plain, html):
        assert "Sie erhalten diese Nachricht, weil" in text
        assert "keine Nachrichten mehr" in text


@pytest.mark.parametrize(
    ("status", "verb", "subject", "purpose"),
    [
        ("submitted", "publish", "Veröffentlicht", "care"),
        ("submitted", "request_changes", "Rückfrage zu", "draft"),
        ("submitted", "reject", "Nicht veröffentlicht", None),
        ("published", "hide", "Vorübergehend nicht sichtbar", None),
        ("hidden", "unhide", "Wieder sichtbar", "care"),
        ("published", "archive", "Beendet", None),
        ("archived", "restore", "Wieder sichtbar", "care"),
    ],
)
def test_each_decision_is_mailed_with_its_reason_and_link(
    editor: User,
    mailbox: Mailbox,
    run_jobs: RunJobs,
    client: Client,
    status: str,
    verb: str,
    subject: str,
    purpose: str | None,
) -> None:
    offer = factories.make_offer("Sprachcafé")
    Offer.objects.update(status=status)
    offer.refresh_from_db()
    getattr(lifecycle, verb)(offer, by=editor, reason="Weil es so ist.")
    run_jobs()
    message = only(mailbox)
    plain, _html = parts(message)
    assert str(message["Subject"]).startswith(subject)
    assert "Sprachcafé" in str(message["Subject"])
    assert "Weil es so ist." in plain
    assert list(AccessLink.objects.values_list("purpose", flat=True)) == ([purpose] if purpose else [])
    for address in addresses(plain):
        assert client.get(address.removeprefix("http://testserver")).status_code == 200


def test_link_in_english_leads_to_english_pages(editor: User, mailbox: Mailbox, run_jobs: RunJobs) -> None:
    lifecycle.publish(submitted(submitter_language="en"), by=editor)
    run_jobs()
    plain, html = parts(only(mailbox))
    assert all(address.startswith("http://testserver/en/angebote/") for address in addresses(plain))
    assert '<html lang="en"' in html


def test_nobody_is_mailed_without_an_address(editor: User, mailbox: Mailbox, run_jobs: RunJobs) -> None:
    lifecycle.publish(submitted(submitter_email=""), by=editor)
    run_jobs()
    assert mailbox.messages == []
    assert not AccessLink.objects.exists()


def test_job_that_runs_twice_sends_the_same_mail(editor: User, mailbox: Mailbox, run_jobs: RunJobs) -> None:
    lifecycle.publish(submitted(), by=editor)
    (job,) = run_jobs()
    Job.objects.update(state=Job.State.QUEUED, finished_at=None)
    jobs.run(job.pk)
    first, second = mailbox.messages
    assert first["Message-ID"] == second["Message-ID"] == f"<{job.pk}@testserver>"
    assert parts(first) == parts(second)


def test_centre_hears_of_new_entries_and_answers(mailbox: Mailbox, run_jobs: RunJobs, editor: User) -> None:
    offer = factories.make_offer("Sprachcafé", status="unconfirmed")
    confirm = links.issue(AccessLink.Purpose.CONFIRM, offer, AUTHOR)
    lifecycle.confirm_submission(offer, by=confirm)
    run_jobs()
    notice = only(mailbox, CENTRE)
    assert notice["Subject"] == "Neu zu prüfen: „Sprachcafé“"
    assert addresses(parts(notice)[0]) == [f"http://testserver/arbeitsplatz/pruefung/{offer.pk}/"]
    assert only(mailbox)["Subject"] == "Eingegangen: „Sprachcafé“"
    lifecycle.request_changes(offer, by=editor, reason="Wann?")
    run_jobs()
    mailbox.messages.clear()
    draft = AccessLink.objects.get(purpose=AccessLink.Purpose.DRAFT)
    lifecycle.resubmit(offer, by=draft, answer="Dienstags.")
    run_jobs()
    assert "Dienstags." in parts(only(mailbox, CENTRE))[0]
    assert only(mailbox)["Subject"] == "Ihre Antwort ist da: „Sprachcafé“"
    assert addresses(parts(only(mailbox))[0]) == [f"http://testserver/angebote/melden/{links.token(draft)}/gesendet/"]


def test_centre_without_an_address_is_told_on_the_job_page(mailbox: Mailbox, run_jobs: RunJobs, centre: Centre) -> None:
    Centre.objects.update(email="")
    offer = factories.make_offer(status="unconfirmed")
    lifecycle.confirm_submission(offer, by=links.issue(AccessLink.Purpose.CONFIRM, offer, AUTHOR))
    failed = [job for job in run_jobs() if job.state == Job.State.FAILED]
    assert [job.kind for job in failed] == ["offers.send_submission_notice"]
    assert "keine E-Mail-Adresse" in failed[0].error


@pytest.mark.parametrize(
    ("fields", "subject"),
    [
        ({"title", "summary"}, "Ihre Änderung ist übernommen"),
        ({"title"}, "Ihre Änderung ist zum Teil übernommen"),
        (set(), "Ihre Änderung ist nicht übernommen"),
    ],
)
def test_decision_on_a_change_names_the_fields(
    editor: User, mailbox: Mailbox, run_jobs: RunJobs, fields: set[str], subject: str
) -> None:
    offer = factories.make_offer("Sprachcafé")
    proposed = changes.between(offer, {"title": "Sprachtreff", "summary": "Neu."})
    proposal = lifecycle.propose(offer, proposed, by=care_link(offer), message="Bitte", email=AUTHOR)
    assert isinstance(proposal, ChangeProposal)
    run_jobs()
    assert "Geändert: Titel, Kurz gesagt" in parts(only(mailbox, CENTRE))[0]
    if fields:
        lifecycle.accept_proposal(proposal, fields, by=editor, reason="Danke.")
    else:
        lifecycle.reject_proposal(proposal, by=editor, reason="Danke.")
    run_jobs()
    plain, _html = parts(only(mailbox))
    assert str(only(mailbox)["Subject"]).startswith(subject)
    assert "Danke." in plain
    assert ("Übernommen: Titel" in plain) == bool(fields)
    assert ("Nicht übernommen:" in plain) == (fields != {"title", "summary"})
    (address,) = addresses(plain)
    assert "/angebote/pflege/" in address


def test_no_sentence_ends_with_the_name_of_an_organisation(mailbox: Mailbox, run_jobs: RunJobs) -> None:
    offer = factories.make_offer(status="draft", provider=factories.make_organisation("Neue Brücke e. V."))
    lifecycle.send(offer, by=links.issue(AccessLink.Purpose.DRAFT, offer, AUTHOR))
    run_jobs()
    assert "für Neue Brücke e. V. ein Eintrag" in parts(only(mailbox, offer.submitter_email))[0]


def test_confirmation_of_what_is_confirmed_is_not_sent(mailbox: Mailbox, run_jobs: RunJobs) -> None:
    offer = factories.make_offer(status="draft")
    draft = links.issue(AccessLink.Purpose.DRAFT, offer, AUTHOR)
    lifecycle.send(offer, by=draft)
    Offer.objects.update(status=Offer.Status.SUBMITTED)
    (job,) = run_jobs()
    assert job.state == Job.State.DONE
    assert "skipped" in job.result
    assert mailbox.messages == []
