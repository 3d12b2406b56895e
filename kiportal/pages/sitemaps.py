"""sitemap.xml: every public page in every language, each naming its other languages."""

from datetime import datetime

from django.contrib.sitemaps import Sitemap
from django.db import models
from django.urls import reverse
from django.utils import timezone

from actors.models import Organisation
from concepts.models import Concept, ConceptVersion, Section
from offers.models import Offer, Programme


class _Translated(Sitemap):
    i18n = True
    alternates = True
    x_default = True


class FixedPages(_Translated):
    def items(self) -> list[str]:
        pages = ("start", "about", "contact", "accessibility", "easy_language", "sign_language", "privacy", "imprint")
        return [f"pages:{name}" for name in pages]

    def location(self, item: str) -> str:
        return reverse(item)


class Offers(_Translated):
    def items(self) -> models.QuerySet[Offer]:
        return Offer.objects.visible_to_public(timezone.localdate()).order_by("pk")

    def lastmod(self, item: Offer) -> datetime:
        return item.updated_at


class Organisations(_Translated):
    def items(self) -> models.QuerySet[Organisation]:
        return Organisation.objects.visible_to_public().order_by("pk")

    def lastmod(self, item: Organisation) -> datetime:
        return item.updated_at


class Programmes(_Translated):
    def items(self) -> models.QuerySet[Programme]:
        return Programme.objects.all()


class Concepts(_Translated):
    def items(self) -> models.QuerySet[Concept]:
        versions = ConceptVersion.objects.visible_to_public(timezone.localdate())
        return Concept.objects.with_versions(versions).order_by("pk")


class VersionsInForce(_Translated):
    """Former versions stay readable, but are not what a search should find."""

    def items(self) -> models.QuerySet[ConceptVersion]:
        versions = ConceptVersion.objects.visible_to_public(timezone.localdate())
        return versions.in_force().for_reading()

    def lastmod(self, item: ConceptVersion) -> datetime | None:
        return item.frozen_at


class Chapters(_Translated):
    def items(self) -> models.QuerySet[Section]:
        versions = ConceptVersion.objects.visible_to_public(timezone.localdate()).in_force()
        chapters = Section.objects.chapters().filter(version__in=versions)
        return chapters.select_related("version__concept").order_by("version", "sort_order")

    def lastmod(self, item: Section) -> datetime | None:
        return item.version.frozen_at


SITEMAPS = {
    "seiten": FixedPages,
    "angebote": Offers,
    "akteure": Organisations,
    "programme": Programmes,
    "konzepte": Concepts,
    "fassungen": VersionsInForce,
    "kapitel": Chapters,
}
