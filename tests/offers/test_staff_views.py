"""Offers and organisations in the workspace: lists, pages, steps, editing, consent."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from actors.models import ContactPerson, Organisation
from kiportal.common.models import AccessLink, Consent, StatusChange, User
from offers import lifecycle
from offers.forms.staff import ContactForm, StaffOfferForm
from offers.models import Offer, OfferDate
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "offers:staff_offer_list"
ADD = "offers:staff_offer_add"
DETAIL = "offers:staff_offer_detail"


@pytest.fixture
def staff(client: Client, editor: User, centre: object) -> Client:
    client.force_login(editor)
    return client


def url(name: str, *arguments: object) -> str:
    return reverse(name, args=arguments)


def filled(form: Any) -> dict[str, Any]:
    """What a browser sends for a form as it was shown, with its new contact."""
    data: dict[str, Any] = {}
    forms = [form, form.new_contact] if isinstance(form, StaffOfferForm) else [form]
    for part in forms:
        for field in part:
            value = field.value()
            if callable(value):
                value = value()
            if isinstance(value, list | tuple):
                data[field.html_name] = [getattr(row, "pk", row) for row in value]
            elif value is True:
                data[field.html_name] = "on"
            elif value not in (None, False):
                data[field.html_name] = str(value).replace(".", ",") if field.name == "cost_amount" else str(value)
    return data


# List


def test_list_sorts_as_germans_do_and_hides_drafts(staff: Client) -> None:
    for title in ("Zebra", "Änderung", "apfel", "Öl"):
        factories.make_offer(title)
    factories.make_offer("Entwurf", status=Offer.Status.DRAFT)
    answer = staff.get(url(LIST))
    assert [offer.title for offer, _where in answer.context["rows"]] == ["Änderung", "apfel", "Öl", "Zebra"]


def test_list_filters(staff: Client) -> None:
    place, topic = factories.make_municipality("Netphen"), factories.make_topic("wohnen")
    provider = factories.make_organisation("Nähstube e. V.")
    one = factories.make_offer("Nähcafé", municipalities=[place], topics=[topic], provider=provider)
    other = factories.make_offer("Schachclub", status=Offer.Status.HIDDEN)
    Offer.objects.filter(pk=one.pk).update(last_confirmed_on=timezone.localdate() - timedelta(days=800))

    def titles(**query: str) -> list[str]:
        return [offer.title for offer, _where in staff.get(url(LIST), query).context["rows"]]

    assert titles(q="naehcafe") == titles(q="Nähstube") == [one.title]
    assert titles(status="hidden") == [other.title]
    assert titles(kommune=place.slug) == titles(thema="wohnen") == titles(traeger=provider.slug) == [one.title]
    assert titles(veraltet="on") == [one.title]
    assert titles(q="gibt es nicht") == []
    assert titles(status="draft", kommune="nirgends", q="") == [one.title, other.title]


def test_list_needs_few_queries_for_one_and_for_thirty(
    staff: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(2):
        with django_assert_max_num_queries(13):
            staff.get(url(LIST))
        for _ in range(30):
            factories.make_offer()


# Page and steps


def test_page_shows_internal_data_and_history_with_names(staff: Client, editor: User) -> None:
    offer = factories.make_offer(internal_note="Nur wir", submitter_note="Danke")
    lifecycle.hide(offer, by=editor, reason="Umbau")
    text = staff.get(url(DETAIL, offer.pk)).text
    for part in ("Nur wir", "Danke", "Umbau", "Rita Redaktion", "Wieder zeigen"):
        assert part in text


def test_draft_not_found(staff: Client) -> None:
    draft = factories.make_offer(status=Offer.Status.DRAFT)
    for name in (DETAIL, "offers:staff_offer_edit"):
        assert staff.get(url(name, draft.pk)).status_code == 404


@pytest.mark.parametrize(
    ("before", "verb", "after"),
    [
        ("published", "hide", "hidden"),
        ("published", "archive", "archived"),
        ("hidden", "archive", "archived"),
    ],
)
def test_step_changes_the_status(staff: Client, before: str, verb: str, after: str) -> None:
    offer = factories.make_offer(status=before)
    answer = staff.post(url(DETAIL, offer.pk), {"verb": verb, f"{verb}-reason": "Darum"})
    assert answer.status_code == 302
    offer.refresh_from_db()
    assert offer.status == after
    assert StatusChange.objects.for_target(offer).get().reason == "Darum"


@pytest.mark.parametrize(("first", "back"), [("hide", "unhide"), ("archive", "restore")])
def test_step_can_be_taken_back(staff: Client, editor: User, first: str, back: str) -> None:
    offer = factories.make_offer()
    getattr(lifecycle, first)(offer, by=editor, reason="Versehen")
    staff.post(url(DETAIL, offer.pk), {"verb": back, f"{back}-reason": ""})
    offer.refresh_from_db()
    assert offer.status == Offer.Status.PUBLISHED


def test_step_without_its_reason_stays_open(staff: Client) -> None:
    offer = factories.make_offer()
    answer = staff.post(url(DETAIL, offer.pk), {"verb": "hide", "hide-reason": ""})
    assert '<details class="confirm" open>' in answer.text
    offer.refresh_from_db()
    assert offer.status == Offer.Status.PUBLISHED


def test_refused_step_keeps_its_text(staff: Client) -> None:
    offer = factories.make_offer(status=Offer.Status.HIDDEN, summary="")
    answer = staff.post(url(DETAIL, offer.pk), {"verb": "unhide", "unhide-reason": "Wieder da, wie besprochen"})
    assert answer.status_code == 400
    assert "Wieder da, wie besprochen" in answer.text
    assert "Kurz gesagt" in answer.text


def test_step_that_is_no_longer_possible_gets_the_friendly_page(staff: Client, lead: User) -> None:
    offer = factories.make_offer()
    lifecycle.archive(offer, by=lead, reason="War schneller")
    answer = staff.post(url(DETAIL, offer.pk), {"verb": "hide", "hide-reason": "Mein Text"})
    assert answer.status_code == 409
    assert "War schneller" in answer.text
    assert "Mein Text" in answer.text


def test_unknown_step_is_a_bad_request(staff: Client) -> None:
    offer = factories.make_offer()
    assert staff.post(url(DETAIL, offer.pk), {"verb": "publish"}).status_code == 400
    assert staff.post(url(DETAIL, offer.pk)).status_code == 400


# Care


def test_care_link_is_mailed(staff: Client, editor: User, run_jobs: Any, mailoutbox: list[Any]) -> None:
    offer = factories.make_offer(submitter_email="verein@example.org")
    staff.post(url("offers:staff_offer_care_link", offer.pk))
    link = AccessLink.objects.for_target(offer).get()
    assert (link.purpose, link.email) == (AccessLink.Purpose.CARE, "verein@example.org")
    assert [job.created_by for job in run_jobs()] == [editor]
    assert [mail.to for mail in mailoutbox] == [["verein@example.org"]]


@pytest.mark.parametrize("fields", [{"submitter_email": ""}, {"status": Offer.Status.HIDDEN}])
def test_care_link_needs_an_address_and_a_published_entry(staff: Client, fields: dict[str, Any]) -> None:
    offer = factories.make_offer(**fields)
    answer = staff.post(url("offers:staff_offer_care_link", offer.pk), follow=True)
    assert "kern-alert--danger" in answer.text
    assert not AccessLink.objects.exists()


def test_confirm_by_staff_and_by_a_member(client: Client, editor: User, centre: object) -> None:
    offer = factories.make_offer()
    member = factories.make_user("provider", organisation=offer.provider)
    for user in (editor, member):
        Offer.objects.filter(pk=offer.pk).update(last_confirmed_on=date(2020, 1, 1))
        client.force_login(user)
        assert client.post(url("offers:offer_confirm", offer.pk)).status_code == 302
        offer.refresh_from_db()
        assert offer.last_confirmed_on == timezone.localdate()


def test_confirm_by_a_stranger_not_found(client: Client) -> None:
    offer = factories.make_offer()
    client.force_login(factories.make_user("provider", organisation=factories.make_organisation()))
    assert client.post(url("offers:offer_confirm", offer.pk)).status_code == 404


@pytest.mark.parametrize("name", ["staff_offer_care_link", "staff_offer_note", "offer_confirm"])
def test_verbs_are_post_only(staff: Client, name: str) -> None:
    assert staff.get(url(f"offers:{name}", factories.make_offer().pk)).status_code == 405


# Editing


def test_edit_writes_fields_relations_and_dates(staff: Client) -> None:
    offer = factories.make_offer("Nähkurs", offer_type=factories.make_offer_type(has_schedule=True))
    topic = factories.make_topic("kultur")
    data = filled(StaffOfferForm(instance=offer)) | {
        "title": "Nähkurs am Abend",
        "description": "<p>Neu <strong>und</strong> <script>alert(1)</script>schön</p>",
        "topics": [topic.pk],
        "internal_note": "Gesehen",
        "date_1": "2031-05-01",
        "start_1": "10:00",
        "end_1": "12:00",
        "note_1": "im Saal",
    }
    assert staff.post(url("offers:staff_offer_edit", offer.pk), data).url == url(DETAIL, offer.pk)
    offer.refresh_from_db()
    assert offer.title == "Nähkurs am Abend"
    assert offer.description == "<p>Neu <strong>und</strong> schön</p>"
    assert list(offer.topics.all()) == [topic]
    assert (offer.lock_version, offer.status, offer.internal_note) == (2, "published", "Gesehen")
    assert timezone.localtime(OfferDate.objects.get(offer=offer).starts_at).hour == 10


def test_edit_as_shown_changes_nothing(staff: Client) -> None:
    starts = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=9)
    offer = factories.make_offer(cost_kind="betrag", cost_amount="12.50")
    OfferDate.objects.create(offer=offer, starts_at=starts, note="x")
    before = Offer.objects.filter(pk=offer.pk).values().get()
    offer.refresh_from_db()
    staff.post(url("offers:staff_offer_edit", offer.pk), filled(StaffOfferForm(instance=offer)))
    after = Offer.objects.filter(pk=offer.pk).values().get()
    assert {name for name in before if before[name] != after[name]} == {"lock_version", "updated_at"}
    assert list(offer.dates.values_list("starts_at", "note")) == [(starts, "x")]


def test_edit_ignores_fields_that_are_not_its_own(staff: Client) -> None:
    offer, other = factories.make_offer(), factories.make_organisation()
    data = filled(StaffOfferForm(instance=offer)) | {"status": "archived", "provider": other.pk, "slug": "anders"}
    staff.post(url("offers:staff_offer_edit", offer.pk), data)
    after = Offer.objects.get(pk=offer.pk)
    assert (after.status, after.provider, after.slug) == (offer.status, offer.provider, offer.slug)


def test_edit_of_a_published_entry_must_stay_complete(staff: Client) -> None:
    offer = factories.make_offer()
    data = filled(StaffOfferForm(instance=offer)) | {"title": "", "municipalities": [], "contact": ""}
    answer = staff.post(url("offers:staff_offer_edit", offer.pk), data)
    assert set(answer.context["form"].errors) >= {"title", "contact"}
    assert 'href="#id_title"' in answer.text


def test_edit_of_an_entry_on_the_way_may_have_gaps(staff: Client) -> None:
    offer = factories.make_offer(status=Offer.Status.SUBMITTED)
    data = filled(StaffOfferForm(instance=offer)) | {"summary": ""}
    assert staff.post(url("offers:staff_offer_edit", offer.pk), data).status_code == 302


def test_contact_of_another_organisation_cannot_be_chosen(staff: Client) -> None:
    offer, stranger = factories.make_offer(), factories.make_offer().contact
    assert stranger is not None
    data = filled(StaffOfferForm(instance=offer)) | {"contact": stranger.pk}
    assert "contact" in staff.post(url("offers:staff_offer_edit", offer.pk), data).context["form"].errors


def test_new_contact_with_consent_is_stored_with_the_offer(staff: Client) -> None:
    offer = factories.make_offer()
    data = filled(StaffOfferForm(instance=offer)) | {
        "kontakt-function": "Leitung",
        "kontakt-phone": "0271 1",
        "kontakt-name": "Mina Muster",
        "kontakt-consent_given": "on",
    }
    staff.post(url("offers:staff_offer_edit", offer.pk), data)
    offer.refresh_from_db()
    assert offer.contact is not None
    assert offer.contact.public_name == "Mina Muster"
    assert offer.contact.organisation == offer.provider
    assert Consent.objects.get().given_on == timezone.localdate()


def test_wrong_new_contact_is_named_in_the_summary(staff: Client) -> None:
    offer = factories.make_offer()
    data = filled(StaffOfferForm(instance=offer)) | {"kontakt-function": "Leitung"}
    answer = staff.post(url("offers:staff_offer_edit", offer.pk), data)
    assert "Telefonnummer oder eine E-Mail-Adresse" in answer.text
    assert 'value="Leitung"' in answer.text


def test_stale_save_shows_both_texts_and_can_be_sent_again(staff: Client) -> None:
    offer = factories.make_offer("Nähkurs", offer_type=factories.make_offer_type(has_schedule=True))
    edit = url("offers:staff_offer_edit", offer.pk)
    mine = filled(StaffOfferForm(instance=offer)) | {
        "summary": "Meine lange Fassung",
        "description": "<p>Mein Text</p>",
        "date_1": "2031-05-01",
        "start_1": "10:00",
    }
    staff.post(edit, filled(StaffOfferForm(instance=offer)) | {"summary": "Die Fassung von Anna"})
    answer = staff.post(edit, mine)
    assert answer.status_code == 409
    for part in ("Meine lange Fassung", "Die Fassung von Anna", "Mein Text", "01.05.2031", "Termine"):
        assert part in answer.text
    offer.refresh_from_db()
    assert offer.summary == "Die Fassung von Anna"
    again = filled(answer.context["form"])
    assert again["lock_version"] == "2"
    assert staff.post(edit, again).status_code == 302
    offer.refresh_from_db()
    assert (offer.summary, offer.lock_version, offer.dates.count()) == ("Meine lange Fassung", 3, 1)


def test_third_save_of_the_same_field_is_shown_too(staff: Client) -> None:
    """Each save over another's text is a choice made with both in view; between the two a third may come."""
    offer = factories.make_offer("Nähkurs")
    edit = url("offers:staff_offer_edit", offer.pk)
    mine = filled(StaffOfferForm(instance=offer)) | {"summary": "Meine Fassung"}
    for number, colleague in enumerate(("Fassung von Anna", "Fassung von Berta")):
        current = Offer.objects.get(pk=offer.pk)
        theirs = filled(StaffOfferForm(instance=current)) | {"summary": colleague}
        assert staff.post(edit, theirs).status_code == 302
        answer = staff.post(edit, mine)
        assert answer.status_code == 409
        assert colleague in answer.text
        assert "Meine Fassung" in answer.text
        mine = filled(answer.context["form"])
        assert mine["lock_version"] == str(number + 2)
    assert staff.post(edit, mine).status_code == 302
    offer.refresh_from_db()
    assert offer.summary == "Meine Fassung"
    kept = Offer.pgh_event_model.objects.filter(pgh_obj=offer)  # type: ignore[attr-defined]
    assert {"Fassung von Anna", "Fassung von Berta"} <= set(kept.values_list("summary", flat=True))


