"""The Verein opens what the centre wrote down for it: it checks, changes, confirms, or has it deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from actors.models import ContactPerson, Organisation
from kiportal.common import links
from kiportal.common.models import AccessLink, Job, StatusChange, User
from offers import lifecycle
from offers.models import Offer
from tests import factories
from tests.offers.journey import Draft
from tests.offers.test_retention import CANARY, traces

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

EMAIL = "vorstand@bruecke.example.org"
GONE = "/angebote/melden/geloescht/"
RunJobs = Callable[[], list[Job]]


def record(editor: User, *, provider: Organisation | None = None, **fields: Any) -> Offer:
    values = {"status": "draft", "recorded_by": editor, "edited_by": editor, "submitter_email": EMAIL, "title": "Chor"}
    if provider is not None:
        values["provider"] = provider
    offer = factories.make_offer(**(values | fields))
    lifecycle.send_recorded_link(offer, by=editor)
    return offer


@pytest.fixture
def draft(client: Client, editor: User) -> Draft:
    """A complete entry and its link, for a client that knows nothing else."""
    record(editor)
    return Draft(client, links.token(AccessLink.objects.get()))


def url(draft: Draft, name: str) -> str:
    return reverse(f"offers:{name}", kwargs={"token": draft.token})


def test_link_leads_to_what_was_written_down(draft: Draft) -> None:
    Offer.objects.update(summary="")
    answer = draft.client.get(url(draft, "submission_resume"))
    assert answer.headers["Location"] == draft.url("pruefen")
    page = draft.get("pruefen")
    text = page.text
    assert "Bitte prüfen Sie, was wir für Sie aufgeschrieben haben" in text
    assert ", von: Kommunales Integrationszentrum Musterkreis." in text
    assert "Redaktion" not in text
    assert f'href="{draft.url("angebot")}#id_summary"' in text
    assert "Das stimmt nicht, bitte löschen" in text
    assert page.headers["Referrer-Policy"] == "strict-origin"


def test_verein_changes_and_confirms_and_another_editor_publishes(
    draft: Draft, editor: User, lead: User, run_jobs: RunJobs, mailoutbox: list[Any]
) -> None:
    run_jobs()
    mailoutbox.clear()
    assert draft.send("angebot", title="Chor am Abend").status_code == 302
    assert draft.send("pruefen").status_code == 200  # without the rules
    assert draft.offer.status == "draft"
    answer = draft.send("pruefen", rules="on")
    assert answer.headers["Location"] == draft.url("gesendet")
    offer = draft.offer
    assert (offer.status, offer.submitter_email, offer.title) == ("submitted", EMAIL, "Chor am Abend")
    step = StatusChange.objects.for_target(offer).get(verb="submit")
    assert (step.by_user, step.by_link) == (None, AccessLink.objects.get())
    run_jobs()
    assert {(mail.to[0], mail.subject) for mail in mailoutbox} == {
        (EMAIL, "Eingegangen: „Chor am Abend“"),
        ("ki@example.org", "Neu zu prüfen: „Chor am Abend“"),
    }
    assert "wartet bei uns auf die Prüfung" in draft.get("gesendet").text
    again = draft.client.post(draft.url("pruefen"), {"rules": "on"})
    assert again.headers["Location"] == draft.url("gesendet")
    draft.client.force_login(editor)
    page = draft.client.get(reverse("offers:review_detail", args=[offer.pk])).text
    assert "Über den Link bestätigt und abgesendet" in page
    assert "Jemand anderes aus dem Zentrum muss ihn freigeben." in page
    lifecycle.publish(offer, by=lead)
    assert offer.status == "published"


def test_address_is_fixed_because_the_mail_proved_it(draft: Draft) -> None:
    draft.send("organisation", submitter_email="fremd@example.org")
    assert draft.offer.submitter_email == EMAIL


def test_going_on_later_sends_the_same_link(draft: Draft, run_jobs: RunJobs, mailoutbox: list[Any]) -> None:
    answer = draft.send("angebot", verb="spaeter")
    assert "60 Tage" in draft.client.get(answer.headers["Location"]).text
    run_jobs()
    assert "60 Tage" in mailoutbox[-1].body
    assert draft.token in mailoutbox[-1].body


def test_verein_gives_a_name_with_its_own_consent(draft: Draft) -> None:
    draft.send("kontakt", contact_name="Kim Sommer", contact_consent="on")
    contact = ContactPerson.objects.get(pk=draft.offer.contact_id)
    assert contact.consent is not None
    assert (contact.public_name, contact.consent.channel) == ("Kim Sommer", "web-form")


def test_link_is_over_once_staff_have_sent_the_entry(draft: Draft, editor: User) -> None:
    lifecycle.submit(draft.offer, by=editor, reason="Telefon")
    assert draft.get("pruefen").headers["Location"] == draft.url("gesendet")
    assert draft.client.post(draft.url("pruefen"), {"rules": "on"}).headers["Location"] == draft.url("gesendet")
    assert draft.client.post(url(draft, "submission_discard")).headers["Location"] == draft.url("gesendet")
    assert draft.offer.status == "submitted"


# The organisation that came with it


def test_two_entries_of_a_new_verein_stay_with_one_organisation(client: Client, editor: User) -> None:
    fresh = factories.make_organisation("Verein Brücke", status="proposed")
    record(editor, provider=fresh, title="Lauftreff")
    offer = record(editor, provider=fresh)
    draft = Draft(client, links.token(AccessLink.objects.get(target_id=offer.pk)))
    assert draft.send("organisation", street="Marktstraße 5").status_code == 302
    assert [organisation.street for organisation in Organisation.objects.all()] == ["Marktstraße 5"]
    assert set(Offer.objects.values_list("provider", flat=True)) == {fresh.pk}


def test_step_left_as_it_is_changes_nothing_about_the_organisation(draft: Draft) -> None:
    before = Organisation.objects.values().get()
    draft.send("organisation", kind="verein")
    assert Organisation.objects.values().get() == before


# "Das stimmt nicht, bitte löschen"


def test_verein_has_it_deleted_without_a_trace(
    client: Client, editor: User, run_jobs: RunJobs, mailoutbox: list[Any]
) -> None:
    provider = factories.make_organisation(f"Verein {CANARY}", status="proposed")
    contact = ContactPerson.objects.create(organisation=provider, function=CANARY, phone="1")
    offer = record(
        editor, provider=provider, contact=contact, title=f"Chor {CANARY}", submitter_email=f"{CANARY}@example.org"
    )
    ContactPerson.objects.filter(pk=contact.pk).update(created_at=offer.created_at)
    run_jobs()
    draft = Draft(client, links.token(AccessLink.objects.get()))
    page = draft.client.get(url(draft, "submission_discard"))
    assert "Endgültig löschen" in page.text
    assert Offer.objects.exists(), "a mail scanner's GET must not delete"
    mailoutbox.clear()
    answer = draft.client.post(url(draft, "submission_discard"), {"words": f"Den gibt es nicht, {CANARY}."})
    assert answer.headers["Location"] == GONE
    assert "Danke für Ihre Antwort" in draft.client.get(GONE).text
    run_jobs()
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["ki@example.org"], f"Entwurf gelöscht: „Chor {CANARY}“")
    assert f"Den gibt es nicht, {CANARY}." in mail.body
    assert traces() == set()
    assert draft.client.post(url(draft, "submission_discard")).headers["Location"] == GONE
    assert draft.client.get(draft.url("pruefen")).status_code == 404


def test_too_many_words_are_kept_and_nothing_is_deleted(draft: Draft) -> None:
    answer = draft.client.post(url(draft, "submission_discard"), {"words": "x" * 2001})
    assert answer.status_code == 200
    assert "xxx" in answer.text
    assert draft.offer.status == "draft"


def test_link_of_an_own_submission_deletes_nothing(client: Client) -> None:
    from tests.offers.journey import begin

    own = begin(client)
    assert client.post(url(own, "submission_discard")).status_code == 404
    assert Offer.objects.exists()


def test_link_in_english_reads_english(draft: Draft) -> None:
    page = draft.client.get(f"/en{draft.url('pruefen')}").text
    assert "Please check what we have written down for you" in page
    assert "This is not right, please delete it" in page
