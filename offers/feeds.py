"""The Atom feed of a list of offers (RFC 4287): what is new or changed, for whoever subscribes to a filter."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F
from django.db.models.expressions import RawSQL
from django.db.models.functions import Greatest
from django.templatetags.static import static
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, rfc3339_date

from offers import counting
from offers.models import Offer

LENGTH = 50


class Newest(NamedTuple):
    """The keys of the entries with the moment each was published or last changed, newest first."""

    changed: list[tuple[int, datetime]]

    @classmethod
    def of(cls, bits: int) -> "Newest":
        """Of a bitmap of offers (`offers.counting`), in one query."""
        mine = Offer.objects.filter(pk__in=RawSQL("SELECT unnest(%s::int[])", [counting.keys_of(bits)]))
        rows = mine.annotate(changed=Greatest("published_at", "updated_at")).order_by(F("changed").desc(), "pk")
        return cls(list(rows.values_list("pk", "changed")[:LENGTH]))

    @property
    def last(self) -> datetime:
        """The latest change; of a feed without entries the beginning of the day."""
        if self.changed:
            return self.changed[0][1]
        return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)

    def digest(self, *parts: str) -> str:
        """Says whether the feed is another one: its entries, and whatever else stands in it."""
        entries = [f"{key} {changed.isoformat()}" for key, changed in self.changed] or [self.last.isoformat()]
        return sha256("\n".join([*parts, *entries]).encode()).hexdigest()

    def offers(self) -> Iterable[tuple[Offer, datetime]]:
        found = (
            Offer.objects.select_related("provider").prefetch_related("topics").in_bulk([k for k, _ in self.changed])
        )
        return [(found[key], changed) for key, changed in self.changed if key in found]


class OfferFeed(Atom1Feed):
    """Names and summaries were written in German; on a feed in another language they say so."""

    def latest_post_date(self) -> datetime:
        changed: datetime = self.feed["changed"]
        return changed

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("icon", settings.KIPORTAL_BASE_URL + static("favicon.svg"))

    def add_item_elements(self, handler: Any, item: Any) -> None:
        german = {"xml:lang": settings.LANGUAGE_CODE}
        handler.addQuickElement("title", item["title"], german)
        handler.addQuickElement("link", "", {"href": item["link"], "rel": "alternate", "type": "text/html"})
        handler.addQuickElement("id", item["unique_id"])
        handler.addQuickElement("published", rfc3339_date(item["pubdate"]))
        handler.addQuickElement("updated", rfc3339_date(item["updateddate"]))
        handler.startElement("author", {})
        handler.addQuickElement("name", item["author_name"])
        handler.endElement("author")
        if item["description"]:
            handler.addQuickElement("summary", item["description"], {"type": "text"} | german)
        for category in item["categories"]:
            handler.addQuickElement("category", "", {"term": category})


def render(newest: Newest, *, title: str, author: str, language: str, page: str, address: str) -> str:
    """`page` is the list on which the feed stands, `address` its own: with the filters they are what makes it one."""
    feed = OfferFeed(
        title=_plain(title),
        link=page,
        description="",
        language=language,
        author_name=_plain(author),
        feed_url=address,
        feed_guid=address,
        changed=newest.last,
    )
    for offer, changed in newest.offers():
        feed.add_item(
            title=_plain(offer.title),
            link=settings.KIPORTAL_BASE_URL + offer.get_absolute_url(),
            description=_plain(offer.summary),
            unique_id=offer.uuid.urn,
            pubdate=offer.published_at,
            updateddate=changed,
            author_name=_plain(offer.provider.name),
            categories=[_plain(str(topic)) for topic in offer.topics.all()],
        )
    return str(feed.writeString("utf-8"))


def _plain(text: str) -> str:
    """Without characters that no XML may hold."""
    return "".join(character for character in text if character >= " " or character in "\t\n\r")
