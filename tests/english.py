"""Finding German on a page in another language: the words of the page outside what is marked `lang="de"`."""

import re
from functools import cache
from html.parser import HTMLParser
from typing import Any

from kiportal.embedded import catalogue

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
GERMAN = "Das ist auf Deutsch und nicht anders."
GERMAN_WORDS = re.compile(
    r"\b(und|oder|der|das|ein|eine|einen|einer|nicht|Sie|Ihr|Ihre|Ihnen|bitte|Bitte|für|von|ist|sind|wird|werden|auf|im"
    r"|zum|zur|bei|über|nach|Uhr|kein|keine|noch|aus|wir|wenn|dann)\b"
)


def plurals(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


@cache
def source_texts() -> set[str]:
    """The German texts, cut at their placeholders, that have another wording in English."""
    return {
        part.strip(" ,.:–‘’„“")
        for message in catalogue.read("en")
        for source, translated in zip(plurals(message.id), plurals(message.string), strict=True)
        if source != translated
        for part in PLACEHOLDER.split(source)
        if len(part) > 3
    }


class Reader(HTMLParser):
    """The words of a page outside what is marked as German: `texts` of its body, `titles` of its head."""

    VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "rect", "path", "source", "wbr"}
    SPOKEN = {"alt", "aria-label", "placeholder", "title", "label", "data-left", "data-filter-label"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.titles: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        silent = values.get("lang") == "de" or tag in {"script", "style", "textarea"}
        silent = silent or any(within for _tag, within in self.open)
        if not silent:
            self.texts += [value for name, value in values.items() if name in self.SPOKEN and value]
            if tag == "input" and values.get("type") == "submit":
                self.texts.append(values.get("value", ""))
            if tag == "meta" and values.get("name") == "description":
                self.titles.append(values["content"])
        if tag not in self.VOID:
            self.open.append((tag, silent))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """<path/> of an icon opens nothing, so it closes nothing."""
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not any(silent for _tag, silent in self.open):
            in_head = any(tag == "title" for tag, _silent in self.open)
            (self.titles if in_head else self.texts).append(text)


def untranslated(texts: list[str]) -> set[str]:
    """Short texts of the catalogue as a whole text, long ones anywhere."""
    short = {text for text in texts if text.strip(" ,.:–‘’„“") in source_texts()}
    everything = "\n".join(texts)
    return short | {source for source in source_texts() if len(source.split()) > 2 and source in everything}


def german(html: str) -> set[str]:
    page = Reader(html)
    assert page.texts, "the page says nothing"
    words = {text for text in page.texts if GERMAN_WORDS.search(text)}
    return words | untranslated(page.texts + page.titles)
