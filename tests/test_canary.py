"""A word in everything that is not public, and a stranger who reads the whole site: the word is nowhere.

Every text column counts as not public unless PUBLIC names it, so a new column is covered from the day it is added.
A second word in the public columns proves that the crawl sees them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pgtrigger
import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models, transaction
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from actors import consents
from actors.models import ContactPerson
from concepts.models import (
    Concept,
    ConceptVersion,
    FocusPeriod,
    Indicator,
    Measure,
    ProgressNote,
    Section,
    Source,
    WorkFocus,
)
from kiportal.common.models import Consent
from offers.models import Offer, OfferDate, OfferImage
from tests import factories
from tests.concepts.factories import citation
from tests.offers.tables import content_of
from tests.world import World, make_world

CANARY, CONTROL = "zwergdommel", "eisvogel"

# Columns that public pages may show, of the rows that are public.
REFERENCE = {"name", "translations", "slug", "hint", "endonym", "summary", "period", "website"}
PUBLIC: dict[str, set[str]] = {
    "offers.Offer": {
        *("title", "slug", "summary", "description", "place_name", "street", "postcode", "city", "schedule_text"),
        *("cost_note", "registration_note", "website", "project_goal", "project_steps", "project_needs"),
        *("project_results", "project_period", "sort_key", "residence_condition", "transit_note"),
        *("district", "social_url", "funding_note", "project_cost_range"),
    },
    "offers.OfferDate": {"note"},
    "offers.OfferImage": {"alternative", "rights"},
    **{f"offers.{name}": REFERENCE for name in ("Topic", "TargetGroup", "OfferType", "Programme")},
    "actors.Organisation": {
        *("name", "short_name", "slug", "description", "street", "postcode", "city", "phone", "email", "website"),
        "sort_key",
    },
    "actors.ContactPerson": {"function", "phone", "email", "office_hours"},
    "actors.Municipality": {"name", "slug", "ags", "sort_key"},
    "actors.Language": REFERENCE,
    "actors.FunderNote": {"text", "logo", "logo_alternative"},
    "common.CentreText": {"title", "body", "language"},
    "concepts.Concept": {"title", "slug", "summary"},
    "concepts.ConceptVersion": {
        *("title", "subtitle", "changes_note", "cover", "adopted_by", "committee", "paper_number", "decision_url"),
    },
    "concepts.Section": {"title", "body"},
    "concepts.ActionArea": {"title"},
    "concepts.Source": {"author", "short_name", "title", "year", "published_in", "url", "sort_key"},
    "concepts.VersionPDF": {"sha256"},
    "concepts.Synopsis": {"sha256"},
    "concepts.VersionWord": {"sha256"},
    "concepts.ChapterPDF": {"sha256"},
    "funding.FundingSummary": {"introduction"},
    "concepts.FocusPeriod": {"title", "reason", "summary", "decided_by", "paper_number", "decision_url"},
    "concepts.WorkFocus": {"title", "reason", "decision_note"},
    "concepts.Measure": {"title", "goal", "lead_office", "delegated_to"},
    "concepts.Indicator": {"name", "unit"},
    "concepts.ProgressNote": {"text"},
}
# Not for words: the centre's own row is public as a whole, the rest is no text that people typed.
LEFT_OUT = {"common.Centre", "common.RateCount"}
OURS = {"common", "actors", "offers", "concepts", "funding", "pages"}


OF_MEASURES: dict[str, Callable[[], models.QuerySet]] = {
    "concepts.FocusPeriod": FocusPeriod.objects.visible_to_public,
    "concepts.WorkFocus": lambda: WorkFocus.objects.filter(period__in=FocusPeriod.objects.visible_to_public()),
    "concepts.Measure": Measure.objects.visible_to_public,
    "concepts.Indicator": lambda: Indicator.objects.filter(measure__in=Measure.objects.visible_to_public()),
    "concepts.ProgressNote": lambda: ProgressNote.objects.filter(
        measure__in=Measure.objects.visible_to_public(), is_public=True
    ),
}


def public_rows(model: type[models.Model]) -> models.QuerySet:
    today = timezone.localdate()
    match model._meta.label:
        case "offers.Offer":
            return Offer.objects.visible_to_public(today)
        case "offers.OfferDate":
            return OfferDate.objects.visible_to_public(today)
        case "offers.OfferImage":
            return OfferImage.objects.visible_to_public(today)
        case "actors.Organisation" | "funding.FundingSummary":
            return model._default_manager.visible_to_public()
        case "actors.ContactPerson":
            return ContactPerson.objects.filter(offers__in=Offer.objects.visible_to_public(today)).distinct()
        case "concepts.Concept":
            return Concept.objects.with_versions(ConceptVersion.objects.visible_to_public(today))
        case "concepts.ConceptVersion":
            return ConceptVersion.objects.visible_to_public(today)
        case (
            "concepts.Section"
            | "concepts.ActionArea"
            | "concepts.Source"
            | "concepts.VersionPDF"
            | "concepts.VersionWord"
            | "concepts.ChapterPDF"
            | "concepts.Synopsis" as label
        ):
            versions = ConceptVersion.objects.visible_to_public(today)
            needed = ("old", "new") if label == "concepts.Synopsis" else ("version",)
            return model._base_manager.filter(**{f"{name}__in": versions for name in needed})
        case label if label in PUBLIC:
            return OF_MEASURES.get(label, model._base_manager.all)()
        case _:
            return model._base_manager.none()


def text_columns(model: type[models.Model]) -> Iterator[models.Field]:
    for column in model._meta.concrete_fields:
        holds_words = isinstance(column, models.CharField | models.TextField | models.JSONField)
        room = getattr(column, "max_length", None) or 10**6
        is_key = column.name in {"token_hash", "key", "kind", "verb", "from_status", "to_status", "password", "ags"}
        if holds_words and not (column.choices or column.primary_key or is_key or column.generated) and room > 20:
            yield column


def word_for(column: models.Field, word: str, number: int) -> Any:
    match column:
        case models.JSONField() if column.name == "translations":
            return {"en": {"name": f"{word} {number}"}}
        case models.JSONField():
            return {"title": {"old": "", "new": word}, "name": {"old": "", "new": word}}
        case models.EmailField():
            return f"{word}{number}@example.org"
        case models.URLField():
            return f"https://{word}{number}.example.org/"
        case models.SlugField():
            return f"{word}-{number}"
        case _:
            return f"{word} {column.name} {number}"


def spread(model: type[models.Model]) -> None:
    """Write the canary into what is not public of every row, and the other word into what is."""
    public = set(public_rows(model).values_list("pk", flat=True))
    shown = PUBLIC.get(model._meta.label, set())
    for number, key in enumerate(model._base_manager.order_by("pk").values_list("pk", flat=True), start=1):
        values = {}
        for column in text_columns(model):
            is_public = key in public and column.name in shown
            values[column.name] = word_for(column, CONTROL if is_public else CANARY, number)
        if values:
            model._base_manager.filter(pk=key).update(**values)


def cite_again(source: Source) -> None:
    """A source is shown where a text cites it, and the texts hold nothing but their word by now."""
    for section in Section.objects.filter(version=source.version_id):
        section.body += f"<p>{citation(source)}</p>"
        section.save()


def add_what_a_world_lacks(world: World) -> None:
    """An offer that is over, one of an organisation that is not public, people with and without consent."""
    provider = world["own"]
    factories.make_offer(provider=provider, valid_until=timezone.localdate() - timedelta(days=1))
    agreed, withdrawn = (
        ContactPerson.objects.create(organisation=provider, function="Leitung", name="x", phone="0271 1")
        for _ in range(2)
    )
    for contact in (agreed, withdrawn):
        consents.record(contact, wording="x", channel=Consent.Channel.MAIL, given_on=timezone.localdate())
        factories.make_offer(provider=provider, contact=contact, kind=Offer.Kind.PROJECT)
    consents.withdraw(withdrawn, on=timezone.localdate())


class Crawl:
    """What a stranger finds by following links and trying the search, in every language."""

    STARTS = (
        *("/", "/en/", "/sitemap.xml", "/robots.txt", "/angebote/", "/termine/", "/akteure/", "/programme/"),
        *("/konzepte/", "/umsetzung/"),
        *("/angebote/?q=zwergdomme", "/angebote/?q=zwergdomel", "/en/angebote/?q=zwergdomme", "/angebote/?q=eisvogel"),
        *("/akteure/?q=zwergdomme", "/termine/?q=zwergdomme", "/angebote/?seite=2", "/angebote/?q=zwerg+dommel"),
    )
    LINK = re.compile(r"""(?:href|action)="([^"#]*)|<loc>([^<]*)""")
    MOST = 500

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=True)
        self.pages: dict[str, str] = {}
        self.tried: Counter[str] = Counter()
        waiting = list(self.STARTS)
        while waiting:
            url = waiting.pop(0)
            if url not in self.pages:
                waiting += self._read(url)
            assert len(self.pages) < self.MOST, "the crawl does not end"

    def _read(self, url: str) -> list[str]:
        response = self.client.get(url)
        headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        kind, content = response["Content-Type"], content_of(response)
        is_text = "spreadsheetml" not in kind and ("text" in kind or "xml" in kind)
        text = content.decode() if is_text else ""
        text = text.replace("\r\n ", "")  # calendars fold their lines
        if "spreadsheetml" in kind:
            book = load_workbook(BytesIO(content))
            text = "\n".join(str(cell.value or "") for sheet in book for row in sheet.iter_rows() for cell in row)
        self.pages[url] = f"{headers}\n{unescape(text)}"
        assert response.status_code in {200, 302, 405}, f"{response.status_code} {url}"
        found = {urljoin(url, unescape("".join(groups))) for groups in self.LINK.findall(text)}
        return sorted(link for address in found if (link := self._followed(address)))

    def _followed(self, address: str) -> str:
        """Our own public pages; with one parameter, and of each parameter three values: all of them are too many."""
        parts = urlsplit(address)
        if parts.netloc not in {"", "testserver"} or parts.scheme not in {"", "http"}:
            return ""
        if parts.path.startswith(("/static/", "/media/", "/konto/", "/en/konto/", "/arbeitsplatz/", "/admin/")):
            return ""
        if not parts.query:
            return parts.path
        names = list(parse_qs(parts.query))
        url = f"{parts.path}?{parts.query}"
        if len(names) != 1 or (url not in self.pages and self.tried[parts.path + names[0]] >= 3):
            return ""
        self.tried[parts.path + names[0]] += 1
        return url


