""" "Als Anregung nutzen": a public Projekt begins somebody else's draft, and each page names the other."""

import pytest
from django.test import Client
from django.urls import reverse

from actors.models import Organisation
from kiportal.common.models import User
from offers.models import Offer
from tests import factories
from tests.offers.journey import begin, shown
from tests.offers.pages import html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

START = "/angebote/melden/?anregung=buecherbus"


@pytest.fixture
def project() -> Offer:
    fields = {
        "project_goal": "<p>Mehr Bücher.</p>",
        "project_needs": "<p>Ein Regal.</p>",
        "project_results": "<p>x</p>",
    }
    return factories.make_offer("Bücherbus", kind=Offer.Kind.PROJECT, slug="buecherbus", **fields)


def test_project_starts_a_draft_of_ones_own(client: Client, project: Offer) -> None:
    assert "/angebote/melden/?anregung=buecherbus" in html(client, project.get_absolute_url())
    assert "Bücherbus" in html(client, "/angebote/melden/?anregung=buecherbus")
    draft = begin(client, anregung="buecherbus").offer
    assert (draft.inspired_by, draft.kind, draft.project_goal) == (project, "projekt", "<p>Mehr Bücher.</p>")
    assert (draft.title, draft.project_results, draft.status) == ("", "", Offer.Status.DRAFT)
    assert list(draft.topics.all()) == list(project.topics.all())


@pytest.mark.parametrize("changed", [{"status": "hidden"}, {"kind": "angebot"}])
def test_only_a_public_project_starts_a_draft(client: Client, project: Offer, changed: dict[str, str]) -> None:
    Offer.objects.update(**changed)
    assert "Bücherbus" not in html(client, "/angebote/melden/?anregung=buecherbus")
    draft = begin(client, anregung="buecherbus").offer
    assert (draft.inspired_by, draft.project_goal) == (None, "")


def test_inspiration_is_credited_on_both_pages_once_both_are_public(client: Client, project: Offer) -> None:
    copy = factories.make_offer("Lesebus", kind=Offer.Kind.PROJECT, inspired_by=project)
    source_page, copy_page = html(client, project.get_absolute_url()), html(client, copy.get_absolute_url())
    assert "Hat angeregt" in source_page
    assert copy.get_absolute_url() in source_page
    assert "Angeregt durch" in copy_page
    Offer.objects.filter(pk=copy.pk).update(status="hidden")
    assert "Hat angeregt" not in html(client, project.get_absolute_url())
    Offer.objects.update(status="published")
    Offer.objects.filter(pk=project.pk).update(status="hidden")
    assert "Angeregt durch" not in html(client, copy.get_absolute_url())


def test_inspiration_is_credited_on_an_offer_too(client: Client, project: Offer) -> None:
    """Its author may have made an Angebot of it."""
    copy = factories.make_offer("Lesestunde", inspired_by=project)
    assert "Angeregt durch" in html(client, copy.get_absolute_url())
    assert copy.get_absolute_url() in html(client, project.get_absolute_url())


# With an account


@pytest.fixture
def member(client: Client) -> User:
    user = factories.make_user("provider", organisation=factories.make_organisation("Lesefreunde"))
    client.force_login(user)
    return user


def test_member_begins_the_draft_among_the_own_offers(client: Client, project: Offer, member: User) -> None:
    answer = client.get(START)
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"{reverse('offers:member_offer_add')}?anregung=buecherbus",
    )
    page = client.get(answer.headers["Location"])
    assert "Bücherbus" in page.text
    data = shown(page.context["form"])
    assert "kind" not in data
    for _twice in range(2):
        answer = client.post(reverse("offers:member_offer_add"), data)
        assert answer.status_code == 302
    draft = Offer.objects.get(status=Offer.Status.DRAFT)
    assert (draft.inspired_by, draft.kind, draft.project_goal) == (project, "projekt", "<p>Mehr Bücher.</p>")
    assert (draft.provider.name, draft.submitter_email) == ("Lesefreunde", member.email)
    assert (draft.title, draft.project_results) == ("", "")
    assert list(draft.topics.all()) == list(project.topics.all())
    assert answer.headers["Location"].startswith(reverse("offers:member_offer_step", args=[draft.pk, "angebot"]))
    assert reverse("offers:member_offer_detail", args=[draft.pk]) in html(client, reverse("pages:workspace_home"))


def test_sending_twice_keeps_what_was_written_since(client: Client, project: Offer, member: User) -> None:
    data = shown(client.get(reverse("offers:member_offer_add"), {"anregung": "buecherbus"}).context["form"])
    client.post(reverse("offers:member_offer_add"), data)
    draft = Offer.objects.get(status=Offer.Status.DRAFT)
    draft.topics.clear()
    Offer.objects.filter(pk=draft.pk).update(project_goal="<p>Unser Ziel.</p>")
    client.post(reverse("offers:member_offer_add"), data)
    draft = Offer.objects.get(status=Offer.Status.DRAFT)
    assert (draft.project_goal, draft.topics.count()) == ("<p>Unser Ziel.</p>", 0)


@pytest.mark.parametrize("changed", [{"status": "hidden"}, {"kind": "angebot"}])
def test_member_begins_with_nothing_that_is_not_a_public_project(
    client: Client, project: Offer, member: User, changed: dict[str, str]
) -> None:
    data = shown(client.get(reverse("offers:member_offer_add"), {"anregung": "buecherbus"}).context["form"])
    Offer.objects.update(**changed)
    answer = client.post(reverse("offers:member_offer_add"), data)
    assert set(answer.context["form"].errors) == {"kind"}  # it was not asked, now it is
    client.post(reverse("offers:member_offer_add"), data | {"kind": "angebot"})
    draft = Offer.objects.get(status=Offer.Status.DRAFT)
    assert (draft.inspired_by, draft.kind, draft.project_goal) == (None, "angebot", "")


@pytest.mark.parametrize("who", ["editor", "without organisation"])
def test_who_acts_for_no_organisation_gets_the_public_form(client: Client, project: Offer, who: str) -> None:
    user = factories.make_user("editor" if who == "editor" else "provider")
    if who != "editor":
        factories.make_organisation(status=Organisation.Status.ARCHIVED).memberships.create(user=user)
    client.force_login(user)
    assert "Bücherbus" in html(client, START)