def test_stale_save_stores_no_contact(staff: Client) -> None:
    offer = factories.make_offer()
    data = filled(StaffOfferForm(instance=offer)) | {"kontakt-function": "Neu", "kontakt-phone": "1"}
    Offer.objects.filter(pk=offer.pk).update(lock_version=5)
    assert staff.post(url("offers:staff_offer_edit", offer.pk), data).status_code == 409
    assert ContactPerson.objects.count() == 1


def test_editor_files_carry_the_nonce(staff: Client) -> None:
    answer = staff.get(url("offers:staff_offer_edit", factories.make_offer().pk))
    nonce = answer.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
    assert nonce
    assert f'nonce="{nonce}"' in answer.text


# Entering for somebody


def entry(provider: Organisation, **changed: Any) -> dict[str, Any]:
    kind = factories.make_offer_type()
    return {
        "lock_version": "1",
        "key": str(uuid4()),
        "kind": "angebot",
        "title": "Lesekreis",
        "summary": "Wir lesen.",
        "description": "<p>Jede Woche ein Buch.</p>",
        "offer_type": kind.pk,
        "topics": [factories.make_topic().pk],
        "target_groups": [factories.make_target_group().pk],
        "languages": [factories.make_language().pk],
        "is_countywide": "on",
        "is_on_site": "on",
        "cost_kind": "kostenfrei",
        "registration": "keine",
        "submitter_email": "verein@example.org",
        "kontakt-lock_version": "1",
        "kontakt-function": "Büro",
        "kontakt-phone": "0271 1",
        **changed,
    }


