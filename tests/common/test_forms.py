"""The guard of anonymous forms, and edit forms that lose nobody's words."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django import forms
from django.core import signing
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone

from actors import lifecycle
from actors.models import ContactPerson, Organisation
from kiportal.common.forms import MAXIMUM_SECONDS, MINIMUM_SECONDS, AnonymousForm, LockedModelForm, StaleSave
from kiportal.common.models import User
from offers.models import Offer
from tests import factories
from tests.concurrency import at_once

# Anonymous forms


class Question(AnonymousForm):
    text = forms.CharField()
    limit_per_address = 3


type Clock = time_machine.Traveller
FAST, OLD = "Das ging sehr schnell.", "Diese Seite war sehr lange offen."


@pytest.fixture
def now(db: None) -> Iterator[Clock]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def opened() -> dict[str, str]:
    """What a browser sends back of a form that was just opened."""
    form = Question(request=RequestFactory().get("/"))
    assert form["website_url"].value() is None
    return {"text": "Hallo", "opened": str(form["opened"].value()), "key": str(form["key"].value())}


def send(data: dict[str, str], client: str = "192.0.2.7") -> Question:
    query = QueryDict(mutable=True)
    query.update(data)
    return Question(query, request=RequestFactory().post("/", REMOTE_ADDR=client))


def sent_again(form: Question) -> dict[str, str]:
    """What a browser sends of a form that came back with a sentence."""
    return {name: str(form[name].value() or "") for name in form.fields}


def sentence(form: Question) -> str:
    [only] = form.non_field_errors()
    return str(only)


def test_form_opened_long_enough_is_valid(now: Clock) -> None:
    data = opened()
    now.shift(timedelta(seconds=MINIMUM_SECONDS))
    form = send(data)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["key"] == uuid.UUID(data["key"])


def test_form_sent_too_fast_comes_back_with_all_input_and_then_passes(now: Clock) -> None:
    data = opened()
    now.shift(timedelta(seconds=MINIMUM_SECONDS - 0.1))
    form = send(data)
    assert sentence(form).startswith(FAST)
    assert sent_again(form) == data | {"website_url": ""}
    now.shift(timedelta(seconds=1))
    assert send(sent_again(form)).is_valid()


def test_form_open_over_night_passes_and_one_open_for_longer_passes_the_second_time(now: Clock) -> None:
    data = opened()
    now.shift(timedelta(seconds=MAXIMUM_SECONDS - 1))
    assert send(data).is_valid()
    now.shift(timedelta(seconds=2))
    form = send(data)
    assert sentence(form).startswith(OLD)
    again = sent_again(form)
    assert (again["text"], again["key"]) == (data["text"], data["key"])
    now.shift(timedelta(seconds=MINIMUM_SECONDS))
    assert send(again).is_valid()


@pytest.mark.parametrize(
    "stamp",
    [
        "",
        "x",
        "1700000000",
        signing.dumps(1_700_000_000, salt="another"),
        signing.dumps(0, key="k", salt="form-opened"),
    ],
    ids=["empty", "letters", "unsigned", "another salt", "another key"],
)
def test_form_with_a_time_stamp_that_is_not_ours_does_not_pass(now: Clock, stamp: str) -> None:
    form = send(opened() | {"opened": stamp})
    assert sentence(form).startswith(OLD)
    assert not send(sent_again(form)).is_valid(), "the new time stamp asks for its seconds, too"
    now.shift(timedelta(seconds=MINIMUM_SECONDS))
    assert send(sent_again(form)).is_valid()


def test_form_without_hidden_fields_gets_a_key_that_stays(now: Clock) -> None:
    """Who takes the hidden fields out cannot make two records with one form that is sent twice."""
    form = send({"text": "Hallo"})
    assert sentence(form).startswith(OLD)
    again = sent_again(form)
    now.shift(timedelta(seconds=MINIMUM_SECONDS))
    form = send(again)
    assert form.is_valid()
    assert form.cleaned_data["key"] == uuid.UUID(again["key"])


def test_form_with_the_trap_filled_in_does_not_pass(now: Clock) -> None:
    data = opened() | {"website_url": "https://spam.example"}
    now.shift(timedelta(seconds=MINIMUM_SECONDS))
    form = send(data)
    assert "Bitte leer lassen" in sentence(form)
    assert send(sent_again(form) | {"website_url": ""}).is_valid()


def test_form_beyond_the_limit_of_its_address_says_so(now: Clock) -> None:
    data = opened()
    now.shift(timedelta(seconds=MINIMUM_SECONDS))
    assert [send(data).is_valid() for _ in range(3)] == [True] * 3
    form = send(data)
    assert not form.is_valid()
    assert form.too_many
    assert form["text"].value() == "Hallo"
    assert send(data, client="192.0.2.8").is_valid()
    now.shift(timedelta(hours=1))
    assert send(data).is_valid()


def test_form_with_errors_does_not_count(now: Clock) -> None:
    data = opened()
    now.shift(timedelta(seconds=MINIMUM_SECONDS))
    for _ in range(5):
        assert not send(data | {"text": ""}).is_valid()
    assert send(data).is_valid()


def test_form_with_a_prefix_reads_its_own_time_stamp(now: Clock) -> None:
    data = {f"frage-{name}": value for name, value in opened().items()}
    now.shift(timedelta(seconds=MINIMUM_SECONDS))
    assert Question(data, prefix="frage", request=RequestFactory().post("/")).is_valid()


def test_two_forms_have_different_keys(now: Clock) -> None:
    assert opened()["key"] != opened()["key"]


# Edit forms


class OrganisationForm(LockedModelForm):
    class Meta:
        model = Organisation
        fields = ["name", "phone"]


class OfferForm(LockedModelForm):
    class Meta:
        model = Offer
        fields = ["title", "topics", "contact"]


def edit(record: Organisation, **typed: Any) -> OrganisationForm:
    """The form as somebody sends it who has opened it now."""
    form = OrganisationForm(instance=record)
    data = {"name": record.name, "phone": record.phone, "lock_version": form["lock_version"].value()}
    return OrganisationForm(data | typed, instance=Organisation.objects.get(pk=record.pk))


@pytest.fixture
def record(db: None) -> Organisation:
    return factories.make_organisation("AWO", phone="0271 1")


def saved(form: LockedModelForm) -> Any:
    assert form.is_valid(), form.errors
    return form.save()


def test_locked_form_saves_and_raises_the_version(record: Organisation) -> None:
    assert saved(edit(record, name="AWO Siegen")).lock_version == 2
    record.refresh_from_db()
    assert (record.name, record.lock_version, record.sort_key) == ("AWO Siegen", 2, "awo siegen")


def test_locked_form_of_a_new_record_stores_it(db: None) -> None:
    form = OrganisationForm({"name": "AWO", "phone": "", "lock_version": 1}, instance=Organisation(slug="awo"))
    assert saved(form).lock_version == 1
    assert Organisation.objects.get().name == "AWO"


def test_locked_form_opened_before_another_was_saved_loses_neither(record: Organisation) -> None:
    mine = edit(record, name="Meins")
    saved(edit(record, name="Deins", phone="0271 2"))
    assert mine.is_valid()
    with pytest.raises(StaleSave) as caught:
        mine.save()
    theirs = caught.value.theirs
    assert isinstance(theirs, Organisation)
    assert (theirs.name, theirs.phone, theirs.lock_version) == ("Deins", "0271 2", 2)
    assert mine.cleaned_data["name"] == "Meins"
    assert Organisation.objects.get().name == "Deins"
    again = OrganisationForm(dict(mine.data.items()) | {"lock_version": 2}, instance=theirs)
    assert saved(again).name == "Meins"


@pytest.mark.parametrize("version", ["", "0", "2", "99", "x", "-1"])
def test_locked_form_with_a_version_that_was_never_shown_is_not_saved(record: Organisation, version: str) -> None:
    form = edit(record, name="Meins", lock_version=version)
    if form.is_valid():
        with pytest.raises(StaleSave):
            form.save()
    assert Organisation.objects.get().name == "AWO"


@pytest.mark.django_db(transaction=True)
def test_locked_form_saved_by_six_at_once_is_saved_by_one() -> None:
    record = factories.make_organisation("AWO")

    def save(name: str) -> Callable[[], Any]:
        form = edit(record, name=name)
        return lambda: saved(form)

    results = at_once(*(save(f"AWO {number}") for number in range(6)))
    winners = [result for result in results if isinstance(result, Organisation)]
    assert len(winners) == 1
    assert sum(isinstance(result, StaleSave) for result in results) == 5
    stored = Organisation.objects.get()
    assert (stored.name, stored.lock_version) == (winners[0].name, 2)


def test_locked_form_keeps_a_step_taken_while_it_was_being_saved(record: Organisation, editor: User) -> None:
    form = edit(record, name="AWO Siegen")
    assert form.is_valid()
    lifecycle.archive(Organisation.objects.get(), by=editor, reason="")
    form.save()
    stored = Organisation.objects.get()
    assert (stored.name, stored.status) == ("AWO Siegen", Organisation.Status.ARCHIVED)


def test_locked_form_leaves_columns_alone_that_it_does_not_show(record: Organisation) -> None:
    form = edit(record, name="AWO Siegen")
    Organisation.objects.update(internal_note="inzwischen geschrieben")
    saved(form)
    assert Organisation.objects.get().internal_note == "inzwischen geschrieben"


def test_locked_form_dates_the_change(record: Organisation) -> None:
    Organisation.objects.update(updated_at="2020-01-01T00:00:00Z")
    saved(edit(record))
    assert Organisation.objects.get().updated_at.year == timezone.now().year


def test_locked_form_writes_one_event_into_the_field_history(record: Organisation) -> None:
    events = Organisation.pgh_event_model.objects  # type: ignore[attr-defined]
    before = events.count()
    saved(edit(record, name="AWO Siegen"))
    assert events.count() == before + 1


def test_locked_form_stores_relations(db: None) -> None:
    offer = factories.make_offer()
    topic = factories.make_topic()
    contact = ContactPerson.objects.create(organisation=offer.provider, function="Büro", phone="0271 1")
    data = {"title": "Neu", "topics": [topic.pk], "contact": contact.pk, "lock_version": offer.lock_version}
    saved(OfferForm(data, instance=offer))
    stored = Offer.objects.get()
    assert (stored.title, list(stored.topics.all()), stored.contact) == ("Neu", [topic], contact)


def test_locked_form_cannot_be_saved_without_the_database(record: Organisation) -> None:
    form = edit(record)
    assert form.is_valid()
    with pytest.raises(TypeError):
        form.save(commit=False)


def test_locked_form_takes_its_own_fields_only(record: Organisation) -> None:
    saved(edit(record, status="published", is_trusted="on", internal_note="x", slug="andere"))
    stored = Organisation.objects.get()
    assert (stored.status, stored.is_trusted, stored.internal_note, stored.slug) == (
        record.status,
        False,
        "",
        record.slug,
    )
