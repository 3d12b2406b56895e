"""Invented offers and organisations: German titles with compounds, every field in a believable share of them."""

import random
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from typing import Any

from django.db import models
from django.utils import timezone

from actors.models import ContactPerson, Language, Municipality
from kiportal.common.richtext import sanitise
from kiportal.common.text import slugify, sort_key
from kiportal.pages import data
from kiportal.pages.demo import providers
from kiportal.pages.demo.fitting import Fit, Rules
from kiportal.pages.demo.places import Places, short_name
from offers.models import (
    AccessFeature,
    Offer,
    OfferDate,
    OfferType,
    OpeningHours,
    Partner,
    Programme,
    Recurrence,
    TargetGroup,
    Topic,
)
from offers.recurrence import DAYS

OFFERS_PER_PROVIDER = 12
# How unevenly: the first organisation has several dozen offers where there are hundreds of organisations.
SKEW = 1.6
FOR_SOMEBODY = 0.35
FALLBACK_GROUP = "menschen-mit-einwanderungsgeschichte"
PROJECTS = 0.04
ON_THE_MAP = 0.3
HOURS = [("09:00", "11:00"), ("10:00", "12:00"), ("14:00", "16:00"), ("15:30", "17:00"), ("17:00", "18:30")]
# Of a hundred: most are public, some are not any more.
STATUSES = {Offer.Status.PUBLISHED: 92, Offer.Status.HIDDEN: 3, Offer.Status.ARCHIVED: 5}
_LEVEL = re.compile(r"\b[ABC][12]\b")
_C = Offer.CostKind


@dataclass
class Invented:
    """The columns of an offer, always the same in the same order; the keys it refers to; rows that hang on it."""

    columns: dict[str, Any]
    related: dict[str, set[int]]
    details: dict[type[models.Model], list[tuple[Any, ...]]] = field(default_factory=dict)


class _Weighted:
    """Draws one of many by weight; the sums are made once."""

    def __init__(self, weights: Mapping[Any, float], source: random.Random) -> None:
        self._values, self._random = list(weights), source
        self._sums = list(accumulate(weights.values()))

    def __call__(self) -> Any:
        return self._random.choices(self._values, cum_weights=self._sums)[0]


