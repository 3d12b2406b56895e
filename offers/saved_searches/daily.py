"""The day's look for what is new in saved searches."""

from datetime import date

from django.utils import translation

from offers import lifecycle
from offers.models import SavedSearch
from offers.saved_searches.finding import new_offers


def tell_all(on: date) -> int:
    """Start the mails of that day and return how many; run again, it starts none twice."""
    return sum(_tell(search, on) for search in SavedSearch.objects.due(on).iterator())


def _tell(search: SavedSearch, on: date) -> bool:
    # Words may stand in the labels of topics, which have a language. Looked for before the row is locked: a transaction
    # that has written would have to load the whole index (`offers.counting`).
    with translation.override(search.form_language):
        offers = list(new_offers(search, on).values_list("pk", flat=True))
    return lifecycle.tell_of_search(search.pk, offers, on)


def ask_all(on: date) -> int:
    """Ask about those that are a year old."""
    return sum(lifecycle.ask_about_search(pk, on) for pk in SavedSearch.objects.to_ask(on).values_list("pk", flat=True))
