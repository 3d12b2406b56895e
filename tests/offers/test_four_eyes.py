"""Nobody releases an own entry or an own proposal; where nobody else could, the head does and says why."""

import pytest
from dateutil.relativedelta import relativedelta
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kiportal.common import links
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange, User
from kiportal.common.transitions import TransitionError
from offers import lifecycle
from offers.lifecycle.bulk_rows import Change, change_offers
from offers.lifecycle.uniting import Side
from offers.models import Offer
from offers.permissions import can_accept_proposal, can_release_offer, can_show_again
from offers.review import findings
from tests import factories
from tests.offers.test_merging import everything_kept, merge

pytestmark = pytest.mark.django_db


def entered(by: User) -> Offer:
    offer = factories.make_offer(status=Offer.Status.DRAFT)
    lifecycle.submit(offer, by=by)
    return offer


def proposed(offer: Offer, by: User | AccessLink, email: str = "") -> ChangeProposal:
    proposal = lifecycle.propose(
        offer, {"summary": {"old": offer.summary, "new": "Neu."}}, by=by, message="", email=email
    )
    assert proposal is not None
    return proposal


def joined(user: User, offer: Offer) -> User:
    """Somebody of the centre who also acts for the organisation."""
    user.groups.add(Group.objects.get(name="provider"))
    offer.provider.memberships.create(user=user)
    return User.objects.get(pk=user.pk)


def test_entry_is_released_by_somebody_else(editor: User, lead: User) -> None:
    offer = entered(editor)
    assert not can_release_offer(editor, offer)
    with pytest.raises(PermissionDenied):
        lifecycle.publish(offer, by=editor, reason="Eilt")
    lifecycle.publish(offer, by=lead)
    assert offer.status == Offer.Status.PUBLISHED


def test_who_edited_last_does_not_release(editor: User, lead: User) -> None:
    offer = factories.make_offer(status=Offer.Status.SUBMITTED)
    assert can_release_offer(editor, offer)
    lifecycle.note_editor(offer, by=editor)
    assert not can_release_offer(editor, offer)
    lifecycle.note_editor(offer, by=lead)
    assert can_release_offer(editor, offer)
    assert not can_release_offer(lead, offer)


def test_editing_in_the_workspace_makes_the_editor_an_author(client: Client, editor: User, lead: User) -> None:
    offer = factories.make_offer(status=Offer.Status.SUBMITTED)
    client.force_login(editor)
    url = reverse("offers:staff_offer_edit", args=[offer.pk])
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    assert client.post(url, data | {"title": "Neuer Titel"}).status_code == 302
    offer.refresh_from_db()
    assert (offer.title, offer.edited_by) == ("Neuer Titel", editor)


def test_who_sent_by_link_does_not_release(editor: User, lead: User) -> None:
    offer = factories.make_offer(status=Offer.Status.UNCONFIRMED)
    link = links.issue(AccessLink.Purpose.CONFIRM, offer, editor.email.upper())
    lifecycle.confirm_submission(offer, by=link)
    assert not can_release_offer(editor, offer)
    assert can_release_offer(lead, offer)


def test_own_entry_may_be_rejected_and_asked_about(editor: User) -> None:
    lifecycle.reject(entered(editor), by=editor, reason="Doppelt")
    lifecycle.request_changes(entered(editor), by=editor, reason="Wann?")


def test_head_alone_releases_with_a_reason(lead: User) -> None:
    factories.make_user("editor", is_active=False)
    offer = entered(lead)
    with pytest.raises(TransitionError, match="Bitte begründen Sie"):
        lifecycle.publish(offer, by=lead, reason=" ")
    lifecycle.publish(offer, by=lead, reason="Ich bin zurzeit allein im Zentrum.")
    change = StatusChange.objects.for_target(offer).filter(verb="publish").get()
    assert change.reason == "Ich bin zurzeit allein im Zentrum."


def test_editor_alone_does_not_release(editor: User) -> None:
    assert not can_release_offer(editor, entered(editor))


def test_head_releases_when_everybody_is_an_author(editor: User, lead: User) -> None:
    offer = entered(editor)
    lifecycle.note_editor(offer, by=lead)
    assert can_release_offer(lead, offer)
    assert not can_release_offer(editor, offer)


def test_page_says_why_the_button_is_missing(client: Client, editor: User, lead: User, centre: object) -> None:
    offer = entered(editor)
    url = reverse("offers:review_detail", args=[offer.pk])
    client.force_login(editor)
    text = client.get(url).text
    assert 'value="publish"' not in text
    assert "Veröffentlichen kann ihn jemand anderes." in text
    assert client.post(url, {"verb": "publish", "reason": "Eilt"}).status_code == 403
    client.force_login(lead)
    assert 'value="publish"' in client.get(url).text


