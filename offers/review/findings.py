"""What can be checked about a submission before a person decides. Hints only: none of them stops a decision."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote_plus, urlsplit

from django.urls import reverse
from django.utils import timezone

from actors.models import Organisation
from actors.permissions import can_release_organisation, is_own_organisation
from kiportal.common.models import StatusChange, User
from kiportal.common.richtext import to_text
from offers.completeness import missing
from offers.models import Offer, OfferImage
from offers.permissions import brings_organisation, is_own_offer, may_release_text
from offers.review import readability
from offers.review.duplicates import offers_like, organisations_like

_ALONE = " Niemand sonst kann das freigeben: Bitte begründen Sie, warum Sie es selbst tun."
_RICH_FIELDS = ("description", "project_goal", "project_steps", "project_needs", "project_results")
_PRIVATE_MAIL = re.compile(
    r"[\w.+-]+@(?:gmx|web|gmail|t-online|freenet|yahoo|hotmail|outlook|icloud)\.\w+", re.IGNORECASE
)
_PERSONAL = (
    re.compile(r"\b(?:Frau|Herrn?|Familie) (?:Dr\. )?[A-ZÄÖÜ][\w-]+"),
    re.compile(r"\b(?:geboren|geb\.) (?:am|in) \S+(?: \S+)?", re.IGNORECASE),
    re.compile(r"\bAktenzeichen\b|\bAZR-Nummer\b", re.IGNORECASE),
    _PRIVATE_MAIL,
)


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    note: str = ""

    @property
    def is_external(self) -> bool:
        return not self.url.startswith("/")


@dataclass(frozen=True)
class Finding:
    title: str
    level: str  # "success", "info", "warning": the kinds of an alert
    text: str
    links: tuple[Link, ...] = ()


def examine(offer: Offer, *, by: User) -> list[Finding]:
    """Return all findings, in the order in which one works through them; `by` is who is going to decide."""
    return [
        *_own(offer, by),
        _completeness(offer),
        _organisation(offer),
        *_namesakes(offer.provider),
        _twins(offer),
        _consent(offer),
        _picture_rights(offer),
        _privacy(offer),
        _links(offer),
        _readability(offer),
        *_place(offer),
        *_map(offer),
    ]


def examine_changed(offer: Offer, fields: Collection[str]) -> list[Finding]:
    """The same for a public entry with a change in it, named by its `fields`; who may decide stands elsewhere."""
    found = [_completeness(offer)]
    if {"title", "municipalities", "city"} & set(fields):
        found.append(_twins(offer))
    found.append(_consent(offer))
    if "images" in fields:
        found.append(_picture_rights(offer))
    return [*found, _privacy(offer), _links(offer), _readability(offer), *_place(offer)]


def _own(offer: Offer, by: User) -> list[Finding]:
    """Four eyes see more than two: who may not release the entry, or its new organisation, reads why."""
    found = []
    if is_own_offer(by, offer):
        text = "Sie haben diesen Eintrag selbst geschrieben oder gesendet."
        text += _ALONE if may_release_text(by, offer) else " Jemand anderes aus dem Zentrum muss ihn freigeben."
        found.append(Finding("Vier Augen", "warning", text))
    organisation = offer.provider
    if brings_organisation(offer) and is_own_organisation(by, organisation):
        page = Link(organisation.name, reverse("offers:staff_organisation_detail", args=[organisation.pk]))
        text = "Sie haben die neue Organisation selbst eingetragen oder zuletzt bearbeitet."
        may = can_release_organisation(by, organisation)
        text += _ALONE if may else " Jemand anderes muss sie zuerst veröffentlichen."
        found.append(Finding("Vier Augen: Organisation", "warning", text, (page,)))
    return found


def _completeness(offer: Offer) -> Finding:
    if gaps := missing(offer):
        return Finding("Vollständigkeit", "warning", f"Es fehlt noch: {', '.join(gaps)}.")
    return Finding("Vollständigkeit", "success", "Alle nötigen Angaben sind da.")


def _organisation(offer: Offer) -> Finding:
    organisation = offer.provider
    page = Link(organisation.name, reverse("offers:staff_organisation_detail", args=[organisation.pk]))
    match organisation.status:
        case Organisation.Status.PUBLISHED if _is_from_a_stranger(offer):
            text = "Die Organisation ist bekannt, aber die Absenderadresse gehört nicht erkennbar dazu."
            return Finding("Organisation", "warning", f"{text} Bitte fragen Sie nach.", (page,))
        case Organisation.Status.PUBLISHED:
            return Finding("Organisation", "success", "Die Organisation ist bekannt und veröffentlicht.", (page,))
        case Organisation.Status.PROPOSED:
            text = "Die Organisation ist neu. Sie wird mit dem Angebot veröffentlicht."
            return Finding("Organisation", "info", text, (page,))
        case _:
            text = f"Die Organisation ist {organisation.get_status_display()}. So kann das Angebot nicht erscheinen."
            return Finding("Organisation", "warning", text, (page,))


def _namesakes(organisation: Organisation) -> list[Finding]:
    """A new organisation may be one that we have under another spelling."""
    if organisation.status != Organisation.Status.PROPOSED:
        return []
    alike = tuple(_organisation_link(other) for other in organisations_like(organisation)[:3])
    return [Finding("Ähnliche Organisationen", "warning", "Ähnliche Namen gibt es schon:", alike)] if alike else []


def _is_from_a_stranger(offer: Offer) -> bool:
    """Whether an anonymous submission names an organisation to which its sender's address does not visibly belong.

    A domain counts as the organisation's own unless it is one of the big mail services.
    """
    if not StatusChange.objects.for_target(offer).filter(verb="confirm_submission").exists():
        return False
    organisation, sender = offer.provider, offer.submitter_email.lower()
    members = organisation.memberships.filter(user__is_active=True)
    known = {organisation.email.lower(), *(email.lower() for email in members.values_list("user__email", flat=True))}
    if sender in known:
        return False
    host = (urlsplit(organisation.website).hostname or "").removeprefix("www.")
    own = {host, organisation.email.lower().rpartition("@")[2]} - {""}
    domain = sender.rpartition("@")[2]
    return bool(_PRIVATE_MAIL.fullmatch(sender)) or not any(
        domain == name or domain.endswith(f".{name}") for name in own
    )


def _organisation_link(organisation: Organisation) -> Link:
    url = reverse("offers:staff_organisation_detail", args=[organisation.pk])
    return Link(organisation.name, url, organisation.get_status_display())


def _twins(offer: Offer) -> Finding:
    twins = tuple(
        Link(
            twin.title,
            reverse("offers:staff_offer_detail", args=[twin.pk]),
            f"{twin.provider}, {twin.get_status_display()}",
        )
        for twin in offers_like(offer)[:4]
    )
    if twins:
        return Finding("Mögliche Dubletten", "warning", "Diese Einträge sind ähnlich:", twins)
    return Finding("Mögliche Dubletten", "success", "Es gibt keinen ähnlichen Eintrag.")


def _consent(offer: Offer) -> Finding:
    contact = offer.contact
    if contact is None or not contact.name:
        return Finding("Einwilligung", "success", "Es wird keine Person mit Namen genannt.")
    if contact.public_name:
        given = f"{contact.consent.given_on:%d.%m.%Y}" if contact.consent else ""
        return Finding("Einwilligung", "success", f"{contact.name}: Die Einwilligung vom {given} liegt vor.")
    return Finding(
        "Einwilligung", "info", f"{contact.name}: Es liegt keine Einwilligung vor. Der Name erscheint deshalb nicht."
    )


def _picture_rights(offer: Offer) -> Finding:
    """Whose pictures they are, and who said when that they may be shown."""
    images = list(OfferImage.objects.shown().filter(offer=offer).select_related("by_user", "by_link"))
    if not images:
        return Finding("Bildrechte", "success", "Der Eintrag hat keine Bilder.")
    lines = [f"Bild {number}: {image.rights or 'ohne Nachweis'}" for number, image in enumerate(images, start=1)]
    if not all(image.is_complete for image in images):
        text = f"{'; '.join(lines)} – Es fehlen noch Angaben oder die Bestätigung der Rechte."
        return Finding("Bildrechte", "warning", text)
    said = dict.fromkeys(
        f"am {timezone.localtime(image.rights_confirmed_at):%d.%m.%Y} {_by(image)}" for image in images
    )
    return Finding("Bildrechte", "info", f"{'; '.join(lines)} – Rechte und Einverständnis bestätigt {', '.join(said)}.")


def _by(image: OfferImage) -> str:
    if image.by_user is not None:
        return f"von {image.by_user}"
    return f"über den Link an {image.by_link.email}" if image.by_link else "über einen Link, den es nicht mehr gibt"


def _privacy(offer: Offer) -> Finding:
    text = "\n".join([offer.title, offer.summary, *(to_text(getattr(offer, name)) for name in _RICH_FIELDS)])
    hits = list(dict.fromkeys(match.group() for pattern in _PERSONAL for match in pattern.finditer(text)))
    if hits:
        quoted = ", ".join(f"„{hit}“" for hit in hits[:5])
        return Finding("Angaben zu Personen", "warning", f"Bitte prüfen, ob es um Ratsuchende geht: {quoted}.")
    return Finding(
        "Angaben zu Personen", "success", "Kein Hinweis auf Angaben zu Ratsuchenden. Bitte lesen Sie trotzdem nach."
    )


def _links(offer: Offer) -> Finding:
    addresses = [address for address in (offer.website, offer.social_url) if address]
    for name in _RICH_FIELDS:
        addresses += re.findall(r'href="([^"]+)"', getattr(offer, name))
    if not addresses:
        return Finding("Links", "success", "Der Eintrag enthält keine Links.")
    broken = [address for address in addresses if not is_well_formed(address)]
    links = tuple(Link(address, address) for address in dict.fromkeys(addresses) if address not in broken)
    if broken:
        return Finding("Links", "warning", f"Diese Adressen sind nicht vollständig: {', '.join(broken)}.", links)
    return Finding("Links", "info", "Bitte öffnen und prüfen:", links)


def is_well_formed(address: str) -> bool:
    """Whether an address has a scheme that we show and, on the web, a host name with a dot."""
    parts = urlsplit(address)
    if parts.scheme in {"mailto", "tel"}:
        return bool(parts.path)
    return parts.scheme in {"http", "https"} and "." in (parts.hostname or "").strip(".")


def _readability(offer: Offer) -> Finding:
    measured = readability.measure(offer.summary, *(getattr(offer, name) for name in _RICH_FIELDS))
    if measured is None:
        return Finding("Verständlichkeit", "info", "Der Text ist zu kurz, um ihn zu messen.")
    if measured.longest_words > readability.LONG_SENTENCE:
        return Finding(
            "Verständlichkeit",
            "warning",
            f"Lesbarkeitsindex {measured.lix}. Der längste Satz hat {measured.longest_words} Wörter: "
            f"„{measured.longest_sentence}“",
        )
    if measured.lix >= readability.HARD:
        return Finding("Verständlichkeit", "warning", f"Lesbarkeitsindex {measured.lix}: schwer, viele lange Wörter.")
    level = "leicht" if measured.lix < readability.EASY else "mittel"
    return Finding("Verständlichkeit", "success", f"Lesbarkeitsindex {measured.lix}: {level}.")


def _place(offer: Offer) -> list[Finding]:
    """The town of the address should be one of the municipalities that were ticked."""
    if not offer.city or offer.is_countywide:
        return []
    names = [municipality.name for municipality in offer.municipalities.all()]
    if any(name.casefold() in offer.city.casefold() or offer.city.casefold() in name.casefold() for name in names):
        return []
    return [Finding("Ort", "warning", f"Die Adresse liegt in {offer.city}, gewählt ist: {', '.join(names)}.")]


def _map(offer: Offer) -> list[Finding]:
    """Authors are not asked for the point on the map: whoever reviews looks the address up."""
    if not (offer.is_on_site and offer.street and offer.city) or offer.map_url:
        return []
    where = f"{offer.street}, {offer.postcode} {offer.city}"
    search = Link(
        "Anschrift suchen", f"https://www.openstreetmap.org/search?query={quote_plus(where)}", "OpenStreetMap"
    )
    text = "Der Punkt auf der Karte fehlt noch. Er lässt sich beim Bearbeiten eintragen."
    return [Finding("Karte", "info", text, (search,))]
