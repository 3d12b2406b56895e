"""Which public offers may answer what somebody missed."""

from datetime import date
from typing import Any

from django.db.models import Case, Exists, ExpressionWrapper, F, FloatField, OuterRef, Q, Value, When

from offers import search
from offers.models import Need, Offer
from offers.querysets import OfferQuerySet

# What a value in common counts beside the words, which give about 0.6 for one in the title.
_TOPIC, _PLACE, _OTHER = 0.3, 0.25, 0.15


def fitting(need: Need, on: date) -> OfferQuerySet:
    """Public offers that say some of its words or have its topic; what else they have in common moves them up."""
    offers = Offer.objects.visible_to_public(on)
    wanted: Q = Q()
    score: Any = Value(0.0, output_field=FloatField())
    if said := search.saying_any_of(need.text):
        wanted, rank = said
        score = score + rank
    if need.topic_id:
        wanted |= Q(_has("topics", need.topic_id))
        score = score + _points(_has("topics", need.topic_id), _TOPIC)
    if not wanted:
        return offers.none()
    if need.municipality_id:
        here = Q(is_countywide=True) | Q(_has("municipalities", need.municipality_id))
        score = score + _points(here, _PLACE)
    for name, key in (("target_groups", need.target_group_id), ("languages", need.language_id)):
        if key:
            score = score + _points(_has(name, key), _OTHER)
    ranked = offers.filter(wanted).annotate(fit=ExpressionWrapper(score, output_field=FloatField()))
    return ranked.select_related("provider").order_by(F("fit").desc(), "sort_key", "pk")


def _has(name: str, key: int) -> Exists:
    """Whether the offer has that topic, municipality and so on."""
    through: Any = getattr(Offer, name).through
    column = through._meta.get_field(Offer._meta.get_field(name).m2m_reverse_field_name()).name  # type: ignore[union-attr]
    return Exists(through._default_manager.filter(offer=OuterRef("pk"), **{column: key}))


def _points(condition: Any, points: float) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0.0), output_field=FloatField())
