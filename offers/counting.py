"""Which public offers have which values: counted with bitmaps that each process holds, without asking the database.

Bit n of a bitmap stands for the offer with the primary key n. A hundred thousand offers take two megabytes, and the
number of offers with a value, a filter and a word is one AND and one count of bits. What has changed since the last
look is noted by the database itself (`offers.models.Touched`), so counts are right in every process with the next
request.
"""

import re
import sys
import time
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, reduce
from hashlib import sha256
from operator import or_
from threading import Lock
from typing import Any
from uuid import uuid4

from django.db import connection
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast

from actors.models import Organisation
from offers.models import Offer
from offers.querysets import OfferQuerySet
from offers.vocabulary import EVERYWHERE, FACETS, MUNICIPALITY, PROVIDER, PackedKeys, Vocabulary, keys_by

# What was noted is kept for a day (`offers.retention`); who has not looked for so long loads everything.
SECONDS_OF_TRUST = 12 * 60 * 60
_NOTES = """
    SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned() IS NOT NULL,
           array_agg(DISTINCT offer) FILTER (WHERE offer IS NOT NULL), coalesce(bool_or(offer IS NULL), false)
    FROM offers_touched
    WHERE xid >= pg_snapshot_xmin(%(since)s::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, %(since)s::pg_snapshot)
"""
_BEFORE_ALL = "1:1:"
# Facets whose rows cards and pages show, with the field of the offer.
_SHOWN = {"thema": "topics", "sprache": "languages", "kommune": "municipalities", "zielgruppe": "target_groups"}
# The words of titles and short texts as they stand there, without the stems that the search vector also has.
_WORDS = "SELECT word FROM ts_stat('SELECT to_tsvector(''simple'', search_text) FROM offers_offer')"
_WORDS_OF = """
    SELECT DISTINCT unnest(tsvector_to_array(to_tsvector('simple', search_text))) FROM offers_offer WHERE id = ANY(%s)
"""
# Names of what is loaded beside the facets.
_PUBLISHED, _ENDS = "published", "ends"
type Values = dict[str, int]


class TextWords:
    """Each word that stands in the title or the short text of an offer, or has stood there since they were asked for.

    A compound is found by looking through these words, a few milliseconds, instead of through a hundred thousand texts.
    They are asked for when somebody first looks for a word.
    """

    def __init__(self, words: Collection[str] | None = None) -> None:
        if words is not None:
            self._words = frozenset(words)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(_words(_WORDS))

    @cached_property
    def _lines(self) -> str:
        return "\n".join(self._words)

    def with_word_like(self, pattern: str) -> list[str]:
        """Words in which the pattern is found."""
        return [found.group() for found in re.finditer(rf"^.*(?:{pattern}).*$", self._lines, re.MULTILINE)]

    def with_those_of(self, offers: list[int]) -> "TextWords":
        """The same with the words that these offers have now."""
        if "_words" not in self.__dict__:
            return self
        words = _words(_WORDS_OF, offers)
        return self if self._words.issuperset(words) else TextWords(self._words.union(words))


