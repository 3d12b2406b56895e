"""Invented organisations with a contact each: what offers are made of comes from somewhere, and somebody answers."""

import random
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from actors.models import ContactPerson, Municipality, Organisation
from kiportal.common.models import Consent
from kiportal.common.text import slugify, sort_key
from kiportal.pages import data
from kiportal.pages.demo.places import Places, short_name

BATCH = 2000
# Of a hundred contacts: with a telephone, with the name of somebody who agreed, with hours.
PHONES, NAMES, HOURS = 0.8, 0.25, 0.5
# The first tenth offers most: nobody expects dozens of offers of a Kita.
LARGE = 0.1


def write(
    number: int, places: Places, municipality: Callable[[], Municipality], source: random.Random
) -> list[ContactPerson]:
    """New organisations with a contact each; those first in the list offer most."""
    words = data.read("demo/synthetic")
    shapes = words["providers"]
    organisations = []
    for rank in range(number):
        place, key = municipality(), uuid.UUID(int=source.getrandbits(128), version=4)
        kind = source.choice(shapes["large"] if rank < number * LARGE else list(shapes["kinds"]))
        word = source.choice(shapes["words"])
        name = f"{source.choice(shapes['kinds'][kind]).format(wort=word)} ({short_name(place)})"
        domain = f"{slugify(word)}-{key.hex[:6]}.example.org"
        organisations.append(
            Organisation(
                uuid=key,
                name=name,
                slug=f"{slugify(name, 70)}-{key.hex[:8]}",
                sort_key=sort_key(name),
                kind=kind,
                municipality=place,
                description=places.fill(shapes["text"].replace("{name}", name), place),
                email=f"kontakt@{domain}",
                phone=_phone(words, source),
                website=f"https://{domain}/",
                status=Organisation.Status.PUBLISHED,
            )
        )
    Organisation.objects.bulk_create(organisations, BATCH)
    contacts = [
        ContactPerson(
            organisation=row,
            function="Vereinsbüro" if row.kind == "verein" else "Büro",
            email=row.email,
            phone=row.phone if source.random() < PHONES else "",
            name=source.choice(words["names"]) if source.random() < NAMES else "",
            office_hours=source.choice(words["office_hours"]) if source.random() < HOURS else "",
        )
        for row in organisations
    ]
    _agree([contact for contact in contacts if contact.name], words["consent"], source)
    return ContactPerson.objects.bulk_create(contacts, BATCH)


def _phone(words: dict[str, str], source: random.Random) -> str:
    """A number that the Bundesnetzagentur keeps free for stories."""
    return words["phone"].format(nummer=f"{source.randrange(1000):03d}")


def _agree(contacts: list[ContactPerson], wording: str, source: random.Random) -> None:
    today = timezone.localdate()
    consents = Consent.objects.bulk_create(
        [
            Consent(
                purpose=Consent.Purpose.PUBLISH_NAME,
                wording=wording,
                given_on=today - timedelta(days=source.randint(5, 700)),
                channel=source.choice(Consent.Channel.values),
            )
            for _contact in contacts
        ],
        BATCH,
    )
    for contact, consent in zip(contacts, consents, strict=True):
        contact.consent = consent
