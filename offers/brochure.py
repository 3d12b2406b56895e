"""The Wegweiser: what is offered to a filter, printed as a book of A5 pages.

Its HTML is made from the entries as they are and says all that the PDF says, so its hash tells whether a stored PDF is
still right: a name whose consent was withdrawn, an entry that was taken down makes it another one at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.expressions import RawSQL
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actors.models import FunderNote
from kiportal.common.models import Centre
from kiportal.common.pdf import documents
from kiportal.common.pdf.documents import Document, OnProgress
from kiportal.common.pdf.fonts import unprintable
from offers import counting
from offers.calendar import location
from offers.models import Brochure, Offer
from offers.models.brochures import FOLDER

# Entries in one book: about 150 pages, half a minute of work.
MOST = 300
# Dates of an entry that are printed.
DATES = 3


class Selection(Protocol):
    """The chosen filters, as `offers.filters.OfferFilters` holds them."""

    @property
    def chosen(self) -> dict[str, Any]: ...

    @property
    def subject(self) -> str: ...

    def bits(self, *left_out: str) -> int: ...


@dataclass
class Entry:
    offer: Offer
    number: int

    @property
    def anchor(self) -> str:
        return f"eintrag-{self.number}"

    @property
    def address(self) -> str:
        return settings.KIPORTAL_BASE_URL + self.offer.get_absolute_url()

    @property
    def printed_address(self) -> str:
        return self.address.partition("://")[2]

    @property
    def place(self) -> str:
        return location(self.offer)


@dataclass
class Chapter:
    """Entries stand in the first of their chapters; the others lead there."""

    title: str
    number: int
    entries: list[Entry] = field(default_factory=list)
    elsewhere: list[Entry] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"kapitel-{self.number}"


def subject(selection: Selection) -> str:
    """What the book is about, below its title."""
    return selection.subject or _("Alle Angebote")


def render_brochure_html(selection: Selection, grouping: str, today: date, *, with_codes: bool = False) -> str:
    """Return the document in the active language.

    What WeasyPrint prints is the one `with_codes`. QR codes say nothing new and take longer than all the rest, so they
    do not count for the state.
    """
    chapters = _chapters(_offers(selection), grouping, selection.chosen.get(grouping, []))
    centre = Centre.objects.current()
    about = subject(selection)
    html = render_to_string(
        "offers/brochure_pdf.html",
        {
            "centre": centre,
            "funders": FunderNote.objects.valid(today),
            "subject": about,
            "grouping": Brochure.Grouping(grouping).label,
            "language": get_language() or settings.LANGUAGE_CODE,
            "document": {
                "title": f"{_('Wegweiser')}: {about}",
                "author": centre.name,
                "accent": centre.accent,
                "created": datetime.combine(today, datetime.min.time(), UTC),
                "running": Truncator(f"{_('Wegweiser')}: {about}").chars(60),
                "stand": _("Stand: %(day)s") % {"day": date_format(today, "SHORT_DATE_FORMAT")},
                "draft": "",
            },
            "chapters": chapters,
            "organisations": _organisations(chapters),
            "site": settings.KIPORTAL_BASE_URL.partition("://")[2],
            "dates": f":{DATES}",
            "with_codes": with_codes,
        },
    )
    # One smiling face in one entry must not cost everybody the book.
    return html.translate(dict.fromkeys(map(ord, unprintable(html))))


def state_of(html: str) -> str:
    return sha256(html.encode()).hexdigest()


def render_brochure_pdf(html: str, state: str, *, on_progress: OnProgress | None = None) -> Document:
    """Return the PDF; raises JobRefused with a sentence when it cannot be made."""
    return documents.render(html, identifier=uuid5(NAMESPACE_URL, state).bytes, on_progress=on_progress)


def store(brochure: Brochure, document: Document) -> None:
    name = f"{FOLDER}/{brochure.key}.pdf"
    default_storage.delete(name)  # what an attempt left that was cut off
    brochure.file = default_storage.save(name, ContentFile(document.content))
    brochure.pages, brochure.size = document.pages, len(document.content)
    brochure.save(update_fields=["file", "pages", "size"])


def _offers(selection: Selection) -> list[Offer]:
    keys = counting.keys_of(selection.bits())
    return list(Offer.objects.filter(pk__in=RawSQL("SELECT unnest(%s::int[])", [keys])).for_brochure()[:MOST])


def _chapters(offers: Iterable[Offer], grouping: str, chosen: list[str]) -> list[Chapter]:
    places = {offer.pk: _places(offer, grouping, chosen) for offer in offers}
    titles = dict(sorted(place for found in places.values() for place in found))
    chapters = {order: Chapter(title, number) for number, (order, title) in enumerate(titles.items(), 1)}
    for offer in offers:
        first, *others = (chapters[order] for order, _title in sorted(places[offer.pk]))
        entry = Entry(offer, 0)
        first.entries.append(entry)
        for chapter in others:
            chapter.elsewhere.append(entry)
    printed = [entry for chapter in chapters.values() for entry in chapter.entries]
    for number, entry in enumerate(printed, 1):
        entry.number = number
    return list(chapters.values())


type _Place = tuple[tuple[int, int, str], str]


def _places(offer: Offer, grouping: str, chosen: list[str]) -> list[_Place]:
    """The chapters of an entry, each with its place among all; only those that somebody chose, if so.

    What is for the whole Kreis comes after the Kommunen; German, which nearly every offer speaks, too, comes last.
    """
    found: list[tuple[tuple[int, int, str], Any]]
    match grouping:
        case Brochure.Grouping.MUNICIPALITY if offer.is_countywide:
            return [((2, 0, ""), _("Im ganzen Kreis"))]
        case Brochure.Grouping.MUNICIPALITY:
            found = [((1, 0, row.sort_key), row) for row in offer.municipalities.all()]
        case Brochure.Grouping.TOPIC:
            found = [((1, row.sort_order, row.slug), row) for row in offer.topics.all()]
        case _:
            last = settings.LANGUAGE_CODE
            found = [((1 + (row.slug == last), row.sort_order, row.slug), row) for row in offer.languages.all()]
    wanted = [(order, str(row)) for order, row in found if not chosen or row.slug in chosen]
    return wanted or [((3, 0, ""), _("Ohne Angabe"))]


def _organisations(chapters: list[Chapter]) -> Mapping[str, list[Entry]]:
    """Who offers what, by name: the register."""
    entries = [entry for chapter in chapters for entry in chapter.entries]
    entries.sort(key=lambda entry: (entry.offer.provider.sort_key, entry.number))
    register: dict[str, list[Entry]] = {}
    for entry in entries:
        register.setdefault(entry.offer.provider.name, []).append(entry)
    return register
