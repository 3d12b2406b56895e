"""Every text that pages ask gettext for stands in the English catalogue, and both catalogues are sound."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
}
STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
LITERAL = re.compile(STRING)
CALL = re.compile(rf"\b(_|n?p?gettext)\(((?:\s*{STRING},?)+)")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")


def catalogue(language: str) -> Catalog:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def sources() -> Iterator[Path]:
    for folder in ("kiportal", "actors", "offers", "templates"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def used() -> dict[tuple[str | None, str], str]:
    """(context, text) of every message in our Python files and templates, with the file that asks for it."""
    found: dict[tuple[str | None, str], str] = {}
    for path in sources():
        text = path.read_text(encoding="utf-8")
        messages = in_python(text) if path.suffix == ".py" else in_template(text, path)
        for context, identifier in messages:
            found.setdefault((context, identifier), str(path.relative_to(ROOT)))
    return found


def in_python(text: str) -> Iterator[tuple[str | None, str]]:
    for _line, message, _comments, context in extract("python", BytesIO(text.encode()), keywords=KEYWORDS):
        identifier = message if isinstance(message, str) else message[0]
        if identifier:
            yield context, identifier


def in_template(text: str, path: Path) -> Iterator[tuple[str | None, str]]:
    """Django makes something like Python of a template, with the calls in it as makemessages looks for them."""
    for name, arguments in CALL.findall(templatize(text, origin=str(path))):
        strings = [ast.literal_eval(literal) for literal in LITERAL.findall(arguments)]
        context = strings.pop(0) if name.startswith(("pgettext", "npgettext")) else None
        yield context, strings[0]


def test_every_text_of_pages_is_translated_into_english() -> None:
    english = catalogue("en")
    missing = {
        text: path
        for (context, text), path in used().items()
        if (entry := english.get(text, context)) is None or not _complete(entry.string) or entry.fuzzy
    }
    assert missing == {}


def _complete(translation: str | tuple[str, ...] | list[str] | None) -> bool:
    forms = [translation] if isinstance(translation, str) else translation or [""]
    return all(forms)


def test_catalogue_holds_nothing_that_nobody_asks_for() -> None:
    asked = {text for _context, text in used()}
    idle = [entry.id for entry in catalogue("en") if entry.id and _first(entry.id) not in asked]
    assert idle == []


def _first(identifier: str | tuple[str, ...] | list[str]) -> str:
    return identifier if isinstance(identifier, str) else identifier[0]


@pytest.mark.parametrize("language", ["de", "en"])
def test_translations_invent_no_placeholders(language: str) -> None:
    """One that the text does not have would be an error at run time; leaving one out may be meant."""
    broken = [
        entry.id
        for entry in catalogue(language)
        if isinstance(entry.id, str) and isinstance(entry.string, str) and entry.string
        if not set(PLACEHOLDER.findall(entry.string)) <= set(PLACEHOLDER.findall(entry.id))
    ]
    assert broken == []


def test_every_language_of_the_pages_has_a_catalogue() -> None:
    assert {path.name for path in (ROOT / "locale").iterdir()} >= {code for code, _name in settings.LANGUAGES}
