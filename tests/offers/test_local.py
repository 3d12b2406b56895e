"""A Kommune and its place: what it may see there, what it tells the centre, and what the centre answers."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actors import consents
from actors.models import Municipality, Organisation
from kiportal.common import roles
from kiportal.common.models import Consent, Job, StatusChange, User
from offers import lifecycle, local
from offers.lifecycle.merging import merge
from offers.models import Hint, Need, Offer
from tests import factories
from tests.offers.journey import shown
from tests.smtp import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

type RunJobs = Callable[[], list[Job]]
LIST = "/arbeitsplatz/kommune/netphen/"
GAPS = f"{LIST}fehlt/"
HINTS = f"{LIST}hinweise/"
STAFF = "/arbeitsplatz/rueckmeldungen/"
_S = Offer.Status


@pytest.fixture
def place(db: None) -> Municipality:
    return factories.make_municipality("Netphen", slug="netphen")


@pytest.fixture
def body(place: Municipality) -> Organisation:
    return factories.make_organisation("Stadt Netphen", kind=Organisation.Kind.MUNICIPALITY, municipality=place)


@pytest.fixture
def member(body: Organisation) -> User:
    return factories.make_user(roles.MUNICIPALITY, organisation=body, first_name="Petra", last_name="Platz")


@pytest.fixture
def kommune(client: Client, member: User) -> Client:
    client.force_login(member)
    return client


@pytest.fixture
def staff(editor: User) -> Client:
    client = Client()
    client.force_login(editor)
    return client


def titles(client: Client, **query: str) -> list[str]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return [offer.title for offer, _state in answer.context["rows"]]


def states(client: Client, **query: str) -> dict[str, int]:
    return {tab["label"]: tab["count"] for tab in client.get(LIST, query).context["states"]}


def stale(offer: Offer, day: date = date(2020, 1, 1)) -> Offer:
    Offer.objects.filter(pk=offer.pk).update(last_confirmed_on=day)
    return offer


# What is there


def test_list_holds_what_was_sent_for_the_place_and_for_the_whole_kreis(kommune: Client, place: Municipality) -> None:
    for status in _S:
        is_public = status in {_S.PUBLISHED, _S.HIDDEN, _S.ARCHIVED}
        slug = f"a-{status}" if is_public else None
        published_at = timezone.now() if is_public else None
        factories.make_offer(str(status), municipalities=[place], status=status, slug=slug, published_at=published_at)
    factories.make_offer("kreisweit", municipalities=[], is_countywide=True)
    factories.make_offer("woanders")
    expected = ["archived", "changes_requested", "hidden", "kreisweit", "published", "submitted"]
    assert titles(kommune) == expected
    assert states(kommune) == {
        "alle": 6,
        "öffentlich": 2,
        "wird geprüft": 1,
        "Rückfrage": 1,
        "verborgen": 1,
        "beendet": 1,
    }


def test_what_was_merged_away_stands_once(kommune: Client, place: Municipality, editor: User) -> None:
    kept, other = (factories.make_offer(title, municipalities=[place]) for title in ("Bleibt", "Doppelt"))
    merge(kept, other, {}, by=editor, read=(kept.lock_version, other.lock_version))
    assert titles(kommune) == ["Bleibt"]


def test_published_entry_that_nobody_sees_counts_as_over(kommune: Client, place: Municipality) -> None:
    factories.make_offer("Vorbei", municipalities=[place], valid_until=timezone.localdate() - timedelta(days=1))
    silent = factories.make_organisation(status=Organisation.Status.ARCHIVED)
    factories.make_offer("Stumm", municipalities=[place], provider=silent)
    assert states(kommune) == {"alle": 2, "beendet": 2}


def test_filters_narrow_the_list(kommune: Client, place: Municipality) -> None:
    topic, target_group = factories.make_topic("arbeit"), factories.make_target_group("frauen")
    language, provider = factories.make_language("ar"), factories.make_organisation("Verein Brücke", slug="bruecke")
    common: dict[str, Any] = {"municipalities": [place]}
    factories.make_offer("Thema", topics=[topic], **common)
    factories.make_offer("Gruppe", target_groups=[target_group], **common)
    factories.make_offer("Sprache", languages=[language], **common)
    factories.make_offer("Träger", provider=provider, **common)
    factories.make_offer("Projekt", kind=Offer.Kind.PROJECT, **common)
    factories.make_offer("Überall", municipalities=[], is_countywide=True)
    factories.make_offer("Prüfling", status=_S.SUBMITTED, **common)
    stale(factories.make_offer("Alt", **common))
    for query, expected in (
        ({"q": "prüf"}, ["Prüfling"]),
        ({"q": "Brücke"}, ["Träger"]),
        ({"thema": "arbeit"}, ["Thema"]),
        ({"zielgruppe": "frauen"}, ["Gruppe"]),
        ({"sprache": "ar"}, ["Sprache"]),
        ({"traeger": "bruecke"}, ["Träger"]),
        ({"art": "projekt"}, ["Projekt"]),
        ({"gebiet": "kreisweit"}, ["Überall"]),
        ({"stand": "pruefung"}, ["Prüfling"]),
        ({"veraltet": "on"}, ["Alt"]),
        ({"stand": "pruefung", "veraltet": "on"}, []),
    ):
        assert titles(kommune, **query) == expected, query
    assert len(titles(kommune, gebiet="hier")) == 7
    assert len(titles(kommune, thema="gibt-es-nicht", stand="egal", sortierung="quer")) == 8


def test_tabs_count_the_other_choice_and_keep_it(kommune: Client, place: Municipality) -> None:
    topic = factories.make_topic("arbeit")
    factories.make_offer("A", topics=[topic], municipalities=[place])
    factories.make_offer("B", topics=[topic], municipalities=[place], status=_S.SUBMITTED)
    factories.make_offer("C", municipalities=[place])
    assert states(kommune, thema="arbeit", stand="pruefung") == {"alle": 2, "öffentlich": 1, "wird geprüft": 1}
    tabs = kommune.get(LIST, {"thema": "arbeit", "stand": "pruefung"}).context["states"]
    assert [(tab["url"], tab["current"]) for tab in tabs] == [
        ("?thema=arbeit", False),
        ("?thema=arbeit&stand=oeffentlich", False),
        ("?thema=arbeit&stand=pruefung", True),
    ]


def test_list_is_sorted_as_asked(kommune: Client, place: Municipality) -> None:
    first = stale(factories.make_offer("B", municipalities=[place]), date(2021, 1, 1))
    second = stale(factories.make_offer("A", municipalities=[place]), date(2022, 1, 1))
    Offer.objects.filter(pk=second.pk).update(submitted_at=timezone.now() - timedelta(days=9))
    assert first.title == "B"
    assert titles(kommune) == ["A", "B"]
    assert titles(kommune, sortierung="bestaetigt") == ["B", "A"]
    assert titles(kommune, sortierung="neu") == ["B", "A"]


def test_provider_filter_names_only_those_who_offer_something_here(kommune: Client, place: Municipality) -> None:
    here = factories.make_offer(municipalities=[place]).provider
    factories.make_offer("Entwurf", municipalities=[place], status=_S.DRAFT)
    factories.make_offer("woanders")
    form = kommune.get(LIST).context["filters"].form
    assert list(form.fields["traeger"].queryset) == [here]


def test_list_comes_in_pages(kommune: Client, place: Municipality) -> None:
    for number in range(31):
        factories.make_offer(f"Nummer {number:02}", municipalities=[place])
    assert len(titles(kommune)) == 30
    assert titles(kommune, seite="2") == ["Nummer 30"]
    assert len(titles(kommune, seite="99")) == 1


def test_empty_lists_say_what_to_do(kommune: Client, place: Municipality) -> None:
    assert "Noch kein Angebot" in kommune.get(LIST).text
    assert "Nichts gefunden" in kommune.get(LIST, {"q": "Chor"}).text
    assert "Noch kein Hinweis" in kommune.get(HINTS).text


@pytest.mark.parametrize("url", [LIST, GAPS, HINTS, "/arbeitsplatz/"])
def test_pages_need_the_same_queries_for_one_and_for_thirty(
    kommune: Client, place: Municipality, member: User, editor: User, url: str
) -> None:
    def fill(number: int) -> None:
        for _ in range(number):
            offer = stale(factories.make_offer(municipalities=[place]))
            factories.make_offer(municipalities=[place], status=_S.SUBMITTED)
            hint = lifecycle.receive_local_hint(uuid4(), offer, place, by=member, kind="zeit", text="x")
            lifecycle.answer_hint(hint, by=editor, text="y")
            need = lifecycle.receive_local_need(uuid4(), place, by=member, text="x", topic=offer.topics.get())
            lifecycle.answer_need(need, by=editor, text="y", offer=offer)

    fill(1)
    kommune.get(url)
    with CaptureQueriesContext(connection) as few:
        kommune.get(url)
    fill(29)
    with CaptureQueriesContext(connection) as many:
        kommune.get(url)
    assert len(few) == len(many)


def test_page_of_an_entry_that_is_not_public_says_how_it_stands(
    kommune: Client, place: Municipality, editor: User
) -> None:
    offer = factories.make_offer(
        "Nähkurs",
        municipalities=[place],
        status=_S.SUBMITTED,
        internal_note="Kanarienvogel 1",
        submitter_note="Vogel 2",
    )
    lifecycle.request_changes(offer, by=editor, reason="Kanarienvogel 3")
    StatusChange.objects.for_target(offer).update(at=timezone.now() - timedelta(days=3))
    text = kommune.get(f"{LIST}{offer.pk}/").text
    day = timezone.localdate() - timedelta(days=3)
    for part in ("Das Integrationszentrum fragt beim Träger nach.", f"seit dem {day:%d.%m.%Y}", "Gemeinsam Deutsch"):
        assert part in text
    for part in ("Kanarienvogel", "Vogel 2", "verein@example.org", "Rita Redaktion", "Öffentliche Seite"):
        assert part not in text


def test_name_of_a_contact_is_shown_where_it_is_public(kommune: Client, place: Municipality, editor: User) -> None:
    offer = factories.make_offer(municipalities=[place])
    contact = offer.contact
    assert contact is not None
    contact.name = "Nora Name"
    contact.save()
    consents.record(contact, wording="Ja", channel=Consent.Channel.MAIL, given_on=timezone.localdate())
    url = f"{LIST}{offer.pk}/"
    assert "Nora Name" in kommune.get(url).text
    lifecycle.hide(offer, by=editor, reason="x")
    text = kommune.get(url).text
    assert "Kursbüro" in text
    assert "Nora Name" not in text


def test_page_of_a_public_entry_leads_to_its_public_page(kommune: Client, place: Municipality) -> None:
    offer = factories.make_offer("Nähkurs", municipalities=[place])
    text = kommune.get(f"{LIST}{offer.pk}/").text
    assert f'href="{offer.get_absolute_url()}"' in text
    assert f"{offer.get_absolute_url()}hinweis/" not in text  # a Kommune's hints go by its own form


def test_page_of_an_entry_that_ran_out_says_when(kommune: Client, place: Municipality) -> None:
    day = timezone.localdate() - timedelta(days=5)
    offer = factories.make_offer(municipalities=[place], valid_until=day)
    assert f"Es endete am {day:%d.%m.%Y}." in kommune.get(f"{LIST}{offer.pk}/").text


def test_hidden_entry_offers_no_public_form(kommune: Client, place: Municipality, editor: User) -> None:
    offer = factories.make_offer(municipalities=[place])
    lifecycle.hide(offer, by=editor, reason="Kanarienvogel")
    text = kommune.get(f"{LIST}{offer.pk}/").text
    assert "steht zurzeit nicht auf den öffentlichen Seiten" in text
    assert offer.get_absolute_url() not in text
    assert "Kanarienvogel" not in text


# Who may


def test_one_kommune_is_opened_at_once_and_several_are_chosen_from(kommune: Client, member: User) -> None:
    assert kommune.get("/arbeitsplatz/kommune/")["Location"] == LIST
    second = factories.make_organisation(
        kind=Organisation.Kind.MUNICIPALITY, municipality=factories.make_municipality("Kreuztal", slug="kreuztal")
    )
    second.memberships.create(user=member)
    text = kommune.get("/arbeitsplatz/kommune/").text
    assert LIST in text
    assert "/arbeitsplatz/kommune/kreuztal/" in text


@pytest.mark.parametrize("url", ["/arbeitsplatz/", "/arbeitsplatz/kommune/"])
def test_account_without_a_kommune_is_told_what_to_do(client: Client, url: str) -> None:
    account = factories.make_user(roles.MUNICIPALITY)
    client.force_login(account)
    text = client.get(url).text
    assert "Ihr Konto gehört noch zu keiner Kommune" in text
    assert "mailto:ki@example.org" in text
    body = factories.make_organisation("Stadt Ohne Ort", kind=Organisation.Kind.MUNICIPALITY)
    body.memberships.create(user=account)
    text = client.get(url).text
    assert "Bei „Stadt Ohne Ort“ steht noch nicht" in text


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": Organisation.Kind.ASSOCIATION},
        {"status": Organisation.Status.PROPOSED},
        {"status": Organisation.Status.ARCHIVED},
        {"municipality": None},
    ],
)
def test_only_the_published_administration_of_the_place_opens_it(
    kommune: Client, body: Organisation, changed: dict[str, Any]
) -> None:
    assert kommune.get(LIST).status_code == 200
    Organisation.objects.filter(pk=body.pk).update(**changed)
    assert kommune.get(LIST).status_code == 404


def test_member_of_a_kommune_without_the_role_is_refused(client: Client, body: Organisation) -> None:
    client.force_login(factories.make_user(roles.PROVIDER, organisation=body))
    assert client.get(LIST).status_code == 403


def test_nobody_writes_for_a_kommune_that_is_not_theirs(member: User, place: Municipality) -> None:
    elsewhere, offer = factories.make_municipality(), factories.make_offer(municipalities=[])
    offer.municipalities.set([elsewhere])
    with pytest.raises(PermissionDenied):
        lifecycle.receive_local_need(uuid4(), elsewhere, by=member, text="x")
    with pytest.raises(PermissionDenied):
        lifecycle.receive_local_hint(uuid4(), offer, elsewhere, by=member, kind="zeit", text="x")
    with pytest.raises(PermissionDenied):
        lifecycle.receive_local_hint(uuid4(), offer, place, by=member, kind="zeit", text="x")


# Hints


def write_hint(client: Client, offer: Offer, **words: str) -> Any:
    url = f"{LIST}{offer.pk}/hinweis/"
    data = shown(client.get(url).context["form"]) | {"kind": "zeit", "text": "Beginnt um zehn."} | words
    return client.post(url, data)


def test_hint_of_a_kommune_is_marked_answered_and_read(
    kommune: Client, staff: Client, place: Municipality, member: User, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    offer = factories.make_offer("Nähkurs", municipalities=[place], status=_S.SUBMITTED)
    assert write_hint(kommune, offer)["Location"] == HINTS
    hint = Hint.objects.get()
    assert (hint.offer, hint.by_user, hint.by_organisation.name, hint.email) == (  # type: ignore[union-attr]
        offer,
        member,
        "Stadt Netphen",
        member.email,
    )
    assert "offen" in kommune.get(HINTS).text
    run_jobs()
    assert "Stadt Netphen hat einen Hinweis geschrieben" in str(
        mailbox.messages[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    )
    assert "von der Kommune" in staff.get(STAFF).text
    page = staff.get(hint.get_absolute_url()).text
    assert "Stadt Netphen" in page
    assert "Petra Platz" in page

    staff.post(hint.get_absolute_url(), {"verb": "answer", "text": "Danke, berichtigt."})
    run_jobs()
    assert str(mailbox.messages[-1]["To"]) == member.email
    assert mailbox.link("Zu Ihrem Hinweis", HINTS)
    for url in (HINTS, f"{LIST}{offer.pk}/"):
        text = kommune.get(url).text
        assert "Danke, berichtigt." in text
        assert "erledigt" in text


def test_hint_that_arrives_twice_is_kept_once(kommune: Client, place: Municipality) -> None:
    offer = factories.make_offer(municipalities=[place])
    url = f"{LIST}{offer.pk}/hinweis/"
    data = shown(kommune.get(url).context["form"]) | {"kind": "zeit", "text": "x"}
    assert [kommune.post(url, data).status_code for _ in range(2)] == [302, 302]
    assert Hint.objects.count() == 1


def test_hint_without_words_comes_back_with_what_was_chosen(kommune: Client, place: Municipality) -> None:
    answer = write_hint(kommune, factories.make_offer(municipalities=[place]), text="")
    assert answer.status_code == 200
    assert answer.context["form"]["kind"].value() == "zeit"
    assert not Hint.objects.exists()


def test_colleagues_read_the_hints_and_others_do_not(
    kommune: Client, body: Organisation, place: Municipality, editor: User
) -> None:
    offer = factories.make_offer("Nähkurs", municipalities=[place])
    Hint.objects.create(offer=offer, kind="zeit", text="Kanarienvogel von jemandem")
    write_hint(kommune, offer, text="Falsche Uhrzeit")
    hint = Hint.objects.exclude(by_user=None).get()
    lifecycle.forward_hint(hint, by=editor, text="Kanarienvogel an den Träger")
    lifecycle.discard_hint(hint, by=editor, text="Kanarienvogel unter uns")
    colleague = Client()
    colleague.force_login(factories.make_user(roles.MUNICIPALITY, organisation=body))
    for url in (HINTS, f"{LIST}{offer.pk}/"):
        text = colleague.get(url).text
        assert "Falsche Uhrzeit" in text
        assert "an den Träger weitergegeben" in text
        assert "Kanarienvogel" not in text


def test_entry_that_is_no_longer_here_is_named_without_a_link(
    kommune: Client, place: Municipality, editor: User
) -> None:
    offer = factories.make_offer("Nähkurs", municipalities=[place], status=_S.SUBMITTED)
    write_hint(kommune, offer)
    lifecycle.reject(offer, by=editor, reason="Kanarienvogel")
    text = kommune.get(HINTS).text
    assert "Nähkurs" in text
    assert f"{LIST}{offer.pk}/" not in text


# What is missing


def test_topics_without_any_offer_come_first(kommune: Client, place: Municipality) -> None:
    nothing, countywide, few, many = (factories.make_topic(slug) for slug in ("nichts", "kreis", "wenig", "viel"))
    factories.make_offer(topics=[countywide], municipalities=[place], is_countywide=True)
    for topic in (few, many, many):
        factories.make_offer(topics=[topic], municipalities=[place])
    factories.make_offer(topics=[nothing], municipalities=[place], status=_S.SUBMITTED)
    factories.make_offer(topics=[nothing])
    found = [(gap.topic, gap.local, gap.countywide) for gap in local.gaps(place, timezone.localdate())]
    assert found == [(nothing, 0, 0), (countywide, 0, 1), (few, 1, 0), (many, 2, 0)]
    text = kommune.get(GAPS).text
    assert f"{GAPS}melden/?thema=nichts" in text


def test_need_of_a_kommune_is_reported_with_its_topic_and_answered(
    kommune: Client, staff: Client, place: Municipality, member: User, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    topic = factories.make_topic("arbeit")
    url = f"{GAPS}melden/?thema=arbeit"
    form = kommune.get(url).context["form"]
    assert {"municipality", "website_url", "opened", "name", "email"} & form.fields.keys() == set()
    data = shown(form) | {"text": "Ein Bewerbungstraining"}
    assert data["topic"] == "arbeit"
    assert [kommune.post(url, data).status_code for _ in range(2)] == [302, 302]
    need = Need.objects.get()
    assert (need.topic, need.municipality, need.by_user, need.name) == (topic, place, member, "Petra Platz")
    assert [gap.is_reported for gap in kommune.get(GAPS).context["gaps"]] == [True]
    page = staff.get(need.get_absolute_url()).text
    assert "Von der Kommune" in page
    offer = factories.make_offer("Bewerbungstreff")
    staff.post(need.get_absolute_url(), {"verb": "answer", "text": "Das gibt es schon.", "offer": offer.pk})
    run_jobs()
    assert str(mailbox.messages[-1]["To"]) == member.email
    text = kommune.get(GAPS).text
    for part in ("Ein Bewerbungstraining", "beantwortet", "Das gibt es schon.", offer.get_absolute_url()):
        assert part in text


def test_needs_of_the_public_are_not_shown_to_a_kommune(kommune: Client, place: Municipality) -> None:
    Need.objects.create(text="Kanarienvogel", municipality=place, email="wer@example.org")
    assert "Kanarienvogel" not in kommune.get(GAPS).text


def test_author_of_a_noted_need_is_forgotten_and_the_gap_stays_the_kommunes(
    kommune: Client, place: Municipality, member: User, editor: User
) -> None:
    need = lifecycle.receive_local_need(uuid4(), place, by=member, text="Ein Chor")
    lifecycle.note_need(need, by=editor)
    Need.objects.update(closed_at=timezone.now() - timedelta(days=184))
    call_command("purge", verbosity=0)
    need.refresh_from_db()
    assert (need.by_user, need.name, need.email) == (None, "", "")
    events = Need.pgh_event_model.objects.filter(pgh_obj_id=need.pk)  # type: ignore[attr-defined]
    assert set(events.values_list("by_user", flat=True)) == {None}
    assert "Ein Chor" in kommune.get(GAPS).text
