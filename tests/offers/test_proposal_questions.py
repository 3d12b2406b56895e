"""What the centre asks about a proposed change stands wherever its author looks, and is answered from there."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kiportal.common import links, roles
from kiportal.common.models import AccessLink, ChangeProposal, User
from offers import lifecycle
from offers.models import Offer
from tests import factories
from tests.offers.test_proposals import sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

QUESTION = "Ab wann gilt das?"
_P = AccessLink.Purpose


@pytest.fixture
def offer(db: None) -> Offer:
    return factories.make_offer("Nähkurs", summary="Montags um zehn.")


def asked(offer: Offer, by: User | AccessLink, editor: User) -> ChangeProposal:
    change = {"summary": {"old": offer.summary, "new": "Dienstags."}}
    proposal = lifecycle.propose(offer, change, by=by, message="", email=by.email)
    assert proposal is not None
    lifecycle.question_proposal(proposal, by=editor, reason=QUESTION)
    return proposal


def answer(client: Client, form_url: str, proposal: ChangeProposal) -> None:
    """The form shows the question and the change; what is written there answers."""
    page = client.get(form_url)
    assert QUESTION in page.text
    assert page.context["form"]["summary"].value() == "Dienstags."
    assert client.post(form_url, sent(page.context["form"]) | {"message": "Ab Januar."}).status_code == 302
    proposal.refresh_from_db()
    assert (proposal.status, proposal.message) == ("open", "Ab Januar.")


def test_account_reads_and_answers_the_question(client: Client, offer: Offer, editor: User) -> None:
    member = factories.make_user(roles.PROVIDER, organisation=offer.provider)
    proposal = asked(offer, member, editor)
    client.force_login(member)
    form_url = reverse("offers:member_offer_edit", args=[offer.pk])
    pages = [reverse("pages:workspace_home"), reverse("offers:member_offer_detail", args=[offer.pk])]
    for url in pages:
        text = client.get(url).text
        assert QUESTION in text, url
        assert f'href="{form_url}"' in text, url
    answer(client, form_url, proposal)
    for url in pages:
        assert QUESTION not in client.get(url).text, url


@pytest.mark.parametrize("purpose", [_P.CARE, _P.CARE_ALL])
def test_holder_of_a_link_reads_and_answers_the_question(
    client: Client, offer: Offer, editor: User, purpose: AccessLink.Purpose
) -> None:
    link = links.issue(purpose, offer if purpose == _P.CARE else offer.provider, offer.submitter_email)
    proposal = asked(offer, link, editor)
    token = links.token(link)
    if purpose == _P.CARE:
        url, form_url = (reverse(f"offers:{name}", args=[token]) for name in ("care_detail", "care_edit"))
    else:
        url, form_url = (
            reverse("offers:care_all", args=[token]),
            reverse("offers:care_all_edit", args=[token, offer.pk]),
        )
    text = client.get(url).text
    assert QUESTION in text
    assert f'href="{form_url}"' in text
    assert "Ihre Änderung wird geprüft" not in text
    answer(client, form_url, proposal)
    text = client.get(url).text
    assert QUESTION not in text
    assert "Ihre Änderung wird geprüft" in text


@pytest.mark.parametrize("purpose", [_P.CARE, _P.CARE_ALL])
def test_question_to_somebody_else_is_not_shown(
    client: Client, offer: Offer, editor: User, purpose: AccessLink.Purpose
) -> None:
    asked(offer, factories.make_user(roles.PROVIDER, organisation=offer.provider), editor)
    link = links.issue(purpose, offer if purpose == _P.CARE else offer.provider, offer.submitter_email)
    name = "care_detail" if purpose == _P.CARE else "care_all"
    assert QUESTION not in client.get(reverse(f"offers:{name}", args=[links.token(link)])).text


def test_page_of_all_entries_needs_the_same_queries_for_one_and_for_ten_questions(
    client: Client, offer: Offer, editor: User
) -> None:
    link = links.issue(_P.CARE_ALL, offer.provider, offer.submitter_email)
    url = reverse("offers:care_all", args=[links.token(link)])

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(url).text.count(QUESTION) == Offer.objects.count()
        return len(found)

    asked(offer, link, editor)
    client.get(url)
    few: Any = queries()
    for _ in range(9):
        asked(factories.make_offer(provider=offer.provider), link, editor)
    assert queries() == few