def test_added_offer_stands_in_the_queue(staff: Client, editor: User) -> None:
    provider = factories.make_organisation()
    answer = staff.post(f"{url(ADD)}?traeger={provider.slug}", entry(provider))
    offer = Offer.objects.get()
    assert answer.url == url(DETAIL, offer.pk)
    assert (offer.status, offer.provider, offer.submitted_at is not None) == ("submitted", provider, True)
    assert StatusChange.objects.for_target(offer).get().by_user == editor


def test_added_twice_is_stored_once(staff: Client) -> None:
    provider = factories.make_organisation()
    data = entry(provider)
    for _ in range(2):
        answer = staff.post(f"{url(ADD)}?traeger={provider.slug}", data)
        assert answer.url == url(DETAIL, Offer.objects.get().pk)


def test_incomplete_offer_is_not_stored_and_keeps_its_text(staff: Client) -> None:
    provider = factories.make_organisation()
    answer = staff.post(f"{url(ADD)}?traeger={provider.slug}", entry(provider, is_countywide="", summary=""))
    assert not Offer.objects.exists()
    assert "Lesekreis" in answer.text
    assert "summary" in answer.context["form"].errors


def test_project_needs_what_others_need(staff: Client) -> None:
    provider = factories.make_organisation()
    answer = staff.post(f"{url(ADD)}?traeger={provider.slug}", entry(provider, kind="projekt"))
    assert set(answer.context["form"].errors) == {"project_goal", "project_needs"}


