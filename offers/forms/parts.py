"""A published entry in parts, each under one line of what is stored: who changes one thing need not read the rest."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kiportal.common.fieldsets import Part
from kiportal.common.models import ChangeProposal
from offers import changes
from offers.forms.details import Access, Partners
from offers.forms.repeats import Repeat
from offers.forms.sections import About, Audience, Contact, Costs, Place, Project, Registration
from offers.forms.times import Closure, Hours, Time
from offers.models import AccessFeature, Offer

# A line on a phone has about 35 characters, and three lines are still a summary.
LONGEST = 110

WHAT_CHANGES_MOST = (
    Part(
        "zeit",
        gettext_lazy("Zeit"),
        [*Time.fieldsets, *Hours.fieldsets, *Repeat.fieldsets, *Time.date_rows, *Closure.fieldsets],
    ),
    Part("ort", gettext_lazy("Ort"), Place.fieldsets),
)
KOSTEN = Part("kosten", gettext_lazy("Kosten"), Costs.fieldsets)
TEXT = Part("text", gettext_lazy("Titel und Text"), About.fieldsets[:1])
THE_REST = (
    Part("themen", gettext_lazy("Art und Themen"), About.fieldsets[1:]),
    Part("zielgruppe", gettext_lazy("Zielgruppe und Sprachen"), Audience.fieldsets),
    Part("barrierefreiheit", gettext_lazy("Barrierefreiheit"), Access.fieldsets),
    Part("partner", gettext_lazy("Partner"), Partners.fieldsets),
)
ANMELDUNG = Part("anmeldung", gettext_lazy("Anmeldung und Plätze"), Registration.fieldsets)
PROJEKT = Part("projekt", gettext_lazy("Zum Nachmachen"), Project.fieldsets)
AUTHORS_PARTS = (
    *WHAT_CHANGES_MOST,
    Part("kontakt", gettext_lazy("Kontakt"), Contact.fieldsets),
    ANMELDUNG,
    KOSTEN,
    TEXT,
    *THE_REST,
    PROJEKT,
)

# What the line of a part is made of; yes-or-no fields are named when they say yes.
TOLD: dict[str, tuple[str, ...]] = {
    "zeit": ("is_closed", "closed_until", "recurrence", "schedule_text", "schedule", "opening_hours", changes.DATES),
    "ort": (
        "is_countywide",
        "municipalities",
        "place_name",
        "street",
        "city",
        "district",
        "is_on_site",
        "is_online",
        "is_outreach",
    ),
    "kontakt": ("contact_function", "contact_phone", "contact_email", "contact_office_hours"),
    "anmeldung": ("registration", "registration_note", "places", "website", "social_url"),
    "kosten": ("cost_kind", "cost_amount", "cost_note", "funding_note"),
    "text": ("title", "summary"),
    "themen": ("offer_type", "topics"),
    "zielgruppe": ("target_groups", "languages", "german_level", "childcare"),
    "barrierefreiheit": ("access_features",),
    "partner": ("partners",),
    "projekt": ("project_goal", "project_state", "project_period", "project_cost_range"),
}


class InParts:
    """A form over an entry that is shown in parts. `opened_part` is the one that was asked for."""

    template_name = "django/forms/parts.html"
    parts: ClassVar[tuple[Part, ...]] = AUTHORS_PARTS
    opened_part = ""
    instance: Offer
    proposal: ChangeProposal | None = None

    def told(self, slug: str) -> str:
        """What is stored in a part, with the open proposal over it, in one line."""
        proposed = self.proposal.changes if self.proposal else {}
        words: list[str] = []
        for name in TOLD.get(slug, ()):
            if name == "schedule" and words:
                continue  # "regelmäßig" says less than what stands there already
            value = proposed[name]["new"] if name in proposed else changes.current(self.instance, name)
            if text := _IN_WORDS.get(name, _plain)(name, value):
                words.append(text)
        return Truncator(", ".join(words)).chars(LONGEST)


def _plain(name: str, value: Any) -> str:
    if value in (None, "", [], False):
        return ""
    if name not in changes.ROWS and isinstance(changes.field(name), models.BooleanField):
        return changes.label(name)
    return " ".join(changes.OFFER.plain(name, value).split())


def _amount(name: str, value: Any) -> str:
    return f"{changes.shown(name, value)} €" if value else ""


def _places(name: str, value: Any) -> str:
    return _("%(number)s Plätze") % {"number": value} if value else ""


def _closed_until(name: str, value: Any) -> str:
    return _("bis zum %(day)s") % {"day": changes.shown(name, value)} if value else ""


def _features(name: str, value: Any) -> str:
    """The features that there are; what is missing is read in the part."""
    there = [AccessFeature.Feature(row[0]).label for row in value if row[1] == AccessFeature.State.YES]
    return ", ".join(str(label) for label in there)


_IN_WORDS: dict[str, Callable[[str, Any], str]] = {
    "cost_amount": _amount,
    "places": _places,
    "closed_until": _closed_until,
    "access_features": _features,
}
