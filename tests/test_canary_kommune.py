"""The same word for a Kommune: what it may not know of its place reaches none of the pages that are its own.

Every text column of every row counts as internal unless it is named here: the public columns of what is public and of
the entries of the place, and what the Kommune itself wrote, with the answer.
"""

from collections.abc import Iterator
from html import unescape
from typing import Any
from uuid import uuid4

import pgtrigger
import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models, transaction
from django.test import Client
from django.utils import timezone

from actors import consents
from actors.models import ContactPerson, Organisation
from kiportal.common import links, roles
from kiportal.common.models import AccessLink, Consent, FollowUp, StatusChange, User
from offers import lifecycle
from offers.models import Hint, Need, Offer, OfferImage
from offers.querysets import OfferQuerySet
from tests import factories
from tests.test_canary import CANARY, CONTROL, LEFT_OUT, OURS, PUBLIC, public_rows, text_columns, word_for
from tests.world import World, make_world

START = "/arbeitsplatz/kommune/netphen/"
OWN = {"offers.Hint": {"text"}, "offers.Need": {"text"}, "common.StatusChange": {"reason"}}


def entries(world: World) -> OfferQuerySet:
    return Offer.objects.known_in(world["municipality"])


def shown_rows(model: type[models.Model], world: World) -> models.QuerySet:
    """The rows of which the Kommune reads the columns of PUBLIC and OWN."""
    rows = public_rows(model)
    match model._meta.label:
        case "offers.Offer":
            return Offer.objects.filter(pk__in=entries(world).values("pk"))
        case "offers.OfferImage":
            return OfferImage.objects.shown().filter(offer__in=entries(world))
        case "actors.Organisation":
            return Organisation.objects.filter(pk__in=[*rows.values_list("pk", flat=True), world["own"].pk])
        case "actors.ContactPerson":
            return ContactPerson.objects.filter(offers__in=entries(world)).distinct()
        case "offers.Hint" | "offers.Need":
            return model._base_manager.exclude(by_organisation=None)
        case "common.StatusChange":
            answers = StatusChange.objects.filter(verb__in=["answer", "note"])
            own = [Hint.objects.get(by_user=world.users[roles.MUNICIPALITY])]
            return answers.filter(target_id__in=[hint.pk for hint in own])
    return rows


def spread(model: type[models.Model], world: World) -> None:
    shown = PUBLIC.get(model._meta.label, set()) | OWN.get(model._meta.label, set())
    keys = set(shown_rows(model, world).values_list("pk", flat=True))
    for number, key in enumerate(model._base_manager.order_by("pk").values_list("pk", flat=True), start=1):
        values = {
            column.name: word_for(column, CONTROL if key in keys and column.name in shown else CANARY, number)
            for column in text_columns(model)
        }
        if values:
            model._base_manager.filter(pk=key).update(**values)


def add_what_a_kommune_may_not_know(world: World) -> None:
    """Notes, questions, proposals, hints and needs of others, a name with consent at an entry that is not public."""
    editor, member, own = world.users[roles.EDITOR], world.users[roles.MUNICIPALITY], world["own"]
    place, published, submitted = world["municipality"], world["published"], world["submitted"]
    lifecycle.request_changes(submitted, by=editor, reason="x")
    contact = ContactPerson.objects.create(organisation=own, function="Leitung", name="x", phone="0271 1")
    consents.record(contact, wording="x", channel=Consent.Channel.MAIL, given_on=timezone.localdate())
    Offer.objects.filter(pk=submitted.pk).update(contact=contact)
    link = links.issue(AccessLink.Purpose.CARE, published, "x@example.org")
    change = {"summary": {"old": published.summary, "new": "x"}}
    lifecycle.propose(published, change, by=link, message="x", email=link.email)
    FollowUp.objects.create(target=submitted, due_on=timezone.localdate(), note="x", created_by=editor)
    Need.objects.create(text="x", municipality=place, name="x", email="x@example.org")
    hint = lifecycle.receive_local_hint(uuid4(), published, place, by=member, kind="zeit", text="x")
    lifecycle.forward_hint(hint, by=editor, text="x")
    lifecycle.answer_hint(hint, by=editor, text="x")
    lifecycle.receive_local_need(uuid4(), place, by=member, text="x")
    dropped = lifecycle.receive_local_need(uuid4(), place, by=member, text="x")
    lifecycle.discard_need(dropped, by=editor, text="x")


@pytest.fixture(scope="module")
def pages(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    with django_db_blocker.unblock(), transaction.atomic():
        factories.make_topic("leer")
        world = make_world()
        place, member = world["municipality"], world.users[roles.MUNICIPALITY]
        add_what_a_kommune_may_not_know(world)
        with pgtrigger.ignore():
            for model in apps.get_models():
                if model._meta.app_label in OURS and model._meta.label not in LEFT_OUT:
                    spread(model, world)
            spread(EmailAddress, world)
        type(place).objects.filter(pk=place.pk).update(slug="netphen")
        User.objects.filter(pk=member.pk).update(
            username="petra", first_name="Petra", last_name="Platz", email="petra@example.org"
        )
        client = Client()
        client.force_login(User.objects.get(pk=member.pk))
        found = [f"{START}{part}" for part in ("", "fehlt/", "fehlt/melden/", "hinweise/", "?veraltet=on")]
        found += [f"{START}?q={word}" for word in (CANARY, CONTROL)]
        for key in entries(world).values_list("pk", flat=True):
            found += [f"{START}{key}/", f"{START}{key}/hinweis/"]
        yield {url: unescape(_read(client, url)) for url in found}
        transaction.set_rollback(True)


def _read(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.text.replace(f"?q={CANARY}", "").replace(f'value="{CANARY}"', "")  # what was asked for


@pytest.mark.django_db
def test_nothing_internal_reaches_a_kommune(pages: dict[str, str]) -> None:
    leaks = {
        url: text[max(0, position - 80) : position + 60]
        for url, text in pages.items()
        if (position := text.lower().find(CANARY)) >= 0
    }
    assert leaks == {}
    assert len(pages) >= 15


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["title", "summary", "description", "name", "function", "text", "reason"])
def test_kommune_reads_what_is_its_business(pages: dict[str, str], word: str) -> None:
    assert any(f"{CONTROL} {word}" in text.lower() for text in pages.values())
