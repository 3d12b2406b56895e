"""Entries that look like one we already have. A hint for people; nothing is decided by it."""

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Exists, F, Func, OuterRef, QuerySet, TextField, Value

from actors.models import Organisation
from kiportal.common.text import fold
from offers.models import Offer

# Similarity of folded titles from 0 to 1: "Deutschkurs für Frauen" and "Deutschkurse für Frauen" have 0.83.
ALIKE = 0.5
GONE = [Offer.Status.REJECTED, Offer.Status.ARCHIVED]


def offers_like(offer: Offer) -> QuerySet[Offer]:
    """Return what the centre knows under a similar title, most similar first."""
    return _alike(Value(fold(offer.title))).exclude(pk=offer.pk).select_related("provider").order_by("-likeness")


def has_twin() -> Exists:
    """The same as an annotation for lists of offers."""
    return Exists(_alike(_folded(OuterRef("title"))).exclude(pk=OuterRef("pk")))


def organisations_like(organisation: Organisation) -> QuerySet[Organisation]:
    """Return other organisations under a similar name, most similar first."""
    name = Value(fold(organisation.name))
    return (
        Organisation.objects.exclude(status=Organisation.Status.REJECTED)
        .exclude(pk=organisation.pk)
        .annotate(likeness=TrigramSimilarity(_folded(F("name")), name))
        .filter(likeness__gte=ALIKE)
        .order_by("-likeness")
    )


def _alike(title: Func | Value) -> QuerySet[Offer]:
    """The word similarity comes first because the trigram index answers it."""
    return (
        Offer.objects.for_staff()
        .exclude(status__in=GONE)
        .filter(search_text__trigram_word_similar=title)
        .annotate(likeness=TrigramSimilarity(_folded(F("title")), title))
        .filter(likeness__gte=ALIKE)
    )


def _folded(expression: F | OuterRef) -> Func:
    return Func(expression, function="kiportal_fold", output_field=TextField())
