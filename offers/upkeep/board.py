"""What the centre sees of the state of its register: five lists, the oldest trouble first."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Max
from django.db.models.functions import Lower

from actors.models import ContactPerson, Membership, Municipality, Organisation
from kiportal.common import roles
from kiportal.common.models import MailAddress, User
from offers.models import ConfirmationRequest, LinkCheck, Offer, OfferSurvey, SurveyInvitation
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
    """An address that takes no mail, and what names it."""

    address: MailAddress
    offers: list[Offer] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)
    contacts: list[ContactPerson] = field(default_factory=list)
    # Who was asked there by a survey and has not answered.
    invitations: list[SurveyInvitation] = field(default_factory=list)
    # People whom no invitation reached, by the organisation for which they are to act.
    unused: list[Membership] = field(default_factory=list)
    # Accounts whose owners, or the administration, change the address: in use, or with a role at the centre.
    accounts: list[User] = field(default_factory=list)

    @property
    def is_named(self) -> bool:
        return bool(self.accounts) or self.is_replaceable

    @property
    def is_replaceable(self) -> bool:
        return any((self.offers, self.organisations, self.contacts, self.invitations, self.unused))

    @property
    def is_borne_by_accounts_alone(self) -> bool:
        return bool(self.accounts) and not self.is_replaceable


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
    """Those that something still names. Another address there ends it, whatever is known of the old one."""
    return [row for row in _bearers(MailAddress.objects.undeliverable()) if row.is_named]


def bearers(address: MailAddress) -> Undeliverable:
    """All that names this one address."""
    return _bearers([address])[0]


def _bearers(addresses: Iterable[MailAddress]) -> list[Undeliverable]:
    rows = {address.email: Undeliverable(address) for address in addresses}
    if not rows:
        return []
    keys = list(rows)
    for offer in _named(Offer.objects.editable_by_staff(), "submitter_email", keys).select_related("provider"):
        rows[offer.submitter_email.lower()].offers.append(offer)
    for organisation in _named(Organisation.objects.filter(merged_into=None), "email", keys):
        rows[organisation.email.lower()].organisations.append(organisation)
    for contact in _named(ContactPerson.objects.all(), "email", keys).select_related("organisation"):
        rows[contact.email.lower()].contacts.append(contact)
    asked = SurveyInvitation.objects.unanswered().exclude(survey__status=OfferSurvey.Status.CLOSED)
    for invitation in _named(asked, "email", keys).select_related("survey", "organisation"):
        rows[invitation.email.lower()].invitations.append(invitation)
    accounts = _named(User.objects.filter(is_active=True), "email", keys).prefetch_related(
        "groups", "memberships__organisation", "memberships__user"
    )
    for user in accounts:
        names_of_roles = {group.name for group in user.groups.all()}
        if user.has_usable_password() or not names_of_roles <= {roles.PROVIDER, roles.MUNICIPALITY}:
            rows[user.email.lower()].accounts.append(user)
        else:
            rows[user.email.lower()].unused.extend(user.memberships.all())
    return list(rows.values())


def _named(rows: Any, name: str, emails: list[str]) -> Any:
    """Those whose address, however it is written, is one of these."""
    return rows.alias(written=Lower(name)).filter(written__in=emails)
