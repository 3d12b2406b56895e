"""What an entry needs before it can be sent and published."""

from django.utils.translation import gettext as _

from offers.models import Offer

# Fields that only have to hold something; a Projekt needs those of PROJECT too.
FILLED = (
    "title",
    "summary",
    "description",
    "offer_type",
    "topics",
    "target_groups",
    "languages",
    "cost_kind",
    "registration",
)
PROJECT = ("project_goal", "project_needs")


def gaps(offer: Offer) -> dict[str, str]:
    """Return what is missing as {"field": "label"}, in the order of the form; empty when complete."""
    checks = [
        ("title", _("Titel"), offer.title),
        ("summary", _("Kurz gesagt"), offer.summary),
        ("description", _("Beschreibung"), offer.description),
        ("offer_type", _("Art des Angebots"), offer.offer_type_id),
        ("topics", _("Themen"), offer.topics.exists()),
        ("target_groups", _("Zielgruppen"), offer.target_groups.exists()),
        ("languages", _("Sprachen"), offer.languages.exists()),
        ("municipalities", _("Kommunen"), offer.is_countywide or offer.municipalities.exists()),
        (
            "is_on_site",
            _("vor Ort, online oder aufsuchend"),
            offer.is_on_site or offer.is_online or offer.is_outreach,
        ),
        ("cost_kind", _("Kosten"), offer.cost_kind),
        ("registration", _("Anmeldung"), offer.registration),
        (
            "images",
            _("Angaben zu den Bildern"),
            all(image.is_complete for image in offer.images.all() if image.is_shown),
        ),
        ("contact_function", _("Kontakt"), offer.contact_id),
    ]
    if offer.is_project:
        checks += [
            ("project_goal", _("Ziel des Projekts"), offer.project_goal),
            ("project_needs", _("Das brauchen andere"), offer.project_needs),
        ]
    return {name: str(label) for name, label, value in checks if not value}


def missing(offer: Offer) -> list[str]:
    """Return the labels of what is missing."""
    return list(gaps(offer).values())
