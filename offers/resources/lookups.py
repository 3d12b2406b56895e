"""Records by the names that stand in tables, read once for a whole file."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property

from actors.models import Language, Municipality, Organisation
from kiportal.common.text import fold
from offers.models import OfferType, Programme, TargetGroup, Topic
from offers.querysets import known_to_staff

# What people said of a word that means nothing here.
LEFT_OUT = -1


class Names:
    """The rows of one model: key to name, and name or slug to key. A name that several rows have is no name."""

    def __init__(self, label: str, rows: Iterable[tuple[int, str, str]], usable: set[int] | None = None) -> None:
        self.label = label
        self.texts: dict[int, str] = {}
        self.positions: dict[int, int] = {}
        self._keys: dict[str, int] = {}
        # What people said that other spellings mean, in lower case; 0 is a record that is yet to be made.
        self.said: dict[str, int] = {}
        self._ambiguous: set[str] = set()
        slugs = {}
        for position, (key, name, slug) in enumerate(rows):
            self.texts[key], self.positions[key] = name, position
            slugs[key] = slug
            if usable is None or key in usable:
                folded = fold(name)
                if folded in self._keys:
                    self._ambiguous.add(folded)
                self._keys[folded] = key
        for folded in self._ambiguous:
            del self._keys[folded]
        for key, slug in slugs.items():
            if key not in self.texts or self._keys.get(fold(self.texts[key])) != key:
                self.texts[key] = slug
            if usable is None or key in usable:
                self._keys.setdefault(fold(slug), key)

    def knows(self, text: str) -> bool:
        return fold(text) in self._keys

    def usable(self) -> set[int]:
        return set(self._keys.values())

    def find(self, text: str) -> int | None:
        folded = fold(text)
        return self._keys.get(folded, self.said.get(folded))

    def key(self, text: str) -> int:
        """The row of that name or slug; raises ValidationError with a sentence that helps."""
        folded = fold(text)
        if (key := self.find(text)) is not None:
            return key
        if folded in self._ambiguous:
            raise ValidationError(
                f"„{text}“ gibt es hier mehrmals. Bitte schreiben Sie das Kürzel aus der Adresse der Seite."
            )
        near = [self.texts[self._keys[name]] for name in get_close_matches(folded, self._keys, 1, 0.75)]
        hint = f" Meinten Sie „{near[0]}“?" if near else ""
        raise ValidationError(f"„{text}“ gibt es hier nicht.{hint}")

    def choices(self) -> list[str]:
        """The names that an entry may have, in their order."""
        usable = self.usable()
        return [text for key, text in self.texts.items() if key in usable]


class Lookups:
    """One for each run: what changes meanwhile is met by foreign keys of the database."""

    def names(self, model: type[models.Model]) -> Names:
        return self._all[model]() if callable(self._all[model]) else self._all[model]

    @cached_property
    def _all(self) -> dict[type[models.Model], Any]:
        tables: dict[type[models.Model], Any] = {
            model: Names(str(model._meta.verbose_name), model._default_manager.values_list("pk", "name", "slug"))
            for model in (Topic, TargetGroup, OfferType, Programme, Language, Municipality)
        }
        tables[Organisation] = lambda: self._organisations
        return tables

    @cached_property
    def _organisations(self) -> Names:
        """All of them have a name to show; entries go to those that staff could choose in a form."""
        known = known_to_staff(Organisation.objects.able_to_offer().filter(merged_into=None))
        rows = Organisation.objects.order_by("sort_key", "pk").values_list("pk", "name", "slug")
        return Names("Organisation", rows.iterator(), set(known.values_list("pk", flat=True)))
