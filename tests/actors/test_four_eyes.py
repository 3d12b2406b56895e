"""Nobody publishes an organisation of their own; where nobody else could, the head does and says why."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from actors import lifecycle
from actors.models import Organisation
from actors.permissions import can_release_organisation
from kiportal.common import links
from kiportal.common.models import AccessLink, StatusChange, User
from kiportal.common.transitions import TransitionError, possible
from offers import lifecycle as offers
from offers.models import Offer
from offers.permissions import can_release_offer
from offers.review import findings
from tests import factories
from tests.offers.journey import complete, shown
from tests.offers.test_merging import merge

pytestmark = pytest.mark.django_db


def entered(by: Any, name: str = "Neuer Verein") -> Organisation:
    return lifecycle.add(Organisation(name=name, kind=Organisation.Kind.ASSOCIATION), by=by)


def page(organisation: Organisation) -> str:
    return reverse("offers:staff_organisation_detail", args=[organisation.pk])


def test_organisation_is_released_by_somebody_else(editor: User, lead: User) -> None:
    organisation = entered(editor)
    assert "publish" not in possible(lifecycle.ORGANISATION, organisation, editor)
    with pytest.raises(PermissionDenied):
        lifecycle.publish(organisation, by=editor, reason="Eilt")
    lifecycle.publish(organisation, by=lead)
    assert [row.verb for row in StatusChange.objects.for_target(organisation)] == ["enter", "publish"]


def test_entering_and_editing_in_the_workspace_make_an_author(client: Client, editor: User, lead: User) -> None:
    client.force_login(editor)
    add = reverse("offers:staff_organisation_add")
    client.post(add, shown(client.get(add).context["form"]) | {"name": "Neuer Verein", "kind": "verein"})
    organisation = Organisation.objects.get()
    assert not can_release_organisation(editor, organisation)
    assert can_release_organisation(lead, organisation)
    other = factories.make_organisation(status="proposed")
    edit = reverse("offers:staff_organisation_edit", args=[other.pk])
    client.post(edit, shown(client.get(edit).context["form"]) | {"internal_note": "Angerufen"})
    other.refresh_from_db()
    assert can_release_organisation(editor, other)
    client.post(edit, shown(client.get(edit).context["form"]) | {"city": "Siegen"})
    other.refresh_from_db()
    assert (other.edited_by, can_release_organisation(editor, other)) == (editor, False)


def test_who_typed_it_in_the_public_form_does_not_release_it(editor: User, lead: User) -> None:
    organisation = factories.make_organisation(status="proposed")
    link = links.issue(AccessLink.Purpose.DRAFT, organisation, editor.email.upper())
    lifecycle.enter(organisation, by=link)
    assert not can_release_organisation(editor, organisation)
    assert can_release_organisation(lead, organisation)


def test_restoring_is_no_release_and_rejecting_is_free(editor: User, lead: User) -> None:
    organisation = entered(editor)
    lifecycle.publish(organisation, by=lead)
    lifecycle.archive(organisation, by=editor, reason="Pause")
    lifecycle.restore(organisation, by=editor)
    assert organisation.status == "published"
    lifecycle.reject(entered(editor, "Doppelt"), by=editor, reason="Doppelt")


def test_head_alone_releases_with_a_reason(lead: User) -> None:
    factories.make_user("editor", is_active=False)
    organisation = entered(lead)
    with pytest.raises(TransitionError, match="Bitte begründen Sie"):
        lifecycle.publish(organisation, by=lead, reason=" ")
    lifecycle.publish(organisation, by=lead, reason="Ich bin allein.")
    assert organisation.status == "published"


def test_editor_alone_does_not_release(editor: User) -> None:
    assert not can_release_organisation(editor, entered(editor))


def test_merging_into_a_proposed_organisation_makes_an_author(editor: User) -> None:
    kept, other = (factories.make_organisation(status="proposed", city=city) for city in ("", "Netphen"))
    merge(kept, other, editor, "city")
    assert not can_release_organisation(editor, kept)


def test_page_says_why_the_button_is_missing(client: Client, editor: User, lead: User, centre: object) -> None:
    organisation = entered(editor)
    client.force_login(editor)
    text = client.get(page(organisation)).text
    assert 'value="publish"' not in text
    assert "Veröffentlichen kann sie jemand anderes aus dem Zentrum." in text
    assert client.post(page(organisation), {"verb": "publish"}).status_code == 403
    client.force_login(lead)
    text = client.get(page(organisation)).text
    assert 'value="publish"' in text
    assert "Vier Augen" not in text


def test_page_asks_the_head_alone_for_a_reason(client: Client, lead: User, centre: object) -> None:
    organisation = entered(lead)
    client.force_login(lead)
    assert "Niemand sonst kann sie veröffentlichen." in client.get(page(organisation)).text
    answer = client.post(page(organisation), {"verb": "publish"})
    assert answer.status_code == 400
    assert "Das ist Ihr eigener Eintrag." in answer.text
    client.post(page(organisation), {"verb": "publish", "publish-reason": "Ich bin allein."})
    organisation.refresh_from_db()
    assert organisation.status == "published"


# Together with an entry


def test_organisation_that_comes_with_an_entry_needs_somebody_else_too(editor: User, lead: User) -> None:
    offer = factories.make_offer(status=Offer.Status.SUBMITTED, provider=entered(editor))
    assert not can_release_offer(editor, offer)
    with pytest.raises(PermissionDenied):
        offers.publish(offer, by=editor, reason="Eilt")
    finding = next(row for row in findings.examine(offer, by=editor) if row.title == "Vier Augen: Organisation")
    assert "Jemand anderes muss sie zuerst veröffentlichen." in finding.text
    assert not [row for row in findings.examine(offer, by=lead) if row.title.startswith("Vier Augen")]
    offers.publish(offer, by=lead)
    assert offer.provider.status == "published"


def test_entry_is_free_once_somebody_else_released_its_organisation(editor: User, lead: User) -> None:
    offer = factories.make_offer(status=Offer.Status.SUBMITTED, provider=entered(editor))
    lifecycle.publish(offer.provider, by=lead)
    offers.publish(Offer.objects.get(pk=offer.pk), by=editor)


def test_head_alone_says_why_for_both(lead: User) -> None:
    offer = factories.make_offer(status=Offer.Status.SUBMITTED, provider=entered(lead))
    with pytest.raises(TransitionError, match="Bitte begründen Sie"):
        offers.publish(offer, by=lead)
    offers.publish(offer, by=lead, reason="Ich bin allein.")
    reasons = {row.reason for record in (offer, offer.provider) for row in StatusChange.objects.for_target(record)}
    assert "Ich bin allein." in reasons
    assert offer.provider.status == "published"


def test_public_form_keeps_who_typed_the_organisation(client: Client, editor: User, lead: User, centre: object) -> None:
    draft = complete(client, name="Ganz neuer Verein", submitter_email=editor.email)
    organisation = draft.offer.provider
    assert [row.verb for row in StatusChange.objects.for_target(organisation)] == ["enter"]
    assert not can_release_organisation(editor, organisation)
    assert can_release_organisation(lead, organisation)
