"""What a page says to search engines, in the words of schema.org (JSON-LD): only what stands on the page, too.

An offer is a Service, each of its next dates an Event. Names of people appear only with their consent.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from actors.models import ContactPerson, Organisation
from offers.calendar import location
from offers.models import Offer, OfferDate, Programme, Weekday

type Node = dict[str, Any]

# Dates named as events: search engines show no more, and the page gets no heavier.
EVENTS = 5
# Characters of a description: the page has the whole.
DESCRIPTION = 300
# What schema.org has a narrower word for.
KINDS = {
    Organisation.Kind.COUNTY: "GovernmentOrganization",
    Organisation.Kind.MUNICIPALITY: "GovernmentOrganization",
    Organisation.Kind.SCHOOL_SUPERVISION: "GovernmentOrganization",
    Organisation.Kind.EMPLOYMENT: "GovernmentOrganization",
    Organisation.Kind.IMMIGRATION_AUTHORITY: "GovernmentOrganization",
    Organisation.Kind.STATE_BODY: "GovernmentOrganization",
    Organisation.Kind.SCHOOL: "School",
    Organisation.Kind.NURSERY: "Preschool",
    Organisation.Kind.UNIVERSITY: "CollegeOrUniversity",
    Organisation.Kind.SPORTS_CLUB: "SportsOrganization",
}


def offer_page(offer: Offer, county: str) -> Node:
    """Of an offer from `for_detail()`; `county` is the name of the Kreis."""
    steps = [(_("Angebote"), reverse("offers:offer_list")), (offer.title, offer.get_absolute_url())]
    coming = [] if offer.is_closed_now else getattr(offer, "upcoming_dates", [])[:EVENTS]
    return _graph(_service(offer, county), *(_event(offer, entry) for entry in coming), _breadcrumb(*steps))


def organisation_page(organisation: Organisation, contacts: Iterable[ContactPerson]) -> Node:
    """`contacts` are those of its public offers."""
    steps = [(_("Akteure"), reverse("offers:organisation_list")), (organisation.name, organisation.get_absolute_url())]
    return _graph(
        _organisation(organisation)
        | _filled(
            description=Truncator(strip_tags(organisation.description)).chars(DESCRIPTION),
            alternateName=organisation.short_name,
            telephone=organisation.phone,
            email=organisation.email,
            sameAs=organisation.website,
            address=_address(organisation.street, organisation.postcode, organisation.city),
            contactPoint=[_contact(contact) for contact in contacts],
        ),
        _breadcrumb(*steps),
    )


def programme_page(programme: Programme) -> Node:
    steps = [(_("Programme"), reverse("offers:programme_list")), (programme.name, programme.get_absolute_url())]
    return _graph(
        _filled(
            {"@type": "Service", "@id": f"{_url(programme.get_absolute_url())}#programm"},
            name=programme.label,
            description=programme.translated("summary"),
            url=_url(programme.get_absolute_url()),
            sameAs=programme.website,
        ),
        _breadcrumb(*steps),
    )


def _graph(*nodes: Node) -> Node:
    return {"@context": "https://schema.org", "@graph": list(nodes)}


def _breadcrumb(*steps: tuple[str, str]) -> Node:
    places = [(_("Startseite"), reverse("pages:start")), *steps]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": _url(path)}
            for number, (name, path) in enumerate(places, 1)
        ],
    }


def _service(offer: Offer, county: str) -> Node:
    languages = [language.slug for language in offer.languages.all()]
    return _filled(
        {"@type": "Service", "@id": _key(offer)},
        name=offer.title,
        description=offer.summary,
        url=_url(offer.get_absolute_url()),
        sameAs=[address for address in (offer.website, offer.social_url) if address],
        serviceType=offer.offer_type.label if offer.offer_type else "",
        category=[str(topic) for topic in offer.topics.all()],
        provider=_organisation(offer.provider),
        areaServed=_area(offer, county),
        audience=[{"@type": "Audience", "audienceType": str(group)} for group in offer.target_groups.all()],
        availableChannel=_filled(
            {"@type": "ServiceChannel"},
            servicePhone=_contact(offer.contact) if offer.contact else {},
            availableLanguage=languages,
            serviceUrl=offer.website if offer.is_online else "",
            serviceLocation=_place(offer),
        ),
        hoursAvailable=[
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": f"https://schema.org/{Weekday(slot.weekday).name.capitalize()}",
                "opens": f"{slot.opens_at:%H:%M}",
                "closes": f"{slot.closes_at:%H:%M}",
            }
            for slot in offer.opening_hours.all()
        ],
        offers=_price(offer),
        image=[_url(image.url("gross")) for image in getattr(offer, "pictures", [])],
    )


def _event(offer: Offer, entry: OfferDate) -> Node:
    on_site = "OfflineEventAttendanceMode" if offer.is_on_site or offer.is_outreach else ""
    mode = "MixedEventAttendanceMode" if on_site and offer.is_online else on_site or "OnlineEventAttendanceMode"
    virtual = {"@type": "VirtualLocation", "url": offer.website or _url(offer.get_absolute_url())}
    return _filled(
        {"@type": "Event"},
        name=offer.title,
        description=entry.note or offer.summary,
        startDate=timezone.localtime(entry.starts_at).isoformat(),
        endDate=timezone.localtime(entry.ends_at).isoformat() if entry.ends_at else "",
        eventStatus="https://schema.org/EventScheduled",
        eventAttendanceMode=f"https://schema.org/{mode}",
        location=[place for place in (_place(offer) if on_site else {}, virtual if offer.is_online else {}) if place],
        organizer=_organisation(offer.provider),
        isAccessibleForFree=offer.cost_kind == Offer.CostKind.FREE or None,
        offers=_price(offer),
        inLanguage=[language.slug for language in offer.languages.all()],
        url=_url(offer.get_absolute_url()),
        about={"@id": _key(offer)},
    )


def _organisation(organisation: Organisation) -> Node:
    path = organisation.get_absolute_url()
    return {
        "@type": KINDS.get(Organisation.Kind(organisation.kind), "Organization"),
        "@id": f"{_url(path)}#organisation",
        "name": organisation.name,
        "url": _url(path),
    }


def _contact(contact: ContactPerson) -> Node:
    return _filled(
        {"@type": "ContactPoint"},
        contactType=contact.function,
        name=contact.public_name,
        telephone=contact.phone,
        email=contact.email,
        hoursAvailable=_filled({"@type": "OpeningHoursSpecification"}, description=contact.office_hours)
        if contact.office_hours
        else {},
    )


def _place(offer: Offer) -> Node:
    if not offer.is_on_site or not (where := location(offer)):
        return {}
    return _filled(
        {"@type": "Place"},
        name=offer.place_name or where,
        address=_address(offer.street, offer.postcode, offer.city) or where,
        geo={"@type": "GeoCoordinates", "latitude": float(offer.latitude), "longitude": float(offer.longitude)}
        if offer.latitude is not None and offer.longitude is not None
        else {},
    )


def _address(street: str, postcode: str, city: str) -> Node:
    if not (street or city):
        return {}
    return _filled(
        {"@type": "PostalAddress"},
        streetAddress=street,
        postalCode=postcode,
        addressLocality=city,
        addressRegion="Nordrhein-Westfalen",
        addressCountry="DE",
    )


def _area(offer: Offer, county: str) -> list[Node]:
    if offer.is_countywide:
        return [{"@type": "AdministrativeArea", "name": county}]
    return [{"@type": "City", "name": municipality.name} for municipality in offer.municipalities.all()]


def _price(offer: Offer) -> Node:
    if offer.cost_kind == Offer.CostKind.FREE:
        amount = "0"
    elif offer.cost_amount is not None:
        amount = str(offer.cost_amount)
    else:
        return {}
    return {"@type": "Offer", "price": amount, "priceCurrency": "EUR", "url": _url(offer.get_absolute_url())}


def _key(offer: Offer) -> str:
    return f"{_url(offer.get_absolute_url())}#angebot"


def _url(path: str) -> str:
    return settings.KIPORTAL_BASE_URL + path


def _filled(node: Node | None = None, /, **values: Any) -> Node:
    """The node with those values that say something."""
    return (node or {}) | {name: value for name, value in values.items() if value not in ("", None, [], {})}
