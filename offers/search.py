"""Full-text search over offers, forgiving as people type.

Both sides are folded the same way (`kiportal_fold` in the database, `common.text.fold` here): lower case, umlauts
spelled out. A word finds what begins with it and its compounds ("Frauen" finds "Frauencafé", "Kurs" "Deutschkurs"),
with and without umlaut ("Offnung" finds "Öffnung", "Amt" finds "Ämter"); words of five letters and more also by their
German stem. Shorter ones not: the stemmer makes "Kurs" and "Kur" the same. In the middle of a compound only long words
are looked for: "grati" also stands in "Integration". Words in quotes must follow each other. All words must be found,
each in the texts, in the address or in the name of the provider, topic, municipality and so on.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, reduce
from operator import and_, or_

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramSimilarity, TrigramWordSimilarity
from django.core.cache import caches
from django.db.models import Count, Expression, F, Func, Q, TextField, Value
from django.db.models.functions import Concat
from django.utils.translation import get_language

from kiportal.common.text import fold
from offers.counting import Index, TextWords, bitmap
from offers.models import Offer
from offers.querysets import OfferQuerySet
from offers.vocabulary import FACETS, Entry, PackedKeys, Vocabulary

MAX_LENGTH = 200
MAX_TERMS = 8
# Of a text that somebody wrote, as `saying_any_of` reads it
MAX_TEXT, MAX_WORDS = 1000, 24
STEMMED_FROM = 5
ROOT_LENGTH = 4
ANYWHERE_FROM = 6
SHORTEST_BEGINNING = 3
# Of address, description, summary, title.
WEIGHTS = [0.02, 0.05, 0.2, 1.0]
# Likeness from which a word is taken for a typing error, and from which it is worth showing.
SAME_WORD = 0.8
SIMILAR_WORD = 0.75
# A word with more letters than that too many or too few is another one: "Asylberatung" is not "Beratung".
MOST_LETTERS = 2
# Words of up to four letters are easily like another; one letter of four changed makes them this alike.
SHORT_WORD = 4
SAME_SHORT_WORD = 0.75

ADDRESS = ("place_name", "street", "postcode", "city")
# Fields with the words that a typing error may have been meant as
NAMING = ("title", "summary", "district", "place_name", "street", "city", "provider__name")

_QUOTED = re.compile(r"[\"„“”«»]([^\"„“”«»]*)[\"„“”«»]")
_WORD = re.compile(r"[^\W_]+")
_ENDINGS = ("innen", "ern", "en", "er", "es", "em", "e", "n", "s")
_STOP_WORDS = frozenset(
    fold(
        "am an auf aus bei das dem den der des die ein eine einem einen einer für ich im in mein meine meinen mit oder"
        " suche und vom von was wer wie wir wo zu zum zur the a and for of to with i"
    ).split()
)


@dataclass(frozen=True)
class Term:
    """A word, or several in quotes, as typed and as compared."""

    typed: str
    words: tuple[str, ...]

    @property
    def is_phrase(self) -> bool:
        return len(self.words) > 1

    @property
    def is_short(self) -> bool:
        """One or two letters begin too many words: they must stand alone ("KI", "B1")."""
        return len(self.words[0]) < SHORTEST_BEGINNING

    @property
    def root(self) -> str:
        """The word without its ending, so that "Kurse" finds "Kurs"; at least four letters stay."""
        word = self.words[0]
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= ROOT_LENGTH:
                return word.removesuffix(ending)
        return word

    @cached_property
    def beginnings(self) -> tuple[str, ...]:
        """What a matching word may begin with: the root, or the root with one vowel as umlaut."""
        root = self.root
        umlauts = (f"{root[:place]}{vowel}e{root[place + 1 :]}" for place, vowel in enumerate(root) if vowel in "aou")
        return (root, *umlauts)

    @cached_property
    def compounds(self) -> str:
        """A pattern of words that hold the root: a short one only at their end."""
        if len(self.root) < ROOT_LENGTH:
            return ""
        return self.root if len(self.root) >= ANYWHERE_FROM else rf"{self.root}({'|'.join(_ENDINGS)})?(?!\w)"


@dataclass(frozen=True)
class Query:
    terms: tuple[Term, ...]

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __str__(self) -> str:
        return " ".join(f'"{term.typed}"' if term.is_phrase else term.typed for term in self.terms)


def parse(text: str) -> Query:
    """Return what is searched for: nothing without a letter or digit. Whatever people type is no error."""
    text = text[:MAX_LENGTH]
    terms = [_term(quoted) for quoted in _QUOTED.findall(text)]
    words = [_term(word) for word in _WORD.findall(_QUOTED.sub(" ", text))]
    telling = [term for term in words if term.words and term.words[0] not in _STOP_WORDS]
    terms += telling or ([] if any(term.words for term in terms) else words)
    return Query(tuple(dict.fromkeys(term for term in terms if term.words))[:MAX_TERMS])


def _term(typed: str) -> Term:
    return Term(" ".join(typed.split()), tuple(_WORD.findall(fold(typed))))


def contains(word: str) -> Q:
    """How staff look for an entry: the word, or a part of one, in title, short text, address or provider."""
    address = reduce(or_, (Q(**{f"{field}__icontains": word}) for field in ADDRESS))
    return Q(search_text__contains=fold(word)) | address | Q(provider__name__icontains=word)


def condition(query: Query, index: Index) -> Q:
    """Every term is found in the offer."""
    return Q(*(_condition(term, index) for term in query.terms))


def found(query: Query, index: Index) -> int:
    """The same as a bitmap: texts are asked for in the database, all terms in one query, labels in the index.

    Whoever reads on, sorts or filters looks for the same words again, so what a term has found is kept.
    """
    keys = {term: index.key("found", get_language(), term) for term in query.terms}
    kept = caches["process"].get_many(keys.values())
    new = [term for term, key in keys.items() if key not in kept]
    texts = _texts(new, index.words)
    for number, term in enumerate(new):
        labelled = _labelled(term, index.vocabulary)
        bits = reduce(or_, (index.with_values(*item) for item in labelled.items()), texts.get(number, 0))
        kept[keys[term]] = bits
        caches["process"].set(keys[term], bits)
    return reduce(and_, kept.values())


def _texts(terms: list[Term], words: TextWords) -> dict[int, int]:
    """The offers with each term in their texts, by the place of the term."""
    branches = [
        Offer.objects.filter(_text_condition(term, words))
        .order_by()
        .values(number=Value(number))
        .annotate(packed=PackedKeys("pk"))
        for number, term in enumerate(terms)
    ]
    rows = branches[0].union(*branches[1:], all=True).order_by() if branches else ()
    return {row["number"]: bitmap(bytes(row["packed"])) for row in rows if row["packed"]}


def by_relevance(offers: OfferQuerySet, query: Query) -> OfferQuerySet:
    """Best first: words as typed before their compounds, title before text, the title that says just this on top."""
    words = [word for term in query.terms for word in term.words]
    beginnings = [start for term in query.terms if not term.is_short for start in term.beginnings] or words
    text, title = " ".join(words), _folded("title")
    rank = (
        2 * SearchRank(F("search_vector"), _any_of(words), weights=WEIGHTS)
        + SearchRank(F("search_vector"), _any_of(beginnings, begun=True), weights=WEIGHTS)
        + TrigramWordSimilarity(text, title)
        + TrigramSimilarity(title, text)
    )
    return offers.annotate(relevance=rank).order_by("-relevance", "sort_key", "pk")


def saying_any_of(text: str) -> tuple[Q, Expression] | None:
    """Of a longer text: which offers say any of its telling words, and how well; None when it has none."""
    words = [
        word for word in _WORD.findall(fold(text[:MAX_TEXT])) if len(word) >= ROOT_LENGTH and word not in _STOP_WORDS
    ]
    terms = [_term(word) for word in dict.fromkeys(words)][:MAX_WORDS]
    if not terms:
        return None
    beginnings = _any_of([start for term in terms for start in term.beginnings], begun=True)
    rank = 2 * SearchRank(F("search_vector"), _any_of([term.words[0] for term in terms]), weights=WEIGHTS)
    return Q(search_vector=beginnings), rank + SearchRank(F("search_vector"), beginnings, weights=WEIGHTS)


def _condition(term: Term, index: Index) -> Q:
    condition = _text_condition(term, index.words)
    for facet, values in _labelled(term, index.vocabulary).items():
        condition |= FACETS[facet].condition(values)
    return condition


def _text_condition(term: Term, words: TextWords) -> Q:
    """One query of the index over the texts: compounds are known by their words, so no text is read through."""
    if term.is_phrase:
        return Q(search_vector=SearchQuery(" ".join(term.words), config="simple", search_type="phrase"))
    word = term.words[0]
    compounds = words.with_word_like(term.compounds) if term.compounds else []
    begun = _any_of([word] if term.is_short else term.beginnings, begun=not term.is_short, within=compounds)
    if len(word) >= STEMMED_FROM:
        return Q(search_vector=begun | SearchQuery(word, config="german"))
    return Q(search_vector=begun)


def _labelled(term: Term, vocabulary: Vocabulary) -> dict[str, list[str]]:
    """The filter values in whose label the word stands, by facet."""
    if term.is_phrase:
        return {}
    if term.is_short:
        entries: Iterable[Entry] = vocabulary.words.with_word(term.words[0])
    else:
        begun = "|".join(rf"\b{beginning}" for beginning in term.beginnings)
        entries = vocabulary.words.with_word_like(f"{begun}|{term.compounds}" if term.compounds else begun)
    found: dict[str, dict[str, None]] = {}
    for entry in entries:
        found.setdefault(entry.facet, {})[entry.value] = None
    return {facet: list(values) for facet, values in found.items()}


def _any_of(words: Iterable[str], *, begun: bool = False, within: Iterable[str] = ()) -> SearchQuery:
    """Any of the words, or of words that begin so; of `within` in titles and short texts only.

    Folded words hold letters and digits only; what the database took for a word may also hold quotes.
    """
    lexemes = [f"'{word}':*" if begun else f"'{word}'" for word in words]
    lexemes += ["'{}':AB".format(word.replace("\\", "\\\\").replace("'", "''")) for word in within]
    return SearchQuery(" | ".join(lexemes), config="simple", search_type="raw")


def _folded(field: str) -> Func:
    return Func(F(field), function="kiportal_fold", output_field=TextField())


# Typing errors


@dataclass(frozen=True)
class Advice:
    """What else one could search for.

    `corrected` replaces words that stand nowhere by their nearest, empty where one has none near enough; `similar` are
    words that may be meant; `alone` tells for each word that has hits how many, `in_parts` the same for a compound
    that has none, as two words.
    """

    corrected: Query
    similar: tuple[str, ...]
    alone: tuple[tuple[str, int], ...]
    in_parts: tuple[tuple[str, int], ...]


def advise(offers: OfferQuerySet, query: Query, index: Index) -> Advice:
    counts = _hits(offers, query, index)
    corrected: list[Term] = []
    similar: list[str] = []
    for term in query.terms:
        if counts[term]:
            corrected.append(term)
            continue
        near = _nearest(offers, term, index.vocabulary)
        corrected += [_term(word) for likeness, word in near if _is_same_word(term, word, likeness)][:1]
        similar += _one_of_each(word for _likeness, word in near)[:3]
    is_better = len(corrected) == len(query.terms) and tuple(corrected) != query.terms
    return Advice(
        corrected=Query(tuple(corrected) if is_better else ()),
        similar=_one_of_each(similar),
        alone=tuple((term.typed, number) for term, number in counts.items() if number),
        in_parts=tuple(parts for term in query.terms if not counts[term] and (parts := _in_parts(offers, term, index))),
    )


def _in_parts(offers: OfferQuerySet, term: Term, index: Index) -> tuple[str, int] | None:
    """A compound as two words that offers have, and how many have both: "Frauenschwimmkurs", "Frauen Schwimmkurs"."""
    if term.is_phrase:
        return None
    for place in range(ROOT_LENGTH, len(term.typed) - ROOT_LENGTH + 1):
        first, second = term.typed[:place], term.typed[place:].capitalize()
        both = parse(f"{first} {second}")
        if len(both.terms) == 2 and all(_is_known(part, index) for part in both.terms):
            number = offers.filter(condition(both, index)).count()
            if number:
                return f"{first} {second}", number
    return None


def _is_known(term: Term, index: Index) -> bool:
    """A word in a title, short text or label begins so; it costs less than to ask for offers with it."""
    begun = rf"\b{term.root}"
    return bool(index.words.with_word_like(begun)) or any(index.vocabulary.words.with_word_like(begun))


def _one_of_each(words: Iterable[str]) -> tuple[str, ...]:
    """Each word once, however it is written: a verb and a noun may differ by their first letter only."""
    kept: dict[str, str] = {}
    for word in words:
        kept.setdefault(fold(word), word)
    return tuple(kept.values())


def _hits(offers: OfferQuerySet, query: Query, index: Index) -> dict[Term, int]:
    names = {f"term_{number}": term for number, term in enumerate(query.terms)}
    counts = offers.aggregate(**{name: Count("pk", filter=_condition(term, index)) for name, term in names.items()})
    return {term: counts[name] for name, term in names.items()}


def _spaced(fields: Iterable[str]) -> Iterator[str | Value]:
    for field in fields:
        yield from (field, Value(" "))


class _Words(Func):
    """The words of a text, one a row. Split at what stands between words: the server's locale knows no umlauts."""

    function = "regexp_split_to_table"
    set_returning = True
    output_field = TextField()