class Providers:
    """Who offers what. There are thousands with a few offers each: their keys take less than bitmaps would."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = keys

    def bits(self, providers: Iterable[str]) -> int:
        return bitmap(b"".join(self._keys[provider] for provider in providers if provider in self._keys))

    def counts(self, base: int) -> dict[str, int]:
        """How many offers of `base` each of them has, who has any."""
        slugs, number_of = self._numbered
        last = len(number_of)
        numbers = Counter(number_of[key] for key in keys_of(base) if key < last)
        return {slugs[number]: count for number, count in numbers.items() if number}

    def changed(self, gone: Iterable[int], new: Mapping[str, bytes]) -> "Providers":
        """Without these offers, and with others."""
        gone, keys = set(gone), dict(self._keys)
        for provider, packed in self._keys.items():
            if not gone.isdisjoint(own := unpacked(packed)):
                keys[provider] = packed_keys(key for key in own if key not in gone)
        return Providers(keys | {provider: keys.get(provider, b"") + packed for provider, packed in new.items()})

    @cached_property
    def _numbered(self) -> "tuple[list[str], array[int]]":
        """The providers from 1 on, and by the key of an offer the number of who offers it."""
        slugs, last = (
            ["", *self._keys],
            max((max(unpacked(packed)) for packed in self._keys.values() if packed), default=-1),
        )
        number_of = array("I", bytes(4 * (last + 1)))
        for number, packed in enumerate(self._keys.values(), start=1):
            for key in unpacked(packed):
                number_of[key] = number
        return slugs, number_of


@dataclass(frozen=True)
class Index:
    """The offers as they were at one moment. It never changes: `updated` gives another one."""

    snapshot: str
    vocabulary: Vocabulary
    words: TextWords
    # By facet and value, whatever the state of the offer
    bits: dict[str, Values]
    providers: Providers
    # Newest first: all that are or were public.
    newest: "array[int]"
    # Topics, languages, municipalities, target groups themselves, for cards and pages.
    rows: dict[str, dict[str, Any]]
    looked_at: float = field(default_factory=time.monotonic)
    # The same as long as no offer has changed: what is made from the index alone can be kept under it.
    edition: str = field(default_factory=lambda: uuid4().hex)

    def visible(self, on: date) -> int:
        """What `OfferQuerySet.visible_to_public` finds."""
        today = on.isoformat()
        over = reduce(or_, (bits for day, bits in self.bits[_ENDS].items() if day < today), 0)
        return self.bits[_PUBLISHED].get("", 0) & ~over

    def with_values(self, facet: str, values: Iterable[str]) -> int:
        """The offers with one of these values."""
        if facet == PROVIDER.name:
            return self.providers.bits(values)
        return held(self.bits, facet, values)

    def counts(self, facet: str, base: int) -> dict[str, int]:
        """How many offers of `base` have each value; values without any are left out."""
        if facet == PROVIDER.name:
            return self.providers.counts(base)
        everywhere = base & self.bits[facet].get(EVERYWHERE, 0)
        within, countywide = base & ~everywhere, everywhere.bit_count()
        if countywide:
            slugs: Iterable[str] = self.vocabulary[facet]
        else:
            slugs = self.bits[facet]
        numbers = ((value, (within & self.bits[facet].get(value, 0)).bit_count() + countywide) for value in slugs)
        return {value: number for value, number in numbers if number and value != EVERYWHERE}

    def key(self, *about: object) -> str:
        """Under which something that follows from the index is kept in `caches["process"]`."""
        return sha256(repr((self.edition, *about)).encode()).hexdigest()

    def attach(self, offers: Iterable[Offer]) -> None:
        """Give offers their topics, languages, places and target groups as if they had been prefetched."""
        by_key = {offer.pk: offer for offer in offers}
        page = reduce(or_, (1 << key for key in by_key), 0)
        for facet, relation in _SHOWN.items():
            manager = getattr(Offer, relation)
            found: dict[int, list[Any]] = {key: [] for key in by_key}
            for value, row in self.rows[facet].items():
                for key in _few_keys_of(page & self.bits[facet].get(value, 0)):
                    found[key].append(row)
            for key, rows in found.items():
                prefetched = manager.rel.model.objects.none()
                prefetched._result_cache = rows
                by_key[key].__dict__.setdefault("_prefetched_objects_cache", {})[relation] = prefetched


def held(bits: Mapping[str, Mapping[str, int]], facet: str, values: Iterable[str]) -> int:
    """The offers with one of these values: one for the whole Kreis has every municipality."""
    found = reduce(or_, (bits[facet].get(value, 0) for value in values), 0)
    return found | bits[facet].get(EVERYWHERE, 0) if facet == MUNICIPALITY.name and values else found


def bitmap(packed: bytes) -> int:
    """The bitmap of keys as `PackedKeys` gives them."""
    keys = unpacked(packed)
    if not keys:
        return 0
    bits = bytearray((max(keys) >> 3) + 1)
    for key in keys:
        bits[key >> 3] |= 1 << (key & 7)
    return int.from_bytes(bits, "little")


def unpacked(packed: bytes) -> "array[int]":
    keys = array("I", packed)
    if sys.byteorder == "little":
        keys.byteswap()
    return keys


def packed_keys(keys: Iterable[int]) -> bytes:
    numbers = array("I", keys)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes()


def keys_of(bits: int) -> list[int]:
    """The keys of a bitmap, ascending."""
    return [
        (place << 3) + bit
        for place, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little"))
        if byte
        for bit in _BITS[byte]
    ]


def _few_keys_of(bits: int) -> Iterator[int]:
    """The same, faster where few bits are set."""
    while bits:
        key = (bits & -bits).bit_length() - 1
        yield key
        bits ^= 1 << key


_BITS = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


# The index of this process

_latest: Index | None = None
_lock = Lock()


def forget() -> None:
    """Begin like a new process."""
    global _latest  # noqa: PLW0603
    _latest = None


def current() -> Index:
    """The index as it is now, in one query where nothing has changed.

    Whoever has written in the same transaction sees their own work, which others must not see before it is committed:
    they get an index of their own.
    """
    global _latest  # noqa: PLW0603  (one index a process)
    seen = _latest
    noted = _notes(seen.snapshot if seen else _BEFORE_ALL)
    if noted.in_transaction:
        return _load(noted.snapshot)
    if seen is None or noted.everything or time.monotonic() - seen.looked_at > SECONDS_OF_TRUST:
        with _lock:  # one request loads, the others wait for it and look again
            if _latest is seen:
                _latest = _load(noted.snapshot)
                return _latest
        return current()
    _latest = _updated(seen, noted)
    return _latest


@dataclass(frozen=True)
class _Noted:
    snapshot: str
    in_transaction: bool
    offers: list[int]
    everything: bool


def _notes(since: str) -> _Noted:
    with connection.cursor() as cursor:
        cursor.execute(_NOTES, {"since": since})
        snapshot, in_transaction, offers, everything = cursor.fetchone()
    return _Noted(snapshot, in_transaction, offers or [], everything)


def _load(snapshot: str) -> Index:
    """Everything, in a few queries. They may see more than the snapshot: that is looked at once more, and no harm."""
    bits: dict[str, Values] = {name: {} for name in (*FACETS, _PUBLISHED, _ENDS)}
    providers: dict[str, bytes] = {}
    for name, value, packed in _facts(Offer.objects.all()):
        if name == PROVIDER.name:
            providers[value] = packed
        else:
            bits[name][value] = bits[name].get(value, 0) | bitmap(packed)
    rows = {facet: {row.slug: row for row in FACETS[facet].rows()} for facet in _SHOWN}  # type: ignore[misc]
    return _index(snapshot, Vocabulary(), TextWords(), bits, Providers(providers), rows)


def _updated(seen: Index, noted: _Noted) -> Index:
    """The same with what these offers are now."""
    if not noted.offers:
        return replace(seen, snapshot=noted.snapshot, looked_at=time.monotonic())
    others = ~reduce(or_, (1 << key for key in noted.offers))
    bits = {name: {value: held & others for value, held in values.items()} for name, values in seen.bits.items()}
    new: dict[str, bytes] = {}
    for name, value, packed in _facts(Offer.objects.filter(pk__in=noted.offers)):
        if name == PROVIDER.name:
            new[value] = packed
        else:
            bits[name][value] = bits[name].get(value, 0) | bitmap(packed)
    words = seen.words.with_those_of(noted.offers)
    providers = seen.providers.changed(noted.offers, new)
    return _index(noted.snapshot, seen.vocabulary, words, bits, providers, seen.rows)


def _index(
    snapshot: str,
    vocabulary: Vocabulary,
    words: TextWords,
    bits: dict[str, Values],
    providers: Providers,
    rows: dict[str, dict[str, Any]],
) -> Index:
    newest = (
        Offer.objects.exclude(published_at=None)
        .order_by()
        .aggregate(packed=PackedKeys("pk", order_by=[F("published_at").desc(), "pk"]))
    )
    return Index(snapshot, vocabulary, words, bits, providers, unpacked(newest["packed"] or b""), rows)


def _words(statement: str, *parameters: list[int]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [word for (word,) in cursor.fetchall()]


def _facts(offers: OfferQuerySet) -> Iterator[tuple[str, str, bytes]]:
    """(facet, value, packed keys) of everything that is counted, in one query."""
    public = offers.filter(status=Offer.Status.PUBLISHED, provider__status=Organisation.Status.PUBLISHED)
    last_day = Cast("valid_until", CharField())
    branches = [
        keys_by(public, _PUBLISHED, Value("")),
        keys_by(offers.exclude(valid_until=None), _ENDS, last_day),
        *(branch for facet in FACETS.values() for branch in facet.keys(offers)),
    ]
    for name, value, packed in branches[0].union(*branches[1:], all=True).order_by():
        if value is not None and packed:
            yield name, value, bytes(packed)
