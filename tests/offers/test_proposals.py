"""Deciding a proposed change, field by field."""

import re
from typing import Any

import pytest
from django import forms
from django.test import Client
from django.urls import reverse

from kiportal.common import links
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange, User
from kiportal.common.transitions import SomebodyWasFaster
from offers import changes, lifecycle
from offers.models import Offer
from offers.review import queue
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client, editor: User, centre: object) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def offer(db: None) -> Offer:
    return factories.make_offer("Nähkurs", summary="Montags um zehn.", city="Netphen")


def make_proposal(offer: Offer, **new: Any) -> ChangeProposal:
    proposed = {name: {"old": changes.current(offer, name), "new": value} for name, value in new.items()}
    member = factories.make_user("provider", organisation=offer.provider, first_name="Vera", last_name="Verein")
    proposal = lifecycle.propose(offer, proposed, by=member, message="Neue Zeit", email="verein@example.org")
    assert proposal is not None
    return proposal


def page(proposal: ChangeProposal) -> str:
    return reverse("offers:proposal_detail", args=[proposal.pk])


def test_page_shows_old_struck_and_new_underlined(staff: Client, offer: Offer) -> None:
    text = staff.get(page(make_proposal(offer, summary="Dienstags um zehn."))).text
    assert "Montags</del>" in text
    assert "Dienstags</ins>" in text
    for part in ("Kurz gesagt", "Neue Zeit", "Vera Verein", "verein@example.org"):
        assert part in text


def test_markup_of_a_proposal_is_never_rendered(staff: Client, offer: Offer) -> None:
    proposal = make_proposal(offer, description="<p>Neu</p><script>alert(1)</script><img src=x>", city="<b>Ort</b>")
    text = staff.get(page(proposal)).text
    assert "<script>alert" not in text
    assert "<img src=x>" not in text
    assert "&lt;b&gt;Ort&lt;/b&gt;" in text


def test_contact_and_dates_are_shown_as_people_read_them(staff: Client, offer: Offer) -> None:
    dates = [["2027-03-01T09:00:00+00:00", "2027-03-01T10:30:00+00:00", "im Saal"]]
    text = staff.get(page(make_proposal(offer, dates=dates, contact_phone="0271 12"))).text
    assert "01.03.2027" in text
    assert "10:00–11:30" in text
    assert "0271 12" in text