def _nearest(offers: OfferQuerySet, term: Term, vocabulary: Vocabulary) -> list[tuple[float, str]]:
    """Words of the fields in NAMING and of labels that look like the term: (likeness, word), nearest first."""
    wanted = " ".join(term.words)
    texts = Concat(*_spaced(NAMING), output_field=TextField())
    words = (
        offers.order_by()
        .annotate(word=_Words(texts, Value(r"[\s[:punct:]„“”‚‘’«»–—…]+")))
        .annotate(near=TrigramSimilarity(Func(F("word"), function="kiportal_fold", output_field=TextField()), wanted))
        .order_by("-near", "word")
        .values_list("word", flat=True)
        .distinct()
    )
    candidates = {*words[:30], *_label_words(vocabulary)}
    return sorted(_rated(wanted, candidates), key=lambda rated: (-rated[0], rated[1]))


def _rated(wanted: str, candidates: Iterable[str]) -> Iterator[tuple[float, str]]:
    matcher = SequenceMatcher(autojunk=False, b=wanted)
    for word in candidates:
        matcher.set_seq1(fold(word))
        if matcher.real_quick_ratio() >= SIMILAR_WORD and (likeness := matcher.ratio()) >= SIMILAR_WORD:
            yield likeness, word


def _is_same_word(term: Term, word: str, likeness: float) -> bool:
    """It was probably meant: a word that begins alike and is as long, up to two letters; no part of a compound.

    Of four letters one may be wrong, missing or too many; shorter words are never corrected.
    """
    typed, meant = " ".join(term.words), fold(word)
    difference = abs(len(meant) - len(typed))
    if len(typed) > SHORT_WORD:
        begins_alike = typed[:1] == meant[:1] or sorted(typed[:2]) == sorted(meant[:2])
        return begins_alike and difference <= MOST_LETTERS and likeness >= SAME_WORD
    return len(typed) == SHORT_WORD and difference <= 1 and likeness >= SAME_SHORT_WORD


def _label_words(vocabulary: Vocabulary) -> Iterator[str]:
    for entry in vocabulary:
        yield from (word for word in _WORD.findall(entry.label) if len(word) >= ROOT_LENGTH)
