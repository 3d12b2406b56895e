"""The public helps: "Hier fehlt ein Angebot" and "Stimmt etwas nicht?", and how the centre works them off."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from kiportal.common import roles
from kiportal.common.models import AccessLink, Job, MailAddress, StatusChange, User
from offers import lifecycle
from offers.models import Hint, Need, Offer
from tests import factories
from tests.offers.journey import long_ago, shown
from tests.smtp import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

type RunJobs = Callable[[], list[Job]]
NEED = "/angebote/fehlt/"
LIST = "/arbeitsplatz/rueckmeldungen/"
HINT = {"kind": "zeit", "text": "Der Kurs beginnt erst um zehn Uhr."}


def send(client: Client, url: str, **fields: Any) -> Any:
    form = client.get(url).context["form"]
    return client.post(url, shown(form) | {"opened": long_ago()} | fields)


@pytest.fixture
def offer(db: None) -> Offer:
    return factories.make_offer("Deutsch am Abend")


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def report(offer: Offer, client: Client, **fields: Any) -> Hint:
    assert send(client, f"{offer.get_absolute_url()}hinweis/", **HINT, **fields).status_code == 302
    return Hint.objects.latest("pk")


# What the public sees


def test_empty_search_leads_to_a_form_with_what_was_searched(client: Client) -> None:
    topic, place = factories.make_topic("deutsch"), factories.make_municipality(slug="netphen")
    page = client.get("/angebote/?q=Einradkurs&thema=deutsch&kommune=netphen").content.decode()
    assert "/angebote/fehlt/?q=Einradkurs&amp;thema=deutsch&amp;kommune=netphen" in page
    form = client.get("/angebote/fehlt/?q=Einradkurs&thema=deutsch&kommune=netphen").context["form"]
    assert (form["text"].value(), form["topic"].value(), form["municipality"].value()) == (
        "Einradkurs",
        "deutsch",
        "netphen",
    )
    response = send(client, "/angebote/fehlt/?q=Einradkurs&thema=deutsch&kommune=netphen")
    need = Need.objects.get()
    assert (need.text, need.topic, need.municipality, need.email) == ("Einradkurs", topic, place, "")
    thanks = client.get(response["Location"]).content.decode()
    assert need.number in thanks
    assert "Einradkurs" not in thanks


def test_list_with_hits_names_the_form_too(client: Client, offer: Offer) -> None:
    assert NEED in client.get("/angebote/").content.decode()


def test_form_that_arrives_twice_is_kept_once(client: Client, mailbox: Mailbox, run_jobs: RunJobs) -> None:
    data = shown(client.get(NEED).context["form"]) | {"opened": long_ago(), "text": "Ein Chor"}
    assert client.post(NEED, data)["Location"] == client.post(NEED, data)["Location"]
    assert Need.objects.count() == 1
    run_jobs()
    [message] = mailbox.messages
    assert str(message["To"]) == "ki@example.org"
    assert "Ein Chor" not in message.as_string()


def test_forms_are_guarded(client: Client, offer: Offer) -> None:
    for url, words in ((NEED, {"text": "x"}), (f"{offer.get_absolute_url()}hinweis/", HINT)):
        assert send(client, url, website_url="https://spam.example", **words).status_code == 200
        assert client.post(url, words).status_code == 200
        for _number in range(30):
            assert send(client, url, **words).status_code == 302
        assert send(client, url, **words).status_code == 429
    assert (Need.objects.count(), Hint.objects.count()) == (30, 30)


def test_offer_and_organisation_lead_to_a_hint(client: Client, offer: Offer) -> None:
    for record in (offer, offer.provider):
        url = f"{record.get_absolute_url()}hinweis/"
        assert url in client.get(record.get_absolute_url()).content.decode()
        assert send(client, url, **HINT).status_code == 302
    found = [(hint.offer, hint.organisation) for hint in Hint.objects.order_by("pk")]
    assert found == [(offer, None), (None, offer.provider)]


def test_record_without_a_public_page_has_no_hint(client: Client, editor: User) -> None:
    offer = factories.make_offer()
    lifecycle.hide(offer, by=editor, reason="x")
    assert client.get(f"{offer.get_absolute_url()}hinweis/").status_code == 404


# What the centre does


def test_lists_show_the_oldest_first(staff: Client, offer: Offer) -> None:
    first, second = report(offer, staff), report(offer, staff)
    assert list(staff.get(LIST).context["page_obj"]) == [first, second]
    assert [tab["count"] for tab in staff.get(LIST).context["tabs"]] == [2, 0, 0, None]


def test_hint_is_answered_by_mail_in_the_language_of_the_form(
    staff: Client, offer: Offer, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    assert send(staff, f"/en{offer.get_absolute_url()}hinweis/", **HINT, email="wer@example.org").status_code == 302
    hint = Hint.objects.get()
    assert hint.form_language == "en"
    run_jobs()
    staff.post(f"{LIST}hinweis/{hint.pk}/", {"text": "Wir haben es berichtigt.", "verb": "answer"})
    run_jobs()
    message = mailbox.messages[-1]
    assert str(message["To"]) == "wer@example.org"
    assert 'lang="en"' in message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    hint.refresh_from_db()
    assert hint.status == Hint.Status.ANSWERED
    assert staff.get(LIST, {"ansicht": "erledigt"}).context["page_obj"].object_list == [hint]


def test_answer_without_words_is_refused(staff: Client, offer: Offer) -> None:
    hint = report(offer, staff)
    assert staff.post(hint.get_absolute_url(), {"text": " ", "verb": "answer"}).status_code == 400
    assert Hint.objects.get().status == Hint.Status.OPEN


def test_hint_is_passed_on_without_the_address_of_its_author(
    staff: Client, offer: Offer, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    hint = report(offer, staff, email="wer@example.org")
    run_jobs()
    staff.post(hint.get_absolute_url(), {"text": "Bitte prüfen", "verb": "forward"})
    run_jobs()
    message = mailbox.messages[-1]
    assert str(message["To"]) == offer.submitter_email
    assert HINT["text"] in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "wer@example.org" not in message.as_string()
    assert "/angebote/pflege/organisation/" in mailbox.link("Ein Hinweis zu", "/angebote/pflege/")
    hint.refresh_from_db()
    assert (hint.status, hint.forwarded_at is not None) == (Hint.Status.OPEN, True)
    assert AccessLink.objects.get(purpose=AccessLink.Purpose.CARE_ALL).email == offer.submitter_email


def test_need_is_answered_with_an_offer(staff: Client, offer: Offer, mailbox: Mailbox, run_jobs: RunJobs) -> None:
    send(staff, NEED, text="Ein Deutschkurs am Abend", email="wer@example.org")
    need = Need.objects.get()
    staff.post(need.get_absolute_url(), {"text": "", "offer": offer.pk, "verb": "answer"})
    run_jobs()
    assert mailbox.link(need.number, offer.get_absolute_url())
    need.refresh_from_db()
    assert (need.status, need.offer) == (Need.Status.ANSWERED, offer)


def test_need_is_suggested_what_fits_its_words_topic_and_place(staff: Client) -> None:
    """However many offers there are, a handful stands on the page."""
    here, topic = factories.make_municipality("Netphen"), factories.make_topic("sprache")
    for number in range(30):
        factories.make_offer(f"Ganz anderes {number}", summary="Etwas Schönes.")
    by_word = factories.make_offer("Schwimmkurs für Frauen")
    nearer = factories.make_offer("Schwimmkurs", municipalities=[here], topics=[topic])
    by_topic = factories.make_offer("Gespräche", topics=[topic])
    factories.make_offer("Schwimmkurs, verborgen", status=Offer.Status.HIDDEN)
    need = Need.objects.create(key=uuid4(), text="Ich suche Schwimmkurse", topic=topic, municipality=here)
    choices = staff.get(need.get_absolute_url()).context["form"].fields["offer"].choices
    assert [key for key, _label in choices] == ["", nearer.pk, by_word.pk, by_topic.pk]


def test_another_offer_is_looked_for_without_losing_a_word(staff: Client) -> None:
    offer = factories.make_offer("Nähtreff am Markt")
    need = Need.objects.create(key=uuid4(), text="Etwas mit Musik")
    answer = staff.post(need.get_absolute_url(), {"verb": "suchen", "q": "naehtreff", "text": "Guten Tag", "offer": ""})
    form = answer.context["form"]
    assert [key for key, _label in form.fields["offer"].choices] == ["", offer.pk]
    assert form["text"].value() == "Guten Tag"
    need.refresh_from_db()
    assert need.status == Need.Status.OPEN


def test_noted_gap_is_counted_and_can_be_answered_later(staff: Client, offer: Offer) -> None:
    factories.make_topic("chor")
    send(staff, NEED, text="Ein Chor", topic="chor")
    need = Need.objects.get()
    staff.post(need.get_absolute_url(), {"text": "", "verb": "note"})
    page = staff.get(LIST, {"ansicht": "vorgemerkt"})
    assert page.context["gaps"] == [("Chor", 1)]
    staff.post(need.get_absolute_url(), {"text": "", "offer": offer.pk, "verb": "answer"})
    assert Need.objects.get().status == Need.Status.ANSWERED
    assert not Job.objects.filter(kind="offers.send_need_answer").exists()


def test_second_editor_is_told_that_it_is_done(staff: Client, offer: Offer) -> None:
    hint = report(offer, staff)
    staff.post(hint.get_absolute_url(), {"text": "", "verb": "discard"})
    response = staff.post(hint.get_absolute_url(), {"text": "Danke", "verb": "answer"})
    assert response.status_code == 409
    assert "Danke" in response.content.decode()


def test_unknown_verb_is_refused(staff: Client, offer: Offer) -> None:
    assert staff.post(report(offer, staff).get_absolute_url(), {"verb": "delete"}).status_code == 400


@pytest.mark.parametrize("role", [roles.PROVIDER, roles.MUNICIPALITY, roles.COUNCIL, roles.ADMIN])
def test_other_roles_may_not_work_them_off(client: Client, offer: Offer, role: str) -> None:
    hint = report(offer, client)
    with pytest.raises(PermissionDenied):
        lifecycle.answer_hint(hint, by=factories.make_user(role, organisation=offer.provider), text="x")


# What remains


def test_personal_data_goes_half_a_year_after_the_end(staff: Client, offer: Offer, editor: User) -> None:
    hint = report(offer, staff, email="wer@example.org")
    for text in ("Chor", "Spam", "Bleibt offen"):
        send(staff, NEED, text=text, name="Zoë", email="zoe@example.org")
    choir, spam, still_open = Need.objects.order_by("pk")
    lifecycle.answer_hint(hint, by=editor, text="Danke")
    lifecycle.note_need(choir, by=editor)
    lifecycle.discard_need(spam, by=editor)
    call_command("purge", verbosity=0)
    assert (Hint.objects.count(), Need.objects.count()) == (1, 3)
    old = timezone.now() - timedelta(days=184)
    Hint.objects.update(closed_at=old)
    Need.objects.exclude(pk=still_open.pk).update(closed_at=old)
    call_command("purge", verbosity=0)
    assert not Hint.objects.exists()
    assert not Hint.pgh_event_model.objects.exists()  # type: ignore[attr-defined]
    assert list(Need.objects.order_by("pk").values_list("text", "name", "email")) == [
        ("Chor", "", ""),
        ("Bleibt offen", "Zoë", "zoe@example.org"),
    ]
    events = Need.pgh_event_model.objects.filter(pgh_obj_id=choir.pk)  # type: ignore[attr-defined]
    assert set(events.values_list("name", "email")) == {("", "")}
    assert not StatusChange.objects.filter(verb="discard").exists()


def test_remembered_address_goes_once_no_record_names_it(offer: Offer) -> None:
    old = timezone.now() - timedelta(days=31)
    for email in (offer.submitter_email, "weg@example.org"):
        MailAddress.objects.create(email=email, undeliverable_since=old, reason="550")
    call_command("purge", verbosity=0)
    assert MailAddress.objects.get().email == offer.submitter_email