def test_add_asks_for_the_organisation_first(staff: Client) -> None:
    gone = factories.make_organisation(status=Organisation.Status.ARCHIVED)
    assert "Für wen tragen Sie das Angebot ein?" in staff.get(url(ADD)).text
    assert "Bitte wählen Sie eine Organisation." in staff.get(url(ADD), {"traeger": ""}).text
    assert "Für wen tragen Sie das Angebot ein?" in staff.get(url(ADD), {"traeger": gone.slug}).text


# Roles


@pytest.mark.parametrize("role", ["provider", "municipality", "council"])
def test_staff_pages_forbidden_for_other_roles(client: Client, cast: dict[str, User], role: str) -> None:
    offer = factories.make_offer()
    contact = offer.contact
    assert contact is not None
    client.force_login(cast[role])
    pages = [
        url(LIST),
        url(ADD),
        url(DETAIL, offer.pk),
        url("offers:staff_offer_edit", offer.pk),
        url("offers:staff_organisation_list"),
        url("offers:staff_organisation_add"),
        url("offers:staff_organisation_detail", offer.provider_id),
        url("offers:staff_organisation_edit", offer.provider_id),
        url("offers:staff_contact_add", offer.provider_id),
        url("offers:staff_contact_edit", offer.provider_id, contact.pk),
    ]
    assert {client.get(page).status_code for page in pages} == {403}
    posts = [
        url("offers:staff_offer_note", offer.pk),
        url("offers:staff_offer_care_link", offer.pk),
        url("offers:staff_consent_withdraw", offer.provider_id, contact.pk),
        *pages[1:],
    ]
    assert {client.post(page, {"verb": "archive"}).status_code for page in posts} == {403}


