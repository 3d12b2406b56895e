"""The review queue and the page on which one decides."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from actors import consents
from actors.models import ContactPerson, Organisation
from kiportal.common import links
from kiportal.common.models import AccessLink, Consent, StatusChange, User
from offers import lifecycle
from offers.models import Offer, ReasonTemplate
from offers.review import findings, queue, readability
from offers.review.duplicates import offers_like
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "offers:review_list"


@pytest.fixture
def staff(client: Client, editor: User, centre: object) -> Client:
    client.force_login(editor)
    return client


def submitted(title: str = "", *, days: int = 0, **fields: object) -> Offer:
    offer = factories.make_offer(title, status=Offer.Status.SUBMITTED, **fields)
    at = timezone.now() - timedelta(days=days)
    Offer.objects.filter(pk=offer.pk).update(submitted_at=at)
    offer.submitted_at = at
    return offer


def propose(offer: Offer, **new: object) -> object:
    changes = {name: {"old": getattr(offer, name), "new": value} for name, value in new.items()}
    member = factories.make_user("provider", organisation=offer.provider)
    return lifecycle.propose(offer, changes, by=member, message="", email="v@example.org")


def page(offer: Offer) -> str:
    return reverse("offers:review_detail", args=[offer.pk])


# Queue


def test_queue_holds_offers_changes_and_organisations_oldest_first(staff: Client) -> None:
    new = submitted("Neuer Kurs", days=2)
    old = submitted("Alter Kurs", days=9)
    changed = factories.make_offer("Geändert")
    propose(changed, summary="Anders")
    lone = factories.make_organisation("Verein allein", status=Organisation.Status.PROPOSED)
    titles = [entry.title for entry in queue.waiting()]
    assert titles == [old.title, new.title, changed.title, lone.name]
    assert queue.length() == 4


def test_queue_without_drafts_and_unconfirmed(staff: Client) -> None:
    for status in (Offer.Status.DRAFT, Offer.Status.UNCONFIRMED, Offer.Status.PUBLISHED, Offer.Status.REJECTED):
        factories.make_offer(status=status)
    assert queue.waiting() == []
    assert "Alles geprüft" in staff.get(reverse(LIST)).text


def test_organisation_of_a_waiting_offer_is_decided_with_it() -> None:
    provider = factories.make_organisation(status=Organisation.Status.PROPOSED)
    offer = submitted(provider=provider)
    assert [entry.kind for entry in queue.waiting()] == [queue.Kind.OFFER]
    Offer.objects.filter(pk=offer.pk).update(status=Offer.Status.REJECTED)
    assert [entry.kind for entry in queue.waiting()] == [queue.Kind.ORGANISATION]


def test_queue_filtered_by_kind_and_municipality(staff: Client) -> None:
    place = factories.make_municipality("Netphen")
    submitted("Hier", municipalities=[place])
    submitted("Im ganzen Kreis", municipalities=[], is_countywide=True)
    submitted("Woanders")
    submitted("Projekt hier", municipalities=[place], kind=Offer.Kind.PROJECT)
    assert {entry.title for entry in queue.waiting(queue.Filters(municipality=place))} == {
        "Hier",
        "Im ganzen Kreis",
        "Projekt hier",
    }
    assert [entry.title for entry in queue.waiting(queue.Filters(kind=queue.Kind.PROJECT, municipality=place))] == [
        "Projekt hier"
    ]
    answer = staff.get(reverse(LIST), {"art": "projekt", "kommune": place.slug}).text
    assert "Projekt hier" in answer
    assert "Woanders" not in answer
    assert staff.get(reverse(LIST), {"art": "gibt-es-nicht", "kommune": "nirgends"}).status_code == 200


def test_marks_of_an_answer_and_of_a_twin(editor: User) -> None:
    factories.make_offer("Deutschkurs für Frauen")
    twin = submitted("Deutschkurse für Frauen")
    answered = submitted("Nähen am Abend")
    lifecycle.request_changes(answered, by=editor, reason="Wann?")
    lifecycle.resubmit(answered, by=editor, answer="Montags.")
    marks = {entry.title: set(entry.marks) for entry in queue.with_twins(queue.waiting())}
    assert marks[twin.title] == {queue.Mark.NEW, queue.Mark.TWIN}
    assert marks[answered.title] == {queue.Mark.ANSWER}


def test_twin_by_text_only_in_the_same_place() -> None:
    here, there = factories.make_municipality(), factories.make_municipality()
    text = "Bei Kaffee und Keksen Deutsch sprechen, jede Woche in der Bücherei."
    near = factories.make_offer("Sprachcafé am Markt", summary=text, municipalities=[here])
    factories.make_offer("Sprachcafé am Bahnhof", summary=text, municipalities=[there])
    offer = submitted("Plaudern und Lesen", summary=text, municipalities=[here])
    assert list(offers_like(offer)) == [near]


def test_rejected_entry_is_no_twin() -> None:
    factories.make_offer("Deutschkurs für Frauen", status=Offer.Status.REJECTED)
    assert list(offers_like(submitted("Deutschkurs für Frauen"))) == []


def test_queue_shows_how_long_something_waits(staff: Client) -> None:
    submitted(days=3)
    assert "3 Tage</time>" in staff.get(reverse(LIST)).text


def test_queue_needs_the_same_queries_for_one_and_for_many(
    staff: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def fill(number: int) -> None:
        for _ in range(number):
            submitted()
            propose(factories.make_offer(), summary="Neu")
            factories.make_organisation(status=Organisation.Status.PROPOSED)

    fill(1)
    staff.get(reverse(LIST))
    with django_assert_num_queries(18):
        staff.get(reverse(LIST))
    fill(6)
    with django_assert_num_queries(18):
        staff.get(reverse(LIST))


@pytest.mark.parametrize("role", ["provider", "municipality", "council", "admin"])
def test_review_forbidden_for_other_roles(client: Client, cast: dict[str, User], role: str) -> None:
    offer = submitted()
    client.force_login(cast[role])
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(page(offer)).status_code == 403
    assert client.post(page(offer), {"verb": "publish"}).status_code == 403
    offer.refresh_from_db()
    assert offer.status == Offer.Status.SUBMITTED


def test_review_of_a_draft_is_not_found(staff: Client) -> None:
    assert staff.get(page(factories.make_offer(status=Offer.Status.DRAFT))).status_code == 404
    assert staff.get(reverse("offers:review_detail", args=[9_999_999])).status_code == 404


# Deciding


def test_page_shows_entry_checks_history_and_what_only_staff_may_see(staff: Client, editor: User) -> None:
    internal = {"submitter_note": "Bitte schnell", "internal_note": "Kennen wir", "submitter_email": "v@example.org"}
    offer = submitted("Nähkurs", **internal)
    lifecycle.request_changes(offer, by=editor, reason="Wann genau?")
    lifecycle.resubmit(offer, by=editor, answer="Montags")
    text = staff.get(page(offer)).text
    for part in ("Nähkurs", "Bitte schnell", "Kennen wir", "v@example.org", "Wann genau?", "Rita Redaktion"):
        assert part in text
    assert "Vollständigkeit" in text
    assert "data-shortcuts" in text


def test_get_changes_nothing(staff: Client) -> None:
    offer = submitted()
    staff.get(page(offer), {"verb": "publish"})
    offer.refresh_from_db()
    assert offer.status == Offer.Status.SUBMITTED


def test_publish_leads_to_the_next_entry(staff: Client) -> None:
    oldest, first, second = submitted(days=5), submitted(days=3), submitted(days=2)
    answer = staff.post(page(first), {"verb": "publish", "reason": "Schön"}, follow=True)
    first.refresh_from_db()
    assert first.status == Offer.Status.PUBLISHED
    assert answer.redirect_chain == [(page(second), 302)]
    assert f"„{first}“ ist veröffentlicht." in answer.text
    answer = staff.post(page(second), {"verb": "publish"})
    assert answer.url == page(oldest)
    assert staff.post(page(oldest), {"verb": "publish"}).url == reverse(LIST)


@pytest.mark.parametrize(
    ("verb", "status"),
    [("request_changes", Offer.Status.CHANGES_REQUESTED), ("reject", Offer.Status.REJECTED)],
)
def test_decision_with_reason(staff: Client, editor: User, verb: str, status: str) -> None:
    offer = submitted()
    staff.post(page(offer), {"verb": verb, "reason": "Darum."})
    offer.refresh_from_db()
    assert offer.status == status
    change = StatusChange.objects.for_target(offer).latest("at")
    assert (change.verb, change.reason, change.by_user) == (verb, "Darum.", editor)


@pytest.mark.parametrize("verb", ["request_changes", "reject"])
def test_decision_without_reason_asks_for_one(staff: Client, verb: str) -> None:
    offer = submitted()
    answer = staff.post(page(offer), {"verb": verb, "reason": " "})
    assert "Bitte schreiben Sie eine Begründung." in answer.text
    assert 'href="#id_reason"' in answer.text
    offer.refresh_from_db()
    assert offer.status == Offer.Status.SUBMITTED


@pytest.fixture
def templates(db: None) -> None:
    ReasonTemplate.objects.create(
        slug="doppelt", verb="reject", label="Steht schon im Portal", text="Dieses Angebot steht schon im Portal."
    )


@pytest.mark.usefixtures("templates")
def test_ready_made_reason_comes_before_what_was_typed(staff: Client) -> None:
    offer = submitted()
    assert 'data-text="Dieses Angebot steht schon im Portal."' in staff.get(page(offer)).text
    staff.post(page(offer), {"verb": "reject", "template": "doppelt", "reason": "Siehe „Nähkurs“."})
    reason = StatusChange.objects.for_target(offer).latest("at").reason
    assert reason.startswith("Dieses Angebot steht schon im Portal.")
    assert reason.endswith("\n\nSiehe „Nähkurs“.")


@pytest.mark.usefixtures("templates")
def test_ready_made_reason_of_another_decision_is_refused(staff: Client) -> None:
    offer = submitted()
    answer = staff.post(page(offer), {"verb": "publish", "template": "doppelt"})
    assert "Dieser Textbaustein gehört zu „Ablehnen“." in answer.text
    offer.refresh_from_db()
    assert offer.status == Offer.Status.SUBMITTED


def test_refused_publication_keeps_the_typed_reason(staff: Client) -> None:
    offer = submitted(cost_kind="")
    answer = staff.post(page(offer), {"verb": "publish", "reason": "Sehr schöner Eintrag"})
    assert answer.status_code == 400
    assert "Es fehlt noch: Kosten." in answer.text
    assert "Sehr schöner Eintrag" in answer.text


def test_second_decision_gets_the_friendly_page(staff: Client, lead: User) -> None:
    offer, other = submitted(days=1), submitted()
    lifecycle.reject(offer, by=lead, reason="War schneller")
    answer = staff.post(page(offer), {"verb": "publish", "reason": "Mein langer Text"})
    assert answer.status_code == 409
    for part in ("Jemand war schneller", "War schneller", "Mein langer Text", page(other)):
        assert part in answer.text


def test_decided_entry_leads_to_its_page(staff: Client) -> None:
    offer = factories.make_offer()
    assert staff.get(page(offer)).url == reverse("offers:staff_offer_detail", args=[offer.pk])


def test_unknown_verb_changes_nothing(staff: Client) -> None:
    offer = submitted()
    assert staff.post(page(offer), {"verb": "archive", "status": "published"}).status_code == 200
    offer.refresh_from_db()
    assert offer.status == Offer.Status.SUBMITTED


def test_note_is_stored_and_leads_back_to_the_review(staff: Client) -> None:
    offer = submitted()
    url = reverse("offers:staff_offer_note", args=[offer.pk])
    answer = staff.post(url, {"internal_note": "Anrufen", "lock_version": 1})
    assert answer.url == page(offer)
    offer.refresh_from_db()
    assert offer.internal_note == "Anrufen"


def test_stale_note_shows_both(staff: Client) -> None:
    offer = submitted()
    url = reverse("offers:staff_offer_note", args=[offer.pk])
    staff.post(url, {"internal_note": "Von Anna", "lock_version": 1})
    answer = staff.post(url, {"internal_note": "Von Ben", "lock_version": 1})
    assert answer.status_code == 409
    assert "Von Anna" in answer.text
    assert "Von Ben" in answer.text


# Findings


def found(offer: Offer, title: str, by: User) -> findings.Finding:
    return next(finding for finding in findings.examine(offer, by=by) if finding.title == title)


def test_findings_of_a_flawless_entry(editor: User) -> None:
    offer = submitted(description="<p>Wir kochen jeden Montag. Alle sind da. Komm einfach vorbei.</p>")
    levels = {finding.title: finding.level for finding in findings.examine(offer, by=editor)}
    assert levels == {
        "Vollständigkeit": "success",
        "Organisation": "success",
        "Mögliche Dubletten": "success",
        "Einwilligung": "success",
        "Bildrechte": "success",
        "Angaben zu Personen": "success",
        "Links": "success",
        "Verständlichkeit": "success",
    }


def test_name_without_consent_is_pointed_out(editor: User) -> None:
    provider = factories.make_organisation()
    contact = ContactPerson.objects.create(organisation=provider, function="Büro", name="Mina Muster", phone="1")
    offer = submitted(provider=provider, contact=contact)
    assert "Der Name erscheint deshalb nicht" in found(offer, "Einwilligung", editor).text
    consents.record(contact, wording="Ja", channel=Consent.Channel.MAIL, given_on=date(2026, 1, 2))
    assert "02.01.2026 liegt vor" in found(offer, "Einwilligung", editor).text


@pytest.mark.parametrize(
    "text", ["Frau Yilmaz sucht Hilfe", "Ali, geb. am 01.02.1990", "Schreiben Sie an ali.y@gmail.com"]
)
def test_hint_at_client_data(editor: User, text: str) -> None:
    offer = submitted(description=f"<p>{text}</p>")
    assert found(offer, "Angaben zu Personen", editor).level == "warning"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://example.org/kurs", True),
        ("mailto:info@example.org", True),
        ("tel:+49271", True),
        ("https://beispiel", False),
        ("http://", False),
        ("javascript:alert(1)", False),
    ],
)
def test_link_well_formed(address: str, expected: bool) -> None:
    assert findings.is_well_formed(address) is expected


def test_own_entry_wants_four_eyes(editor: User, lead: User) -> None:
    offer = factories.make_offer(status=Offer.Status.DRAFT)
    lifecycle.submit(offer, by=editor)
    assert found(offer, "Vier Augen", editor).level == "warning"
    assert "Vier Augen" not in {finding.title for finding in findings.examine(offer, by=lead)}


def test_address_outside_the_chosen_municipality(editor: User) -> None:
    place = factories.make_municipality("Netphen")
    assert found(submitted(city="Köln", municipalities=[place]), "Ort", editor).level == "warning"
    inside = submitted(city="Netphen-Deuz", municipalities=[place])
    assert "Ort" not in {finding.title for finding in findings.examine(inside, by=editor)}


def test_new_organisation_with_a_known_name(editor: User) -> None:
    factories.make_organisation("Kulturverein Lale e. V.")
    provider = factories.make_organisation("Kultur-Verein Lale", status=Organisation.Status.PROPOSED)
    offer = submitted(provider=provider)
    finding = found(offer, "Ähnliche Organisationen", editor)
    assert finding.level == "warning"
    assert [link.label for link in finding.links] == ["Kulturverein Lale e. V."]
    assert [link.label for link in found(offer, "Organisation", editor).links] == ["Kultur-Verein Lale"]


def from_outside(sender: str, provider: Organisation) -> Offer:
    offer = factories.make_offer(status=Offer.Status.UNCONFIRMED, provider=provider, submitter_email=sender)
    lifecycle.confirm_submission(offer, by=links.issue(AccessLink.Purpose.CONFIRM, offer, sender))
    return offer


@pytest.mark.parametrize(
    ("sender", "level"),
    [
        ("buero@lale.example", "success"),
        ("kurs@post.lale.example", "success"),
        ("mina@lale-haus.example", "success"),
        ("lale.verein@gmx.de", "success"),
        ("provider@example.org", "success"),
        ("jemand@gmx.de", "warning"),
        ("jemand@lale.example.net", "warning"),
        ("jemand@xlale.example", "warning"),
        ("jemand@example.org", "warning"),
    ],
)
def test_sender_without_visible_tie_to_a_known_organisation(editor: User, sender: str, level: str) -> None:
    email = "lale.verein@gmx.de" if sender.endswith("gmx.de") else "info@lale-haus.example"
    provider = factories.make_organisation(website="https://www.lale.example/", email=email)
    factories.make_user("provider", "provider", organisation=provider)
    finding = found(from_outside(sender, provider), "Organisation", editor)
    assert finding.level == level
    assert ("Bitte fragen Sie nach." in finding.text) == (level == "warning")


def test_entry_by_staff_needs_no_tie(editor: User) -> None:
    offer = factories.make_offer(status=Offer.Status.DRAFT, submitter_email="jemand@gmx.de")
    lifecycle.submit(offer, by=editor)
    assert found(offer, "Organisation", editor).level == "success"


def test_readability_tells_easy_from_hard() -> None:
    easy = readability.measure("Wir kochen jeden Montag. Alle sind da. Du lernst neue Leute kennen. Komm vorbei.")
    hard = readability.measure(
        "Niedrigschwellige Multiplikatorinnenqualifizierung unterstützt Empowermentprozesse zivilgesellschaftlicher "
        "Organisationen hinsichtlich diversitätsorientierter Sozialraumentwicklung im Kreis."
    )
    assert easy is not None
    assert hard is not None
    assert easy.lix < readability.EASY < readability.HARD < hard.lix


def test_readability_of_few_words_says_nothing() -> None:
    assert readability.measure("Wir nähen.") is None


def test_sentence_does_not_end_at_a_date() -> None:
    measured = readability.measure("Am 3. Mai um 9.30 Uhr beginnt z. B. der Kurs für alle Eltern.")
    assert measured is not None
    assert measured.longest_words == 12
