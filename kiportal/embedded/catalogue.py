"""Gather the portal's texts into the catalogues of `locale/`: `python -m kiportal.embedded.catalogue`.

What Django's makemessages does, with Babel instead of gettext's programs, which are not on every machine. The source is
German, so a text without a translation shows German. `locale/de` is written by hand: it rephrases messages of Django
that do not say what to do, and every other language does the same.
"""

import re
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from kiportal.embedded.messages import LOCALE
from kiportal.embedded.state import CHECKOUT

LANGUAGES = ("en",)
KEYWORDS = DEFAULT_KEYWORDS | {
    f"{function}_lazy": DEFAULT_KEYWORDS[function] for function in ("gettext", "ngettext", "pgettext", "npgettext")
}


def gather() -> Catalog:
    """Return every marked text of templates and code with the files it stands in, and what `locale/de` rephrases."""
    packages = [path.parent for path in sorted(CHECKOUT.glob("*/__init__.py")) if path.parent.name != "tests"]
    code = [path for package in packages for path in sorted(package.rglob("*.py"))]
    templates = sorted(path for path in (CHECKOUT / "templates").rglob("*") if path.suffix in {".html", ".txt"})
    catalogue = Catalog()
    for path in (*code, *templates):
        source = path.read_text()
        if path.suffix != ".py":
            # What templatize() makes is Python but for its indentation.
            source = re.sub(r"^\s+", "", templatize(source, origin=str(path)), flags=re.MULTILINE)
        name = path.relative_to(CHECKOUT).as_posix()
        for line, text, _comments, context in extract("python", BytesIO(source.encode()), KEYWORDS):
            catalogue.add(text, locations=[(name, line)], context=context)
    for message in read("de"):
        if message.id:
            catalogue.add(message.id)
    return catalogue


def read(language: str) -> Catalog:
    path = _path(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> list[str]:
    """Take over new texts, drop those that are gone; return what has no translation yet."""
    path, catalogue = _path(language), read(language)
    catalogue.update(gather(), no_fuzzy_matching=True)
    head = path.read_text().partition("\n\n")[0]
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        file.write(f"{head}\n\n".encode())
        write_po(
            file, catalogue, width=0, omit_header=True, sort_output=True, include_lineno=False, ignore_obsolete=True
        )
    new.rename(path)
    return [str(message.id) for message in catalogue if message.id and not is_translated(message)]


def is_translated(message: Message) -> bool:
    """Whether every form of the text says something."""
    return all(message.string or ("",))


def _path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


if __name__ == "__main__":
    for language in LANGUAGES:
        for text in update(language):
            print(f"{language}: {text}")