# Organisations


def test_organisation_list_searches_and_counts_published_offers(staff: Client) -> None:
    organisation = factories.make_organisation("Größe e. V.")
    factories.make_offer(provider=organisation)
    factories.make_offer(provider=organisation, status=Offer.Status.HIDDEN)
    factories.make_organisation("Anderer Verein", status=Organisation.Status.ARCHIVED)
    found = staff.get(url("offers:staff_organisation_list"), {"q": "größe"}).context["object_list"]
    assert [(row.name, row.published_offers) for row in found] == [("Größe e. V.", 1)]
    archived = staff.get(url("offers:staff_organisation_list"), {"stand": "archived"}).context["object_list"]
    assert [row.name for row in archived] == ["Anderer Verein"]


@pytest.mark.parametrize("status", [Offer.Status.DRAFT, Offer.Status.UNCONFIRMED])
def test_organisation_of_an_unsent_entry_is_not_known_to_staff(staff: Client, status: str) -> None:
    lone = factories.make_organisation("Kulturverein Lale", status=Organisation.Status.PROPOSED)
    hidden = factories.make_organisation("Kulturverein Lale e. V.", status=Organisation.Status.PROPOSED)
    offer = factories.make_offer(provider=hidden, status=status)
    organisations, filters = url("offers:staff_organisation_list"), url(LIST)
    pages = [
        url("offers:staff_organisation_detail", hidden.pk),
        url("offers:staff_organisation_edit", hidden.pk),
        url("offers:staff_contact_add", hidden.pk),
    ]
    everywhere = [organisations, filters, url(ADD), url("offers:staff_organisation_detail", lone.pk)]
    assert [row.name for row in staff.get(organisations).context["object_list"]] == [lone.name]
    assert not [page for page in everywhere if hidden.name in staff.get(page).text]
    assert {staff.get(page).status_code for page in pages} == {404}
    Offer.objects.filter(pk=offer.pk).update(status=Offer.Status.SUBMITTED)
    assert [page for page in everywhere if hidden.name in staff.get(page).text] == everywhere
    assert {staff.get(page).status_code for page in pages} == {200}