def test_page_asks_the_head_alone_for_a_reason(client: Client, lead: User, centre: object) -> None:
    offer = entered(lead)
    url = reverse("offers:review_detail", args=[offer.pk])
    client.force_login(lead)
    assert "Niemand sonst kann ihn freigeben." in client.get(url).text
    answer = client.post(url, {"verb": "publish"})
    assert answer.status_code == 400
    assert "Das ist Ihr eigener Eintrag." in answer.text


def test_finding_tells_the_author(editor: User, lead: User) -> None:
    offer = entered(editor)
    assert "Vier Augen" in {finding.title for finding in findings.examine(offer, by=editor)}
    assert "Vier Augen" not in {finding.title for finding in findings.examine(offer, by=lead)}


def test_own_proposal_is_accepted_by_somebody_else(editor: User, lead: User) -> None:
    offer = factories.make_offer()
    link = links.issue(AccessLink.Purpose.CARE, offer, editor.email)
    proposal = proposed(offer, link, editor.email)
    assert not can_accept_proposal(editor, proposal)
    with pytest.raises(PermissionDenied):
        lifecycle.accept_proposal(proposal, {"summary"}, by=editor, reason="Eilt")
    lifecycle.accept_proposal(proposal, {"summary"}, by=lead)
    proposal.refresh_from_db()
    assert proposal.status == "accepted"


def test_member_who_works_for_the_centre_does_not_accept_the_own_proposal(editor: User, lead: User) -> None:
    offer = factories.make_offer()
    editor = joined(editor, offer)
    proposal = proposed(offer, editor, "verein@example.org")
    assert not can_accept_proposal(editor, proposal)
    assert can_accept_proposal(lead, proposal)


def test_head_alone_accepts_the_own_proposal_with_a_reason(lead: User) -> None:
    offer = factories.make_offer()
    lead = joined(lead, offer)
    proposal = proposed(offer, lead)
    with pytest.raises(TransitionError, match="Bitte begründen Sie"):
        lifecycle.accept_proposal(proposal, {"summary"}, by=lead)
    lifecycle.accept_proposal(proposal, {"summary"}, by=lead, reason="Allein im Zentrum")
    assert StatusChange.objects.for_target(proposal).get().reason == "Allein im Zentrum"


def test_proposal_page_says_why_the_button_is_missing(client: Client, editor: User, lead: User) -> None:
    offer = factories.make_offer()
    editor = joined(editor, offer)
    client.force_login(editor)
    text = client.get(reverse("offers:proposal_detail", args=[proposed(offer, editor).pk])).text
    assert "Annehmen kann sie jemand anderes." in text
    assert 'value="accept"' not in text


# What is not public any more


def rewritten(offer: Offer, by: User) -> Offer:
    lifecycle.note_editor(offer, by=by)
    return Offer.objects.get(pk=offer.pk)


def hidden(by: User) -> Offer:
    offer = factories.make_offer()
    lifecycle.hide(offer, by=by, reason="Wird überarbeitet")
    return offer


def overdue() -> Offer:
    offer = factories.make_offer(last_confirmed_on=timezone.localdate() - relativedelta(months=18), submitter_email="")
    lifecycle.hide_overdue(timezone.localdate())
    return Offer.objects.get(pk=offer.pk)


def test_who_rewrote_a_hidden_entry_does_not_show_it_again(editor: User, lead: User) -> None:
    offer = rewritten(hidden(editor), editor)
    with pytest.raises(PermissionDenied):
        lifecycle.unhide(offer, by=editor, reason="Fertig")
    lifecycle.unhide(offer, by=lead)
    assert [step.verb for step in StatusChange.objects.for_target(offer)] == ["hide", "rewrite", "unhide"]


def test_a_later_hand_does_not_free_who_rewrote_it(editor: User, lead: User) -> None:
    offer = rewritten(rewritten(hidden(editor), editor), lead)
    other = factories.make_user("editor")
    for author in (editor, lead):
        with pytest.raises(PermissionDenied):
            lifecycle.unhide(offer, by=author, reason="Fertig")
    lifecycle.unhide(offer, by=other)


def test_hidden_entry_that_nobody_rewrote_is_shown_again_by_anybody(editor: User, lead: User) -> None:
    offer = hidden(editor)
    lifecycle.unhide(offer, by=editor)
    lifecycle.hide(rewritten(offer, editor), by=editor, reason="Noch einmal")
    lifecycle.unhide(Offer.objects.get(pk=offer.pk), by=editor)


