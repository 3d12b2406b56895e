"""A Verein keeps its entries with an account: writes, sends, answers, changes, ends – and nobody else's."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from actors.models import ContactPerson, Organisation
from kiportal.common import links, roles
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange, User
from offers import changes, lifecycle
from offers.models import Offer
from tests import factories
from tests.offers.test_staff_views import filled

pytestmark = pytest.mark.django_db

HOME = "pages:workspace_home"


@pytest.fixture
def own(centre: object) -> Organisation:
    return factories.make_organisation("Verein Brücke")


@pytest.fixture
def member(own: Organisation) -> User:
    return factories.make_user(roles.PROVIDER, organisation=own, first_name="Vera", last_name="Verein")


@pytest.fixture
def signed_in(client: Client, member: User) -> Client:
    client.force_login(member)
    return client


def url(name: str, *arguments: Any) -> str:
    return reverse(f"offers:member_offer_{name}", args=arguments)


def start(client: Client, **changed: Any) -> Offer:
    form = client.get(url("add")).context["form"]
    answer = client.post(url("add"), filled(form) | changed)
    assert answer.status_code == 302, answer.context["form"].errors
    return Offer.objects.latest("pk")


def complete(offer: Offer) -> None:
    """What the steps would have asked."""
    offer.title, offer.summary, offer.description = "Nähkurs", "Wir nähen.", "<p>Jede Woche.</p>"
    offer.offer_type, offer.is_countywide = factories.make_offer_type(), True
    offer.cost_kind, offer.registration = "kostenfrei", "keine"
    offer.contact = ContactPerson.objects.create(organisation=offer.provider, function="Büro", phone="1")
    offer.save()
    offer.topics.set([factories.make_topic()])
    offer.target_groups.set([factories.make_target_group()])
    offer.languages.set([factories.make_language()])


# Writing a new one


def test_draft_is_started_for_the_own_organisation(signed_in: Client, own: Organisation, member: User) -> None:
    offer = start(signed_in)
    assert (offer.status, offer.provider, offer.submitter_email) == ("draft", own, member.email)
    assert not AccessLink.objects.exists()


def test_form_sent_twice_starts_one_draft(signed_in: Client) -> None:
    data = filled(signed_in.get(url("add")).context["form"])
    for _ in range(2):
        assert signed_in.post(url("add"), data).status_code == 302
    assert Offer.objects.count() == 1


def test_key_of_somebody_else_starts_a_draft_of_its_own(signed_in: Client, client: Client) -> None:
    theirs = factories.make_offer(submission_key="11111111-1111-4111-8111-111111111111", status="draft")
    offer = start(signed_in, key=str(theirs.submission_key))
    assert offer.pk != theirs.pk


def test_draft_is_not_started_for_others(signed_in: Client) -> None:
    other = factories.make_organisation()
    form = signed_in.get(url("add")).context["form"]
    answer = signed_in.post(url("add"), filled(form) | {"provider": other.pk})
    assert "provider" in answer.context["form"].errors
    assert not Offer.objects.exists()


def test_without_an_organisation_the_page_says_whom_to_ask(client: Client, centre: object) -> None:
    client.force_login(factories.make_user(roles.PROVIDER))
    assert "Zu Ihrem Konto gehört zurzeit keine Organisation" in client.get(url("add")).text


def test_steps_keep_what_is_typed_and_the_home_leads_back(signed_in: Client) -> None:
    offer = start(signed_in)
    page = url("step", offer.pk, "angebot")
    answer = signed_in.post(page, {"title": "Nähkurs", "kind": "angebot", "lock_version": "1", "verb": "spaeter"})
    assert answer.url == reverse(HOME)
    offer.refresh_from_db()
    assert offer.title == "Nähkurs"
    home = signed_in.get(reverse(HOME)).text
    assert "Weiterschreiben" in home
    assert signed_in.get(url("detail", offer.pk)).url == page
    assert not AccessLink.objects.exists()


def test_organisation_is_no_step_of_an_account(signed_in: Client) -> None:
    assert signed_in.get(url("step", start(signed_in).pk, "organisation")).status_code == 404


def test_sending_leads_to_the_queue_without_a_mail_to_confirm(
    signed_in: Client, member: User, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    offer = start(signed_in)
    complete(offer)
    review = url("step", offer.pk, "pruefen")
    assert "Absenden" in signed_in.get(review).text
    answer = signed_in.post(review, {"rules": "on"}, follow=True)
    assert "Wir prüfen den Eintrag" in answer.text
    offer.refresh_from_db()
    assert (offer.status, StatusChange.objects.for_target(offer).get().by_user) == ("submitted", member)
    run_jobs()
    assert [mail.subject for mail in mailoutbox] == ["Neu zu prüfen: „Nähkurs“"]


def test_new_entry_of_a_trusted_organisation_is_reviewed(signed_in: Client, own: Organisation) -> None:
    Organisation.objects.filter(pk=own.pk).update(is_trusted=True)
    offer = start(signed_in)
    complete(offer)
    signed_in.post(url("step", offer.pk, "pruefen"), {"rules": "on"})
    offer.refresh_from_db()
    assert offer.status == "submitted"


def test_incomplete_entry_is_not_sent(signed_in: Client) -> None:
    offer = start(signed_in)
    assert signed_in.post(url("step", offer.pk, "pruefen"), {"rules": "on"}).status_code == 400
    offer.refresh_from_db()
    assert offer.status == "draft"


def test_discarded_draft_leaves_nothing(signed_in: Client) -> None:
    offer = start(signed_in)
    complete(offer)
    signed_in.post(url("detail", offer.pk), {"verb": "verwerfen"})
    assert not Offer.objects.exists()
    assert not ContactPerson.objects.exists()
    assert not Offer.pgh_event_model.objects.exists()  # type: ignore[attr-defined]


def test_published_entry_is_not_discarded(signed_in: Client, own: Organisation) -> None:
    offer = factories.make_offer(provider=own)
    assert signed_in.post(url("detail", offer.pk), {"verb": "verwerfen"}).status_code == 403
    assert Offer.objects.filter(pk=offer.pk).exists()


def test_draft_by_link_is_not_the_members_business(signed_in: Client, own: Organisation) -> None:
    offer = factories.make_offer("Fremder Anfang", provider=own, status=Offer.Status.DRAFT)
    links.issue(AccessLink.Purpose.DRAFT, offer, "jemand@example.org")
    assert signed_in.get(url("detail", offer.pk)).status_code == 404
    assert signed_in.post(url("step", offer.pk, "angebot"), {"title": "Meins"}).status_code == 404


# Answering


def test_question_is_answered_in_place(signed_in: Client, own: Organisation, editor: User) -> None:
    offer = factories.make_offer(provider=own, status=Offer.Status.SUBMITTED)
    lifecycle.request_changes(offer, by=editor, reason="Wann genau?")
    assert "Wann genau?" in signed_in.get(url("detail", offer.pk)).text
    page = url("step", offer.pk, "pruefen")
    assert "Wann genau?" in signed_in.get(page).text
    signed_in.post(page, {"answer": "Montags."})
    offer.refresh_from_db()
    last = StatusChange.objects.for_target(offer).last()
    assert last is not None
    assert (offer.status, last.verb, last.reason) == ("submitted", "resubmit", "Montags.")


# Changing what is published


def change(client: Client, offer: Offer, **changed: Any) -> Any:
    page = url("edit", offer.pk)
    return client.post(page, filled(client.get(page).context["form"]) | changed, follow=True)


def test_change_waits_for_review(signed_in: Client, own: Organisation, member: User) -> None:
    offer = factories.make_offer(provider=own)
    answer = change(signed_in, offer, summary="Ganz neu.")
    assert "wird geprüft" in answer.text
    assert "Ganz neu." in answer.text
    offer.refresh_from_db()
    proposal = ChangeProposal.objects.for_target(offer).get()
    assert offer.summary != "Ganz neu."
    assert (proposal.status, proposal.by_user, proposal.author_email) == ("open", member, member.email)
    assert "Änderung wird geprüft" in signed_in.get(reverse(HOME)).text


def test_change_of_a_trusted_organisation_holds_at_once(signed_in: Client, own: Organisation) -> None:
    Organisation.objects.filter(pk=own.pk).update(is_trusted=True)
    offer = factories.make_offer(provider=own)
    assert "gilt ab sofort" in change(signed_in, offer, summary="Ganz neu.").text
    offer.refresh_from_db()
    assert offer.summary == "Ganz neu."


def test_change_is_changed_and_taken_back(signed_in: Client, own: Organisation) -> None:
    offer = factories.make_offer(provider=own)
    change(signed_in, offer, summary="Ganz neu.")
    change(signed_in, offer, summary="Noch neuer.")
    assert ChangeProposal.objects.get().changes["summary"]["new"] == "Noch neuer."
    answer = signed_in.post(url("detail", offer.pk), {"verb": "zuruecknehmen"}, follow=True)
    assert "ist zurückgenommen" in answer.text
    assert not ChangeProposal.objects.exists()


def test_saving_over_a_colleague_shows_both(signed_in: Client, own: Organisation) -> None:
    offer = factories.make_offer(provider=own)
    mine = filled(signed_in.get(url("edit", offer.pk)).context["form"]) | {"summary": "Meine Fassung."}
    colleague = factories.make_user(roles.PROVIDER, organisation=own)
    proposed = {"summary": {"old": changes.current(offer, "summary"), "new": "Fassung von Anna."}}
    lifecycle.propose(offer, proposed, by=colleague, message="", email=colleague.email)
    answer = signed_in.post(url("edit", offer.pk), mine)
    assert answer.status_code == 409
    assert "Fassung von Anna." in answer.text
    assert "Meine Fassung." in answer.text


def test_third_save_of_the_same_proposal_is_shown_too(signed_in: Client, own: Organisation) -> None:
    offer = factories.make_offer(provider=own)
    mine = filled(signed_in.get(url("edit", offer.pk)).context["form"]) | {"summary": "Meine Fassung."}
    for text in ("Fassung von Anna.", "Fassung von Berta."):
        colleague = factories.make_user(roles.PROVIDER, organisation=own)
        proposed = {"summary": {"old": changes.current(offer, "summary"), "new": text}}
        lifecycle.propose(offer, proposed, by=colleague, message="", email=colleague.email)
        answer = signed_in.post(url("edit", offer.pk), mine)
        assert answer.status_code == 409
        assert text in answer.text
        assert "Meine Fassung." in answer.text
        assert ChangeProposal.objects.get().changes["summary"]["new"] == text
        mine = filled(answer.context["form"])
    assert signed_in.post(url("edit", offer.pk), mine).status_code == 302
    assert ChangeProposal.objects.get().changes["summary"]["new"] == "Meine Fassung."


def test_entry_is_confirmed_ended_and_shown_again(signed_in: Client, own: Organisation) -> None:
    offer = factories.make_offer(provider=own, last_confirmed_on=None)
    for verb, status in [("bestaetigen", "published"), ("beenden", "archived"), ("wiederherstellen", "published")]:
        assert signed_in.post(url("detail", offer.pk), {"verb": verb}).status_code == 302
        offer.refresh_from_db()
        assert (offer.status, offer.last_confirmed_on is not None) == (status, True)


def test_entry_that_staff_ended_is_not_shown_again(signed_in: Client, own: Organisation, editor: User) -> None:
    offer = factories.make_offer(provider=own)
    lifecycle.archive(offer, by=editor, reason="Vorbei.")
    assert "Wieder zeigen" not in signed_in.get(url("detail", offer.pk)).text
    assert signed_in.post(url("detail", offer.pk), {"verb": "wiederherstellen"}).status_code == 403


def test_rejected_entry_says_why(signed_in: Client, own: Organisation, editor: User) -> None:
    offer = factories.make_offer(provider=own, status=Offer.Status.SUBMITTED)
    lifecycle.reject(offer, by=editor, reason="Das ist Werbung.")
    text = signed_in.get(url("detail", offer.pk)).text
    assert "Das ist Werbung." in text
    assert "Rita Redaktion" not in text


# Denials


@pytest.mark.parametrize("page", ["detail", "edit", "step"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_entry_of_others_is_not_found(signed_in: Client, page: str, method: str) -> None:
    offer = factories.make_offer(status="changes_requested" if page == "step" else "published")
    address = url(page, offer.pk, "pruefen") if page == "step" else url(page, offer.pk)
    assert getattr(signed_in, method)(address, {"verb": "beenden"}).status_code == 404
    before, offer = offer.status, Offer.objects.get(pk=offer.pk)
    assert offer.status == before
    assert not ChangeProposal.objects.exists()


def test_role_taken_away_closes_the_pages_though_the_membership_stays(signed_in: Client, member: User) -> None:
    member.groups.clear()
    assert signed_in.get(url("add")).status_code == 403


def test_internal_words_do_not_reach_members(signed_in: Client, own: Organisation) -> None:
    offer = factories.make_offer(provider=own, internal_note="Kanarienvogel")
    for name in ("detail", "edit"):
        assert "Kanarienvogel" not in signed_in.get(url(name, offer.pk)).text