def test_organisation_page_shows_offers_contacts_members_and_twins(staff: Client) -> None:
    organisation = factories.make_organisation("Kulturverein Lale", internal_note="Alter Bekannter")
    factories.make_offer("Lesekreis", provider=organisation)
    factories.make_user("provider", organisation=organisation, first_name="Vera", last_name="Verein")
    factories.make_organisation("Kultur-Verein Lale e. V.")
    text = staff.get(url("offers:staff_organisation_detail", organisation.pk)).text
    for part in ("Lesekreis", "Kursbüro", "Vera Verein", "Alter Bekannter", "Kultur-Verein Lale e. V."):
        assert part in text


def test_organisation_steps(staff: Client) -> None:
    organisation = factories.make_organisation(status=Organisation.Status.PROPOSED)
    page = url("offers:staff_organisation_detail", organisation.pk)
    for verb, reason, status in (
        ("publish", "", "published"),
        ("archive", "Aufgelöst", "archived"),
        ("restore", "", "published"),
    ):
        staff.post(page, {"verb": verb, f"{verb}-reason": reason})
        organisation.refresh_from_db()
        assert organisation.status == status
    answer = staff.post(page, {"verb": "archive", "archive-reason": ""})
    assert answer.status_code == 200
    organisation.refresh_from_db()
    assert organisation.status == "published"


def test_decided_organisation_leads_to_the_next_entry(staff: Client) -> None:
    organisation = factories.make_organisation(status=Organisation.Status.PROPOSED)
    offer = factories.make_offer(status=Offer.Status.SUBMITTED)
    page = url("offers:staff_organisation_detail", organisation.pk)
    answer = staff.post(page, {"verb": "reject", "reject-reason": "Gibt es nicht"})
    assert answer.url == url("offers:review_detail", offer.pk)


def test_new_organisation_leads_on_to_its_first_offer(staff: Client) -> None:
    data = {"lock_version": "1", "key": str(uuid4()), "name": "Neuer Verein e. V.", "kind": "verein"}
    answer = staff.post(f"{url('offers:staff_organisation_add')}?weiter=angebot", data)
    organisation = Organisation.objects.get()
    assert (organisation.status, organisation.slug) == ("proposed", "neuer-verein-e-v")
    assert answer.url == f"{url(ADD)}?traeger=neuer-verein-e-v"
    assert staff.post(url("offers:staff_organisation_add"), data | {"name": ""}).context["form"].errors


def test_organisation_added_twice_is_stored_once(staff: Client) -> None:
    page = url("offers:staff_organisation_add")
    data = filled(staff.get(page).context["form"]) | {"name": "Neuer Verein e. V.", "kind": "verein"}
    for _ in range(2):
        answer = staff.post(page, data)
        assert answer.url == url("offers:staff_organisation_detail", Organisation.objects.get().pk)
    staff.post(page, data | {"key": str(uuid4())})
    assert Organisation.objects.count() == 2