class Inventor:
    def __init__(self, places: Places, number: int) -> None:
        self.random = random.Random(Offer.objects.count())  # noqa: S311  (variety, not secrecy)
        # What few entries have is drawn from a source of its own, so that the others stay as they are.
        self.rare = random.Random(Offer.objects.count())  # noqa: S311
        self.words = data.read("demo/synthetic")
        self.places, self.projects = places, self.words["projects"]
        self.now, self.today = timezone.now(), timezone.localdate()
        self.types = {row.slug: row for row in OfferType.objects.all()}
        self.programmes = dict(Programme.objects.values_list("slug", "pk"))
        self.keys: dict[str, dict[str, int]] = {
            name: dict(model._default_manager.values_list("slug", "pk"))
            for name, model in (("topics", Topic), ("target_groups", TargetGroup), ("languages", Language))
        }
        self.rules = Rules(self.words)
        patterns = list(enumerate(self.words["patterns"]))
        self.pattern_of = {
            kind: _Weighted({n: entry["weight"] for n, entry in patterns if kind in entry["providers"]}, self.random)
            for kind in self.words["providers"]["kinds"]
        }
        self.municipality = _Weighted({place: 1 / (rank + 1) for rank, place in enumerate(places.all)}, self.random)
        self.language = _Weighted(self.words["languages"], self.random)
        self.status = _Weighted(STATUSES, self.random)
        self.further_topic = _Weighted({key: 1 / (rank + 1) for rank, key in enumerate(self._topics())}, self.random)
        self.fill = cache(places.fill)
        self.rich = cache(self._rich)
        self.name_of = cache(short_name)
        self.keys_of = cache(lambda title: (sort_key(title), slugify(title)))
        self.moment = cache(_moment)
        self.defaults = _defaults()
        self.contacts = providers.write(number // OFFERS_PER_PROVIDER + 1, places, self.municipality, self.random)

    def _topics(self) -> list[int]:
        topics = list(self.keys["topics"].values())
        self.random.shuffle(topics)
        return topics

    def _happens(self, share: float) -> bool:
        return self.random.random() < share

    def _seldom(self, share: float, texts: list[str]) -> str:
        return self.rare.choice(texts) if self.rare.random() < share else ""

    def _rich(self, *paragraphs: str) -> str:
        return str(sanitise("".join(f"<p>{text}</p>" for text in paragraphs)))

    # One offer

    def offer(self) -> Invented:
        contact = self.contacts[int(len(self.contacts) * self.random.random() ** SKEW)]
        number, place = self.pattern_of[contact.organisation.kind](), self.municipality()
        pattern = self.words["patterns"][number]
        is_project = self._happens(PROJECTS)
        kind = self.types["projekt" if is_project else pattern["type"]]
        columns = {
            **self.defaults,
            "uuid": uuid.UUID(int=self.random.getrandbits(128), version=4),
            "provider_id": contact.organisation_id,
            "contact_id": contact.pk,
            "submitter_email": contact.email,
            "offer_type_id": kind.pk,
            "is_countywide": self._happens(0.05),
            "website": contact.organisation.website if self._happens(0.3) else "",
            "social_url": self._seldom(
                0.1, [f"https://netz.example.org/@{contact.organisation.email.partition('@')[2]}"]
            ),
            "funding_note": self._seldom(0.12, self.words["funding_notes"]),
        }
        noun = self._noun(pattern, is_project=is_project)
        allowed = self.rules.of_noun(number, noun)
        whom = self.random.choice(allowed.whom) if allowed.whom and self._happens(FOR_SOMEBODY) else ""
        allowed = self.rules.of_whom(allowed, whom)
        columns |= self._texts(
            pattern, f"{noun} {self._detail(place, whom)}"[:120], place, columns["uuid"], is_project=is_project
        )
        columns |= self._place(place) | self._costs() | self._registration(kind) | self._state()
        if is_project:
            columns |= self._project(place) | {"programme_id": None}
        drawn = self._some([slug for slug in pattern["groups"] if slug not in allowed.without])
        groups = sorted({*drawn, *allowed.groups} or {FALLBACK_GROUP})
        if kind.has_participants:
            columns |= self._participants(allowed.of_groups(groups, self.rules.group_ages), noun, groups)
        invented = Invented(columns, self._related(pattern, place, columns, allowed, groups))
        self._add_times(invented, kind)
        self._add_details(invented, contact)
        return invented

    def _texts(
        self, pattern: dict[str, Any], title: str, place: Municipality, key: uuid.UUID, *, is_project: bool
    ) -> dict[str, Any]:
        choose, words = self.random.choice, self.words
        sorted_as, slug = self.keys_of(title)
        closing = (choose(words["closings"]),) if self._happens(0.6) else ()
        values: dict[str, Any] = {
            "title": title,
            "slug": f"{slug}-{key.hex[:8]}",
            "sort_key": sorted_as,
            "summary": self.fill(choose(pattern["summaries"]), place),
            "description": self.rich(self.fill(choose(pattern["texts"]), place), *closing),
        }
        programmes = words["programmes"].get(pattern["type"], [])
        if programmes and self._happens(0.25):
            values["programme_id"] = self.programmes.get(choose(programmes))
        return values

    def _noun(self, pattern: dict[str, Any], *, is_project: bool) -> str:
        choose = self.random.choice
        if is_project:
            return str(choose(self.projects["titles"]))
        if self._happens(0.25):
            return str(choose(pattern["titles"]))
        first, last = pattern["compounds"]
        noun, rest = choose(first), choose(last)
        return str(noun + (rest.capitalize() if noun.endswith("-") else rest))

    def _detail(self, place: Municipality, whom: str) -> str:
        """For whom, when and where, after the noun."""
        details = self.words["details"]["for somebody" if whom else "for nobody"]
        return str(self.random.choice(details)).format(
            wann=self.random.choice(self.words["when"]),
            ort=self.name_of(place),
            wen=whom,
            platz=self.random.choice(self.words["squares"]),
        )

    def _project(self, place: Municipality) -> dict[str, Any]:
        choose, parts = self.random.choice, self.projects
        chosen = {name: self.random.sample(parts[name], 2) for name in ("steps", "needs", "results")}
        return {
            "kind": Offer.Kind.PROJECT,
            "project_state": choose(Offer.ProjectState.values),
            "project_period": choose(parts["periods"]),
            "project_cost_range": self._seldom(0.8, parts["cost_ranges"]),
            "project_goal": self.rich(self.fill(choose(parts["goals"]), place)),
            **{f"project_{name}": self.rich(*sentences) for name, sentences in chosen.items()},
        }

    def _place(self, place: Municipality) -> dict[str, Any]:
        choose, words = self.random.choice, self.words
        is_online = self._happens(0.1)
        values: dict[str, Any] = {"is_online": is_online, "is_outreach": self._happens(0.07)}
        if is_online and self._happens(0.5):
            return values | {"is_on_site": False}
        values["place_name"] = choose(words["places"])
        values["street"] = f"{choose(words['streets'])} {self.random.randint(1, 80)}"
        if self.rare.random() < ON_THE_MAP:
            values |= self.places.point(place, values["street"])
        return values | {
            "district": self._seldom(0.2, words["districts"]),
            "postcode": self.places.postcode(place),
            "city": place.name,
            "transit_note": choose(words["transit_notes"]) if self._happens(0.15) else "",
        }

    def _costs(self) -> dict[str, Any]:
        if self._happens(0.72):
            return {"cost_kind": _C.FREE, "refunds_travel_costs": self._happens(0.05)}
        if self._happens(0.25):
            return {"cost_kind": _C.ON_REQUEST}
        note = self.random.choice(self.words["cost_notes"]) if self._happens(0.6) else ""
        return {"cost_kind": _C.AMOUNT, "cost_amount": self.random.choice([2, 3, 5, 8, 15, 30, 45]), "cost_note": note}

    def _registration(self, kind: OfferType) -> dict[str, Any]:
        how = self.random.choice(Offer.Registration.values)
        values: dict[str, Any] = {"registration": how}
        if how != Offer.Registration.NONE and self._happens(0.3):
            values["registration_note"] = self.random.choice(self.words["registration_notes"])
        if kind.has_participants and self._happens(0.4):
            values |= {"places": self.random.choice([6, 8, 10, 12, 15, 20, 30]), "has_waiting_list": self._happens(0.2)}
        return values

    def _participants(self, allowed: Fit, noun: str, groups: list[str]) -> dict[str, Any]:
        values: dict[str, Any] = {"has_interpreting": self._happens(0.1)}
        if allowed.ages and self._happens(0.35):
            values["age_from"], values["age_to"] = self.random.choice(allowed.ages)
        if self._happens(0.4) and not _LEVEL.search(noun):
            values["german_level"] = self.random.choice(Offer.GermanLevel.values)
        if self._happens(0.3):
            values["childcare"] = self.random.choice(Offer.Childcare.values)
        if allowed.only and "alle" not in groups and self._happens(0.2):
            only = self.random.choice(allowed.only)
            if not (only == Offer.OnlyFor.MEN and "frauen" in groups):
                values["only_for"] = only
        if self._happens(0.04):
            values["residence_condition"] = self.random.choice(self.words["residence_conditions"])
        return values

    def _state(self) -> dict[str, Any]:
        """Where it stands; a few are long unconfirmed, a few have not begun or are over, a few are closed."""
        age, status = min(int(self.random.expovariate(1 / 300)), 1500), self.status()
        is_stale = age > 450 and self._happens(0.15)
        confirmed = self.random.randint(370, 450) if is_stale else self.random.randint(0, min(age, 330))
        values: dict[str, Any] = {
            "status": status,
            "created_at": self.now - timedelta(days=age + 4),
            "updated_at": self.now - timedelta(days=confirmed),
            "submitted_at": self.now - timedelta(days=age + 3),
            "published_at": self.now - timedelta(days=age, minutes=self.random.randint(0, 1400)),
            "last_confirmed_on": self.today - timedelta(days=confirmed),
        }
        if self._happens(0.1):
            values["valid_from"] = self.today - timedelta(days=self.random.randint(-40, 200))
            values["valid_until"] = self.today + timedelta(days=self.random.randint(41, 400))
        elif self._happens(0.02):
            values["valid_until"] = self.today - timedelta(days=self.random.randint(1, 200))
        if self._happens(0.02):
            values["is_closed"], values["closed_reason"] = True, self.random.choice(self.words["closing_reasons"])
            values["closed_until"] = self.today + timedelta(days=self.random.randint(5, 60))
        return values

    def _related(
        self, pattern: dict[str, Any], place: Municipality, columns: dict[str, Any], allowed: Fit, groups: list[str]
    ) -> dict[str, set[int]]:
        of_topic, of_group = self.keys["topics"], self.keys["target_groups"]
        topics = {of_topic[slug] for slug in self._some([s for s in pattern["topics"] if s not in allowed.without])}
        if self._happens(0.2):
            topics.add(self.further_topic())
        places = set() if columns["is_countywide"] else {place.pk}
        if places and self._happens(0.08):
            places.add(self.municipality().pk)
        others = {self.language() for _ in range(self.random.randint(0, 4))}
        return {
            "topics": topics,
            "target_groups": {of_group[slug] for slug in groups},
            "languages": {self.keys["languages"][slug] for slug in {"de", *others}},
            "municipalities": places,
        }

    def _some(self, slugs: list[str]) -> list[str]:
        return self.random.sample(slugs, self.random.randint(1, len(slugs))) if slugs else []

    # What hangs on it

    def _add_times(self, invented: Invented, kind: OfferType) -> None:
        if kind.has_schedule:
            self._add_schedule(invented)
        elif kind.has_opening_hours:
            invented.columns["schedule"] = Offer.Schedule.BY_APPOINTMENT
        if kind.has_opening_hours and self._happens(0.5):
            days = self.random.sample(range(5), self.random.randint(1, 3))
            invented.details[OpeningHours] = [(day, *self._clocks()) for day in sorted(days)]

    def _clocks(self) -> tuple[time, time]:
        begins, ends = self.random.choice(HOURS)
        return time.fromisoformat(begins), time.fromisoformat(ends)

    def _add_schedule(self, invented: Invented) -> None:
        columns, weekday, (begins, ends) = invented.columns, self.random.randrange(6), self._clocks()
        chance = self.random.random()
        if chance < 0.2:
            self._repeat(invented, weekday, begins, ends)
        elif chance < 0.35:
            columns["schedule"] = Offer.Schedule.DATES
            first = self.random.randint(-20, 60)
            days = [first + 7 * week for week in range(self.random.randint(1, 5))]
            dates = [self.today + timedelta(days=day) for day in days]
            invented.details[OfferDate] = [
                (self.moment(day, begins), self.moment(day, ends), "", False) for day in dates
            ]
        else:
            columns["schedule"] = Offer.Schedule.REGULAR
            day, hours = self.random.choice(self.words["days"]), self.random.choice(self.words["hours"])
            columns["schedule_text"] = f"jeden {day}, {hours}"

    def _repeat(self, invented: Invented, weekday: int, begins: time, ends: time) -> None:
        """A rule and the dates that follow from it: every week or two for a season, as courses run."""
        weeks, lasts = self.random.choice([1, 1, 2, 4]), self.random.randint(6, 26)
        first = self.today - timedelta(days=self.random.randint(0, 150))
        first += timedelta(days=(weekday - first.weekday()) % 7)
        last = self.today + timedelta(weeks=lasts)
        rule = f"FREQ=WEEKLY;INTERVAL={weeks};BYDAY={DAYS[weekday]}"
        invented.columns["schedule"] = Offer.Schedule.REGULAR
        invented.details[Recurrence] = [(rule, first, last, begins, ends, False, False, [], 0)]
        days, day = [], first
        while day <= last:
            if day >= self.today:
                days.append(day)
            day += timedelta(weeks=weeks)
        invented.details[OfferDate] = [(self.moment(day, begins), self.moment(day, ends), "", True) for day in days]

    def _add_details(self, invented: Invented, contact: ContactPerson) -> None:
        if self._happens(0.3):
            features = self.random.sample(AccessFeature.Feature.values, self.random.randint(1, 4))
            states = AccessFeature.State.values
            invented.details[AccessFeature] = [
                (feature, self.random.choice(states), self._feature_note(), number)
                for number, feature in enumerate(features)
            ]
        if self._happens(0.15):
            other = self.random.choice(self.contacts).organisation_id
            is_known = other != contact.organisation_id and self._happens(0.4)
            name = "" if is_known else self.random.choice(self.words["partners"])
            role = self.random.choice([Partner.Role.COOPERATION, Partner.Role.COOPERATION, Partner.Role.FUNDER])
            invented.details[Partner] = [(role, other if is_known else None, name, 0)]

    def _feature_note(self) -> str:
        return self.random.choice(self.words["feature_notes"]) if self._happens(0.2) else ""


def _defaults() -> dict[str, Any]:
    """What a new offer has in each column, in the order of the table."""
    empty = Offer()
    return {
        str(column.column): getattr(empty, column.attname)
        for column in Offer._meta.concrete_fields
        if not (column.primary_key or column.generated)
    }


def _moment(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock)).astimezone(UTC)
