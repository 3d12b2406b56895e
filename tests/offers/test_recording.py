"""Staff write down an offer for a Verein: the quick form, its three ways to finish, the list of what waits."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from actors.models import Organisation
from kiportal.common import addresses, links
from kiportal.common.models import AccessLink, Job, StatusChange, User
from offers import lifecycle
from offers.forms.recording import Finish, RecordingForm
from offers.models import Offer
from tests import factories
from tests.concurrency import at_once
from tests.offers.journey import shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

ADD, LIST, EDIT = "offers:recording_add", "offers:recording_list", "offers:recording_edit"
EMAIL = "vorstand@bruecke.example.org"
RunJobs = Callable[[], list[Job]]


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def url(name: str, *arguments: Any) -> str:
    return reverse(name, args=arguments)


def typed(client: Client, verb: str = Finish.KEEP, **fields: Any) -> dict[str, Any]:
    """The form as it is shown, with the least that keeps it."""
    data = shown(client.get(url(ADD)).context["form"])
    return data | {"provider_name": "Verein Brücke", "title": "Chor am Abend", "verb": verb} | fields


def record(client: Client, verb: str = Finish.KEEP, **fields: Any) -> Offer:
    answer = client.post(url(ADD), typed(client, verb, **fields))
    assert answer.status_code == 302, answer.context["form"].errors
    return Offer.objects.latest("pk")


def everything() -> dict[str, Any]:
    """What a complete entry needs."""
    return {
        "summary": "Wir singen.",
        "description": "Jeden Dienstag.",
        "offer_type": factories.make_offer_type().pk,
        "topics": [factories.make_topic().pk],
        "target_groups": [factories.make_target_group().pk],
        "languages": [factories.make_language().pk],
        "municipalities": [factories.make_municipality().pk],
        "cost_kind": "kostenfrei",
        "registration": "keine",
        "contact_function": "Chorleitung",
        "contact_phone": "0271 555",
    }


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in answer.context["form"].errors.items()}


def steps(offer: Offer) -> list[tuple[str, str, str, str]]:
    rows = StatusChange.objects.for_target(offer).order_by("pk")
    return list(rows.values_list("verb", "from_status", "to_status", "reason"))


# Saving


def test_organisation_and_title_are_enough(staff: Client, editor: User) -> None:
    offer = record(staff, how="papier", internal_note="Rückruf ab 17 Uhr")
    assert (offer.status, offer.recorded_by, offer.edited_by) == ("draft", editor, editor)
    assert (offer.provider.name, offer.provider.status, offer.provider.kind) == ("Verein Brücke", "proposed", "verein")
    assert (offer.internal_note, offer.is_address_proven) == ("Rückruf ab 17 Uhr", False)
    assert steps(offer) == [("record", "draft", "draft", "Auf Papier")]
    assert not AccessLink.objects.exists()


@pytest.mark.parametrize("missing", ["provider_name", "title"])
def test_without_organisation_or_title_nothing_is_kept_but_the_input(staff: Client, missing: str) -> None:
    answer = staff.post(url(ADD), typed(staff, **{missing: "", "internal_note": "Nicht verlieren"}))
    assert set(errors(answer)) == {missing}
    assert "Nicht verlieren" in answer.text
    assert not Offer.objects.exists()


def test_everything_typed_is_stored(staff: Client) -> None:
    offer = record(staff, **everything(), schedule_text="dienstags", kind="projekt")
    assert (offer.kind, offer.description, offer.schedule_text) == ("projekt", "<p>Jeden Dienstag.</p>", "dienstags")
    assert [offer.topics.count(), offer.languages.count(), offer.municipalities.count()] == [1, 1, 1]
    assert offer.contact is not None
    assert (offer.contact.function, offer.contact.organisation) == ("Chorleitung", offer.provider)


def test_foreign_fields_change_nothing(staff: Client) -> None:
    offer = record(staff, status="published", slug="x", is_address_proven="on", is_trusted="on", recorded_by="1")
    assert (offer.status, offer.slug, offer.is_address_proven) == ("draft", None, False)
    assert not offer.provider.is_trusted


def test_same_form_twice_makes_one_draft(staff: Client) -> None:
    data = typed(staff)
    first, second = staff.post(url(ADD), data), staff.post(url(ADD), data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert (Offer.objects.count(), Organisation.objects.count(), StatusChange.objects.count()) == (1, 1, 1)


def test_same_form_twice_sends_one_link(staff: Client, run_jobs: RunJobs, mailoutbox: list[Any]) -> None:
    data = typed(staff, Finish.LINK, submitter_email=EMAIL, contact_function="Büro", contact_phone="1")
    for _ in range(2):
        assert staff.post(url(ADD), data).status_code == 302
    run_jobs()
    assert [mail.to for mail in mailoutbox] == [[EMAIL]]


def test_form_that_went_on_meanwhile_is_shown_beside_the_stored_one(staff: Client) -> None:
    data = typed(staff)
    staff.post(url(ADD), data)
    answer = staff.post(url(ADD), data | {"title": "Chor am Morgen"})
    assert answer.status_code == 409
    assert "Chor am Morgen" in answer.text
    offer = Offer.objects.get()
    assert offer.title == "Chor am Abend"
    assert f'action="{url(EDIT, offer.pk)}"' in answer.text


@pytest.mark.django_db(transaction=True)
def test_equal_forms_at_the_same_moment_make_one_draft(transactional_db: None) -> None:
    factories.make_centre()
    user = factories.make_user("editor")
    clients = [Client() for _ in range(4)]
    for client in clients:
        client.force_login(user)
    data = typed(clients[0], Finish.LINK, submitter_email=EMAIL)
    answers = at_once(*[lambda client=client: client.post(url(ADD), data).status_code for client in clients])
    assert answers == [302] * 4
    assert (Offer.objects.count(), Organisation.objects.count(), AccessLink.objects.count()) == (1, 1, 1)


# Which organisation


def test_known_name_is_taken_as_that_organisation(staff: Client) -> None:
    known = factories.make_organisation("Verein Brücke")
    assert record(staff, provider_name=" verein bruecke").provider == known


def test_similar_name_is_asked_about_once(staff: Client) -> None:
    known = factories.make_organisation("Verein Brücken")
    answer = staff.post(url(ADD), typed(staff))
    assert set(errors(answer)) == {"provider_existing"}
    assert record(staff, provider_existing=str(known.pk)).provider == known
    fresh = record(staff, provider_existing="neu", title="Noch einer").provider
    assert (fresh.name, fresh.status) == ("Verein Brücke", "proposed")


def test_organisation_is_named_while_typing(staff: Client) -> None:
    municipality = factories.make_municipality("Netphen")
    factories.make_organisation("Verein Brücke", municipality=municipality)
    hint = url("offers:recording_organisation")
    assert (
        "Diese Organisation kennen wir schon, Sitz in Netphen"
        in staff.get(hint, {"provider_name": "Verein Brücke"}).text
    )
    assert "Ist es eine von diesen?" in staff.get(hint, {"provider_name": "Verein Brücken"}).text
    assert "Sie ist neu und wird" in staff.get(hint, {"provider_name": "Ganz etwas anderes"}).text
    assert staff.get(hint).text.strip() == ""


def test_second_draft_finds_the_organisation_of_the_first(staff: Client) -> None:
    first, second = record(staff), record(staff, title="Lauftreff")
    assert first.provider == second.provider


def test_corrected_name_changes_the_new_organisation(staff: Client) -> None:
    offer = record(staff)
    data = shown(staff.get(url(EDIT, offer.pk)).context["form"])
    staff.post(url(EDIT, offer.pk), data | {"provider_name": "Brücke Netphen", "provider_kind": "initiative"})
    organisation = Organisation.objects.get()
    assert (organisation.name, organisation.kind) == ("Brücke Netphen", "initiative")


def test_older_proposed_organisation_stays_when_its_draft_goes(staff: Client, editor: User) -> None:
    older = factories.make_organisation("Verein Brücke", status="proposed", description="<p>Lang</p>")
    Organisation.objects.update(created_at=timezone.now() - timedelta(days=2))
    offer = record(staff)
    assert offer.provider == older
    lifecycle.discard_recorded(offer, by=editor)
    assert Organisation.objects.get() == older


# The name of a person


def test_name_is_kept_with_the_consent_that_was_given_on_the_phone(staff: Client) -> None:
    contact = {"contact_function": "Vorsitz", "contact_phone": "0271 5"}
    offer = record(staff, **contact, contact_name="Kim Sommer", contact_consent="on", consent_channel="letter")
    assert offer.contact is not None
    assert offer.contact.consent is not None
    assert (offer.contact.public_name, offer.contact.consent.channel) == ("Kim Sommer", "letter")


def test_name_without_consent_is_refused(staff: Client) -> None:
    answer = staff.post(url(ADD), typed(staff, contact_function="V", contact_phone="1", contact_name="Kim Sommer"))
    assert set(errors(answer)) == {"contact_consent", "consent_channel"}
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    names = {
        "contact_function": "V",
        "contact_phone": "1",
        "contact_name": "Kim",
        "contact_consent": "on",
        "consent_channel": "phone",
    }
    answer = staff.post(url(ADD), typed(staff, **names, consent_given_on=tomorrow))
    assert set(errors(answer)) == {"consent_given_on"}


# The link


def test_link_goes_to_the_verein(staff: Client, run_jobs: RunJobs, mailoutbox: list[Any]) -> None:
    offer = record(staff, Finish.LINK, submitter_email=EMAIL)
    link = AccessLink.objects.get()
    assert (link.purpose, link.target, link.email) == (AccessLink.Purpose.DRAFT, offer, EMAIL)
    assert timedelta(days=59) < link.expires_at - timezone.now() < timedelta(days=61)
    assert (offer.status, offer.is_address_proven) == ("draft", True)
    run_jobs()
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([EMAIL], "Bitte prüfen: „Chor am Abend“")
    assert "wir haben Ihr Angebot für Sie aufgeschrieben" in mail.body
    assert "Bitte prüfen und bestätigen Sie es." in mail.body
    for part in (mail.body, mail.alternatives[0][0]):
        assert f"/angebote/melden/{links.token(link)}/" in part


@pytest.mark.parametrize("email", ["", "vorstand@", "tot@example.org"])
def test_link_needs_an_address_that_takes_mail(staff: Client, email: str) -> None:
    addresses.mark_undeliverable("tot@example.org", reason="550 No such user")
    answer = staff.post(url(ADD), typed(staff, Finish.LINK, submitter_email=email))
    assert set(errors(answer)) == {"submitter_email"}
    assert not Offer.objects.exists()


def test_corrected_address_closes_the_link_to_the_wrong_one(staff: Client, run_jobs: RunJobs) -> None:
    offer = record(staff, Finish.LINK, submitter_email="falsch@example.org")
    wrong = AccessLink.objects.get()
    data = shown(staff.get(url(EDIT, offer.pk)).context["form"]) | {"submitter_email": EMAIL}
    staff.post(url(EDIT, offer.pk), data | {"verb": Finish.KEEP})
    assert Client().get(url("offers:submission_resume", links.token(wrong))).status_code == 410
    data = shown(staff.get(url(EDIT, offer.pk)).context["form"])
    staff.post(url(EDIT, offer.pk), data | {"verb": Finish.LINK})
    assert AccessLink.objects.get(revoked_at=None).email == EMAIL


def test_link_is_sent_again_and_the_first_one_stays_good(staff: Client) -> None:
    offer = record(staff, Finish.LINK, submitter_email=EMAIL)
    staff.post(url("offers:recording_link", offer.pk))
    assert AccessLink.objects.filter(email=EMAIL, revoked_at=None).count() == 2


def test_link_again_without_an_address_says_so(staff: Client) -> None:
    offer = record(staff)
    answer = staff.post(url("offers:recording_link", offer.pk), follow=True)
    assert "Es fehlt noch die E-Mail-Adresse" in answer.text


# Into the review


def test_complete_entry_goes_to_the_review(staff: Client, editor: User, lead: User, mailoutbox: list[Any]) -> None:
    offer = record(staff, Finish.REVIEW, **everything())
    assert offer.status == "submitted"
    assert [step[0] for step in steps(offer)] == ["record", "submit"]
    assert steps(offer)[-1][3] == "Vom Verein am Telefon oder im Gespräch bestätigt."
    assert mailoutbox == []
    with pytest.raises(PermissionDenied):
        lifecycle.publish(offer, by=editor, reason="Ich war es selbst")
    page = staff.get(url("offers:review_detail", offer.pk)).text
    assert "Jemand anderes aus dem Zentrum muss ihn freigeben." in page
    assert "Für die Organisation aufgeschrieben" in page
    lifecycle.publish(offer, by=lead)
    assert offer.status == "published"


def test_entry_with_gaps_does_not_go_to_the_review(staff: Client) -> None:
    answer = staff.post(url(ADD), typed(staff, Finish.REVIEW))
    assert {"summary", "topics", "municipalities", "contact_function", "registration"} <= set(errors(answer))
    assert not Offer.objects.exists()


def test_project_needs_more_than_the_quick_form_asks(staff: Client) -> None:
    answer = staff.post(url(ADD), typed(staff, Finish.REVIEW, **everything(), kind="projekt"))
    assert "Ziel des Projekts" in errors(answer)["__all__"][0]


def test_confirmed_on_the_phone_from_the_list(staff: Client) -> None:
    incomplete, complete = record(staff), record(staff, title="Lauftreff", **everything())
    answer = staff.post(url("offers:recording_submit", incomplete.pk), follow=True)
    assert "Es fehlt noch: Kurz gesagt" in answer.text
    staff.post(url("offers:recording_submit", complete.pk))
    complete.refresh_from_db()
    assert complete.status == "submitted"


# Writing on


def test_quick_form_goes_on_where_it_was_left(staff: Client, lead: User) -> None:
    offer = record(staff, **everything())
    other = Client()
    other.force_login(lead)
    data = shown(other.get(url(EDIT, offer.pk)).context["form"])
    other.post(url(EDIT, offer.pk), data | {"title": "Chor am Morgen", "verb": Finish.KEEP})
    offer.refresh_from_db()
    assert (offer.title, offer.edited_by) == ("Chor am Morgen", lead)
    assert (offer.topics.count(), offer.provider.name) == (1, "Verein Brücke")


def test_full_form_goes_on_too(staff: Client, lead: User) -> None:
    from offers.forms.staff import StaffOfferForm
    from tests.offers.test_staff_views import filled

    offer = record(staff, Finish.LINK, submitter_email="falsch@example.org")
    edit = url("offers:staff_offer_edit", offer.pk)
    assert "Niemand außer dem Zentrum sieht ihn" in staff.get(edit).text
    staff.force_login(lead)
    answer = staff.post(edit, filled(StaffOfferForm(instance=offer)) | {"city": "Netphen", "submitter_email": EMAIL})
    assert answer.headers["Location"] == url(EDIT, offer.pk)
    offer.refresh_from_db()
    assert (offer.city, offer.edited_by, offer.status) == ("Netphen", lead, "draft")
    assert not AccessLink.objects.filter(revoked_at=None).exists()


def test_two_people_at_once_lose_nothing(staff: Client) -> None:
    offer = record(staff)
    page = shown(staff.get(url(EDIT, offer.pk)).context["form"])
    staff.post(url(EDIT, offer.pk), page | {"title": "Eins"})
    answer = staff.post(url(EDIT, offer.pk), page | {"title": "Zwei"})
    assert answer.status_code == 409
    assert "Eins" in answer.text
    assert "Zwei" in answer.text


def test_what_was_sent_meanwhile_is_not_written_over(staff: Client, editor: User) -> None:
    offer = record(staff, **everything())
    page = shown(staff.get(url(EDIT, offer.pk)).context["form"])
    lifecycle.submit(offer, by=editor)
    answer = staff.post(url(EDIT, offer.pk), page | {"title": "Zu spät"})
    assert answer.headers["Location"] == url("offers:staff_offer_detail", offer.pk)
    assert staff.get(url(EDIT, offer.pk)).headers["Location"] == url("offers:staff_offer_detail", offer.pk)
    offer.refresh_from_db()
    assert offer.title == "Chor am Abend"


def test_staff_delete_without_a_trace(staff: Client, run_jobs: RunJobs) -> None:
    from tests.offers.test_retention import CANARY, traces

    contact = {"contact_function": CANARY, "contact_email": f"{CANARY}@example.net"}
    name = f"Verein {CANARY}"
    offer = record(
        staff, Finish.LINK, provider_name=name, title=CANARY, submitter_email=f"{CANARY}@example.org", **contact
    )
    run_jobs()
    assert traces() != set()
    answer = staff.post(url("offers:recording_discard", offer.pk))
    assert answer.headers["Location"] == url(LIST)
    assert traces() == {"django_session.session_data"} & traces()
    assert staff.post(url("offers:recording_discard", offer.pk)).status_code == 404


# The list


def test_list_says_how_far_everything_is(staff: Client, editor: User) -> None:
    record(staff, title="Ohne Adresse")
    sent = record(staff, Finish.LINK, title="Mit Link", submitter_email=EMAIL)
    AccessLink.objects.update(used_at=timezone.now())
    Offer.objects.filter(pk=sent.pk).update(created_at=timezone.now() - timedelta(days=15))
    text = staff.get(url(LIST)).text
    assert text.index("Mit Link") < text.index("Ohne Adresse")
    for words in ("noch kein Link geschickt", f"an {EMAIL}", "zuletzt benutzt am", "erfasst von Rita Redaktion"):
        assert words in text
    assert text.count("wartet lange") == 1
    assert text.count("Link noch einmal schicken") == 1


def test_empty_list_says_what_belongs_there(staff: Client) -> None:
    assert "Nichts wartet" in staff.get(url(LIST)).text


def test_both_ways_to_enter_an_offer_stand_on_the_list(staff: Client) -> None:
    text = staff.get(url("offers:staff_offer_list")).text
    assert f'href="{url(ADD)}"' in text
    assert f'href="{url("offers:staff_offer_add")}"' in text


def test_list_needs_the_same_queries_for_one_and_for_thirty(
    staff: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def fill(number: int) -> None:
        for _ in range(number):
            offer = factories.make_offer(status="draft", recorded_by=editor)
            lifecycle.send_recorded_link(offer, by=editor)

    fill(1)
    staff.get(url(LIST))
    with django_assert_num_queries(12):
        staff.get(url(LIST))
    fill(29)
    with django_assert_num_queries(12):
        staff.get(url(LIST))


def test_form_needs_the_same_queries_for_one_and_for_thirty_organisations(
    staff: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    factories.make_organisation()
    staff.get(url(ADD))
    with django_assert_num_queries(13):
        staff.get(url(ADD))
    for _ in range(29):
        factories.make_organisation()
    with django_assert_num_queries(13):
        staff.get(url(ADD))


def test_what_waits_long_stands_on_the_first_page(staff: Client) -> None:
    offer = record(staff)
    home = url("pages:workspace_home")
    assert "Lange unbestätigt erfasst" not in staff.get(home).text
    Offer.objects.filter(pk=offer.pk).update(created_at=timezone.now() - timedelta(days=14))
    text = staff.get(home).text
    assert "Lange unbestätigt erfasst" in text
    assert f'href="{url(EDIT, offer.pk)}"' in text


# Who may see it


def test_nobody_but_staff_sees_a_recorded_draft(client: Client, editor: User) -> None:
    own = factories.make_organisation("Verein Brücke")
    offer = factories.make_offer("Kanarienchor", status="draft", provider=own, recorded_by=editor)
    for role in ("provider", "municipality"):
        member = factories.make_user(role, organisation=own)
        client.force_login(member)
        assert "Kanarienchor" not in client.get(url("pages:workspace_home")).text
        assert client.get(url("offers:member_offer_detail", offer.pk)).status_code == 404
        for name in (EDIT, "offers:recording_link", "offers:recording_submit", "offers:recording_discard"):
            assert client.post(url(name, offer.pk)).status_code == 403
        with pytest.raises(PermissionDenied):
            lifecycle.submit(offer, by=member)
        with pytest.raises(PermissionDenied):
            lifecycle.discard_draft(offer, by=member)
    assert not Offer.objects.for_staff().exists()


def test_hint_while_typing_knows_recorded_drafts(staff: Client) -> None:
    offer = record(staff)
    hint = staff.get(url("offers:staff_alike"), {"title": "Chor am Abend"}).text
    assert url(EDIT, offer.pk) in hint
    assert Client().get(url("offers:public_alike"), {"title": "Chor am Abend"}).text.strip() == ""


# The reminder


@pytest.fixture
def unanswered(editor: User) -> Offer:
    offer = factories.make_offer("Chor", status="draft", recorded_by=editor, submitter_email=EMAIL)
    lifecycle.send_recorded_link(offer, by=editor)
    AccessLink.objects.update(created_at=timezone.now() - timedelta(days=10))
    return offer


def remind() -> int:
    return lifecycle.remind_of_recorded(timezone.localdate())


def test_reminder_goes_once_after_ten_days(
    unanswered: Offer, run_jobs: RunJobs, mailoutbox: list[Any], staff: Client
) -> None:
    call_command("remind_of_recorded", verbosity=0)
    assert remind() == 0
    run_jobs()
    reminder = mailoutbox[-1]
    assert (len(mailoutbox), reminder.to) == (2, [EMAIL])
    assert reminder.subject == "Erinnerung: Bitte prüfen Sie „Chor“"
    assert links.token(AccessLink.objects.get()) in reminder.body
    assert "erinnert am" in staff.get(url(LIST)).text
    AccessLink.objects.update(created_at=timezone.now() - timedelta(days=30))
    assert remind() == 0


def test_reminder_is_no_change_that_prolongs_the_time(unanswered: Offer) -> None:
    unanswered.refresh_from_db()
    before = unanswered.updated_at
    assert remind() == 1
    unanswered.refresh_from_db()
    assert unanswered.updated_at == before


@pytest.mark.parametrize("why", ["nine days", "used", "revoked", "expired", "undeliverable", "sent", "other address"])
def test_no_reminder(unanswered: Offer, why: str) -> None:
    now = timezone.now()
    match why:
        case "nine days":
            AccessLink.objects.update(created_at=now - timedelta(days=9))
        case "used":
            AccessLink.objects.update(used_at=now - timedelta(days=3))
        case "revoked":
            AccessLink.objects.update(revoked_at=now)
        case "expired":
            AccessLink.objects.update(expires_at=now)
        case "undeliverable":
            addresses.mark_undeliverable(EMAIL, reason="550")
        case "sent":
            Offer.objects.update(status="submitted")
        case _:
            Offer.objects.update(submitter_email="andere@example.org")
    assert remind() == 0


def test_mail_that_is_no_longer_true_is_not_sent(unanswered: Offer, run_jobs: RunJobs, mailoutbox: list[Any]) -> None:
    remind()
    Offer.objects.update(status="submitted")
    run_jobs()
    assert mailoutbox == []


# How long it is kept


def test_recorded_draft_is_kept_sixty_days_from_the_last_change(unanswered: Offer) -> None:
    for days, is_left in ((59, True), (61, False)):
        Offer.objects.update(updated_at=timezone.now() - timedelta(days=days))
        call_command("purge", verbosity=0)
        assert Offer.objects.exists() is is_left
    assert not AccessLink.objects.exists()


def test_form_rejects_two_organisations_of_one_name_without_a_choice() -> None:
    for _ in range(2):
        factories.make_organisation("Verein Brücke")
    form = RecordingForm(
        {"provider_name": "Verein Brücke", "title": "Chor", "key": str(uuid4()), "how": "telefon", "lock_version": "1"},
        instance=Offer(),
    )
    assert "provider_existing" in form.errors
