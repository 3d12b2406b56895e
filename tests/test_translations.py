"""English: the catalogue is complete, and neither a page below /en/ nor a mail to an English author shows German.

German is found twice: as a text of the catalogue that came out untranslated, and by words that no English sentence has.
What people wrote in German is marked `lang="de"` (WCAG 3.1.2); the world below holds such words wherever they can.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pgtrigger
import pytest
from allauth.account.models import EmailAddress
from babel.messages import Catalog, Message
from django.conf import settings
from django.core import mail
from django.db import models, transaction
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.utils import translation

from actors.models import ContactPerson, FunderNote, Language, Organisation
from concepts.models import (
    ActionArea,
    Concept,
    ConceptVersion,
    FocusPeriod,
    Indicator,
    Measure,
    ProgressNote,
    Section,
    WorkFocus,
)
from kiportal.common import links, roles
from kiportal.common import notifications as account_mails
from kiportal.common.jobs import Run
from kiportal.common.models import AccessLink, Centre, CentreText, StatusChange
from kiportal.common.templatetags import ui
from kiportal.common.text import fold
from kiportal.common.views import errors
from kiportal.embedded import catalogue
from kiportal.pages import notifications as barrier_mails
from offers import notifications as offer_mails
from offers.forms.submission import REVIEW, STEPS
from offers.models import Offer, OfferDate, OfferType, Programme, TargetGroup, Topic
from tests import factories
from tests.english import GERMAN, GERMAN_WORDS, PLACEHOLDER, german, plurals, untranslated
from tests.test_access import ANYBODY, ROWS, Row, address
from tests.world import World, make_world

Purpose = AccessLink.Purpose


def messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


# The catalogue


def test_catalogue_holds_exactly_the_texts_of_the_portal() -> None:
    held, used = (
        {(message.context, message.id) for message in messages(catalog)}
        for catalog in (catalogue.read("en"), catalogue.gather())
    )
    assert (used - held, held - used) == (set(), set()), "make texts"


def test_every_text_is_translated() -> None:
    assert [message.id for message in messages(catalogue.read("en")) if not catalogue.is_translated(message)] == []


def test_nothing_in_the_catalogue_is_doubtful_or_left_over() -> None:
    catalog = catalogue.read("en")
    assert [message.id for message in messages(catalog) if message.fuzzy] == []
    assert not catalog.obsolete


def test_translations_keep_the_placeholders() -> None:
    def placeholders(text: str) -> list[str]:
        return sorted(PLACEHOLDER.findall(text))

    broken = [
        message.id
        for message in messages(catalogue.read("en"))
        for source, translated in zip(plurals(message.id), plurals(message.string), strict=True)
        if placeholders(source) != placeholders(translated)
    ]
    assert broken == []


def test_every_language_of_the_pages_has_a_catalogue() -> None:
    assert {path.name for path in catalogue.LOCALE.iterdir()} >= {code for code, _name in settings.LANGUAGES}


# How German is found


def test_reader_finds_german_that_is_not_marked() -> None:
    html = '<p>Offers</p><p title="{}">{}</p><p lang="de">{}</p>'
    assert german(html.format("", "", GERMAN)) == set()
    assert german(html.format("", GERMAN, "")) == {GERMAN}
    assert german(html.format("Menü", "", "")) == {"Menü"}
    assert german(html.format("", "1 Treffer für „Kurs“", "")) >= {"1 Treffer für „Kurs“"}


def test_german_content_is_marked_in_other_languages_only() -> None:
    assert ui.german("<b>") == "<b>"  # the template escapes it
    with translation.override("en"):
        assert ui.german("<b>") == '<span lang="de" dir="ltr">&lt;b&gt;</span>'
        assert ui.german("") == ""


# The pages


CONTENT: dict[type[models.Model], tuple[str, ...]] = {
    Offer: (
        *("title", "summary", "description", "place_name", "schedule_text", "cost_note", "registration_note"),
        *("project_goal", "project_steps", "project_needs", "project_results", "project_period"),
        *("district", "funding_note", "project_cost_range"),
    ),
    OfferDate: ("note",),
    Organisation: ("description",),
    ContactPerson: ("function", "office_hours"),
    FunderNote: ("text",),
    Programme: ("period",),
    Centre: ("opening_hours", "county_name"),
    Concept: ("title", "summary"),
    ConceptVersion: ("title", "subtitle", "changes_note", "committee", "adopted_by"),
    Section: ("title", "body"),
    ActionArea: ("title",),
    FocusPeriod: ("title", "reason", "summary", "decided_by"),
    WorkFocus: ("title", "reason", "decision_note"),
    Measure: ("title", "goal", "lead_office", "delegated_to"),
    Indicator: ("name", "unit"),
    ProgressNote: ("text",),
}
# As the mails see them: these objects are never saved.
WRITTEN_IN_ENGLISH = {
    "published": {"title": "Café", "submitter_language": "en"},
    "report": {"email": "author@example.org", "description": "Too small", "language": "en"},
    "proposal": {"author_email": "author@example.org"},
}
REFERENCE: tuple[type[models.Model], ...] = (Topic, TargetGroup, OfferType, Programme, Language)


def fill_with_german(world: World) -> None:
    """German words wherever people write, and English names where reference data have them."""
    with pgtrigger.ignore():  # what is frozen takes no word otherwise
        for model, columns in CONTENT.items():
            model._base_manager.update(**dict.fromkeys(columns, GERMAN))
    for model in REFERENCE:
        model._base_manager.update(name=GERMAN, translations={"en": {"name": "English", "summary": "English"}})
    Centre.objects.update(name="Zentrum Musterkreis", review_days=1)
    Offer.objects.update(kind=Offer.Kind.PROJECT, cost_kind=Offer.CostKind.AMOUNT, cost_amount="1250.5")
    CentreText.objects.update(title=GERMAN, body=GERMAN)
    for page in CentreText.Page.values:
        if page != CentreText.Page.IMPRINT:  # in German only
            CentreText.objects.create(page=page, language="en", title="English", body="<p>English</p>")
    for record, values in WRITTEN_IN_ENGLISH.items():
        for field, value in values.items():
            setattr(world[record], field, value)
    draft = world["draft"]
    StatusChange.objects.create(target=draft, verb="request_changes", to_status="changes_requested", reason=GERMAN)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = make_world()
        fill_with_german(world)
        yield world
        transaction.set_rollback(True)


def answer(url: str, *, post: dict[str, str] | None = None, user: Any = None) -> HttpResponseBase:
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    with transaction.atomic():
        response: HttpResponseBase = client.get(url) if post is None else client.post(url, post)
        transaction.set_rollback(True)
    return response


PAGES = [
    entry
    for entry in ROWS
    if (entry.who == ANYBODY or entry.name.startswith(("account_", "mfa_"))) and not entry.name.startswith("health")
    if entry.name not in {"robots", "sitemap", "sitemap_part", "mfa_download_recovery_codes"}
    if entry.name not in {"concepts:version_pdf", "concepts:version_word", "concepts:image_file", "offers:public_alike"}
    if entry.name not in {"concepts:chapter_pdf", "concepts:synopsis_file"}
    # Files: their own tests look at their words.
    if entry.name not in {"offers:offer_feed", "offers:offer_calendar", "offers:date_calendar", "offers:brochure_file"}
    if entry.name not in {"offers:offer_code_svg", "offers:offer_code_png"}
    # Files: pictures, and tables, whose headings are German so that they come back.
    if entry.name not in {"offers:offer_image", "offers:offer_export"}
]


@pytest.mark.django_db
@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.name)
def test_page_is_english_below_en(entry: Row, world: World) -> None:
    """As it opens, and as it comes back when an empty form was sent."""
    with translation.override("en"):
        url = address(world, entry)
    user = None if entry.who == ANYBODY else world.users[roles.EDITOR]
    assert url.startswith("/en/")
    for post in (None, {}):
        response = answer(url, post=post, user=user)
        if response.status_code not in {302, 405}:
            assert '<html lang="en"' in response.text
            assert german(response.text) == set(), f"{url} {post}"


@pytest.mark.django_db
def test_hint_while_typing_is_english(world: World) -> None:
    """A piece of a page, empty without a likeness."""
    with transaction.atomic():
        Offer.objects.filter(pk=world["published"].pk).update(search_text=fold(GERMAN))
        html = answer(f"/en/angebote/aehnlich/?{urlencode({'title': GERMAN})}").text
        transaction.set_rollback(True)
    assert GERMAN in html
    assert german(html) == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        *("angebote/?q=xqzxqz", "angebote/?q=xqzxqz&thema=unbekannt&kosten=betrag", "angebote/?seite=99&kosten=betrag"),
        *("angebote/?q=%2B", "angebote/?q=Deutsch&nur=projekte&ort=online", "termine/?kommune=unbekannt"),
        *("termine/?thema=unbekannt&seite=7", "akteure/?q=xqzxqz&art=verein", "akteure/?seite=2", "termine/?seite=x"),
        *("gibt-es-nicht/", "angebote/gibt-es-nicht/", "angebote/pflege/gibt-es-nicht/"),
    ],
)
def test_what_is_not_found_is_said_in_english(path: str, world: World) -> None:
    assert german(answer(f"/en/{path}").text) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("step", [*(step.slug for step in STEPS), REVIEW])
@pytest.mark.parametrize("status", ["draft", "changes_requested"])
def test_submission_asks_in_english(step: str, status: str, world: World) -> None:
    """Every step as it opens and with mistakes, of an entry that is complete and of one that is not."""
    offer = world[status]
    url = f"/en/angebote/melden/{links.token(links.issue(Purpose.DRAFT, offer))}/{step}/"
    mistakes = {"start_1": "9:00", "note_2": "x", "contact_name": "x", "cost_amount": "x", "postcode": "1"}
    for post in (None, {"verb": "weiter"} | mistakes):
        response = answer(url, post=post)
        assert response.status_code == 200 or (step == REVIEW and response.status_code == 302)
        if response.status_code == 200:
            assert german(response.text) == set()
    with transaction.atomic():
        Offer.objects.filter(pk=offer.pk).update(summary="", description="", offer_type=None)
        assert german(answer(url).text) == set()
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("status", Offer.Status.values)
@pytest.mark.parametrize(
    ("purpose", "path"),
    [
        (Purpose.DRAFT, "melden/{}/gesendet/"),
        (Purpose.CONFIRM, "bestaetigen/{}/"),
        (Purpose.CARE, "pflege/{}/"),
        (Purpose.CARE, "pflege/{}/?getan=vorschlagen"),
    ],
)
def test_signed_link_tells_the_state_in_english(purpose: Purpose, path: str, status: str, world: World) -> None:
    link = links.issue(purpose, world[status])
    url = f"/en/angebote/{path.format(links.token(link))}"
    if (response := answer(url)).status_code != 302:
        assert german(response.text) == set()
    links.revoke(AccessLink.objects.filter(pk=link.pk))
    gone = answer(url)
    assert gone.status_code == 410
    assert german(gone.text) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 429, 500, 503])
def test_error_page_is_english(status: int, world: World) -> None:
    request = RequestFactory().get("/en/")
    with translation.override("en"):
        response = errors.page(request, status)
    assert german(response.text) == set()


@pytest.mark.django_db
def test_dates_and_money_are_british(world: World) -> None:
    Offer.objects.filter(pk=world["published"].pk).update(last_confirmed_on="2026-03-05")
    url = world["published"].get_absolute_url()
    english, german_page = answer(f"/en{url}").text, answer(url).text
    assert "Last confirmed on 5 March 2026" in english
    assert "€1,250.50" in english
    assert "Zuletzt bestätigt am 05.03.2026" in german_page
    assert "1.250,50 €" in german_page


@pytest.mark.django_db
def test_language_switch_keeps_page_and_query(world: World) -> None:
    html = answer("/en/angebote/?q=kurs&kosten=betrag&kosten=kostenfrei").text
    assert 'href="/angebote/?q=kurs&amp;kosten=betrag&amp;kosten=kostenfrei" hreflang="de" lang="de"' in html
    html = answer("/en/angebote/").text
    assert '<link rel="alternate" hreflang="de" href="http://testserver/angebote/">' in html
    assert '<link rel="alternate" hreflang="en" href="http://testserver/en/angebote/">' in html


@pytest.mark.django_db
def test_language_switch_of_a_page_that_does_not_exist_leads_to_the_start_page(world: World) -> None:
    assert 'href="/" hreflang="de"' in answer("/en/gibt-es-nicht/").text
    assert 'href="/en/" hreflang="en"' in answer("/gibt-es-nicht/").text


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_workspace_has_german_addresses_only(method: str, client: Client) -> None:
    response = getattr(client, method)("/en/arbeitsplatz/pruefung/?art=angebot")
    assert (response.status_code, response["Location"]) == (307, "/arbeitsplatz/pruefung/?art=angebot")


# The mails

Sent = Callable[[World, Run], None]


def _decision(verb: str, purpose: Purpose | None = Purpose.CARE) -> Sent:
    def send(world: World, run: Run) -> None:
        offer = world["published"]
        change = StatusChange.objects.create(target=offer, verb=verb, to_status="published", reason="Why")
        offer_mails.decision(offer, change, links.issue(purpose, offer) if purpose else None, run=run)

    return send


def _proposal_decision(status: str) -> Sent:
    def send(world: World, run: Run) -> None:
        offer, proposal = world["published"], world["proposal"]
        change = StatusChange.objects.create(target=proposal, verb="decide", to_status=status, reason="Why")
        if status == "partly_accepted":
            proposal.changes = {"title": {"old": "", "new": offer.title}, "dates": {"old": [], "new": []}}
        offer_mails.proposal_decision(offer, proposal, change, links.issue(Purpose.CARE, offer), run=run)

    return send


def _receipt(verb: str) -> Sent:
    def send(world: World, run: Run) -> None:
        offer = world["published"]
        change = StatusChange.objects.create(target=offer, verb=verb, to_status="submitted")
        links.issue(Purpose.DRAFT, offer)
        offer_mails.receipt(offer, change, run=run)

    return send


def _linked(function: Callable[..., None], purpose: Purpose) -> Sent:
    return lambda world, run: function(
        world["published"], links.issue(purpose, world["published"], "author@example.org"), run=run
    )


def _barrier_message(verb: str) -> Sent:
    def send(world: World, run: Run) -> None:
        change = StatusChange.objects.create(target=world["report"], verb=verb, to_status="answered", reason="Why")
        barrier_mails.barrier_message(world["report"], change, run=run)

    return send


def _account_notice(event: str) -> Sent:
    return lambda world, run: account_mails.account_notice(
        world["account"], event, "x@example.org", run=run, language="en"
    )


MAILS: dict[str, Sent] = {
    "confirmation": _linked(offer_mails.confirmation, Purpose.CONFIRM),
    "draft_link": _linked(offer_mails.draft_link, Purpose.DRAFT),
    "care_link": _linked(offer_mails.care_link, Purpose.CARE),
    **{f"receipt {verb}": _receipt(verb) for verb in ("confirm", "resubmit")},
    **{f"decision {verb}": _decision(verb) for verb in offer_mails._DECISIONS},
    "decision with draft": _decision("request_changes", Purpose.DRAFT),
    "decision without link": _decision("publish", None),
    **{f"proposal {status}": _proposal_decision(status) for status in offer_mails._PROPOSAL_DECISIONS},
    "barrier receipt": lambda world, run: barrier_mails.barrier_receipt(world["report"], run=run),
    **{f"barrier {verb}": _barrier_message(verb) for verb in ("answer", "send_interim")},
    **{f"account {event}": _account_notice(event) for event in account_mails.EVENTS},
    "password": lambda world, run: account_mails.password_reset(world["account"], run=run, language="en"),
    "address": lambda world, run: account_mails.email_confirmation(
        EmailAddress.objects.get(user=world["account"]), run=run, language="en"
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", MAILS)
def test_mail_to_an_english_author_is_english(name: str, world: World) -> None:
    with transaction.atomic():
        factories.make_centre(name="Zentrum Musterkreis", county_name="Musterkreis")
        MAILS[name](world, Run(uuid4(), 1))
        transaction.set_rollback(True)
    (message,) = mail.outbox
    html, _type = message.alternatives[0]  # type: ignore[attr-defined]
    plain = f"{message.subject}\n{message.body}"
    assert {line for line in plain.splitlines() if GERMAN_WORDS.search(line)} == set()
    assert untranslated(plain.splitlines()) == set()
    assert '<html lang="en"' in html
    assert german(html) == set()
    assert all("/en/" in link for link in re.findall(r"http://testserver/\S+", plain))
