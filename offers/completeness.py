"""What an entry needs before it can be sent and published."""

from django.utils.translation import gettext as _

from offers.models import Offer


def missing(offer: Offer) -> list[str]:
    """Return the labels of what is missing, in the order of the form; empty when complete."""
    checks = [
        (_("Titel"), offer.title),
        (_("Kurz gesagt"), offer.summary),
        (_("Beschreibung"), offer.description),
        (_("Art des Angebots"), offer.offer_type_id),
        (_("Themen"), offer.topics.exists()),
        (_("Zielgruppen"), offer.target_groups.exists()),
        (_("Sprachen"), offer.languages.exists()),
        (_("Kommunen"), offer.is_countywide or offer.municipalities.exists()),
        (_("vor Ort, online oder aufsuchend"), offer.is_on_site or offer.is_online or offer.is_outreach),
        (_("Kosten"), offer.cost_kind),
        (_("Anmeldung"), offer.registration),
        (_("Kontakt"), offer.contact_id),
    ]
    if offer.is_project:
        checks += [(_("Ziel des Projekts"), offer.project_goal), (_("Das brauchen andere"), offer.project_needs)]
    return [str(label) for label, value in checks if not value]
