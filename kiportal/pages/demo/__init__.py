"""Believable content for a first look: `load_demo`. Organisations and persons are invented; dates count from today.

accounts    one account of every role
concepts    the integration concept in two versions, from files of the project and
            numbers of the `registry`, with `pictures`
content     organisations, offers with their history, proposals, reports
coverage    the numbers of today and of earlier days
funding     who holds the posts, a grant, costs, a Verwendungsnachweis that is due
gallery     pictures of entries, drawn by `scenes`
copying     rows by the thousand, past the ORM
history     lets the lifecycle functions act in the past
recordings  what staff wrote down for a Verein and nobody confirmed yet
invented    what `synthetic` writes
measures    the Arbeitspapier, a focus period that has ended and one that runs
places      which municipality an entry lies in, and the placeholders of its texts
surveys     a Bestandsaufnahme that runs
synthetic   any number of further offers, fast
upkeep      what the public and a Kommune told the centre, Wiedervorlagen, an address without mail, a broken link
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from actors.models import Municipality, Organisation
from kiportal.common.models import Centre
from kiportal.pages.demo import (
    accounts,
    concepts,
    content,
    coverage,
    funding,
    measures,
    recordings,
    surveys,
    synthetic,
    upkeep,
)
from kiportal.pages.demo.places import Places
from offers.models import Offer


class DemoRefusedError(Exception):
    """Demo content has no place here; the sentence says why."""


@dataclass(frozen=True)
class Loaded:
    organisations: int
    offers: int
    accounts: list[str]
    password: str


@transaction.atomic
def load(extra_offers: int = 0) -> Loaded:
    """Load the content unless it is there, and `extra_offers` synthetic offers; raises DemoRefusedError."""
    if not settings.KIPORTAL_DEMO:
        raise DemoRefusedError("Demo content is loaded in demo mode only (KIPORTAL_DEMO=1).")
    centre = Centre.objects.first()
    if centre is None or not Municipality.objects.exists():
        raise DemoRefusedError("There is no centre yet: run setup_centre first.")
    before = Organisation.objects.count(), Offer.objects.count()
    places = Places(centre)
    created, password = accounts.create()
    is_first = not content.is_loaded()
    if is_first:
        content.load(places)
        concepts.load(places)
        upkeep.load(places)
        measures.load(places)
        surveys.load()
        recordings.load(places)
        funding.load()
    synthetic.add(extra_offers, places)
    if is_first:
        coverage.load()
    return Loaded(
        organisations=Organisation.objects.count() - before[0],
        offers=Offer.objects.count() - before[1],
        accounts=created,
        password=password,
    )
