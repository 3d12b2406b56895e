"""sitemap.xml: an index, and for each kind of page a file (or several) with every page in every language.

Each page names its other languages. A file is cut long before the 50,000 addresses that search engines take, so that
one of a large registry is ready in a moment.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db import models
from django.db.models import Max, Q
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone

from actors.models import Organisation
from concepts.models import Concept, ConceptVersion, Section
from funding.models import FundingSummary
from offers.models import Offer, OfferDate, Programme


class InEveryLanguage(Sequence[Any]):
    """(row, language) for each row of a queryset; a page of them asks for its own rows alone."""

    def __init__(self, rows: models.QuerySet[Any], languages: list[str]) -> None:
        self._rows, self._languages = rows, languages

    def __len__(self) -> int:
        return self._rows.count() * len(self._languages)

    def __getitem__(self, part: Any) -> Any:
        step = len(self._languages)
        first, last = part.start // step, -(-part.stop // step)
        pairs = list(product(self._rows[first:last], self._languages))
        return pairs[part.start - first * step : part.stop - first * step]


class _Translated(Sitemap):
    i18n = True
    alternates = True
    x_default = True
    limit = 10_000

    def _items(self) -> Any:
        rows = self.items()
        if isinstance(rows, models.QuerySet):
            return InEveryLanguage(rows, [code for code, _name in settings.LANGUAGES])
        return super()._items()  # type: ignore[misc]


class _Dated(_Translated):
    """Pages of rows; `changed` is the field that says when one was changed."""

    changed = "updated_at"

    def items(self) -> models.QuerySet[Any]:
        raise NotImplementedError

    def lastmod(self, item: Any) -> datetime | None:
        moment: datetime | None = getattr(item, self.changed)
        return moment

    def get_latest_lastmod(self) -> datetime | None:
        latest: datetime | None = self.items().order_by().aggregate(latest=Max(self.changed))["latest"]
        return latest


class FixedPages(_Translated):
    PAGES = ("start", "about", "contact", "accessibility", "easy_language", "sign_language", "privacy", "imprint")
    LISTS = (
        *("offers:offer_list", "offers:organisation_list", "offers:programme_list"),
        *("concepts:concept_list", "concepts:implementation"),
    )

    def items(self) -> list[str]:
        published = ["funding:public_summary"] if FundingSummary.objects.visible_to_public().exists() else []
        return [*(f"pages:{name}" for name in self.PAGES), *self.LISTS, *published]

    def location(self, item: str) -> str:
        return reverse(item)


class Dates(_Translated):
    """/termine/ is another page whenever an offer with a date to come is changed."""

    def items(self) -> list[str]:
        return ["offers:date_list"]

    def location(self, item: str) -> str:
        return reverse(item)

    def lastmod(self, item: str) -> datetime | None:
        coming = OfferDate.objects.visible_to_public(timezone.localdate()).upcoming(timezone.now())
        latest: datetime | None = coming.order_by().aggregate(latest=Max("offer__updated_at"))["latest"]
        return latest


class Offers(_Dated):
    def items(self) -> models.QuerySet[Offer]:
        return Offer.objects.visible_to_public(timezone.localdate()).only("slug", "updated_at").order_by("pk")


class Organisations(_Dated):
    """Changed with its own words and with what it offers."""

    changed = "changed"

    def items(self) -> models.QuerySet[Organisation]:
        public = Q(offers__in=Offer.objects.visible_to_public(timezone.localdate()))
        shown = Organisation.objects.visible_to_public().only("slug")
        return shown.annotate(changed=Greatest("updated_at", Max("offers__updated_at", filter=public))).order_by("pk")


class Programmes(_Dated):
    """A programme keeps no date of its own: its page changes with its offers."""

    changed = "changed"

    def items(self) -> models.QuerySet[Programme]:
        public = Q(offers__in=Offer.objects.visible_to_public(timezone.localdate()))
        return Programme.objects.annotate(changed=Max("offers__updated_at", filter=public)).order_by("pk")


class Concepts(_Translated):
    def items(self) -> models.QuerySet[Concept]:
        versions = ConceptVersion.objects.visible_to_public(timezone.localdate())
        return Concept.objects.with_versions(versions).order_by("pk")


class VersionsInForce(_Dated):
    """Former versions stay readable, but are not what a search should find."""

    changed = "frozen_at"

    def items(self) -> models.QuerySet[ConceptVersion]:
        versions = ConceptVersion.objects.visible_to_public(timezone.localdate())
        return versions.in_force().for_reading()


class Chapters(_Translated):
    def items(self) -> models.QuerySet[Section]:
        versions = ConceptVersion.objects.visible_to_public(timezone.localdate()).in_force()
        chapters = Section.objects.chapters().filter(version__in=versions)
        return chapters.select_related("version__concept").order_by("version", "sort_order")

    def lastmod(self, item: Section) -> datetime | None:
        return item.version.frozen_at


SITEMAPS: dict[str, type[_Translated]] = {
    "seiten": FixedPages,
    "termine": Dates,
    "angebote": Offers,
    "akteure": Organisations,
    "programme": Programmes,
    "konzepte": Concepts,
    "fassungen": VersionsInForce,
    "kapitel": Chapters,
}
