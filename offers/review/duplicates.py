"""Entries that look like one we already have. A hint for people; nothing is decided by it."""

from collections.abc import Collection
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import BooleanField, Exists, Expression, ExpressionWrapper, F, Func, OuterRef, Q, TextField, Value

from actors.models import Organisation
from actors.querysets import OrganisationQuerySet
from kiportal.common.text import fold
from offers.models import Offer
from offers.querysets import OfferQuerySet, known_to_staff

# Similarity of folded titles from 0 to 1: "Deutschkurs für Frauen" and "Deutschkurse für Frauen" have 0.83.
ALIKE = 0.5
# In the same place less is enough: "Nähtreff" and "Nähtreff im Stadtteil" have 0.43.
ALIKE_NEARBY = 0.3
GONE = [Offer.Status.REJECTED, Offer.Status.ARCHIVED]
_places = Offer.municipalities.through


def offers_like(
    offer: Offer, known: OfferQuerySet | None = None, places: Collection[int] | None = None
) -> OfferQuerySet:
    """Return entries with a similar title anywhere, or a similar title or text in the same place; those come first.

    `known` are those to look among, if not all that were sent; `places` are the keys of the municipalities of an entry
    that is not stored yet.
    """
    title = Value(fold(offer.title))
    stored = _places._default_manager.filter(offer=offer.pk).values("municipality")
    own: Any = stored if places is None else list(places)
    is_near: Any = Exists(_places._default_manager.filter(offer=OuterRef("pk"), municipality__in=own))
    if offer.city:
        is_near = Q(is_near) | Q(city__iexact=offer.city.strip())
    if offer.place_name:
        is_near = Q(is_near) | Q(place_name__trigram_similar=offer.place_name)
    found = _known(title, known).annotate(is_near=ExpressionWrapper(Q(is_near), output_field=BooleanField()))
    alike = found.filter(
        _same_title(title)
        | Q(is_near=True, search_text__trigram_word_similar=title, likeness__gte=ALIKE_NEARBY)
        | Q(is_near=True, search_text__trigram_similar=Value(offer.search_text))
    )
    return alike.exclude(pk=offer.pk).select_related("provider").order_by("-is_near", "-likeness")  # type: ignore[misc]


def has_twin() -> Exists:
    """Whether a list's offer has a similar title. Comparing texts too would cost a list some seconds."""
    title = _folded(OuterRef("title"))
    return Exists(_known(title).filter(_same_title(title)).exclude(pk=OuterRef("pk")))


def organisations_like(organisation: Organisation) -> OrganisationQuerySet:
    """Return other organisations under a similar name, most similar first."""
    return (
        known_to_staff(Organisation.objects.exclude(status=Organisation.Status.REJECTED))
        .exclude(pk=organisation.pk)
        .annotate(likeness=_similarity("name", Value(fold(organisation.name))))
        .filter(likeness__gte=ALIKE)
        .order_by("-likeness")
    )


def _known(title: Expression, known: OfferQuerySet | None = None) -> OfferQuerySet:
    offers = Offer.objects.for_staff() if known is None else known
    return offers.exclude(status__in=GONE).annotate(likeness=_similarity("title", title))


def _same_title(title: Expression) -> Q:
    """The trigram index answers the operator; the number decides."""
    return Q(search_text__trigram_word_similar=title, likeness__gte=ALIKE)


def _similarity(field: str, other: Any) -> TrigramSimilarity:
    return TrigramSimilarity(_folded(F(field)), other)


def _folded(expression: F | OuterRef) -> Func:
    return Func(expression, function="kiportal_fold", output_field=TextField())
