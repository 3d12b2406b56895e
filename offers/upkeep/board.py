"""What the centre sees of the state of its register: five lists, the oldest trouble first."""

from dataclasses import dataclass, field
from datetime import date

from django.db import models
from django.db.models import Max

from actors.models import Municipality, Organisation
from kiportal.common.models import MailAddress
from offers.models import ConfirmationRequest, LinkCheck, Offer
from offers.upkeep import due, link_checks
from offers.upkeep.due import Entry, Stage
from offers.upkeep.link_checks import Source


class View(models.TextChoices):
    """The lists; values are those of the parameter `ansicht`."""

    OVERDUE = "ueberfaellig", "Überfällig"
    DUE = "bald", "Läuft bald ab"
    HIDDEN = "verborgen", "Verborgen"
    UNDELIVERABLE = "unzustellbar", "Nicht zustellbar"
    BROKEN = "links", "Defekte Links"


@dataclass(frozen=True)
class Waiting:
    """An entry that waits for a confirmation, whether its people can be reached, and when they were asked last."""

    entry: Entry
    is_reachable: bool
    asked_on: date | None

    @property
    def phone(self) -> str:
        return phone_of(self.entry.offer)


def phone_of(offer: Offer) -> str:
    """Of the contact, or of the organisation."""
    return (offer.contact.phone if offer.contact else "") or offer.provider.phone


def told_by(offer: Offer) -> str:
    """Who it is that one calls: a function, never a name."""
    who = offer.contact.function if offer.contact and offer.contact.phone else str(offer.provider)
    number = phone_of(offer)
    return f"{who}, {number}" if number else who


@dataclass(frozen=True)
class Undeliverable:
    """An address that takes no mail, and the records that name it."""

    address: MailAddress
    offers: list[Offer] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)


@dataclass(frozen=True)
class Broken:
    check: LinkCheck
    sources: list[Source]


@dataclass(frozen=True)
class Board:
    """All lists at once: each is short, and the tabs tell how long all of them are."""

    overdue: list[Waiting]
    due: list[Waiting]
    hidden: list[Waiting]
    undeliverable: list[Undeliverable]
    broken: list[Broken]

    def rows(self, view: View) -> list[Waiting] | list[Undeliverable] | list[Broken]:
        match view:
            case View.OVERDUE:
                return self.overdue
            case View.DUE:
                return self.due
            case View.HIDDEN:
                return self.hidden
            case View.UNDELIVERABLE:
                return self.undeliverable
            case View.BROKEN:
                return self.broken


def board(on: date, place: Municipality | None = None) -> Board:
    """`place` narrows what waits for a confirmation; an entry for the whole Kreis belongs to every place."""
    waiting = _waiting(on, place)
    return Board(
        overdue=[row for row in waiting if row.entry.stage == Stage.DUE],
        due=[row for row in waiting if row.entry.stage > Stage.DUE],
        hidden=[row for row in waiting if row.entry.stage == Stage.HIDDEN],
        undeliverable=undeliverable(),
        broken=[Broken(check, sources) for check, sources in link_checks.broken(on)],
    )


def _waiting(on: date, place: Municipality | None) -> list[Waiting]:
    offers = Offer.objects.in_municipality(place) if place else Offer.objects.all()
    entries = due.entries(offers.select_related("contact"), on)
    silent = set(MailAddress.objects.undeliverable().values_list("email", flat=True))
    asked = dict(
        ConfirmationRequest.objects.filter(offer__in=[entry.offer.pk for entry in entries])
        .order_by()
        .values_list("offer")
        .annotate(Max("sent_on"))
    )
    return [
        Waiting(entry, bool(entry.address) and entry.address not in silent, asked.get(entry.offer.pk))
        for entry in entries
    ]


def undeliverable() -> list[Undeliverable]:
    """Those that a record still names. Another address there ends it, whatever is known of the old one."""
    rows = {address.email: Undeliverable(address) for address in MailAddress.objects.undeliverable()}
    if rows:
        for offer in Offer.objects.for_staff().exclude(submitter_email="").select_related("provider"):
            if offer.submitter_email.lower() in rows:
                rows[offer.submitter_email.lower()].offers.append(offer)
        for organisation in Organisation.objects.exclude(email=""):
            if organisation.email.lower() in rows:
                rows[organisation.email.lower()].organisations.append(organisation)
    return [row for row in rows.values() if row.offers or row.organisations]
