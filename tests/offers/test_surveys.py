"""Bestandsaufnahme: choosing, asking, answering in one pass, reminding, closing, counting."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from actors.models import Organisation
from kiportal.common import addresses, links, retention
from kiportal.common.models import AccessLink, Centre, ChangeProposal, Job, MailAddress, StatusChange, User
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from offers import lifecycle
from offers.models import Offer, OfferSurvey, SurveyAnswer, SurveyInvitation
from offers.surveys import asking, results
from tests import factories
from tests.smtp import Mailbox

pytestmark = pytest.mark.django_db
Outcome = SurveyAnswer.Outcome
type RunJobs = Callable[[], list[Job]]


def make_survey(**fields: Any) -> OfferSurvey:
    day = timezone.localdate() + timedelta(days=21)
    return OfferSurvey.objects.create(**({"title": "Bestandsaufnahme Herbst", "answer_by": day} | fields))


@pytest.fixture
def staff(client: Client, editor: User, centre: object) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def organisation(centre: object) -> Organisation:
    return factories.make_organisation("Sprachtreff", email="post@example.org")


@pytest.fixture
def offers(organisation: Organisation) -> list[Offer]:
    old = timezone.localdate() - timedelta(days=200)
    titles = ("Deutschkurs", "Elterncafé", "Nähkurs")
    return [factories.make_offer(title, provider=organisation, last_confirmed_on=old) for title in titles]


@pytest.fixture
def invitation(organisation: Organisation, offers: list[Offer], editor: User) -> SurveyInvitation:
    """The only one of a round that runs."""
    survey = make_survey()
    lifecycle.invite(survey, [organisation.pk], by=editor)
    lifecycle.open_survey(survey, by=editor)
    return survey.invitations.get()


def outcomes(invitation: SurveyInvitation) -> dict[str, str]:
    return dict(invitation.answers.order_by("offer__sort_key").values_list("offer__title", "outcome"))


# Asking


def test_address_is_the_organisations_own_else_an_accounts_else_the_sender_of_an_entry(centre: object) -> None:
    own, with_account, with_entry, without = (factories.make_organisation() for _ in range(4))
    Organisation.objects.filter(pk=own.pk).update(email="Post@Example.org")
    user = factories.make_user("provider", organisation=with_account)
    factories.make_offer(provider=with_account)
    factories.make_offer(provider=with_entry, submitter_email="kurs@example.org")
    factories.make_offer(provider=without, submitter_email="", status=Offer.Status.PUBLISHED)
    keys = [own.pk, with_account.pk, with_entry.pk, without.pk]
    assert asking.addresses(keys) == {
        own.pk: "post@example.org",
        with_account.pk: user.email,
        with_entry.pk: "kurs@example.org",
    }


def test_address_that_takes_no_mail_is_the_last_choice(organisation: Organisation) -> None:
    addresses.mark_undeliverable("post@example.org", reason="550")
    assert asking.addresses([organisation.pk]) == {organisation.pk: "post@example.org"}
    user = factories.make_user("provider", organisation=organisation)
    assert asking.addresses([organisation.pk]) == {organisation.pk: user.email}


def test_opening_asks_everybody_and_notes_their_entries(
    organisation: Organisation, offers: list[Offer], editor: User, run_jobs: RunJobs, mailbox: Mailbox
) -> None:
    silent = factories.make_organisation("Ohne Adresse")
    survey = make_survey(introduction="Bitte nehmen Sie sich zehn Minuten.")
    assert lifecycle.invite(survey, [organisation.pk, silent.pk], by=editor) == 2
    assert lifecycle.invite(survey, [organisation.pk], by=editor) == 0
    assert not Job.objects.exists()
    lifecycle.open_survey(survey, by=editor)
    run_jobs()
    assert [message["To"] for message in mailbox.messages] == ["post@example.org"]
    body = mailbox.text("Bestandsaufnahme Herbst")
    for words in ("Bitte nehmen Sie sich zehn Minuten.", "- Deutschkurs", "- Nähkurs", f"{survey.answer_by:%d.%m.%Y}"):
        assert words in body
    asked = survey.invitations.get(organisation=organisation)
    assert asked.sent_at is not None
    assert set(outcomes(asked).values()) == {Outcome.OPEN}
    assert survey.invitations.get(organisation=silent).sent_at is None
    assert StatusChange.objects.for_target(survey).get().verb == "open_survey"


def test_round_without_organisations_or_with_a_day_that_is_over_is_not_opened(editor: User, centre: object) -> None:
    survey = make_survey()
    with pytest.raises(TransitionError, match="Organisationen"):
        lifecycle.open_survey(survey, by=editor)
    late = make_survey(answer_by=timezone.localdate() - timedelta(days=1))
    lifecycle.invite(late, [factories.make_organisation().pk], by=editor)
    with pytest.raises(TransitionError, match="vorbei"):
        lifecycle.open_survey(late, by=editor)


def test_who_runs_no_surveys_may_not(organisation: Organisation, cast: dict[str, User]) -> None:
    survey = make_survey()
    for role in ("provider", "municipality", "council", "admin"):
        with pytest.raises(PermissionDenied):
            lifecycle.invite(survey, [organisation.pk], by=cast[role])
        with pytest.raises(PermissionDenied):
            lifecycle.open_survey(survey, by=cast[role])


def test_who_was_asked_cannot_be_taken_out(invitation: SurveyInvitation, editor: User) -> None:
    with pytest.raises(TransitionError):
        lifecycle.uninvite(invitation, by=editor)
    assert SurveyInvitation.objects.exists()


def test_reminder_goes_to_those_without_an_answer_and_not_twice(
    invitation: SurveyInvitation, editor: User, run_jobs: RunJobs, mailbox: Mailbox
) -> None:
    survey = invitation.survey
    assert lifecycle.remind(survey, by=editor) == 0  # asked just now
    long_ago = timezone.now() - timedelta(days=5)
    SurveyInvitation.objects.update(sent_at=long_ago)
    assert lifecycle.remind(survey, by=editor) == 1
    assert lifecycle.remind(survey, by=editor) == 0
    run_jobs()
    assert "noch keine Antwort" in mailbox.text("Erinnerung")
    SurveyInvitation.objects.update(reminded_at=long_ago, answered_at=timezone.now())
    assert lifecycle.remind(survey, by=editor) == 1  # some entries are open still
    SurveyInvitation.objects.update(reminded_at=long_ago)
    SurveyAnswer.objects.update(outcome=Outcome.CONFIRMED)
    assert lifecycle.remind(survey, by=editor) == 0


def test_reminder_is_not_sent_once_there_is_an_answer(
    invitation: SurveyInvitation, offers: list[Offer], editor: User, run_jobs: RunJobs, mailbox: Mailbox
) -> None:
    run_jobs()
    SurveyInvitation.objects.update(sent_at=timezone.now() - timedelta(days=5))
    lifecycle.remind(invitation.survey, by=editor)
    lifecycle.answer_survey(invitation, {offer.pk: "bestaetigt" for offer in offers}, by=editor)
    assert [job.result for job in run_jobs()] == [{"skipped": "Die Organisation hat inzwischen geantwortet."}]
    assert len(mailbox.messages) == 1


def test_another_address_gets_a_link_of_its_own_and_answers_for_all_while_the_round_runs(
    invitation: SurveyInvitation, offers: list[Offer], editor: User, client: Client
) -> None:
    lifecycle.readdress(invitation, "Neu@Example.org", by=editor)
    invitation.refresh_from_db()
    assert (invitation.email, invitation.link.email) == ("neu@example.org", "neu@example.org")
    # Staff named it for this organisation, so it answers for all of its entries, as long as the round runs.
    assert asking.offers_of(invitation).count() == 3
    fresh = reverse("offers:survey_answer", args=[links.token(invitation.link)])
    client.post(fresh, chosen(*((offer, "bestaetigt") for offer in offers)))
    assert set(outcomes(invitation).values()) == {"bestaetigt"}
    lifecycle.close_survey(OfferSurvey.objects.get(), by=editor)
    assert not Offer.objects.in_care_of(invitation.organisation_id, "neu@example.org").exists()


# Answering by the link


@pytest.fixture
def url(invitation: SurveyInvitation) -> str:
    assert invitation.link is not None
    return reverse("offers:survey_answer", args=[links.token(invitation.link)])


def chosen(*pairs: tuple[Offer, str], **fields: Any) -> dict[str, Any]:
    return {"verb": "senden", "message": ""} | {f"eintrag-{offer.pk}": outcome for offer, outcome in pairs} | fields


def test_answer_confirms_ends_and_marks_in_one_pass(
    client: Client, url: str, invitation: SurveyInvitation, offers: list[Offer]
) -> None:
    german, parents, sewing = offers
    answer = client.post(
        url,
        chosen((german, "bestaetigt"), (parents, "beendet"), (sewing, "zu-aendern"), message="Wir ziehen um."),
        follow=True,
    )
    assert "Jetzt ändern" in answer.text
    for offer in offers:
        offer.refresh_from_db()
    assert german.last_confirmed_on == timezone.localdate()
    assert parents.status == Offer.Status.ARCHIVED
    assert sewing.last_confirmed_on < timezone.localdate()
    invitation.refresh_from_db()
    assert invitation.answered_at is not None
    assert (invitation.message, invitation.answered_by) == ("Wir ziehen um.", None)
    assert outcomes(invitation) == {"Deutschkurs": "bestaetigt", "Elterncafé": "beendet", "Nähkurs": "zu-aendern"}
    assert StatusChange.objects.for_target(parents).get().reason == "Bestandsaufnahme Herbst"


def test_answer_is_shown_again_and_can_be_taken_back(
    client: Client, url: str, invitation: SurveyInvitation, offers: list[Offer]
) -> None:
    client.post(url, chosen((offers[1], "beendet")))
    page = client.get(url)
    assert "Elterncafé" in page.text
    client.post(url, chosen((offers[1], "bestaetigt")))
    offers[1].refresh_from_db()
    assert offers[1].status == Offer.Status.PUBLISHED
    assert outcomes(invitation)["Elterncafé"] == "bestaetigt"


def test_all_is_right_confirms_what_was_not_chosen_otherwise(
    client: Client, url: str, invitation: SurveyInvitation, offers: list[Offer]
) -> None:
    client.post(url, chosen((offers[0], "beendet"), verb="alles"))
    assert outcomes(invitation) == {"Deutschkurs": "beendet", "Elterncafé": "bestaetigt", "Nähkurs": "bestaetigt"}


def test_same_answer_twice_changes_nothing(client: Client, url: str, offers: list[Offer]) -> None:
    for _ in range(2):
        client.post(url, chosen((offers[0], "beendet"), (offers[1], "bestaetigt")))
    assert StatusChange.objects.for_target(offers[0]).count() == 1


def test_unknown_choice_keeps_what_was_typed(
    client: Client, url: str, invitation: SurveyInvitation, offers: list[Offer]
) -> None:
    page = client.post(url, chosen((offers[0], "quatsch"), message="Bleibt stehen"))
    assert page.status_code == 200
    assert "Bitte prüfen Sie Ihre Eingaben" in page.text
    assert "Bleibt stehen" in page.text
    invitation.refresh_from_db()
    assert invitation.answered_at is None


def test_entry_of_another_organisation_cannot_be_answered(
    client: Client, url: str, invitation: SurveyInvitation
) -> None:
    foreign = factories.make_offer("Fremd")
    client.post(url, chosen((foreign, "beendet")))
    foreign.refresh_from_db()
    assert foreign.status == Offer.Status.PUBLISHED
    assert "Fremd" not in outcomes(invitation)


def test_changed_entry_is_proposed_and_counts_as_changed(
    client: Client, url: str, invitation: SurveyInvitation, offers: list[Offer]
) -> None:
    client.post(url, chosen((offers[2], "zu-aendern")))
    form_url = f"{url}{offers[2].pk}/"
    form = client.get(form_url).context["form"]
    data = {name: value for name, value in _typed(form).items() if value is not None}
    client.post(form_url, data | {"title": "Nähen für alle"})
    assert ChangeProposal.objects.get().changes["title"]["new"] == "Nähen für alle"
    assert outcomes(invitation)["Nähkurs"] == "geaendert"
    # Chosen again, it stays changed.
    client.post(url, chosen((offers[2], "zu-aendern")))
    assert outcomes(invitation)["Nähkurs"] == "geaendert"


def _typed(form: Any) -> dict[str, Any]:
    """What a browser would send back of a form as it was shown."""
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, list | tuple):
            data[bound.html_name] = [str(getattr(item, "pk", item)) for item in value]
        elif value is True:
            data[bound.html_name] = "on"
        elif value not in (None, False):
            data[bound.html_name] = value
    return data


def test_new_entry_is_written_by_link_and_sent_without_a_second_mail(
    client: Client, url: str, invitation: SurveyInvitation, offers: list[Offer]
) -> None:
    key = uuid4()
    places = [client.post(url, chosen((offers[0], "bestaetigt"), verb=f"neu:{key}")).headers["Location"] for _ in "12"]
    assert places[0] == places[1]
    draft = Offer.objects.get(status=Offer.Status.DRAFT)
    assert draft.is_address_proven
    assert outcomes(invitation)["Deutschkurs"] == "bestaetigt"
    link = AccessLink.objects.for_target(draft).get(purpose=AccessLink.Purpose.DRAFT)
    complete = factories.make_offer("Lerncafé", status=Offer.Status.DRAFT)
    for name in ("title", "summary", "description", "offer_type", "contact", "cost_kind", "registration"):
        setattr(draft, name, getattr(complete, name))
    draft.save()
    for name in ("topics", "target_groups", "languages", "municipalities"):
        getattr(draft, name).set(getattr(complete, name).all())
    assert results.sheet(invitation.survey).total.added == 0
    review = reverse("offers:submission_step", args=[links.token(link), "pruefen"])
    client.post(review, {"rules": "on"})
    draft.refresh_from_db()
    assert (draft.status, draft.submitter_email) == (Offer.Status.SUBMITTED, "post@example.org")
    assert results.sheet(invitation.survey).total.added == 1


def test_closed_round_takes_no_answer_and_leads_to_the_entries(
    client: Client, url: str, invitation: SurveyInvitation, offers: list[Offer], editor: User
) -> None:
    lifecycle.close_survey(invitation.survey, by=editor)
    page = client.get(url)
    assert "abgeschlossen" in page.text
    assert "/angebote/pflege/organisation/" in page.text
    client.post(url, chosen((offers[0], "beendet")))
    offers[0].refresh_from_db()
    assert offers[0].status == Offer.Status.PUBLISHED
    assert client.get(f"{url}{offers[0].pk}/").status_code == 302
    with pytest.raises(SomebodyWasFaster):
        lifecycle.answer_survey(invitation, {}, by=editor)
    lifecycle.reopen_survey(OfferSurvey.objects.get(), by=editor)
    client.post(url, chosen((offers[0], "beendet")))
    offers[0].refresh_from_db()
    assert offers[0].status == Offer.Status.ARCHIVED


def test_reading_the_page_changes_nothing(client: Client, url: str, invitation: SurveyInvitation) -> None:
    page = client.get(url)
    assert page.headers["Referrer-Policy"] == "strict-origin"
    invitation.refresh_from_db()
    assert invitation.answered_at is None
    assert set(outcomes(invitation).values()) == {Outcome.OPEN}


def test_link_to_care_of_somebody_else_answers_nothing(client: Client, invitation: SurveyInvitation) -> None:
    foreign = factories.make_organisation(email="andere@example.org")
    for target, email in ((foreign, "andere@example.org"), (invitation.organisation, "andere@example.org")):
        link = links.issue(AccessLink.Purpose.CARE_ALL, target, email)
        assert client.get(reverse("offers:survey_answer", args=[links.token(link)])).status_code == 404


# With an account, and on the phone


def test_member_answers_with_an_account(client: Client, invitation: SurveyInvitation, offers: list[Offer]) -> None:
    member = factories.make_user("provider", organisation=invitation.organisation)
    client.force_login(member)
    assert "Bestandsaufnahme Herbst" in client.get(reverse("pages:workspace_home")).text
    client.post(reverse("offers:member_survey", args=[invitation.pk]), chosen((offers[0], "bestaetigt"), verb="alles"))
    invitation.refresh_from_db()
    assert invitation.answered_by == member
    assert set(outcomes(invitation).values()) == {"bestaetigt"}
    assert "Bestandsaufnahme Herbst" not in client.get(reverse("pages:workspace_home")).text


def test_member_of_another_organisation_does_not_know_of_it(client: Client, invitation: SurveyInvitation) -> None:
    client.force_login(factories.make_user("provider", organisation=factories.make_organisation()))
    assert client.get(reverse("offers:member_survey", args=[invitation.pk])).status_code == 404


def test_staff_write_down_what_they_hear_on_the_phone(
    staff: Client, editor: User, invitation: SurveyInvitation, offers: list[Offer]
) -> None:
    url = reverse("offers:survey_on_phone", args=[invitation.pk])
    staff.post(url, chosen((offers[0], "bestaetigt"), (offers[1], "zu-aendern")))
    page = staff.post(url, chosen((offers[0], "bestaetigt"), verb=f"erledigt:{offers[1].pk}"), follow=True)
    assert "ist gespeichert" in page.text
    invitation.refresh_from_db()
    assert invitation.answered_by == editor
    assert outcomes(invitation) == {"Deutschkurs": "bestaetigt", "Elterncafé": "geaendert", "Nähkurs": "offen"}
    answer = staff.post(url, chosen(verb=f"neu:{uuid4()}"))
    assert f"anfrage={invitation.pk}" in answer.headers["Location"]


# The workspace


def test_round_is_made_once_however_often_its_form_is_sent(staff: Client) -> None:
    data = {"title": "Herbst", "answer_by": "2030-10-01", "introduction": "", "key": str(uuid4()), "lock_version": "1"}
    places = {staff.post(reverse("offers:survey_add"), data).headers["Location"] for _ in "12"}
    assert len(places) == 1
    assert OfferSurvey.objects.count() == 1


def test_day_that_is_over_is_refused_with_a_sentence(staff: Client) -> None:
    data = {"title": "Herbst", "answer_by": "2020-10-01", "key": str(uuid4()), "lock_version": "1"}
    page = staff.post(reverse("offers:survey_add"), data)
    assert "Dieser Tag ist vorbei." in page.text
    assert "Herbst" in page.text


def test_candidates_are_filtered_by_kind_place_topic_and_entries(staff: Client) -> None:
    survey, place, topic = make_survey(), factories.make_municipality("Netphen"), factories.make_topic("schule")
    kita = factories.make_organisation("Kita", kind=Organisation.Kind.NURSERY, municipality=place)
    factories.make_organisation("Verein ohne alles")
    elsewhere = factories.make_organisation("Verein mit Kurs in Netphen")
    factories.make_offer(provider=elsewhere, municipalities=[place], topics=[topic])
    factories.make_organisation("Noch nicht geprüft", status=Organisation.Status.PROPOSED)
    url = reverse("offers:survey_choose", args=[survey.pk])

    def found(**query: str | list[str]) -> set[str]:
        return {organisation.name for organisation, _email, _other in staff.get(url, query).context["rows"]}

    assert found() == {"Kita", "Verein ohne alles", "Verein mit Kurs in Netphen"}
    assert found(art="kita") == {"Kita"}
    assert found(kommune=place.slug) == {"Kita", "Verein mit Kurs in Netphen"}
    assert found(thema="schule") == {"Verein mit Kurs in Netphen"}
    assert found(art=["kita", "verein"]) == {"Kita", "Verein ohne alles", "Verein mit Kurs in Netphen"}
    assert found(art=["kita", "verein"], thema=["schule"]) == {"Verein mit Kurs in Netphen"}
    assert found(kommune=[place.slug, factories.make_municipality("Siegen").slug]) == found(kommune=place.slug)
    assert found(eintraege="ohne") == {"Kita", "Verein ohne alles"}
    staff.post(url, {"auswahl": [kita.pk]})
    assert found() == {"Verein ohne alles", "Verein mit Kurs in Netphen"}
    staff.post(f"{url}?eintraege=mit", {"verb": "alle"})
    assert set(survey.invitations.values_list("organisation__name", flat=True)) == {
        "Kita",
        "Verein mit Kurs in Netphen",
    }
    assert "mindestens eine" in staff.post(url, {"verb": "auswahl"}).text


def test_centre_does_not_ask_itself(staff: Client) -> None:
    survey, centre = make_survey(), Centre.objects.current()
    factories.make_organisation(centre.name.upper())
    factories.make_organisation("KI, zweiter Name", email=centre.email.title())
    other = factories.make_organisation("Verein")
    url = reverse("offers:survey_choose", args=[survey.pk])
    assert [row[0] for row in staff.get(url).context["rows"]] == [other]
    staff.post(url, {"verb": "alle"})
    assert survey.invitations.get().organisation == other


def test_choice_marks_whose_address_is_missing_or_takes_no_mail(staff: Client) -> None:
    survey = make_survey()
    factories.make_organisation("Verein A", email="a@example.org")
    factories.make_organisation("Verein B", email="Weg@example.org")
    factories.make_organisation("Verein C")
    MailAddress.objects.create(email="weg@example.org", undeliverable_since=timezone.now())
    text = staff.get(reverse("offers:survey_choose", args=[survey.pk])).text
    assert "davon 2 ohne Adresse, an der E-Mails ankommen" in text
    assert text.count("nicht zustellbar") == 1
    assert text.count("keine, am Telefon fragen") == 1


def test_result_is_a_spreadsheet_with_the_numbers_of_the_page(staff: Client, editor: User) -> None:
    survey = make_survey()
    organisation = factories.make_organisation("=Verein", kind=Organisation.Kind.NURSERY, email="kita@example.org")
    offer = factories.make_offer(provider=organisation, submitter_email="kita@example.org")
    lifecycle.invite(survey, [organisation.pk], by=editor)
    lifecycle.open_survey(survey, by=editor)
    lifecycle.answer_survey(
        survey.invitations.get(), {offer.pk: SurveyAnswer.Outcome.CONFIRMED}, by=editor, message="=1+1"
    )
    sheet = staff.get(reverse("offers:survey_result", args=[survey.pk])).context["sheet"]
    answer = staff.get(reverse("offers:survey_workbook", args=[survey.pk]))
    assert "attachment" in answer["Content-Disposition"]
    book = openpyxl.load_workbook(BytesIO(answer.content))
    facts = dict(book["Überblick"].iter_rows(values_only=True))
    assert (facts["Organisationen gefragt"], facts["bestätigt"]) == (1, 1)
    assert (sheet.total.organisations, sheet.total.confirmed) == (1, 1)
    assert [row[0] for row in book["Nach Art"].iter_rows(values_only=True)] == ["Art", sheet.kinds[0].label, "Gesamt"]
    assert book["Mitteilungen"]["B2"].data_type == "s"


@pytest.mark.parametrize("number", [1, 30])
def test_pages_of_a_round_need_the_same_number_of_queries(
    staff: Client, editor: User, number: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    survey, topic = make_survey(), factories.make_topic()
    for index in range(number):
        factories.make_offer(
            provider=factories.make_organisation(email=f"a{index}@example.org"), topics=[topic], languages=[]
        )
    lifecycle.invite(survey, [organisation.pk for organisation in Organisation.objects.all()], by=editor)
    lifecycle.open_survey(survey, by=editor)
    for name, most in (("survey_detail", 22), ("survey_result", 16), ("survey_choose", 16), ("survey_list", 12)):
        arguments = [] if name == "survey_list" else [survey.pk]
        with django_assert_max_num_queries(most):
            assert staff.get(reverse(f"offers:{name}", args=arguments)).status_code == 200


def test_result_sheet_counts_organisations_and_entries(editor: User, centre: object) -> None:
    place, topic = factories.make_municipality("Netphen"), factories.make_topic("schule")
    first, second = (factories.make_organisation(email=f"{n}@example.org", municipality=place) for n in "ab")
    kita = factories.make_organisation("Kita", kind=Organisation.Kind.NURSERY)
    kept, ended, changed = (factories.make_offer(provider=first, topics=[topic]) for _ in range(3))
    untouched = factories.make_offer(provider=second, topics=[topic])
    survey = make_survey()
    lifecycle.invite(survey, [first.pk, second.pk, kita.pk], by=editor)
    lifecycle.open_survey(survey, by=editor)
    invitation = survey.invitations.get(organisation=first)
    given = {kept.pk: "bestaetigt", ended.pk: "beendet", changed.pk: "zu-aendern"}
    lifecycle.answer_survey(invitation, given, by=editor)
    fresh = factories.make_offer(provider=first, status=Offer.Status.SUBMITTED, topics=[topic])
    lifecycle.add_to_survey(invitation, fresh, by=editor)

    sheet = results.sheet(survey)
    total = sheet.total
    assert (total.organisations, total.answered, total.share) == (3, 1, 33)
    counted = (total.asked, total.confirmed, total.changed, total.ended, total.added, total.open)
    assert counted == (4, 1, 1, 1, 1, 1)
    assert [(row.label, row.organisations, row.answered) for row in sheet.kinds] == [
        ("Verein", 2, 1),
        ("Kindertageseinrichtung, Familienzentrum", 1, 0),
    ]
    assert [(row.label, row.asked) for row in sheet.places] == [("Netphen", 4), (results.WITHOUT_SEAT, 0)]
    assert [(row.label, row.asked, row.added) for row in sheet.topics] == [("Schule", 4, 1)]
    assert sheet.without_address == 1
    assert untouched.pk in survey.invitations.get(organisation=second).answers.values_list("offer", flat=True)


def test_merged_organisation_takes_its_invitation_along(
    invitation: SurveyInvitation, offers: list[Offer], editor: User
) -> None:
    kept = factories.make_organisation("Sprachtreff Siegen")
    other = invitation.organisation
    lifecycle_read = (kept.lock_version, other.lock_version)
    from offers.lifecycle.merging import merge

    merge(kept, other, {}, by=editor, read=lifecycle_read)
    invitation.refresh_from_db()
    assert invitation.organisation == kept


def test_two_that_were_asked_in_one_round_become_one_and_both_links_answer(
    client: Client, invitation: SurveyInvitation, offers: list[Offer], editor: User
) -> None:
    from offers.lifecycle.merging import merge

    kept = factories.make_organisation("Sprachtreff Siegen", email="siegen@example.org")
    lifecycle.invite(invitation.survey, [kept.pk], by=editor)
    lifecycle.answer_survey(invitation, {offers[0].pk: "bestaetigt"}, by=editor, message="Ein Raum fehlt.")
    Offer.objects.update(submitter_email="post@example.org")
    link, other = invitation.link, invitation.organisation
    assert link is not None
    kept.refresh_from_db()
    merge(kept, other, {}, by=editor, read=(kept.lock_version, other.lock_version))
    own = kept.survey_invitations.get()
    assert (own.answers.count(), own.message) == (3, "Ein Raum fehlt.")
    client.post(reverse("offers:survey_answer", args=[links.token(link)]), chosen((offers[1], "bestaetigt")))
    assert outcomes(own) == {"Deutschkurs": "bestaetigt", "Elterncafé": "bestaetigt", "Nähkurs": "offen"}
    assert own.organisation == kept


def test_answer_without_a_choice_is_no_answer(
    client: Client, url: str, invitation: SurveyInvitation, offers: list[Offer], editor: User
) -> None:
    page = client.post(url, chosen())
    assert "mindestens einem Eintrag" in page.text
    invitation.refresh_from_db()
    assert invitation.answered_at is None
    client.post(url, chosen((offers[0], "bestaetigt"), (offers[1], "zu-aendern")))
    SurveyInvitation.objects.update(sent_at=timezone.now() - timedelta(days=5))
    assert not SurveyInvitation.objects.complete().exists()
    assert lifecycle.remind(invitation.survey, by=editor) == 1


def test_hidden_entry_that_has_changed_opens_its_form_and_is_back_when_the_change_is_taken(
    client: Client, url: str, invitation: SurveyInvitation, offers: list[Offer], editor: User
) -> None:
    StatusChange.objects.create(target=offers[2], verb="hide_overdue", from_status="published", to_status="hidden")
    Offer.objects.filter(pk=offers[2].pk).update(status="hidden")
    client.post(url, chosen((offers[2], "zu-aendern")))
    form_url = f"{url}{offers[2].pk}/"
    client.post(form_url, _typed(client.get(form_url).context["form"]) | {"title": "Nähen für alle"})
    proposal = ChangeProposal.objects.get()
    assert outcomes(invitation)["Nähkurs"] == "geaendert"
    lifecycle.accept_proposal(proposal, {"title"}, by=editor)
    offers[2].refresh_from_db()
    assert (offers[2].status, offers[2].title) == (Offer.Status.PUBLISHED, "Nähen für alle")


def test_addresses_and_messages_are_erased_half_a_year_after_the_end(
    invitation: SurveyInvitation, offers: list[Offer], editor: User
) -> None:
    lifecycle.answer_survey(invitation, {offers[0].pk: "bestaetigt"}, by=editor, message="Frau Muster fragt nach")
    lifecycle.close_survey(invitation.survey, by=editor)
    name = "Adressen und Mitteilungen abgeschlossener Bestandsaufnahmen"

    def purged(*, delete: bool) -> int:
        return {rule.title: number for rule, number in retention.carry_out(delete=delete)}[name]

    assert purged(delete=True) == 0
    OfferSurvey.objects.update(closed_at=timezone.now() - timedelta(days=200))
    assert purged(delete=False) == 1
    assert purged(delete=True) == 1
    invitation.refresh_from_db()
    assert (invitation.email, invitation.message, invitation.link) == ("", "", None)
    assert results.sheet(invitation.survey).total.confirmed == 1


def test_link_in_the_mail_opens_the_questions(
    client: Client, invitation: SurveyInvitation, run_jobs: RunJobs, mailbox: Mailbox
) -> None:
    run_jobs()
    path = urlsplit(mailbox.link("Bestandsaufnahme Herbst", "/angebote/bestandsaufnahme/")).path
    assert client.get(path).status_code == 200


# After the last day


def test_no_mail_goes_out_once_the_day_is_over_until_it_is_moved(
    invitation: SurveyInvitation, editor: User, client: Client
) -> None:
    survey, today = invitation.survey, timezone.localdate()
    SurveyInvitation.objects.update(sent_at=timezone.now() - timedelta(days=20))
    OfferSurvey.objects.update(answer_by=today - timedelta(days=1))
    sent = Job.objects.count()
    stranger = factories.make_organisation("Später", email="spaeter@example.org")
    for act in (
        lambda: lifecycle.remind(survey, by=editor),
        lambda: lifecycle.ask_once_more(invitation, by=editor),
        lambda: lifecycle.readdress(invitation, "neu@example.org", by=editor),
        lambda: lifecycle.invite(survey, [stranger.pk], by=editor),
    ):
        invitation.survey.refresh_from_db()
        with pytest.raises(TransitionError, match="Die Frist ist vorbei"):
            act()
    assert Job.objects.count() == sent
    client.force_login(editor)
    page = client.get(survey.get_absolute_url()).text
    assert "Jetzt erinnern" not in page
    assert "Spätere Frist eintragen" in page
    assert 'value="close_survey"' in page
    OfferSurvey.objects.update(answer_by=today)
    assert lifecycle.remind(survey, by=editor) == 1
    assert "Jetzt erinnern" in client.get(survey.get_absolute_url()).text


def test_late_answer_counts_until_the_round_is_closed(
    invitation: SurveyInvitation, offers: list[Offer], editor: User
) -> None:
    OfferSurvey.objects.update(answer_by=timezone.localdate() - timedelta(days=1))
    lifecycle.answer_survey(invitation, {offers[0].pk: "bestaetigt"}, by=invitation.link)
    assert outcomes(invitation)[offers[0].title] == Outcome.CONFIRMED
