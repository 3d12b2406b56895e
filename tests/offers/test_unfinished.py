"""One entry that lacks something stops no other: what is right is confirmed, what is missing is named."""

from datetime import timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actors.models import Organisation
from kiportal.common import links
from kiportal.common.models import AccessLink, User
from offers import lifecycle
from offers.models import Offer, OfferSurvey, SurveyInvitation
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]


@pytest.fixture
def organisation(db: None) -> Organisation:
    return factories.make_organisation("Sprachtreff e. V.", email="verein@example.org")


@pytest.fixture
def link(organisation: Organisation) -> AccessLink:
    return links.issue(AccessLink.Purpose.CARE_ALL, organisation, "verein@example.org")


def path(link: AccessLink) -> str:
    return reverse("offers:care_all", kwargs={"token": links.token(link)})


def hidden(organisation: Organisation, title: str = "Nähkurs", **gaps: Any) -> Offer:
    """An entry that was hidden for want of a word, and lacks something by now."""
    day = timezone.localdate() - relativedelta(months=18)
    offer = factories.make_offer(title, provider=organisation, last_confirmed_on=day, submitter_email="")
    organisation_email, organisation.email = organisation.email, ""
    organisation.save()
    lifecycle.hide_overdue(timezone.localdate())
    organisation.email = organisation_email
    organisation.save()
    Offer.objects.filter(pk=offer.pk).update(**({"summary": ""} | gaps))
    return Offer.objects.get(pk=offer.pk)


def test_all_others_are_confirmed_and_the_one_is_named_with_what_it_lacks(
    client: Client, organisation: Organisation, link: AccessLink
) -> None:
    right = [factories.make_offer(provider=organisation, last_confirmed_on=None) for _number in range(2)]
    unfinished = hidden(organisation)
    answer = client.post(path(link), {"verb": "alle-bestaetigen"})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).text
    assert "2 Einträge sind als aktuell bestätigt" in page
    assert "Es fehlt noch: Kurz gesagt." in page
    assert reverse("offers:care_all_edit", kwargs={"token": links.token(link), "pk": unfinished.pk}) in page
    today = timezone.localdate()
    assert {Offer.objects.get(pk=offer.pk).last_confirmed_on for offer in right} == {today}
    unfinished.refresh_from_db()
    assert unfinished.status == "hidden"


def test_nothing_confirmed_is_not_told_as_done(client: Client, organisation: Organisation, link: AccessLink) -> None:
    hidden(organisation)
    answer = client.post(path(link), {"verb": "alle-bestaetigen"})
    page = client.get(answer["Location"])
    assert page.context["done"] == ""
    assert "Es fehlt noch" in page.text


def test_what_its_people_add_brings_the_entry_back(organisation: Organisation, link: AccessLink, editor: User) -> None:
    """The change is written before the entry is shown: it brings what the entry lacked."""
    offer = hidden(organisation)
    proposal = lifecycle.propose(
        offer, {"summary": {"old": "", "new": "Nähen lernen."}}, by=link, message="", email=link.email
    )
    assert proposal is not None
    lifecycle.accept_proposal(proposal, {"summary"}, by=editor)
    offer.refresh_from_db()
    assert (offer.status, offer.summary) == ("published", "Nähen lernen.")


def test_staff_who_confirm_an_unfinished_entry_read_what_it_lacks(
    client: Client, organisation: Organisation, editor: User
) -> None:
    offer = hidden(organisation)
    client.force_login(editor)
    answer = client.post(reverse("offers:offer_confirm", args=[offer.pk]), follow=True)
    assert "Es fehlt noch: Kurz gesagt." in answer.text


def test_page_of_the_link_asks_the_same_number_of_questions_for_many_unfinished_entries(
    client: Client, organisation: Organisation, link: AccessLink
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(path(link))
        return len(captured)

    hidden(organisation)
    queries()
    one = queries()
    for _number in range(5):
        hidden(organisation)
    assert queries() == one


# In a Bestandsaufnahme


@pytest.fixture
def survey(organisation: Organisation) -> OfferSurvey:
    return OfferSurvey.objects.create(title="Herbst", answer_by=timezone.localdate() + timedelta(days=14))


def asked(survey: OfferSurvey, organisation: Organisation, by: User) -> SurveyInvitation:
    lifecycle.invite(survey, [organisation.pk], by=by)
    survey.refresh_from_db()
    lifecycle.open_survey(survey, by=by)
    return SurveyInvitation.objects.get()


def test_answer_keeps_what_is_right_and_asks_for_what_is_missing(
    client: Client, survey: OfferSurvey, organisation: Organisation, editor: User
) -> None:
    right, unfinished = factories.make_offer(provider=organisation, last_confirmed_on=None), hidden(organisation)
    invitation = asked(survey, organisation, editor)
    assert invitation.link is not None
    url = reverse("offers:survey_answer", kwargs={"token": links.token(invitation.link)})
    answer = client.post(url, {"verb": "alles", "message": "Danke!"})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).text
    assert "Es fehlt noch: Kurz gesagt." in page
    assert (
        reverse("offers:survey_answer_edit", kwargs={"token": links.token(invitation.link), "pk": unfinished.pk})
        in page
    )
    outcomes = dict(invitation.answers.values_list("offer", "outcome"))
    assert outcomes == {right.pk: "bestaetigt", unfinished.pk: "zu-aendern"}
    invitation.refresh_from_db()
    assert invitation.message == "Danke!"
    right.refresh_from_db()
    assert right.last_confirmed_on == timezone.localdate()


def test_ended_entry_that_cannot_come_back_stays_ended_and_says_so(
    client: Client, survey: OfferSurvey, organisation: Organisation, editor: User
) -> None:
    right, ended = (factories.make_offer(provider=organisation) for _number in range(2))
    invitation = asked(survey, organisation, editor)
    lifecycle.answer_survey(invitation, {ended.pk: "beendet"}, by=invitation.link)
    Offer.objects.filter(pk=ended.pk).update(summary="")
    url = reverse("offers:survey_answer", kwargs={"token": links.token(invitation.link)})
    data = {f"eintrag-{right.pk}": "bestaetigt", f"eintrag-{ended.pk}": "bestaetigt", "message": "", "verb": "senden"}
    page = client.get(client.post(url, data)["Location"]).text
    assert "Es fehlt noch: Kurz gesagt. Der Eintrag bleibt beendet." in page
    outcomes = dict(invitation.answers.values_list("offer", "outcome"))
    assert outcomes == {right.pk: "bestaetigt", ended.pk: "beendet"}
