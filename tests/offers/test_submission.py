""" "Angebot melden": from the first form to the mail that asks for a click."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actors.models import ContactPerson, Organisation
from kiportal.common import links
from kiportal.common.fieldsets import field_groups
from kiportal.common.models import AccessLink, Centre, Consent, Job, StatusChange, User
from offers import lifecycle
from offers.models import Offer
from tests import factories
from tests.concurrency import at_once
from tests.offers.journey import EMAIL, START, Draft, begin, complete, long_ago, shown, start
from tests.smtp import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]


def errors(response: object) -> dict[str, list[str]]:
    return {name: list(messages) for name, messages in response.context["form"].errors.items()}  # type: ignore[attr-defined]


# The first form


def test_start_says_what_happens_and_sets_no_session(client: Client, centre: Centre) -> None:
    page = client.get(START)
    assert page.status_code == 200
    assert f"meist innerhalb von {centre.review_days} Tagen" in page.content.decode()
    assert set(client.cookies) <= {"csrftoken"}


def test_start_makes_a_draft_behind_a_link(client: Client) -> None:
    response = start(client, name="Neue Brücke e. V.", street="Marktstraße 5", postcode="57072", city="Siegen")
    offer = Offer.objects.get()
    link = AccessLink.objects.get()
    assert response["Location"] == f"/angebote/melden/{links.token(link)}/angebot/"
    assert (link.purpose, link.target, link.email) == (AccessLink.Purpose.DRAFT, offer, EMAIL)
    assert (offer.status, offer.submitter_email, offer.submitter_language) == ("draft", EMAIL, "de")
    assert (offer.provider.name, offer.provider.status) == ("Neue Brücke e. V.", "proposed")
    assert offer.provider.slug == "neue-bruecke-e-v"
    assert "sessionid" not in client.cookies


def test_start_in_english_keeps_the_language(client: Client) -> None:
    data = shown(client.get(f"/en{START}").context["form"])
    client.post(
        f"/en{START}",
        data | {"name": "New Bridge", "kind": "verein", "submitter_email": EMAIL, "opened": long_ago()},
    )
    assert Offer.objects.get().submitter_language == "en"


@pytest.mark.parametrize("missing", ["name", "kind", "submitter_email"])
def test_start_without_what_it_needs_keeps_the_input(client: Client, missing: str) -> None:
    response = start(client, **{"website": "verein.example.org", missing: ""})
    assert response.status_code == 200
    assert set(errors(response)) == {missing}
    assert 'value="verein.example.org"' in response.content.decode()
    assert not Offer.objects.exists()


def test_start_from_a_machine_is_refused(client: Client) -> None:
    assert "__all__" in errors(start(client, website_url="https://spam.example.org"))
    assert "sehr schnell" in errors(start(client, opened=long_ago(0)))["__all__"][0]
    assert not Offer.objects.exists()


def test_start_too_often_from_one_address_answers_429(client: Client) -> None:
    from offers.forms.submission import StartForm

    for number in range(StartForm.limit_per_address):
        assert start(client, name=f"Verein Nummer {number}").status_code == 302
    refused = start(client, name="Einer zu viel")
    assert refused.status_code == 429
    assert 'value="Einer zu viel"' in refused.content.decode()


def test_start_ignores_foreign_fields(client: Client, editor: User) -> None:
    begin(client, status="published", is_trusted="on", internal_note="x", slug="geschenkt")
    offer = Offer.objects.get()
    assert (offer.status, offer.slug, offer.internal_note) == ("draft", None, "")
    assert (offer.provider.status, offer.provider.is_trusted) == ("proposed", False)


def test_same_form_sent_again_leads_to_the_same_draft(client: Client) -> None:
    key = str(uuid4())
    first, second = start(client, key=key), start(client, key=key, name="Anders geschrieben e. V.")
    assert first["Location"] == second["Location"]
    assert Offer.objects.get().provider.name == "Anders geschrieben e. V."
    assert Organisation.objects.count() == 1


def test_same_key_with_another_address_is_another_draft(client: Client) -> None:
    """Somebody else goes back to a form that was sent on the same machine."""
    key = str(uuid4())
    first, second = start(client, key=key), start(client, key=key, submitter_email="andere@example.org")
    assert first["Location"] != second["Location"]
    assert sorted(Offer.objects.values_list("submitter_email", flat=True)) == ["andere@example.org", EMAIL]


@pytest.mark.django_db(transaction=True)
def test_equal_forms_at_the_same_moment_make_one_draft(transactional_db: None) -> None:
    factories.make_centre()
    data = shown(Client().get(START).context["form"])
    data |= {"name": "Doppelklick e. V.", "kind": "verein", "submitter_email": EMAIL, "opened": long_ago()}

    def post() -> str:
        return str(Client().post(START, data)["Location"])

    addresses = at_once(*[post] * 4)
    assert len(set(addresses)) == 1, addresses
    assert (Offer.objects.count(), Organisation.objects.count(), AccessLink.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_equal_names_at_the_same_moment_get_different_slugs(transactional_db: None) -> None:
    factories.make_centre()
    forms = []
    for number in range(3):
        data = shown(Client().get(START).context["form"])
        data |= {"name": "Zufall e. V.", "kind": "verein", "submitter_email": f"v{number}@example.org"}
        forms.append(data | {"opened": long_ago()})
    answers = at_once(*[lambda data=data: Client().post(START, data).status_code for data in forms])
    assert answers == [302, 302, 302]
    assert Organisation.objects.values("slug").distinct().count() == 3


# Is the organisation there already?


@pytest.fixture
def bridge(db: None) -> Organisation:
    return factories.make_organisation("Initiative Brückenschlag", internal_note="streng geheim", phone="0271 999")


def test_similar_organisation_is_asked_about_first(client: Client, bridge: Organisation) -> None:
    page = start(client, name="Initiative Brueckenschlag e.V.")
    assert set(errors(page)) == {"existing"}
    text = page.content.decode()
    assert "Initiative Brückenschlag" in text
    assert "streng geheim" not in text
    assert "0271 999" not in text
    assert not Offer.objects.exists()


def test_chosen_organisation_is_taken_and_stays_as_it_is(client: Client, bridge: Organisation) -> None:
    draft = begin(client, name="Initiative Brueckenschlag", kind="mso", city="Anderswo", existing=str(bridge.pk))
    assert draft.offer.provider == bridge
    assert Organisation.objects.count() == 1
    assert Organisation.objects.values("name", "kind", "city").get() == {
        "name": "Initiative Brückenschlag",
        "kind": bridge.kind,
        "city": "",
    }


def test_new_organisation_in_spite_of_a_similar_name(client: Client, bridge: Organisation) -> None:
    draft = begin(client, name="Initiative Brückenschlag", existing="neu")
    assert draft.offer.provider != bridge
    assert draft.offer.provider.status == "proposed"


def test_organisations_that_are_not_public_are_never_offered(client: Client) -> None:
    hidden = factories.make_organisation("Initiative Brückenschlag", status="proposed")
    assert begin(client, name="Initiative Brückenschlag").offer.provider != hidden
    response = start(client, name="Initiative Brückenschlag", existing=str(hidden.pk))
    assert response.status_code == 302
    assert not hidden.offers.exists()


def test_going_back_changes_the_proposed_organisation(client: Client) -> None:
    draft = begin(client, name="Tippfeler e. V.")
    draft.send("organisation", name="Tippfehler e. V.")
    assert Organisation.objects.get().name == "Tippfehler e. V."


def test_going_back_to_an_existing_organisation_removes_the_proposed_one(client: Client, bridge: Organisation) -> None:
    draft = complete(client, name="Etwas ganz anderes")
    assert "existing" in errors(draft.send("organisation", name="Initiative Brückenschlag", without=("existing",)))
    draft.send("organisation", name="Initiative Brückenschlag", existing=str(bridge.pk))
    assert list(Organisation.objects.all()) == [bridge]
    assert draft.offer.contact is not None
    assert draft.offer.contact.organisation == bridge


# Steps


def test_every_step_opens_and_is_kept_out_of_caches_and_search_engines(client: Client) -> None:
    draft = begin(client)
    for step in ("organisation", "angebot", "zielgruppe", "ort-und-zeit", "kontakt", "pruefen", "gespeichert"):
        response = draft.get(step)
        assert response.status_code == 200, step
        assert response["Referrer-Policy"] == "strict-origin"
        assert "noindex" in response["X-Robots-Tag"]
        assert "no-store" in response["Cache-Control"]
        assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert draft.get("gibt-es-nicht").status_code == 404
    assert draft.get("projekt")["Location"] == draft.url("pruefen")


def test_link_leads_to_the_first_step_that_lacks_something(client: Client) -> None:
    draft = begin(client)
    resume = reverse("offers:submission_resume", args=[draft.token])
    assert client.get(resume)["Location"] == draft.url("angebot")
    finished = complete(client, name="Ein anderer Verein")
    resume = reverse("offers:submission_resume", args=[finished.token])
    assert client.get(resume)["Location"] == finished.url("pruefen")


def test_unknown_token_answers_404_and_an_expired_one_410(client: Client) -> None:
    assert client.get("/angebote/melden/unbekannt/angebot/").status_code == 404
    draft = begin(client)
    AccessLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    response = draft.get("angebot")
    assert response.status_code == 410
    assert "gilt nicht mehr" in response.content.decode()
    assert response["Referrer-Policy"] == "strict-origin"


def test_getting_pages_changes_nothing(client: Client) -> None:
    draft = begin(client)
    before = Offer.objects.values().get(), AccessLink.objects.values().get(), Job.objects.count()
    for step in ("organisation", "angebot", "zielgruppe", "ort-und-zeit", "kontakt", "pruefen", "gespeichert"):
        draft.get(step)
    client.get(reverse("offers:submission_resume", args=[draft.token]))
    assert (Offer.objects.values().get(), AccessLink.objects.values().get(), Job.objects.count()) == before


def test_next_asks_for_what_the_step_needs_and_keeps_the_rest(client: Client) -> None:
    draft = begin(client)
    response = draft.send("angebot", title="Halb fertig", summary="Noch ohne Beschreibung.")
    assert set(errors(response)) == {"description", "offer_type", "topics"}
    assert (draft.offer.title, draft.offer.summary) == ("Halb fertig", "Noch ohne Beschreibung.")
    # Sending the page that came back is no conflict.
    kind, topic = factories.make_offer_type(), factories.make_topic()
    page = shown(response.context["form"]) | {
        "description": "Jetzt mit Beschreibung.",
        "offer_type": kind.pk,
        "topics": [topic.pk],
    }
    assert client.post(draft.url("angebot"), page)["Location"] == draft.url("zielgruppe")
    assert draft.offer.description == "<p>Jetzt mit Beschreibung.</p>"


def test_back_keeps_what_is_there_and_asks_for_nothing(client: Client) -> None:
    draft = begin(client)
    response = draft.send("zielgruppe", verb="zurueck", cost_kind="betrag", cost_amount="12,50")
    assert response["Location"] == draft.url("angebot")
    assert (draft.offer.cost_kind, str(draft.offer.cost_amount)) == ("betrag", "12.50")
    assert draft.get("zielgruppe").context["form"]["cost_amount"].value() is not None


def test_back_with_something_wrong_shows_it_instead_of_losing_it(client: Client) -> None:
    draft = begin(client)
    response = draft.send("ort-und-zeit", verb="zurueck", postcode="57", city="Siegen")
    assert response.status_code == 200
    assert errors(response) == {"postcode": ["Eine Postleitzahl hat fünf Ziffern."]}
    assert 'value="Siegen"' in response.content.decode()


def test_steps_of_a_project_have_one_more(client: Client) -> None:
    draft = complete(client)
    response = draft.send("angebot", kind="projekt")
    assert response["Location"] == draft.url("projekt")
    assert set(errors(draft.send("projekt"))) == {"project_goal", "project_needs"}
    response = draft.send("projekt", project_goal="Ein Ziel", project_needs="- Raum\n- Zeit")
    assert response["Location"] == draft.url("zielgruppe")
    assert draft.offer.project_needs == "<ul><li>Raum</li><li>Zeit</li></ul>"


def test_steps_without_a_schedule_ask_for_no_dates(client: Client) -> None:
    draft = complete(client)
    fields = draft.get("ort-und-zeit").context["form"].fields
    assert not {"schedule", "date_1"} & set(fields)
    assert "schedule_text" in fields
    Offer.objects.update(offer_type=factories.make_offer_type(has_schedule=True))
    assert {"schedule", "date_1", "note_2"} <= set(draft.get("ort-und-zeit").context["form"].fields)


@pytest.fixture
def course(client: Client) -> Draft:
    draft = complete(client)
    Offer.objects.update(offer_type=factories.make_offer_type(has_schedule=True))
    return draft


def row(number: int, days: int, start: str = "16:00", end: str = "", note: str = "") -> dict[str, str]:
    day = (timezone.localdate() + timedelta(days=days)).isoformat()
    values = {"date": day, "start": start, "end": end, "note": note}
    return {f"{name}_{number}": value for name, value in values.items()}


def test_dates_are_stored_in_local_time_and_shown_again(course: Draft) -> None:
    assert course.send("ort-und-zeit", **row(1, 7, end="18:00", note="mit Fest"), **row(2, 14)).status_code == 302
    stored = [(timezone.localtime(entry.starts_at), entry.ends_at, entry.note) for entry in course.offer.dates.all()]
    assert [(start.hour, note) for start, _, note in stored] == [(16, "mit Fest"), (16, "")]
    assert stored[0][1] - stored[0][0] == timedelta(hours=2)
    form = course.get("ort-und-zeit").context["form"]
    assert (str(form["start_1"].value()), form["note_1"].value()) == ("16:00:00", "mit Fest")
    assert "date_3" in form.fields, "an empty row to go on"


def test_another_row_for_dates_is_given_on_request_up_to_five(course: Draft) -> None:
    data = {}
    for number in range(1, 6):
        data |= row(number, number)
        response = course.send("ort-und-zeit", verb="termin", **data)
        assert response["Location"] == f"{course.url('ort-und-zeit')}?termin"
    page = course.get("ort-und-zeit")
    assert "date_6" not in page.context["form"].fields
    assert not page.context["more_dates"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({**row(1, 7), "start_1": ""}, "start_1"),
        ({**row(1, 7), "date_1": ""}, "date_1"),
        (row(1, 7, start="16:00", end="15:00"), "end_1"),
        (row(1, -7), "date_1"),
        ({**row(1, 7), **row(2, 7)}, "__all__"),
        ({"valid_until": "2020-01-01"}, "valid_until"),
    ],
)
def test_wrong_dates_are_explained(course: Draft, values: dict[str, str], field: str) -> None:
    assert set(errors(course.send("ort-und-zeit", **values))) == {field}


def test_places_and_costs_are_asked_for_in_words(client: Client) -> None:
    draft = begin(client)
    assert set(errors(draft.send("ort-und-zeit"))) == {"municipalities"}
    assert set(errors(draft.send("ort-und-zeit", is_countywide="on", without=("is_on_site",)))) == {"is_on_site"}
    assert "cost_amount" in errors(draft.send("zielgruppe", cost_kind="betrag"))
    assert "cost_amount" in errors(draft.send("zielgruppe", cost_kind="kostenfrei", cost_amount="5"))
    topics = [factories.make_topic().pk for _ in range(6)]
    assert "höchstens fünf" in errors(draft.send("angebot", topics=topics))["topics"][0]


# Contact and consent


def test_contact_needs_a_way_to_be_reached(client: Client) -> None:
    draft = begin(client)
    assert set(errors(draft.send("kontakt", contact_function="Büro", registration="keine"))) == {"contact_phone"}
    assert set(errors(draft.send("kontakt", contact_phone="0271 1", registration="keine"))) == {"contact_function"}
    assert not ContactPerson.objects.exists()


def test_name_without_consent_is_refused_and_not_stored(client: Client) -> None:
    draft = complete(client)
    response = draft.send("kontakt", contact_name="Amal Beispiel")
    assert "Ohne Einwilligung" in errors(response)["contact_consent"][0]
    assert not ContactPerson.objects.filter(name__contains="Amal").exists()
    assert "contact_name" in errors(draft.send("kontakt", contact_consent="on"))


def test_name_with_consent_is_recorded_with_its_wording(client: Client) -> None:
    draft = complete(client)
    draft.send("kontakt", contact_name="Amal Beispiel", contact_consent="on")
    contact = draft.offer.contact
    assert contact is not None
    assert contact.consent is not None
    assert (contact.public_name, contact.consent.channel) == ("Amal Beispiel", Consent.Channel.WEB_FORM)
    assert contact.consent.given_on == timezone.localdate()
    assert "ist einverstanden, dass ihr Name" in contact.consent.wording
    assert "jederzeit ohne Gründe widerrufen" in contact.consent.wording
    # Sent again it stays one record; another name needs a new one; without a name none is left.
    draft.send("kontakt")
    assert Consent.objects.get() == contact.consent
    draft.send("kontakt", contact_name="Noor Muster")
    assert Consent.objects.get() != contact.consent
    draft.send("kontakt", without=("contact_name", "contact_consent"))
    assert not Consent.objects.exists()
    assert draft.offer.contact is not None
    assert draft.offer.contact.name == ""


def test_contact_sent_for_the_county_is_not_on_the_contact_page(client: Client) -> None:
    county = factories.make_organisation("Kreis Musterkreis", kind="kreis")
    ContactPerson.objects.create(organisation=county, function="Geschäftsstelle", email="ki@example.org")
    draft = complete(client, name="Kreis Musterkreis", existing=str(county.pk))
    draft.send("kontakt", contact_function="Nicht vom Kreis")
    page = client.get("/kontakt/").content.decode()
    assert "Geschäftsstelle" in page
    assert "Nicht vom Kreis" not in page


def test_contact_can_be_taken_out_again(client: Client) -> None:
    draft = complete(client)
    draft.send("kontakt", contact_name="Amal Beispiel", contact_consent="on")
    gone = ("contact_function", "contact_email", "contact_name", "contact_consent")
    assert draft.send("kontakt", verb="zurueck", without=gone).status_code == 302
    assert draft.offer.contact is None
    assert not ContactPerson.objects.exists()
    assert not Consent.objects.exists()


# Two people, two windows


def test_late_save_shows_both_texts_and_then_overwrites(client: Client) -> None:
    draft = complete(client)
    early = shown(draft.get("angebot").context["form"])
    draft.send("angebot", title="Vom ersten Fenster", summary="Eins.")
    late = client.post(draft.url("angebot"), early | {"title": "Vom zweiten Fenster"})
    assert late.status_code == 409
    text = late.content.decode()
    assert "Vom ersten Fenster" in text
    assert "Vom zweiten Fenster" in text
    assert draft.offer.title == "Vom ersten Fenster"
    again = client.post(draft.url("angebot"), shown(late.context["form"]))
    assert again.status_code == 302
    assert draft.offer.title == "Vom zweiten Fenster"


def test_same_step_sent_twice_is_no_conflict(client: Client) -> None:
    draft = complete(client)
    data = shown(draft.get("angebot").context["form"]) | {"title": "Doppelklick"}
    for _ in range(2):
        assert client.post(draft.url("angebot"), data)["Location"] == draft.url("zielgruppe")


def test_step_of_an_entry_that_was_sent_changes_nothing(client: Client) -> None:
    draft = complete(client)
    data = shown(draft.get("angebot").context["form"])
    draft.send("pruefen", rules="on")
    response = client.post(draft.url("angebot"), data | {"title": "Nach dem Absenden"})
    assert response["Location"] == draft.url("gesendet")
    assert draft.offer.title == "Deutsch am Abend"


# Writing later


def test_writing_later_keeps_the_step_and_mails_the_link(
    client: Client, mailbox: Mailbox, run_jobs: Callable[[], list[Job]]
) -> None:
    draft = begin(client)
    response = draft.send("angebot", verb="spaeter", title="Später mehr")
    assert response["Location"] == draft.url("gespeichert")
    assert EMAIL in client.get(response["Location"]).content.decode()
    run_jobs()
    assert mailbox.messages[0]["To"] == EMAIL
    assert "Später mehr" not in str(mailbox.messages[0]["Subject"])
    assert mailbox.link("Ihr Entwurf").endswith(f"/angebote/melden/{draft.token}/")
    assert draft.offer.title == "Später mehr"


def test_fourth_mail_a_day_is_refused_with_all_input(client: Client) -> None:
    draft = complete(client)
    for _ in range(3):
        assert draft.send("angebot", verb="spaeter").status_code == 302
    jobs = Job.objects.count()
    refused = draft.send("angebot", verb="spaeter", title="Noch ein Versuch")
    assert refused.status_code == 429
    assert 'value="Noch ein Versuch"' in refused.content.decode()
    assert draft.offer.title == "Noch ein Versuch"
    sent = draft.send("pruefen", rules="on")
    assert sent.status_code == 429
    assert "heute schon drei E-Mails" in sent.content.decode()
    assert sent.context["form"]["rules"].value()
    assert draft.offer.status == Offer.Status.DRAFT
    assert Job.objects.count() == jobs
    assert not StatusChange.objects.for_target(draft.offer).exists()


def test_writing_later_goes_to_three_different_addresses_at_most(client: Client) -> None:
    draft = complete(client)
    for number in (2, 3):
        assert draft.send("organisation", verb="spaeter", submitter_email=f"v{number}@example.org").status_code == 302
    refused = draft.send("organisation", verb="spaeter", submitter_email="fremd@example.org")
    assert refused.status_code == 429
    assert "schon drei verschiedene E-Mail-Adressen" in refused.content.decode()
    assert 'value="fremd@example.org"' in refused.content.decode()
    sent = draft.send("pruefen", rules="on")
    assert sent.status_code == 429
    assert draft.offer.status == Offer.Status.DRAFT
    assert set(AccessLink.objects.values_list("email", flat=True)) == {EMAIL, "v2@example.org", "v3@example.org"}
    assert Job.objects.count() == 2
    # One that was named before is still welcome.
    assert draft.send("organisation", submitter_email="v2@example.org").status_code == 302
    assert draft.send("pruefen", rules="on").status_code == 302


def test_mails_of_all_drafts_from_one_connection_are_limited(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offers.lifecycle.mails.MAILS_PER_CLIENT", 2)
    for number in (1, 2):
        draft = begin(client, name=f"Verein Nummer {number}", submitter_email=f"v{number}@example.org")
        assert draft.send("angebot", verb="spaeter").status_code == 302
    draft = complete(client, name="Verein Nummer 3")
    refused = draft.send("angebot", verb="spaeter", title="Einer zu viel")
    assert refused.status_code == 429
    assert "Von Ihrem Anschluss" in refused.content.decode()
    assert 'value="Einer zu viel"' in refused.content.decode()
    assert draft.send("pruefen", rules="on").status_code == 429
    Offer.objects.filter(pk=draft.offer.pk).update(status=Offer.Status.UNCONFIRMED)
    assert draft.send("gesendet", email="anders@example.org").status_code == 429
    assert draft.offer.submitter_email == EMAIL
    assert Job.objects.count() == 2


# Sending


def test_review_lists_what_is_missing_with_links(client: Client) -> None:
    draft = begin(client)
    page = draft.get("pruefen")
    assert ("Titel", f"{draft.url('angebot')}#id_title") in page.context["missing"]
    assert ("Kontakt", f"{draft.url('kontakt')}#id_contact_function") in page.context["missing"]
    refused = draft.send("pruefen", rules="on")
    assert refused.status_code == 400
    assert "Es fehlt noch" in errors(refused)["__all__"][0]
    assert draft.offer.status == Offer.Status.DRAFT


def test_review_shows_the_entry_as_the_public_will_see_it(client: Client) -> None:
    draft = complete(client)
    draft.send("kontakt", submitter_note="Bitte bis Freitag")
    text = draft.get("pruefen").content.decode()
    for word in ("Deutsch am Abend", "<li>mit Tee</li>", "Kursbüro", "Sprachtreff Lindenhof", "Bitte bis Freitag"):
        assert word in text


def test_review_names_published_entries_of_a_similar_title(client: Client) -> None:
    public = factories.make_offer("Deutsch am Abend")
    factories.make_offer("Deutsch am Abend", status="submitted")
    page = complete(client).get("pruefen")
    assert list(page.context["alike"]) == [public]


def test_sending_needs_the_rules(client: Client) -> None:
    draft = complete(client)
    assert set(errors(draft.send("pruefen"))) == {"rules"}
    assert draft.offer.status == Offer.Status.DRAFT


def test_sending_asks_for_confirmation_by_mail(
    client: Client, mailbox: Mailbox, run_jobs: Callable[[], list[Job]]
) -> None:
    draft = complete(client)
    response = draft.send("pruefen", rules="on")
    assert response["Location"] == draft.url("gesendet")
    page = client.get(response["Location"]).content.decode()
    assert "Bitte bestätigen Sie Ihre E-Mail-Adresse" in page
    assert EMAIL in page
    assert draft.offer.status == Offer.Status.UNCONFIRMED
    run_jobs()
    link = AccessLink.objects.get(purpose=AccessLink.Purpose.CONFIRM)
    assert mailbox.link("Bitte bestätigen").endswith(f"/angebote/bestaetigen/{links.token(link)}/")
    assert "Deutsch am Abend" not in str(mailbox.messages[0]["Subject"])
    assert draft.send("gesendet").status_code == 302
    for step in ("angebot", "pruefen", "gespeichert"):
        assert draft.get(step)["Location"] == draft.url("gesendet")


@pytest.mark.django_db(transaction=True)
def test_sending_twice_at_the_same_moment_mails_once(transactional_db: None) -> None:
    factories.make_centre()
    draft = complete(Client())

    def send() -> str:
        return str(Client().post(draft.url("pruefen"), {"rules": "on"})["Location"])

    assert at_once(send, send, send) == [draft.url("gesendet")] * 3
    assert StatusChange.objects.filter(verb="send").count() == 1
    assert Job.objects.filter(kind="offers.send_confirmation").count() == 1


def test_wrong_address_can_be_corrected_and_closes_the_first_link(
    client: Client, mailbox: Mailbox, run_jobs: Callable[[], list[Job]]
) -> None:
    draft = complete(client)
    draft.send("pruefen", rules="on")
    first = AccessLink.objects.get(purpose=AccessLink.Purpose.CONFIRM)
    assert set(errors(draft.send("gesendet", email="kein-at"))) == {"email"}
    response = draft.send("gesendet", email="richtig@example.org")
    assert "noch einmal an richtig@example.org" in client.get(response["Location"]).content.decode()
    run_jobs()
    assert [message["To"] for message in mailbox.messages] == ["richtig@example.org"]
    assert client.get(f"/angebote/bestaetigen/{links.token(first)}/").status_code == 410
    assert draft.offer.submitter_email == "richtig@example.org"


def test_mail_to_confirm_is_sent_again_three_times_a_day_in_all(client: Client) -> None:
    draft = complete(client)
    draft.send("pruefen", rules="on")
    for _ in range(2):
        assert draft.send("gesendet").status_code == 302
    refused = draft.send("gesendet")
    assert refused.status_code == 429
    assert "heute schon drei E-Mails" in refused.content.decode()
    assert Job.objects.filter(kind="offers.send_confirmation").count() == 3
    assert AccessLink.objects.filter(purpose=AccessLink.Purpose.CONFIRM).count() == 1


def test_mail_to_confirm_goes_to_three_different_addresses_at_most(client: Client) -> None:
    draft = complete(client)
    draft.send("pruefen", rules="on")
    for number in (2, 3):
        assert draft.send("gesendet", email=f"v{number}@example.org").status_code == 302
    refused = draft.send("gesendet", email="fremd@example.org")
    assert refused.status_code == 429
    assert "schon drei verschiedene E-Mail-Adressen" in refused.content.decode()
    assert 'value="fremd@example.org"' in refused.content.decode()
    assert draft.offer.submitter_email == "v3@example.org"
    assert not AccessLink.objects.filter(email="fremd@example.org").exists()
    assert Job.objects.filter(kind="offers.send_confirmation").count() == 3


# A question of the centre


@pytest.fixture
def asked(client: Client, editor: User) -> Draft:
    draft = complete(client)
    draft.send("pruefen", rules="on")
    lifecycle.confirm_submission(draft.offer, by=AccessLink.objects.get(purpose=AccessLink.Purpose.CONFIRM))
    lifecycle.request_changes(draft.offer, by=editor, reason="Gibt es Kinderbetreuung?")
    return draft


def test_question_comes_by_mail_and_stands_above_every_step(
    asked: Draft, mailbox: Mailbox, run_jobs: Callable[[], list[Job]]
) -> None:
    run_jobs()
    path = re.sub(r"^https?://[^/]+", "", mailbox.link("Rückfrage"))
    page = asked.client.get(path)
    assert "Gibt es Kinderbetreuung?" in page.content.decode()
    assert page.context["is_answer"]
    for step in ("organisation", "angebot", "zielgruppe", "ort-und-zeit", "kontakt"):
        assert "Gibt es Kinderbetreuung?" in asked.get(step).content.decode(), step


def test_answer_goes_back_to_the_review(asked: Draft, run_jobs: Callable[[], list[Job]], mailbox: Mailbox) -> None:
    asked.send("angebot", summary="Mit Kinderbetreuung.")
    response = asked.send("pruefen", answer="Ja, jeden Dienstag.")
    assert response["Location"] == asked.url("gesendet")
    assert asked.offer.status == Offer.Status.SUBMITTED
    change = StatusChange.objects.for_target(asked.offer).last()
    assert change is not None
    assert (change.verb, change.reason) == ("resubmit", "Ja, jeden Dienstag.")
    assert "wird geprüft" in asked.get("gesendet").content.decode()
    run_jobs()
    assert "Antwort auf Ihre Rückfrage" in [str(message["Subject"]).partition(":")[0] for message in mailbox.messages]


def test_address_that_was_confirmed_is_not_changed_by_the_link(asked: Draft) -> None:
    page = asked.get("organisation")
    assert page.context["form"].fields["submitter_email"].disabled
    assert "Möchten Sie die Adresse ändern?" in page.content.decode()
    response = asked.send("organisation", submitter_email="fremd@example.org", city="Siegen")
    assert response.status_code == 302
    assert asked.send("organisation", without=("submitter_email",)).status_code == 302
    assert (asked.offer.submitter_email, asked.offer.provider.city) == (EMAIL, "Siegen")


@pytest.mark.parametrize(
    ("status", "words"),
    [("submitted", "wird geprüft"), ("published", "ist veröffentlicht"), ("rejected", "nicht veröffentlicht")],
)
def test_link_of_the_draft_tells_how_things_stand(asked: Draft, status: str, words: str) -> None:
    Offer.objects.update(status=status, slug="deutsch-am-abend", published_at=timezone.now())
    page = asked.get("gesendet")
    assert page.status_code == 200
    assert words in page.content.decode()


def folds(draft: Draft) -> dict[str, bool]:
    """The folded parts of the step "Wann und wo", and whether each stands open."""
    form = draft.get("ort-und-zeit").context["form"]
    return {str(group.legend): group.is_open for group in field_groups(form) if group.is_folded}


def test_what_few_need_waits_folded_and_stands_open_once_it_is_filled_in(course: Draft) -> None:
    names = ("Beginn und Ende des Angebots", "Es wiederholt sich", "Weitere Zeit", "Einzelne Termine")
    closed = dict.fromkeys(names, False)
    assert folds(course) == closed
    course.send("ort-und-zeit", valid_from="2027-01-04")
    assert folds(course) == closed | {"Beginn und Ende des Angebots": True}
    course.send("ort-und-zeit", valid_from="", **row(1, 7))
    assert folds(course) == closed | {"Einzelne Termine": True}


def test_dates_stand_open_for_who_chose_them_or_asked_for_a_row(course: Draft) -> None:
    form = course.get("ort-und-zeit").context["form"]
    assert not form.unfolded
    page = course.client.get(f"{course.url('ort-und-zeit')}?termin").context["form"]
    assert [group.is_open for group in field_groups(page) if group.legend == "Einzelne Termine"] == [True]
    course.send("ort-und-zeit", schedule="termine")
    assert folds(course)["Einzelne Termine"]


def test_fold_with_a_mistake_stands_open(course: Draft) -> None:
    form = course.send("ort-und-zeit", note_1="nur eine Notiz").context["form"]
    assert [group.is_open for group in field_groups(form) if group.legend == "Einzelne Termine"] == [True]
    assert "date_1" in form.errors
