"""The data of an organisation, confirmed or corrected by the link to its entries and in a Bestandsaufnahme."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actors import lifecycle as actors_lifecycle
from actors.models import Organisation
from actors.permissions import own_proposals
from kiportal.common import links, roles
from kiportal.common.models import AccessLink, ChangeProposal, Job, StatusChange, User
from kiportal.common.transitions import TransitionError
from offers import lifecycle
from offers.models import OfferSurvey, SurveyInvitation
from tests import factories
from tests.offers.journey import shown
from tests.smtp import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]
CONFIRM = {"verb": "organisation-bestaetigen"}


@pytest.fixture
def organisation() -> Organisation:
    found = factories.make_organisation("Sprachtreff", email="post@example.org", phone="0271 1", street="Markt 1")
    factories.make_offer("Kurs", provider=found, submitter_email="")
    return found


@pytest.fixture
def link(organisation: Organisation) -> AccessLink:
    return links.issue(AccessLink.Purpose.CARE_ALL, organisation, "post@example.org")


@pytest.fixture
def url(link: AccessLink) -> str:
    return reverse("offers:care_all", args=[links.token(link)])


def confirmations(organisation: Organisation) -> list[StatusChange]:
    return list(StatusChange.objects.for_target(organisation).filter(verb="confirm"))


def change(client: Client, url: str, **fields: Any) -> Any:
    page = f"{url}angaben/"
    return client.post(page, shown(client.get(page).context["form"]) | fields)


def test_page_shows_what_stands_about_the_organisation(client: Client, url: str) -> None:
    page = client.get(url).text
    for text in ("Ihre Organisation", "0271 1", "Markt 1", "post@example.org", f"{url}angaben/"):
        assert text in page


def test_one_click_confirms_once_a_day(client: Client, url: str, link: AccessLink, organisation: Organisation) -> None:
    for _time in range(2):
        page = client.post(url, CONFIRM, follow=True)
        assert "Die Angaben Ihrer Organisation sind bestätigt." in page.text
    [step] = confirmations(organisation)
    assert step.by_link == link
    assert "Zuletzt bestätigt am" in client.get(url).text


def test_change_waits_even_for_a_trusted_organisation(client: Client, url: str, organisation: Organisation) -> None:
    Organisation.objects.update(is_trusted=True)
    answer = change(client, url, phone="0271 2", website="https://neu.example.org/")
    assert answer["Location"] == f"{url}?getan=organisation-vorschlagen"
    organisation.refresh_from_db()
    assert organisation.phone == "0271 1"
    proposal = ChangeProposal.objects.get()
    assert (proposal.target, proposal.by_account, proposal.author_email) == (organisation, False, "post@example.org")
    assert {name: values["new"] for name, values in proposal.changes.items()} == {
        "phone": "0271 2",
        "website": "https://neu.example.org/",
    }
    page = client.get(answer["Location"]).text
    assert "Wir prüfen Ihre Änderung an den Angaben" in page
    assert "Ihre Änderung wird geprüft" in page
    assert change(client, url, phone="0271 3")["Location"].endswith("vorschlagen")
    assert ChangeProposal.objects.get().changes["phone"]["new"] == "0271 3"
    back = change(client, url, phone="0271 1", website="")
    assert back["Location"].endswith("organisation-zuruecknehmen")
    assert not ChangeProposal.objects.exists()


def test_form_sent_without_a_change_confirms(client: Client, url: str, organisation: Organisation) -> None:
    assert change(client, url)["Location"] == f"{url}?getan=organisation-bestaetigen"
    assert len(confirmations(organisation)) == 1
    assert "Bitte ändern Sie auch eine Angabe" in change(client, url, message="Hallo").text
    assert not ChangeProposal.objects.exists()


def test_name_and_kind_are_not_asked(client: Client, url: str) -> None:
    change(client, url, name="Anders", kind="kreis", status="archived", is_trusted="on", phone="0271 2")
    assert set(ChangeProposal.objects.get().changes) == {"phone"}


def test_decision_and_question_lead_back_by_a_link(
    client: Client,
    url: str,
    organisation: Organisation,
    editor: User,
    mailbox: Mailbox,
    run_jobs: Callable[[], list[Job]],
) -> None:
    change(client, url, phone="0271 2")
    proposal = ChangeProposal.objects.get()
    actors_lifecycle.question_proposal(proposal, by=editor, reason="Ist das die Nummer des Büros?")
    run_jobs()
    page = client.get(mailbox.link("Rückfrage", "/angebote/pflege/organisation/"))
    assert "Ist das die Nummer des Büros?" in page.text
    assert "Ist das die Nummer des Büros?" in client.get(url).text
    assert change(client, url, message="Ja.").status_code == 302
    proposal.refresh_from_db()
    assert proposal.status == ChangeProposal.Status.OPEN
    actors_lifecycle.accept_proposal(proposal, {"phone"}, by=editor)
    run_jobs()
    organisation.refresh_from_db()
    assert organisation.phone == "0271 2"


def test_links_for_others_and_other_purposes_reach_nothing(organisation: Organisation, link: AccessLink) -> None:
    other = factories.make_organisation("Andere")
    foreign = links.issue(AccessLink.Purpose.CARE_ALL, other, "post@example.org")
    care = links.issue(AccessLink.Purpose.CARE, organisation.offers.get(), "post@example.org")
    for by in (foreign, care):
        with pytest.raises(PermissionDenied):
            actors_lifecycle.propose(organisation, {}, by=by, message="")
        assert not own_proposals(by, organisation).exists()
    contact = factories.make_offer(provider=organisation).contact
    if contact is not None:
        assert not own_proposals(link, contact).exists()


def test_organisation_that_is_not_public_has_no_box(client: Client, url: str, link: AccessLink) -> None:
    Organisation.objects.update(status=Organisation.Status.ARCHIVED)
    assert "organisation-bestaetigen" not in client.get(url).text
    assert client.get(f"{url}angaben/")["Location"] == url
    with pytest.raises(TransitionError):
        actors_lifecycle.confirm_profile(Organisation.objects.get(), by=link)


# In a Bestandsaufnahme


@pytest.fixture
def invitation(organisation: Organisation, editor: User) -> SurveyInvitation:
    survey = OfferSurvey.objects.create(title="Herbst", answer_by=timezone.localdate() + timedelta(days=9))
    lifecycle.invite(survey, [organisation.pk], by=editor)
    lifecycle.open_survey(survey, by=editor)
    return survey.invitations.get()


def test_answer_confirms_the_organisation_and_keeps_what_was_chosen(
    client: Client, organisation: Organisation, invitation: SurveyInvitation
) -> None:
    assert invitation.link is not None
    page = reverse("offers:survey_answer", args=[links.token(invitation.link)])
    offer = organisation.offers.get()
    answer = client.post(page, CONFIRM | {f"eintrag-{offer.pk}": "bestaetigt", "message": ""}, follow=True)
    assert "Die Angaben Ihrer Organisation sind bestätigt." in answer.text
    assert len(confirmations(organisation)) == 1
    assert invitation.answers.get().outcome == "bestaetigt"
    form_url = answer.context["about"]["form_url"]
    changed = client.post(form_url, shown(client.get(form_url).context["form"]) | {"phone": "0271 9"})
    assert changed["Location"] == f"{page}?getan=organisation-vorschlagen"
    assert "Wir prüfen Ihre Änderung an den Angaben" in client.get(changed["Location"]).text


def test_staff_confirm_on_the_phone(
    client: Client, organisation: Organisation, invitation: SurveyInvitation, editor: User
) -> None:
    client.force_login(editor)
    page = reverse("offers:survey_on_phone", args=[invitation.pk])
    assert reverse("offers:staff_organisation_edit", args=[organisation.pk]) in client.get(page).text
    client.post(page, CONFIRM | {"message": ""})
    [step] = confirmations(organisation)
    assert step.by_user == editor


def test_account_confirms_in_its_workspace(
    client: Client, organisation: Organisation, invitation: SurveyInvitation
) -> None:
    member = factories.make_user(roles.PROVIDER, organisation=organisation)
    client.force_login(member)
    page = reverse("offers:member_survey", args=[invitation.pk])
    assert reverse("offers:member_profile_edit", args=[organisation.pk]) in client.get(page).text
    client.post(page, CONFIRM | {"message": ""})
    assert confirmations(organisation)[0].by_user == member