def test_accept_all_writes_every_field_and_tells_the_author(
    staff: Client, offer: Offer, editor: User, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    proposal = make_proposal(offer, summary="Dienstags.", city="Siegen")
    answer = staff.post(page(proposal), {"verb": "accept_all", "reason": "Gern"}, follow=True)
    offer.refresh_from_db()
    proposal.refresh_from_db()
    assert (offer.summary, offer.city, proposal.status) == ("Dienstags.", "Siegen", "accepted")
    assert "ist übernommen" in answer.text
    assert StatusChange.objects.for_target(proposal).get().by_user == editor
    run_jobs()
    assert "verein@example.org" in [mail.to[0] for mail in mailoutbox]


def test_accept_chosen_leaves_the_rest(staff: Client, offer: Offer) -> None:
    proposal = make_proposal(offer, summary="Dienstags.", city="Siegen")
    answer = staff.post(page(proposal), {"verb": "accept", "fields_taken": ["city"]}, follow=True)
    offer.refresh_from_db()
    proposal.refresh_from_db()
    assert (offer.summary, offer.city, proposal.status) == ("Montags um zehn.", "Siegen", "partly_accepted")
    assert "1 von 2 Änderungen" in answer.text


def test_accept_without_a_choice_is_refused(staff: Client, offer: Offer) -> None:
    proposal = make_proposal(offer, summary="Dienstags.")
    answer = staff.post(page(proposal), {"verb": "accept", "reason": "Mein Text"})
    assert "Bitte wählen Sie mindestens eine Änderung aus" in answer.text
    assert "Mein Text" in answer.text
    proposal.refresh_from_db()
    assert proposal.status == "open"


def test_field_that_was_not_proposed_cannot_be_taken(staff: Client, offer: Offer) -> None:
    proposal = make_proposal(offer, summary="Dienstags.")
    assert staff.post(page(proposal), {"verb": "accept", "fields_taken": ["status", "summary"]}).status_code == 200
    proposal.refresh_from_db()
    assert proposal.status == "open"


def test_reject_needs_a_reason(staff: Client, offer: Offer) -> None:
    proposal = make_proposal(offer, summary="Dienstags.")
    answer = staff.post(page(proposal), {"verb": "reject"})
    assert "Bitte schreiben Sie eine Begründung." in answer.text
    staff.post(page(proposal), {"verb": "reject", "reason": "Stimmt nicht."})
    proposal.refresh_from_db()
    offer.refresh_from_db()
    assert (proposal.status, offer.summary) == ("rejected", "Montags um zehn.")


def test_entry_that_changed_meanwhile_keeps_the_page_and_the_text(staff: Client, offer: Offer) -> None:
    proposal = make_proposal(offer, summary="Dienstags.", city="Siegen")
    Offer.objects.filter(pk=offer.pk).update(summary="Mittwochs.")
    assert "Jetzt steht dort: Mittwochs." in staff.get(page(proposal)).text
    answer = staff.post(page(proposal), {"verb": "accept_all", "reason": "Passt"})
    assert answer.status_code == 409
    assert "inzwischen anders geändert: Kurz gesagt" in answer.text
    assert "Passt" in answer.text
    staff.post(page(proposal), {"verb": "accept", "fields_taken": ["city"]})
    offer.refresh_from_db()
    assert (offer.summary, offer.city) == ("Mittwochs.", "Siegen")


def test_second_decision_gets_the_friendly_page(staff: Client, offer: Offer, lead: User) -> None:
    proposal = make_proposal(offer, summary="Dienstags.")
    lifecycle.reject_proposal(proposal, by=lead, reason="Schon entschieden")
    answer = staff.post(page(proposal), {"verb": "accept_all", "reason": "Mein Text"})
    assert answer.status_code == 409
    assert "Jemand war schneller" in answer.text
    assert "Mein Text" in answer.text
    assert "Über diesen Vorschlag ist entschieden" in staff.get(page(proposal)).text


def test_what_would_make_the_entry_incomplete_is_refused(staff: Client, offer: Offer) -> None:
    proposal = make_proposal(offer, summary="")
    answer = staff.post(page(proposal), {"verb": "accept_all"})
    assert answer.status_code == 400
    offer.refresh_from_db()
    assert offer.summary == "Montags um zehn."


# Asking back


def ask(staff: Client, proposal: ChangeProposal, reason: str = "Ab wann gilt das?") -> None:
    assert staff.post(page(proposal), {"verb": "question", "reason": reason}).status_code == 302
    proposal.refresh_from_db()
    assert proposal.status == "changes_requested"


def test_question_needs_a_reason(staff: Client, offer: Offer) -> None:
    proposal = make_proposal(offer, summary="Dienstags.")
    assert "Bitte schreiben Sie eine Begründung." in staff.post(page(proposal), {"verb": "question"}).text
    proposal.refresh_from_db()
    assert proposal.status == "open"


def test_question_takes_the_proposal_out_of_the_queue_until_it_is_answered(
    staff: Client, offer: Offer, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    link = links.issue(AccessLink.Purpose.CARE, offer, "verein@example.org")
    change = {"summary": {"old": offer.summary, "new": "Dienstags."}}
    proposal = lifecycle.propose(offer, change, by=link, message="", email=link.email)
    assert proposal is not None
    ask(staff, proposal)
    assert queue.waiting() == []
    assert "noch nicht beantwortet" in staff.get(page(proposal)).text
    run_jobs()
    mail = next(mail for mail in mailoutbox if mail.subject.startswith("Rückfrage zu Ihrer Änderung"))
    assert mail.to == ["verein@example.org"]
    assert "Ab wann gilt das?" in mail.body
    path = re.search(r"http://[^/]+(/angebote/pflege/\S+/aendern/)", mail.body).group(1)  # type: ignore[union-attr]
    stranger = Client()
    text = stranger.get(path).text
    assert "Ab wann gilt das?" in text
    form = stranger.get(path).context["form"]
    data = sent(form) | {"message": "Ab Januar."}
    assert stranger.post(path, data).status_code == 302
    proposal.refresh_from_db()
    assert (proposal.status, proposal.message) == ("open", "Ab Januar.")
    assert [entry.marks for entry in queue.waiting()] == [(queue.Mark.CHANGE, queue.Mark.ANSWER)]
    verbs = StatusChange.objects.for_target(proposal).values_list("verb", "reason")
    assert list(verbs) == [("question_proposal", "Ab wann gilt das?"), ("answer_proposal", "Ab Januar.")]
    staff.post(page(proposal), {"verb": "accept_all"})
    offer.refresh_from_db()
    assert offer.summary == "Dienstags."


def sent(form: Any) -> dict[str, Any]:
    """What a browser sends of a form that nobody touched."""
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if isinstance(bound.field.widget, forms.MultiWidget):
            for position, part in enumerate(bound.field.widget.decompress(value)):
                data[f"{bound.html_name}_{position}"] = "" if part is None else part
        elif value not in (None, False):
            data[bound.html_name] = value
    return data


def test_question_about_an_accounts_proposal_leads_to_the_workspace(
    staff: Client, offer: Offer, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    proposal = make_proposal(offer, summary="Dienstags.")
    ask(staff, proposal)
    run_jobs()
    mail = next(mail for mail in mailoutbox if mail.subject.startswith("Rückfrage"))
    assert "/arbeitsplatz/" in mail.body
    assert "/pflege/" not in mail.body
    assert proposal.by_user is not None
    lifecycle.propose(offer, {}, by=proposal.by_user, message="Ab Januar.", email="verein@example.org")
    proposal.refresh_from_db()
    assert proposal.status == "open"


def test_question_is_answered_by_its_author_only(staff: Client, offer: Offer) -> None:
    proposal = make_proposal(offer, summary="Dienstags.")
    ask(staff, proposal)
    link = links.issue(AccessLink.Purpose.CARE, offer, "andere@example.org")
    other = lifecycle.propose(
        offer, {"city": {"old": offer.city, "new": "Siegen"}}, by=link, message="", email=link.email
    )
    assert other is not None
    assert other.pk != proposal.pk
    proposal.refresh_from_db()
    assert proposal.status == "changes_requested"


@pytest.mark.parametrize("verb", ["accept_all", "reject", "question"])
def test_asked_proposal_is_not_decided(staff: Client, offer: Offer, verb: str) -> None:
    proposal = make_proposal(offer, summary="Dienstags.")
    ask(staff, proposal)
    assert staff.post(page(proposal), {"verb": verb, "reason": "Gern"}).status_code == 409
    proposal.refresh_from_db()
    assert proposal.status == "changes_requested"


@pytest.mark.parametrize("verb", ["archive", "hide"])
def test_change_of_an_entry_that_is_no_longer_public_waits_or_is_rejected(
    staff: Client, offer: Offer, editor: User, verb: str
) -> None:
    proposal = make_proposal(offer, summary="Dienstags.")
    queue = reverse("offers:review_list")
    assert page(proposal) in staff.get(queue).text
    getattr(lifecycle, verb)(offer, by=editor, reason="Vorbei.")
    assert page(proposal) not in staff.get(queue).text
    answer = staff.post(page(proposal), {"verb": "accept_all", "reason": "Gern"})
    assert answer.status_code == 409
    assert "nicht mehr veröffentlicht" in answer.text
    assert "Gern" in answer.text
    offer.refresh_from_db()
    proposal.refresh_from_db()
    assert (offer.summary, proposal.status) == ("Montags um zehn.", "open")
    assert staff.post(page(proposal), {"verb": "reject", "reason": "Beendet."}).status_code == 302
    proposal.refresh_from_db()
    assert proposal.status == "rejected"


def test_decision_leads_to_the_next_entry(staff: Client, offer: Offer) -> None:
    first = make_proposal(offer, summary="Dienstags.")
    second = make_proposal(factories.make_offer(), summary="Neu.")
    assert staff.post(page(first), {"verb": "accept_all"}).url == page(second)


@pytest.mark.parametrize("role", ["provider", "municipality", "council", "admin"])
def test_proposal_forbidden_for_other_roles(client: Client, cast: dict[str, User], offer: Offer, role: str) -> None:
    proposal = make_proposal(offer, summary="Dienstags.")
    client.force_login(cast[role])
    assert client.get(page(proposal)).status_code == 403
    assert client.post(page(proposal), {"verb": "accept_all"}).status_code == 403
    proposal.refresh_from_db()
    assert proposal.status == "open"


def test_unknown_proposal_not_found(staff: Client) -> None:
    assert staff.get(reverse("offers:proposal_detail", args=[9_999_999])).status_code == 404


def test_words_that_the_author_wrote_meanwhile_are_not_taken_unread(staff: Client, offer: Offer) -> None:
    member = factories.make_user("provider", organisation=offer.provider)

    def propose(text: str) -> ChangeProposal:
        change = {"summary": {"old": offer.summary, "new": text}}
        proposal = lifecycle.propose(offer, change, by=member, message="", email=member.email)
        assert proposal is not None
        return proposal

    proposal = propose("Dienstags.")
    read = staff.get(page(proposal)).context["form"]["read"].value()
    propose("Mittwochs.")
    answer = staff.post(page(proposal), {"verb": "accept_all", "reason": "Passt", "read": read})
    assert answer.status_code == 409
    assert "Der Vorschlag wurde inzwischen geändert." in answer.text
    assert "Mittwochs." in answer.text
    assert "Passt" in answer.text
    fresh = answer.context["form"]["read"].value()
    propose("Donnerstags.")
    assert staff.post(page(proposal), {"verb": "accept_all", "read": fresh}).status_code == 409
    with pytest.raises(SomebodyWasFaster):
        lifecycle.accept_proposal(proposal, {"summary"}, by=factories.make_user("editor"))
    offer.refresh_from_db()
    assert offer.summary == "Montags um zehn."
    fresh = staff.get(page(proposal)).context["form"]["read"].value()
    assert staff.post(page(proposal), {"verb": "accept_all", "read": fresh}).status_code == 302
    offer.refresh_from_db()
    assert offer.summary == "Donnerstags."


# As the entry would be


def test_page_checks_and_shows_the_entry_with_the_change(staff: Client, offer: Offer) -> None:
    """Nothing of it stays: looking is not deciding."""
    date_row = [["2027-03-01T17:00:00+00:00", None, "neu"]]
    text = '<p>Mehr <a href="https://ohne-punkt/">dazu</a></p>'
    proposal = make_proposal(offer, summary="Frau Yılmaz hilft.", description=text, dates=date_row)
    before = Offer.objects.values().get(pk=offer.pk)
    page_read = staff.get(page(proposal))
    findings = {finding.title: finding.level for finding in page_read.context["findings"]}
    assert (findings["Angaben zu Personen"], findings["Links"]) == ("warning", "warning")
    assert {"Vollständigkeit", "Einwilligung", "Verständlichkeit"} <= findings.keys()
    assert "Frau Yılmaz hilft." in page_read.context["looks"]
    assert Offer.objects.values().get(pk=offer.pk) == before
    assert not offer.dates.exists()


def test_page_of_a_change_that_no_longer_fits_says_so(staff: Client, offer: Offer) -> None:
    proposal = make_proposal(offer, summary="Dienstags.")
    proposal.changes["summary"]["new"] = "x" * 400
    proposal.save()
    answer = staff.get(page(proposal))
    assert answer.status_code == 200
    assert "Diese Änderung passt nicht mehr zum Eintrag." in answer.text


def test_author_gets_a_link_to_the_entry_with_the_change(
    client: Client, offer: Offer, editor: User, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    proposal = make_proposal(offer, summary="Dienstags um elf.")
    run_jobs()
    mailoutbox.clear()
    client.force_login(editor)
    answer = client.post(reverse("offers:proposal_preview", args=[proposal.pk]), follow=True)
    assert "Der Link zur Vorschau geht an verein@example.org." in answer.text
    assert "geschickt am" in answer.text
    run_jobs()
    (mail,) = mailoutbox
    link = AccessLink.objects.get(purpose=AccessLink.Purpose.PREVIEW)
    url = reverse("offers:offer_preview", args=[links.token(link)])
    assert "mit Ihrer Änderung" in mail.body
    assert url in mail.body
    client.logout()
    text = client.get(url).text
    assert "Dienstags um elf." in text
    assert "Bisher sehen alle ihn ohne sie." in text
    offer.refresh_from_db()
    assert offer.summary == "Montags um zehn."
    lifecycle.reject_proposal(proposal, by=editor, reason="Nein")
    assert client.get(url).url == offer.get_absolute_url()


def test_preview_of_a_change_that_was_taken_back_is_gone(client: Client, offer: Offer, editor: User) -> None:
    proposal = make_proposal(offer, summary="Dienstags.")
    link = lifecycle.send_change_preview_link(proposal, by=editor)
    proposal.delete()
    assert client.get(reverse("offers:offer_preview", args=[links.token(link)])).status_code == 404


def test_preview_link_of_a_decided_change_is_refused(staff: Client, offer: Offer, editor: User) -> None:
    proposal = make_proposal(offer, summary="Dienstags.")
    lifecycle.reject_proposal(proposal, by=editor, reason="Nein")
    answer = staff.post(reverse("offers:proposal_preview", args=[proposal.pk]), follow=True)
    assert "schon entschieden" in answer.text
    assert not AccessLink.objects.filter(purpose=AccessLink.Purpose.PREVIEW).exists()
