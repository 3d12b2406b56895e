"""Merging organisations and offers: nothing is lost, and old addresses lead on."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import actors.lifecycle
from actors.models import ContactPerson, Organisation
from kiportal.common import links
from kiportal.common.models import AccessLink, Assignment, ChangeProposal, FollowUp, StatusChange, User
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from offers import lifecycle, rows
from offers.history import timeline
from offers.lifecycle import merging
from offers.lifecycle.uniting import Side
from offers.models import Offer, OfferDate, OpeningHours
from offers.review import queue
from tests import factories

pytestmark = pytest.mark.django_db


def merge(kept: Any, other: Any, by: User, *taken: str, **left: Side) -> None:
    """`taken` comes from the other; for what `left` does not name either holds what is proposed."""
    choices = dict.fromkeys(taken, Side.OTHER) | left
    merging.merge(kept, other, choices, by=by, read=(kept.lock_version, other.lock_version))
    kept.refresh_from_db()
    other.refresh_from_db()


def everything_kept() -> dict[str, Side]:
    names = [field.name for field in merging.fields_of(Offer)]
    return dict.fromkeys([*names, *(part.field.model._meta.label for part in merging.parts_of(Offer))], Side.KEPT)


@pytest.mark.parametrize("model", [Organisation, Offer])
def test_every_relation_is_one_that_the_merge_handles(model: Any) -> None:
    """Who adds a relation to Organisation or Offer says here what a merge does with it."""
    assert {name for name, _relation in merging.relations(model)} <= merging.RELATIONS.keys()


def test_merge_names_no_relation_that_is_gone() -> None:
    found = {name for model in (Organisation, Offer) for name, _relation in merging.relations(model)}
    assert found == merging.RELATIONS.keys()


def test_merged_organisation_loses_nothing(editor: User) -> None:
    kept = factories.make_organisation("Verein Brücke", phone="", city="Siegen")
    other = factories.make_organisation("Verein Bruecke", phone="0271 1", city="Netphen")
    earlier = factories.make_organisation("Brücke", status=Organisation.Status.ARCHIVED, merged_into=other)
    offer = factories.make_offer(provider=other)
    both, only_other = (
        factories.make_user("provider", organisation=kept),
        factories.make_user("provider", organisation=other),
    )
    other.memberships.create(user=both)
    contact = ContactPerson.objects.create(organisation=other, function="Leitung", phone="1")
    follow_up = FollowUp.objects.create(target=other, due_on=timezone.localdate(), note="Anrufen")
    merge(kept, other, editor, "phone")
    assert (kept.name, kept.phone, kept.city) == ("Verein Brücke", "0271 1", "Siegen")
    assert (other.name, other.city, other.status) == ("Verein Bruecke", "Netphen", "archived")
    for row in (offer, contact, follow_up, earlier):
        row.refresh_from_db()
    assert (offer.provider, contact.organisation, follow_up.target) == (kept, kept, kept)
    assert (earlier.merged_into, other.merged_into) == (kept, kept)
    assert set(kept.memberships.values_list("user", flat=True)) == {both.pk, only_other.pk}
    assert list(other.memberships.values_list("user", flat=True)) == [both.pk]


def test_proposals_of_accounts_go_on_with_the_organisation_that_is_kept(editor: User) -> None:
    kept, other = factories.make_organisation(phone="0271 5"), factories.make_organisation(phone="0271 1")
    member = factories.make_user("provider", organisation=other)
    contact = ContactPerson.objects.create(organisation=other, function="Leitung", phone="1")
    for record, old in ((other, "0271 1"), (contact, "1")):
        actors.lifecycle.propose(record, {"phone": {"old": old, "new": "0271 9"}}, by=member, message="")
    merge(kept, other, editor)
    contact.refresh_from_db()
    of_kept = ChangeProposal.objects.for_target(kept).get()
    of_contact = ChangeProposal.objects.for_target(contact).get()
    assert queue.length() == 2
    with pytest.raises(SomebodyWasFaster, match="inzwischen anders"):  # it was written for the other number
        actors.lifecycle.accept_proposal(of_kept, {"phone"}, by=editor)
    actors.lifecycle.accept_proposal(of_contact, {"phone"}, by=editor)
    contact.refresh_from_db()
    assert (contact.phone, contact.organisation) == ("0271 9", kept)


def test_two_organisations_with_a_proposal_each_are_not_merged(editor: User) -> None:
    kept, other = factories.make_organisation(), factories.make_organisation()
    for organisation in (kept, other):
        member = factories.make_user("provider", organisation=organisation)
        actors.lifecycle.propose(organisation, {"phone": {"old": "", "new": "1"}}, by=member, message="")
    with pytest.raises(TransitionError, match="entscheiden Sie zuerst"):
        merge(kept, other, editor)


def test_merged_offer_loses_nothing(editor: User) -> None:
    provider = factories.make_organisation()
    kept = factories.make_offer("Nähkurs", provider=provider, summary="Alt", submitter_email="a@example.org")
    other = factories.make_offer("Näh-Kurs", provider=provider, summary="Neu", submitter_email="b@example.org")
    topics = list(other.topics.all())
    starts = timezone.now() + timedelta(days=3)
    OfferDate.objects.create(offer=kept, starts_at=starts, note="alt")
    OfferDate.objects.create(offer=other, starts_at=starts, note="neu")
    care = links.issue(AccessLink.Purpose.CARE, other, "b@example.org")
    draft = links.issue(AccessLink.Purpose.DRAFT, other, "b@example.org")
    change = {"city": {"old": other.city, "new": "Siegen"}}
    proposal = lifecycle.propose(other, change, by=care, message="", email="b@example.org")
    assert proposal is not None
    Assignment.objects.create(target=other, assignee=editor)
    merge(kept, other, editor, "summary", "topics", "offers.OfferDate")
    assert (kept.title, kept.summary, list(kept.topics.all())) == ("Nähkurs", "Neu", topics)
    assert (other.summary, other.status) == ("Neu", "archived")
    assert (kept.dates.get().note, other.dates.get().note) == ("neu", "alt")
    for row in (care, draft, proposal):
        row.refresh_from_db()
    assert (care.target, draft.target, proposal.target) == (kept, other, kept)
    assert Assignment.objects.get().target == kept


def test_parts_that_are_not_taken_stay(editor: User) -> None:
    kept, other = factories.make_offer(), factories.make_offer()
    OpeningHours.objects.create(offer=other, weekday=0, opens_at="09:00", closes_at="12:00")
    merge(kept, other, editor, **{"offers.OpeningHours": Side.KEPT})
    assert (kept.opening_hours.count(), other.opening_hours.count()) == (0, 1)


def test_verlauf_of_both_tells_of_the_merge(editor: User) -> None:
    kept, other = factories.make_offer("Nähkurs"), factories.make_offer("Näh-Kurs")
    merge(kept, other, editor, **everything_kept())
    assert [(row.verb, row.reason) for row in StatusChange.objects.for_target(kept)] == [
        ("merge", "„Näh-Kurs“ ist hier aufgegangen.")
    ]
    assert [row.verb for row in StatusChange.objects.for_target(other)] == ["merge", "archive"]
    assert "Zusammengeführt mit „Nähkurs“." in {step.text for step in timeline(kept)}


@pytest.mark.parametrize("language", ["", "/en"])
def test_old_addresses_lead_on(client: Client, editor: User, centre: object, language: str) -> None:
    kept, other = factories.make_offer("Nähkurs"), factories.make_offer("Näh-Kurs")
    provider = kept.provider
    pairs = [
        (language + old.get_absolute_url(), language + new.get_absolute_url())
        for old, new in ((other, kept), (other.provider, provider))
    ]
    merge(kept, other, editor)
    merge(provider, other.provider, editor)
    for old, new in pairs:
        answer = client.get(old)
        assert (answer.status_code, answer.headers["Location"]) == (301, new)


def test_address_leads_nowhere_when_the_kept_one_is_hidden(client: Client, editor: User) -> None:
    kept, other = factories.make_offer(), factories.make_offer()
    merge(kept, other, editor)
    lifecycle.hide(kept, by=editor, reason="Pause")
    assert client.get(other.get_absolute_url()).status_code == 410


def test_merged_record_is_not_restored(editor: User) -> None:
    kept, other = factories.make_offer(), factories.make_offer()
    merge(kept, other, editor)
    with pytest.raises(TransitionError, match="zusammengeführt"):
        lifecycle.restore(other, by=editor)


@pytest.mark.parametrize(
    ("kept", "other", "sentence"),
    [
        ("submitted", "published", "Behalten Sie diesen"),
        ("archived", "published", "kann nicht der sein, der bleibt"),
        ("published", "changes_requested", "Rückfrage offen"),
    ],
)
def test_merge_the_wrong_way_round_is_refused(editor: User, kept: str, other: str, sentence: str) -> None:
    records = [factories.make_offer(status=status) for status in (kept, other)]
    with pytest.raises(TransitionError, match=sentence):
        merge(*records, editor)


def test_submitted_twin_is_rejected_and_its_author_told(editor: User, run_jobs: Any, mailoutbox: list[Any]) -> None:
    kept = factories.make_offer("Nähkurs")
    other = factories.make_offer("Näh-Kurs", status=Offer.Status.SUBMITTED, submitter_email="b@example.org")
    merge(kept, other, editor)
    assert other.status == "rejected"
    run_jobs()
    (mail,) = [mail for mail in mailoutbox if mail.to == ["b@example.org"]]
    assert "Zusammengeführt mit „Nähkurs“." in mail.body


def test_merge_with_changes_of_the_same_sender_is_refused_and_changes_nothing(editor: User) -> None:
    kept, other = factories.make_offer(), factories.make_offer()
    for offer in (kept, other):
        ChangeProposal.objects.create(target=offer, lock_version=1, changes={}, author_email="a@example.org")
    with pytest.raises(TransitionError, match="entscheiden Sie zuerst"):
        merge(kept, other, editor)
    other.refresh_from_db()
    assert (other.status, other.merged_into) == ("published", None)


def test_merge_of_what_somebody_changed_is_refused(editor: User) -> None:
    kept, other = factories.make_offer(), factories.make_offer()
    with pytest.raises(SomebodyWasFaster):
        merging.merge(kept, other, {}, by=editor, read=(kept.lock_version, other.lock_version + 1))


def test_merge_is_for_staff() -> None:
    kept, other = factories.make_offer(), factories.make_offer()
    with pytest.raises(PermissionDenied):
        merge(kept, other, factories.make_user("provider", organisation=kept.provider))


# Pages


@pytest.fixture
def staff(client: Client, editor: User, centre: object) -> Client:
    client.force_login(editor)
    return client


def test_pages_lead_from_the_twin_to_the_merged_record(staff: Client) -> None:
    kept = factories.make_organisation("Verein Brücke", city="Siegen")
    other = factories.make_organisation("Verein Bruecke", city="Netphen", phone="0271 1")
    factories.make_offer(provider=other)
    find = reverse("offers:merge_find", args=["organisation", kept.pk])
    confirm = reverse("offers:merge_confirm", args=["organisation", kept.pk, other.pk])
    assert find in staff.get(reverse("offers:staff_organisation_detail", args=[kept.pk])).text
    assert confirm in staff.get(find).text
    assert confirm in staff.get(find, {"q": "bruecke"}).text
    page = staff.get(confirm)
    choices = {choice.name: (choice.kept, choice.other, choice.side) for choice in page.context["choices"]}
    assert choices["city"] == ("Siegen", "Netphen", "kept")
    assert choices["phone"] == ("", "0271 1", "other")
    assert "Angebote: 1" in page.text
    data = {"kept_version": kept.lock_version, "other_version": other.lock_version, "feld-city": "other"}
    answer = staff.post(confirm, data, follow=True)
    assert "ist jetzt Teil von „Verein Brücke“" in answer.text
    kept.refresh_from_db()
    assert (kept.city, kept.phone) == ("Netphen", "0271 1")
    assert "aufgegangen in" in staff.get(reverse("offers:staff_organisation_detail", args=[other.pk])).text


def test_stale_page_comes_back_with_what_was_chosen(staff: Client) -> None:
    kept, other = factories.make_offer(summary="Alt"), factories.make_offer(summary="Neu")
    url = reverse("offers:merge_confirm", args=["angebot", kept.pk, other.pk])
    answer = staff.post(url, {"kept_version": 1, "other_version": 7, "feld-summary": "other"})
    assert answer.status_code == 409
    sides = {choice.name: choice.side for choice in answer.context["choices"]}
    assert (sides["summary"], sides["title"]) == ("other", "kept")


def test_proposals_are_not_merged(staff: Client) -> None:
    assert staff.get(reverse("offers:merge_find", args=["aenderung", 1])).status_code == 404


# What holds when nobody chooses


def test_lists_are_united_and_nothing_of_the_kept_one_goes(editor: User) -> None:
    provider, partner = factories.make_organisation(), factories.make_organisation("Jugendamt")
    kept, other = (factories.make_offer(title, provider=provider) for title in ("Nähkurs", "Näh-Kurs"))
    lists = ("topics", "target_groups", "languages", "municipalities")
    make = (
        lambda number: factories.make_topic(name=f"Thema {number}"),
        lambda number: factories.make_target_group(name=f"Gruppe {number}"),
        lambda number: factories.make_language(("ar", "uk")[number]),
        lambda number: factories.make_municipality(f"Ort {number}"),
    )
    for name, made in zip(lists, make, strict=True):
        for number, offer in enumerate((kept, other)):
            getattr(offer, name).set([made(number)])
    day = timezone.now() + timedelta(days=3)
    for offer, note, role in ((kept, "alt", "kooperation"), (other, "neu", "foerderer")):
        OfferDate.objects.create(offer=offer, starts_at=day, note=note)
        offer.partners.create(role=role, organisation=partner)
        factories.make_picture(offer, note)
    OfferDate.objects.create(offer=other, starts_at=day + timedelta(days=1))
    other.partners.create(role="traeger", organisation=provider)
    kept.opening_hours.create(weekday=0, opens_at="09:00", closes_at="12:00")
    for weekday, opens, closes in ((0, "10:00", "13:00"), (0, "14:00", "16:00"), (2, "09:00", "12:00")):
        other.opening_hours.create(weekday=weekday, opens_at=opens, closes_at=closes)
    kept.access_features.create(feature="wc", state="ja")
    other.access_features.create(feature="wc", state="nein")
    other.access_features.create(feature="aufzug", state="ja")
    wanted = {name: {*getattr(kept, name).all(), *getattr(other, name).all()} for name in lists}
    merge(kept, other, editor)
    assert {name: set(getattr(kept, name).all()) for name in lists} == wanted
    assert [entry.note for entry in kept.dates.order_by("starts_at")] == ["alt", ""]
    assert [row.role for row in kept.partners.all()] == ["kooperation", "foerderer"]
    assert [str(row) for row in kept.opening_hours.all()] == [
        *("Montag 09:00–12:00", "Montag 14:00–16:00", "Mittwoch 09:00–12:00"),
    ]
    assert {row.feature: row.state for row in kept.access_features.all()} == {"wc": "ja", "aufzug": "ja"}
    assert [image.alternative for image in kept.images.order_by("sort_order")] == ["alt", "neu"]
    assert (other.dates.count(), other.partners.count(), other.opening_hours.count()) == (2, 2, 3)


def test_gaps_are_filled_and_texts_that_are_there_stay(editor: User) -> None:
    provider = factories.make_organisation()
    kept = factories.make_offer(provider=provider, summary="Alt", website="", funding_note="", schedule_text="")
    other = factories.make_offer(
        provider=provider,
        summary="Neu",
        website="https://example.org/",
        funding_note="vom Land",
        valid_until="2031-01-01",
    )
    merge(kept, other, editor)
    assert (kept.summary, kept.website, kept.funding_note) == ("Alt", "https://example.org/", "vom Land")
    assert kept.valid_until is None  # it has no end, and that is no gap
    assert kept.edited_by == editor


def test_nothing_taken_leaves_the_kept_one_to_whoever_wrote_it(editor: User) -> None:
    kept, other = factories.make_organisation(), factories.make_organisation()
    merge(kept, other, editor)
    assert kept.edited_by is None


@pytest.mark.parametrize(("city", "street"), [("Siegen", "Markt 1"), ("", "Markt 1"), ("Kreuztal", "")])
def test_address_is_not_put_together_from_two_places(editor: User, city: str, street: str) -> None:
    provider = factories.make_organisation()
    kept = factories.make_offer(provider=provider, city=city, street="")
    other = factories.make_offer(
        provider=provider, city="Siegen", street="Markt 1", latitude="50.894620", longitude="8.021930"
    )
    merge(kept, other, editor)
    assert (kept.street, kept.city) == (street, city or "Siegen")
    assert (kept.latitude is None, kept.longitude is None) == (not street, not street)


def test_amount_is_not_added_to_what_is_free(editor: User) -> None:
    provider = factories.make_organisation()
    kept = factories.make_offer(provider=provider, cost_kind="kostenfrei")
    other = factories.make_offer(provider=provider, cost_kind="betrag", cost_amount="5", cost_note="im Monat")
    merge(kept, other, editor)
    assert (kept.cost_kind, kept.cost_amount, kept.cost_note) == ("kostenfrei", None, "")


def test_point_comes_as_a_whole(editor: User) -> None:
    provider = factories.make_organisation()
    kept, other = (
        factories.make_offer(provider=provider, latitude=latitude, longitude=longitude)
        for latitude, longitude in (("50.1", "7.1"), ("51.2", "8.2"))
    )
    merge(kept, other, editor, "latitude")
    assert (str(kept.latitude), str(kept.longitude)) == ("51.200000", "8.200000")


def test_union_has_no_more_than_an_entry_has_room_for(editor: User) -> None:
    provider = factories.make_organisation()
    kept, other = factories.make_offer(provider=provider), factories.make_offer(provider=provider)
    for offer, number in ((kept, 3), (other, 4)):
        offer.topics.set([factories.make_topic() for _ in range(number)])
        for picture in range(number):
            factories.make_picture(offer, str(picture))
    own = set(kept.topics.all())
    merge(kept, other, editor)
    assert (kept.topics.count(), kept.images.count(), other.images.count()) == (5, 5, 2)
    assert own < set(kept.topics.all())


def test_rule_of_the_other_brings_its_dates(editor: User) -> None:
    provider = factories.make_organisation()
    kept, other = factories.make_offer(provider=provider), factories.make_offer(provider=provider)
    rule = ["FREQ=WEEKLY;INTERVAL=1;BYDAY=TU", "2026-01-06", None, "17:00", "19:00", False, False, []]
    rows.write(other, {"recurrence": [rule]})
    merge(kept, other, editor)
    assert kept.dates.filter(is_generated=True).count() > 40
    assert rows.ROWS["recurrence"].read(kept) == [rule]


def test_page_offers_both_lists_together(staff: Client) -> None:
    provider = factories.make_organisation()
    kept, other, third = (
        factories.make_offer(title, provider=provider, topics=[factories.make_topic(name=topic)])
        for title, topic in (("Nähkurs", "Nähen"), ("Näh-Kurs", "Stricken"), ("Nähkurse", "Häkeln"))
    )
    page = reverse("offers:merge_confirm", args=["angebot", kept.pk, other.pk])
    [choice] = [choice for choice in staff.get(page).context["choices"] if choice.name == "topics"]
    assert (choice.side, choice.both) == ("both", "Nähen, Stricken")
    versions = {"kept_version": kept.lock_version, "other_version": other.lock_version}
    staff.post(page, versions | {"feld-topics": "both", "feld-title": "both"})
    kept.refresh_from_db()
    assert ({topic.name for topic in kept.topics.all()}, kept.title) == ({"Nähen", "Stricken"}, "Nähkurs")
    third.topics.set(kept.topics.all()[:1])
    page = reverse("offers:merge_confirm", args=["angebot", kept.pk, third.pk])
    [choice] = [choice for choice in staff.get(page).context["choices"] if choice.name == "topics"]
    assert (choice.side, choice.both) == ("kept", "")  # one list holds the other


def test_merge_page_says_at_every_choice_which_side_is_which(staff: Client) -> None:
    kept, other = factories.make_offer("Deutsch am Abend"), factories.make_offer("Deutsch abends", city="Netphen")
    text = staff.get(reverse("offers:merge_confirm", args=["angebot", kept.pk, other.pk])).text
    choices = text.count('<fieldset class="kern-fieldset merge">')
    assert choices > 1
    assert text.count('<span class="merge__name">Bleibt</span>') == choices + 1
    assert text.count('<span class="merge__name">Geht darin auf</span>') == choices + 1


@pytest.mark.parametrize(("kind", "is_taken"), [(Offer.Kind.OFFER, False), (Offer.Kind.PROJECT, True)])
def test_merge_fills_what_a_project_says_only_into_a_project(staff: Client, kind: str, is_taken: bool) -> None:
    kept = factories.make_offer("Deutsch am Abend", kind=kind, city="")
    other = factories.make_offer("Deutsch abends", project_goal="<p>Mehr Sprache</p>", city="Netphen")
    page = staff.get(reverse("offers:merge_confirm", args=["angebot", kept.pk, other.pk]))
    taken = {choice.name: choice.side == Side.OTHER for choice in page.context["choices"]}
    assert (taken["project_goal"], taken["city"]) == (is_taken, True)
