"""Entries that look like one we already have. A hint for people; nothing is decided by it."""

from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Exists, Expression, F, Func, OuterRef, Q, QuerySet, TextField, Value

from actors.models import Organisation
from actors.querysets import OrganisationQuerySet
from kiportal.common.text import fold
from offers.models import Offer
from offers.querysets import OfferQuerySet

# Similarity of folded titles from 0 to 1: "Deutschkurs für Frauen" and "Deutschkurse für Frauen" have 0.83.
ALIKE = 0.5
GONE = [Offer.Status.REJECTED, Offer.Status.ARCHIVED]
_places = Offer.municipalities.through


def offers_like(offer: Offer) -> OfferQuerySet:
    """Return entries with a similar title anywhere, or a similar short text in the same place, nearest first."""
    own = _places._default_manager.filter(offer=offer.pk).values("municipality")
    alike = _alike(Value(fold(offer.title)), Value(offer.search_text), own).exclude(pk=offer.pk)
    return alike.select_related("provider").order_by("-likeness")  # type: ignore[misc]


def has_twin() -> Exists:
    """The same as an annotation for lists of offers."""
    # The outer query is three levels up: places of the outer offer, in places of the other one, of all others.
    own = _places._default_manager.filter(offer=OuterRef(OuterRef(OuterRef("pk")))).values("municipality")
    return Exists(_alike(_folded(OuterRef("title")), OuterRef("search_text"), own).exclude(pk=OuterRef("pk")))


def organisations_like(organisation: Organisation) -> OrganisationQuerySet:
    """Return other organisations under a similar name, most similar first."""
    return (
        Organisation.objects.exclude(status=Organisation.Status.REJECTED)
        .exclude(pk=organisation.pk)
        .annotate(likeness=_similarity("name", Value(fold(organisation.name))))
        .filter(likeness__gte=ALIKE)
        .order_by("-likeness")
    )


def _alike(title: Expression, text: Expression | OuterRef, own_places: QuerySet) -> OfferQuerySet:
    """Both conditions begin with an operator that the trigram index answers (thresholds 0.6 and 0.3)."""
    near = _places._default_manager.filter(offer=OuterRef("pk"), municipality__in=own_places)
    return (
        Offer.objects.for_staff()
        .exclude(status__in=GONE)
        .annotate(likeness=_similarity("title", title))
        .filter(
            Q(search_text__trigram_word_similar=title, likeness__gte=ALIKE)
            | (Q(search_text__trigram_similar=text) & Q(Exists(near)))
        )
    )


def _similarity(field: str, other: Any) -> TrigramSimilarity:
    return TrigramSimilarity(_folded(F(field)), other)


def _folded(expression: F | OuterRef) -> Func:
    return Func(expression, function="kiportal_fold", output_field=TextField())