def test_stale_save_of_an_organisation_shows_both(staff: Client) -> None:
    organisation = factories.make_organisation("Verein Eins")
    page = url("offers:staff_organisation_edit", organisation.pk)
    data = {"lock_version": "1", "name": "Verein Zwei", "kind": "verein", "is_trusted": "on"}
    assert staff.post(page, data).status_code == 302
    answer = staff.post(page, data | {"name": "Verein Drei"})
    assert answer.status_code == 409
    assert "Verein Zwei" in answer.text
    assert "Verein Drei" in answer.text
    organisation.refresh_from_db()
    assert (organisation.name, organisation.is_trusted) == ("Verein Zwei", True)


# Contacts and consent


@pytest.fixture
def contact(db: None) -> ContactPerson:
    return ContactPerson.objects.create(
        organisation=factories.make_organisation(), function="Büro", phone="1", name="Mina Muster"
    )


def contact_page(contact: ContactPerson, name: str = "staff_contact_edit") -> str:
    return url(f"offers:{name}", contact.organisation_id, contact.pk)


def test_consent_is_recorded_and_withdrawn(staff: Client, contact: ContactPerson) -> None:
    data = filled(ContactForm(instance=contact)) | {"consent_given": "on", "consent_channel": "letter"}
    staff.post(contact_page(contact), data)
    contact.refresh_from_db()
    assert contact.public_name == "Mina Muster"
    assert contact.consent is not None
    assert contact.consent.channel == "letter"
    staff.post(contact_page(contact, "staff_consent_withdraw"))
    contact.refresh_from_db()
    assert contact.public_name == ""
    assert Consent.objects.get().withdrawn_on == timezone.localdate()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"consent_given_on": ""}, "consent_given_on"),
        ({"consent_given_on": "2999-01-01"}, "consent_given_on"),
    ],
)
def test_consent_needs_a_name_and_a_day(
    staff: Client, contact: ContactPerson, changed: dict[str, str], field: str
) -> None:
    data = filled(ContactForm(instance=contact)) | {"consent_given": "on"} | changed
    assert field in staff.post(contact_page(contact), data).context["form"].errors
    assert not Consent.objects.exists()


def test_consent_does_not_hold_for_another_person(staff: Client, contact: ContactPerson) -> None:
    staff.post(contact_page(contact), filled(ContactForm(instance=contact)) | {"consent_given": "on"})
    contact.refresh_from_db()
    staff.post(contact_page(contact), filled(ContactForm(instance=contact)) | {"name": "Jemand anderes"})
    contact.refresh_from_db()
    assert (contact.name, contact.public_name) == ("Jemand anderes", "")


def test_contact_saved_meanwhile_comes_back_once(staff: Client, contact: ContactPerson) -> None:
    mine = filled(ContactForm(instance=contact)) | {"function": "Meine Fassung"}
    staff.post(contact_page(contact), filled(ContactForm(instance=contact)) | {"function": "Fassung von Anna"})
    answer = staff.post(contact_page(contact), mine)
    assert "Fassung von Anna" in answer.text
    assert "Meine Fassung" in answer.text
    staff.post(contact_page(contact), filled(answer.context["form"]))
    contact.refresh_from_db()
    assert contact.function == "Meine Fassung"


def test_contact_of_another_organisation_not_found(staff: Client, contact: ContactPerson) -> None:
    other = factories.make_organisation()
    assert staff.get(url("offers:staff_contact_edit", other.pk, contact.pk)).status_code == 404
    assert staff.post(url("offers:staff_consent_withdraw", other.pk, contact.pk)).status_code == 404


@pytest.mark.parametrize("consent", [{}, {"name": "Mina Muster", "consent_given": "on"}])
def test_contact_added_twice_is_stored_once(staff: Client, contact: ContactPerson, consent: dict[str, str]) -> None:
    page = url("offers:staff_contact_add", contact.organisation_id)
    data = filled(staff.get(page).context["form"]) | {"function": "Kasse", "phone": "2"} | consent
    for _ in range(2):
        assert staff.post(page, data).status_code == 302
    assert contact.organisation.contacts.filter(function="Kasse").count() == 1
    assert Consent.objects.count() == bool(consent)


def test_added_contact_must_be_reachable(staff: Client, contact: ContactPerson) -> None:
    page = url("offers:staff_contact_add", contact.organisation_id)
    assert staff.post(page, {"function": "Kasse"}).context["form"].errors
    kasse = {"function": "Kasse", "email": "kasse@example.org", "lock_version": "1"}
    assert staff.post(page, kasse).status_code == 302
    assert contact.organisation.contacts.count() == 2