def test_who_rewrote_an_ended_entry_does_not_restore_it(editor: User, lead: User) -> None:
    offer = factories.make_offer()
    lifecycle.archive(offer, by=editor)
    offer = rewritten(offer, editor)
    with pytest.raises(PermissionDenied):
        lifecycle.restore(offer, by=editor)
    lifecycle.restore(offer, by=lead)
    assert offer.status == "published"


def test_author_still_restores_what_staff_rewrote_but_not_by_a_link_of_that_staff(editor: User, lead: User) -> None:
    offer = factories.make_offer(submitter_email="verein@example.org")
    link = links.issue(AccessLink.Purpose.CARE, offer, "verein@example.org")
    lifecycle.archive(offer, by=link)
    offer = rewritten(offer, editor)
    with pytest.raises(PermissionDenied):
        lifecycle.restore(offer, by=links.issue(AccessLink.Purpose.CARE, offer, editor.email.upper()))
    lifecycle.restore(offer, by=link)
    assert offer.status == "published"


def test_head_alone_shows_an_own_text_again_with_a_reason(lead: User) -> None:
    offer = rewritten(hidden(lead), lead)
    with pytest.raises(TransitionError, match="Bitte begründen Sie"):
        lifecycle.unhide(offer, by=lead)
    lifecycle.unhide(offer, by=lead, reason="Ich bin allein.")
    lifecycle.archive(offer, by=lead)
    offer = rewritten(offer, lead)
    with pytest.raises(TransitionError, match="Bitte begründen Sie"):
        lifecycle.restore(offer, by=lead)
    lifecycle.restore(offer, by=lead, reason="Ich bin allein.")


def test_overdue_entry_that_somebody_rewrote_is_confirmed_by_others(editor: User, lead: User) -> None:
    offer = rewritten(overdue(), editor)
    with pytest.raises(TransitionError, match="Jemand anderes zeigt ihn wieder"):
        lifecycle.confirm(offer, by=editor, on=timezone.localdate())
    member = factories.make_user("provider", organisation=offer.provider)
    lifecycle.confirm(offer, by=member, on=timezone.localdate())
    assert offer.status == "published"


def test_accepting_a_change_does_not_bring_an_own_text_back(editor: User, lead: User) -> None:
    offer = rewritten(overdue(), editor)
    member = factories.make_user("provider", organisation=offer.provider)
    proposal = proposed(offer, member)
    with pytest.raises(TransitionError, match="Jemand anderes zeigt ihn wieder"):
        lifecycle.accept_proposal(proposal, {"summary"}, by=editor)
    lifecycle.accept_proposal(proposal, {"summary"}, by=lead)
    offer.refresh_from_db()
    assert (offer.status, offer.summary) == ("published", "Neu.")


def test_imported_change_of_a_hidden_entry_is_shown_by_somebody_else(editor: User, lead: User) -> None:
    offer = hidden(editor)
    change_offers([Change(offer, {"summary": "Aus der Tabelle."})], by=editor)
    assert not can_show_again(editor, offer)
    assert can_show_again(lead, offer)


def test_text_taken_from_another_entry_stands_in_the_verlauf_and_obeys_the_rule(editor: User, lead: User) -> None:
    kept, other = hidden(editor), factories.make_offer("Doppelt", status="submitted")
    merge(kept, other, editor, **everything_kept() | {"title": Side.OTHER})
    words = StatusChange.objects.for_target(kept).get(verb="merge").reason
    assert words == "„Doppelt“ ist hier aufgegangen. Übernommen: Titel."
    assert not can_show_again(editor, kept)
    untouched = hidden(editor)
    merge(untouched, factories.make_offer(status="submitted"), editor, **everything_kept())
    assert can_show_again(editor, untouched)


def test_page_says_who_shows_an_own_text_again(client: Client, editor: User, lead: User, centre: object) -> None:
    offer = rewritten(hidden(editor), editor)
    url = reverse("offers:staff_offer_detail", args=[offer.pk])
    client.force_login(editor)
    text = client.get(url).text
    assert 'value="unhide"' not in text
    assert "Wieder zeigen kann ihn jemand anderes aus dem Zentrum." in text
    assert client.post(url, {"verb": "unhide"}).status_code == 403
    client.force_login(lead)
    text = client.get(url).text
    assert 'value="unhide"' in text
    assert "Vier Augen" not in text
