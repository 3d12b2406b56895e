"""How hard a German text is to read: LIX (Björnsson 1968), and its longest sentence."""

import re
from dataclasses import dataclass

from kiportal.common.richtext import to_text

# LIX below 40 reads like children's books and stories, from 50 like newspapers, from 60 like specialist texts.
EASY, HARD = 40, 55
LONG_SENTENCE = 25


@dataclass(frozen=True)
class Readability:
    lix: int
    longest_sentence: str

    @property
    def longest_words(self) -> int:
        return len(_words(self.longest_sentence))


def measure(*texts: str) -> Readability | None:
    """Measure texts or HTML together; None when there are fewer than ten words, for which a number says nothing."""
    sentences = [sentence for text in texts for sentence in _sentences(to_text(text))]
    words = [word for sentence in sentences for word in _words(sentence)]
    if len(words) < 10:
        return None
    long_words = sum(len(word) > 6 for word in words)
    lix = len(words) / len(sentences) + 100 * long_words / len(words)
    return Readability(round(lix), max(sentences, key=lambda sentence: len(_words(sentence))))


def _sentences(text: str) -> list[str]:
    """Split at sentence marks and line ends; a full stop after a number or a single letter ends nothing."""
    parts = re.split(r"(?<=[^\W\d]{2}[.!?:])\s+|(?<=[!?])\s+|\n+", text)
    return [part.strip(" -") for part in parts if _words(part)]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text)
