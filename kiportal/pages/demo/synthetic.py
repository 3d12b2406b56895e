"""Any number of further offers, to see the portal with much in it: plausible at a glance, unevenly spread as real ones.

They are written in bulk and published from the start, past the lifecycle: nobody looks at the history of thousands.
"""

import random
import uuid
from datetime import timedelta
from itertools import batched
from typing import Any

from django.db import models
from django.utils import timezone

from actors.models import ContactPerson, Language, Municipality, Organisation
from kiportal.common.text import slugify, sort_key
from kiportal.pages import data
from kiportal.pages.demo.places import Places, short_name
from offers.models import Offer, OfferType, TargetGroup, Topic

BATCH = 2000
OFFERS_PER_PROVIDER = 12


def add(number: int, places: Places) -> None:
    if number:
        generator = _Generator(places, number)
        for batch in batched(range(number), BATCH):
            generator.write(len(batch))


class _Generator:
    def __init__(self, places: Places, number: int) -> None:
        self.random = random.Random(Offer.objects.count())  # noqa: S311  (variety, not secrecy)
        self.words = data.read("demo/synthetic")
        self.places = places
        self.now, self.today = timezone.now(), timezone.localdate()
        self.types = {row.slug: row for row in OfferType.objects.all()}
        self.keys: dict[str, dict[str, int]] = {
            name: dict(model._default_manager.values_list("slug", "pk"))
            for name, model in (("topics", Topic), ("target_groups", TargetGroup), ("languages", Language))
        }
        self.contacts = self._write_providers(number // OFFERS_PER_PROVIDER + 1)

    def _write_providers(self, number: int) -> list[ContactPerson]:
        """New organisations with a contact each; those first in the list offer most."""
        shapes = self.words["providers"]
        organisations = []
        for _ in range(number):
            place, key = self._municipality(), uuid.uuid4()
            kind = self.random.choice(list(shapes["kinds"]))
            word = self.random.choice(shapes["words"])
            name = f"{self.random.choice(shapes['kinds'][kind]).format(wort=word)} ({short_name(place)})"
            domain = f"{slugify(word)}-{key.hex[:6]}.example.org"
            organisations.append(
                Organisation(
                    uuid=key,
                    name=name,
                    slug=f"{slugify(name, 70)}-{key.hex[:8]}",
                    sort_key=sort_key(name),
                    kind=kind,
                    municipality=place,
                    description=self.places.fill(shapes["text"].replace("{name}", name), place),
                    email=f"kontakt@{domain}",
                    website=f"https://{domain}/",
                    status=Organisation.Status.PUBLISHED,
                )
            )
        Organisation.objects.bulk_create(organisations, BATCH)
        return ContactPerson.objects.bulk_create(
            [
                ContactPerson(
                    organisation=row, function="Vereinsbüro" if row.kind == "verein" else "Büro", email=row.email
                )
                for row in organisations
            ],
            BATCH,
        )

    def write(self, number: int) -> None:
        relations: list[dict[str, set[int]]] = []
        offers = []
        for _ in range(number):
            offer, related = self._offer()
            offers.append(offer)
            relations.append(related)
        Offer.objects.bulk_create(offers)
        for name in ("topics", "target_groups", "languages", "municipalities"):
            _write_relation(name, offers, [related[name] for related in relations])

    def _offer(self) -> tuple[Offer, dict[str, set[int]]]:
        choose, words = self.random.choice, self.words
        pattern = self.random.choices(words["patterns"], [entry["weight"] for entry in words["patterns"]])[0]
        place, key = self._municipality(), uuid.uuid4()
        contact = self.contacts[int(len(self.contacts) * self.random.random() ** 2)]
        title = f"{choose(pattern['titles'])} {choose(words['when'])} in {short_name(place)}"
        age = min(int(self.random.expovariate(1 / 300)), 1500)
        amount = self.random.choice([2, 3, 5, 8, 15, 30]) if self.random.random() < 0.2 else None
        offer = Offer(
            uuid=key,
            title=title,
            slug=f"{slugify(title)}-{key.hex[:8]}",
            sort_key=sort_key(title),
            summary=self.places.fill(choose(pattern["summaries"]), place),
            description=f"<p>{self.places.fill(choose(pattern['texts']), place)}</p>",
            offer_type=self.types[pattern["type"]],
            provider_id=contact.organisation_id,
            contact=contact,
            is_countywide=self.random.random() < 0.05,
            is_online=self.random.random() < 0.1,
            place_name=choose(words["places"]),
            street=f"{choose(words['streets'])} {self.random.randint(1, 80)}",
            postcode=self.places.postcode(place),
            city=place.name,
            schedule=Offer.Schedule.REGULAR,
            schedule_text=f"jeden {choose(words['days'])}, {choose(words['hours'])}",
            cost_kind=Offer.CostKind.AMOUNT if amount else Offer.CostKind.FREE,
            cost_amount=amount,
            registration=choose([Offer.Registration.NONE, Offer.Registration.MAIL, Offer.Registration.IN_PERSON]),
            submitter_email=contact.email,
            status=Offer.Status.PUBLISHED,
            submitted_at=self.now - timedelta(days=age + 3),
            published_at=self.now - timedelta(days=age),
            last_confirmed_on=self.today - timedelta(days=self.random.randint(0, min(age, 420))),
        )
        return offer, {
            "topics": self._some("topics", pattern["topics"]),
            "target_groups": self._some("target_groups", pattern["groups"]),
            "languages": self._languages(),
            "municipalities": set() if offer.is_countywide else {place.pk},
        }

    def _municipality(self) -> Municipality:
        weights = [1 / (position + 1) for position in range(len(self.places.all))]
        return self.random.choices(self.places.all, weights)[0]

    def _some(self, name: str, slugs: list[str]) -> set[int]:
        chosen = self.random.sample(slugs, self.random.randint(1, len(slugs)))
        return {self.keys[name][slug] for slug in chosen}

    def _languages(self) -> set[int]:
        weights: dict[str, int] = self.words["languages"]
        chosen = self.random.choices(list(weights), list(weights.values()), k=self.random.randint(0, 4))
        return {self.keys["languages"][slug] for slug in {"de", *chosen}}


def _write_relation(name: str, offers: list[Offer], keys: list[set[int]]) -> None:
    field: Any = Offer._meta.get_field(name)
    through: type[models.Model] = field.remote_field.through
    columns = "offer_id", f"{field.m2m_reverse_field_name()}_id"
    through._default_manager.bulk_create(
        [
            through(**dict(zip(columns, (offer.pk, key), strict=True)))
            for offer, chosen in zip(offers, keys, strict=True)
            for key in sorted(chosen)
        ],
        BATCH,
    )