@pytest.fixture(scope="module")
def pages(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = make_world()
        add_what_a_world_lacks(world)
        agreed = {contact.pk for contact in ContactPerson.objects.with_consent() if contact.public_name}
        with pgtrigger.ignore():  # what is frozen takes no word otherwise
            for model in apps.get_models():
                if model._meta.app_label in OURS and model._meta.label not in LEFT_OUT:
                    spread(model)
            cite_again(world["source"])
        spread(EmailAddress)
        ContactPerson.objects.filter(pk__in=agreed).update(name=f"{CONTROL} mit Einwilligung")
        yield Crawl().pages
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_nothing_that_is_not_public_reaches_a_stranger(pages: dict[str, str]) -> None:
    leaks = {
        url: text[max(0, place - 80) : place + 60]
        for url, text in pages.items()
        if (place := text.lower().find(CANARY)) >= 0
    }
    assert leaks == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "word",
    [
        *("title", "summary", "description", "place_name", "schedule_text", "cost_note", "registration_note"),
        *("residence_condition", "transit_note", "district", "funding_note", "alternative", "rights"),
        *("project_goal", "project_steps", "project_needs", "project_results", "project_cost_range"),
        *("name", "function", "office_hours", "mit Einwilligung", "body", "text", "note"),
        *("subtitle", "changes_note", "adopted_by", "paper_number"),
        *("reason", "goal", "decision_note", "unit", "delegated_to", "decided_by", "published_in"),
    ],
)
def test_crawl_sees_what_is_public(pages: dict[str, str], word: str) -> None:
    pattern = f"{CONTROL} {word}".lower()
    assert any(pattern in text.lower() for text in pages.values())


@pytest.mark.django_db
def test_crawl_reaches_every_kind_of_public_page(pages: dict[str, str]) -> None:
    paths = {urlsplit(url).path for url in pages}
    for folder in ("/angebote/", "/akteure/", "/programme/", "/konzepte/"):
        assert {path for path in paths if path.startswith(folder) and path != folder}, folder
        assert {path for path in paths if path.startswith(f"/en{folder}") and path != f"/en{folder}"}, folder
    assert {"/angebote/export/angebote.csv", "/angebote/export/angebote.xlsx"} <= {
        path.removeprefix("/en") for path in paths
    }
    assert {"/ueber-uns/", "/kontakt/", "/impressum/", "/datenschutz/", "/barrierefreiheit/", "/termine/"} <= paths
