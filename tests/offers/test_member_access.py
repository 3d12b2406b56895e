"""Several people an organisation: invite, see, end, leave, hand over; limits and denials."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

import actors.access
from actors.models import Membership, Organisation
from kiportal.common import links, roles
from kiportal.common.models import AccessLink, StatusChange, User
from offers import lifecycle
from offers.models import Offer
from tests import factories

pytestmark = pytest.mark.django_db

NEW = {"first_name": "Nina", "last_name": "Neu", "email": "Nina@Example.org"}


@pytest.fixture
def own(centre: object) -> Organisation:
    return factories.make_organisation("Verein Brücke")


@pytest.fixture
def member(own: Organisation) -> User:
    return factories.make_user(roles.PROVIDER, organisation=own, first_name="Vera", last_name="Verein")


@pytest.fixture
def signed_in(client: Client, member: User) -> Client:
    client.force_login(member)
    return client


def page(organisation: Organisation) -> str:
    return reverse("offers:member_access", args=[organisation.pk])


def taking(membership: Membership) -> str:
    return reverse("offers:member_access_take", args=[membership.organisation_id, membership.pk])


def verbs(organisation: Organisation) -> list[str]:
    return list(StatusChange.objects.for_target(organisation).values_list("verb", flat=True))


def test_invited_colleague_gets_an_account_a_role_and_a_mail(
    signed_in: Client, own: Organisation, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    answer = signed_in.post(page(own), NEW, follow=True)
    assert "Die Einladung geht gleich an nina@example.org." in answer.text
    assert "noch kein Passwort" in answer.text
    nina = User.objects.get(email="nina@example.org")
    assert nina.roles == {roles.PROVIDER}
    assert not nina.has_usable_password()
    assert own.memberships.filter(user=nina).exists()
    assert verbs(own) == ["give_access"]
    run_jobs()
    [mail] = mailoutbox
    assert mail.to == ["nina@example.org"]
    assert "„Verein Brücke“" in mail.body
    assert "/konto/" in mail.body


def test_person_of_a_kommune_gets_its_role(editor: User) -> None:
    town = factories.make_organisation(kind=Organisation.Kind.MUNICIPALITY)
    membership = actors.access.give(town, email="rathaus@example.org", first_name="R", last_name="H", by=editor)
    assert membership.user.roles == {roles.MUNICIPALITY}


def test_account_that_exists_is_told_to_sign_in_and_the_answer_is_the_same(
    signed_in: Client, own: Organisation, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    council = factories.make_user(roles.COUNCIL)
    answer = signed_in.post(page(own), NEW | {"email": council.email}, follow=True)
    assert f"Die Einladung geht gleich an {council.email}." in answer.text
    run_jobs()
    assert "/konto/anmelden/" in mailoutbox[0].body
    assert User.objects.get(pk=council.pk).roles == {roles.COUNCIL, roles.PROVIDER}


def test_fourth_invitation_of_a_day_is_refused_with_all_input(signed_in: Client, own: Organisation) -> None:
    for _ in range(3):
        assert signed_in.post(page(own), NEW).status_code == 302
    answer = signed_in.post(page(own), NEW)
    assert answer.status_code == 429
    assert "schon drei Einladungen" in answer.text
    assert "Nina" in answer.text
    assert len(verbs(own)) == 3


def test_access_ends_at_once_and_mails_go_to_who_is_left(
    signed_in: Client, own: Organisation, member: User, client: Client
) -> None:
    former = factories.make_user(roles.PROVIDER, organisation=own)
    offer = factories.make_offer(provider=own, submitter_email=former.email)
    link = links.issue(AccessLink.Purpose.CARE, offer, former.email)
    other_link = links.issue(AccessLink.Purpose.CARE, factories.make_offer(), former.email)
    theirs = Client()
    theirs.force_login(former)
    assert theirs.get(page(own)).status_code == 200
    signed_in.post(taking(former.memberships.get()))
    assert theirs.get(page(own)).status_code == 404
    assert theirs.get(reverse("offers:member_offer_edit", args=[offer.pk])).status_code == 404
    for record in (offer, link, other_link):
        record.refresh_from_db()
    assert (offer.submitter_email, link.revoked_at is not None, other_link.revoked_at) == (member.email, True, None)
    assert verbs(own) == ["take_access"]


def test_last_person_leaves_and_the_care_link_goes_on(signed_in: Client, own: Organisation, member: User) -> None:
    offer = factories.make_offer(provider=own, submitter_email=member.email)
    answer = signed_in.post(taking(member.memberships.get()), follow=True)
    assert "Sie haben keinen Zugang mehr zu „Verein Brücke“." in answer.text
    offer.refresh_from_db()
    assert offer.submitter_email == member.email
    assert verbs(own) == ["leave"]


def handing_over(organisation: Organisation) -> str:
    return reverse("offers:member_access_hand_over", args=[organisation.pk])


def people(organisation: Organisation) -> set[str]:
    return set(organisation.memberships.values_list("user__email", flat=True))


def test_hand_over_to_an_account_in_use_holds_at_once(
    client: Client, own: Organisation, member: User, editor: User
) -> None:
    offer = factories.make_offer(provider=own, submitter_email=member.email)
    nina = factories.make_user(roles.PROVIDER)
    client.force_login(editor)
    assert "reason" in client.post(handing_over(own), NEW).context["form"].errors
    answer = client.post(handing_over(own), NEW | {"email": nina.email, "reason": "Neuer Vorstand."}, follow=True)
    assert "ist übergeben" in answer.text
    assert "Eine Übergabe wartet" not in answer.text
    assert people(own) == {nina.email}
    offer.refresh_from_db()
    change = StatusChange.objects.for_target(own).get()
    assert (offer.submitter_email, change.verb, change.reason) == (nina.email, "hand_over", "Neuer Vorstand.")
    assert "Zugang übergeben" in client.get(reverse("offers:staff_organisation_detail", args=[own.pk])).text


def test_everybody_keeps_access_until_the_new_person_has_accepted(
    client: Client, own: Organisation, member: User, editor: User, run_jobs: Any, mailoutbox: list[Any]
) -> None:
    offer = factories.make_offer(provider=own, submitter_email=member.email)
    link = links.issue(AccessLink.Purpose.CARE, offer, member.email)
    client.force_login(editor)
    answer = client.post(handing_over(own), NEW | {"reason": "Neuer Vorstand."}, follow=True)
    assert "Eine Übergabe wartet" in answer.text
    assert "Übergabe zurückziehen" in answer.text
    assert people(own) == {member.email, "nina@example.org"}
    theirs = Client()
    theirs.force_login(member)
    page_of_member = theirs.get(page(own)).text
    assert "Eine Übergabe wartet" in page_of_member
    assert "Übergabe zurückziehen" not in page_of_member
    run_jobs()
    assert mailoutbox[0].to == ["nina@example.org"]
    # The link in the mail: a password, and with it the first sign-in.
    fresh = Client()
    address = next(word for word in mailoutbox[0].body.split() if "/konto/" in word)
    form = fresh.get(urlsplit(address).path, follow=True)
    password = "ein sehr langes Passwort"
    fresh.post(form.request["PATH_INFO"], {"password1": password, "password2": password}, follow=True)
    fresh.post(reverse("account_login"), {"login": "nina@example.org", "password": password})
    assert fresh.get(page(own)).status_code == 200
    assert people(own) == {"nina@example.org"}
    assert theirs.get(page(own)).status_code == 404
    offer.refresh_from_db()
    link.refresh_from_db()
    assert (offer.submitter_email, link.revoked_at is not None) == ("nina@example.org", True)
    assert verbs(own) == ["hand_over", "take_over"]
    fresh.force_login(User.objects.get(email="nina@example.org"))
    assert verbs(own) == ["hand_over", "take_over"]


def test_hand_over_is_withdrawn_by_staff_alone(client: Client, own: Organisation, member: User, editor: User) -> None:
    factories.make_offer(provider=own, submitter_email=member.email)
    lifecycle.hand_over(own, **NEW, reason="Tippfehler", by=editor)
    successor = own.memberships.get(user__email="nina@example.org")
    client.force_login(member)
    assert "Nur dort wird sie zurückgezogen." in client.post(taking(successor), follow=True).text
    assert successor.user.email in people(own)
    client.force_login(editor)
    assert "Die Übergabe ist zurückgezogen" in client.post(taking(successor), follow=True).text
    assert people(own) == {member.email}
    assert verbs(own) == ["hand_over", "revoke_hand_over"]
    client.force_login(successor.user)
    assert people(own) == {member.email}


def test_second_hand_over_takes_the_place_of_the_first(own: Organisation, member: User, editor: User) -> None:
    lifecycle.hand_over(own, **NEW, reason="Tippfehler", by=editor)
    lifecycle.hand_over(own, **NEW | {"email": "nina.neu@example.org"}, reason="Richtig", by=editor)
    assert people(own) == {member.email, "nina.neu@example.org"}
    assert verbs(own) == ["hand_over", "revoke_hand_over", "hand_over"]
    lifecycle.hand_over(own, **NEW | {"email": "nina.neu@example.org"}, reason="Noch einmal", by=editor)
    [waiting] = actors.access.waiting(own.memberships.all())
    assert waiting.user.email == "nina.neu@example.org"


def test_colleague_who_is_invited_takes_nothing_over(
    own: Organisation, member: User, editor: User, client: Client
) -> None:
    lifecycle.hand_over(own, **NEW, reason="Wechsel", by=editor)
    actors.access.give(own, email="kollege@example.org", first_name="K", last_name="O", by=member)
    client.force_login(User.objects.get(email="kollege@example.org"))
    assert people(own) == {member.email, "nina@example.org", "kollege@example.org"}


@pytest.mark.parametrize("who", ["editor", "member"])
def test_account_that_is_switched_off_is_not_invited(
    client: Client, own: Organisation, member: User, editor: User, who: str
) -> None:
    factories.make_user(roles.PROVIDER, "fort", is_active=False)
    data = NEW | {"email": "Fort@example.org", "reason": "Neuer Vorstand."}
    client.force_login(editor if who == "editor" else member)
    answer = client.post(page(own), data)
    assert answer.status_code == 400
    told = {
        "editor": "Das Konto zu dieser Adresse ist abgeschaltet.",
        "member": "An diese Adresse geht keine Einladung.",
    }
    assert told[who] in answer.text
    assert "Nina" in answer.text
    if who == "editor":
        answer = client.post(handing_over(own), data)
        assert answer.status_code == 400
        assert told[who] in answer.text
    assert people(own) == {member.email}
    assert verbs(own) == []


def test_draft_that_somebody_writes_by_link_stays_theirs(own: Organisation, member: User, editor: User) -> None:
    draft = factories.make_offer(provider=own, submitter_email=member.email, status=Offer.Status.DRAFT)
    link = links.issue(AccessLink.Purpose.DRAFT, draft, member.email)
    lifecycle.take_access(member.memberships.get(), by=editor)
    link.refresh_from_db()
    assert link.revoked_at is None


def test_switched_off_account_is_out_at_once_and_marked(signed_in: Client, own: Organisation, editor: User) -> None:
    colleague = factories.make_user(roles.PROVIDER, organisation=own)
    theirs = Client()
    theirs.force_login(colleague)
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    assert theirs.get(page(own)).status_code == 302
    assert "Konto abgeschaltet" in signed_in.get(page(own)).text


# Denials


def test_other_organisation_is_not_found(signed_in: Client, own: Organisation) -> None:
    other = factories.make_organisation()
    stranger = factories.make_user(roles.PROVIDER, organisation=other)
    assert signed_in.get(page(other)).status_code == 404
    assert signed_in.post(page(other), NEW).status_code == 404
    membership = stranger.memberships.get()
    assert signed_in.post(taking(membership)).status_code == 404
    mixed = reverse("offers:member_access_take", args=[own.pk, membership.pk])
    assert signed_in.post(mixed).status_code == 404
    assert not User.objects.filter(email="nina@example.org").exists()
    assert other.memberships.count() == 1


def test_member_does_not_hand_over(signed_in: Client, own: Organisation, member: User) -> None:
    hand_over = reverse("offers:member_access_hand_over", args=[own.pk])
    assert signed_in.post(hand_over, NEW | {"reason": "x"}).status_code == 403
    with pytest.raises(PermissionDenied):
        lifecycle.hand_over(own, email="x@example.org", first_name="", last_name="", reason="x", by=member)


def test_form_takes_no_role(signed_in: Client, own: Organisation) -> None:
    signed_in.post(page(own), NEW | {"role": "admin", "groups": "admin", "is_superuser": "on"})
    nina = User.objects.get(email="nina@example.org")
    assert (nina.roles, nina.is_superuser) == ({roles.PROVIDER}, False)


def test_archived_organisation_lets_nobody_in(client: Client, own: Organisation, editor: User) -> None:
    Organisation.objects.filter(pk=own.pk).update(status="archived")
    client.force_login(editor)
    assert client.post(page(own), NEW).status_code == 409
    assert not User.objects.filter(email="nina@example.org").exists()
