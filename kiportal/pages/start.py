"""What the start page shows, in a constant number of queries."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone

from actors.models import Municipality
from concepts.implementation import current_period
from concepts.models import ConceptVersion, FocusPeriod
from offers.models import Offer, OfferDate, Topic

CARDS = 3
DATES = 6


@dataclass(frozen=True)
class Start:
    topics: list[Any]  # Topic and Municipality rows with `number`, the count of public offers
    municipalities: list[Any]
    newest: list[Offer]
    projects: list[Offer]
    dates: list[OfferDate]
    concept: ConceptVersion | None  # the one in force, with its Handlungsfelder
    period: FocusPeriod | None  # the one that runs today, with its focuses


def start(now: datetime) -> Start:
    today = timezone.localdate(now)
    cards = _newest_by_kind(now)
    return Start(
        topics=list(
            Topic.objects.annotate(number=Count("offers", filter=_visible(now))).order_by("sort_order", "slug")
        ),
        municipalities=_municipalities(now),
        newest=cards.get(Offer.Kind.OFFER, []),
        projects=cards.get(Offer.Kind.PROJECT, []),
        dates=list(OfferDate.objects.visible_to_public(today).upcoming(now).select_related("offer")[:DATES]),
        concept=_concept_in_force(today),
        period=current_period(today),
    )


def _concept_in_force(today: date) -> ConceptVersion | None:
    versions = ConceptVersion.objects.visible_to_public(today).in_force().for_reading()
    return versions.prefetch_related("action_areas__section").first()


def _municipalities(now: datetime) -> list[Any]:
    """An offer for the whole Kreis counts in every municipality."""
    countywide = Offer.objects.visible_to_public(timezone.localdate(now)).filter(is_countywide=True).count()
    local = Count("offers", filter=_visible(now) & Q(offers__is_countywide=False))
    return list(Municipality.objects.annotate(number=local + countywide).order_by("sort_key"))


def _newest_by_kind(now: datetime) -> dict[str, list[Offer]]:
    """The newest offers and the newest projects, fetched together with all that their cards need."""
    visible = Offer.objects.visible_to_public(timezone.localdate(now)).order_by("-published_at", "-pk")
    chosen = Q()
    for kind in Offer.Kind:
        chosen |= Q(pk__in=visible.filter(kind=kind).values("pk")[:CARDS])
    offers = Offer.objects.filter(chosen).for_cards().order_by("kind", F("published_at").desc(), "-pk")
    return {kind: list(group) for kind, group in groupby(offers, key=lambda offer: offer.kind)}


def _visible(now: datetime) -> Q:
    return Q(offers__in=Offer.objects.visible_to_public(timezone.localdate(now)))
